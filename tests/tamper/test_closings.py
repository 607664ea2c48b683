"""What a dishonest operator could do to closings, with the hub's stolen key or without it.

Each docstring is a line of the table in `docs/fiscal.md`: what is done, colon, what comes of it.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.journal import canon
from common.journal.chain import SAYS, Fault
from common.journal.closing import Stated, closing_of
from common.journal.entry import Line, make_seal
from common.journal.kinds import EntryType, Period
from common.journal.record import ED25519, Signer
from common.journal.verify import Verifier
from common.models import convert
from hub.journal_verify import Flaw, verify_file
from tests.hub.closing_shop import DAY_S, HOUR_S, ClosingShop
from tests.hub.journals import HUB
from tests.tamper.ledger import TRIGGERS

pytestmark = pytest.mark.tamper
Change = Callable[[dict[str, Any]], None]
NAMED = {SAYS[fault]: fault for fault in Fault}


COLUMNS = "type, chain, record_seq, record_type, type_seq, entry, record"


@dataclass(slots=True)
class Row:
    """A line as it is written anew. `place`: its columns of a till's chain."""

    kind: str
    place: Sequence[Any]
    entry: dict[str, Any]
    record: bytes | None


class Book:
    """The journal of a shop that closed five days, the second with late tickets, and a month."""

    def __init__(self, folder: Path) -> None:
        shop = ClosingShop(folder)
        for _ in range(5):
            shop.sell(0)
            shop.make(1)
            shop.clock.pass_s(DAY_S - 60)
            shop.settle()
            shop.sell(0)
            shop.deliver(1)
        shop.close(Period.MONTH)
        shop.shop.close()
        self.shop = shop
        self.path = shop.shop.path
        self.tills = [till.pen.chain.head.chain for till in shop.tills]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what the file holds."""
        with closing(sqlite3.connect(self.path)) as db:
            return list(db.execute(sql, values))

    def run(self, *statements: tuple[str, Sequence[Any]]) -> None:
        """Run SQL, with the journal's triggers dropped."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            for (name,) in db.execute(TRIGGERS).fetchall():
                db.execute(f'DROP TRIGGER "{name}"')
            for sql, values in statements:
                db.execute(sql, values)

    def closing_line(self, number: int, period: str = "day") -> int:
        """Return the line of a closing."""
        for seq, body in self.rows("SELECT seq, entry FROM journal WHERE type = 'closing'"):
            data = canon.read_canonical(bytes(body))["data"]
            if (data["period"], data["number"]) == (period, number):
                return int(seq)
        raise LookupError(number)

    def edit(self, seq: int, change: Change) -> None:
        """Change an entry, and let its digest and all after it be."""
        ((body,),) = self.rows("SELECT entry FROM journal WHERE seq = ?", seq)
        entry = canon.read_canonical(bytes(body))
        change(entry["data"])
        self.run(("UPDATE journal SET entry = ? WHERE seq = ?", (canon.canonical(entry), seq)))

    def rewrite(self, edit: Callable[[list[Row]], None], careful: bool = False) -> None:
        """Edit the lines, number and chain them anew, and sign that with the hub's key.

        `careful`: every closing is made to say what the lines before it then come to. No till's
        key is known to whoever does that.
        """
        lines = [
            Row(kind, place, canon.read_canonical(bytes(body)), record)
            for kind, *place, body, record in self.rows(f"SELECT {COLUMNS} FROM journal")
        ]
        edit(lines)
        walk, signer = Verifier(None, signatures=False), Signer(HUB)
        statements: list[tuple[str, Sequence[Any]]] = [
            ("DELETE FROM journal_seal", ()),
            ("DELETE FROM journal", ()),
        ]
        for seq, row in enumerate(lines, start=1):
            standing, data = walk.standing, row.entry["data"]
            if careful and row.kind == EntryType.CLOSING:
                stated = {field.name: data[field.name] for field in fields(Stated)}
                data |= closing_of(standing, convert(stated, Stated))
            row.entry |= {"seq": seq, "previous": standing.head.digest}
            body = canon.canonical(row.entry)
            list(walk.line(Line(seq, body, canon.digest(body), row.record)))
            values = (seq, row.kind, *row.place, body, canon.digest(body), row.record)
            statements.append((f"INSERT INTO journal VALUES ({', '.join('?' * 9)})", values))
        seal = make_seal(walk.standing.head, "5" * 32, 1, signer)
        signatures = f'{{"{ED25519}":"{seal.signatures[ED25519]}"}}'
        sql = "INSERT INTO journal_seal VALUES (?, ?, ?)"
        statements.append((sql, (len(lines), seal.body, signatures)))
        self.run(*statements)

    def change(self, seq: int, change: Change) -> None:
        """Change an entry by `rewrite`."""
        self.rewrite(lambda lines: change(lines[seq - 1].entry["data"]))

    def flaws(self) -> Sequence[Flaw]:
        """Return what a verification finds in the journal itself."""
        return [flaw for flaw in verify_file(self.path, HUB.public).flaws if flaw.seq]

    def named(self) -> list[tuple[str, Fault]]:
        """Return the same as (record or closing, fault)."""
        return [(flaw.where, NAMED[flaw.text]) for flaw in self.flaws()]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path)
    assert verify_file(book.path, HUB.public).flaws == ()
    return book


