"""People as they stand on screens, in both languages."""

import pytest

from common.errors import Problem
from common.i18n import Translator
from common.people import Role
from kiosk.state import Act, At, Attempt, LinkStatus, Who
from kiosk.views.gate import gate_view
from kiosk.views.people import (
    ROLE_NAMES,
    ROLE_TONES,
    initials,
    person_tiles,
    pin_view,
    role_name,
    short_name,
    who_can_log_in,
)
from kiosk.views.staff import nobody_note, role_choices, staff_rows
from tests.ui.fake_people import AMELIE, CHANTAL, GAELLE, HUGO, PEOPLE

EN, FR = Translator("en"), Translator("fr")
NOW_MS = 1_772_545_920_000


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amélie Roussel", "AR"),
        ("Zoé", "Z"),
        ("Chantal Le Goff", "CG"),
        ("Jean-Pierre", "JP"),
        ("François-Xavier de Montalembert", "FM"),
        ("élodie", "É"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Zoé", "Zoé"),
        ("Chantal Le Goff", "Chantal Le Goff"),
        ("François-Xavier de Montalembert", "François-Xavier M."),
        ("Wolfeschlegelsteinhausenbergerdorff", "Wolfeschlegelsteinhausenbergerdorff"),
    ],
)
def test_a_long_name_is_short_in_the_bar(name: str, short: str) -> None:
    assert short_name(name) == short


def test_every_role_has_a_name_in_both_languages_and_a_tone() -> None:
    assert set(ROLE_NAMES) == set(ROLE_TONES) == set(Role)
    assert role_name("manager", FR) == "Responsable"
    assert role_name("manager", EN) == "Manager"
    assert role_name("of_a_later_release", EN) == "of_a_later_release"


def test_who_has_no_pin_or_has_left_cannot_log_in() -> None:
    able = who_can_log_in(PEOPLE)
    assert GAELLE not in able
    assert HUGO not in able
    assert AMELIE in able


def test_without_the_hub_tiles_say_whom_the_post_can_let_in() -> None:
    both = (AMELIE, CHANTAL)
    tiles = person_tiles(both, AMELIE.id, LinkStatus.OFFLINE, lambda who: who == AMELIE.id, EN)
    assert [tile.quiet for tile in tiles] == [False, True]
    assert [tile.role for tile in tiles] == ["Cashier", "Only online"]
    online = person_tiles(both, "", LinkStatus.ONLINE, lambda _: False, EN)
    assert [tile.quiet for tile in online] == [False, False]


def denied(code: str, retry_at_ms: int = 0, **params: object) -> Attempt:
    return Attempt(Act.LOGIN, AMELIE.id, False, Problem(code, dict(params)), retry_at_ms)


def test_the_pad_waits_and_says_how_long() -> None:
    attempt = denied("too_many_tries", NOW_MS + 95_000, retry_s=95)
    view = pin_view(AMELIE, 0, attempt, NOW_MS, EN)
    assert (view.open, view.ready, view.tone) == (False, False, "warn")
    assert "1:35" in view.message
    later = pin_view(AMELIE, 0, attempt, NOW_MS + 94_001, EN)
    assert "1 s" in later.message
    over = pin_view(AMELIE, 0, attempt, NOW_MS + 95_000, EN)
    assert over.open
    assert over.message == "You can try again now."


def test_a_wrong_pin_is_said_until_the_next_is_typed() -> None:
    attempt = denied("wrong_pin", retry_ms=0)
    assert "not right" in pin_view(AMELIE, 0, attempt, NOW_MS, EN).message
    assert pin_view(AMELIE, 1, attempt, NOW_MS, EN).message == ""


def test_what_was_said_to_one_is_not_said_to_another() -> None:
    attempt = denied("too_many_tries", NOW_MS + 95_000, retry_s=95)
    view = pin_view(CHANTAL, 4, attempt, NOW_MS, EN)
    assert (view.open, view.ready, view.message) == (True, True, "")


def test_nothing_can_be_typed_for_nobody_and_while_it_is_looked_at() -> None:
    assert not pin_view(None, 0, None, NOW_MS, EN).open
    view = pin_view(AMELIE, 4, Attempt(Act.LOGIN, AMELIE.id), NOW_MS, EN)
    assert (view.open, view.ready, view.working) == (False, False, True)


@pytest.mark.parametrize("t", [EN, FR])
def test_the_gate_says_who_locked_it_why_a_session_ended_and_what_is_kept(t: Translator) -> None:
    pin = pin_view(AMELIE, 0, None, NOW_MS, t)
    tiles = person_tiles((AMELIE,), "", LinkStatus.ONLINE, lambda _: True, t)
    locked = Who(At.LOCKED, AMELIE.id, AMELIE.name, AMELIE.role)
    view = gate_view(locked, LinkStatus.ONLINE, "KEPT", tiles, pin, t, "14:52")
    assert AMELIE.name in view.text
    assert "14:52" in view.text
    assert view.text.endswith("KEPT")
    assert AMELIE.name in view.leave
    ended = Who(At.LOCKED, AMELIE.id, AMELIE.name, AMELIE.role, 0, Problem("session_ended"))
    assert gate_view(ended, LinkStatus.ONLINE, "", tiles, pin, t, "").text != view.text
    nobody = gate_view(Who(At.NOBODY), LinkStatus.ONLINE, "", (), pin, t, "")
    assert nobody.leave == ""
    assert nobody.note


def test_the_office_lists_who_is_here_first() -> None:
    rows = staff_rows(PEOPLE, AMELIE.id, EN)
    assert rows[0].selected
    assert [row.id for row in rows if row.gone] == [HUGO.id]
    assert rows[-1].id == HUGO.id
    assert next(row for row in rows if row.id == GAELLE.id).state == "No PIN yet"


def test_roles_that_may_not_be_given_are_shut() -> None:
    choices = role_choices("cashier", frozenset({Role.CASHIER, Role.SELLER}), EN)
    assert [each.role for each in choices if each.open] == ["cashier", "seller"]
    assert [each.role for each in choices if each.selected] == ["cashier"]


def test_nobody_is_set_up_until_somebody_who_works_here_has_a_pin() -> None:
    assert nobody_note((GAELLE, HUGO), EN)
    assert nobody_note((GAELLE, AMELIE), EN) == ""
