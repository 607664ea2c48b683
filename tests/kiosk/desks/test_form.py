"""A question with fields: what takes what is typed, what is enough, and what a refusal leaves."""

from typing import Any

import pytest

from common.errors import Refusal
from common.i18n import Translator
from kiosk.desks.form import Answers, Field, Form, FormDesk, Kind
from kiosk.desks.reasons import said

EN, FR = Translator("en"), Translator("fr")
AMOUNT = Field("amount", Kind.MONEY, "Price", least=1)
PERCENT = Field("percent", Kind.PERCENT, "Per cent", optional=True)
REASON = Field("reason", Kind.TEXT, "Reason", (("Cannot pay", said("Cannot pay")),))
RATE = Field("vat", Kind.CHOICE, "VAT", (("550", said("VAT")), ("2000", said("VAT"))), first="550")


def ask(*fields: Field, refuse: str = "") -> tuple[FormDesk, list[Answers]]:
    desk = FormDesk()
    done: list[Answers] = []

    def do(answers: Answers) -> None:
        if refuse:
            raise Refusal(refuse)
        done.append(dict(answers))

    desk.ask(Form(said("Price"), fields, said("Apply"), do))
    return desk, done


def view(desk: FormDesk, t: Translator = EN) -> Any:
    found = desk.view(t)
    assert found is not None
    return found


def type_in(desk: FormDesk, keys: str) -> None:
    for key in keys:
        desk.press(key)


def test_an_amount_is_typed_and_taken_in_cents() -> None:
    desk, done = ask(AMOUNT)
    assert (desk.open, desk.typing, desk.can_erase) == (True, True, False)
    assert not view(desk).can_ok
    type_in(desk, "12,5")
    assert desk.can_erase
    assert view(desk).fields[0].value == "€12.5"
    assert view(desk, FR).fields[0].value == "12,5\u00a0€"
    assert desk.confirm()
    assert done == [{"amount": 1250}]
    assert not desk.open
    assert desk.view(EN) is None


@pytest.mark.parametrize("typed", ["", "0", "1,234", "99999999999"])
def test_what_is_no_amount_is_not_enough(typed: str) -> None:
    desk, done = ask(AMOUNT)
    type_in(desk, typed)
    assert not view(desk).can_ok
    assert not desk.confirm()
    assert not done


def test_an_optional_field_may_stay_empty_and_not_wrong() -> None:
    desk, done = ask(AMOUNT, PERCENT)
    type_in(desk, "3")
    assert view(desk).can_ok
    desk.touch("percent")
    type_in(desk, "5,555")
    assert not view(desk).can_ok
    desk.press("erase")
    assert desk.confirm()
    assert done == [{"amount": 300, "percent": 555}]


def test_a_phrase_is_one_touch_and_another_takes_it_away() -> None:
    desk, done = ask(REASON)
    assert not desk.typing
    desk.press("1")
    assert not view(desk).can_ok
    desk.choose("reason", "Cannot pay", "Ne peut pas payer")
    assert view(desk, FR).fields[0].choices[0].selected
    desk.choose("reason", "Cannot pay", "Ne peut pas payer")
    assert not view(desk).can_ok
    desk.write("reason", "  wrong  shelf ")
    assert desk.confirm()
    assert done == [{"reason": "wrong  shelf"}]


def test_a_text_of_blanks_is_none_and_a_long_one_is_cut() -> None:
    desk, done = ask(REASON)
    desk.write("reason", "   ")
    assert not view(desk).can_ok
    desk.write("reason", "x" * 500)
    assert desk.confirm()
    assert done == [{"reason": "x" * 100}]


def test_a_choice_stands_until_another_is_made() -> None:
    desk, done = ask(RATE)
    assert [each.selected for each in view(desk).fields[0].choices] == [True, False]
    desk.choose("vat", "2000")
    assert desk.confirm()
    assert done == [{"vat": "2000"}]


def test_what_is_refused_is_said_and_nothing_typed_is_lost() -> None:
    desk, _ = ask(AMOUNT, refuse="ticket_too_large")
    type_in(desk, "7")
    assert not desk.confirm()
    shown = view(desk)
    assert "too large an amount" in shown.problem
    assert shown.fields[0].value == "€7"
    type_in(desk, "1")
    assert view(desk).problem == ""


def test_nothing_is_asked_nothing_is_done() -> None:
    desk = FormDesk()
    desk.press("1")
    desk.write("reason", "x")
    desk.choose("reason", "x")
    desk.touch("reason")
    assert not desk.confirm()
    assert desk.answers() == {}
    desk, done = ask(AMOUNT)
    desk.close()
    assert not desk.confirm()
    assert not done
