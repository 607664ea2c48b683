"""What each command does: one table kind → handler, held against the table of kinds at start."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from common.commands import COMMANDS, NOTED, record_kind
from common.journal.kinds import RecordType
from hub.commands import (
    archives,
    backups,
    catalogue,
    categories,
    customers,
    parked,
    people,
    pictures,
    prices,
    quarantine,
    sales,
    signed,
    stock,
)
from hub.work import Work

Handler = Callable[[Work, Any], None]

JOURNAL_ONLY: Final = (
    RecordType.VOID,
    RecordType.COPY,
    RecordType.DRAWER,
    RecordType.CASH_IN,
    RecordType.CASH_OUT,
    RecordType.SESSION_OPENED,
    RecordType.X,
    RecordType.Z,
    RecordType.TRAINING,
)
"""What a till records that stands in the journal and nowhere else."""

HANDLERS: Final[Mapping[str, Handler]] = {
    "sale.record": sales.record,
    "refund.record": sales.refund,
    **{record_kind(kind): signed.record(kind) for kind in JOURNAL_ONLY},
    NOTED: signed.note,
    "goods.receive": stock.receive,
    "ticket.park": parked.park,
    "ticket.recall": parked.recall,
    "ticket.unpark": parked.unpark,
    "price.set": catalogue.set_prices,
    "price.schedule": prices.schedule,
    "price.unschedule": prices.unschedule,
    "catalogue.put": catalogue.put,
    "article.create": catalogue.create,
    "category.put": categories.put,
    "category.remove": categories.remove,
    "picture.set": pictures.put,
    "picture.clear": pictures.clear,
    "quarantine.retry": quarantine.retry,
    "quarantine.close": quarantine.close,
    "backup.record": backups.record,
    "journal.archived": archives.record,
    "person.put": people.put,
    "customer.put": customers.put,
    "customer.erase": customers.erase,
}

if HANDLERS.keys() != COMMANDS.keys():
    raise ImportError(f"commands without handler or kind: {HANDLERS.keys() ^ COMMANDS.keys()}")
