"""Questions: who may ask what, and what bad arguments get."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from common import VERSION, wire
from common import messages as m
from common.models import Ticket, TicketLine
from common.topics import TOPICS, Profile
from hub.queries import QUERIES, answer
from hub.records import sales
from hub.records.devices import Device
from hub.records.sales import Arrival
from tests.hub.desk_bench import EPOCH, WALL_MS, Bench, article, device, open_bench

OTHER = device(9, Profile.TILL).id
GOOD: dict[str, dict[str, Any]] = {
    "status": {},
    "devices": {},
    "pair": {"profile": "till", "name": "Caisse 1", "key": "0a" * 32, "salt": "0b" * 16},
    "code": {"number": 1},
    "tickets": {"before_ms": WALL_MS},
    "pictures": {"pictures": ["0a" * 16]},
    "drawers": {},
    "quarantine": {},
    "people": {},
    "audit": {},
    "revoke": {"device": OTHER},
    "reinstate": {"device": OTHER},
    "new_device_key": {"device": OTHER},
    "new_hub_key": {},
    "collect": {"device": OTHER, "outbox": "0a" * 16, "oldest_n": 1, "operations": []},
    "close": {"period": "day"},
}
OPERATION = {"n": 1, "schema": 1, "body": "no base64", "signature": "0a" * 64}
SELLING = (Profile.TILL, Profile.OFFICE, Profile.CONSOLE)
ASKERS = {
    **dict.fromkeys(GOOD, (Profile.CONSOLE,)),
    "tickets": SELLING,
    "pictures": (Profile.TILL, Profile.DEPOT, Profile.OFFICE),
    "drawers": (Profile.OFFICE, Profile.CONSOLE),
    "quarantine": (Profile.OFFICE, Profile.CONSOLE),
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


@pytest.fixture
def console(bench: Bench) -> Device:
    return bench.enrol(0, Profile.CONSOLE)


def ask(bench: Bench, device: Device, kind: str, args: dict[str, Any] | None = None) -> m.Answer:
    """Ask over the wire, as a client does: an answer must be JSON."""
    (said,) = bench.hear(device, m.Query(7, kind, GOOD[kind] if args is None else args))
    assert isinstance(said, m.Answer)
    assert said.request == 7
    bench.core.turn()
    return said


def test_every_question_is_tried_here() -> None:
    assert QUERIES.keys() == GOOD.keys()


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("kind", GOOD)
def test_a_profile_asks_what_it_may(bench: Bench, profile: Profile, kind: str) -> None:
    bench.enrol(9, Profile.TILL)
    said = ask(bench, bench.enrol(1, profile), kind)
    if profile in ASKERS[kind]:
        assert (said.code, said.result is None) == ("", False)
    else:
        params = {"profile": profile.value, "kind": kind}
        assert (said.code, said.params, said.result) == ("profile_not_allowed", params, None)
        assert not bench.pairing.open


@pytest.mark.parametrize("kind", ["", "stat", "STATUS", "__class__", "x" * 64])
def test_an_unknown_question_is_named(bench: Bench, console: Device, kind: str) -> None:
    said = ask(bench, console, kind, {})
    assert (said.code, said.params) == ("unknown_query", {"kind": kind})


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("pair", {}),
        ("pair", {**GOOD["pair"], "profile": "boss"}),
        ("pair", {**GOOD["pair"], "name": ""}),
        ("pair", {**GOOD["pair"], "name": "n" * 61}),
        ("pair", {**GOOD["pair"], "name": None}),
        ("pair", {**GOOD["pair"], "key": "0a" * 31}),
        ("pair", {**GOOD["pair"], "key": "0A" * 32}),
        ("pair", {**GOOD["pair"], "key": "0a" * 32 + "\n"}),
        ("pair", {**GOOD["pair"], "salt": "zz" * 16}),
        ("code", {}),
        ("code", {"number": "1"}),
        ("code", {"number": 1.5}),
        ("revoke", {"device": "../x"}),
        ("revoke", {"device": OTHER, "by": "x" * 101}),
        ("new_device_key", {}),
        ("collect", {**GOOD["collect"], "operations": [{"n": 1, "schema": 1, "body": "x"}]}),
        ("collect", {**GOOD["collect"], "operations": [OPERATION]}),
        ("tickets", {}),
        ("tickets", {"before_ms": -1}),
        ("tickets", {"before_ms": 2**48}),
        ("tickets", {"before_ms": "now"}),
        ("tickets", {"before_ms": 1, "limit": 0}),
        ("tickets", {"before_ms": 1, "limit": 201}),
        ("tickets", {"before_ms": 1, "limit": True}),
    ],
)
def test_bad_arguments_are_malformed(
    bench: Bench, console: Device, kind: str, args: dict[str, Any]
) -> None:
    said = ask(bench, console, kind, args)
    assert (said.code, said.result) == ("malformed", None)
    assert said.params["reason"]
    assert not bench.pairing.open


def test_nobody_pairs_a_console(bench: Bench, console: Device) -> None:
    said = ask(bench, console, "pair", {**GOOD["pair"], "profile": "console"})
    assert said.code == "profile_not_allowed"
    assert not bench.pairing.open


def test_a_code_is_followed_from_out_to_expired(bench: Bench, console: Device) -> None:
    view = ask(bench, console, "pair").result
    assert (view["state"], view["left_s"], view["device_name"]) == ("out", 300.0, "Caisse 1")
    assert "key" not in orjson.dumps(view).decode()
    bench.hand.now_s += 100
    assert ask(bench, console, "code", {"number": view["number"]}).result["left_s"] == 200.0
    bench.hand.now_s += 200
    assert ask(bench, console, "code", {"number": view["number"]}).result["state"] == "expired"
    assert ask(bench, console, "code", {"number": 99}).result["state"] == "expired"


def test_status_tells_how_the_hub_stands(bench: Bench, console: Device) -> None:
    bench.put(console, [article(1), article(2)])
    bench.core.turn()
    till, _ = bench.enrol(1, Profile.TILL), bench.enrol(2, Profile.DEPOT)
    bench.hear(till, m.Ping(1))
    bench.hand.now_s += 5
    view = ask(bench, console, "status").result
    assert (view["shop"], view["version"], view["epoch"]) == ("Essai", VERSION, EPOCH)
    assert view["fingerprint"] == "3fa2 91c0 77de 0b12"
    assert (view["gseq"], view["started_ms"], view["now_ms"]) == (1, WALL_MS, WALL_MS + 5000)
    assert (view["devices"], view["connected"], view["quarantined"]) == (2, 1, 0)
    assert list(view["topics"]) == list(TOPICS)
    head = bench.log.heads["articles"]
    digest = wire.digest_hex(head.digest)
    assert view["topics"]["articles"] == {"tseq": 2, "low": 0, "digest": digest}
    assert (view["counters"]["commands"], view["counters"]["commits"]) == (1, 1)


def test_devices_are_the_posts_with_when_they_were_heard(bench: Bench, console: Device) -> None:
    bench.enrol(2, Profile.DEPOT)
    till = bench.enrol(1, Profile.TILL)
    bench.hand.now_s += 1
    bench.hear(till, m.Ping(1))
    heard, silent = ask(bench, console, "devices").result
    assert (heard["number"], heard["name"], heard["profile"]) == (1, "Post 1", "till")
    assert (heard["state"], heard["heard_ms"]) == ("active", WALL_MS + 1000)
    assert (silent["number"], silent["heard_ms"]) == (2, None)


def test_unknown_arguments_do_not_stop_an_older_hub(bench: Bench, console: Device) -> None:
    said = answer(bench.desk, console, m.Query(1, "status", {"of_a_newer_client": 1}))
    assert said.code == ""


def test_tickets_too_large_for_one_frame_come_in_fewer(bench: Bench, console: Device) -> None:
    till = bench.enrol(1, Profile.TILL)
    arrival = Arrival(till.id, till.name, WALL_MS)
    with bench.store.group() as db:
        for number in range(60):
            sales.add_ticket(db, _huge_ticket(number), arrival)
    asked = wire.encode(m.Query(7, "tickets", {"before_ms": 2**41, "limit": 200}))
    ((_, frame),) = bench.core.message(b"peer", console.id, asked)
    assert len(frame) < wire.BROADCAST_BYTES
    first = ask(bench, console, "tickets", {"before_ms": 2**41, "limit": 200}).result
    assert 1 < len(first) < 60
    at_ms, seen = 2**41, 0
    while page := ask(bench, console, "tickets", {"before_ms": at_ms, "limit": 200}).result:
        seen += len(page)
        at_ms = page[-1]["ticket"]["at_ms"]
    assert seen == 60, "asked on from the last, none is left out"


def _huge_ticket(number: int) -> Ticket:
    """Return a ticket of nearly the size that a command may have."""
    line = TicketLine("", "é" * 200, 1000, 100, 550, 100)
    return Ticket(
        f"{number:032x}",
        "S",
        number,
        WALL_MS + number,
        60,
        "2026-03-03",
        0,
        "A",
        "main",
        (line,) * 450,
        (),
        (),
        45_000,
    )
