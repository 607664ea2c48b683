"""The status bar tells the truth in the person's language."""

from dataclasses import replace

import pytest

from common.errors import Problem
from common.i18n import Translator
from common.topics import Profile
from kiosk.state import DeviceInfo, LinkStatus, SessionState
from kiosk.views import problem_text, status_view
from kiosk.views.status import SignView
from tests.kiosk.shop_rows import NOW_MS, OFFSET_MIN

FR, EN = Translator("fr"), Translator("en")
DEVICE = DeviceInfo("d" * 32, 2, "Caisse 2", Profile.TILL, "C2", "Amélie Dubois")
STATE = SessionState(DEVICE, LinkStatus.ONLINE, NOW_MS - 3_600_000, synced_ms=NOW_MS - 60_000)
DAY_MS = 86_400_000


def test_online() -> None:
    view = status_view(STATE, FR, NOW_MS, OFFSET_MIN)
    assert (view.device, view.operator) == ("Caisse 2", "Amélie Dubois")
    assert (view.link, view.link_text, view.tone) == (LinkStatus.ONLINE, "En ligne", "go")
    assert (view.since, view.synced, view.time) == ("depuis 13:52", "Synchronisé à 14:51", "14:52")
    assert (view.waiting, view.waiting_text, view.trouble, view.problem) == (0, "", "", "")


def test_offline_says_why_and_what_waits() -> None:
    problem = Problem("hub_unreachable", {"address": "10.0.0.2"})
    state = replace(STATE, link=LinkStatus.OFFLINE, waiting=3, problem=problem)
    view = status_view(state, EN, NOW_MS, OFFSET_MIN)
    assert (view.link_text, view.since, view.tone) == ("Offline", "since 13:52", "warn")
    assert (view.waiting, view.waiting_text) == (3, "3 sales wait for the office")
    assert view.problem == (
        "No hub answers at 10.0.0.2. Check the address, the cable and that the hub runs."
    )


def test_catching_up() -> None:
    state = replace(STATE, link=LinkStatus.CATCHING_UP, synced_ms=None)
    view = status_view(state, FR, NOW_MS, OFFSET_MIN)
    assert (view.link_text, view.synced) == ("Mise à jour", "Pas encore synchronisé")


def test_another_day_is_named() -> None:
    state = replace(STATE, since_ms=NOW_MS - DAY_MS, synced_ms=NOW_MS - DAY_MS)
    view = status_view(state, FR, NOW_MS, OFFSET_MIN)
    assert view.since == "depuis le lun.\u00a02\u00a0mars, 14:52"
    assert view.synced == "Synchronisé le lun.\u00a02\u00a0mars à 14:52"
    view = status_view(state, EN, NOW_MS, OFFSET_MIN)
    assert view.since == "since Mon\u00a02\u00a0Mar, 14:52"
    assert view.synced == "Synchronised on Mon\u00a02\u00a0Mar at 14:52"


@pytest.mark.parametrize(
    ("count", "french", "trouble"),
    [
        (1, "1\u00a0vente attend le bureau", "1\u00a0vente mise de côté"),
        (2, "2\u00a0ventes attendent le bureau", "2\u00a0ventes mises de côté"),
    ],
)
def test_one_and_many(count: int, french: str, trouble: str) -> None:
    view = status_view(replace(STATE, waiting=count, quarantined=count), FR, NOW_MS, OFFSET_MIN)
    assert (view.waiting_text, view.trouble) == (french, trouble)
    assert view.sign == SignView(f"{trouble}\n{french}", "alert", "warn")


def test_the_sign_of_what_waits_is_calm() -> None:
    assert status_view(STATE, EN, NOW_MS, OFFSET_MIN).sign is None
    view = status_view(replace(STATE, waiting=1), EN, NOW_MS, OFFSET_MIN)
    assert view.sign == SignView("1 sale waits for the office", "waiting", "plain")


def test_a_hub_that_takes_nothing_comes_first_and_two_lines_are_shown() -> None:
    full = Problem("hub_busy", {"reason": "disk full"})
    state = replace(STATE, hub_trouble=full, quarantined=1, waiting=9)
    view = status_view(state, EN, NOW_MS, OFFSET_MIN)
    lines = "The office records nothing just now\n1 sale put aside"
    assert view.sign == SignView(lines, "alert", "warn")
    assert view.hub_trouble == "The office records nothing just now"


def test_a_clock_that_is_off_is_marked() -> None:
    assert not status_view(STATE, EN, NOW_MS, OFFSET_MIN).clock_off
    assert status_view(replace(STATE, clock_diff_ms=-60_000), EN, NOW_MS, OFFSET_MIN).clock_off


def test_a_problem_names_the_profile_in_the_persons_language() -> None:
    problem = Problem("profile_not_allowed", {"profile": "depot", "kind": "sale.record"})
    assert problem_text(problem, FR).startswith(
        "Un poste «\u00a0réserve\u00a0» n’a pas le droit de faire cela (sale.record)."
    )
    assert problem_text(problem, EN).startswith("A depot may not do this (sale.record).")


def test_a_problem_of_a_newer_hub_is_shown_by_its_code() -> None:
    assert problem_text(Problem("brand_new", {"profile": ["?"]}), FR) == "Error brand_new."
