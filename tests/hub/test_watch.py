"""What the hub notices about its posts: silence told once, restarts, and few writes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.models import Alert, decode_row
from common.topics import Profile
from hub.changes import ChangeLogBook
from hub.store import Store
from hub.watch import PAIR_PAUSE_S, SEEN_S, STEP_S
from hub.watched import Presence
from tests.hub.desk_bench import EPOCH, WALL_MS
from tests.hub.watch_rig import SILENT_S, Rig

HOUR_MS = 3_600_000
PIPE = (Profile.TILL, Profile.DEPOT, Profile.OFFICE)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    store = Store.create(tmp_path / "comptoir.db")
    with store.group():
        ChangeLogBook.found(store, EPOCH)
    store.db.execute("PRAGMA synchronous = OFF")  # no power is cut here
    yield Rig(store)
    store.close()


def test_a_post_that_falls_silent_and_comes_back_is_one_pair_of_alerts(rig: Rig) -> None:
    till = rig.enrol(1)
    rig.live(5, till)
    rig.live(SILENT_S - 1)
    assert rig.alerts() == []
    rig.live(1)
    assert rig.alerts() == [("post_silent", "Post 1, 30 s")]
    rig.live(570)
    assert len(rig.alerts()) == 1
    rig.live(3, till)
    assert rig.alerts()[1:] == [("post_back", "Post 1, 10 min")]


def test_alerts_are_published_like_any_other(rig: Rig) -> None:
    till = rig.enrol(1)
    rig.live(1, till)
    rig.live(SILENT_S)
    (changes,) = rig.told
    assert (changes.topic, changes.first_tseq, changes.gseq) == ("alerts", 1, rig.log.gseq)
    (change,) = changes.changes
    assert (change.outbox, change.n) == ("0" * 32, 0)
    assert change.row is not None
    alert = decode_row(change.row, Alert)
    assert (alert.code, alert.device_name, alert.at_ms) == (
        "post_silent",
        "Post 1",
        rig.hand.wall_ms(),
    )
    before = rig.log.heads
    rig.start()
    assert rig.log.heads == before


@pytest.mark.parametrize("profile", PIPE)
def test_every_kind_of_post_is_watched(rig: Rig, profile: Profile) -> None:
    post = rig.enrol(1, profile)
    rig.live(1, post)
    rig.live(SILENT_S)
    assert [code for code, _ in rig.alerts()] == ["post_silent"]


def test_the_command_line_and_posts_that_never_came_are_not_missed(rig: Rig) -> None:
    rig.enrol(1)
    console = rig.enrol(0, Profile.CONSOLE)
    rig.live(5, console)
    rig.live(300)
    assert rig.alerts() == []


def test_a_post_that_speaks_is_never_silent_and_its_neighbour_is(rig: Rig) -> None:
    till, other = rig.enrol(1), rig.enrol(2)
    rig.live(1, till, other)
    rig.live(600, till)
    assert rig.alerts() == [("post_silent", "Post 2, 30 s")]
    assert [view.device for view in rig.watch.silent()] == [other]


def test_a_goodbye_makes_silence_no_alarm_after_a_restart_either(rig: Rig) -> None:
    till = rig.enrol(1)
    rig.live(5, till)
    rig.watch.heard(till)
    rig.watch.goodbye(till)
    rig.live(100)
    assert rig.watch.view(till).presence is Presence.AWAY
    rig.start()
    rig.live(100)
    assert rig.alerts() == []
    view = rig.watch.view(till)
    assert (view.presence, view.heard_ms) == (Presence.AWAY, WALL_MS + 5000)


def test_a_goodbye_right_after_the_first_word_is_kept(rig: Rig) -> None:
    till = rig.enrol(1)
    rig.watch.heard(till)
    rig.watch.goodbye(till)
    rig.live(1)
    rig.start()
    assert rig.watch.view(till).presence is Presence.AWAY


def test_switched_on_again_a_post_is_expected_again(rig: Rig) -> None:
    till = rig.enrol(1)
    rig.live(1, till)
    rig.watch.goodbye(till)
    rig.watch.heard(till)
    assert rig.watch.view(till).presence is Presence.HERE
    rig.live(5)
    assert rig.watch.view(till).presence is Presence.HERE
    rig.start()
    assert rig.watch.view(till).presence is Presence.AWAITED
    rig.live(2, till)
    rig.watch.goodbye(till)
    rig.live(100)
    rig.live(2, till)
    rig.start()
    rig.live(SILENT_S)
    assert [code for code, _ in rig.alerts()] == ["post_silent"]


def test_a_post_that_a_restart_lost_is_told(rig: Rig) -> None:
    till, other = rig.enrol(1), rig.enrol(2)
    rig.live(70, till, other)
    rig.hand.now_s += 600
    rig.start()
    assert rig.watch.view(till).presence is Presence.AWAITED
    rig.live(SILENT_S - 1, other)
    assert rig.alerts() == []
    rig.live(1, other)
    ((code, subject),) = rig.alerts()
    # Since when is on disk to the minute.
    assert (code, subject) in [("post_silent", f"Post 1, {n} min") for n in (10, 11, 12)]


def test_a_silence_is_told_once_over_restarts_and_so_is_its_end(rig: Rig) -> None:
    till = rig.enrol(1)
    rig.live(5, till)
    rig.live(60)
    for _ in range(3):
        rig.start()
        rig.live(100)
        assert rig.watch.view(till).presence is Presence.SILENT
    assert len(rig.alerts()) == 1
    rig.live(5, till)
    assert rig.alerts()[1:] == [("post_back", "Post 1, 6 min")]


def test_one_that_comes_and_goes_is_told_every_ten_minutes_at_most(rig: Rig) -> None:
    till = rig.enrol(1)
    rig.live(1, till)
    for _ in range(60):
        rig.live(SILENT_S + 5)
        rig.live(5, till)
    codes = [code for code, _ in rig.alerts()]
    hours = 60 * (SILENT_S + 10) / PAIR_PAUSE_S
    assert codes == ["post_silent", "post_back"] * (len(codes) // 2)
    assert 1 < len(codes) / 2 <= hours + 1
    assert rig.watch.view(till).silences == 60


def test_one_that_came_and_went_and_stays_away_is_told_after_all(rig: Rig) -> None:
    till = rig.enrol(1)
    for _ in range(2):
        rig.live(1, till)
        rig.live(SILENT_S + 5)
    assert len(rig.alerts()) == 2
    assert [view.device for view in rig.watch.silent()] == [till]
    rig.live(PAIR_PAUSE_S)
    assert [code for code, _ in rig.alerts()] == ["post_silent", "post_back", "post_silent"]


def test_a_hub_that_stood_still_itself_blames_nobody(rig: Rig) -> None:
    till = rig.enrol(1)
    rig.live(5, till)
    rig.hand.now_s += 500
    rig.told += rig.watch.tick()
    rig.live(SILENT_S - STEP_S - 1)
    assert rig.alerts() == []
    rig.live(1)
    assert [code for code, _ in rig.alerts()] == ["post_silent"]


def test_looked_at_seldom_silence_is_told_all_the_same(rig: Rig) -> None:
    till = rig.enrol(1)
    rig.live(5, till)
    rig.live(600, step_s=20)
    assert [code for code, _ in rig.alerts()] == ["post_silent"]


def test_switched_off_by_setting_there_are_no_alerts_but_silence_shows(rig: Rig) -> None:
    rig.silent_s = 0
    rig.start()
    till = rig.enrol(1)
    rig.live(5, till)
    rig.live(20)
    assert rig.watch.view(till).presence is Presence.HERE
    rig.live(500)
    assert rig.alerts() == []
    assert rig.watch.view(till).presence is Presence.SILENT


def test_hearing_writes_nothing_and_the_minute_writes_once_for_all(rig: Rig) -> None:
    posts = [rig.enrol(number) for number in range(1, 11)]
    rig.live(2, *posts)
    before = rig.writes()
    rig.live(SEEN_S - 4, *posts)
    assert rig.writes() == before
    gseq = rig.log.gseq
    rig.live(4, *posts)
    assert rig.writes() == before + len(posts)
    assert rig.log.gseq == gseq, "nothing of it is published"
    rig.live(10 * SEEN_S)
    assert rig.writes() < before + 10 * len(posts)


def test_on_a_full_disk_alerts_wait_and_come_later(rig: Rig) -> None:
    posts = [rig.enrol(number) for number in range(1, 61)]
    rig.live(5, *posts)
    db = rig.store.db
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}").fetchone()
    heads = rig.log.heads
    rig.live(SILENT_S + 30)
    assert (rig.alerts(), rig.log.heads, rig.told) == ([], heads, [])
    db.execute(f"PRAGMA max_page_count = {2**30}").fetchone()
    rig.live(1)
    assert rig.alerts() == [("post_silent", f"Post {number}, 61 s") for number in range(1, 61)]
    rig.live(5, *posts)
    assert len(rig.alerts()) == 2 * len(posts)


def test_a_wall_clock_that_is_set_makes_no_silence(rig: Rig) -> None:
    till = rig.enrol(1)
    rig.live(5, till)
    rig.jump_ms = 5 * HOUR_MS
    rig.live(SILENT_S - 1)
    assert rig.alerts() == []
    rig.live(1)
    assert rig.alerts() == [("post_silent", "Post 1, 30 s")]
