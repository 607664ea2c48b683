"""`comptoir-kiosk`: starting a post, with a window or without, pairing it, asking how it stands.

Words and tables only; the work is done elsewhere. An error ends in a sentence that says what was
wrong and what would do, and exit code 1; a wrong option is click's, with exit code 2.
"""

import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import orjson
from rich.console import Console as Terminal
from rich.table import Table

from common import VERSION
from common.card import fingerprint
from common.errors import Refusal
from common.help_texts import HelpTexts, asked_language
from common.i18n import LANGUAGES, Translator
from kiosk.cli_session import (
    DATA,
    PASSPHRASE_FILE,
    Setting,
    asked_passphrase,
    errors,
    lock_of,
    moment,
    system_language,
)
from kiosk.config import APP, Address, Size, default_folder, parse_address, parse_size
from kiosk.signing_cli import second_signature
from kiosk.witness_cli import journal

if TYPE_CHECKING:
    from kiosk.protection import Lock

_LOOK_AROUND_S = 5.0
_SETTLE_S = 1.0
_LISTED = 8
ValueT = TypeVar("ValueT")


def _parsed(parse: Callable[[str], ValueT]) -> Callable[[Any, Any, str | None], ValueT | None]:
    """Return a click callback that reads an option's text."""

    def callback(_context: click.Context, _option: click.Parameter, text: str | None) -> Any:
        try:
            return None if text is None else parse(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return callback


class _Spoken(click.Group):
    """A group whose help is in the person's language."""

    _texts = HelpTexts()

    def main(self, args: Sequence[str] | None = None, *more: Any, **others: Any) -> Any:
        """Put the help into words, then run as any group."""
        arguments = sys.argv[1:] if args is None else list(args)
        self._texts.speak(self, Translator(asked_language(arguments, system_language())))
        return super().main(arguments, *more, **others)


@click.group(cls=_Spoken, invoke_without_command=True)
@click.version_option(VERSION, prog_name=APP)
@DATA
@click.option("--lang", type=click.Choice([*LANGUAGES]), help="Language.")
@click.option("--headless", is_flag=True, help="No window: JSON lines on standard input/output.")
@click.option("--fullscreen/--windowed", default=False, help="Cover the whole screen.")
@click.option(
    "--size",
    metavar="WIDTHxHEIGHT[+LEFT+TOP]",
    default="1280x800",
    show_default=True,
    callback=_parsed(parse_size),
    help="Size and place of the window, or size of the screen with --fullscreen.",
)
@click.option("--verbose", is_flag=True, help="Log more, on standard error.")
@PASSPHRASE_FILE
@click.pass_context
def main(
    context: click.Context,
    data: Path | None,
    lang: str | None,
    headless: bool,
    fullscreen: bool,
    size: Size,
    verbose: bool,
    passphrase_file: Path | None,
) -> None:
    """Comptoir's kiosk: a till, a depot tablet or an office desk.

    Without a command it starts the post; one that is not paired yet asks for its code.
    """
    _log_to_stderr(logging.INFO if verbose else logging.ERROR)
    setting = context.obj = Setting(data or default_folder(), lang)
    if context.invoked_subcommand is None:
        t = setting.translator(setting.folder)
        with errors(t):
            lock = lock_of(setting.folder, t, passphrase_file)
            if headless:
                _run_headless(setting.folder, t, lock)
            else:
                _run_window(setting.folder, t, size, fullscreen, lock)


def _log_to_stderr(level: int) -> None:
    # The handler's level, too: some libraries set their own logger's to say more.
    handler = logging.StreamHandler()
    handler.setLevel(level)
    layout = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=level, format=layout, handlers=[handler])


def _run_headless(folder: Path, t: Translator, lock: "Lock") -> None:
    from kiosk.opening import open_session
    from kiosk.streams import run

    session = open_session(folder, lock=lock, lang=t.lang)
    try:
        with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as stdin:
            run(session, t, stdin, sys.stdout.buffer)
    finally:
        session.close()


def _run_window(folder: Path, t: Translator, size: Size, fullscreen: bool, lock: "Lock") -> None:
    from kiosk.config import make_folder
    from kiosk.kivy_setup import WindowSettings
    from kiosk.window import show

    window = WindowSettings(size.width, size.height, fullscreen, left_px=size.left, top_px=size.top)
    show(make_folder(folder), t, window, lock)


@main.command()
@click.option("--hub", metavar="HOST[:PORT]", callback=_parsed(parse_address), help="The hub.")
@click.option("--code", help="The pairing code, 16 characters; asked for when not given.")
@click.option("--qr", metavar="TEXT", help="What the QR code says, instead of --hub and --code.")
@DATA
@click.pass_obj
def pair(
    setting: Setting, hub: Address | None, code: str | None, qr: str | None, data: Path | None
) -> None:
    """Pair this post with a hub, by the code of `comptoir-hub pair`.

    Without --hub it is looked for on the network.
    """
    from kiosk.enrol import pair as pair_post
    from kiosk.enrol import pair_invited

    folder = data or setting.folder
    t = setting.translator(folder)
    if qr is not None and (hub or code):
        raise click.UsageError(t("--qr says both hub and code: give it alone."))
    with errors(t):
        if qr is not None:
            device = pair_invited(folder, qr)
        else:
            address = hub or _find_hub(t)
            device = pair_post(folder, address, code or click.prompt(t("Pairing code")))
    text = t(
        "This post is paired: {name}, device {number}.", name=device.name, number=device.number
    )
    Terminal(highlight=False).print(text, soft_wrap=True, markup=False)


