"""The sheet behind the bar's signs says what is so, what is safe, and everything to do."""

from dataclasses import replace

from common.errors import Problem
from common.i18n import Translator
from common.topics import Profile
from kiosk.state import DeviceInfo, LinkStatus, SessionState
from kiosk.views import status_view
from kiosk.views.link_sheet import LinkSheetView, link_sheet
from tests.kiosk.shop_rows import NOW_MS, OFFSET_MIN

EN = Translator("en")
DEVICE = DeviceInfo("d" * 32, 2, "Caisse 2", Profile.TILL, "C2")
STATE = SessionState(DEVICE, LinkStatus.ONLINE, NOW_MS, synced_ms=NOW_MS)
FULL = Problem("hub_busy", {"reason": "database or disk is full"})


def sheet(state: SessionState) -> LinkSheetView:
    return link_sheet(state, status_view(state, EN, NOW_MS, OFFSET_MIN), None, EN)


def test_all_is_well() -> None:
    view = sheet(STATE)
    assert (view.tone, view.icon, view.to_do, view.clock) == ("go", "online", "Nothing.", "")
    assert view.facts == ("Synchronised at 14:52", "Nothing waits to be sent")


def test_a_hub_that_takes_nothing_comes_first() -> None:
    view = sheet(replace(STATE, hub_trouble=FULL, waiting=3))
    assert (view.title, view.icon, view.tone) == (
        "The office records nothing just now",
        "alert",
        "warn",
    )
    assert view.happened == "The hub cannot write to its disk now: database or disk is full."
    assert view.safe.startswith("Nothing is lost. Keep working")
    assert view.to_do.startswith("Tell a manager. Free space on the hub's disk")


def test_offline_says_what_would_help_where_it_is_known() -> None:
    offline = replace(STATE, link=LinkStatus.OFFLINE)
    assert sheet(offline).to_do.startswith("Check that the office computer is on")
    known = replace(offline, problem=Problem("hub_unreachable", {"address": "10.0.0.2"}))
    assert sheet(known).happened == "No hub answers at 10.0.0.2."
    assert sheet(known).to_do == "Check the address, the cable and that the hub runs."


def test_every_step_is_told() -> None:
    view = sheet(replace(STATE, hub_trouble=FULL, quarantined=2, clock_diff_ms=-180_000))
    assert view.to_do.split("\n")[1:] == [
        "Show a manager what was put aside.",
        "Set the date and time of this post, or ask your installer.",
    ]
    assert view.clock == (
        "This post's clock is 3 minutes ahead of the office's. "
        "Tickets count for the right day all the same: the day comes from the office."
    )
