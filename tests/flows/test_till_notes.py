"""What a till notes by itself is in the hub's journal, in order, and the journal holds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from common.journal import canon
from common.journal.kinds import RecordType
from common.journal.record import ED25519
from common.models import Shop
from common.p256 import P256, is_available
from common.people import Role
from common.topics import Profile
from hub.changes import OWN
from hub.journal_verify import verify
from hub.records import doors
from kiosk.signing import want_second
from kiosk.state import At
from kiosk.watches import OFFLINE_AFTER_S
from tests.flows.staffed_post import StaffedPost
from tests.hub.journals import HUB
from tests.hub.people_bench import Staffed, open_staffed


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Staffed]:
    with open_staffed(tmp_path) as staffed:
        staffed.bench.store.db.execute("PRAGMA synchronous = OFF")  # no power is cut here
        yield staffed
        report = verify(
            staffed.bench.store.db, {canon.key_id(HUB.public)}, lambda _done, _all: None
        )
        assert (report.flaws, report.invalid) == ((), 0)


@pytest.fixture
def till(tmp_path: Path, shop: Staffed) -> StaffedPost:
    return StaffedPost(tmp_path / "till", shop, Profile.TILL)


def records(shop: Staffed) -> list[dict[str, Any]]:
    """Return the records that the hub has taken in, in order."""
    rows = shop.bench.store.db.execute("SELECT record FROM journal WHERE type = 'taken'")
    return [orjson.loads(record) for (record,) in rows]


def told(shop: Staffed) -> list[str]:
    """Return what they say: an event's word, or the record's type."""
    return [
        record["data"]["what"] if record["type"] == RecordType.EVENT else record["type"]
        for record in records(shop)
    ]


def alerts(shop: Staffed) -> list[str]:
    """Return what is told the office; what is sold here is no article of the shop's."""
    found = shop.bench.store.db.execute("SELECT code FROM alert")
    return [code for (code,) in found if code != "flag_unknown_article"]


def test_a_day_at_a_till_is_in_the_journal_in_order(till: StaffedPost, shop: Staffed) -> None:
    till.connect()
    assert till.log_in(Role.CASHIER) is At.ONLINE
    till.sell()
    till.cut()
    till.wait(OFFLINE_AFTER_S + 1)
    till.sell()
    till.session.people.lock()
    assert till.log_in(Role.CASHIER) is At.OFFLINE
    till.connect()
    till.sell()
    till.session.people.log_out()
    till.wait(2)
    assert told(shop) == [
        *("opened", "login", "sale"),
        *("offline_start", "sale", "lock", "login", "offline_end", "sale", "logout"),
    ]
    login = records(shop)[1]
    assert login["operator"] == login["data"]["details"]["name"]
    assert login["data"]["details"]["role"] == "cashier"
    end = records(shop)[7]["data"]["details"]
    assert end["lasted_s"] >= OFFLINE_AFTER_S
    assert end["since_ms"] == records(shop)[3]["data"]["details"]["since_ms"]
    assert [record["seq"] for record in records(shop)] == list(range(1, 11))
    assert alerts(shop) == []


def test_what_happened_goes_with_the_next_sale_in_one_operation(
    till: StaffedPost, shop: Staffed
) -> None:
    till.connect()
    till.log_in(Role.SELLER)
    till.allow("cash_out.record", Role.MANAGER)
    before = till.session.last_n
    till.session.counter.cash_out(500, "banque")
    assert till.session.last_n == before + 1, "nothing is written twice for it"
    till.session.counter.cash_in(500, "monnaie")
    assert till.session.last_n == before + 2, "the used permission went with what came next"
    till.wait(2)
    assert told(shop)[-5:] == [
        *("login", "override_granted", "cash_out", "override_used", "cash_in")
    ]
    used = records(shop)[-2]["data"]["details"]
    assert (used["kind"], used["person"]) == ("cash_out.record", shop.person[Role.MANAGER])
    assert alerts(shop) == []


