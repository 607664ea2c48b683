"""Putting a backup back: under an epoch after all others, with power failing at every step."""

import os
from collections.abc import Collection, Iterable
from contextlib import closing
from itertools import islice
from pathlib import Path
from shutil import copyfile

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import seal
from common.models import Person
from common.people import Role
from common.topics import Profile
from hub.audit import audit_file
from hub.backup import back_up
from hub.backup_restore import Step, restore
from hub.changes import OWN
from hub.config import Settings
from hub.folder import Folder
from hub.records import devices, people, sessions, trail
from hub.records.sessions import Session
from hub.service import found, new_epoch, now_ms, open_store, with_backup
from hub.store import Store, StoreError
from tests.hub.papers import sale
from tests.hub.shop import EPOCH, START_MS, Post, Shop, device_of, goods
from tests.hub.soundness import check

STEPS = 5
"""Copied; database, log and its index set aside; in place: as where a hub's power was cut."""


def epoch_at(ms: int) -> str:
    return (ms.to_bytes(8, "big") + bytes(8)).hex()


def hand_epoch(after: Iterable[str]) -> str:
    """Return the next epoch by the same rule, on a clock that stands at 1970."""
    return epoch_at(max(int(epoch[:16] or "0", 16) for epoch in after) + 1)


class Story:
    """A shop with two sales in a backup and a third after it."""

    def __init__(self, root: Path) -> None:
        self.folder = Folder(root)
        self.shop = shop = Shop(root)
        self.till = shop.post(Profile.TILL)
        self.article = shop.stock(goods(1))[0]
        for number in (1, 2):
            self.sell(number)
        self.backup = back_up(self.folder, None, shop.clock.ms).path
        self.sell(3)

    def sell(self, number: int) -> None:
        self.shop.accept(self.till.send("sale.record", sale(self.till, number, (self.article, 1))))

    def die(self) -> None:
        """Stop as by a power cut: what was committed last stands in the log only."""
        for side in ("", "-wal", "-shm"):
            copyfile(f"{self.shop.path}{side}", f"{self.shop.path}{side}.kept")
        self.shop.close()
        for side in ("", "-wal", "-shm"):
            os.replace(f"{self.shop.path}{side}.kept", f"{self.shop.path}{side}")

    def restore(self, backup: Path | None = None) -> list[Step]:
        return list(restore(self.folder, backup or self.backup, START_MS, hand_epoch))


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path)
    story.die()
    return story


def tickets(path: Path) -> int:
    """Return how many tickets a database holds, with its log, without touching either."""
    copy = path.with_name("look.db")
    for side in ("", "-wal"):
        if Path(f"{path}{side}").exists():
            copyfile(f"{path}{side}", f"{copy}{side}")
    try:
        with closing(sqlite3.connect(copy)) as db:
            return int(db.execute("SELECT count(*) FROM ticket").fetchone()[0])
    finally:
        for side in ("", "-wal", "-shm"):
            Path(f"{copy}{side}").unlink(missing_ok=True)


def names(folder: Folder) -> set[str]:
    return {path.name for path in folder.root.iterdir() if path.name != "hub.lock"}


def test_the_backup_is_in_place_and_what_was_there_is_kept(story: Story) -> None:
    before = story.backup.read_bytes()
    steps = story.restore()
    assert [step.name for step in steps] == ["copied", *["set aside"] * 3, "in place"]
    aside = steps[1].path
    assert aside.name == "comptoir.replaced-20260303-135200.db"
    assert names(story.folder) == {
        *("comptoir.db", "backups", "epoch"),
        *(f"{aside.name}{side}" for side in ("", "-wal", "-shm")),
    }
    assert tickets(aside) == 3, "its log went with it"
    assert tickets(story.folder.database) == 2
    assert audit_file(story.folder.database) == []
    assert story.backup.read_bytes() == before
    assert os.listdir(story.folder.backups) == [story.backup.name]


def test_the_hub_goes_on_from_it(story: Story) -> None:
    story.restore()
    shop = story.shop
    shop.store = Store.open(shop.path)
    shop._start()
    assert shop.log.epoch > EPOCH
    assert shop.pipeline.last_n(story.till.outbox, story.till.device.id) == 2
    again = Post(story.till.device, story.till.outbox, 2, 0, story.till.mint)
    shop.accept(again.send("sale.record", sale(again, 3, (story.article, 1))))
    check(shop)
    shop.close()
    assert audit_file(shop.path) == []


