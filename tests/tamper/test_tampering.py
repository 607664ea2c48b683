"""Everything a dishonest operator could do to the journal of a hub, and what names it.

Each docstring is a line of the table in `docs/fiscal.md`: what is done, colon, what comes of it.
"""

from contextlib import closing
from pathlib import Path

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.models import Customer, Payment
from hub.audit import audit_file
from hub.journal_verify import verify_file
from tests.flows.signed_till import SignedTill
from tests.hub.journals import HUB, signing_keys
from tests.tamper.ledger import Ledger, a_day

pytestmark = pytest.mark.tamper


OTHERS = f'"customer":{{"commitment":"{"0" * 64}","id":"{"1" * 32}"}}'


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Return a shop after a day."""
    return a_day(tmp_path)


def test_nothing(ledger: Ledger) -> None:
    """Nothing is changed: the journal holds, to the cent."""
    report = verify_file(ledger.path, HUB.public)
    assert report.flaws == ()
    assert (report.totals.tickets, report.chains, report.invalid) == (10, 2, 0)
    sold = ledger.rows("SELECT sum(total_cents) FROM ticket")[0][0]
    assert report.totals.net_cents == report.totals.absolute_cents == sold


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET record = x'7b7d' WHERE seq = 5",
        "DELETE FROM journal WHERE seq = 5",
        "REPLACE INTO journal (seq, type, entry, digest) VALUES (5, 'taken', x'7b7d', '')",
        "INSERT INTO journal (seq, type, entry, digest) VALUES (0, 'taken', x'7b7d', '')",
        "UPDATE journal_seal SET body = '{}' WHERE seq = 1",
        "DELETE FROM journal_seal",
    ],
)
def test_plain_sql(ledger: Ledger, sql: str) -> None:
    """A line is changed, deleted, replaced or put in by SQL: the database refuses."""
    db = sqlite3.connect(ledger.path, isolation_level=None)
    try:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(sql)
    finally:
        db.close()
    assert ledger.flaws() == ()


@pytest.mark.parametrize(
    ("what", "old", "new"),
    [
        ("amount", '"total_cents":', '"total_cents":1'),
        ("label", '"label":"', '"label":"x'),
        ("rate", '"vat_bp":', '"vat_bp":2'),
        ("payment", '"method":"cash"', '"method":"card"'),
        ("operator", '"operator":"Amélie"', '"operator":"Karim"'),
        ("time", '"at_ms":1', '"at_ms":2'),
        (
            "customer",
            '"customer":null',
            OTHERS,
        ),
        ("note", '"note":""', '"note":"x"'),
    ],
    ids=lambda value: value if value.isalpha() else "",
)
def test_a_value_in_a_record(ledger: Ledger, what: str, old: str, new: str) -> None:
    """An amount, a label, a rate, a payment, an operator, a time, a customer or a note is changed,
    triggers dropped: the record does not fit the digest under which it was taken in, and is named.
    """
    seq = ledger.sale_line(1, 3)
    ledger.change_record(seq, old, new)
    assert [flaw.seq for flaw in ledger.flaws() if flaw.seq] == [seq], what


@pytest.mark.parametrize("forged", ["name", "salt"])
def test_who_a_customer_was(tmp_path: Path, forged: str) -> None:
    """Another name is put in for a ticket's customer, or another salt: it does not open the
    commitment on the ticket, and the ledger's audit names it."""
    till = SignedTill(tmp_path)
    till.session.send("customer.put", {"customer": Customer("c1" * 16, "Amélie")})
    line = till.line()
    paid = Payment("card", line.total_cents, line.total_cents)
    sold = till.session.sell((line,), (paid,), "c1" * 16)
    till.deliver()
    till.close()
    change = {"name": "body = replace(body, 'Amélie', 'Karim')", "salt": f"salt = '{'0' * 64}'"}
    with closing(sqlite3.connect(till.shop.path, isolation_level=None)) as db:
        db.execute(f"UPDATE customer_opening SET {change[forged]}")
    assert [(one.check, one.where) for one in audit_file(till.shop.path)] == [
        ("customers", f"customer_opening {sold.id}")
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [("total_cents", "total_cents + 1"), ("body", "replace(body, '\"cash\"', '\"card\"')")],
)
def test_the_ticket_beside_the_journal(ledger: Ledger, column: str, value: str) -> None:
    """The ticket is changed in the ledger, the journal is left alone: the ledger's audit or the
    journal's names the ticket."""
    ((ticket_id,),) = ledger.rows("SELECT id FROM ticket WHERE number = 3 AND series = 'T1'")
    cast = f"CAST({value} AS BLOB)" if column == "body" else value
    ledger.run((f"UPDATE ticket SET {column} = {cast} WHERE id = ?", (ticket_id,)))
    assert any(ticket_id in finding.where for finding in audit_file(ledger.path))
    if column == "body":
        assert any(ticket_id in flaw.where for flaw in ledger.flaws())


