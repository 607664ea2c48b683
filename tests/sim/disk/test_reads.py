"""A disk that fails to read, at any read of an opening: no sound file is called damaged."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from common.errors import Refusal
from hub.store import Store, StoreError
from kiosk.database import sqlite3
from kiosk.stores import Stores, open_stores
from tests.kiosk.post import maker
from tests.kiosk.test_stores import TOPICS, filled
from tests.sim.disk.disk import UNTIL_HEALED, Machine


def opened(folder: Path) -> Stores | None:
    """Return an opened post's files; None where it says that its disk failed."""
    try:
        return open_stores(folder, maker(1), TOPICS)
    except Refusal as refused:
        if refused.problem.code != "disk_failed":
            raise
        return None


def code_of(path: Path) -> str:
    """Return why a hub's database is not opened, "" where it is."""
    try:
        Store.open(path).close()
    except StoreError as refused:
        return refused.problem.code
    return ""


@pytest.mark.parametrize("times", [1, UNTIL_HEALED])
def test_a_post_opens_or_says_that_its_disk_failed(machine: Machine, times: int) -> None:
    outbox, _ = filled(machine.folder)
    before = machine.counts().reads
    open_stores(machine.folder, maker(), TOPICS).close()
    for countdown in range(1, machine.counts().reads - before + 1):
        machine.fail("read", countdown, times)
        stores = opened(machine.folder)
        if stores is not None:
            stores.close()
            assert stores.outbox.id == outbox, countdown
        machine.heal()
        assert not list(machine.folder.glob("*.damaged*")), countdown
    stores = open_stores(machine.folder, maker(), TOPICS)
    assert (stores.problems, stores.outbox.id) == ((), outbox)
    assert stores.outbox.counts().waiting == 10
    stores.close()


@pytest.mark.parametrize("times", [1, UNTIL_HEALED])
def test_a_hub_opens_or_says_that_its_disk_failed(machine: Machine, times: int) -> None:
    path = machine.folder / "comptoir.db"
    Store.create(path).close()
    before = machine.counts().reads
    Store.open(path).close()
    for countdown in range(1, machine.counts().reads - before + 1):
        machine.fail("read", countdown, times)
        assert code_of(path) in ("", "database_unusable"), countdown
        machine.heal()
    Store.open(path).close()


def test_what_waits_in_a_damaged_outbox_is_saved_whole_or_later(
    machine: Machine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A read that fails while a damaged file is salvaged is no row that is lost."""
    made = tmp_path_factory.mktemp("made")
    filled(made)
    with closing(sqlite3.connect(made / "outbox.db")) as db, db:
        db.execute("UPDATE command SET body = zeroblob(40) WHERE n = 35")
    countdown = 0
    while machine.counts().errors_read == countdown // 2:
        countdown += 2
        folder = machine.folder / str(countdown)
        shutil.copytree(made, folder)
        machine.fail("read", countdown)
        stores = opened(folder) or opened(folder)
        assert stores is not None, countdown
        machine.heal()
        assert stores.outbox.counts().waiting == 9, countdown
        # Where only the copy of the shop was not read, the first opening had told it already.
        for told in stores.problems:
            assert (told.params["saved"], told.params["lost"]) == (9, 1), countdown
        stores.close()
    assert countdown > 20
