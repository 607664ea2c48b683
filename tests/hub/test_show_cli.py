"""`comptoir-hub journal show`: every type of line in words, in both languages, chosen as asked."""

from contextlib import closing
from pathlib import Path
from shutil import copytree
from typing import Any

import msgspec
import orjson
import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.journal.canon import canonical
from common.journal.event import WORDS, ClockData, EventData, What
from common.journal.keys import RotatedData
from common.journal.kinds import ENTRIES, RECORDS, EntryType, RecordType
from common.journal.record import ChainHead, Signer
from common.topics import Profile
from hub.folder import Folder
from hub.journal import JournalBook
from hub.journal_keys import sealing_of
from hub.key_files import read_keys
from hub.records import devices
from hub.records_cli import NAMES
from hub.show_cli import TITLES
from hub.store import Store
from tests.hub.journals import AT_MS, signing_keys
from tests.hub.scribe import Scribe
from tests.hub.shop import device_of
from tests.hub.test_cli import made
from tests.hub.test_people_cli import done, hire, run
from tests.tamper.ledger import TRIGGERS

EVENTS = (
    EventData(What.LOGIN, AT_MS, {"person": "a" * 32, "name": "Anne", "role": "cashier"}),
    EventData(What.OFFLINE_START, AT_MS, {"since_ms": AT_MS - 5000}),
    EventData(What.OFFLINE_END, AT_MS, {"since_ms": AT_MS - 5000, "lasted_s": 3700}, more=3),
    EventData(What.OVERRIDE_USED, AT_MS, {"kind": "refund.record", "name": "Bert", "offline": 1}),
    EventData(What.UPDATE, AT_MS, {"before": "comptoir 0.0.9", "after": "comptoir 0.1.0"}),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a hub with two tills that noted something, with people and another identity."""
    root = made(tmp_path_factory.mktemp("show") / "hub")
    hire(root, "Amélie", "admin")
    store = Store.open(Folder(root).database)
    journal = JournalBook(store, sealing_of(Folder(root)), lambda: AT_MS)
    for number in (1, 2):
        device = device_of(number, f"Caisse {number}", Profile.TILL)
        head = ChainHead(f"{number:032x}")
        scribe = Scribe(device.id, Signer(signing_keys(number)), head, device.name)
        clock = ClockData(AT_MS, AT_MS + 3_600_000)
        following = Signer(signing_keys(20 + number))
        rotated = RotatedData(dict(following.keys), dict(following.publics))
        noted = [
            *((RecordType.EVENT, event) for event in EVENTS),
            (RecordType.CLOCK, clock),
            (RecordType.KEY_ROTATED, rotated),
        ]
        draft = journal.draft()
        with store.group() as db:
            devices.add_device(db, device)
            for kind, data in noted:
                signed = scribe.write(kind, msgspec.to_builtins(data))
                assert draft.take(device, signed, AT_MS + 1000).fault is None
            draft.write(store.meta("epoch"), AT_MS)
        journal.committed(draft)
    store.close()
    done(run(root, "rotate-identity", "--yes"))
    return root


def shown(root: Path, *options: str) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = orjson.loads(
        done(run(root, "journal", "show", "--json", *options))
    )
    return said


def test_every_type_has_its_words() -> None:
    assert TITLES.keys() == ENTRIES.keys()
    assert NAMES.keys() == RECORDS.keys()
    assert WORDS.keys() == set(What)


def test_the_newest_lines_are_shown_in_order(root: Path) -> None:
    every = shown(root)
    assert [line["line"] for line in every] == list(range(1, len(every) + 1))
    assert every[0]["type"] == "founded"
    assert every[-1]["type"] == "hub_key"
    assert shown(root, "--limit", "3") == every[-3:]
    assert shown(root, "--from", "4", "--limit", "2") == every[3:5]


def test_lines_are_chosen_by_type_and_post(root: Path) -> None:
    records = shown(root, "--type", "event", "--device", "caisse 2")
    assert [line["seq"] for line in records] == [1, 2, 3, 4, 5]
    assert {line["device_name"] for line in records} == {"Caisse 2"}
    own = [line for line in shown(root, "--type", "event") if line["record"] is None]
    assert [line["data"]["what"] for line in own] == ["person", "pin"]
    keys = shown(root, "--type", "key", "--type", "hub_key")
    assert [line["type"] for line in keys] == ["key", "key", "key", "key", "hub_key"]
    assert [line["device_name"] for line in keys[:2]] == ["Caisse 1", "Caisse 1"]
    device = keys[0]["device"]
    assert {line["device"] for line in shown(root, "--device", device)} == {device}
    assert shown(root, "--device", "nobody") == []
    assert "no such line" in done(run(root, "journal", "show", "--device", "nobody"))


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        (
            "en",
            (
                *("somebody logged in", "Anne", "cashier", "for 3,700 s", "3 more like it before"),
                *("Clock of the till was set", "instead of", "named by the key before", "Bert"),
                *("introduced at pairing", "the software is another version", "refund"),
            ),
        ),
        (
            "fr",
            (
                *("quelqu’un s’est identifié", "Anne", "caissier", "3 de plus", "au lieu de"),
                *("présentée à l’appairage", "nommée par la clé d’avant", "remboursement"),
                "sans le hub",
            ),
        ),
    ],
)
def test_it_reads_in_both_languages(
    root: Path, lang: str, texts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    said = " ".join(done(run(root, "journal", "show", lang=lang)).split())
    assert [text for text in texts if text not in said.replace("\u202f", " ")] == []


@pytest.mark.parametrize(
    ("column", "garbage"),
    [
        ("entry", b"{\xff"),
        ("entry", b"{}"),
        ("record", b"{\xff"),
        ("record", b'{"type":"event"}'),
    ],
)
def test_lines_of_garbage_are_shown_as_such(
    root: Path, tmp_path: Path, column: str, garbage: bytes
) -> None:
    copy = tmp_path / "hub"
    copytree(root, copy)
    every = shown(copy)
    for number in range(1, len(every) + 1):
        ((was,),) = changed(copy, f"SELECT {column} FROM journal WHERE seq = ?", number)
        if was is None:
            continue
        changed(copy, f"UPDATE journal SET {column} = ? WHERE seq = ?", garbage, number)
        found = shown(copy)
        assert found[number - 1]["type"] is None
        del found[number - 1]
        assert found == [*every[: number - 1], *every[number:]]
        changed(copy, f"UPDATE journal SET {column} = ? WHERE seq = ?", was, number)
    changed(copy, f"UPDATE journal SET {column} = ? WHERE {column} IS NOT NULL", garbage)
    assert "cannot be read" in done(run(copy, "journal", "show"))


def test_a_line_whose_data_are_others_is_shown_as_such(root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "hub"
    copytree(root, copy)
    every = shown(copy)
    for seq, entry in changed(copy, "SELECT seq, entry FROM journal"):
        emptied = canonical({**orjson.loads(entry), "data": {}, "at_ms": 2**52})
        changed(copy, "UPDATE journal SET entry = ? WHERE seq = ?", emptied, seq)
    assert len(shown(copy)) == len(every)
    assert done(run(copy, "journal", "show")).count("cannot be read") == len(every)


def changed(root: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run SQL on the database as somebody does who has it, with the journal's triggers dropped."""
    with closing(sqlite3.connect(Folder(root).database)) as db, db:
        for (name,) in db.execute(TRIGGERS).fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        return list(db.execute(sql, values))


def test_it_is_what_is_verified(root: Path) -> None:
    verified = orjson.loads(done(run(root, "journal", "verify", "--json")))
    assert verified["holds"]
    assert verified["lines"] == len(shown(root))
    assert read_keys(Folder(root)).identity.public.hex() == verified["hub_keys"][-1]["key"]
    assert {line["type"] for line in shown(root)} <= {kind.value for kind in EntryType}
