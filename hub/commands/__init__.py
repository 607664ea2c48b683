"""What each command does: one table kind → handler, held against the table of kinds at start."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from common.commands import COMMANDS
from hub.commands import backups, catalogue, people, quarantine, sales, stock
from hub.work import Work

Handler = Callable[[Work, Any], None]

HANDLERS: Final[Mapping[str, Handler]] = {
    "sale.record": sales.record,
    "goods.receive": stock.receive,
    "price.set": catalogue.set_prices,
    "catalogue.put": catalogue.put,
    "quarantine.retry": quarantine.retry,
    "quarantine.close": quarantine.close,
    "backup.record": backups.record,
    "person.put": people.put,
}

if HANDLERS.keys() != COMMANDS.keys():
    raise ImportError(f"commands without handler or kind: {HANDLERS.keys() ^ COMMANDS.keys()}")
