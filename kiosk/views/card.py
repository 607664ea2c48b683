"""A card payment by a terminal with a line, in words: how far it is, and what can be done now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from common.i18n import Translator, mark
from common.models import TimeMs
from kiosk.terminals.card_file import CardNote
from kiosk.terminals.cards import CardView
from kiosk.terminals.terminal import Step
from kiosk.views.notices import Notice, NoticeView
from kiosk.views.payment import LeftView, PaymentView
from kiosk.views.problems import problem_text


@dataclass(frozen=True, slots=True)
class _Said:
    """What the panel says at a step. Marked text. `ok`, `back`: its keys; `goes_on`: `ok` is on.

    `typing`: another sum may be typed, for another try.
    """

    hint: str
    ok: str
    back: str
    goes_on: bool
    tone: str = "accent"
    note: str = ""
    typing: bool = False


_BACK: Final = mark("Back")
_NOTHING: Final = mark("Nothing was taken. Try again, or choose another way to pay.")
_WAITING: Final = _Said(
    mark("The customer follows the terminal. This goes on by itself."),
    mark("Waiting for the terminal"),
    mark("Cancel"),
    goes_on=False,
)
_BEFORE: Final = _Said(
    mark("This amount goes to the card terminal."),
    mark("Send to the terminal"),
    _BACK,
    goes_on=True,
)
_SAID: Final[Mapping[Step, _Said]] = {
    Step.ASKED: _WAITING,
    Step.WAITING: _WAITING,
    Step.ACCEPTED: replace(_WAITING, hint=mark("The card was accepted.")),
    Step.DECLINED: _Said(
        _NOTHING, mark("Try again"), _BACK, goes_on=True, tone="warn", typing=True
    ),
    Step.CANCELLED: _Said(
        _NOTHING,
        mark("Try again"),
        _BACK,
        goes_on=True,
        tone="warn",
        note=mark("The card payment was cancelled."),
        typing=True,
    ),
    Step.UNKNOWN: _Said(
        mark("Look at the terminal or its paper, then say how the payment ended."),
        mark("It was accepted"),
        mark("Not accepted"),
        goes_on=True,
        tone="warn",
    ),
}


def with_terminal(view: PaymentView, card: CardView | None, t: Translator) -> PaymentView:
    """Return a payment by card as the terminal has it; None: nothing was sent yet."""
    said = _BEFORE if card is None else _SAID[card.step]
    note = view.note
    if card is not None:
        problem = t(said.note) if said.note else ""
        if card.problem is not None:
            problem = problem_text(card.problem, t)
        note = " ".join(part for part in (problem, view.note if said.typing else "") if part)
    # A problem says itself what to do about it.
    hint = "" if card is not None and card.step is Step.UNKNOWN and card.problem else t(said.hint)
    # What is typed for another try, or what the terminal was asked.
    given = view.given if said.typing or card is None else t.money(card.asked.amount_cents)
    return replace(
        view,
        given=given,
        hint=hint,
        note=note,
        can_take=said.goes_on and (view.can_take or (card is not None and card.needs_word)),
        ok=t(said.ok),
        back=t(said.back),
        tone=said.tone,
        calm=said.tone == "accent",
        waiting=card is not None and (not card.over or card.needs_word),
    )


def left_views(
    notes: Iterable[CardNote], now_ms: TimeMs, utc_offset_min: int, t: Translator
) -> tuple[LeftView, ...]:
    """Return payments that were taken and that no ticket holds."""
    return tuple(
        LeftView(
            note.asked.reference,
            t.money(note.asked.amount_cents),
            t.moment(note.at_ms, now_ms, utc_offset_min),
        )
        for note in notes
    )


def without_ticket(note: CardNote, now_ms: TimeMs, utc_offset_min: int) -> Notice:
    """A card payment was taken, or may have been, before the till stopped; no ticket holds it."""

    def said(t: Translator) -> NoticeView:
        amount = t.money(note.asked.amount_cents)
        when = t.moment(note.at_ms, now_ms, utc_offset_min)
        return NoticeView(
            "warn",
            "card",
            t("A card payment of {amount} has no ticket", amount=amount),
            t(
                "The till stopped while it was made, {moment}. Ring the sale up again and pay by "
                "card: it is offered there, nobody pays twice.",
                moment=when,
            ),
        )

    return said
