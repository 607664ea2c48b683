"""What a simulated till does beside its sales: the label that each record carries, and doing one.

Owns the table of those operations, and finding a label again, in an outbox and at the hub.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import orjson

from common.journal.void import Voided
from common.models import Original, Payment, TicketLine
from common.rules import ticket_line, total_cents
from kiosk.counter import Counter
from tests.sim.history import Deed

PAPER: Final = Original("", "99-ZZZZ", 1, "2026-03-03")
UNIT_CENTS: Final = 250
Lines = list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Trade:
    """One kind of operation. `moves`: what it does to stock, by the sign of a line's quantity."""

    do: Callable[[Counter, Deed, Lines], Any]
    moves: int = 0


def sold_lines(label: str, lines: Lines, sign: int = 1) -> tuple[TicketLine, ...]:
    """Return ticket lines that carry a label."""
    return tuple(ticket_line(a, label, sign * milli, UNIT_CENTS, 550) for a, milli in lines)


def _refund(counter: Counter, deed: Deed, lines: Lines) -> None:
    back = sold_lines(deed.label, lines, sign=-1)
    total = deed.total_cents = total_cents(back)
    paid = (Payment("cash", total, total),)
    deed.ticket = counter.refund(PAPER, back, paid, "broken")


def _exercise(counter: Counter, deed: Deed, lines: Lines) -> None:
    sold = sold_lines(deed.label, lines)
    total = total_cents(sold)
    counter.training = True
    try:
        counter.sell(sold, (Payment("cash", total, total),))
    finally:
        counter.training = False


def _void(counter: Counter, deed: Deed, lines: Lines) -> None:
    counter.void(Voided.BASKET, sold_lines(deed.label, lines), deed.label)


TRADES: Final[Mapping[str, Trade]] = {
    "refund": Trade(_refund, moves=1),
    "training": Trade(_exercise),
    "void": Trade(_void),
    "drawer": Trade(lambda counter, deed, _: counter.open_drawer(deed.label)),
    "cash_in": Trade(lambda counter, deed, _: counter.cash_in(100, deed.label)),
    "cash_out": Trade(lambda counter, deed, _: counter.cash_out(100, deed.label)),
    "session_opened": Trade(lambda counter, deed, _: counter.open_session(number_of(deed.label))),
    "x": Trade(lambda counter, deed, _: counter.x(number_of(deed.label))),
    "z": Trade(lambda counter, deed, _: counter.z(number_of(deed.label))),
}
"""By the type of the record."""


def drawn(rng: Random) -> str:
    """Return one of them."""
    return rng.choice(list(TRADES))


def number_of(label: str) -> int:
    """Return the number that a label is in what holds no text: cents that nobody else counts."""
    post, deed = label[1:].split("-")
    return int(post) * 1_000_000 + int(deed)


def label_of_number(mark: str, number: int) -> str:
    """Return the label, of this mark, that such a number stands for."""
    return f"{mark}{number // 1_000_000}-{number % 1_000_000}"


def label_of_record(record: Any) -> str:
    """Return the label of a record, given as JSON data; "" where it has none."""
    kind, data = record["type"], record["data"]
    if kind == "training":
        kind, data = data["of"], data["data"]
    if kind in ("sale", "refund"):
        return str(data["ticket"]["lines"][0]["label"])
    if "reason" in data:
        return str(data["reason"])
    number = data.get("counted_cents", data.get("float_cents"))
    return "" if number is None else label_of_number("t", number)


def labels_of_records(db: Any) -> Iterator[str]:
    """Yield the labels of what the hub's journal holds that is no ticket."""
    for (raw,) in db.execute(
        "SELECT record FROM journal WHERE record IS NOT NULL AND type <> 'unsigned'"
    ):
        record = orjson.loads(raw)
        if record["type"] not in ("sale", "refund"):
            label = label_of_record(record)
            if label:
                yield label