def _find_hub(t: Translator) -> Address:
    """Return the one hub that announces itself; raises Refusal."""
    from kiosk.discover import find_hubs
    from kiosk.found_hubs import shown_fingerprint

    with Terminal(stderr=True).status(t("Looking for a hub on the network…")):
        hubs = find_hubs(_LOOK_AROUND_S, settle_s=_SETTLE_S)
    if not hubs:
        raise Refusal("no_hub_found")
    if len(hubs) > 1:
        listed = hubs[:_LISTED]
        names = "; ".join(
            f"{hub.name} ({hub.address}, {shown_fingerprint(hub.address) or '?'})" for hub in listed
        )
        raise Refusal("several_hubs_found", hubs=names)
    return hubs[0].address


@main.command("export-undelivered")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@DATA
@PASSPHRASE_FILE
@click.pass_obj
def export(setting: Setting, file: Path, data: Path | None, passphrase_file: Path | None) -> None:
    """Write what this post has not delivered to a file, for `comptoir-hub collect`."""
    from kiosk.export import export_undelivered

    folder = data or setting.folder
    t = setting.translator(folder)
    with errors(t):
        handed = export_undelivered(folder, file, lock_of(folder, t, passphrase_file))
    text = t(
        "{count} operations are in {file}, {waiting} of them not delivered. Take it to the hub:"
        " comptoir-hub collect FILE",
        count=t.number(handed.operations),
        file=file,
        waiting=t.number(handed.waiting),
    )
    Terminal(highlight=False).print(text, soft_wrap=True, markup=False)


@main.command()
@DATA
@PASSPHRASE_FILE
@click.pass_obj
def protect(setting: Setting, data: Path | None, passphrase_file: Path | None) -> None:
    """Seal the keys of this post by a passphrase, asked for at every start from then on."""
    from kiosk.config import only_kiosk
    from kiosk.keys import protect as seal_keys
    from kiosk.protection import protection

    folder = data or setting.folder
    t = setting.translator(folder)
    with errors(t):
        _require_paired(folder)
        begun = protection(folder) is not None
        passphrase = asked_passphrase(t, passphrase_file, confirmed=not begun)
        with only_kiosk(folder):
            seal_keys(folder, passphrase)
    text = t("The keys are sealed. Without the passphrase this post does not start: keep it safe.")
    Terminal(highlight=False).print(text, soft_wrap=True, markup=False)


@main.command()
@DATA
@PASSPHRASE_FILE
@click.pass_obj
def unprotect(setting: Setting, data: Path | None, passphrase_file: Path | None) -> None:
    """Open the keys of this post: it starts without a passphrase from then on."""
    from kiosk.config import only_kiosk
    from kiosk.keys import unprotect as open_keys

    folder = data or setting.folder
    t = setting.translator(folder)
    with errors(t):
        _require_paired(folder)
        lock = lock_of(folder, t, passphrase_file)
        with only_kiosk(folder):
            open_keys(folder, lock)
    text = t("The keys are open to whoever can read them.")
    Terminal(highlight=False).print(text, soft_wrap=True, markup=False)


def _require_paired(folder: Path) -> None:
    if not (folder / "device.json").exists():
        raise Refusal("not_paired")


@main.command()
@DATA
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(setting: Setting, data: Path | None, as_json: bool) -> None:
    """Show how this post stands by its files, whether it runs or not."""
    from kiosk.glance import Look, look_at

    folder = data or setting.folder
    t = setting.translator(folder)
    with errors(t):
        look: Look = look_at(folder)
    if as_json:
        print(orjson.dumps(look, option=orjson.OPT_INDENT_2).decode())
        return
    synced = t("never") if look.synced_ms is None else moment(t, look.synced_ms)
    table = Table(box=None, show_header=False, pad_edge=False)
    for row in (
        (t("Post"), t("{name}, device {number}", name=look.name, number=look.number)),
        (t("Profile"), look.profile),
        (t("Hub"), look.hub),
        (t("Key of the hub"), fingerprint(look.hub_key)),
        (t("Running"), t("yes") if look.running else t("no")),
        (t("In the shop"), t("yes") if look.revoked_ms is None else t("no")),
        (t("Last synchronised"), synced),
        (t("Waiting operations"), t.number(look.waiting)),
        (t("In quarantine"), t.number(look.quarantined)),
        (t("Tickets"), f"{look.series} · {t.number(look.tickets)}"),
    ):
        table.add_row(*row)
    Terminal(highlight=False).print(table)


main.add_command(journal)
main.add_command(second_signature)
