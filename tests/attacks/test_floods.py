"""Floods against the hub's core, by count and without a socket or a clock that runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from common import messages as m
from common import wire
from common.topics import Profile
from hub.limits import (
    ASKED_AT_ONCE,
    CUT_OFF_PAUSE_S,
    CUT_OFF_S,
    MALFORMED,
    QUERIES,
    SHARE_COMMANDS,
    SNAPSHOTS,
    SYNC,
    TOLD,
    WORDS,
)
from hub.pipeline import GROUP
from hub.records.devices import Device
from tests.hub.desk_bench import Bench, article, decoded, open_bench

pytestmark = pytest.mark.attack
BODY = orjson.dumps({"id": "0" * 32, "kind": "sale.record", "args": {}})


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


@pytest.fixture
def flooder(bench: Bench) -> Device:
    return bench.enrol(1, Profile.TILL)


@pytest.fixture
def other(bench: Bench) -> Device:
    return bench.enrol(2, Profile.OFFICE)


def command(device: Device, n: int, body: bytes = BODY) -> bytes:
    outbox = f"{device.number:032x}"
    return wire.encode_command(m.Command(outbox, n, 0, 1, wire.body_hash(body), body))


def say(bench: Bench, device: Device, frame: bytes) -> list[Any]:
    return decoded(bench.core.message(b"%d" % device.number, device.id, frame))


def test_commands_beyond_a_share(bench: Bench, flooder: Device, other: Device) -> None:
    """Commands without end from one post: another's are in the very next group, each time."""
    told = []
    for number in range(1, 40):
        for _ in range(300):
            told += say(bench, flooder, command(flooder, 2))
        assert say(bench, other, command(other, number)) == []
        answers = bench.core.turn().answers
        assert len(answers) <= GROUP
        assert [n.n for n in decoded(answers) if isinstance(n, m.Reply)] == [number]
    assert {each.code for each in told} == {"too_fast"}
    assert len(told) == TOLD.burst
    assert len(bench.core._waiting) <= SHARE_COMMANDS
    assert bench.core.is_cut_off(flooder.id)
    assert not bench.core.is_cut_off(other.id)


def test_long_lists_without_end(bench: Bench, flooder: Device, other: Device) -> None:
    """Commands of 500 entries without end: a COMMIT holds a few of them, and another's sale."""
    office = bench.enrol(3, Profile.OFFICE)
    entries = [article(number) for number in range(500)]
    args = {"entries": entries}
    raw = orjson.dumps({"id": "1" * 32, "kind": "catalogue.put", "args": args})
    for n in range(1, 60):
        say(bench, office, command(office, n, raw))
    say(bench, other, command(other, 1))
    taken = bench.core.turn().answers
    assert 1 < len(taken) < 20
    assert b"2" in {peer for peer, _ in taken}


@pytest.mark.parametrize(
    ("message", "rate"),
    [
        (m.Query(1, "tickets", {"before_ms": 0}), QUERIES),
        (m.Since("articles", 1, 0), SYNC),
        (m.Hello(m.PROTOCOL, "x", "0a" * 16, "", {}, 0), SYNC),
        (m.SnapshotRequest("articles", 1, 0), SNAPSHOTS),
        (m.Ping(1), WORDS),
        (m.Credit("articles", 1, 2**62), WORDS),
    ],
    ids=lambda value: type(value).__name__ if not hasattr(value, "per_s") else value.name,
)
def test_other_messages_without_end(bench: Bench, flooder: Device, message: Any, rate: Any) -> None:
    """Questions, pages, snapshots, hellos, pings or credit without end: told, then cut off."""
    frame = wire.encode(message)
    refused = []
    for _ in range(int(rate.burst + TOLD.burst) + 5):
        bench.core.turn()
        refused += [each for each in say(bench, flooder, frame) if isinstance(each, m.Refused)]
    assert [each.code for each in refused] == ["too_fast"] * int(TOLD.burst)
    assert bench.core.take_newly_cut() == [flooder.id]
    assert say(bench, flooder, wire.encode(m.Ping(1))) == []


def test_questions_in_one_turn(bench: Bench, flooder: Device, other: Device) -> None:
    """A hundred questions at once: a few are answered between two COMMITs, and others' first."""
    frame = wire.encode(m.Query(1, "tickets", {"before_ms": 2**40}))
    at_once = [answer for _ in range(100) for answer in say(bench, flooder, frame)]
    assert len(at_once) == ASKED_AT_ONCE
    assert say(bench, other, wire.encode(m.Query(77, "tickets", {"before_ms": 2**40}))) == []
    answers = decoded(bench.core.turn().answers)
    assert len(answers) == ASKED_AT_ONCE
    assert 77 in {answer.request for answer in answers}
    count = len(answers) + len(at_once)
    while bench.core.busy:
        count += len(bench.core.turn().answers)
    assert count == 101


def test_garbage_from_a_post(bench: Bench, flooder: Device) -> None:
    """Frames that are none, over and over: answered twenty times, then the post is cut off."""
    answers = [a for _ in range(60) for a in say(bench, flooder, b"\1\xff{}")]
    assert [answer.code for answer in answers] == ["malformed"] * (int(MALFORMED.burst) + 1)
    assert bench.core.is_cut_off(flooder.id)


def test_bytes_without_end(bench: Bench, flooder: Device) -> None:
    """Frames as large as may be, as fast as may be: cut off by their bytes, long before a count."""
    frame = command(flooder, 2, bytes(wire.COMMAND_BYTES))
    count = 0
    while not bench.core.is_cut_off(flooder.id):
        say(bench, flooder, frame)
        bench.core.turn()
        count += 1
    assert count < 400


def test_a_post_is_let_back_in(bench: Bench, flooder: Device) -> None:
    """A post that was cut off: the office is told once, and it is let back in after its time."""
    for _ in range(2):
        for _ in range(60):
            say(bench, flooder, b"\1\xff{}")
        assert say(bench, flooder, wire.encode(m.Ping(5))) == []
        bench.core.tick()
        bench.hand.now_s += CUT_OFF_S
        assert not bench.core.is_cut_off(flooder.id)
        assert isinstance(say(bench, flooder, wire.encode(m.Ping(5)))[0], m.Pong)
    found = bench.store.db.execute("SELECT code, subject FROM alert").fetchall()
    assert found == [("post_cut_off", flooder.name)]
    bench.hand.now_s += CUT_OFF_PAUSE_S
    for _ in range(60):
        say(bench, flooder, b"\1\xff{}")
    bench.core.tick()
    (count,) = bench.store.db.execute("SELECT count(*) FROM alert").fetchone()
    assert count == 2
