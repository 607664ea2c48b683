"""`comptoir-hub`: what an administrator types. Words and tables only; the work is done elsewhere.

Every error ends in one sentence that says what was wrong and what would do, and exit code 1.
"""

import locale
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

import click
import orjson
import platformdirs
from rich.console import Console as Terminal
from rich.table import Table

from common import VERSION, seal
from common.errors import Refusal
from common.help_texts import HelpTexts, asked_language
from common.i18n import Translator, mark
from common.topics import KIOSK_PROFILES
from hub.article_notices import ArticleFileError
from hub.config import (
    Folder,
    NetworkSettings,
    Settings,
    ShopSettings,
    read_keys,
    read_settings,
)
from hub.console import Console, ConsoleRefused, open_console
from hub.import_cli import import_file

SOME_REJECTED: Final = 3
"""Exit code of an import that left lines out; the others were taken."""


class Session:
    """What every subcommand needs: where the hub lies, and in which language to speak."""

    def __init__(self, root: Path, t: Translator) -> None:
        self.folder = Folder(root)
        self.t = t
        self.terminal = Terminal(highlight=False)

    def say(self, msgid: str, **fields: object) -> None:
        """Print a sentence."""
        self.terminal.print(self.t(msgid, **fields), soft_wrap=True, markup=False)

    def fail(self, text: str) -> NoReturn:
        """Print an error and leave with exit code 1."""
        Terminal(stderr=True, highlight=False).print(
            text, style="red", soft_wrap=True, markup=False
        )
        sys.exit(1)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn every known error into its sentence."""
        try:
            yield
        except (Refusal, ConsoleRefused) as refused:
            self.fail(refused.problem.text(self.t))
        except ArticleFileError as error:
            self.fail(error.text(self.t))

    @contextmanager
    def hub(self) -> Iterator[Console]:
        """Connect to the running hub of this folder."""
        with self.errors():
            settings = read_settings(self.folder)
            with open_console(settings.network, read_keys(self.folder)) as console:
                yield console


def language() -> str:
    """Return the language to speak: COMPTOIR_LANG, else the system's, French unless English."""
    wanted = os.environ.get("COMPTOIR_LANG") or locale.getlocale()[0] or ""
    return "en" if wanted.lower().startswith("en") else "fr"


class _Spoken(click.Group):
    """A group whose help is in the person's language."""

    _texts = HelpTexts()

    def main(self, args: Sequence[str] | None = None, *more: Any, **others: Any) -> Any:
        """Put the help into words, then run as any group."""
        arguments = sys.argv[1:] if args is None else list(args)
        self._texts.speak(self, Translator(asked_language(arguments, language())))
        return super().main(arguments, *more, **others)


@click.group(cls=_Spoken)
@click.version_option(VERSION, prog_name="comptoir-hub")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: Path(platformdirs.user_data_dir("comptoir-hub", False)),
    help="Folder of the hub (settings, keys, database).",
)
@click.option("--lang", type=click.Choice(["fr", "en"]), default=language, help="Language.")
@click.pass_context
def main(context: click.Context, data: Path, lang: str) -> None:
    """Comptoir's hub: owns the shop's database and keeps every post in step."""
    context.obj = Session(data, Translator(lang))


@main.command()
@click.option("--name", default="Ma boutique", help="The shop's name, as on its tickets.")
@click.option("--siret", default="", help="SIRET, 14 digits.")
@click.option("--vat-number", default="", help="VAT number.")
@click.option("--address", default="", help="Address, as on tickets.")
@click.option("--host", default="*", help='Address to listen on; "*" for all.')
@click.option("--base-port", default=47800, type=click.IntRange(1, 65530), help="First of 6 ports.")
@click.option("--no-announce", is_flag=True, help="Do not announce the hub by zeroconf.")
@click.pass_obj
def init(
    session: Session,
    name: str,
    siret: str,
    vat_number: str,
    address: str,
    host: str,
    base_port: int,
    no_announce: bool,
) -> None:
    """Make a new hub: settings, keys and an empty database."""
    # Late: service pulls in sockets and zeroconf, which `--help` does not need.
    from hub.service import found

    settings = Settings(
        shop=ShopSettings(name=name, siret=siret, vat_number=vat_number, address=address),
        network=NetworkSettings(
            host=host,
            announce=not no_announce,
            **{field: base_port + place for place, field in enumerate(PORT_FIELDS)},
        ),
    )
    with session.errors():
        found(session.folder, settings)
    session.say(mark("A new hub lies in {root}."), root=session.folder.root)
    session.say(
        mark("Look through {path}, then start it: comptoir-hub run"), path=session.folder.settings
    )


PORT_FIELDS = (
    "commands_port",
    "card_port",
    "enrolment_port",
    "till_port",
    "depot_port",
    "office_port",
)


@main.command()
@click.option("--verbose", is_flag=True, help="Log more.")
@click.pass_obj
def run(session: Session, verbose: bool) -> None:
    """Serve until SIGTERM or Ctrl+C."""
    from hub.service import only_hub, open_service

    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    with session.errors(), only_hub(session.folder):
        service = open_service(session.folder.root)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: service.server.stop())
        try:
            service.run(lambda: session.say(mark("The hub is ready.")))
        finally:
            service.close()
    session.say(mark("The hub has stopped; everything is on disk."))