def test_a_line_is_deleted(ledger: Ledger) -> None:
    """A line is deleted, triggers dropped: the number that is gone is named."""
    seq = ledger.sale_line(0, 3)
    ledger.run(f"DELETE FROM journal WHERE seq = {seq}")
    assert ledger.flaws()[0].seq == seq


def test_a_line_is_put_in(ledger: Ledger) -> None:
    """A line is put in and those after it moved up: the first line in a wrong place is named."""
    seq = ledger.sale_line(0, 3)
    ledger.run(
        f"UPDATE journal SET seq = -seq - 1 WHERE seq >= {seq}",
        "UPDATE journal SET seq = -seq WHERE seq < 0",
        f"INSERT INTO journal SELECT {seq}, type, chain, record_seq, record_type, type_seq, entry,"
        f" digest, record FROM journal WHERE seq = {seq - 1}",
    )
    assert ledger.flaws()[0].seq == seq


def test_two_lines_change_places(ledger: Ledger) -> None:
    """Two lines change places: the first of them is named."""
    seq = ledger.sale_line(0, 3)
    ledger.run(
        f"UPDATE journal SET seq = -1 WHERE seq = {seq}",
        f"UPDATE journal SET seq = {seq} WHERE seq = {seq + 1}",
        f"UPDATE journal SET seq = {seq + 1} WHERE seq = -1",
    )
    assert ledger.flaws()[0].seq == seq


def test_the_end_is_cut_off(ledger: Ledger) -> None:
    """The last lines are cut off, their seals are left: the first line that is gone is named."""
    last = ledger.rows("SELECT max(seq) FROM journal")[0][0]
    ledger.run(f"DELETE FROM journal WHERE seq > {last - 3}")
    assert ledger.flaws()[0].seq == last - 2


def test_the_whole_chain_is_rewritten(ledger: Ledger) -> None:
    """A sale is made smaller and every digest after it computed anew: the hub's seal names it."""
    seq = ledger.sale_line(0, 3)
    ledger.forge(seq, '"total_cents":', '"total_cents":-')
    assert ledger.flaws()[0].seq == seq


def test_the_whole_chain_is_rewritten_by_whoever_has_the_hubs_key(ledger: Ledger) -> None:
    """The same, and every seal signed anew with the hub's stolen key: the till's own signature
    under the record does not hold, and the record is named."""
    seq = ledger.sale_line(0, 3)
    ledger.forge(seq, '"label":"', '"label":"x', HUB)
    first = ledger.flaws()[0]
    assert (first.seq, first.where) == (seq, f"{ledger.pens[0].chain.head.chain[:8]}-4")


def test_the_hubs_key_is_replaced(ledger: Ledger) -> None:
    """Every seal is signed by another key: the hub's own says so of the very first line."""
    ledger.sign_anew({}, signing_keys(99))
    assert ledger.flaws()[0].seq == 1


def test_two_tills_are_swapped(ledger: Ledger) -> None:
    """The records of two tills change places: both lines are named."""
    mine, other = ledger.sale_line(0, 3), ledger.sale_line(1, 3)
    (a,), (b,) = (
        ledger.rows("SELECT record FROM journal WHERE seq = ?", seq)[0] for seq in (mine, other)
    )
    ledger.run(
        ("UPDATE journal SET record = ? WHERE seq = ?", (b, mine)),
        ("UPDATE journal SET record = ? WHERE seq = ?", (a, other)),
    )
    assert [flaw.seq for flaw in ledger.flaws() if flaw.seq] == sorted([mine, other])


def test_a_till_says_it_is_another(tmp_path: Path) -> None:
    """A till sends what another one signed: the sale is taken, its record noted as invalid."""
    ledger = Ledger(tmp_path)
    ledger.sell(0)
    ledger.pens[0], ledger.pens[1] = ledger.pens[1], ledger.pens[0]
    ledger.sell(1)
    alerts = [row["code"] for row in ledger.shop.live("alerts").values()]
    assert "flag_record_invalid" in alerts
    ledger.shop.close()
    report = verify_file(ledger.path, HUB.public)
    assert (report.flaws, report.invalid, report.totals.tickets) == ((), 1, 2)


def test_yesterdays_backup(tmp_path: Path) -> None:
    """Yesterday's database is put back under a new epoch: the journal says so itself, and the
    sales that come again stand after that line."""
    ledger = Ledger(tmp_path)
    ledger.sell(0)
    ledger.put_back_yesterday()
    assert ledger.rows("SELECT count(*) FROM journal WHERE type = 'restored'") == [(1,)]
    assert ledger.flaws() == ()
