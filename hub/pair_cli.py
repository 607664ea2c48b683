"""`comptoir-hub pair`: gives out a pairing code, as characters and as a QR code, and waits for it.

Words and pictures only. The code is made here and stays here: the running hub is given the key that
Argon2id makes of it, which takes a while and is no work for its loop.
"""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
import orjson
from rich.text import Text

from common import invitation, seal
from common.card import fingerprint
from common.errors import Problem
from common.i18n import mark
from common.topics import KIOSK_PROFILES
from hub import qr
from hub.addresses import own_addresses, reachable_hosts
from hub.cli_session import Session
from hub.config import read_settings
from hub.console import Console
from hub.key_files import read_keys

LOOK_S: Final = 0.5
# Windows has no such signal.
_HANG_UP: Final = tuple(s for s in signal.Signals if s.name == "SIGHUP")
CODE_ENDED: Final = {
    "burnt": mark("Five wrong tries: this code is void. Ask for a new one."),
    "expired": mark("The code has expired. Ask for a new one."),
}


@click.command()
@click.option("--profile", type=click.Choice([p.value for p in KIOSK_PROFILES]), required=True)
@click.option("--name", required=True, help='Name of the post, such as "Caisse 1".')
@click.option("--json", "as_json", is_flag=True, help="Print the code as JSON and do not wait.")
@click.option(
    "--qr/--no-qr",
    "show_qr",
    default=None,
    help="Show the QR code here; by default where the terminal is wide enough.",
)
@click.option(
    "--qr-image",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the QR code to a new .png or .svg file; it is removed when the code ends.",
)
@click.pass_obj
def pair(
    session: Session,
    profile: str,
    name: str,
    as_json: bool,
    show_qr: bool | None,
    qr_image: Path | None,
) -> None:
    """Give out a pairing code, and wait until a device has used it."""
    if as_json and qr_image is not None:
        # Nobody would be there to take the image away.
        raise click.UsageError(
            session.t("--qr-image does not go with --json, which does not wait.")
        )
    code = seal.new_code()
    with session.errors():
        invited = _invitation(session, code)
        if qr_image is not None and invited is None:
            session.fail(_no_invitation(session))
        with _image(qr_image, invited), session.hub() as hub:
            view = _give_out(session, hub, code, profile, name)
            if as_json:
                shown = {**view, "code": seal.show_code(code), "qr": invited}
                print(orjson.dumps({**shown, "fingerprint": _fingerprint(session)}).decode())
                return
            _show_code(session, name, code)
            _show_qr(session, invited, show_qr)
            if qr_image is not None:
                session.say(
                    mark("The QR code is in {file}, which is removed when the code ends."),
                    file=qr_image,
                )
            _wait_for_pairing(session, hub, view)


def _give_out(session: Session, hub: Console, code: str, profile: str, name: str) -> dict[str, Any]:
    """Put a code out at the hub and return how it stands there."""
    salt = seal.random_bytes(seal.SALT_BYTES)
    key = seal.code_key(code, salt)
    args = {"profile": profile, "name": name, "key": key.hex(), "salt": salt.hex()}
    view: dict[str, Any] = hub.ask("pair", args)
    # The socket for pairing opens with the code: by now the hub knows whether it could.
    view = hub.ask("code", {"number": view["number"]})
    if view["state"] == "void":
        session.fail(_void(session, view))
    return view


def _invitation(session: Session, code: str) -> str | None:
    """Return the text of the QR code, None for a hub that no IPv4 address leads to."""
    network, keys = read_settings(session.folder).network, read_keys(session.folder)
    hosts = reachable_hosts(network.host, own_addresses())
    if not hosts:
        return None
    return invitation.write(
        invitation.Invitation(
            code, keys.identity.public, keys.curve.public, network.card_port, hosts
        )
    )


def _fingerprint(session: Session) -> str:
    return fingerprint(read_keys(session.folder).identity.public.hex())


def _show_code(session: Session, name: str, code: str) -> None:
    session.say(mark("Type this code on {name}:"), name=name)
    session.terminal.print(f"\n    [bold]{seal.show_code(code)}[/bold]\n")
    session.say(mark("Fingerprint of this hub: {fingerprint}"), fingerprint=_fingerprint(session))


def _show_qr(session: Session, text: str | None, wanted: bool | None) -> None:
    """Draw the QR code where it can be seen; where it was asked for, say why it cannot."""
    terminal = session.terminal
    if wanted is False or (wanted is None and not terminal.is_terminal):
        return
    if text is None:
        session.say(_no_invitation(session))
        return
    lines = qr.drawn(text)
    width = len(lines[0])
    if not terminal.is_terminal:
        session.say(mark("The QR code is shown in terminals only; --qr-image writes a file."))
    elif terminal.width < width or not terminal.encoding.lower().startswith("utf"):
        session.say(
            mark("The QR code needs a terminal of {width} columns; --qr-image writes a file."),
            width=width,
        )
    else:
        session.say(mark("Or scan this with the post's scanner or camera:"))
        for line in lines:
            # Dark on light whatever the terminal's colours are: few readers take it inverted.
            terminal.print(Text(line, style="#000000 on #ffffff"), soft_wrap=True)


def _no_invitation(session: Session) -> str:
    host = read_settings(session.folder).network.host
    return session.t(
        mark("No QR code: the hub listens on {host}, which is no IPv4 address."), host=host
    )


@contextmanager
def _image(path: Path | None, text: str | None) -> Iterator[None]:
    """Keep the image while the block runs, also where this process is told to end."""
    if path is None or text is None:
        yield
        return
    for number in (signal.SIGTERM, *_HANG_UP):
        signal.signal(number, lambda *_: sys.exit(1))
    with qr.image_file(path, text):
        yield


def _wait_for_pairing(session: Session, hub: Console, view: dict[str, Any]) -> None:
    with session.terminal.status("") as status:
        while view["state"] == "out":
            left = int(view["left_s"])
            status.update(
                session.t(mark("valid for {time} more"), time=f"{left // 60}:{left % 60:02}")
            )
            time.sleep(LOOK_S)
            view = hub.ask("code", {"number": view["number"]})
    if view["state"] == "void":
        session.fail(_void(session, view))
    if view["state"] != "used":
        session.fail(session.t(CODE_ENDED[view["state"]]))
    session.say(
        mark("{name} is paired: device {number}."),
        name=view["device_name"],
        number=view["device_number"],
    )


def _void(session: Session, view: dict[str, Any]) -> str:
    """Return why the hub took a code back."""
    problem = view["problem"]
    why = Problem(problem["code"], problem["params"]).text(session.t)
    return session.t(mark("Nobody can be paired now. {why}"), why=why)
