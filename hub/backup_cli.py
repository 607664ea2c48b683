"""`comptoir-hub backup`, `restore`, `backups` and `check`: words around copies of the database.

Owns what an administrator reads of them, and how the hub learns of a backup: through the running
hub, or by the same path in this process where none runs.
"""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import orjson

from common import messages as m
from common import seal
from common.errors import Problem
from common.i18n import mark
from common.ids import IdMint
from hub.cli_session import Session
from hub.config import ConfigError, Folder, read_keys, read_settings

# The work itself is imported late: it pulls in the database, which `--help` does not need.
if TYPE_CHECKING:
    from hub.backup import BackupFile


@click.command()
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to put the backup in, such as one on another disk; it must exist.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def backup(session: Session, to: Path | None, as_json: bool) -> None:
    """Make a verified copy of the database, while the hub runs or not."""
    from hub.backup import back_up
    from hub.service import now_ms, with_backup
    from hub.store import StoreError
    from hub.tables import SCHEMA_VERSION

    folder = session.folder
    with session.errors():
        read_settings(folder)
        try:
            made = back_up(folder, to, now_ms())
        except StoreError as error:
            raise with_backup(error, folder) from error
        # To record it would migrate a database of an older release, which is to stay as it is.
        recorded = made.schema == SCHEMA_VERSION
        refused = _record(folder, made) if recorded else []
        recorded = recorded and not refused
    if as_json:
        view = {**asdict(made), "path": str(made.path), "recorded": recorded}
        print(orjson.dumps(view).decode())
    else:
        session.say(
            mark("Backed up and verified: {file} ({size} MB)."),
            file=made.path,
            size=session.t.number(max(1, made.size_bytes // 1_000_000)),
        )
    if refused:
        session.fail(refused[0].text(session.t))


def _record(folder: Folder, made: "BackupFile") -> list[Problem]:
    """Have the hub remember a backup; return what it said against it."""
    from hub.backup import record_of
    from hub.console import open_console
    from hub.local import run_locally
    from hub.service import now_ms
    from hub.store import HubRuns

    command = record_of(made, IdMint(now_ms, seal.random_bytes)())
    refused: list[Problem] = []

    def note(reply: m.Reply) -> None:
        if reply.status is not m.Status.ACCEPTED:
            refused.append(Problem(reply.code, reply.params))

    try:
        run_locally(folder, [command], note)
    except HubRuns:
        with open_console(read_settings(folder).network, read_keys(folder)) as console:
            console.command_all([command], note)
    return refused


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def restore(session: Session, file: Path) -> None:
    """Put a backup in the place of the database; the hub must be stopped.

    What was there is kept under another name.
    """
    from hub.backup_restore import restore as steps
    from hub.service import new_epoch, now_ms, only_hub

    folder = session.folder
    aside: list[Path] = []
    with session.errors():
        if not folder.settings.exists():
            raise ConfigError("no_hub_here", folder=folder.root, file=folder.settings.name)
        identity = read_keys(folder).identity.public
        with only_hub(folder):
            for step in steps(folder, file, now_ms(), new_epoch, identity):
                aside += [step.path] if step.name == "set aside" else []
    session.say(mark("{file} is in place, under a new epoch."), file=file)
    if aside:
        session.say(mark("What was there is kept: {file}"), file=aside[0])
    for sentence in AFTER_RESTORE:
        session.say(sentence)


AFTER_RESTORE: Final = (
    mark("Start the hub: comptoir-hub run"),
    mark(
        "The posts then fetch everything anew, and send again by themselves every operation that"
        " this backup does not have."
    ),
    mark(
        "Unknown until you do them again: posts paired and article files imported since the backup."
    ),
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def backups(session: Session, as_json: bool) -> None:
    """List the backups, newest first."""
    from hub.backup import listed

    with session.errors():
        read_settings(session.folder)
        found = listed(session.folder)
    if as_json:
        views = [{**asdict(entry), "file": str(entry.file)} for entry in found]
        print(orjson.dumps(views, option=orjson.OPT_INDENT_2).decode())
        return
    if not found:
        session.say(mark("There is no backup yet."))
    for entry in found:
        # The path on a line of its own, whole, to be copied behind `restore`.
        print(entry.file)
        session.say(
            mark("    verified {moment} UTC, {size} MB, epoch {epoch}, {commits} commits: {state}"),
            moment=f"{datetime.fromtimestamp(entry.made_ms / 1000, UTC):%Y-%m-%d %H:%M:%S}",
            size=session.t.number(max(1, entry.size_bytes // 1_000_000)),
            epoch=entry.epoch[8:20],
            commits=session.t.number(entry.gseq),
            state=session.t(STATES[entry.there, entry.known]),
        )


STATES: Final = {
    (True, True): mark("there"),
    (True, False): mark("there, not recorded"),
    (False, True): mark("gone or changed"),
    (False, False): mark("gone or changed"),
}


@click.command()
@click.pass_obj
def check(session: Session) -> None:
    """Check whether the database agrees with itself; changes nothing, the hub may run.

    Exit code 1 where something does not.
    """
    from hub.audit import audit_file
    from hub.service import with_backup
    from hub.store import StoreError

    folder = session.folder
    began = time.monotonic()
    with session.errors():
        read_settings(folder)
        try:
            findings = audit_file(folder.database)
        except StoreError as error:
            raise with_backup(error, folder) from error
        for finding in findings:
            session.say(mark("{where}: {text}"), where=finding.where, text=session.t(finding.text))
        if findings:
            reason = session.t.n("{count} disagreement", "{count} disagreements", len(findings))
            damaged = StoreError("database_damaged", file=folder.database, reason=reason)
            raise with_backup(damaged, folder)
    seconds = f"{time.monotonic() - began:.1f}"
    session.say(mark("{file} is sound ({seconds} s)."), file=folder.database, seconds=seconds)


COMMANDS: Final = (backup, restore, backups, check)
"""What `comptoir-hub` is given."""