@pytest.mark.parametrize("stop", range(1, STEPS + 1))
def test_power_fails_after_any_step_and_another_restore_finishes(story: Story, stop: int) -> None:
    steps = restore(story.folder, story.backup, START_MS, hand_epoch)
    done = list(islice(steps, stop))
    assert len(done) == stop
    in_place = story.folder.database.exists()
    # The old one whole, or the new one without the old one's log, or none.
    if in_place:
        log = Path(f"{story.folder.database}-wal").exists()
        assert (tickets(story.folder.database), log) in [(3, True), (2, False)]
    assert (done[-1].name in ("copied", "in place")) == in_place
    again = list(restore(story.folder, story.backup, START_MS, hand_epoch))
    assert again[-1].name == "in place"
    assert tickets(story.folder.database) == 2
    assert audit_file(story.folder.database) == []
    aside = sorted(story.folder.root.glob("comptoir.replaced-*.db"))
    assert tickets(aside[0]) == 3, "what was replaced has its log beside it"
    assert not list(story.folder.root.glob("*.part*"))
    left = {path.name for path in story.folder.root.glob("comptoir.db*")}
    assert left == {"comptoir.db"}


def test_a_half_written_copy_of_before_is_no_hindrance(story: Story) -> None:
    for side in ("", "-journal", "-wal"):
        Path(f"{story.folder.database}.part{side}").write_bytes(b"half" * 5000)
    story.restore()
    assert audit_file(story.folder.database) == []
    assert not list(story.folder.root.glob("*.part*"))


def test_a_damaged_database_is_set_aside_as_it_is(story: Story) -> None:
    story.folder.database.write_bytes(b"\xff" * 8192)
    steps = story.restore()
    assert steps[1].path.read_bytes() == b"\xff" * 8192
    assert audit_file(story.folder.database) == []


def test_nothing_that_was_set_aside_is_overwritten(story: Story) -> None:
    kept = {}
    for _ in range(3):
        kept.update({step.path: step.path.read_bytes() for step in story.restore()[1:-1]})
    assert len(list(story.folder.root.glob("comptoir.replaced-*.db"))) == 3
    assert all(path.read_bytes() == content for path, content in kept.items())


def test_a_folder_without_a_database_is_given_one(story: Story, tmp_path: Path) -> None:
    """As on a new computer, with settings and keys put back by hand."""
    (tmp_path / "new").mkdir()
    folder = Folder(tmp_path / "new")
    steps = list(restore(folder, story.backup, START_MS, hand_epoch))
    assert [step.name for step in steps] == ["copied", "in place"]
    assert tickets(folder.database) == 2


def test_a_copy_with_its_log_beside_it_is_taken_with_it(story: Story, tmp_path: Path) -> None:
    """Somebody copied the folder by hand: the last commits are in the log."""
    copy = tmp_path / "copy.db"
    for side in ("", "-wal"):
        copyfile(f"{story.folder.database}{side}", f"{copy}{side}")
    story.restore(copy)
    assert tickets(story.folder.database) == 3
    assert audit_file(story.folder.database) == []


# Epochs.


def test_the_new_epoch_sorts_after_every_one_this_folder_has_known(story: Story) -> None:
    epochs = []
    for _ in range(3):
        story.restore()
        with closing(sqlite3.connect(story.folder.database)) as db:
            epochs.append(db.execute("SELECT value FROM meta WHERE name='epoch'").fetchone()[0])
    assert [EPOCH, *epochs] == sorted({EPOCH, *epochs})


def test_an_epoch_of_a_restore_that_did_not_finish_counts_too(story: Story) -> None:
    """The replaced database is no longer in place, and was of a later epoch than the backup."""
    with closing(sqlite3.connect(story.folder.database)) as db:
        db.execute("UPDATE meta SET value = ? WHERE name LIKE 'epoch%'", (epoch_at(START_MS * 2),))
        db.commit()
    list(islice(restore(story.folder, story.backup, START_MS, hand_epoch), 2))
    assert not story.folder.database.exists()
    story.restore()
    with closing(sqlite3.connect(story.folder.database)) as db:
        found = db.execute("SELECT value FROM meta WHERE name='epoch'").fetchone()[0]
    assert found > epoch_at(START_MS * 2)


@pytest.mark.parametrize(
    ("after", "ms"),
    [
        ([], 0),
        ([epoch_at(5)], 0),
        ([epoch_at(2**50), epoch_at(3)], 2**50 + 1),
        (["", "damaged", "ff" * 16, epoch_at(2**50)[:-1]], 0),
    ],
)
def test_an_epoch_is_now_or_after_those_there_were(after: list[str], ms: int) -> None:
    before = now_ms()
    made = int(new_epoch(after)[:16], 16)
    assert made == ms if ms else before <= made <= now_ms()
    assert len(new_epoch(after)) == 32


# What is refused, with nothing touched.


