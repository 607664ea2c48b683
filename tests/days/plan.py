"""What may happen on a day of a shop, as one table; hypothesis draws days from it.

A kind of event says how its details are drawn and how it is played. Whoever adds a kind of record
adds a line to `EVENTS`: it is drawn from then on, and counted in what a long run reports.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from common.journal.drawer import CashData
from common.journal.kinds import Period, RecordType
from common.money import spread
from common.rules import ticket_line
from tests.days.street import Street

MOST_TILLS: Final = 3
QUANTITIES_MILLI: Final = (1000, 2000, 3000, 250, 735, 1, 12_000)
FREE_PRICES_CENTS: Final = (0, 1, 3, 99, 1999, 100_000)
FREE_RATES_BP: Final = (0, 210, 550, 1000, 2000)


class Line(NamedTuple):
    """One line. `article`: which one, beyond them a free one; `discount`: hundredths of it."""

    article: int
    quantity_milli: int
    discount: int
    price_cents: int
    vat_bp: int


class Sale(NamedTuple):
    """At which till, what, and how it is paid; `off_cents`: a discount on the whole ticket."""

    till: int
    lines: tuple[Line, ...]
    method: str
    off_cents: int = 0


LINE: Final = st.builds(
    Line,
    st.integers(0, 7),
    st.sampled_from(QUANTITIES_MILLI),
    st.sampled_from((0, 0, 5, 33, 100)),
    st.sampled_from(FREE_PRICES_CENTS),
    st.sampled_from(FREE_RATES_BP),
)
TILL: Final = st.integers(0, MOST_TILLS - 1)
METHOD: Final = st.sampled_from(("cash", "card", "voucher", "split", "rounded"))


def _sales(off: st.SearchStrategy[int]) -> st.SearchStrategy[Sale]:
    lines = st.lists(LINE, min_size=1, max_size=4).map(tuple)
    return st.builds(Sale, TILL, lines, METHOD, off)


def _sell(street: Street, sale: Sale) -> None:
    lines = [_line(street, line, 1) for line in sale.lines]
    if sale.off_cents:
        # Shared out by largest remainder: prices with VAT are what is taken from.
        weights = [max(0, line.total_cents) for line in lines]
        off = min(sale.off_cents, sum(weights))
        shares = spread(off, weights)
        lines = [_discounted(line, share) for line, share in zip(lines, shares, strict=True)]
    street.sell(sale.till, lines, sale.method)


def _give_back(street: Street, sale: Sale) -> None:
    street.give_back(sale.till, [_line(street, line, -1) for line in sale.lines], sale.method)


def _give_up(street: Street, sale: Sale) -> None:
    street.give_up(sale.till, [_line(street, line, 1) for line in sale.lines])


def _train(street: Street, sale: Sale) -> None:
    street.train(sale.till, [_line(street, line, 1) for line in sale.lines], sale.method)


def _put_in(street: Street, till: int) -> None:
    street.note(till, RecordType.CASH_IN, CashData(5000, "change"))


def _line(street: Street, line: Line, sign: int) -> Any:
    quantity = sign * line.quantity_milli
    if line.article < len(street.articles):
        article = street.articles[line.article]
        whole = ticket_line(article.id, article.name, quantity, article.price_cents, article.vat_bp)
    else:
        whole = ticket_line("", "Divers", quantity, line.price_cents, line.vat_bp)
    share = abs(whole.total_cents) * line.discount // 100
    return _discounted(whole, sign * share)


def _discounted(line: Any, cents: int) -> Any:
    return ticket_line(
        line.article_id,
        line.label,
        line.quantity_milli,
        line.unit_price_cents,
        line.vat_bp,
        line.code,
        line.discount_cents + cents,
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the table. `often`: how often it is drawn, beside the others."""

    draw: st.SearchStrategy[Any]
    play: Callable[[Street, Any], None]
    often: int = 1


EVENTS: Final[Mapping[str, Kind]] = {
    "sale": Kind(_sales(st.just(0)), _sell, 6),
    "discount on all": Kind(_sales(st.sampled_from((1, 7, 500))), _sell),
    "refund": Kind(_sales(st.just(0)), _give_back, 2),
    "void": Kind(_sales(st.just(0)), _give_up),
    "exercise": Kind(_sales(st.just(0)), _train),
    "cash put in": Kind(TILL, _put_in),
    "X": Kind(TILL, lambda street, till: street.report(till, RecordType.X)),
    "Z": Kind(TILL, lambda street, till: street.report(till, RecordType.Z)),
    "till goes offline": Kind(TILL, Street.go_offline),
    "till comes back": Kind(TILL, Street.come_back),
    "closing by hand": Kind(st.sampled_from(list(Period)), Street.close_by_hand),
    "hub starts again": Kind(st.none(), lambda street, _: street.restart()),
}
_NAMES: Final = [name for name, kind in EVENTS.items() for _ in range(kind.often)]


class Event(NamedTuple):
    """Something that happens: a key of `EVENTS`, and its details."""

    name: str
    details: Any


class Day(NamedTuple):
    """What happens on a day, and then: so many nights on which the hub is off, 0 for none."""

    events: tuple[Event, ...]
    nights_off: int


class Plan(NamedTuple):
    """A shop's days."""

    tills: int
    days: tuple[Day, ...]


def _event(name: str) -> st.SearchStrategy[Event]:
    return st.builds(Event, st.just(name), EVENTS[name].draw)


def plans(days: int, events: int = 12) -> st.SearchStrategy[Plan]:
    """Return a strategy of shops with so many days at most, so many events on each."""
    happening = st.lists(st.sampled_from(_NAMES).flatmap(_event), max_size=events).map(tuple)
    day = st.builds(Day, happening, st.sampled_from((0, 0, 0, 0, 1, 2, 40)))
    return st.builds(
        Plan, st.integers(1, MOST_TILLS), st.lists(day, min_size=1, max_size=days).map(tuple)
    )
