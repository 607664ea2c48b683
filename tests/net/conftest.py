"""Real processes on the loopback address for the tests of this folder; all end with their test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from child_processes import Launch, Process
from shop_processes import HubProcess, KioskProcess, found_hub, stock_up

from common.sample import sample_shop
from hub.folder import Folder
from tests.forked import FORKED


class Street:
    """Starts processes and ends them all, whatever happened to the test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._started: list[Process] = []

    def folder(self, articles: int = 60) -> Folder:
        """Make a hub's folder with a sample shop."""
        folder = found_hub(self.root / "hub", "Essai")
        if articles:
            stock_up(folder, sample_shop(1, articles))
        return folder

    def hub(self, folder: Folder, launch: Launch = FORKED) -> HubProcess:
        """Start a hub."""
        hub = HubProcess(folder, launch)
        self._started.append(hub)
        return hub

    def post(self, hub: HubProcess, profile: str, name: str) -> KioskProcess:
        """Pair a new post and start it, online."""
        hub.pair(self.root / name, profile, name)
        kiosk = self.again(name)
        kiosk.wait_online()
        return kiosk

    def again(self, name: str) -> KioskProcess:
        """Start a post that was paired before."""
        kiosk = KioskProcess(self.root / name, name, FORKED)
        self._started.append(kiosk)
        return kiosk

    def end(self) -> None:
        """End whatever still runs."""
        for process in reversed(self._started):
            process.end()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """Yield a place to start processes in."""
    street = Street(tmp_path)
    try:
        yield street
    finally:
        street.end()
