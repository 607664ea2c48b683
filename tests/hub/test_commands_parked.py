"""A parked ticket goes to one till; what two tills took all the same is told, nothing is lost."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from common.models import Alert, Parked, ParkedLine, ParkedTicket, PriceFrom
from hub.audit import audit
from hub.commands.parked import DAY_MS, OVER_DAYS
from hub.pipeline import Received
from hub.records import devices
from hub.records.devices import REVOKED
from tests.hub.shop_bench import Sender, ShopBench, Taken, check_all

LINES = (
    ParkedLine("", "Divers", 1500, 199, 2000, "", PriceFrom.HAND, discount_bp=1000, note="cut"),
    ParkedLine("a" * 32, "Pain", 2000, 110, 550, "376", discount_cents=20),
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path)
    yield made
    check_all(made)
    assert list(audit(made.store.db)) == []
    made.store.close()


def basket(bench: ShopBench, **other: Any) -> ParkedTicket:
    plain = ParkedTicket(bench.mint(), bench.now_ms, 60, 0, "Amélie", LINES, 469, "M. Petit")
    return replace(plain, **other)


def park(bench: ShopBench, till: Sender, **other: Any) -> ParkedTicket:
    ticket = basket(bench, **other)
    assert bench.take(parking(till, ticket)).statuses == ["accepted"]
    return ticket


def parking(till: Sender, ticket: ParkedTicket) -> Received:
    return till.command("ticket.park", {"ticket": ticket})


def recalling(till: Sender, ticket: ParkedTicket) -> Received:
    return till.command("ticket.recall", {"parked": ticket.id})


def unpark(bench: ShopBench, till: Sender, ticket: ParkedTicket, outcome: str) -> Taken:
    args = {"parked": ticket.id, "outcome": outcome}
    taken = bench.take(till.command("ticket.unpark", args))
    assert taken.statuses == ["accepted"]
    return taken


def rows(bench: ShopBench) -> list[Parked]:
    return bench.rows("parked", Parked)


def alerts(bench: ShopBench) -> list[tuple[str, str]]:
    return [(alert.code, alert.subject) for alert in bench.rows("alerts", Alert)]


def test_a_parked_basket_is_everybodys_with_all_its_lines(bench: ShopBench) -> None:
    ticket = park(bench, bench.till, discount_cents=50)
    device = bench.till.device
    assert rows(bench) == [Parked(ticket.id, device.id, device.name, bench.now_ms, ticket)]
    assert rows(bench)[0].ticket.lines == LINES


def test_of_two_tills_that_ask_at_once_one_is_given_it(bench: ShopBench) -> None:
    ticket = park(bench, bench.till)
    taken = bench.take(recalling(bench.till2, ticket), recalling(bench.till, ticket))
    assert taken.statuses == ["accepted", "refused"]
    refused = taken.answers[1]
    assert (refused.code, refused.params) == ("parked_elsewhere", {"device": "Till 2"})
    (row,) = rows(bench)
    assert (row.holder_id, row.holder_name) == (bench.till2.device.id, "Till 2")
    assert row.held_ms == bench.now_ms
    assert alerts(bench) == []


def test_its_holder_may_recall_it_again(bench: ShopBench) -> None:
    """It died with the basket in hand: the hub still has it."""
    ticket = park(bench, bench.till)
    for _ in range(2):
        assert bench.take(recalling(bench.till2, ticket)).statuses == ["accepted"]
    assert rows(bench)[0].holder_id == bench.till2.device.id


@pytest.mark.parametrize("outcome", ["sold", "dropped"])
def test_when_it_is_over_it_is_gone_and_recalled_no_more(bench: ShopBench, outcome: str) -> None:
    ticket = park(bench, bench.till)
    bench.take(recalling(bench.till2, ticket))
    unpark(bench, bench.till2, ticket, outcome)
    assert rows(bench) == []
    taken = bench.take(recalling(bench.till, ticket))
    assert (taken.statuses, taken.codes) == (["refused"], ["parked_over"])


def test_parked_once_more_it_is_another_and_the_first_is_over(bench: ShopBench) -> None:
    first = park(bench, bench.till)
    bench.take(recalling(bench.till2, first))
    second = park(bench, bench.till2, before=first.id)
    assert [row.id for row in rows(bench)] == [second.id]
    assert bench.take(recalling(bench.till, first)).codes == ["parked_over"]
    assert bench.take(recalling(bench.till, second)).statuses == ["accepted"]


def test_its_own_till_takes_it_up_without_the_hub(bench: ShopBench) -> None:
    ticket = park(bench, bench.till)
    unpark(bench, bench.till, ticket, "taken")
    assert rows(bench)[0].holder_id == bench.till.device.id
    assert bench.take(recalling(bench.till2, ticket)).codes == ["parked_elsewhere"]
    unpark(bench, bench.till, ticket, "sold")
    assert (rows(bench), alerts(bench)) == ([], [])


@pytest.mark.parametrize("sold_first", [False, True])
def test_a_basket_that_two_tills_took_is_told_once(bench: ShopBench, sold_first: bool) -> None:
    ticket = park(bench, bench.till)
    bench.take(recalling(bench.till2, ticket))
    if sold_first:
        unpark(bench, bench.till2, ticket, "sold")
    for outcome in ("taken", "sold"):
        taken = unpark(bench, bench.till, ticket, outcome)
        assert taken.answers[0].flags == ("flag_parked_twice",)
    what = "" if sold_first else ": 4.69, M. Petit"
    assert alerts(bench) == [("flag_parked_twice", f"Till 2 / Till 1{what}")]
    assert [row.also_at for row in rows(bench)] == ([] if sold_first else ["Till 1"])


def test_the_same_parking_under_another_number_has_no_effect(bench: ShopBench) -> None:
    ticket = park(bench, bench.till)
    again = bench.sender(bench.till.device, "ab" * 16)
    taken = bench.take(parking(again, ticket))
    assert taken.answers[0].flags == ("flag_repeated_id",)
    unpark(bench, bench.till, ticket, "sold")
    taken = bench.take(parking(again, ticket))
    assert taken.answers[0].flags == ("flag_repeated_id",)
    assert rows(bench) == []


def test_another_basket_under_its_id_is_put_aside(bench: ShopBench) -> None:
    ticket = park(bench, bench.till)
    taken = bench.take(parking(bench.till2, replace(ticket, note="other")))
    assert (taken.statuses, taken.codes) == (["quarantined"], ["repeated_id"])


def test_what_the_hub_never_had_is_refused_or_flagged(bench: ShopBench) -> None:
    ticket = basket(bench)
    assert bench.take(recalling(bench.till, ticket)).codes == ["unknown_parked"]
    taken = unpark(bench, bench.till, ticket, "sold")
    assert taken.answers[0].flags == ("flag_parked_unknown",)
    assert alerts(bench) == [("flag_parked_unknown", ticket.id)]


def test_what_is_over_before_its_parking_comes_does_not_begin_then(bench: ShopBench) -> None:
    """A hub that was set back hears of tills in any order."""
    ticket = basket(bench)
    unpark(bench, bench.till2, ticket, "sold")
    taken = bench.take(parking(bench.till, ticket))
    assert taken.answers[0].flags == ("flag_repeated_id",)
    assert rows(bench) == []
    assert bench.take(recalling(bench.till, ticket)).codes == ["parked_over"]


def test_what_goes_on_as_one_that_is_over_already_is_over_too(bench: ShopBench) -> None:
    """After a hub was set back: the till that sold it is heard before the one that parked it."""
    before = park(bench, bench.till2)
    again = basket(bench, before=before.id)
    unpark(bench, bench.till2, again, "sold")
    assert bench.take(parking(bench.till, again)).statuses == ["accepted"]
    assert rows(bench) == []
    assert bench.take(recalling(bench.till2, before)).codes == ["parked_over"]


def test_what_a_till_had_that_left_the_shop_is_free(bench: ShopBench) -> None:
    ticket = park(bench, bench.till)
    bench.take(recalling(bench.till2, ticket))
    with bench.store.group() as db:
        devices.set_state(db, bench.till2.device.id, REVOKED)
        db.execute(
            "INSERT INTO revocation (device_id, admission, revoked_ms, revoked_by)"
            " VALUES (?, 0, 1, 'x')",
            (bench.till2.device.id,),
        )
    assert bench.take(recalling(bench.till, ticket)).statuses == ["accepted"]
    assert rows(bench)[0].holder_id == bench.till.device.id


def test_only_tills_park_and_recall(bench: ShopBench) -> None:
    ticket = park(bench, bench.till)
    taken = bench.take(recalling(bench.office, ticket), parking(bench.depot, basket(bench)))
    assert taken.statuses == ["refused", "quarantined"]
    assert taken.codes == ["profile_not_allowed"] * 2


def test_what_is_over_long_since_is_forgotten(bench: ShopBench) -> None:
    old, waits = park(bench, bench.till), park(bench, bench.till)
    unpark(bench, bench.till, old, "dropped")
    bench.now_ms += (OVER_DAYS + 1) * DAY_MS
    new = park(bench, bench.till)
    kept = [row[0] for row in bench.store.db.execute("SELECT id FROM parked ORDER BY id")]
    assert kept == sorted([waits.id, new.id])