def test_exercises_have_a_chain_of_their_own(till: StaffedPost, shop: Staffed) -> None:
    till.connect()
    till.log_in(Role.CASHIER)
    till.session.counter.training = True
    till.session.people.lock()
    till.log_in(Role.CASHIER)
    till.sell()
    till.session.counter.training = False
    till.wait(2)
    chains = {record["type"]: record["chain"] for record in records(shop)}
    assert chains["training"] != chains["event"]
    own = [record for record in records(shop) if record["chain"] == chains["event"]]
    assert [record["seq"] for record in own] == list(range(1, len(own) + 1))


def test_settings_that_have_changed_are_noted(till: StaffedPost, shop: Staffed) -> None:
    till.connect()
    till.log_in(Role.CASHIER)
    bench = shop.bench
    for siret in ("", "12345678900011"):
        draft = bench.log.draft()
        draft.put("shop", Shop("shop", "Épicerie", siret), OWN)
        with bench.store.group():
            draft.write(bench.log.gseq + 1)
        bench.core._publish(bench.log.committed(draft, bench.log.gseq + 1))
        till.wait(2)
    assert told(shop)[-1] == "settings"
    assert records(shop)[-1]["data"]["details"] == {"siret": "12345678900011"}


def test_what_happened_waits_where_the_disk_has_no_room(till: StaffedPost, shop: Staffed) -> None:
    till.connect()
    till.disk.free = 0
    assert till.log_in(Role.CASHIER) is At.ONLINE, "nobody waits for it"
    assert told(shop) == []
    till.disk.free = 2**40
    till.wait(2)
    assert told(shop) == ["opened", "login"]


def ask_keys(till: StaffedPost) -> None:
    """Have the till change its keys."""
    till.shop.bench.admission.ask_new_key(till.hub_device.id)
    till.wait(2)


def keys(shop: Staffed) -> list[dict[str, str]]:
    """Return by which keys each record is signed."""
    return [record["keys"] for record in records(shop)]


def test_a_till_changes_its_key_by_its_own_word(till: StaffedPost, shop: Staffed) -> None:
    till.connect()
    till.log_in(Role.CASHIER)
    till.sell()
    ask_keys(till)
    till.sell()
    till.wait(2)
    assert told(shop)[-2:] == ["key_rotated", "sale"]
    used = keys(shop)
    assert used[-2] == used[0] != used[-1]
    assert records(shop)[-2]["data"]["keys"] == used[-1]
    with shop.bench.store.group() as db:
        doors.drop_new_key(db, till.hub_device.id)  # As when it has come by its next CURVE key.
    till.restart()
    till.connect()
    till.log_in(Role.CASHIER)
    till.sell()
    till.wait(2)
    assert keys(shop)[-1] == used[-1]


def test_a_till_that_is_switched_off_before_the_hub_has_heard_goes_on_by_its_old_key(
    till: StaffedPost, shop: Staffed
) -> None:
    till.connect()
    till.log_in(Role.CASHIER)
    till.sell()
    till.wait(1)
    first = keys(shop)[-1]
    till.session._notes.asked_for_keys()  # type: ignore[union-attr]
    till.cut()
    till.session.poll()
    till.sell()
    till.restart()
    till.connect()
    till.wait(2)
    till.log_in(Role.CASHIER)
    till.sell()
    till.wait(2)
    said = told(shop)
    assert said.count("key_rotated") == 2, "it is named again"
    assert keys(shop)[said.index("key_rotated") + 1] == first
    assert keys(shop)[-1] != first


@pytest.mark.skipif(not is_available(), reason="cryptography is not installed")
def test_records_bear_a_second_signature_where_that_is_wished(
    till: StaffedPost, shop: Staffed
) -> None:
    till.connect()
    till.log_in(Role.CASHIER)
    till.sell()
    for wanted in (True, False, True):
        want_second(till.folder, wanted)
        till.restart()
        till.connect()
        till.log_in(Role.CASHIER)
        till.sell()
        till.wait(2)
        assert set(keys(shop)[-1]) == ({ED25519, P256} if wanted else {ED25519})
    ask_keys(till)
    till.sell()
    till.wait(2)
    assert set(keys(shop)[-1]) == {ED25519, P256}
    report = verify(shop.bench.store.db, {canon.key_id(HUB.public)}, lambda _done, _all: None)
    borne = {one.algorithm: (one.records, one.checked) for one in report.algorithms}
    assert borne[ED25519] == (len(records(shop)), True)
    assert 0 < borne[P256][0] < borne[ED25519][0]
