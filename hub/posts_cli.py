"""`comptoir-hub revoke`, `reinstate`, `rotate-…`, `collect`: posts and keys, while the shop runs.

Words only. Each asks the running hub, or does the same on the folder of one that is stopped.
"""

import base64
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import orjson

from common import wire
from common.errors import Problem, Refusal
from common.i18n import mark
from hub.cli_session import Session, user_name

if TYPE_CHECKING:
    from hub.export_file import Export, ExportedLine

FRAME_BYTES: Final = 200_000
"""So much of operations goes to a running hub at once."""
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_YES = click.option("--yes", is_flag=True, help="Do not ask whether that is meant.")


@click.command()
@click.argument("post")
@click.option("--by", default="", help="Who does it, as the post will say; else this user's name.")
@_YES
@_JSON
@click.pass_obj
def revoke(session: Session, post: str, by: str, yes: bool, as_json: bool) -> None:
    """Take a post (its name or number) out of the shop: lost, stolen, sold.

    It is out at once. It erases its copy of the shop as soon as it hears of it, and keeps what it
    has not delivered.
    """
    with session.errors():
        device = _find(session, post)
        if device["state"] != "active":
            raise Refusal("device_revoked", name=device["name"])
        question = session.t(
            mark("Take {name} out of the shop? Its copy of the shop will be erased."),
            name=device["name"],
        )
        if not yes and not as_json and not click.confirm(question):
            return
        _ask(session, "revoke", {"device": device["id"], "by": by or user_name()})
    if not _told(device, as_json):
        session.say(mark("{name} is out of the shop."), name=device["name"])
        session.say(mark("What it has not delivered stays on it: see “Lost or stolen post”."))


@click.command()
@click.argument("post")
@_JSON
@click.pass_obj
def reinstate(session: Session, post: str, as_json: bool) -> None:
    """Let a revoked post in again, by the keys that it had."""
    with session.errors():
        device = _find(session, post)
        if device["state"] == "active":
            raise Refusal("device_active", name=device["name"])
        _ask(session, "reinstate", {"device": device["id"]})
    if not _told(device, as_json):
        session.say(mark("{name} is in the shop again."), name=device["name"])


@click.command("rotate-device-key")
@click.argument("post")
@_JSON
@click.pass_obj
def rotate_device_key(session: Session, post: str, as_json: bool) -> None:
    """Have a post make itself a new key; its old one then opens nothing."""
    with session.errors():
        device = _find(session, post)
        answer = _ask(session, "new_device_key", {"device": device["id"]})
    if _told({**device, **answer}, as_json):
        return
    if answer["here"]:
        session.say(mark("{name} is changing its key."), name=device["name"])
    else:
        session.say(mark("{name} changes its key as soon as it is here."), name=device["name"])


@click.command("rotate-hub-key")
@_YES
@_JSON
@click.pass_obj
def rotate_hub_key(session: Session, yes: bool, as_json: bool) -> None:
    """Give the hub a new CURVE key; posts follow by its signed card, without pairing again."""
    with session.errors():
        question = session.t(
            mark("Change the hub's key? Every post connects again; sales go on meanwhile.")
        )
        if not yes and not as_json and not click.confirm(question):
            return
        _ask(session, "new_hub_key", {})
    if not _told({}, as_json):
        session.say(mark("The hub has a new key."))


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_JSON
@click.pass_obj
def collect(session: Session, file: Path, as_json: bool) -> None:
    """Take what a post has not delivered, from a file of `comptoir-kiosk export-undelivered`.

    Each operation counts once, however often it is collected or sent.
    """
    from hub.export_file import read_export

    with session.errors():
        export = read_export(file)
        taken = []
        for batch in _batches(export):
            taken += _collected(session, export, batch)
    counts = {"accepted": 0, "refused": 0, "quarantined": 0}
    for reply in taken:
        counts[reply["status"]] += 1
    if as_json:
        print(orjson.dumps({**counts, "operations": taken}).decode())
        return
    session.say(
        mark("Of {name}: {accepted} accepted, {refused} refused, {quarantined} in quarantine."),
        name=export.device_name,
        **counts,
    )
    for reply in taken:
        if reply["code"]:
            why = Problem(reply["code"], reply["params"]).text(session.t)
            session.say(mark("Operation {n}: {why}"), n=reply["n"], why=why)


COMMANDS: Final = (revoke, reinstate, rotate_device_key, rotate_hub_key, collect)


def _ask(session: Session, kind: str, args: dict[str, Any]) -> Any:
    """Ask the hub that runs, else this process in its stead."""
    from hub.local import ask_locally
    from hub.store import HubRuns

    try:
        return ask_locally(session.folder, kind, args)
    except HubRuns:
        with session.hub() as hub:
            return hub.ask(kind, args)


def _find(session: Session, post: str) -> dict[str, Any]:
    """Return the one post that is meant, by number or name; raises Refusal."""
    known = _ask(session, "devices", {})
    meant = [device for device in known if post == str(device["number"])]
    meant = meant or [d for d in known if d["name"].casefold() == post.casefold()]
    if not meant:
        raise Refusal("unknown_device", device=post)
    if len(meant) > 1:
        # One that is out under a name that was given again is not meant while another is in.
        numbers = ", ".join(str(device["number"]) for device in meant)
        raise Refusal("device_ambiguous", name=post, numbers=numbers)
    found: dict[str, Any] = meant[0]
    return found


def _told(answer: dict[str, Any], as_json: bool) -> bool:
    if as_json:
        print(orjson.dumps(answer).decode())
    return as_json


def _batches(export: "Export") -> Iterator[list[dict[str, Any]]]:
    """Yield operations as a query takes them, in runs that fit into a frame."""
    batch: list[dict[str, Any]] = []
    size = 0
    for line in export.operations:
        packed = _packed(line)
        weight = len(packed["body"]) + 300
        if batch and (size + weight > FRAME_BYTES or len(batch) == 500):
            yield batch
            batch, size = [], 0
        batch.append(packed)
        size += weight
    if batch:
        yield batch


def _packed(line: "ExportedLine") -> dict[str, Any]:
    body = base64.b64encode(zlib.compress(line.body)).decode()
    return {"n": line.n, "schema": line.schema, "body": body, "signature": line.signature}


def _collected(session: Session, export: "Export", batch: list[dict[str, Any]]) -> Any:
    from hub.local import ask_locally
    from hub.store import HubRuns

    of = {"device": export.device_id, "outbox": export.outbox, "oldest_n": export.oldest_n}
    args = {**of, "operations": batch}
    try:
        return ask_locally(session.folder, "collect", args)
    except HubRuns:
        size = len(orjson.dumps(args))
        if size > wire.COMMAND_BYTES:
            raise Refusal("operation_too_wide", n=batch[0]["n"], size=size) from None
        with session.hub() as hub:
            return hub.ask("collect", args)
