"""What `status` and `devices` print of a hub: facts, and warnings with what would do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from common import messages as m
from common import wire
from common.i18n import Translator
from common.people import Role
from common.topics import Profile
from hub.cli_session import Session
from hub.records import backups, people
from hub.records.backups import Backup
from hub.records.devices import Device
from hub.space import MB
from hub.status_cli import BACKUP_OLD_MS, DAY_MS, ago, show_devices, show_status, warnings
from tests.hub.desk_bench import WALL_MS, Bench, open_bench

EN, FR = Translator("en"), Translator("fr")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        with bench.store.group() as db:
            people.put(db, "a" * 32, "Amélie", Role.ADMIN, True)
            people.set_pin(db, "a" * 32, "$", WALL_MS)
        yield bench


@pytest.fixture
def console(bench: Bench) -> Device:
    return bench.enrol(0, Profile.CONSOLE)


def ask(bench: Bench, console: Device, kind: str) -> Any:
    (said,) = bench.hear(console, m.Query(1, kind, {}))
    return said.result


def codes(bench: Bench, console: Device) -> list[str]:
    return [warned.code for warned in warnings(ask(bench, console, "status"), EN)]


def live(bench: Bench, seconds: int, *speaking: tuple[Device, int | None]) -> None:
    """Let time pass; these posts ping each second, with what they know of their clocks."""
    for _ in range(seconds):
        bench.hand.now_s += 1
        for post, diff_ms in speaking:
            bench.hear(post, m.Ping(1, diff_ms))
        bench.core.tick()


def backed_up(bench: Bench, age_ms: int = 0) -> None:
    made_ms = bench.hand.wall_ms() - age_ms
    with bench.store.group() as db:
        backups.add(db, Backup(f"{made_ms:032x}", made_ms, "/b/x.db", 1, "5" * 32, 1), {})


def test_a_hub_in_order_warns_of_nothing(bench: Bench, console: Device) -> None:
    till = bench.enrol(1, Profile.TILL)
    live(bench, 60, (till, 2000))
    backed_up(bench)
    assert codes(bench, console) == []


def test_a_shop_without_pins_is_warned_of(bench: Bench, console: Device) -> None:
    backed_up(bench)
    with bench.store.group() as db:
        db.execute("DELETE FROM pin")
    assert codes(bench, console) == ["no_people"]


def test_a_silent_post_is_named_until_it_is_back_or_switched_off(
    bench: Bench, console: Device
) -> None:
    till, other = bench.enrol(1, Profile.TILL), bench.enrol(2, Profile.OFFICE)
    backed_up(bench)
    live(bench, 2, (till, None), (other, None))
    live(bench, 300, (other, None))
    (warned,) = warnings(ask(bench, console, "status"), EN)
    assert warned.code == "post_silent"
    assert "Post 1 is silent; last heard: 5 min ago." in warned.text
    assert warned.hint
    live(bench, 2, (till, None), (other, None))
    assert codes(bench, console) == []
    bench.hear(till, m.Goodbye())
    live(bench, 300, (other, None))
    assert codes(bench, console) == []


@pytest.mark.parametrize(
    ("diff_ms", "said"), [(90_000, "90 s behind"), (-3_600_000, "3,600 s ahead of")]
)
def test_a_clock_that_is_off_is_named_with_its_direction(
    bench: Bench, console: Device, diff_ms: int, said: str
) -> None:
    till = bench.enrol(1, Profile.TILL)
    backed_up(bench)
    live(bench, 2, (till, diff_ms))
    (warned,) = warnings(ask(bench, console, "status"), EN)
    assert (warned.code, said in warned.text) == ("clock_differs", True)
    live(bench, 2, (till, 0))
    assert codes(bench, console) == []


def test_a_low_disk_the_quarantine_and_a_missing_backup_are_warned_of(
    bench: Bench, console: Device
) -> None:
    bad = m.Command("0e" * 16, 1, 0, 1, bytes(16), b"{}")
    bench.core.message(b"c", console.id, wire.encode_command(bad))
    bench.core.turn()
    bench.disk.free = 10 * MB
    live(bench, 1)
    assert codes(bench, console) == ["hub_disk_low", "quarantine", "no_backup"]


@pytest.mark.parametrize(
    ("age_ms", "warned"), [(0, []), (BACKUP_OLD_MS - 1, []), (BACKUP_OLD_MS, ["no_backup"])]
)
def test_a_backup_is_old_after_a_week(
    bench: Bench, console: Device, age_ms: int, warned: list[str]
) -> None:
    backed_up(bench, 30 * DAY_MS)
    backed_up(bench, age_ms)
    assert codes(bench, console) == warned


@pytest.mark.parametrize("t", [EN, FR], ids=["en", "fr"])
def test_status_prints_facts_then_warnings(
    bench: Bench, console: Device, t: Translator, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.disk.free = 54_321 * MB
    till = bench.enrol(1, Profile.TILL)
    live(bench, 1, (till, 0))
    live(bench, 40)
    view = ask(bench, console, "status")
    show_status(Session(bench.path.parent, t), view, as_json=False)
    said = capsys.readouterr().out
    for shown in (
        "Essai",
        t("Free disk"),
        t("{free} MB", free=t.number(54_321)),
        t("Last backup"),
        t("never"),
    ):
        assert shown in said
    facts, _, warned = said.partition("alerts")
    assert t("Silent posts") in facts
    for warning in warnings(view, t):
        assert warning.text in warned
        assert warning.hint in warned


def test_as_json_status_has_all_of_it_and_the_warnings(
    bench: Bench, console: Device, capsys: pytest.CaptureFixture[str]
) -> None:
    view = ask(bench, console, "status")
    show_status(Session(bench.path.parent, EN), view, as_json=True)
    said = orjson.loads(capsys.readouterr().out)
    assert [warned["code"] for warned in said.pop("warnings")] == ["no_backup"]
    assert said == view
    assert {"silent", "clocks", "disk", "backup_ms", "quarantined"} <= said.keys()


def test_devices_show_who_is_there_since_when_and_their_clocks(
    bench: Bench, console: Device, capsys: pytest.CaptureFixture[str]
) -> None:
    posts = [bench.enrol(number, Profile.TILL) for number in range(1, 5)]
    live(bench, 1, *((post, -75_000) for post in posts[:3]))
    bench.hear(posts[1], m.Goodbye())
    live(bench, 180, (posts[0], -75_000))
    known = ask(bench, console, "devices")
    presences = [device["presence"] for device in known]
    assert presences == ["here", "away", "silent", "never"]
    assert [device["heard_ms"] for device in known[1:]] == [WALL_MS + 1000, WALL_MS + 1000, None]
    assert known[0]["clock_diff_ms"] == -75_000
    show_devices(Session(bench.path.parent, EN), known, bench.hand.wall_ms(), as_json=False)
    lines = capsys.readouterr().out.splitlines()[1:]
    cells = [("here", "now", "+75 s"), ("switched off", "3 min ago"), ("silent", "3 min ago")]
    for line, shown in zip(lines, [*cells, ("never heard", "never")], strict=True):
        assert [cell for cell in shown if cell not in line] == []


def test_without_devices_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show_devices(Session(tmp_path, FR), [], 0, as_json=False)
    assert capsys.readouterr().out.strip() == FR("No device is enrolled yet.")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "now"),
        (10, "10 s ago"),
        (60, "1 min ago"),
        (7199, "119 min ago"),
        (7200, "2 h ago"),
        (2 * 86_400, "2 days ago"),
    ],
)
def test_how_long_ago_is_said_as_people_count(seconds: int, said: str) -> None:
    assert ago(EN, 0, seconds * 1000) == said
    assert ago(EN, None, 0) == "never"
