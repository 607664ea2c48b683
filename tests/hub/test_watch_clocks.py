"""Clocks that differ, revoked posts, and what the hub's own messages bring to its watch."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from common import messages as m
from common.topics import Profile
from hub.changes import ChangeLogBook
from hub.records.devices import REVOKED, Device
from hub.store import Store
from hub.watch import CLOCK_LIMIT_MS
from hub.watched import Presence, duration
from tests.hub.desk_bench import EPOCH, WALL_MS, Bench, open_bench
from tests.hub.watch_rig import SILENT_S, Rig

HOUR_MS = 3_600_000
DAY_S = 86_400


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    store = Store.create(tmp_path / "comptoir.db")
    with store.group():
        ChangeLogBook.found(store, EPOCH)
    store.db.execute("PRAGMA synchronous = OFF")  # no power is cut here
    yield Rig(store)
    store.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


def off(rig: Rig, till: Device, diff_ms: int | None, seconds: float = 1) -> list[str]:
    """Let a post say how far off its clock is; return the subjects of what was told so far."""
    for _ in range(round(seconds)):
        rig.watch.heard(till)
        rig.watch.clock_of(till, diff_ms)
        rig.live(1)
    assert {code for code, _ in rig.alerts()} <= {"clock_differs"}
    return [subject for _, subject in rig.alerts()]


@pytest.mark.parametrize("diff_ms", [None, 0, 5000, CLOCK_LIMIT_MS, -CLOCK_LIMIT_MS])
def test_a_clock_within_a_minute_is_well(rig: Rig, diff_ms: int | None) -> None:
    assert off(rig, rig.enrol(1), diff_ms, 5) == []


@pytest.mark.parametrize(
    ("diff_ms", "said"),
    [(75_000, "Post 1, −75 s"), (-75_400, "Post 1, +75 s"), (2**63, "Post 1, −10000000000 s")],
)
def test_a_clock_that_is_off_is_told_with_its_direction(rig: Rig, diff_ms: int, said: str) -> None:
    till = rig.enrol(1)
    assert off(rig, till, diff_ms, 100) == [said]
    rig.start()
    assert off(rig, till, diff_ms, 10) == [said], "a restart tells nothing again"


def test_a_clock_is_told_again_the_next_day_or_ten_times_as_far_off(rig: Rig) -> None:
    till = rig.enrol(1)
    assert len(off(rig, till, 100_000, 5)) == 1
    assert len(off(rig, till, 999_000, 5)) == 1
    assert len(off(rig, till, -1_000_000, 5)) == 2
    rig.hand.now_s += DAY_S - 100
    assert len(off(rig, till, -1_000_000, 5)) == 2
    rig.hand.now_s += 100
    assert len(off(rig, till, -1_000_000, 5)) == 3


def test_the_clock_of_a_post_that_is_switched_off_is_told_no_more(rig: Rig) -> None:
    till = rig.enrol(1)
    assert len(off(rig, till, 100_000)) == 1
    rig.watch.goodbye(till)
    rig.hand.now_s += 2 * DAY_S
    rig.live(5)
    assert len(rig.alerts()) == 1


def test_a_ping_brings_the_clock_and_a_goodbye_the_leave(bench: Bench) -> None:
    till = bench.enrol(1, Profile.TILL)
    assert bench.hear(till, m.Ping(1, -90_000)) == [m.Pong(1, WALL_MS)]
    bench.core.tick()
    view = bench.desk.watch.view(till)
    assert (view.presence, view.clock_diff_ms) == (Presence.HERE, -90_000)
    assert len(bench.core.tick()) == 0
    assert bench.hear(till, m.Goodbye()) == []
    bench.core.tick()
    assert bench.desk.watch.view(till).presence is Presence.AWAY


def test_a_revoked_post_is_missed_by_nobody_and_expected_once_it_is_heard_again(
    bench: Bench,
) -> None:
    till = bench.enrol(1, Profile.TILL)
    watch = bench.desk.watch

    def live(seconds: int, *speaking: Device) -> int:
        frames = 0
        for _ in range(seconds):
            for post in speaking:
                bench.hear(post, m.Ping(1))
            frames += len(bench.core.tick())
            bench.hand.now_s += 1
        return frames

    live(5, till)
    bench.core.revoke(till.id)
    assert live(100, till) == 0
    revoked = watch.view(replace(till, state=REVOKED))
    assert (revoked.presence, revoked.heard_ms) == (Presence.AWAY, WALL_MS + 4000)
    assert watch.silent() == []
    bench.core.reinstate(till.id)
    assert live(100) == 0
    live(5, till)
    assert live(SILENT_S + 1) == 1


def test_alerts_of_silence_are_broadcast(bench: Bench) -> None:
    till = bench.enrol(1, Profile.TILL)
    bench.hear(till, m.Ping(1))
    frames = []
    for _ in range(SILENT_S + 2):
        frames += bench.core.tick()
        bench.hand.now_s += 1
    assert [profile for profile, _ in frames] == [Profile.OFFICE]


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (-5, "0 s"),
        (119_999, "119 s"),
        (120_000, "2 min"),
        (HOUR_MS - 1, "59 min"),
        (3 * HOUR_MS + 300_000, "3 h 05 min"),
        (50 * HOUR_MS, "50 h 00 min"),
    ],
)
def test_durations_read_alike_in_both_languages(ms: int, said: str) -> None:
    assert duration(ms) == said
