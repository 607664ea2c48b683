"""Customers. Who is new or changed is a fact; one who is to be forgotten is, here and everywhere.

What of a customer lies in quarantine goes as well: it would say who they were.
"""

from common.commands import CustomerErase, CustomerPut
from common.journal.customer import CustomerOpening, reference
from common.messages import Status
from common.models import Ticket
from hub.quarantine import closed, kind_of
from hub.records import customers, quarantine
from hub.records.quarantine import CLOSED
from hub.work import Ending, Work


def put(work: Work, args: CustomerPut) -> None:
    """Keep a customer. What comes late of one who was erased is let go."""
    if customers.is_erased(work.db, args.customer.id):
        work.remark("flag_customer_erased")
        return
    customers.put(work.db, args.customer)
    work.put("customers", args.customer)


def erase(work: Work, args: CustomerErase) -> None:
    """Forget a customer: the row, every earlier state of it, and who they were on each ticket.

    Also one whom nobody knows here: what comes of them after a restore is let go, then.
    """
    customers.erase(work.db, args.customer, work.now_ms)
    work.draft.forget("customers", args.customer, work.cause)
    for kept in quarantine.mentioning(work.db, args.customer):
        if kept.outcome is None and kind_of(kept.body) == "customer.put":
            quarantine.end(work.db, kept, CLOSED, work.now_ms)
            work.endings += (Ending(kept, Status.REFUSED, closed(kept.n), {}),)
    quarantine.empty_ended(work.db, args.customer)


def keep_opening(work: Work, ticket: Ticket, opening: CustomerOpening | None) -> None:
    """Keep who the customer on a ticket is, unless they were erased meanwhile."""
    if ticket.customer is None or customers.is_erased(work.db, ticket.customer.id):
        return
    number = f"{ticket.series}-{ticket.number}"
    if opening is None or reference(opening) != ticket.customer:
        work.flag("flag_customer_unproven", number)
        return
    if customers.customer(work.db, ticket.customer.id) is None:
        work.flag("flag_customer_unknown", number)
    customers.add_opening(work.db, ticket.id, opening)
