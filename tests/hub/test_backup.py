"""Backups: whole, verified, never over another; what they cover is what two of them hold."""

import os
from contextlib import closing
from pathlib import Path

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import messages as m
from common import wire
from common.commands import SaleRecord
from common.topics import Profile
from hub.audit import audit_file
from hub.backup import BackupFile, back_up, blamed, listed, newest_sound, record_of
from hub.backup_cover import Covers, covered
from hub.folder import ConfigError, Folder
from hub.records import backups
from hub.store import StoreError
from tests.hub.papers import sale
from tests.hub.shop import START_MS, Post, Shop, codes, goods


def record(shop: Shop, made: BackupFile, backup_id: str = "") -> list[m.Reply]:
    """Tell the hub of a backup, as the command line does."""
    kind, args = record_of(made, backup_id or shop.mint())
    return shop.replies(shop.console.send(kind, args))


def selling(shop: Shop) -> Post:
    """Return a till that has sold twice."""
    till = shop.post(Profile.TILL)
    article = shop.stock(goods(1))[0]
    for number in (1, 2):
        shop.accept(till.send("sale.record", sale(till, number, (article, 1000))))
    return till


def test_a_backup_is_one_sound_file_of_one_moment(shop: Shop) -> None:
    """Made while the hub has the database open, with commits that are still in its log."""
    till = selling(shop)
    made = back_up(Folder(shop.path.parent), None, shop.clock.ms)
    assert made.path == shop.path.parent / "backups" / "comptoir-20260303-135200-3.db"
    assert os.listdir(made.path.parent) == [made.path.name]
    assert audit_file(made.path) == []
    assert os.listdir(made.path.parent) == [made.path.name], "reading it leaves nothing beside it"
    assert made.heads == {till.outbox: 2}, "the console's outbox is nobody's to ask for"
    assert (made.epoch, made.gseq) == (shop.log.epoch, shop.log.gseq)
    assert made.size_bytes == made.path.stat().st_size
    with closing(sqlite3.connect(made.path)) as db:
        assert db.execute("SELECT count(*) FROM ticket").fetchone() == (2,)


def test_the_hub_writes_on_while_a_backup_is_made(shop: Shop, tmp_path: Path) -> None:
    till = selling(shop)
    for number in range(3, 6):
        back_up(Folder(shop.path.parent), None, shop.clock.ms)
        shop.accept(till.send_bytes(till.body("sale.record", _ticket(shop, till, number))))
    assert [entry.gseq for entry in listed(Folder(tmp_path))] == [5, 4, 3]


def _ticket(shop: Shop, till: Post, number: int) -> SaleRecord:
    return sale(till, number, (shop.stock(goods(1))[0], 1000))


def test_backups_of_one_second_have_names_of_their_own(shop: Shop) -> None:
    folder = Folder(shop.path.parent)
    made = [back_up(folder, None, shop.clock.ms) for _ in range(3)]
    assert [backup.path.name for backup in made] == [
        f"comptoir-20260303-13520{second}-0.db" for second in range(3)
    ]
    assert {backup.made_ms for backup in made} == {START_MS}


def test_a_name_that_another_backup_is_being_made_under_is_left_to_it(shop: Shop) -> None:
    folder = Folder(shop.path.parent)
    folder.backups.mkdir()
    other = folder.backups / "comptoir-20260303-135200.db.part"
    other.write_bytes(b"half")
    assert back_up(folder, None, shop.clock.ms).path.name == "comptoir-20260303-135201-0.db"
    assert other.read_bytes() == b"half"


def test_a_folder_that_was_named_must_be_there(shop: Shop, tmp_path: Path) -> None:
    folder = Folder(shop.path.parent)
    with pytest.raises(ConfigError) as raised:
        back_up(folder, tmp_path / "usb", shop.clock.ms)
    assert raised.value.problem.code == "folder_unusable"
    assert not (tmp_path / "usb").exists()
    (tmp_path / "usb").mkdir()
    assert back_up(folder, tmp_path / "usb", shop.clock.ms).path.parent == tmp_path / "usb"
    assert not folder.backups.exists()


