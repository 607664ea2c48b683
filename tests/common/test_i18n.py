"""Amounts, quantities, dates and texts as a French and an English reader expect them."""

from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Problem
from common.i18n import LANGUAGES, Translator, mark

FR = Translator("fr")
EN = Translator("en")
AT_MS = 1_772_545_920_000  # 3 March 2026, 13:52 UTC, a Tuesday
DAY_MS = 86_400_000


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'de' is none of fr, en"):
        Translator("de")


def test_languages_name_themselves() -> None:
    assert LANGUAGES == {"fr": "Français", "en": "English"}
    assert [Translator(lang).lang for lang in LANGUAGES] == ["fr", "en"]


def test_text_and_fields() -> None:
    assert FR("Offline") == "Hors ligne"
    assert EN("Offline") == "Offline"
    assert FR("Synchronised at {time}", time="14:32") == "Synchronisé à 14:32"
    assert EN("Synchronised at {time}", time="14:32") == "Synchronised at 14:32"


def test_text_without_translation_shows_itself() -> None:
    assert FR("A label of the shop's own {as it is}") == "A label of the shop's own {as it is}"


def test_mark_changes_nothing() -> None:
    assert mark("Offline") == "Offline"


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [
        (0, "0\u00a0article", "0 articles"),
        (1, "1\u00a0article", "1 article"),
        (2, "2\u00a0articles", "2 articles"),
        (12_345, "12\u202f345\u00a0articles", "12,345 articles"),
    ],
)
def test_plural(count: int, french: str, english: str) -> None:
    assert FR.n("{count} article", "{count} articles", count) == french
    assert EN.n("{count} article", "{count} articles", count) == english


def test_problem_speaks_french() -> None:
    problem = Problem("hub_unreachable", {"address": "10.0.0.2"})
    assert problem.text(FR).startswith("Aucun hub ne répond à l’adresse 10.0.0.2.")
    assert problem.text(EN).startswith("No hub answers at 10.0.0.2.")


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (0, "0,00\u00a0€", "€0.00"),
        (5, "0,05\u00a0€", "€0.05"),
        (3400, "34,00\u00a0€", "€34.00"),
        (-1250, "-12,50\u00a0€", "-€12.50"),
        (123_456, "1\u202f234,56\u00a0€", "€1,234.56"),
        (-123_456_789, "-1\u202f234\u202f567,89\u00a0€", "-€1,234,567.89"),
    ],
)
def test_money(cents: int, french: str, english: str) -> None:
    assert FR.money(cents) == french
    assert EN.money(cents) == english


@given(st.integers(-(10**12), 10**12))
def test_money_is_what_babel_writes(cents: int) -> None:
    amount = Decimal(cents) / 100
    assert FR.money(cents) == format_currency(amount, "EUR", locale="fr_FR")
    assert EN.money(cents) == format_currency(amount, "EUR", locale="en_GB")


@pytest.mark.parametrize(
    ("milli", "french"),
    [
        (0, "0"),
        (12_000, "12"),
        (375, "0,375"),
        (1_500, "1,5"),
        (-2_000, "-2"),
        (-50, "-0,05"),
        (1_234_000, "1\u202f234"),
    ],
)
def test_quantity(milli: int, french: str) -> None:
    assert FR.quantity(milli) == french


@given(st.integers(-(10**12), 10**12))
def test_quantity_is_what_babel_writes(milli: int) -> None:
    amount = Decimal(milli) / 1000
    assert FR.quantity(milli) == format_decimal(amount, locale="fr_FR")
    assert EN.quantity(milli) == format_decimal(amount, locale="en_GB")


def test_percent() -> None:
    assert [FR.percent(bp) for bp in (550, 2000, 210)] == ["5,5\u00a0%", "20\u00a0%", "2,1\u00a0%"]
    assert EN.percent(550) == "5.5%"


def test_time_of_day_is_that_of_the_place() -> None:
    assert FR.time_of_day(AT_MS, 60) == "14:52"
    assert FR.time_of_day(AT_MS, -14 * 60) == "23:52"
    assert EN.time_of_day(AT_MS - 4 * 3_600_000, 0) == "09:52"


def test_dates() -> None:
    assert FR.date(AT_MS, 60) == "3\u00a0mars\u00a02026"
    assert EN.date(AT_MS, 60) == "3\u00a0March\u00a02026"
    assert FR.short_date(AT_MS, 11 * 60) == "mer.\u00a04\u00a0mars"


def test_moment_names_the_day_only_when_it_is_another() -> None:
    assert FR.moment(AT_MS, AT_MS + 1000, 60) == "14:52"
    assert FR.moment(AT_MS, AT_MS + DAY_MS, 60) == "mar.\u00a03\u00a0mars 14:52"
    # 00:52 of the next day where the clock hangs, though the same day in UTC.
    assert EN.moment(AT_MS, AT_MS + 60_000, 11 * 60) == "00:52"
    assert EN.moment(AT_MS, AT_MS + 60_000, 10 * 60 + 7) == "Tue\u00a03\u00a0Mar 23:59"


def test_decimal_sign() -> None:
    assert (FR.decimal, EN.decimal) == (",", ".")
