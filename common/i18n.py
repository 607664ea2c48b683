"""Words, amounts and times in the language of the person who reads them.

Owns the reading of `locale/*.po` (English is the msgids) and the tables for money, quantities,
dates and times that babel's CLDR data gives. Knows no screen, no terminal and no current language:
who shows text is handed a `Translator`, and switching languages is handing over another one.

A msgid stands as a string literal in the call that shows it, `t("…")` or `t.n("…", "…", count)`,
or in a table inside `mark("…")`. The test of the .po file finds msgids by these names.
"""

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from functools import lru_cache
from gettext import c2py
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from babel.core import Locale
from babel.dates import format_date, format_time
from babel.messages.pofile import read_po

LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({"fr": "Français", "en": "English"})
# A shop in France writes English the European way: day before month, 24 hours.
_LOCALES: Final = MappingProxyType({"fr": "fr_FR", "en": "en_GB"})
_FOLDER: Final = Path(__file__).parent / "locale"
_CURRENCY: Final = "EUR"
_NO_BREAK_SPACE: Final = "\u00a0"
_CACHED_DAYS: Final = 64
_CACHED_MINUTES: Final = 4096


def mark(msgid: str) -> str:
    """Return `msgid` as it is: says that a text in a table is shown by `t(…)` elsewhere."""
    return msgid


class Translator:
    """One language: `t(msgid, **fields)`, `t.n(one, many, count, **fields)`, and formats.

    Never changed once made. Raises ValueError on a language outside `LANGUAGES`.
    """

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise ValueError(f"language {lang!r} is none of {', '.join(LANGUAGES)}")
        self.lang: Final = lang
        self._locale = Locale.parse(_LOCALES[lang])
        self._texts, self._plurals, self._form = _read_texts(lang)
        symbols = self._locale.number_symbols["latn"]
        self.decimal: Final[str] = symbols["decimal"]
        self._group: str = symbols["group"]
        self._minus: str = symbols["minusSign"]
        pattern = self._locale.currency_formats["standard"]
        sign = self._locale.currency_symbols[_CURRENCY]
        self._before_money, self._after_money = (
            part.replace("¤", sign) for part in _sides(pattern)
        )
        self._before_percent, self._after_percent = _sides(self._locale.percent_formats[None])
        # Bound here and not by decorator, so that the caches live as long as the translator.
        self._minute = lru_cache(_CACHED_MINUTES)(self._format_minute)
        self._day = lru_cache(_CACHED_DAYS)(self._format_day)

    def __call__(self, msgid: str, **fields: object) -> str:
        """Return the text of `msgid`, its `{name}` fields filled in where any are given.

        A msgid without translation is shown as it is.
        """
        text = self._texts.get(msgid, msgid)
        return text.format_map(fields) if fields else text

    def n(self, one: str, many: str, count: int, **fields: object) -> str:
        """Return the text for so many; `{count}` is the number, grouped."""
        forms = self._plurals.get(one)
        text = forms[self._form(abs(count))] if forms else (one if count == 1 else many)
        return text.format_map({"count": self.number(count), **fields})

    def number(self, value: int) -> str:
        """Return a whole number, grouped by thousands."""
        return f"{value:,}".replace(",", self._group).replace("-", self._minus)

    def money(self, cents: int) -> str:
        """Return cents as an amount in euros: "1 234,00 €" in French, "€1,234.00" in English."""
        units, rest = divmod(abs(cents), 100)
        sign = self._minus if cents < 0 else ""
        whole = f"{units:,}".replace(",", self._group) if units >= 1000 else str(units)
        return f"{sign}{self._before_money}{whole}{self.decimal}{rest:02d}{self._after_money}"

    def money_of(self, digits: str) -> str:
        """Return digits that are still being typed as an amount in euros: "12," as "12, €"."""
        return f"{self._before_money}{digits}{self._after_money}"

    def percent_of(self, digits: str) -> str:
        """Return digits that are still being typed as a percentage."""
        return f"{self._before_percent}{digits}{self._after_percent}"

    def quantity(self, milli: int) -> str:
        """Return thousandths as a quantity without trailing zeros: "12", "0,375"."""
        units, rest = divmod(abs(milli), 1000)
        sign = self._minus if milli < 0 else ""
        whole = f"{units:,}".replace(",", self._group) if units >= 1000 else str(units)
        if not rest:
            return sign + whole
        return f"{sign}{whole}{self.decimal}{f'{rest:03d}'.rstrip('0')}"

    def percent(self, basis_points: int) -> str:
        """Return basis points as a percentage: "5,5 %"."""
        return f"{self._before_percent}{self.quantity(basis_points * 10)}{self._after_percent}"

    def time_of_day(self, at_ms: int, utc_offset_min: int) -> str:
        """Return the wall-clock time of a moment where the offset holds: "14:32"."""
        return self._minute((at_ms // 60_000 + utc_offset_min) % 1440)

    def date(self, at_ms: int, utc_offset_min: int) -> str:
        """Return the day of a moment where the offset holds: "3 mars 2026"."""
        return self._day(_local_day(at_ms, utc_offset_min), "d MMMM y")

    def short_date(self, at_ms: int, utc_offset_min: int) -> str:
        """Return weekday, day and month: "mar. 3 mars"."""
        return self._day(_local_day(at_ms, utc_offset_min), "E d MMM")

    def moment(self, at_ms: int, now_ms: int, utc_offset_min: int) -> str:
        """Return the time of a moment, with its day before it where that is not today's."""
        clock = self.time_of_day(at_ms, utc_offset_min)
        if same_day(at_ms, now_ms, utc_offset_min):
            return clock
        return f"{self.short_date(at_ms, utc_offset_min)} {clock}"

    def _format_minute(self, minute_of_day: int) -> str:
        hour, minute = divmod(minute_of_day, 60)
        return format_time(time(hour, minute), "short", locale=self._locale)

    def _format_day(self, day: int, pattern: str) -> str:
        text = format_date(date(1970, 1, 1) + timedelta(days=day), pattern, self._locale)
        return text.replace(" ", _NO_BREAK_SPACE)


def same_day(at_ms: int, other_ms: int, utc_offset_min: int) -> bool:
    """Return whether two moments are on one day where the offset holds."""
    return _local_day(at_ms, utc_offset_min) == _local_day(other_ms, utc_offset_min)


def _local_day(at_ms: int, utc_offset_min: int) -> int:
    """Return days since 1970-01-01 where the offset holds."""
    return (at_ms // 60_000 + utc_offset_min) // 1440


def _sides(pattern: Any) -> tuple[str, str]:
    """Return what babel's number pattern writes before and after a positive number."""
    return pattern.prefix[0], pattern.suffix[0]


@lru_cache(len(LANGUAGES))
def _read_texts(
    lang: str,
) -> tuple[Mapping[str, str], Mapping[str, tuple[str, ...]], Callable[[int], int]]:
    """Return a language's texts, its plural texts by singular msgid, and count → plural form.

    Read once a process: the file takes a tenth of a second.
    """
    path = _FOLDER / f"{lang}.po"
    if lang == "en":
        return {}, {}, int
    with path.open("rb") as file:
        catalogue = read_po(file, locale=_LOCALES[lang])
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id or message.fuzzy or not message.string:
            continue
        if isinstance(message.id, str):
            texts[message.id] = str(message.string)
        else:
            plurals[message.id[0]] = tuple(message.string)
    return texts, plurals, c2py(catalogue.plural_expr)