@main.command()
@click.option("--profile", type=click.Choice([p.value for p in KIOSK_PROFILES]), required=True)
@click.option("--name", required=True, help='Name of the post, such as "Caisse 1".')
@click.option("--json", "as_json", is_flag=True, help="Print the code as JSON and do not wait.")
@click.pass_obj
def pair(session: Session, profile: str, name: str, as_json: bool) -> None:
    """Give out a pairing code, and wait until a device has used it."""
    code = seal.new_code()
    salt = seal.random_bytes(seal.SALT_BYTES)
    key = seal.code_key(code, salt)
    with session.hub() as hub:
        args = {"profile": profile, "name": name, "key": key.hex(), "salt": salt.hex()}
        view = hub.ask("pair", args)
        if as_json:
            print(orjson.dumps({**view, "code": seal.show_code(code)}).decode(), flush=True)
            return
        session.say(mark("Type this code on {name}:"), name=name)
        session.terminal.print(f"\n    [bold]{seal.show_code(code)}[/bold]\n")
        _wait_for_pairing(session, hub, view)


def _wait_for_pairing(session: Session, hub: Console, view: dict[str, Any]) -> None:
    with session.terminal.status("") as status:
        while view["state"] == "out":
            left = int(view["left_s"])
            status.update(
                session.t(mark("valid for {time} more"), time=f"{left // 60}:{left % 60:02}")
            )
            time.sleep(0.5)
            view = hub.ask("code", {"number": view["number"]})
    if view["state"] != "used":
        session.fail(session.t(CODE_ENDED[view["state"]]))
    session.say(
        mark("{name} is paired: device {number}."),
        name=view["device_name"],
        number=view["device_number"],
    )


CODE_ENDED = {
    "burnt": mark("Five wrong tries: this code is void. Ask for a new one."),
    "expired": mark("The code has expired. Ask for a new one."),
}


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def devices(session: Session, as_json: bool) -> None:
    """List the enrolled devices."""
    with session.hub() as hub:
        known = hub.ask("devices")
        now_ms = hub.ask("status")["now_ms"]
    if as_json:
        print(orjson.dumps(known, option=orjson.OPT_INDENT_2).decode())
        return
    t = session.t
    table = Table(box=None, pad_edge=False)
    for heading in (t("No."), t("Name"), t("Profile"), t("State"), t("Last heard")):
        table.add_column(heading)
    for device in known:
        heard = device["heard_ms"]
        ago = t("never") if heard is None else _ago(t, now_ms - heard)
        table.add_row(
            str(device["number"]),
            device["name"],
            device["profile"],
            t(STATES[device["state"]]),
            ago,
        )
    session.terminal.print(table if known else t("No device is enrolled yet."))


STATES = {"active": mark("active"), "revoked": mark("revoked")}


def _ago(t: Translator, elapsed_ms: int) -> str:
    seconds = elapsed_ms // 1000
    if seconds < 10:
        return t("now")
    minutes = seconds // 60
    return (
        t("{seconds} s ago", seconds=seconds)
        if minutes < 1
        else t("{minutes} min ago", minutes=minutes)
    )


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(session: Session, as_json: bool) -> None:
    """Show how the running hub stands."""
    with session.hub() as hub:
        view = hub.ask("status")
    if as_json:
        print(orjson.dumps(view, option=orjson.OPT_INDENT_2).decode())
        return
    t = session.t
    table = Table(box=None, show_header=False, pad_edge=False)
    up_s = (view["now_ms"] - view["started_ms"]) // 1000
    rows: list[tuple[str, str]] = [
        (t("Shop"), view["shop"]),
        (t("Version"), f"{view['version']} (SQLite {view['sqlite']})"),
        (t("Running for"), f"{up_s // 3600} h {up_s // 60 % 60:02} min"),
        (
            t("Devices"),
            t(
                "{connected} of {known} heard from",
                connected=view["connected"],
                known=view["devices"],
            ),
        ),
        (t("Commands"), t.number(view["counters"]["commands"])),
        (t("Commits"), t.number(view["gseq"])),
        (t("In quarantine"), t.number(view["quarantined"])),
    ]
    for row in rows:
        table.add_row(*row)
    session.terminal.print(table)
    topics = Table(box=None, pad_edge=False)
    for heading in (t("Topic"), t("Changes"), t("Log from")):
        topics.add_column(heading, justify="left" if heading == t("Topic") else "right")
    for topic, head in view["topics"].items():
        topics.add_row(topic, t.number(head["tseq"]), t.number(head["low"]))
    session.terminal.print(topics)


@main.command("import-articles")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rejects", type=click.Path(path_type=Path), help="Where to write rejected lines.")
@click.pass_obj
def import_articles(session: Session, file: Path, rejects: Path | None) -> None:
    """Create and update articles from a CSV file; kiosks see it live.

    Exit code 3 where some lines could not be taken: they are in the rejects file.
    """
    with session.errors():
        report = import_file(session.folder, file, rejects, session.t, session.terminal)
    if report.refused:
        sys.exit(1)
    if report.rejects:
        sys.exit(SOME_REJECTED)
