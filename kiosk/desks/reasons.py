"""Why something is done that leaves a trace: the phrases that stand ready, one touch each.

Owns their words. What is recorded is the phrase in the person's language, or what was typed.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from common.i18n import Translator, mark
from kiosk.desks.form import Field, Kind, Said

VOID: Final = (
    mark("Rung up by mistake"),
    mark("The customer changed their mind"),
    mark("Cannot pay"),
    mark("Wrong price"),
)
REFUND: Final = (
    mark("Damaged"),
    mark("Not as wanted"),
    mark("Past its date"),
    mark("Rung up by mistake"),
)
CASH_IN: Final = (mark("Change from the bank"), mark("Float raised"), mark("From another till"))
CASH_OUT: Final = (
    mark("To the bank"),
    mark("To the safe"),
    mark("Paid a supplier"),
    mark("To another till"),
)
DRAWER: Final = (mark("Change for a customer"), mark("Change of notes"), mark("Checking the cash"))
DIFFERENCE: Final = (
    mark("Wrong change given"),
    mark("Rounded to 5 cents"),
    mark("Cash not entered"),
    mark("Not known why"),
)
_LETTERS: Final = 100


def said(text: str) -> Said:
    """Return marked text as something that is said in whichever language."""
    return partial(_say, text)


def reason_field(phrases: tuple[str, ...], optional: bool = False) -> Field:
    """Return the field that asks why."""
    choices: tuple[tuple[str, Callable[[Translator], str]], ...] = tuple(
        (each, said(each)) for each in phrases
    )
    return Field(
        "reason", Kind.TEXT, mark("Reason"), choices, optional=optional, most_letters=_LETTERS
    )


def _say(text: str, t: Translator) -> str:
    return t(text)
