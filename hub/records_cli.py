"""`comptoir-hub journal records`: what tills recorded beside their sales, as a table or as JSON.

Owns what an administrator or an accountant reads of it. Reads the database, the hub may run.
"""

from collections.abc import Sequence
from datetime import datetime
from operator import methodcaller
from typing import TYPE_CHECKING, Final

import click
from rich.table import Table

from common.i18n import Translator, mark
from common.journal.kinds import NOTED_TYPES, RecordType
from common.rules import local_time
from hub.cli_session import Session
from hub.config import read_settings

if TYPE_CHECKING:
    from hub.record_list import Listed

NAMES: Final = {
    RecordType.OPENED: mark("Chain begun"),
    RecordType.REFUND: mark("Refund"),
    RecordType.VOID: mark("Basket given up"),
    RecordType.COPY: mark("Copy of a ticket"),
    RecordType.DRAWER: mark("Drawer opened"),
    RecordType.CASH_IN: mark("Cash put in"),
    RecordType.CASH_OUT: mark("Cash taken out"),
    RecordType.SESSION_OPENED: mark("Cash session opened"),
    RecordType.X: mark("X report"),
    RecordType.Z: mark("Z report"),
    RecordType.TRAINING: mark("Exercise"),
    RecordType.SALE: mark("Sale"),
    RecordType.KEY_ROTATED: mark("Keys of the till"),
    RecordType.EVENT: mark("Event"),
    RecordType.CLOCK: mark("Clock of the till was set"),
}
_TYPES: Final = [
    kind.value for kind in NAMES if kind is not RecordType.SALE and kind not in NOTED_TYPES
]
_DATE = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option(
    "--type",
    "kinds",
    multiple=True,
    type=click.Choice(_TYPES),
    help="Only these; may be given several times.",
)
@click.option("--till", default="", help="Only this till's, by its name.")
@click.option("--from", "first", type=_DATE, help="From this business date on: 2026-03-01.")
@click.option("--to", "last", type=_DATE, help="Up to this business date.")
@click.option("--limit", type=click.IntRange(1), default=1000, help="At most so many, the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all that each holds.")
@click.pass_obj
def records(
    session: Session,
    kinds: tuple[str, ...],
    till: str,
    first: datetime | None,
    last: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """List what tills recorded beside their sales: refunds, cash in and out, X, Z, and the like."""
    from hub.record_list import LISTED, Wanted, records_of

    asked = tuple(map(RecordType, kinds)) or LISTED
    wanted = Wanted(asked, till, _date(first), _date(last), limit)
    with session.errors():
        read_settings(session.folder)
        found = records_of(session.folder.database, wanted)
    session.show_list(found, methodcaller("plain"), _table, mark("Nothing was recorded."), as_json)


def _date(day: datetime | None) -> str:
    return "" if day is None else f"{day:%Y-%m-%d}"


def _table(t: Translator, found: "Sequence[Listed]") -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (t("When"), t("Till"), t("What")):
        table.add_column(heading, no_wrap=True)
    table.add_column(t("Amount"), justify="right", no_wrap=True)
    for heading in (t("About"), t("Who")):
        table.add_column(heading)
    for each in found:
        what = t(NAMES[each.of])
        if each.of is not each.type:
            what = f"{t(NAMES[each.type])}: {what}"
        amount = each.amount_cents
        when = f"{local_time(each.at_ms, each.utc_offset_min):%Y-%m-%d %H:%M}"
        money = "" if amount is None else t.money(amount)
        table.add_row(when, each.till, what, money, each.about, each.operator)
    return table
