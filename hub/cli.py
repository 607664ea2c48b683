"""`comptoir-hub`: what an administrator types. Words and tables only; the work is done elsewhere.

Every error ends in one sentence that says what was wrong and what would do, and exit code 1.
"""

import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import platformdirs

from common import VERSION
from common.help_texts import HelpTexts, asked_language
from common.i18n import Translator, mark
from hub import backup_cli, posts_cli, status_cli
from hub.backup_key_cli import backup_key
from hub.category_cli import categories
from hub.cli_session import SOME_REJECTED, Session, language
from hub.config import NetworkSettings, Settings, ShopSettings
from hub.customers_cli import customers
from hub.identity_cli import rotate_identity
from hub.journal_cli import journal
from hub.pair_cli import pair
from hub.people_cli import FIRST, people
from hub.picture_cli import pictures
from hub.price_cli import price
from hub.quarantine_cli import quarantine
from hub.trail_cli import audit


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
    session.say(mark("Nobody has a PIN yet: posts ask for none. Add the first person:"))
    session.say(FIRST)


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


@main.command("import-articles")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rejects", type=click.Path(path_type=Path), help="Where to write rejected lines.")
@click.pass_obj
def import_articles(session: Session, file: Path, rejects: Path | None) -> None:
    """Create and update articles from a CSV file; kiosks see it live.

    Exit code 3 where some lines could not be taken: they are in the rejects file.
    """
    from hub.import_cli import import_file

    with session.errors():
        report = import_file(session.folder, file, rejects, session.t, session.terminal)
    if report.refused:
        sys.exit(1)
    if report.rejects:
        sys.exit(SOME_REJECTED)


main.add_command(pair)
main.add_command(status_cli.devices)
main.add_command(status_cli.status)
main.add_command(quarantine)
main.add_command(people)
main.add_command(customers)
main.add_command(price)
main.add_command(categories)
main.add_command(pictures)
main.add_command(audit)
main.add_command(backup_key)
main.add_command(journal)
main.add_command(rotate_identity)
for command in (*backup_cli.COMMANDS, *posts_cli.COMMANDS):
    main.add_command(command)
