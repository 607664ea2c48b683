"""`comptoir-hub pictures`: list them, take them in from a folder, put them out into one.

Words and tables only. Reads the database, the hub may run; what is set goes by it, so that tills
show it at once, or by the folder of one that is stopped.
"""

import sys
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from common.errors import Refusal
from common.i18n import Translator, mark
from common.pictures import Pictured
from hub.cli_session import SOME_REJECTED, Session
from hub.config import read_settings
from hub.folder import ConfigError
from hub.telling import tell_all, tell_hub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress

    from hub.picture_list import Shown

_folder = click.argument("folder", type=click.Path(file_okay=False, exists=True, path_type=Path))


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def pictures(context: click.Context, as_json: bool) -> None:
    """List the pictures of articles and categories."""
    from hub.picture_list import shown

    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    with session.errors():
        read_settings(session.folder)
        found = shown(session.folder.database)
    session.show_list(found, asdict, _table, mark("No picture yet."), as_json)


@pictures.command("import")
@_folder
@click.pass_obj
def take_in(session: Session, folder: Path) -> None:
    """Give articles and categories the pictures of a folder; kiosks show them at once.

    A file is named by a code of the article, or by the category. Exit code 3: some did not do.
    """
    from hub.picture_import import PictureReport, commands, files_of, match

    report = PictureReport()
    with session.errors(), _disk(folder):
        read_settings(session.folder)
        matched = match(session.folder.database, files_of(folder), report)
        with _bar(session) as progress:
            task = progress.add_task(folder.name, total=len(matched))
            found = commands(matched, report, lambda: progress.advance(task))
            tell_all(session.folder, found, report.note)
    said = [problem.text(session.t) for problem in report.problems]
    said += [f"{file}: {problem.text(session.t)}" for file, problem in report.refused]
    for each in said:
        session.terminal.print(each, style="yellow", markup=False, soft_wrap=True)
    text = session.t.n("{count} picture was taken.", "{count} pictures were taken.", report.taken)
    session.terminal.print(text, style="green", markup=False)
    if report.same:
        text = session.t.n("{count} was there already.", "{count} were there already.", report.same)
        session.terminal.print(text, style="dim", markup=False)
    if said:
        sys.exit(SOME_REJECTED)


@pictures.command()
@_folder
@click.pass_obj
def export(session: Session, folder: Path) -> None:
    """Put all pictures into a folder, named so that they can be imported again."""
    from hub.picture_list import contents, shown

    with session.errors(), _disk(folder):
        read_settings(session.folder)
        found = shown(session.folder.database)
        by_name = contents(session.folder.database, found)
        files = {folder / f"{one.called}.jpg": by_name[one.picture] for one in found}
        # Before the first is written: nothing that lies there is lost, and nothing is half done.
        for path, content in files.items():
            if path.exists() and path.read_bytes() != content:
                raise ConfigError("file_exists", file=path)
        for path, content in files.items():
            path.write_bytes(content)
    text = session.t.n(
        "{count} picture lies in {folder}.",
        "{count} pictures lie in {folder}.",
        len(files),
        folder=folder,
    )
    session.terminal.print(text, markup=False, soft_wrap=True)


@pictures.command()
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def remove(session: Session, names: tuple[str, ...]) -> None:
    """Let articles or categories have no picture, called as a file would be named."""
    from hub.picture_list import find

    with session.errors():
        read_settings(session.folder)
        found = find(session.folder.database, list(names))
        for one in found:
            if isinstance(one, Refusal):
                raise one
        subjects = [one for one in found if not isinstance(one, Refusal)]
        for of in Pictured:
            ids = [one.id for one in subjects if one.of is of]
            refused = ids and tell_hub(
                session.folder, ("picture.clear", {"of": of.value, "ids": ids})
            )
            if refused:
                session.fail(refused.text(session.t))
    for one in subjects:
        session.say(mark("{name} has no picture any more."), name=one.name)


@contextmanager
def _disk(folder: Path) -> "Iterator[None]":
    try:
        yield
    except OSError as error:
        raise ConfigError("path_unusable", file=folder, reason=error.strerror or error) from error


def _bar(session: Session) -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    return Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=session.terminal,
        transient=not session.terminal.is_terminal,
    )


def _table(t: Translator, found: "Sequence[Shown]") -> Table:
    table = Table(box=None, pad_edge=False)
    kinds: dict[Pictured, Any] = {
        Pictured.ARTICLES: t("Article"),
        Pictured.CATEGORIES: t("Category"),
    }
    for heading in (t("Picture of"), t("Name"), t("File name")):
        table.add_column(heading)
    table.add_column(t("Bytes"), justify="right", no_wrap=True)
    for one in found:
        table.add_row(kinds[one.of], one.name, one.called, str(one.size_bytes))
    return table
