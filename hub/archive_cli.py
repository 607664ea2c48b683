"""`comptoir-hub journal archive`, `check-archive`, `purge`: words around archives of the journal.

Owns what an administrator reads of them and has to confirm, and the order of an archive's two ends:
the file has its name first, then the journal says that it was made.
"""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import orjson

from common.i18n import mark
from hub.cli_session import Session
from hub.config import read_settings
from hub.folder import Folder
from hub.key_files import read_keys

# The work itself is imported late: it pulls in the database, which `--help` does not need.
if TYPE_CHECKING:
    from hub.archive.making import Made
    from hub.archive.purging import Plan, Purger
    from hub.archive.spans import Span

SHOWN: Final = 20
UNSOUND: Final = 3
"""Exit code where an archive was made of a journal that does not hold."""
FILE: Final = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--up-to", type=click.IntRange(min=1), help="The last line, by its number.")
@click.option("--period", default="", help="A year (2026) or a month (2026-03) instead.")
@click.option("--out", type=FILE, required=True, help="The file to make; it must not exist.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def archive(session: Session, up_to: int | None, period: str, out: Path, as_json: bool) -> None:
    """Verify the journal and put it into a signed archive, while the hub runs or not.

    Exit code 3 where something does not hold: the archive says so, and is made all the same.
    """
    from hub.archive.spans import Span

    if period and up_to is not None:
        raise click.UsageError(session.t(mark("Name a line or a period, not both.")))
    with session.errors():
        made = _make(session, Span(up_to, period), out, as_json)
    if as_json:
        view = {**made.command[1], "path": str(out.absolute()), "tickets": made.totals.tickets}
        print(orjson.dumps(view).decode())
    else:
        _tell_made(session, made)
    if made.faults:
        raise SystemExit(UNSOUND)


def _make(session: Session, span: "Span", out: Path, silent: bool) -> "Made":
    from hub.archive.making import Maker
    from hub.console import ConsoleRefused
    from hub.service import now_ms
    from hub.telling import tell_hub

    with bar(session, silent) as progress:
        made = Maker(session.folder, account(), now_ms(), progress).make(span, out)
    try:
        refused = tell_hub(session.folder, made.command)
    except Exception as error:
        # Where nobody can know whether the hub has taken it, the archive stays: it may be known.
        if getattr(getattr(error, "problem", None), "code", "") != "hub_silent":
            out.unlink()
        raise
    if refused is not None:
        out.unlink()
        raise ConsoleRefused(refused)
    return made


def _tell_made(session: Session, made: "Made") -> None:
    from common.journal.chain import SAYS

    t = session.t
    for place, found in enumerate(made.faults[:SHOWN]):
        first = mark("The first bad record: line {seq} {where}: {text}")
        other = mark("    line {seq} {where}: {text}")
        text = t(SAYS[found.fault])
        session.say(other if place else first, seq=found.seq, where=found.record, text=text)
    if len(made.faults) > SHOWN:
        session.say(mark("    … and {count} more"), count=len(made.faults) - SHOWN)
    session.say(
        mark("Archived: {file}, lines {first} to {last}; manifest {manifest}"),
        file=made.path,
        first=made.said.first,
        last=made.said.last,
        manifest=made.said.manifest,
    )
    if made.faults:
        session.say(mark("The journal does NOT hold; the archive says so."))
    else:
        session.say(mark("Everything up to there holds."))
    session.say(mark("Keep it on another disk, and best on two."))


@click.command("check-archive")
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def check_archive(session: Session, file: Path, as_json: bool) -> None:
    """Verify an archive, and hold it against this hub's key, journal and lines.

    Exit code 1 where something does not hold.
    """
    from hub.archive import verifier
    from hub.archive.checking import check, publics_of
    from hub.journal_keys import sealing

    folder = session.folder
    with session.errors():
        publics = publics_of(sealing(read_keys(folder), read_settings(folder)))
        with bar(session, as_json) as progress:
            report, beside = check(folder.database, file, publics, progress)
    sound = report.holds and (beside is None or (beside.noted and beside.differs is None))
    if as_json:
        view = {**verifier.plain(report), "holds": sound}
        view["journal"] = beside and {
            "noted": beside.noted,
            "lines": beside.lines,
            "differs": beside.differs,
        }
        print(orjson.dumps(view).decode())
    else:
        verifier.Teller(session.t.lang).tell(str(file), report, pinned=True)
        _tell_beside(session, beside)
    if not sound:
        raise SystemExit(1)


def _tell_beside(session: Session, beside: object) -> None:
    from hub.archive.checking import Comparison

    if not isinstance(beside, Comparison):
        session.say(mark("There is no database here to compare it with."))
        return
    if not beside.noted:
        session.say(mark("The journal does NOT say that this archive was made."))
    if beside.differs is not None:
        session.say(
            mark("It is NOT what the journal holds, from line {seq} on."), seq=beside.differs
        )
    else:
        session.say(
            mark("{count} of its lines are still in the journal, and are the same."),
            count=session.t.number(beside.lines),
        )


@click.command()
@click.option("--archive", "file", type=FILE, required=True, help="The archive that has it.")
@click.option(
    "--keep-years",
    type=click.IntRange(min=1),
    default=6,
    help="What is younger stays; less than 6 has to be confirmed in words.",
)
@click.option("--yes", is_flag=True, help="Do not ask, where 6 years or more are kept.")
@click.pass_obj
def purge(session: Session, file: Path, keep_years: int, yes: bool) -> None:
    """Take archived records out of the journal; the hub must be stopped.

    Only what this archive holds, what this journal says was archived, and what is old enough.
    """
    from hub.archive.purging import KEEP_YEARS

    with session.errors(), _purger(session.folder) as purger:
        with bar(session, False) as progress:
            plan = purger.plan(file, keep_years, progress)
        _tell_plan(session, plan)
        _confirm(session, file, yes and keep_years >= KEEP_YEARS, keep_years < KEEP_YEARS)
        purger.carry_out(plan)
    session.say(mark("Taken out; the journal says so. Keep the archive."))


@contextmanager
def _purger(folder: Folder) -> Iterator["Purger"]:
    from hub.archive.purging import Purger
    from hub.journal import JournalBook
    from hub.journal_keys import sealing_of
    from hub.service import now_ms, only_hub, open_store

    with only_hub(folder):
        keys = sealing_of(folder)
        store = open_store(folder)
        try:
            book = JournalBook(store, keys, now_ms)
            yield Purger(store, book, keys, account(), now_ms())
        finally:
            store.close()


def _tell_plan(session: Session, plan: "Plan") -> None:
    data, t = plan.data, session.t
    session.say(
        mark("Lines {first} to {last}: {lines} records and {seals} seals go."),
        first=data.first,
        last=data.last,
        lines=t.number(data.lines),
        seals=t.number(data.seals),
    )
    session.say(
        mark("All of it came in up to {moment} UTC. {count} lines of the hub's own stay."),
        moment=f"{datetime.fromtimestamp(plan.newest_ms / 1000, UTC):%Y-%m-%d %H:%M}",
        count=t.number(data.kept.lines),
    )


def _confirm(session: Session, file: Path, sure: bool, early: bool) -> None:
    """Have it confirmed; raises ArchiveError where it is not."""
    from hub.archive.writing import ArchiveError

    if sure:
        return
    if early:
        session.say(
            mark(
                "The tax administration may ask for these records: for six years they must be kept,"
                " and from now on this archive is all there is of them. Put a copy of it on another"
                " disk first."
            )
        )
    asked = session.t(mark("To go on, type the name of the archive's file"))
    if click.prompt(asked, default="", show_default=False) != file.name:
        raise ArchiveError("purge_unconfirmed")


def account() -> str:
    """Return who types this, as the system knows them; "" where it does not."""
    try:
        return getpass.getuser()[:100]
    except (OSError, KeyError, ImportError):
        return ""


@contextmanager
def bar(session: Session, silent: bool) -> Iterator[Callable[[int, int], None]]:
    """Show how far something is, on a terminal."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    columns = BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    shown = session.terminal.is_terminal and not silent
    with Progress(*columns, console=session.terminal, disable=not shown, transient=True) as drawn:
        task = drawn.add_task("", total=None)
        steps = 0

        def progress(done: int, there: int) -> None:
            nonlocal steps
            steps += 1
            if steps % 64 == 0 or done == there:
                drawn.update(task, completed=done, total=there)

        yield progress


COMMANDS: Final = (archive, check_archive, purge)
"""What `comptoir-hub journal` is given."""
