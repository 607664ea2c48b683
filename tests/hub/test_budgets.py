"""What a post may spend: bursts, what is given back, and that posts which work are never told."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from common import messages as m
from common import wire
from common.topics import Profile
from hub.budgets import Budget
from hub.limits import CARD_S, RATES, Rate
from hub.records import devices
from hub.records.devices import Device
from tests.hub.desk_bench import Bench, decoded, device, open_bench

WINDOW = 64
TICKET = orjson.dumps({"id": "0" * 32, "kind": "sale.record", "args": {"x": "y" * 2000}})


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.name)
def test_a_burst_then_what_is_given_back(rate: Rate) -> None:
    budget = Budget(device(1, Profile.TILL))
    place = RATES.index(rate)
    part = rate.burst / 10
    spent = [budget.spend(place, part * 0.999, 50.0) for _ in range(12)]
    assert spent == [True] * 10 + [False] * 2
    later_s = 50.0 + part / rate.per_s
    assert budget.spend(place, part * 0.99, later_s)
    assert not budget.spend(place, part * 0.99, later_s)
    assert budget.spend(place, rate.burst, later_s + 2 * rate.burst / rate.per_s)


def test_rates_do_not_touch_each_other() -> None:
    budget = Budget(device(1, Profile.TILL))
    for place, rate in enumerate(RATES):
        assert budget.spend(place, rate.burst, 1.0)


def ticket(post: Device, n: int) -> bytes:
    outbox = f"{post.number:032x}"
    return wire.encode_command(m.Command(outbox, n, 0, 1, wire.body_hash(TICKET), TICKET))


def test_a_till_with_5000_tickets_is_never_told_to_slow_down(bench: Bench) -> None:
    till = bench.enrol(5, Profile.TILL)
    said = []
    for first in range(1, 5001, WINDOW):
        for n in range(first, min(first + WINDOW, 5001)):
            # Each leaves a hole before it: the bench need not write 5,000 of them.
            said += bench.core.message(b"till", till.id, ticket(till, n + 10**9))
        bench.core.turn()
    assert said == []


def test_300_posts_that_come_back_at_once_are_all_answered(bench: Bench) -> None:
    posts = [bench.enrol(number, Profile.TILL) for number in range(1, 301)]
    hello = m.Hello(m.PROTOCOL, "x", "0a" * 16, "", {}, 0)
    answers = 0
    for post in posts:
        peer = b"%d" % post.number
        own = m.Hello(m.PROTOCOL, "x", f"{post.number:032x}", "", {}, 0)
        answers += len(bench.core.message(peer, post.id, wire.encode(own)))
        for topic in ("articles", "stock", "sales"):
            ask = wire.encode(m.Since(topic, 1, 0))
            answers += len(bench.core.message(peer, post.id, ask))
        for n in range(2, 2 + WINDOW):
            assert bench.core.message(peer, post.id, ticket(post, n)) == []
    while bench.core.busy:
        answers += len(bench.core.turn().answers)
    assert answers == 300 * (1 + 3 + WINDOW)
    assert hello.outbox != posts[0].id


def test_a_post_with_new_keys_begins_anew(bench: Bench) -> None:
    known = device(7, Profile.TILL)
    with bench.store.group() as db:
        devices.add_device(db, known)
    bench.doors.admit(known)
    for _ in range(60):
        bench.core.message(b"p", known.id, b"garbage")
    assert bench.core.is_cut_off(known.id)
    bench.core.rekey(known.id, bytes(31) + b"x")
    assert decoded(bench.core.message(b"p", f"{known.id}-1", wire.encode(m.Ping(1))))


def test_a_card_is_signed_once_a_second(bench: Bench) -> None:
    ask = wire.encode(m.CardRequest())
    first = bench.core.card(ask)
    assert bench.core.card(ask) is first
    bench.hand.now_s += CARD_S
    assert bench.core.card(ask) != first, "it says when it was signed"
    second = bench.core.card(ask)
    bench.admission.rotate_hub_key()
    assert bench.core.card(ask) != second, "nor is it that of a key that was replaced"


@pytest.mark.parametrize(
    ("told", "goes_on"),
    [
        (b"\1hb\0", True),
        (b"\1articles\0", True),
        (b"\0articles\0", True),
        (b"\1articles", False),
        (b"\1", False),
        (b"", False),
        (b"\1" + b"x" * 900, False),
    ],
)
def test_what_may_be_subscribed_to(bench: Bench, told: bytes, goes_on: bool) -> None:
    till = bench.enrol(5, Profile.TILL)
    assert bench.core.subscription(till.id, told) is goes_on
    assert not bench.core.subscription("nobody", told)
