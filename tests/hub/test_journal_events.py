"""What the hub notes of itself in its journal: bounded, and compared with what was before."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import VERSION
from common import messages as m
from common.journal.event import What
from common.journal.kinds import EntryType
from common.journal.verify import Verifier
from common.people import Role
from common.topics import Profile
from hub.config import PeopleSettings, Settings, ShopSettings
from hub.folder import Folder
from hub.journal_events import PER_HOUR, STARTS_AN_HOUR, Share, changed, plain, started
from hub.records import journal as rows
from tests.hub.journals import AT_MS
from tests.hub.people_bench import Staffed, open_staffed
from tests.hub.shop import EPOCH, Shop, device_of
from tests.hub.test_cli import made
from tests.hub.test_people_cli import done, hire, run

HOUR_MS = 3_600_000


def events(path: Path) -> list[dict[str, Any]]:
    """Return what the journal of a database tells as events, in order."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT entry FROM journal WHERE type = 'event' ORDER BY seq").fetchall()
    return [orjson.loads(entry)["data"] for (entry,) in rows]


def test_so_many_an_hour_stand_one_by_one_and_the_rest_is_counted() -> None:
    share = Share()
    taken = [share.take(What.PERSON, AT_MS + number) for number in range(PER_HOUR + 5)]
    assert taken == [0] * PER_HOUR + [None] * 5
    assert share.take(What.PIN, AT_MS) == 0, "each kind has its own"
    assert share.take(What.PERSON, AT_MS + HOUR_MS) == 5
    assert share.take(What.PERSON, AT_MS + HOUR_MS + 1) == 0
    assert share.take(What.PERSON, AT_MS - 1) == 0, "a clock that was set back keeps nobody silent"


def note(shop: Shop, what: What, at_ms: int, **details: str | int) -> None:
    draft = shop.journal.draft()
    with shop.store.group():
        draft.event(what, at_ms, **details)
        draft.write(EPOCH, at_ms)
    shop.journal.committed(draft)


def test_a_start_says_its_version_and_that_it_is_another(shop: Shop) -> None:
    assert started(shop.store.db, AT_MS) == [(What.HUB_START, {"software": VERSION})]
    note(shop, What.HUB_START, AT_MS, software=VERSION)
    assert started(shop.store.db, AT_MS) == [(What.HUB_START, {"software": VERSION})]
    note(shop, What.HUB_START, AT_MS, software="0.0.9")
    note(shop, What.HUB_STOP, AT_MS, software="0.0.9")
    assert started(shop.store.db, AT_MS) == [
        (What.UPDATE, {"before": "0.0.9", "after": VERSION}),
        (What.HUB_START, {"software": VERSION}),
    ]


@pytest.mark.parametrize("garbage", [b"{\xff", b"{}", None])
def test_a_start_over_garbage_is_a_start(shop: Shop, garbage: bytes | None) -> None:
    note(shop, What.HUB_START, AT_MS, software=VERSION)
    if garbage is None:
        note(shop, What.HUB_START, AT_MS)
    else:
        with shop.store.group() as db:
            db.execute("DROP TRIGGER journal_no_update")
            db.execute("UPDATE journal SET entry = ? WHERE type = 'event'", (garbage,))
    assert started(shop.store.db, AT_MS)[-1] == (What.HUB_START, {"software": VERSION})


def test_a_hub_that_is_started_again_and_again_says_so_many_times_an_hour(shop: Shop) -> None:
    said = 0
    for number in range(1000):
        shop.reopen()
        at_ms = AT_MS + number * 2000
        for what, details in started(shop.store.db, at_ms):
            note(shop, what, at_ms, **details)
            said += 1
    assert said == STARTS_AN_HOUR
    assert started(shop.store.db, AT_MS + HOUR_MS + 60_000) != []


