"""What several flows begin with: a shop with people in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.people_bench import Staffed, open_staffed


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Staffed]:
    with open_staffed(tmp_path) as staffed:
        yield staffed
