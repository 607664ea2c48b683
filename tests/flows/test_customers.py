"""A customer whom a till makes without the hub: on its ticket at once, proved, then forgotten."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from common import wire
from common.errors import Refusal
from common.journal.customer import reference
from common.journal.kinds import RecordType
from common.models import Customer, Payment, Ticket, original_of
from common.rules import cash as paid_in_cash
from common.rules import ticket_line, total_cents
from hub.audit import audit_file
from hub.records import customers as records
from tests.flows.signed_till import SignedTill

WHO = Customer(
    "c1" * 16, "Amélie Lefèvre", "06 12 34 56 78", "amelie@example.org", "1 quai du Port"
)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[SignedTill]:
    made = SignedTill(tmp_path)
    yield made
    made.close()


def sell_to(till: SignedTill, customer_id: str, note: str = "", line_note: str = "") -> Ticket:
    line = ticket_line("", "Cake", 1000, 2500, 550, note=line_note)
    total = total_cents((line,))
    return till.session.sell((line,), (paid_in_cash(total, total),), customer_id, note)


def put(till: SignedTill, customer: Customer = WHO) -> None:
    till.session.send("customer.put", {"customer": customer})


def erase(till: SignedTill, customer_id: str = WHO.id) -> None:
    console = till.shop.console
    till.shop.accept(console.send("customer.erase", {"customer": customer_id}))


def openings(till: SignedTill) -> list[tuple[str, Any]]:
    return [(ticket, opening) for ticket, _, opening in records.openings(till.shop.store.db)]


def journal_text(till: SignedTill) -> str:
    rows = till.shop.rows("SELECT coalesce(record, ''), entry FROM journal")
    return " ".join(bytes(record or b"").decode() + bytes(entry).decode() for record, entry in rows)


def test_one_made_without_the_hub_is_on_the_next_ticket(till: SignedTill) -> None:
    put(till)
    assert till.session.catalogue.customers.find("amelie") == [WHO]
    ticket = sell_to(till, WHO.id, note="Birthday", line_note="with candles")
    assert ticket.customer is not None
    assert ticket.customer.id == WHO.id
    till.deliver()
    ((ticket_id, opening),) = openings(till)
    assert ticket_id == ticket.id
    assert reference(opening) == ticket.customer
    assert opening.customer.name == WHO.name
    assert till.last(RecordType.SALE).ticket == ticket
    assert (ticket.note, ticket.lines[0].note) == ("Birthday", "with candles")
    till.sound()


def test_what_is_signed_names_nobody(till: SignedTill) -> None:
    put(till)
    ticket = sell_to(till, WHO.id)
    till.deliver()
    said = journal_text(till)
    assert ticket.customer is not None
    assert ticket.customer.commitment in said
    for told in (WHO.name, WHO.phone, WHO.email, "quai du Port", openings(till)[0][1].salt):
        assert told not in said


def test_each_ticket_has_a_salt_of_its_own(till: SignedTill) -> None:
    put(till)
    first, second = sell_to(till, WHO.id), sell_to(till, WHO.id)
    till.deliver()
    assert first.customer != second.customer
    assert len({opening.salt for _, opening in openings(till)}) == 2


def test_a_ticket_says_who_its_customer_was_when_it_was_paid(till: SignedTill) -> None:
    put(till)
    sell_to(till, WHO.id)
    put(till, Customer(WHO.id, "Amélie Martin"))
    sell_to(till, WHO.id)
    till.deliver()
    assert [opening.customer.name for _, opening in openings(till)] == [
        "Amélie Lefèvre",
        "Amélie Martin",
    ]
    till.sound()


def test_after_erasure_the_journal_holds_and_nothing_says_who_it_was(till: SignedTill) -> None:
    put(till)
    sell_to(till, WHO.id)
    till.deliver()
    erase(till)
    assert openings(till) == []
    till.sound()
    shop = till.shop
    for (table,) in shop.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
        held = repr([tuple(row) for row in shop.rows(f'SELECT * FROM "{table}"')])
        for told in ("Amélie Lefèvre", "Lef\\xc3\\xa8vre", WHO.phone, WHO.email):
            assert told not in held, table


def test_a_ticket_that_comes_after_its_customer_was_erased_is_taken_unproved(
    till: SignedTill,
) -> None:
    put(till)
    till.deliver()
    ticket = sell_to(till, WHO.id)
    erase(till)
    (reply,) = till.deliver()
    assert reply.flags == ()
    assert openings(till) == []
    assert till.last(RecordType.SALE).ticket == ticket
    till.sound()


def test_an_opening_of_somebody_else_proves_nothing_and_is_told(till: SignedTill) -> None:
    put(till)
    till.deliver()
    sell_to(till, WHO.id)
    (received,) = till.received()
    body = orjson.loads(received.command.body)
    body["args"]["opening"]["customer"]["name"] = "Somebody else"
    (reply,) = till.shop.replies(_again(received, orjson.dumps(body)))
    assert reply.flags == ("flag_customer_unproven",)
    assert openings(till) == []
    assert audit_file(till.shop.path) == []


def _again(received: Any, body: bytes) -> Any:
    """Return a command with another body, its hash with it."""
    command = received.command._replace(body=body, body_hash=wire.body_hash(body))
    return received._replace(command=command)


def test_an_exercise_takes_nobody_along(till: SignedTill) -> None:
    put(till)
    till.counter.training = True
    sell_to(till, WHO.id)
    (_, sale) = till.received()
    assert "opening" not in orjson.loads(sale.command.body)["args"]
    till.deliver()
    assert openings(till) == []
    till.sound()


def test_a_refund_may_be_a_customers_as_well(till: SignedTill) -> None:
    put(till)
    sold = sell_to(till, WHO.id)
    line = ticket_line("", "Cake", -1000, 2500, 550)
    back = till.counter.refund(
        original_of(sold), (line,), (Payment("cash", -2500, -2500),), "stale", WHO
    )
    till.deliver()
    assert {ticket_id for ticket_id, _ in openings(till)} == {sold.id, back.id}
    till.sound()


def test_nobody_who_is_gone_is_put_on_a_ticket(till: SignedTill) -> None:
    with pytest.raises(Refusal) as refused:
        sell_to(till, "c9" * 16)
    assert refused.value.problem.code == "customer_gone"
    assert till.received() == []