def refused(story: Story, backup: Path, identities: Collection[bytes] | None = None) -> str:
    before = {path: path.read_bytes() for path in story.folder.root.glob("comptoir.db*")}
    with pytest.raises(StoreError) as raised:
        list(restore(story.folder, backup, START_MS, hand_epoch, identities))
    now = {path: path.read_bytes() for path in story.folder.root.glob("comptoir.db*")}
    assert now == before
    return raised.value.problem.code


def test_what_is_no_backup_is_refused(story: Story, tmp_path: Path) -> None:
    text, music = tmp_path / "text.db", tmp_path / "music.db"
    text.write_bytes(b"text" * 4000)
    with closing(sqlite3.connect(music)) as db:
        db.execute("CREATE TABLE music (title TEXT)")
    assert refused(story, tmp_path / "none.db") == "backup_missing"
    assert refused(story, tmp_path) == "backup_missing"
    assert refused(story, text) == "database_damaged"
    assert refused(story, music) == "database_damaged"


def test_a_damaged_backup_is_refused_by_what_does_not_agree(story: Story) -> None:
    with closing(sqlite3.connect(story.backup)) as db:
        db.execute("UPDATE ticket SET total_cents = total_cents + 1")
        db.commit()
    assert refused(story, story.backup) == "database_damaged"


@pytest.mark.parametrize("version", ["0", "99"])
def test_a_backup_of_an_unknown_schema_is_refused(story: Story, version: str) -> None:
    with closing(sqlite3.connect(story.backup)) as db:
        db.execute("UPDATE meta SET value = ? WHERE name = 'schema'", (version,))
        db.commit()
    assert refused(story, story.backup) == "database_schema"


def test_another_hubs_backup_is_refused(story: Story, tmp_path: Path) -> None:
    keys = found(Folder(tmp_path / "other"), Settings())
    other = back_up(Folder(tmp_path / "other"), None, START_MS).path
    assert refused(story, other, [seal.new_signing_keys().public]) == "backup_of_another"
    steps = restore(story.folder, other, START_MS, hand_epoch, keys.identities)
    assert [step.name for step in steps][-1] == "in place"


# A hub that does not start says which backup to restore.


def test_a_damaged_database_names_the_newest_backup(story: Story) -> None:
    story.folder.database.write_bytes(b"\xff" * 8192)
    before = {path: path.read_bytes() for path in _content(story.folder)}
    with pytest.raises(StoreError) as raised:
        open_store(story.folder)
    assert raised.value.problem.code == "database_restorable"
    assert f"comptoir-hub restore {story.backup}" in raised.value.problem.text()
    assert {path: path.read_bytes() for path in _content(story.folder)} == before


def _content(folder: Folder) -> list[Path]:
    """Return what holds the shop's data: the log's index is made anew by whoever reads."""
    return [path for path in folder.root.glob("comptoir.db*") if path.suffix != ".db-shm"]


def test_a_database_that_went_names_it_too(story: Story) -> None:
    list(islice(restore(story.folder, story.backup, START_MS, hand_epoch), 2))
    with pytest.raises(StoreError) as raised:
        open_store(story.folder)
    assert raised.value.problem.code == "database_gone"
    assert str(story.backup) in raised.value.problem.text()


def test_where_there_is_no_backup_that_is_said(story: Story) -> None:
    story.backup.unlink()
    story.folder.database.write_bytes(b"\xff" * 8192)
    with pytest.raises(StoreError) as raised:
        open_store(story.folder)
    assert raised.value.problem.code == "database_damaged"
    assert "no backup" in raised.value.problem.text()
    other = StoreError("database_locked", file="x", reason="y")
    assert with_backup(other, story.folder) is other


def test_a_restore_logs_everybody_out_and_is_told_of(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    token = sessions.token_of("secret")
    day_ms = 86_400_000
    with shop.store.group() as db:
        sessions.add(
            db, Session(token, "a" * 32, "d" * 32, Role.ADMIN, START_MS, START_MS + day_ms)
        )
        people.put(db, "a" * 32, "Amélie", Role.ADMIN, True)
        devices.add_device(db, device_of(1, "Bureau", Profile.OFFICE, "d" * 32))
        draft = shop.log.draft()
        draft.put("people", Person("a" * 32, "Amélie", Role.ADMIN), OWN)
        draft.write(1)
    shop.close()
    folder = Folder(tmp_path)
    made = back_up(folder, None, START_MS)
    list(restore(folder, made.path, START_MS + 1000, lambda _: "7" * 32))
    assert audit_file(folder.database) == []
    store = Store.open(folder.database)
    try:
        ended = sessions.session(store.db, "secret")
        assert ended is not None
        assert ended.ended_ms == START_MS + 1000
        (entry,) = trail.entries(store.db, trail.Wanted())
        assert (entry["action"], entry["subject"]) == ("restore", made.path.name)
    finally:
        store.close()
