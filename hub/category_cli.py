"""`comptoir-hub categories`: list them, make, change and remove them.

Words and tables only. Reads the database, the hub may run; what is set goes by it, so that tills
show it at once, or by the folder of one that is stopped.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from common import seal
from common.i18n import Translator, mark
from common.ids import IdMint
from common.models import CATEGORY_COLOURS, Category, colour_at
from hub.cli_session import Session
from hub.config import read_settings
from hub.telling import Command, tell_hub

if TYPE_CHECKING:
    from hub.category_list import Listed


class Name(click.ParamType):  # type: ignore[type-arg] # it has none at run time
    """A category's name: of 1 to 200 characters, none of them the sign between two levels."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return it without the spaces around it."""
        name = str(value).strip()
        if not 1 <= len(name) <= 200 or ">" in name or not name.isprintable():
            self.fail(f"{value!r}: 1-200, no >", param, ctx)
        return name


_colour = click.option(
    "--colour", type=click.Choice(CATEGORY_COLOURS), help="Colour of its keys and tiles."
)
_rank = click.option(
    "--rank", type=click.IntRange(0, 10_000), help="Its place among those beside it, from 0."
)
_under = click.option("--under", metavar="CATEGORY", help="Make it a part of this category.")


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def categories(context: click.Context, as_json: bool) -> None:
    """List the categories and what stands under them."""
    from hub.category_list import categories_of

    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    with session.errors():
        read_settings(session.folder)
        found = categories_of(session.folder.database)
    session.show_list(found, asdict, _table, mark("No category yet."), as_json)


@categories.command()
@click.argument("name", type=Name())
@_under
@_colour
@_rank
@click.pass_obj
def add(
    session: Session, name: str, under: str | None, colour: str | None, rank: int | None
) -> None:
    """Add a category, or one under another."""
    from hub.category_list import find, next_rank
    from hub.service import now_ms

    with session.errors():
        read_settings(session.folder)
        path = session.folder.database
        parent = None if under is None else find(path, under)
        parent_id = "" if parent is None else parent.id
        place = next_rank(path, parent_id) if rank is None else rank
        mint = IdMint(now_ms, seal.random_bytes)
        inherited = colour_at(place) if parent is None else parent.colour
        _put(session, Category(mint(), name, colour or inherited, place, parent_id))
    session.say(mark("{name} is a category now."), name=name)


@categories.command("set")
@click.argument("category")
@click.option("--name", type=Name(), help="Another name.")
@_under
@click.option("--top", is_flag=True, help="Let it stand under no other any more.")
@_colour
@_rank
@click.pass_obj
def change(
    session: Session,
    category: str,
    name: str | None,
    under: str | None,
    top: bool,
    colour: str | None,
    rank: int | None,
) -> None:
    """Change a category, called by its name, or as "Boissons > Vins"."""
    from hub.category_list import find, next_rank

    if top and under is not None:
        raise click.UsageError("--top, --under")
    with session.errors():
        read_settings(session.folder)
        path = session.folder.database
        row = find(path, category)
        parent_id = "" if top else row.parent_id if under is None else find(path, under).id
        place = row.rank if parent_id == row.parent_id else next_rank(path, parent_id)
        changed = replace(
            row,
            name=row.name if name is None else name,
            colour=colour or row.colour,
            rank=place if rank is None else rank,
            parent_id=parent_id,
        )
        _put(session, changed)
    session.say(mark("{name} is changed, on all posts."), name=changed.name)


@categories.command()
@click.argument("category")
@click.option(
    "--into",
    metavar="CATEGORY",
    help="Where an article goes that a till still makes for it; else above it, or to the first.",
)
@click.pass_obj
def remove(session: Session, category: str, into: str | None) -> None:
    """Remove a category in which no article and no other category stands."""
    from hub.category_list import find, instead_of

    with session.errors():
        read_settings(session.folder)
        path = session.folder.database
        row = find(path, category)
        args = {"category": row.id, "into": "" if into is None else find(path, into).id}
        _tell(session, ("category.remove", args))
        there = instead_of(path, row.id)
    session.say(
        mark("{name} is removed, on all posts. What a till still makes for it goes to {into}."),
        name=row.name,
        into=there,
    )


def _put(session: Session, row: Category) -> None:
    _tell(session, ("category.put", {"category": asdict(row)}))


def _tell(session: Session, command: Command) -> None:
    refused = tell_hub(session.folder, command)
    if refused is not None:
        session.fail(refused.text(session.t))


def _table(t: Translator, found: "Sequence[Listed]") -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (t("Category"), t("Colour")):
        table.add_column(heading)
    for heading in (t("Place"), t("Articles")):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        name = f"   {one.name}" if one.parent else one.name
        table.add_row(name, one.colour, str(one.rank), str(one.articles))
    return table
