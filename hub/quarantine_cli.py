"""`comptoir-hub quarantine`: what could not be accepted; to look at, try again, or close.

Words and tables only. Works through the running hub, so that posts see it live, and on the folder
of one that is stopped, by the same commands.
"""

import time
from typing import Any, Final

import click
import orjson
from rich.table import Table

from common.errors import Problem, Refusal
from common.i18n import mark
from hub.cli_session import Session
from hub.people_cli import ask
from hub.telling import tell_hub

OUTCOMES: Final = {"accepted": mark("accepted"), "closed": mark("closed without effect")}


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def quarantine(context: click.Context, as_json: bool) -> None:
    """List the operations that the hub keeps because it could not take them."""
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    with session.errors():
        found = _ask(session)
    if as_json:
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    elif found:
        session.terminal.print(_table(session, found))
    else:
        session.say(mark("Nothing lies in quarantine."))


@quarantine.command()
@click.argument("ref")
@click.pass_obj
def show(session: Session, ref: str) -> None:
    """Show one operation in quarantine, with what its post sent."""
    with session.errors():
        one = _one(session, ref, ended=True)
    session.terminal.print(_table(session, [one]))
    if one["outcome"] is not None:
        session.say(mark("It has left the quarantine: {outcome}."), outcome=_outcome(session, one))
    print(_readable(bytes.fromhex(one["body"])))


@quarantine.command()
@click.argument("ref")
@click.pass_obj
def retry(session: Session, ref: str) -> None:
    """Try an operation again, as if its post had just sent it; after an update, for example."""
    _end(session, ref, "quarantine.retry")
    session.say(mark("Operation {ref} is accepted."), ref=ref)


@quarantine.command()
@click.argument("ref")
@click.pass_obj
def close(session: Session, ref: str) -> None:
    """Close an operation without effect; its bytes are kept all the same."""
    _end(session, ref, "quarantine.close")
    session.say(mark("Operation {ref} is closed, without effect."), ref=ref)


def _end(session: Session, ref: str, kind: str) -> None:
    with session.errors():
        one = _one(session, ref)
        args = {name: one[name] for name in ("outbox", "n", "body_hash")}
        problem = tell_hub(session.folder, (kind, args))
    if problem is not None:
        session.fail(problem.text(session.t))


def _ask(session: Session, ref: str = "") -> list[dict[str, Any]]:
    """Return what a hub says that runs, else what its database says."""
    from hub.quarantine import listing

    found: list[dict[str, Any]] = ask(
        session, "quarantine", {"ref": ref}, lambda db: listing(db, ref)
    )
    return found


def _one(session: Session, ref: str, ended: bool = False) -> dict[str, Any]:
    """Return the one operation that is meant; raises Refusal for none or several."""
    found = _ask(session, ref) if ref else []
    waiting = [one for one in found if one["outcome"] is None]
    meant = waiting or found if ended else waiting
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise Refusal("quarantine_ambiguous", ref=ref, refs=", ".join(one["ref"] for one in meant))
    if found:
        raise Refusal("quarantine_ended", ref=ref, outcome=_outcome(session, found[0]))
    raise Refusal("quarantine_unknown", ref=ref)


def _outcome(session: Session, one: dict[str, Any]) -> str:
    return session.t(OUTCOMES[one["outcome"]])


def _table(session: Session, found: list[dict[str, Any]]) -> Table:
    t = session.t
    table = Table(box=None, pad_edge=False)
    table.add_column(t("Reference"), no_wrap=True)
    for heading in (t("Received"), t("Post"), t("Operation"), t("Why")):
        table.add_column(heading)
    table.add_column(t("Bytes"), justify="right")
    for one in found:
        received = time.localtime(one["received_ms"] / 1000)
        table.add_row(
            one["ref"],
            time.strftime("%Y-%m-%d %H:%M", received),
            one["device_name"],
            one["kind"] or t("cannot be read"),
            Problem(one["code"], one["params"]).words(t)[0],
            t.number(one["size"]),
        )
    return table


def _readable(body: bytes) -> str:
    """Return a command's bytes as JSON where they are that, else as hex."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except ValueError:
        return body.hex(" ")
