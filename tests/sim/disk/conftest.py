"""The disk, where this machine can have it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sim.disk.disk import Disk, Machine, NoDisk, load


@pytest.fixture
def disk() -> Disk:
    """Return the disk below this process's SQLite."""
    try:
        return load()
    except NoDisk as missing:
        pytest.skip(str(missing))


@pytest.fixture
def machine(disk: Disk, tmp_path: Path) -> Iterator[Machine]:
    """Return a machine of the test's own; its folder is `tmp_path`."""
    with disk.machine(tmp_path) as machine:
        yield machine
