"""What is noted on the sale in hand: on the whole ticket, or under the selected line.

A note is printed and signed with the ticket, and stays with it.
"""

from typing import TYPE_CHECKING, Final

from common.i18n import Translator, mark
from kiosk.desks.form import Answers, Field, Form, Kind
from kiosk.desks.reasons import said

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk

TICKET_LETTERS: Final = 200
LINE_LETTERS: Final = 100
_LABEL: Final = mark("Note")


def ask_note(desk: "TillDesk") -> None:
    """Ask what is to stand on the ticket."""

    def done(answers: Answers) -> None:
        desk.sale.change(desk.sale.basket.noted(str(answers["note"] or "")))

    first = desk.sale.basket.note or None
    field = Field("note", Kind.TEXT, _LABEL, (), True, first, most_letters=TICKET_LETTERS)
    desk.ask(Form(said(mark("A note on the ticket")), (field,), _OK, done, _hint))


def ask_line_note(desk: "TillDesk") -> None:
    """Ask what is to stand under the selected line."""
    line = desk.sale.line
    if line is None:
        return

    def done(answers: Answers) -> None:
        desk.sale.change(desk.sale.basket.note_line(line.id, str(answers["note"] or "")))

    field = Field("note", Kind.TEXT, _LABEL, (), True, line.note or None, most_letters=LINE_LETTERS)
    desk.ask(Form(lambda t: t("A note on {label}", label=line.label), (field,), _OK, done, _hint))


_OK: Final = said(mark("Note it"))


def _hint(t: Translator, _answers: Answers) -> str:
    return t("It is printed, and stays with the ticket: no names here.")
