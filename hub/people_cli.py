"""`comptoir-hub people`: who works here, with which role; adding people and giving them PINs.

Words and tables only. Works through the running hub, so that posts see it live, and on the folder
of one that is stopped. A PIN is typed twice and unseen, or read from standard input; never an
argument, which every process on this computer could read.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

import click
import orjson
from rich.table import Table

from common import seal
from common.errors import Refusal
from common.i18n import Translator, mark
from common.ids import IdMint
from common.models import convert
from common.people import PIN_LEAST, PIN_MOST, Role, pin_problem
from hub.cli_session import Session
from hub.telling import tell_hub

ROLES: Final = {
    Role.CASHIER: mark("cashier"),
    Role.SELLER: mark("seller"),
    Role.DEPOT: mark("stock keeper"),
    Role.MANAGER: mark("manager"),
    Role.ADMIN: mark("administrator"),
}
_role = click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="The role."
)
_pin_stdin = click.option(
    "--pin-stdin", is_flag=True, help="Read the PIN from standard input instead of asking."
)


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def people(context: click.Context, as_json: bool) -> None:
    """List the people of the shop, their roles, and who has a PIN."""
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    with session.errors():
        found = _ask(session)
    if as_json:
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    elif found:
        session.terminal.print(_table(session.t, found))
    else:
        session.say(mark("Nobody yet: posts ask for no PIN. Add the first person:"))
        session.say(FIRST)


FIRST: Final = mark("comptoir-hub people add NAME --role admin")


@people.command()
@click.argument("name")
@_role
@_pin_stdin
@click.option("--no-pin", is_flag=True, help="Without a PIN: this person cannot log in yet.")
@click.pass_obj
def add(session: Session, name: str, role: str, pin_stdin: bool, no_pin: bool) -> None:
    """Add a person, and ask for a PIN. From the first PIN on, posts ask who is there."""
    from hub.service import now_ms

    with session.errors():
        pin = "" if no_pin else _read_pin(session, pin_stdin)
        person = IdMint(now_ms, seal.random_bytes)()
        _put(session, {"person": person, "name": name, "role": role})
        if pin:
            _set_pin(session, person, pin)
    session.say(mark("{name} is there: {role}."), name=name, role=session.t(ROLES[Role(role)]))


@people.command()
@click.argument("name")
@_pin_stdin
@click.pass_obj
def pin(session: Session, name: str, pin_stdin: bool) -> None:
    """Give a person a new PIN; whoever came by the old one is logged out."""
    with session.errors():
        person = _named(session, name)
        _set_pin(session, person["id"], _read_pin(session, pin_stdin))
    session.say(mark("{name} has a new PIN."), name=person["name"])


@people.command()
@click.argument("name")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.pass_obj
def role(session: Session, name: str, role: str) -> None:
    """Give a person another role."""
    person = _changed(session, name, role=role)
    session.say(
        mark("{name} is there: {role}."), name=person["name"], role=session.t(ROLES[Role(role)])
    )


@people.command()
@click.argument("name")
@click.argument("new_name")
@click.pass_obj
def rename(session: Session, name: str, new_name: str) -> None:
    """Give a person another name; papers keep the old one."""
    person = _changed(session, name, name=new_name)
    session.say(mark("{old} is called {name} now."), old=person["name"], name=new_name)


@people.command()
@click.argument("name")
@click.pass_obj
def disable(session: Session, name: str) -> None:
    """Let a person log in no more; what was done in that name stays."""
    person = _changed(session, name, active=False)
    session.say(mark("{name} can log in no more."), name=person["name"])


@people.command()
@click.argument("name")
@click.pass_obj
def enable(session: Session, name: str) -> None:
    """Let a person log in again, by the PIN of before."""
    person = _changed(session, name, active=True)
    session.say(mark("{name} can log in again."), name=person["name"])


def _changed(session: Session, who: str, **change: Any) -> dict[str, Any]:
    """Change somebody; return who it was."""
    with session.errors():
        person = _named(session, who)
        args = {"person": person["id"], **{n: person[n] for n in ("name", "role", "active")}}
        _put(session, {**args, **change})
    return person


def _put(session: Session, args: dict[str, Any]) -> None:
    from common.commands import PersonPut

    try:
        convert(args, PersonPut)
    except ValueError:
        raise Refusal("person_name") from None
    if (problem := tell_hub(session.folder, ("person.put", args))) is not None:
        session.fail(problem.text(session.t))


def _set_pin(session: Session, person: str, pin: str) -> None:
    from hub.local import set_pin_locally
    from hub.store import HubRuns

    try:
        set_pin_locally(session.folder, person, pin)
    except HubRuns:
        with session.hub() as hub:
            hub.set_pin(person, pin)


def _read_pin(session: Session, stdin: bool) -> str:
    """Return a PIN that may be one; raises Refusal."""
    t = session.t
    if stdin:
        pin = sys.stdin.readline().strip()
    else:
        pin = click.prompt(
            t(mark("PIN")),
            hide_input=True,
            confirmation_prompt=t(mark("The same PIN again")),
        )
    problem = pin_problem(pin)
    if problem:
        raise Refusal(problem, least=PIN_LEAST, most=PIN_MOST)
    return pin


def _ask(session: Session) -> list[dict[str, Any]]:
    """Return what a hub says that runs, else what its database says."""
    from hub.records import people as records

    found: list[dict[str, Any]] = ask(
        session, "people", {}, lambda db: [asdict(row) for row in records.people(db)]
    )
    return found


def ask(session: Session, kind: str, args: dict[str, Any], read: Callable[[Any], Any]) -> Any:
    """Return the running hub's answer to a question; where none runs, what `read` finds."""
    # Late: a hub's own parts, which the other commands do without.
    from hub.service import only_hub
    from hub.store import HubRuns, Store

    try:
        with only_hub(session.folder):
            store = Store.open(session.folder.database)
            try:
                return read(store.db)
            finally:
                store.close()
    except HubRuns:
        with session.hub() as hub:
            return hub.ask(kind, args)


def _named(session: Session, name: str) -> dict[str, Any]:
    """Return who is meant: by the whole name, else by a part of it; raises Refusal."""
    everybody = _ask(session)
    wanted = name.casefold()
    found = [one for one in everybody if one["name"].casefold() == wanted]
    found = found or [one for one in everybody if wanted in one["name"].casefold()]
    if len(found) == 1:
        return dict(found[0])
    if not found:
        raise Refusal("person_unknown", person=name)
    raise Refusal("person_ambiguous", person=name, names=", ".join(one["name"] for one in found))


def _table(t: Translator, found: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (t("Name"), t("Role"), t("State"), t("PIN since")):
        table.add_column(heading)
    for one in found:
        since = time.strftime("%Y-%m-%d", time.localtime(one["pin_set_ms"] / 1000))
        table.add_row(
            one["name"],
            t(ROLES[Role(one["role"])]),
            t(mark("active")) if one["active"] else t(mark("disabled")),
            since if one["has_pin"] else t(mark("no PIN: cannot log in")),
        )
    return table
