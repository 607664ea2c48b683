"""Whether tickets and receipts agree: their bytes with columns, lines, payments, goods, takings.

Two streams that are ordered by the same id are read side by side, so that a year of tickets needs
no more memory than one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson

from common.commands import Unparked
from common.i18n import mark
from common.models import GoodsReceipt, ParkedTicket, Ticket, decode_row
from common.rules import ticket_is_sound
from hub.records.parked import AGAIN
from hub.store import Connection

Place = tuple[str, str]
Pair = tuple[str, list[Any], list[Any]]
"""An id, and the rows that each of two streams has of it."""


def tickets(db: Connection) -> Iterator[Place]:
    """Check each ticket's columns against its bytes, and its sums unless a flag told of them."""
    rows = db.execute(
        "SELECT t.id, t.series, t.number, t.business_date, t.at_ms, t.total_cents, t.body, d.id"
        " FROM ticket t LEFT JOIN device d ON d.id = t.device_id ORDER BY t.id"
    )
    for *columns, body, device in rows:
        where = f"ticket {columns[0]}"
        ticket = _read(body, Ticket)
        if ticket is None:
            yield where, mark("its bytes are not a ticket's")
            continue
        if columns != [
            ticket.id,
            ticket.series,
            ticket.number,
            ticket.business_date,
            ticket.at_ms,
            ticket.total_cents,
        ]:
            yield where, mark("its columns are not what its bytes say")
        if device is None:
            yield where, mark("its device does not exist")
        if not ticket_is_sound(ticket) and not _flagged(db, ticket):
            yield where, mark("its sums differ, and nobody was told")


def _flagged(db: Connection, ticket: Ticket) -> bool:
    subject = f"{ticket.series}-{ticket.number}"
    found = db.execute(
        "SELECT 1 FROM alert WHERE code = 'flag_totals_differ' AND subject = ?", (subject,)
    )
    return found.fetchone() is not None


def lines(db: Connection) -> Iterator[Place]:
    """Check the table of lines against the tickets' bytes."""
    columns = "article_id, label, quantity_milli, unit_price_cents, vat_bp, total_cents"
    names = columns.split(", ")
    kept = db.execute(
        f"SELECT ticket_id, position, {columns} FROM ticket_line ORDER BY ticket_id, position"
    )
    for ticket_id, found, rows in side_by_side(_bodies(db, "ticket"), kept):
        said = found[0][1]["lines"] if found else []
        expected = [
            (ticket_id, position, *(line[name] for name in names))
            for position, line in enumerate(said)
        ]
        if rows != expected:
            yield f"ticket_line {ticket_id}", mark("is not what the ticket's bytes say")


def payments(db: Connection) -> Iterator[Place]:
    """Check the table of payments against the tickets' bytes."""
    columns = "method, amount_cents, given_cents"
    names = columns.split(", ")
    kept = db.execute(
        f"SELECT ticket_id, position, {columns} FROM ticket_payment ORDER BY ticket_id, position"
    )
    for ticket_id, found, rows in side_by_side(_bodies(db, "ticket"), kept):
        said = found[0][1]["payments"] if found else []
        expected = [
            (ticket_id, position, *(payment[name] for name in names))
            for position, payment in enumerate(said)
        ]
        if rows != expected:
            yield f"ticket_payment {ticket_id}", mark("is not what the ticket's bytes say")


def refunds(db: Connection) -> Iterator[Place]:
    """Check that what is noted as a refund is a ticket."""
    for (ticket_id,) in db.execute(
        "SELECT ticket_id FROM refund WHERE ticket_id NOT IN (SELECT id FROM ticket)"
    ):
        yield f"refund {ticket_id}", mark("its ticket does not exist")


def receipts(db: Connection) -> Iterator[Place]:
    """Check each goods receipt's columns against its bytes."""
    rows = db.execute(
        "SELECT r.id, r.at_ms, r.body, d.id FROM goods_receipt r"
        " LEFT JOIN device d ON d.id = r.device_id ORDER BY r.id"
    )
    for receipt_id, at_ms, body, device in rows:
        where = f"goods_receipt {receipt_id}"
        receipt = _read(body, GoodsReceipt)
        if receipt is None:
            yield where, mark("its bytes are not a receipt's")
        elif (receipt.id, receipt.at_ms) != (receipt_id, at_ms):
            yield where, mark("its columns are not what its bytes say")
        if device is None:
            yield where, mark("its device does not exist")


class _Source(NamedTuple):
    """Papers that move stock. `sign`: what a line's quantity does to it; `where`: which of them."""

    reason: str
    table: str
    sign: int
    where: str = "TRUE"


_REFUNDS: Final = "SELECT ticket_id FROM refund"
_SOURCES: Final = (
    _Source("sale", "ticket", -1, f"id NOT IN ({_REFUNDS})"),
    _Source("refund", "ticket", -1, f"id IN ({_REFUNDS})"),
    _Source("receipt", "goods_receipt", 1),
)


def movements(db: Connection) -> Iterator[Place]:
    """Check that tickets and receipts moved what their lines say, at the time they were taken."""
    for source in _SOURCES:
        yield from _moved(db, source)
    reasons = ", ".join(f"'{source.reason}'" for source in _SOURCES)
    for movement_id, reason, outbox in db.execute(
        "SELECT m.id, m.reason, o.id FROM stock_movement m LEFT JOIN outbox o ON o.id = m.source_id"
        f" WHERE m.reason NOT IN ({reasons})"
    ):
        if reason != "import" or outbox is None:
            yield f"stock_movement {movement_id} {reason}", mark("nothing is its cause")


