"""Whether customers are whole: who is on a ticket can be proved, and of who was erased nothing is
left."""

from collections.abc import Iterator

from common.i18n import mark
from common.journal.customer import reference
from hub.records import customers as records
from hub.records.sales import kept_ticket
from hub.store import Connection

Place = tuple[str, str]


def customers(db: Connection) -> Iterator[Place]:
    """Check that what is kept of a ticket's customer opens the commitment on it."""
    for ticket_id, customer_id, opening in records.openings(db):
        ticket = kept_ticket(db, ticket_id)
        if ticket is None:
            yield f"customer_opening {ticket_id}", mark("its ticket does not exist")
        elif ticket.customer != reference(opening) or opening.customer.id != customer_id:
            yield (
                f"customer_opening {ticket_id}",
                mark("does not open the commitment on its ticket"),
            )
    for table, column in _LEFT:
        for (found,) in db.execute(
            f"SELECT DISTINCT {column} FROM {table}"
            f" WHERE {column} IN (SELECT id FROM erased_customer)"
        ):
            yield f"{table} {found}", mark("is of a customer who was erased")
    for (tseq,) in db.execute(
        "SELECT tseq FROM change WHERE topic = 'customers' AND row IS NOT NULL"
        " AND key IN (SELECT id FROM erased_customer)"
    ):
        yield f"change customers {tseq}", mark("is of a customer who was erased")


_LEFT = (("customer", "id"), ("customer_opening", "customer_id"))