def test_what_is_damaged_is_not_put_away(shop: Shop) -> None:
    selling(shop)
    folder = Folder(shop.path.parent)
    sound = back_up(folder, None, shop.clock.ms).path
    with shop.store.group() as db:
        db.execute("UPDATE stock_level SET quantity_milli = quantity_milli + 1")
    before = sound.read_bytes()
    with pytest.raises(StoreError) as raised:
        back_up(folder, None, shop.clock.ms)
    problem = raised.value.problem
    assert (problem.code, problem.params["file"]) == ("database_damaged", shop.path)
    assert "stock" in str(problem.params["reason"])
    assert os.listdir(folder.backups) == [sound.name]
    assert sound.read_bytes() == before


@pytest.mark.parametrize("place", [5, 20])
def test_damage_is_told_of_the_database_not_of_its_copy(shop: Shop, place: int) -> None:
    selling(shop)
    shop.close()
    content = bytearray(shop.path.read_bytes())
    content[place * 4096 : (place + 1) * 4096] = b"\xa5" * 4096
    shop.path.write_bytes(content)
    folder = Folder(shop.path.parent)
    with pytest.raises(StoreError) as raised:
        back_up(folder, None, shop.clock.ms)
    problem = raised.value.problem
    assert (problem.code, problem.params["file"]) == ("database_damaged", shop.path)
    assert os.listdir(folder.backups) == []


def test_a_full_disk_is_told_of_where_the_copy_was_to_go(shop: Shop, tmp_path: Path) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    problem = blamed(error, shop.path, tmp_path / "usb").problem
    assert (problem.code, problem.params["file"]) == ("database_unusable", tmp_path / "usb")


def test_without_a_database_there_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        back_up(Folder(tmp_path), None, START_MS)
    assert raised.value.problem.code == "database_missing"
    assert list(tmp_path.iterdir()) == []


# What the hub knows of them.


def test_the_hub_remembers_a_backup_once(shop: Shop) -> None:
    till = selling(shop)
    made = back_up(Folder(shop.path.parent), None, shop.clock.ms)
    for _ in range(2):
        assert record(shop, made, "b1" * 16)[0].status is m.Status.ACCEPTED
    kept = backups.backups(shop.store.db)
    assert [(entry.id, entry.file, entry.gseq) for entry in kept] == [
        ("b1" * 16, str(made.path), made.gseq)
    ]
    assert backups.covers(shop.store.db, "b1" * 16) == {till.outbox: 2}


@pytest.mark.parametrize(
    "wrong",
    [{"epoch": "f" * 32}, {"gseq": 10**6}, {"heads": {"ab" * 16: 1}}],
    ids=["epoch", "gseq", "outbox"],
)
def test_what_cannot_be_this_hubs_is_refused(shop: Shop, wrong: dict[str, object]) -> None:
    kind, args = record_of(back_up(Folder(shop.path.parent), None, shop.clock.ms), "b1" * 16)
    assert codes(shop.replies(shop.console.send(kind, {**args, **wrong}))) == ["backup_of_another"]
    assert backups.backups(shop.store.db) == []


def test_a_head_beyond_the_hubs_own_is_refused(shop: Shop) -> None:
    till = selling(shop)
    kind, args = record_of(back_up(Folder(shop.path.parent), None, shop.clock.ms), "b1" * 16)
    args["heads"] = {till.outbox: 3}
    assert codes(shop.replies(shop.console.send(kind, args))) == ["backup_of_another"]


def test_only_the_console_tells_of_backups(shop: Shop) -> None:
    office = shop.post(Profile.OFFICE)
    kind, args = record_of(back_up(Folder(shop.path.parent), None, shop.clock.ms), "b1" * 16)
    assert codes(shop.replies(office.send(kind, args))) == ["profile_not_allowed"]


def test_the_most_heads_fit_a_command(shop: Shop) -> None:
    heads = {f"{number:032x}": 2**40 for number in range(4000)}
    made = BackupFile(Path("/" + "x" * 4000), START_MS, 2**40, "5" * 32, 2**40, heads)
    kind, args = record_of(made, "b1" * 16)
    assert len(shop.console.body(kind, args)) < wire.COMMAND_BYTES


