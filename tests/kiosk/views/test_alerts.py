"""The office's alerts: short names, how grave, and what is so now before what was."""

from dataclasses import replace

import pytest

from common.errors import ERRORS
from common.i18n import Translator
from common.models import Alert
from kiosk.views.alerts import QUARANTINED, AlertRow, alert_rows, aside_note
from tests.kiosk.shop_rows import NOW_MS, OFFSET_MIN, uid

FR, EN = Translator("fr"), Translator("en")
NEW = (
    *("post_silent", "post_back", "clock_differs", "disk_low", "outbox_gap", "quarantine_full"),
    *QUARANTINED,
)


def alert(n: int, code: str, device: str = "Caisse 1") -> Alert:
    """Return an alert; the higher `n`, the older."""
    return Alert(uid(n), NOW_MS - n * 60_000, code, "what it is about", device)


def rows(*alerts: Alert, t: Translator = EN, limit: int = 60) -> tuple[AlertRow, ...]:
    return alert_rows(alerts, t, NOW_MS, OFFSET_MIN, limit)


@pytest.mark.parametrize("code", sorted(NEW))
def test_every_new_code_has_a_short_name_in_both_languages(code: str) -> None:
    (english,), (french,) = rows(alert(1, code)), rows(alert(1, code), t=FR)
    assert english.title not in (code, french.title)
    assert len(french.title) <= 45
    assert english.subject


def test_a_post_that_is_silent_now_stands_out_before_all_others() -> None:
    shown = rows(
        alert(1, "disk_low"),
        alert(2, "post_back", "Caisse 2"),
        alert(3, "post_silent", "Caisse 2"),
        alert(4, "post_silent", "Caisse 3"),
        alert(5, "post_back", "Caisse 3"),
        alert(6, "post_silent", "Caisse 3"),
    )
    assert [(row.id, row.stands_out) for row in shown] == [
        (uid(4), True),
        (uid(1), False),
        (uid(2), False),
        (uid(3), False),
        (uid(5), False),
        (uid(6), False),
    ]
    assert (shown[0].title, shown[0].tone) == ("Caisse 3 does not answer any more", "danger")
    assert shown[0].subject.startswith("Check that it is on")
    assert {row.title for row in shown if row.id in (uid(3), uid(6))} == {"A post was silent"}


def test_a_silent_post_is_listed_however_long_ago_it_fell_silent() -> None:
    shown = rows(
        *(alert(n, "flag_clock") for n in range(1, 80)), alert(90, "post_silent"), limit=60
    )
    assert len(shown) == 60
    assert shown[0].title == "Caisse 1 does not answer any more"


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("Caisse 1, +95 s", "+95 s"),
        ("Caisse 1: 3 (4–6)", "3 (4–6)"),
        ("Caisse 12, +95 s", "Caisse 12, +95 s"),
        ("Baguette: -2", "Baguette: -2"),
        ("Caisse 1", ""),
    ],
)
def test_the_posts_name_is_not_said_twice(subject: str, shown: str) -> None:
    (row,) = rows(replace(alert(1, "clock_differs"), subject=subject))
    assert (row.subject, row.device) == (shown, "Caisse 1")


def test_a_code_without_a_name_has_the_problems_text_else_the_code() -> None:
    assert "outbox_of_another" in ERRORS
    known, unknown = rows(alert(1, "outbox_of_another"), alert(2, "of_a_later_release"))
    assert known.title == "The outbox … belongs to another device."
    assert unknown.title == "of_a_later_release"
    assert known.tone == unknown.tone == "warn"


def test_what_was_put_aside_is_counted() -> None:
    one = alert(1, "handler_failed")
    assert aside_note([one], EN) == (
        "1 operation was put aside. To see it, on the hub's computer: comptoir-hub quarantine"
    )
    two = aside_note([one, replace(one, id=uid(2)), alert(3, "disk_low")], FR)
    assert two.startswith("2\u00a0opérations ont été mises de côté.")
    assert aside_note([alert(3, "disk_low")], EN) == ""