def less(data: dict[str, Any]) -> None:
    """Take something from what a closing states."""
    data["totals"]["net_cents"] -= 100
    data["totals"]["by_method"]["cash"] -= 100


def without(seq: int) -> Callable[[list[Row]], None]:
    """Return the edit that leaves a line out."""

    def leave_out(lines: list[Row]) -> None:
        del lines[seq - 1]

    return leave_out


def test_a_closings_total_is_changed(book: Book) -> None:
    """A closing's total is changed, triggers dropped: the closing's line is named."""
    seq = book.closing_line(2)
    book.edit(seq, less)
    assert {flaw.seq for flaw in book.flaws()} == {seq, seq + 1}
    assert NAMED[book.flaws()[0].text] is Fault.DIGEST


@pytest.mark.parametrize("period", ["day", "month"])
def test_a_closings_total_is_changed_by_whoever_has_the_hubs_key(book: Book, period: str) -> None:
    """The same, and the hub's whole chain signed anew with its stolen key: the sum is computed
    again, and that closing is named and no other."""
    book.change(book.closing_line(1, period), less)
    assert book.named() == [(f"{period}-1", Fault.CLOSING_SUM)]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda data: data["perpetual"].update(absolute_cents=1), Fault.CLOSING_SUM),
        (lambda data: data["by_date"].popitem(), Fault.CLOSING_SUM),
        (lambda data: data["open"]["year"].update(days=1), Fault.CLOSING_SUM),
        (lambda data: data.update(number=9), Fault.CLOSING_NUMBER),
        (lambda data: data["before"].clear(), Fault.CLOSING_NUMBER),
        (lambda data: data.update(first=2), Fault.CLOSING_REACH),
        (lambda data: data.update(begins="2026-03-01"), Fault.CLOSING_REACH),
        (lambda data: data["records"].update(sale=99), Fault.CLOSING_REACH),
        (lambda data: data["chains"].popitem(), Fault.CLOSING_REACH),
        (lambda data: data["keys"].clear(), Fault.CLOSING_REACH),
        (lambda data: data["degraded"].clear(), Fault.CLOSING_LATE),
    ],
)
def test_whatever_a_closing_states_is_computed_again(
    book: Book, change: Change, fault: Fault
) -> None:
    """A number, a day, a chain's head, a perpetual total in a closing is changed, all signed anew
    with the hub's stolen key: that closing is named, by what it states wrongly."""
    seq = book.closing_line(3)
    book.change(seq, change)
    assert book.flaws()[0].seq == seq
    assert book.named()[0][1] is fault


def test_a_closing_is_removed(book: Book) -> None:
    """A closing is deleted, triggers dropped: the number that is gone is named."""
    seq = book.closing_line(3)
    book.run(("DELETE FROM journal WHERE seq = ?", (seq,)))
    assert book.flaws()[0].seq == seq
    assert {flaw.seq for flaw in book.flaws()} <= {seq, seq + 1}


