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

from common import seal
from common.errors import Problem
from common.i18n import mark
from common.ids import IdMint
from common.seal import CurveKeys
from hub.cli_session import Session, user_name
from hub.config import read_settings
from hub.folder import ConfigError, Folder
from hub.key_files import read_keys

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
    from hub.backup_keys import public_keys
    from hub.backup_seal import Sealing
    from hub.service import now_ms, with_backup
    from hub.store import StoreError
    from hub.tables import SCHEMA_VERSION

    folder = session.folder
    with session.errors():
        require_plain_name(to)
        read_settings(folder)
        publics = tuple(key.public for key in public_keys(folder))
        sealing = Sealing(publics, read_keys(folder).identity) if publics else None
        try:
            made = back_up(folder, to, now_ms(), sealing)
        except StoreError as error:
            raise with_backup(error, folder) from error
        # To record it would migrate a database of an older release, which is to stay as it is.
        recorded = made.schema == SCHEMA_VERSION
        refused = _record(folder, made) if recorded else None
        recorded = recorded and refused is None
    if as_json:
        view = {**asdict(made), "path": str(made.path), "recorded": recorded}
        print(orjson.dumps(view).decode())
    else:
        session.say(
            mark("Backed up and verified: {file} ({size} MB)."),
            file=made.path,
            size=session.t.number(max(1, made.size_bytes // 1_000_000)),
        )
        session.say(SEALED if made.sealed else NOT_SEALED, count=made.sealed)
    if refused is not None:
        session.fail(refused.text(session.t))


SEALED: Final = mark("Sealed; it opens with a key that the hub does not have (keys: {count}).")
NOT_SEALED: Final = mark(
    "Not sealed: whoever has the file has the shop's figures. Seal the next ones: comptoir-hub"
    " backup-key new FILE"
)


def require_plain_name(path: Path | None) -> None:
    """Refuse a name that a terminal or a list would show as something else; raises ConfigError."""
    if path is not None and not str(path).isprintable():
        raise ConfigError("path_unusable", file=repr(str(path)), reason="control characters")


def _record(folder: Folder, made: "BackupFile") -> Problem | None:
    """Have the hub remember a backup; return what it said against it."""
    from hub.backup import record_of
    from hub.service import now_ms
    from hub.telling import tell_hub

    return tell_hub(folder, record_of(made, IdMint(now_ms, seal.random_bytes)()))


KEY: Final = click.option(
    "--key",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of the private key that opens a sealed backup.",
)
PASSPHRASE_FILE: Final = click.option(
    "--passphrase-file",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="File whose first line is the passphrase of the key, - for standard input; asked for when"
    " not given.",
)


def opening_keys(session: Session, key: Path | None, file: Path | None) -> CurveKeys | None:
    """Return the keys of a private key file, None without one; raises ConfigError."""
    from hub.backup_keys import open_key_file

    return None if key is None else open_key_file(key, passphrase(session, file))


def passphrase(session: Session, file: Path | None, confirmed: bool = False) -> str:
    """Return a passphrase: the first line of a file, or asked for without an echo."""
    if file is None:
        asked = session.t("Passphrase of the key")
        answer: str = click.prompt(asked, hide_input=True, confirmation_prompt=confirmed)
        return answer
    try:
        with click.open_file(str(file), encoding="utf-8") as lines:
            line: str = lines.readline()
            return line.rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("path_unusable", file=file, reason=error) from error


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@KEY
@PASSPHRASE_FILE
@click.pass_obj
def restore(session: Session, file: Path, key: Path | None, passphrase_file: Path | None) -> None:
    """Put a backup in the place of the database; the hub must be stopped.

    What was there is kept under another name.
    """
    from hub.backup_restore import opened
    from hub.backup_restore import restore as steps
    from hub.service import new_epoch, now_ms, only_hub

    folder = session.folder
    aside: list[Path] = []
    with session.errors():
        if not folder.settings.exists():
            raise ConfigError("no_hub_here", folder=folder.root, file=folder.settings.name)
        require_plain_name(file)
        identities = read_keys(folder).identities
        keys = opening_keys(session, key, passphrase_file)
        with only_hub(folder), opened(folder, file, keys, identities) as plain:
            for step in steps(folder, plain, now_ms(), new_epoch, identities, user_name()):
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
            mark(
                "    verified {moment} UTC, {size} MB, epoch {epoch}, {commits} commits, {seal}:"
                " {state}"
            ),
            moment=f"{datetime.fromtimestamp(entry.made_ms / 1000, UTC):%Y-%m-%d %H:%M:%S}",
            size=session.t.number(max(1, entry.size_bytes // 1_000_000)),
            epoch=entry.epoch[8:20],
            commits=session.t.number(entry.gseq),
            state=session.t(STATES[entry.there, entry.known]),
            seal=session.t(mark("sealed")) if entry.sealed else session.t(mark("not sealed")),
        )


STATES: Final = {
    (True, True): mark("there"),
    (True, False): mark("there, not recorded"),
    (False, True): mark("gone or changed"),
    (False, False): mark("gone or changed"),
}


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@KEY
@PASSPHRASE_FILE
@click.pass_obj
def check(
    session: Session, file: Path | None, key: Path | None, passphrase_file: Path | None
) -> None:
    """Check whether the database, or a backup FILE, agrees with itself; changes nothing.

    The hub may run. A sealed backup without --key is checked for being whole and this hub's. Exit
    code 1 where something does not agree.
    """
    from hub.audit import audit_file
    from hub.service import with_backup
    from hub.store import StoreError

    folder = session.folder
    began = time.monotonic()
    if file is not None:
        with session.errors():
            require_plain_name(file)
            _check_backup(folder, file, opening_keys(session, key, passphrase_file))
        seconds = f"{time.monotonic() - began:.1f}"
        session.say(mark("{file} is sound ({seconds} s)."), file=file, seconds=seconds)
        return
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


def _check_backup(folder: Folder, file: Path, keys: CurveKeys | None) -> None:
    """Raise StoreError where a backup is not sound, as far as it can be opened."""
    from hub.audit import audit_file, told
    from hub.backup_restore import opened
    from hub.backup_seal import is_sealed, verify
    from hub.store import StoreError

    identities = read_keys(folder).identities
    if not file.is_file():
        raise StoreError("backup_missing", file=file)
    if keys is None and is_sealed(file):
        try:
            verify(file, identities)
        except (OSError, ValueError) as error:
            raise StoreError("database_damaged", file=file, reason=error) from error
        return
    with opened(folder, file, keys, identities) as plain:
        findings = audit_file(plain)
    if findings:
        raise StoreError("database_damaged", file=file, reason=told(findings))


COMMANDS: Final = (backup, restore, backups, check)
"""What `comptoir-hub` is given."""
