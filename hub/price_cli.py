"""`comptoir-hub price`: what will cost something else, and from when; setting and cancelling.

Words and tables only. Reads the database, the hub may run; what is set goes by it, so that posts
know at once, or by the folder of one that is stopped.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click
from rich.table import Table

from common.errors import Refusal
from common.i18n import Translator, mark
from hub.article_fields import read_price
from hub.article_notices import FieldError, Notice
from hub.cli_session import Session
from hub.config import read_settings
from hub.telling import tell_hub

if TYPE_CHECKING:
    from hub.price_list import PriceToCome

_SHOWN: Final = "%Y-%m-%d %H:%M:%S"


class Moment(click.ParamType):  # type: ignore[type-arg] # it has none at run time
    """A moment as 2026-12-01T08:00, of this computer's zone where none stands; in ms UTC."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return it in ms since 1970 UTC."""
        try:
            return round(datetime.fromisoformat(str(value)).timestamp() * 1000)
        except (ValueError, OverflowError, OSError):
            self.fail(f"{value}: 2026-12-01T08:00", param, ctx)


_from = click.option(
    "--from", "from_ms", type=Moment(), help="From which moment on, as 2026-12-01T08:00."
)


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def price(context: click.Context, as_json: bool) -> None:
    """List the prices to come."""
    from hub.price_list import prices_to_come

    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    with session.errors():
        read_settings(session.folder)
        found = prices_to_come(session.folder.database)
    session.show_list(found, asdict, _table, mark("No price is scheduled."), as_json)


@price.command("set")
@click.argument("code")
@click.argument("amount", metavar="PRICE")
@_from
@click.pass_obj
def set_price(session: Session, code: str, amount: str, from_ms: int | None) -> None:
    """Set an article's price with VAT, now or from a moment to come, on all posts at once."""
    from hub.price_list import article_of

    with session.errors():
        read_settings(session.folder)
        article = article_of(session.folder.database, code)
        cents = _cents(session, amount)
        new: dict[str, Any] = {"article_id": article.id, "price_cents": cents}
        if from_ms is None:
            command: tuple[str, dict[str, Any]] = ("price.set", {"prices": [new]})
        else:
            if from_ms <= time.time_ns() // 1_000_000:
                raise Refusal("price_in_past", moment=_shown(from_ms))
            command = ("price.schedule", {"prices": [{**new, "from_ms": from_ms}]})
        refused = tell_hub(session.folder, command)
    if refused is not None:
        session.fail(refused.text(session.t))
    said = {"name": article.name, "price": session.t.money(cents)}
    if from_ms is None:
        session.say(mark("{name} costs {price}."), **said)
    else:
        session.say(mark("{name} will cost {price} from {moment}."), moment=_shown(from_ms), **said)


@price.command()
@click.argument("code")
@_from
@click.pass_obj
def cancel(session: Session, code: str, from_ms: int | None) -> None:
    """Cancel what is scheduled for an article: all of it, or the price of one moment."""
    from hub.price_list import article_of, prices_to_come

    with session.errors():
        read_settings(session.folder)
        article = article_of(session.folder.database, code)
        meant = [
            each.id
            for each in prices_to_come(session.folder.database)
            if each.code in article.codes and from_ms in (None, each.from_ms)
        ]
        if not meant:
            raise Refusal("unknown_schedule")
        refused = tell_hub(session.folder, ("price.unschedule", {"scheduled": meant}))
    if refused is not None:
        session.fail(refused.text(session.t))
    session.say(mark("{name} stays at its price."), name=article.name)


def _cents(session: Session, amount: str) -> int:
    """Return a price as it is typed, in cents; what is odd about it is said."""
    notices: list[Notice] = []
    try:
        cents = read_price(amount, notices)
    except FieldError as error:
        session.fail(error.notice.text(session.t))
    for notice in notices:
        session.terminal.print(notice.text(session.t), soft_wrap=True, markup=False)
    return cents


def _shown(at_ms: int) -> str:
    return time.strftime(_SHOWN, time.localtime(at_ms / 1000))


def _table(t: Translator, found: "Sequence[PriceToCome]") -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (t("From"), t("Code"), t("Article")):
        table.add_column(heading)
    for heading in (t("Price now"), t("New price")):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        prices = (t.money(one.now_cents), t.money(one.price_cents))
        table.add_row(_shown(one.from_ms), one.code, one.name, *prices)
    return table