def test_settings_are_compared_with_those_of_the_last_start() -> None:
    settings = Settings()
    assert changed("", settings) == {}
    kept = plain(settings)
    assert changed(kept, settings) == {}
    assert changed("{", settings) == changed("[]", settings) == {}
    shop = ShopSettings(name="Épicerie du Port", siret="12345678900011", address="a" * 500)
    other = replace(settings, shop=shop, people=PeopleSettings(lock_after_s=60))
    assert changed(kept, other) == {
        "shop_name": "Épicerie du Port",
        "shop_siret": "12345678900011",
        "shop_address": "a" * 300,
        "people_lock_after_s": "60",
    }


def test_many_changed_settings_are_told_by_their_number() -> None:
    names = orjson.loads(plain(Settings()))
    told = changed(orjson.dumps(dict.fromkeys(names, "?")).decode(), Settings())
    assert len(told) == 16
    assert told["others"] == len(names) - 15


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[Staffed]:
    with open_staffed(tmp_path) as shop:
        yield shop


def test_people_and_their_pins_are_told_with_who_did_it(tmp_path: Path) -> None:
    root = made(tmp_path / "hub")
    hire(root, "Amélie", "admin")
    hire(root, "Paul", "cashier", "2580")
    done(run(root, "people", "role", "Paul", "seller"))
    done(run(root, "people", "disable", "Paul"))
    told = events(Folder(root).database)
    assert [(one["what"], one["details"]["name"]) for one in told] == [
        ("person", "Amélie"),
        ("pin", "Amélie"),
        ("person", "Paul"),
        ("pin", "Paul"),
        ("person", "Paul"),
        ("person", "Paul"),
    ]
    last = told[-1]["details"]
    assert (last["role"], last["active"], last["by"]) == ("seller", 0, "console")
    text = orjson.dumps(told).decode()
    assert "4711" not in text
    assert "2580" not in text
    verified = orjson.loads(done(run(root, "journal", "verify", "--json")))
    assert verified["holds"]


def test_posts_that_come_and_go_are_told(staffed: Staffed) -> None:
    till = staffed.till
    staffed.bench.admission.revoke(till.id, "Amélie")
    staffed.bench.admission.reinstate(till.id)
    staffed.bench.desks.admission._register.enrol(device_of(77, "Caisse 77", Profile.TILL))
    told = events(staffed.bench.path)[-3:]
    assert [(one["what"], one["details"]["how"]) for one in told] == [
        ("post", "revoked"),
        ("post", "reinstated"),
        ("post", "enrolled"),
    ]
    assert told[0]["details"]["by"] == "Amélie"
    assert told[2]["details"]["number"] == 77


def test_a_pin_that_a_post_sets_is_told(staffed: Staffed) -> None:
    before = len(events(staffed.bench.path))
    session = staffed.session(staffed.office, Role.ADMIN)
    person = staffed.person[Role.CASHIER]
    assert isinstance(staffed.set_pin(staffed.office, person, "7305", session), m.PinSet)
    told = events(staffed.bench.path)[before:]
    assert [(one["what"], one["details"]["person"]) for one in told] == [
        ("pin", staffed.person[Role.CASHIER])
    ]


def test_who_put_a_backup_back_is_told(tmp_path: Path) -> None:
    root = made(tmp_path / "hub")
    hire(root, "Amélie", "admin")
    backup = orjson.loads(done(run(root, "backup", "--json")))["path"]
    done(run(root, "restore", backup))
    hire(root, "Paul", "cashier")
    with closing(sqlite3.connect(Folder(root).database)) as db:
        ((entry,),) = db.execute("SELECT entry FROM journal WHERE type = 'restored'").fetchall()
    data = orjson.loads(entry)["data"]
    assert data["backup"] == Path(backup).name
    assert data["by"] != ""


def test_an_event_that_is_none_is_named(shop: Shop) -> None:
    draft = shop.journal.draft()
    with shop.store.group():
        draft.say(EntryType.EVENT, {"what": "something"}, AT_MS)
        draft.write(EPOCH, AT_MS)
    found = list(Verifier(None).walk(rows.lines(shop.store.db), rows.seals(shop.store.db)))
    assert [finding.fault.value for finding in found] == ["unreadable"]
