"""Customers: followed by everybody who sells; forgotten so that nothing says who it was."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import orjson
import pytest

from common.models import Customer, Payment
from hub.audit import audit
from hub.changes import Cause
from tests.hub.shop_bench import Sender, ShopBench, check_all

WHO = Customer("c1" * 16, "Amélie Lefèvre", "06 12 34 56 78", "amelie@example.org")
OTHER = Customer("c2" * 16, "Épicerie du Port SARL", vat_number="FR12345678901")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path, articles=())
    yield made
    check_all(made)
    assert list(audit(made.store.db)) == []
    made.store.close()


def put(bench: ShopBench, customer: Customer, sender: Sender | None = None) -> tuple[str, ...]:
    """Keep a customer, which is always accepted; return the flags."""
    taken = bench.take((sender or bench.till).command("customer.put", {"customer": customer}))
    assert taken.statuses == ["accepted"]
    flags: tuple[str, ...] = taken.answers[0].flags
    return flags


def erase(bench: ShopBench, customer_id: str) -> None:
    taken = bench.take(bench.console.command("customer.erase", {"customer": customer_id}))
    assert taken.statuses == ["accepted"]


def everything(bench: ShopBench) -> str:
    """Return all that stands in any table, bytes as text."""
    return " ".join(
        bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        for rows in bench.picture().values()
        for row in rows
        for value in (row if isinstance(row, tuple) else (row,))
    )


def test_one_who_is_new_or_changed_is_seen_by_whoever_sells(bench: ShopBench) -> None:
    put(bench, WHO)
    put(bench, OTHER, bench.office)
    put(bench, replace(WHO, phone="07 00 00 00 00"), bench.till2)
    assert bench.rows("customers", Customer) == [replace(WHO, phone="07 00 00 00 00"), OTHER]


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "a\nb"}, {"name": "x" * 101}, {"phone": "0" * 41}, {"id": "me"}],
)
def test_what_is_no_customer_lies_in_quarantine(bench: ShopBench, wrong: dict[str, str]) -> None:
    said = {**asdict(WHO), **wrong}
    taken = bench.take(bench.till.command("customer.put", {"customer": said}))
    assert (taken.statuses, taken.codes) == (["quarantined"], ["unreadable_command"])
    assert bench.rows("customers", Customer) == []


def test_who_is_erased_is_nowhere_any_more(bench: ShopBench) -> None:
    put(bench, WHO)
    put(bench, replace(WHO, name="Amélie Martin"))
    put(bench, OTHER)
    erase(bench, WHO.id)
    assert bench.rows("customers", Customer) == [OTHER]
    held = everything(bench)
    for told in ("Amélie", "Lefèvre", "Martin", "06 12 34", "amelie@"):
        assert told not in held
    assert OTHER.name in held


def test_nor_in_the_bytes_of_the_file(bench: ShopBench) -> None:
    put(bench, WHO)
    put(bench, replace(WHO, name="Amélie Martin"))
    erase(bench, WHO.id)
    bench.store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    raw = bench.path.read_bytes()
    for told in ("Lefèvre", "Martin", "06 12 34", "amelie@"):
        assert told.encode() not in raw


def test_put_and_erased_in_one_commit(bench: ShopBench) -> None:
    taken = bench.take(
        bench.till.command("customer.put", {"customer": WHO}),
        bench.console.command("customer.erase", {"customer": WHO.id}),
        bench.till2.command("customer.put", {"customer": OTHER}),
    )
    assert taken.statuses == ["accepted"] * 3
    (changes,) = taken.changes
    assert [(change.key, change.row is None) for change in changes.changes] == [
        (WHO.id, True),
        (WHO.id, True),
        (OTHER.id, False),
    ]
    assert "Lefèvre" not in everything(bench)


def test_what_comes_late_brings_nobody_back(bench: ShopBench) -> None:
    put(bench, WHO)
    erase(bench, WHO.id)
    assert put(bench, WHO, bench.till2) == ("flag_customer_erased",)
    assert bench.rows("customers", Customer) == []
    assert "Lefèvre" not in everything(bench)


def test_also_where_the_hub_has_forgotten_that_they_ever_were(bench: ShopBench) -> None:
    erase(bench, WHO.id)
    assert put(bench, WHO) == ("flag_customer_erased",)
    assert "Lefèvre" not in everything(bench)


def test_to_be_erased_twice_is_no_harm(bench: ShopBench) -> None:
    put(bench, WHO)
    erase(bench, WHO.id)
    erase(bench, WHO.id)
    assert bench.one("SELECT count(*) FROM erased_customer") == 1


def test_an_erasure_that_is_undone_forgets_nothing(bench: ShopBench) -> None:
    put(bench, WHO)
    draft = bench.log.draft()
    draft.begin()
    draft.forget("customers", WHO.id, Cause(bench.console.outbox, 9))
    draft.undo()
    with bench.store.group():
        draft.write(bench.log.gseq)
    assert bench.rows("customers", Customer) == [WHO]
    assert bench.one("SELECT count(*) FROM change WHERE topic = 'customers' AND row IS NULL") == 0


def test_what_lies_in_quarantine_goes_as_well(bench: ShopBench) -> None:
    bench.take(bench.depot.command("customer.put", {"customer": WHO}))
    assert bench.one("SELECT count(*) FROM quarantine WHERE outcome IS NULL") == 1
    bench.depot.last_n -= 1
    again = bench.depot.command("customer.put", {"customer": OTHER})
    erase(bench, WHO.id)
    kept = bench.store.db.execute("SELECT code, outcome, body FROM quarantine").fetchall()
    assert [tuple(row) for row in kept] == [("profile_not_allowed", "closed", b"")]
    assert "Lefèvre" not in everything(bench)
    assert bench.take(again).statuses == ["quarantined"]  # Another under its number: not this one.


def test_what_comes_late_into_quarantine_is_closed_and_says_nothing(bench: ShopBench) -> None:
    erase(bench, WHO.id)
    late = bench.depot.command("customer.put", {"customer": WHO})
    for _ in range(2):
        taken = bench.take(late)
        assert (taken.statuses, taken.codes) == (["refused"], ["quarantine_closed"])
    kept = bench.store.db.execute("SELECT code, outcome, body FROM quarantine").fetchall()
    assert [tuple(row) for row in kept] == [("profile_not_allowed", "closed", b"")]
    assert bench.one("SELECT count(*) FROM alert") == 0
    assert "Lefèvre" not in everything(bench)


def test_nor_does_what_an_older_copy_of_an_outbox_sends(bench: ShopBench) -> None:
    put(bench, OTHER)
    erase(bench, WHO.id)
    bench.till.last_n -= 1
    late = bench.till.command("customer.put", {"customer": WHO})
    assert bench.take(late).codes == ["hash_mismatch"]  # So that it begins a new outbox.
    assert "Lefèvre" not in everything(bench)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_sale_in_quarantine_says_nothing_once_it_has_ended(
    bench: ShopBench, before: bool
) -> None:
    sold = bench.depot.command("sale.record", {"opening": WHO})
    for step in range(2):
        if bool(step) is before:
            erase(bench, WHO.id)
        else:
            assert bench.take(sold).statuses == ["quarantined"]
    assert "Lefèvre" in everything(bench)  # It may be tried again: not a byte of it may change.
    command = sold.command
    ref = {"outbox": command.outbox, "n": command.n, "body_hash": command.body_hash.hex()}
    assert bench.take(bench.console.command("quarantine.close", ref)).statuses == ["accepted"]
    assert "Lefèvre" not in everything(bench)


def test_a_till_that_names_somebody_unproved_is_told_of_and_sells(bench: ShopBench) -> None:
    ticket = bench.ticket(("", 1000))
    put(bench, WHO)
    reference = {"id": WHO.id, "commitment": "0" * 64}
    said = orjson.loads(orjson.dumps(ticket)) | {"customer": reference}
    taken = bench.take(bench.till.command("sale.record", {"ticket": said}))
    assert taken.statuses == ["accepted"]
    assert taken.answers[0].flags == ("flag_customer_unproven",)
    assert bench.one("SELECT count(*) FROM customer_opening") == 0


def test_a_note_stands_on_the_ticket(bench: ShopBench) -> None:
    ticket = bench.ticket(("", 1000))
    total = ticket.total_cents
    noted = replace(ticket, note="Birthday", payments=(Payment("card", total, total),))
    assert bench.take(bench.till.sale(noted)).statuses == ["accepted"]
    kept = orjson.loads(bench.one("SELECT body FROM ticket"))
    assert kept["note"] == "Birthday"


@pytest.mark.parametrize("note", ["x" * 201, "a\nb", "\x1b[2J"])
def test_a_note_is_one_line_of_200_characters(bench: ShopBench, note: str) -> None:
    taken = bench.take(bench.till.sale(replace(bench.ticket(("", 1000)), note=note)))
    assert taken.statuses == ["quarantined"]
