"""`comptoir-hub journal close`, `closings` and `totals`: words around closings.

Owns what an administrator reads of them. `close` works through the running hub, and on the folder
of one that is stopped; the other two read the database beside it.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import orjson
from rich.table import Table

from common.errors import Refusal
from common.i18n import Translator, mark
from hub.backup_cli import require_plain_name
from hub.cli_session import Session
from hub.config import read_settings
from hub.console import ConsoleRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.closing_list import Days, Made

PERIODS: Final = {
    "day": mark("Day {number}"),
    "month": mark("Month {number}"),
    "year": mark("Year {number}"),
}
SILENT: Final = "silent"
ASK_AGAIN_S: Final = 1.0
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.option(
    "--period",
    type=click.Choice(list(PERIODS)),
    default="day",
    help="What to close: what is open of the day, the month or the year.",
)
@_JSON
@click.pass_obj
def close(session: Session, period: str, as_json: bool) -> None:
    """Close by hand what came since the last closing; the hub may run, and tills sell.

    A month is closed with its last day, a year with its last month.
    """
    with session.errors(), _waiting(session, as_json) as progress:
        made = _close(session, period, progress)
    if as_json:
        print(orjson.dumps(made).decode())
        return
    for data in made:
        _tell(session, data)


def _close(session: Session, period: str, progress: "Callable[[int], None]") -> Any:
    """Have it closed; where the hub has lines to verify first, ask again until it has."""
    from hub.local import close_locally
    from hub.store import HubRuns

    read_settings(session.folder)
    try:
        return close_locally(session.folder, period, progress)
    except HubRuns:
        pass
    with session.hub() as hub:
        while True:
            try:
                return hub.ask("close", {"period": period})
            except ConsoleRefused as refused:
                if refused.problem.code != "journal_behind":
                    raise
                progress(refused.problem.params["lines"])
                time.sleep(ASK_AGAIN_S)


@contextmanager
def _waiting(session: Session, silent: bool) -> Iterator["Callable[[int], None]"]:
    """Show how many lines are still to be verified, on a terminal."""
    text = mark("Verifying the journal: {lines} lines are left.")
    if silent or not session.terminal.is_terminal:
        yield lambda _lines: None
        return
    with session.terminal.status("") as status:
        yield lambda lines: status.update(session.t(text, lines=session.t.number(lines)))


def _tell(session: Session, data: Mapping[str, Any]) -> None:
    t = session.t
    session.say(
        mark("{closing}, {days}: {tickets} tickets, {total} with VAT."),
        closing=_name(t, data),
        days=_days(data),
        tickets=t.number(data["totals"]["tickets"]),
        total=t.money(data["totals"]["net_cents"]),
    )
    late = _late(data)
    if late:
        session.say(mark("    Came late (degraded mode): {count} tickets."), count=t.number(late))
    for silent in _missed(data):
        text = mark("    {name}: nothing came from it.")
        if silent["records"]:
            text = mark("    {name} is silent: what it has not sent comes late.")
        session.say(text, name=silent["name"])
    for fault in data["faults"]:
        session.say(mark("    Does not hold: line {line} {record}"), **fault)


@click.command()
@_JSON
@click.pass_obj
def closings(session: Session, as_json: bool) -> None:
    """List the closings: their days, tickets and totals, and what came late."""
    from hub.closing_list import closings_of

    with session.errors():
        read_settings(session.folder)
        found = closings_of(session.folder.database)
    session.show_list(found, _plain, _table, mark("Nothing is closed yet."), as_json)


def _plain(made: "Made") -> dict[str, Any]:
    return {"line": made.seq, "digest": made.digest, "at_ms": made.at_ms, **made.data}


def _table(t: Translator, found: "Sequence[Made]") -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (t("Closing"), t("Days"), t("Tickets"), t("With VAT"), t("Late")):
        table.add_column(heading)
    table.add_column(t("Silent tills"))
    table.add_column(t("Faults"))
    for made in found:
        data = made.data
        table.add_row(
            _name(t, data),
            _days(data),
            t.number(data["totals"]["tickets"]),
            t.money(data["totals"]["net_cents"]),
            t.number(_late(data)),
            ", ".join(one["name"] for one in _missed(data)),
            t.number(len(data["faults"])),
        )
    return table


def _name(t: Translator, data: Mapping[str, Any]) -> str:
    return t(PERIODS[data["period"]], number=data["number"])


def _missed(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the tills that somebody should look at: one that was switched off is none."""
    return [one for one in data["silent"] if not one["records"] or one["presence"] == SILENT]


def _days(data: Mapping[str, Any]) -> str:
    first, last = data["begins"], data["to"]
    return last if first == last else f"{first} – {last}"


def _late(data: Mapping[str, Any]) -> int:
    return sum(totals["tickets"] for totals in data["late"].values())


def _day(_: click.Context, option: click.Parameter, text: str) -> str:
    """Return a day as it stands in the journal."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise click.BadParameter("2026-03-01", param=option) from None


@click.command()
@click.option("--from", "first", required=True, callback=_day, help="The first day: 2026-03-01.")
@click.option("--to", "last", required=True, callback=_day, help="The last day: 2026-03-31.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a CSV file; it must not exist.",
)
@_JSON
@click.pass_obj
def totals(session: Session, first: str, last: str, out: Path | None, as_json: bool) -> None:
    """Show each day's totals per VAT rate, as closed, and what of them came late.

    A day goes by the date on its tickets. What came after it was closed is in it, and told apart.
    """
    from hub.closing_csv import write_csv
    from hub.closing_list import days_of

    with session.errors():
        read_settings(session.folder)
        require_plain_name(out)
        if first > last:
            raise Refusal("days_backwards", first=first, last=last)
        found = days_of(session.folder.database, first, last)
        if out is not None:
            write_csv(out, found.days, session.t)
    if as_json:
        print(orjson.dumps(_plain_days(found, first, last)).decode())
        return
    if out is not None:
        session.say(mark("Days in {file}: {count}."), count=len(found.days), file=out)
    else:
        session.terminal.print(_totals_table(session.t, found))
    _tell_open(session, found)


def _plain_days(found: "Days", first: str, last: str) -> dict[str, Any]:
    return {
        "from": first,
        "to": last,
        "closed_to": found.closed,
        "records_open": found.open_records,
        "days": [day.plain() for day in found.days],
    }


def _totals_table(t: Translator, found: "Days") -> Table:
    from hub.closing_csv import HEADINGS, lines_of

    table = Table(box=None, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(t(heading))
    for day in found.days:
        for line in lines_of(day, t):
            table.add_row(*line)
    return table


def _tell_open(session: Session, found: "Days") -> None:
    if found.closed:
        session.say(mark("Closed up to {day}."), day=found.closed)
    else:
        session.say(mark("Nothing is closed yet."))
    if found.open_records:
        session.say(
            mark("Records that are in no closing yet: {count}."),
            count=session.t.number(found.open_records),
        )


COMMANDS: Final = (close, closings, totals)