def test_a_closing_is_removed_by_whoever_has_the_hubs_key(book: Book) -> None:
    """The same, and all after it moved up and signed anew with the hub's stolen key: the closing
    after it does not follow the one before it, and is named."""
    seq = book.closing_line(3)
    book.rewrite(without(seq))
    assert book.named()[0] == ("day-4", Fault.CLOSING_NUMBER)


def test_a_late_ticket_is_hidden(book: Book) -> None:
    """A closing no longer says that tickets came late, all signed anew with the hub's stolen key:
    it is named for that."""

    def hide(data: dict[str, Any]) -> None:
        assert data["late"]
        data["late"].clear()
        data["degraded"].clear()

    book.change(book.closing_line(2), hide)
    assert book.named() == [("day-2", Fault.CLOSING_LATE)]


def test_a_late_ticket_is_removed(book: Book) -> None:
    """A late ticket is taken out, every closing made to fit, all signed anew with the hub's stolen
    key: its till's chain has a hole, and the till's next record is named."""
    chain = book.tills[1]
    ((seq,),) = book.rows("SELECT seq FROM journal WHERE chain = ? AND record_seq = 2", chain)
    assert book.closing_line(1) < seq < book.closing_line(2)
    book.rewrite(without(seq), careful=True)
    assert book.named()[0] == (f"{chain[:8]}-3", Fault.SEQUENCE)


def test_a_ticket_is_said_to_have_come_twice(book: Book) -> None:
    """A line says that a ticket came twice, so that it counts no more, every closing made to fit,
    all signed anew with the hub's stolen key: no other record holds it, and the line is named."""
    sql = "SELECT seq, record FROM journal WHERE chain = ? AND record_seq = 4"
    ((seq, record),) = book.rows(sql, book.tills[0])
    ticket = canon.read_canonical(bytes(record))["data"]["ticket"]["id"]

    def take_out(lines: list[Row]) -> None:
        data = {"entry": seq, "ticket": ticket}
        entry = {**lines[seq - 1].entry, "type": EntryType.REPEATED.value, "data": data}
        lines.insert(seq, Row(EntryType.REPEATED.value, [None] * 4, entry, None))

    book.rewrite(take_out, careful=True)
    report = verify_file(book.path, HUB.public)
    assert [flaw.where for flaw in report.flaws] == [f"journal {seq + 1}"]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('\\"net_cents\\":755', '\\"net_cents\\":155'),
        lambda text: text[:-40],
        lambda _: '{"head":["",0,""],"chains":{}}',
        lambda _: "[]",
        lambda _: "7",
    ],
)
def test_the_sums_of_the_next_closing_are_changed(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    """The sums that the hub keeps in its database for the next closing are changed: it has not
    signed that, verifies anew, and closes by what it finds."""
    shop = ClosingShop(tmp_path)
    paid = shop.sell(0)
    shop.clock.pass_s(HOUR_S)
    shop.settle()
    kept = shop.shop.store.meta("journal_checked")
    assert change(kept) != kept
    with shop.shop.store.group():
        shop.shop.store.set_meta("journal_checked", change(kept))
    shop.restart()
    assert shop.check.behind > 0
    assert shop.close()["totals"]["net_cents"] == paid.total_cents
    assert shop.report().flaws == ()
    shop.shop.close()


@pytest.mark.parametrize("to", ["2026-99-99", "", 7, None])
def test_a_closing_that_names_no_day_stops_nothing(book: Book, to: Any) -> None:
    """A closing's last day is made to be no day, all signed anew with the hub's stolen key: it is
    named, and the hub goes on taking sales and closing days."""
    seq = book.closing_line(5)
    book.change(seq, lambda data: data.update(to=to))
    assert book.flaws()[0].seq == seq
    book.shop.restart()
    book.shop.sell(0)
    book.shop.clock.pass_s(DAY_S)
    book.shop.settle()
    assert book.shop.closed()[-1]["faults"][0]["line"] == seq
    book.shop.shop.close()
