"""A payment as the cashier sees it: what is left, what was taken so far, what the sum in hand does.

Owns the words of each method, and which notes a customer may be handing over. What may be taken is
said by `tenders.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator, mark
from common.models import Shop
from common.payments import ALL, CARD, METHODS, Over
from common.rules import CASH
from kiosk.tenders import Tender, Tenders
from kiosk.views.papers import method_name

# Euro notes; what a customer hands over is a whole number of one of them, or the exact sum.
_NOTES_CENTS: Final = (500, 1_000, 2_000, 5_000, 10_000)


@dataclass(frozen=True, slots=True)
class _Look:
    """How a method looks and what is said of it. Marked text.

    `done`: on the key that takes it; `hint`: what to do with the amount.
    """

    icon: str
    done: str
    hint: str = ""


_LOOKS: Final[Mapping[str, _Look]] = {
    CASH: _Look("cash", mark("Cash received")),
    CARD: _Look(
        "card",
        mark("Card accepted"),
        mark("Take this amount with the card terminal, then confirm here."),
    ),
    "cheque": _Look(
        "cheque",
        mark("Cheque received"),
        mark("Take the cheque over this amount, then confirm here."),
    ),
    "meal_voucher": _Look(
        "meal",
        mark("Meal voucher received"),
        mark("Type what the voucher is worth where it is another amount."),
    ),
    "voucher": _Look(
        "voucher",
        mark("Voucher received"),
        mark("Type what the voucher is worth where it is another amount."),
    ),
}


@dataclass(frozen=True, slots=True)
class CashChoice:
    """A sum that the customer may be handing over, one tap away."""

    cents: int
    text: str


@dataclass(frozen=True, slots=True)
class MethodKey:
    """A way to pay, one tap away; `on`: it is in hand."""

    name: str
    text: str
    icon: str
    on: bool


@dataclass(frozen=True, slots=True)
class TenderView:
    """What was taken already: "Cash" and "€20.00"."""

    id: int
    icon: str
    text: str
    amount: str


@dataclass(frozen=True, slots=True)
class LeftView:
    """A card payment that no ticket holds: how much, and when it was asked for."""

    reference: str
    amount: str
    time: str


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment as it stands, by the method in hand, "" for none.

    `due`: what would pay the rest. `given`: what is handed over, `due` as long as nothing is typed.
    `label` and `rest`: "Change" or "Still to pay", and how much; `enough`: the sale is settled by
    it. `hint`: what to do, `note`: what to know. `ok`: what the key says that takes it, `back`: the
    one beside it. `calm`: nothing is amiss. `left`: card payments that could pay for it. `waiting`:
    nothing else can be touched before the terminal or the cashier has said how one ended.
    """

    method: str
    total: str
    paid: str
    due_label: str
    due: str
    given_cents: int
    given: str
    enough: bool
    change_cents: int
    label: str
    rest: str
    hint: str
    note: str
    can_take: bool
    ok: str
    tone: str
    icon: str
    choices: tuple[CashChoice, ...]
    methods: tuple[MethodKey, ...]
    tenders: tuple[TenderView, ...]
    back: str
    calm: bool
    left: tuple[LeftView, ...] = ()
    waiting: bool = False


def _icon(method: str) -> str:
    return _LOOKS[method].icon if method in _LOOKS else "undo"


def offered(shop: Shop | None) -> tuple[str, ...]:
    """Return how customers may pay at this shop. What a later release knows is left out."""
    named = () if shop is None else shop.methods
    return tuple(name for name in ALL if name in named) or ALL


def payment_view(
    tenders: Tenders,
    method: str,
    given_cents: int | None,
    t: Translator,
    methods: Sequence[str] = ALL,
) -> PaymentView:
    """Return a payment; `given_cents` is None as long as nothing is typed."""
    due = tenders.due_cents(method)
    given = due if given_cents is None else given_cents
    tender = tenders.offer(method, given) if method else None
    left = tenders.rest_cents if tender is None else tenders.take(tender).rest_cents
    enough = tender is not None and not left
    change = 0 if tender is None else tender.change_cents
    missing = max(due - given, 0) if method and tender is None else left
    look = _LOOKS.get(method, _Look("", mark("Record the sale")))
    part = method and not enough and tender is not None
    return PaymentView(
        method=method,
        total=t.money(tenders.total_cents),
        paid=t.money(tenders.paid_cents) if tenders.taken else "",
        due_label=t("Still to pay") if tenders.taken else t("To pay"),
        due=t.money(due),
        given_cents=given,
        given=t.money(given),
        enough=enough or tenders.settled,
        change_cents=change,
        label=t("Change") if enough else t("Still to pay"),
        rest=t.money(change if enough else missing),
        hint=t(look.hint) if look.hint else "",
        note=_note(tenders, method, given, tender, t),
        can_take=tender is not None or (not method and tenders.settled),
        ok=t("Part payment") if part else t(look.done),
        tone="warn" if part else "go" if method != CARD else "accent",
        icon=look.icon,
        choices=tuple(CashChoice(cents, t.money(cents)) for cents in _likely_sums(due)),
        methods=tuple(
            MethodKey(name, _tab(method_name(name, t)), _LOOKS[name].icon, name == method)
            for name in methods
        ),
        tenders=tuple(
            TenderView(
                each.id, _icon(each.method), method_name(each.method, t),
                t.money(each.amount_cents),
            )
            for each in tenders.taken
        ),
        back=t("Back"),
        calm=(enough and not (tender and tender.kept_cents)) or tenders.settled,
    )  # fmt: skip


def _tab(name: str) -> str:
    """Return a name for a narrow key: a hyphen is a place to break it."""
    return name.replace("-", "-\n")


def _note(
    tenders: Tenders, method: str, given_cents: int, tender: Tender | None, t: Translator
) -> str:
    """Return what to know of the sum in hand before it is taken."""
    if tender is None:
        over = bool(method) and given_cents > tenders.due_cents(method)
        refused = over and METHODS[method].over is Over.REFUSED
        return t("This is more than is to pay.") if refused else ""
    if tender.kept_cents:
        return t(
            "No change is given on a voucher: {amount} of it do not come back.",
            amount=t.money(tender.kept_cents),
        )
    if method == CASH and tenders.due_cents(CASH) != tenders.rest_cents:
        return t("Rounded for cash from {amount}.", amount=t.money(tenders.rest_cents))
    left = tenders.rest_cents - tender.amount_cents - tender.rounding_cents
    return t("Then still to pay: {amount}.", amount=t.money(left)) if left else ""


def _likely_sums(due_cents: int) -> list[int]:
    """Return the exact sum, then the next multiples of each note, each sum once."""
    multiples = (-(-due_cents // note) * note for note in _NOTES_CENTS)
    return sorted({due_cents, *multiples})