def _moved(db: Connection, source: _Source) -> Iterator[Place]:
    articles = {article_id for (article_id,) in db.execute("SELECT id FROM article")}
    kept = db.execute(
        "SELECT source_id, article_id, location_id, delta_milli, at_ms FROM stock_movement"
        " WHERE reason = ? ORDER BY source_id, article_id",
        (source.reason,),
    )
    for paper_id, found, rows in side_by_side(_bodies(db, source.table, source.where), kept):
        where = f"stock_movement {source.reason} {paper_id}"
        if not found:
            yield where, mark("nothing is its cause")
            continue
        _, paper, received_ms = found[0]
        sums: Counter[str] = Counter()
        for line in paper["lines"]:
            if line["article_id"] in articles:
                sums[line["article_id"]] += source.sign * line["quantity_milli"]
        expected = [
            (paper_id, article_id, paper["location_id"], delta, received_ms)
            for article_id, delta in sorted(sums.items())
        ]
        if rows != expected:
            yield where, mark("is not what its lines say")


def parked(db: Connection) -> Iterator[Place]:
    """Check that each parked ticket has its lines until it is over, and its tills exist."""
    known = {device for (device,) in db.execute("SELECT id FROM device")}
    for parked_id, body, outcome, held_ms, *tills in db.execute(
        "SELECT id, body, outcome, held_ms, device_id, holder_id, also_id FROM parked"
    ):
        where = f"parked {parked_id}"
        if not set(filter(None, tills)) <= known:
            yield where, mark("its device does not exist")
        if outcome is None:
            ticket = _read(body, ParkedTicket) if body is not None else None
            sound = ticket is not None and ticket.id == parked_id
            whole = sound and bool(tills[1]) is bool(held_ms)
        else:
            whole = outcome in _OUTCOMES and body is None and bool(tills[1]) and held_ms > 0
        if not whole:
            yield where, mark("is not well formed")


_OUTCOMES: Final = frozenset({Unparked.SOLD.value, Unparked.DROPPED.value, AGAIN})


def takings(db: Connection) -> Iterator[Place]:
    """Check takings against the tickets that they sum up, by day and device."""
    papers = (
        ((day, device), orjson.loads(body))
        for day, device, body in db.execute(
            "SELECT business_date, device_id, body FROM ticket ORDER BY business_date, device_id"
        )
    )
    kept = (
        ((day, device), *sums)
        for day, device, *sums in db.execute(
            "SELECT business_date, device_id, tickets, total_cents, by_method, by_vat_bp"
            " FROM takings ORDER BY business_date, device_id"
        )
    )
    for (day, device), found, rows in side_by_side(papers, kept):
        sums = Sums()
        for _, ticket in found:
            sums.add(ticket)
        count, total, *amounts = sums.as_row().values()
        expected = (count, total, *(_json(amount) for amount in amounts))
        if not found or [row[1:] for row in rows] != [expected]:
            yield f"takings {day} {device}", mark("are not the sums of their tickets")


class Sums:
    """What tickets come to, one after the other."""

    def __init__(self) -> None:
        self.count = 0
        self._total = 0
        self._methods: Counter[str] = Counter()
        self._rates: Counter[str] = Counter()

    def add(self, ticket: Any) -> None:
        """Add a ticket, given as JSON data."""
        self.count += 1
        self._total += ticket["total_cents"]
        for payment in ticket["payments"]:
            self._methods[payment["method"]] += payment["amount_cents"]
        for vat in ticket["vat"]:
            self._rates[str(vat["vat_bp"])] += vat["total_cents"]

    def as_row(self) -> dict[str, Any]:
        """Return the sums by the names they have in a row of topic `takings`."""
        return {
            "tickets": self.count,
            "total_cents": self._total,
            "by_method": dict(self._methods),
            "by_vat_bp": dict(self._rates),
        }


def _bodies(db: Connection, table: str, where: str = "TRUE") -> Iterator[tuple[str, Any, int]]:
    rows = db.execute(f'SELECT id, body, received_ms FROM "{table}" WHERE {where} ORDER BY id')
    return ((paper_id, orjson.loads(body), received_ms) for paper_id, body, received_ms in rows)


def side_by_side(left: Iterable[Any], right: Iterable[Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Yield (id, rows of `left`, rows of `right`) of two streams ordered by their first column."""
    sides = [groupby(left, key=itemgetter(0)), groupby(right, key=itemgetter(0))]
    heads = [_next(side) for side in sides]
    while present := [head[0] for head in heads if head is not None]:
        key = min(present)
        rows: list[list[Any]] = [[], []]
        for place, head in enumerate(heads):
            if head is not None and head[0] == key:
                rows[place] = head[1]
                heads[place] = _next(sides[place])
        yield key, rows[0], rows[1]


def _next(side: Iterator[tuple[Any, Iterator[Any]]]) -> tuple[Any, list[Any]] | None:
    found = next(side, None)
    return None if found is None else (found[0], list(found[1]))


def _read(body: bytes, kind: type[Any]) -> Any:
    """Return a paper whose bytes are canonical, or None."""
    try:
        paper = decode_row(body, kind)
    except ValueError:
        return None
    return paper if orjson.dumps(paper, option=orjson.OPT_SORT_KEYS) == body else None


def _json(sums: dict[str, int]) -> str:
    return orjson.dumps(sums, option=orjson.OPT_SORT_KEYS).decode()