def test_two_backups_cover_what_both_hold(shop: Shop) -> None:
    till = selling(shop)
    folder, covers = Folder(shop.path.parent), Covers(shop.store)
    assert covers.covered(till.outbox) == 0
    first = back_up(folder, None, shop.clock.ms)
    record(shop, first)
    assert covers.covered(till.outbox) == 0, "one copy may be lost"
    shop.accept(till.send_bytes(till.body("sale.record", _ticket(shop, till, 3))))
    second = back_up(folder, None, shop.clock.ms)
    record(shop, second)
    assert (second.heads[till.outbox], covers.covered(till.outbox)) == (3, 2)
    third = back_up(folder, None, shop.clock.ms)
    record(shop, third)
    assert covers.covered(till.outbox) == 3
    assert covers.covered("ab" * 16) == 0


def test_a_backup_whose_file_went_or_shrank_covers_nothing(shop: Shop) -> None:
    till = selling(shop)
    folder = Folder(shop.path.parent)
    made = [back_up(folder, None, shop.clock.ms) for _ in range(2)]
    for backup in made:
        record(shop, backup)
    assert Covers(shop.store).covered(till.outbox) == 2
    content = made[0].path.read_bytes()
    made[0].path.write_bytes(content[:-1])
    assert Covers(shop.store).covered(till.outbox) == 0
    made[0].path.write_bytes(content)
    assert Covers(shop.store).covered(till.outbox) == 2
    made[1].path.unlink()
    assert Covers(shop.store).covered(till.outbox) == 0
    assert {entry.file: entry.there for entry in listed(folder)} == {
        made[0].path: True,
        made[1].path: False,
    }


@pytest.mark.parametrize(
    ("held", "expected"),
    [([], {}), ([5], {}), ([5, 5], {"o": 5}), ([9, 3, 7], {"o": 7}), ([1, 9], {"o": 1})],
)
def test_covered_is_the_second_highest(held: list[int], expected: dict[str, int]) -> None:
    assert covered({"o": n} for n in held) == expected


# Lists.


def test_files_in_the_folder_are_listed_though_nobody_recorded_them(shop: Shop) -> None:
    folder = Folder(shop.path.parent)
    recorded = back_up(folder, None, shop.clock.ms)
    record(shop, recorded)
    shop.clock.pass_s(60)
    lying = back_up(folder, None, shop.clock.ms)
    (folder.backups / "comptoir-copy.db").write_bytes(b"")
    found = listed(folder)
    assert [(entry.file, entry.known, entry.there) for entry in found] == [
        (lying.path, False, True),
        (recorded.path, True, True),
    ]
    assert {entry.epoch for entry in found} == {shop.log.epoch}
    assert found[0].made_ms == shop.clock.ms // 1000 * 1000


def test_the_newest_is_the_one_with_most_in_it_whatever_the_clock_said(shop: Shop) -> None:
    folder = Folder(shop.path.parent)
    first = back_up(folder, None, shop.clock.ms)
    selling(shop)
    second = back_up(folder, None, shop.clock.ms - 86_400_000)
    assert [entry.file for entry in listed(folder)] == [second.path, first.path]
    assert newest_sound(folder) == second.path


def test_the_newest_sound_backup_is_found_though_the_database_cannot_be_read(shop: Shop) -> None:
    selling(shop)
    folder = Folder(shop.path.parent)
    made = []
    for _ in range(3):
        made.append(back_up(folder, None, shop.clock.ms).path)
        shop.clock.pass_s(60)
    shop.close()
    shop.path.write_bytes(b"\xff" * 8192)
    assert newest_sound(folder) == made[2]
    made[2].write_bytes(b"\xff" * 8192)
    assert newest_sound(folder) == made[1]
    made[1].write_bytes(made[0].read_bytes()[:-4096])
    assert newest_sound(folder) == made[0]
    made[0].unlink()
    assert newest_sound(folder) is None
    assert newest_sound(Folder(shop.path.parent / "none")) is None
