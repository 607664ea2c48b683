"""`comptoir-hub customers`: list them, hand one all that the shop knows of them, forget them.

Words and tables only. Reads the database, the hub may run; what is erased goes by it, so that posts
forget at once, or by the folder of one that is stopped.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
import msgspec
import orjson
from rich.table import Table

from common.i18n import Translator, mark
from hub.cli_session import Session
from hub.config import read_settings
from hub.telling import tell_hub

if TYPE_CHECKING:
    from common.models import Customer
    from hub.customer_list import Named


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def customers(context: click.Context, as_json: bool) -> None:
    """List the customers who may be named on tickets."""
    from hub.customer_list import customers_of

    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    with session.errors():
        read_settings(session.folder)
        found = customers_of(session.folder.database)
    session.show_list(found, msgspec.to_builtins, _table, mark("No customer yet."), as_json)


@customers.command()
@click.argument("who")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with what proves each ticket.")
@click.pass_obj
def show(session: Session, who: str, as_json: bool) -> None:
    """Show all that is known of a customer, and their tickets: what they may ask for."""
    from hub.customer_list import known_of

    with session.errors():
        read_settings(session.folder)
        known = known_of(session.folder.database, who)
    if as_json:
        print(orjson.dumps(known.plain(), option=orjson.OPT_INDENT_2).decode())
        return
    session.terminal.print(_card(session.t, known.customer))
    nothing = mark("No ticket that the hub has names this customer.")
    session.show_list(known.tickets, msgspec.to_builtins, _tickets, nothing, as_json=False)


@customers.command()
@click.argument("who")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.pass_obj
def erase(session: Session, who: str, yes: bool) -> None:
    """Forget a customer for good: here, on every post, and whose their tickets were."""
    from hub.customer_list import known_of

    with session.errors():
        read_settings(session.folder)
        customer = known_of(session.folder.database, who).customer
        question = session.t("Forget {name} for good?", name=customer.name)
        if not yes and not click.confirm(question):
            return
        refused = tell_hub(session.folder, ("customer.erase", {"customer": customer.id}))
    if refused is not None:
        session.fail(refused.text(session.t))
    session.say(
        mark("{name} is forgotten. Backups made before hold the name until they are deleted."),
        name=customer.name,
    )


def _table(t: Translator, found: "Sequence[Customer]") -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (t("Name"), t("Phone"), t("E-mail"), t("VAT no."), t("State")):
        table.add_column(heading)
    for one in found:
        state = t("active") if one.active else t("disabled")
        table.add_row(one.name, one.phone, one.email, one.vat_number, state)
    return table


def _card(t: Translator, one: "Customer") -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for heading, value in (
        (t("Name"), one.name),
        (t("Phone"), one.phone),
        (t("E-mail"), one.email),
        (t("Address"), one.address),
        (t("Note"), one.note),
        (t("VAT no."), one.vat_number),
        ("SIRET", one.siret),
        (t("Reference"), one.id),
    ):
        if value:
            table.add_row(heading, value)
    return table


def _tickets(t: Translator, found: "Sequence[Named]") -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (t("Ticket"), t("Date"), t("Named as")):
        table.add_column(heading)
    table.add_column(t("Amount"), justify="right", no_wrap=True)
    for one in found:
        name = one.opening.customer.name
        table.add_row(one.number, one.business_date, name, t.money(one.total_cents))
    return table
