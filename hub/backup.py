"""Copies of the hub's database: made while it runs or not, verified, and put away whole.

Owns the names and facts of backup files. A copy is made under another name by SQLite's online
backup on a connection of its own, audited as a file, made durable, and only then renamed: whatever
bears a backup's name was sound when it got it. Nothing that exists is overwritten or removed.
"""

import os
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.pages import SOUND, first_finding
from hub import backup_seal, tables
from hub.audit import audit_file, told
from hub.backup_seal import Sealing, is_sealed
from hub.folder import ConfigError, Folder
from hub.migrations import OLDEST
from hub.records import backups as records
from hub.store import (
    FAULTS,
    StoreError,
    fault,
    open_to_read,
    open_to_write,
    remove_database,
    schema_of,
    sync_folder,
)

MOST_HEADS: Final = 4000
"""The most outboxes that a backup is said to cover: what one command can tell the hub."""
_NAME: Final = re.compile(r"comptoir-(\d{8}-\d{6})-(\d+)\.(db|sealed)")
_STAMP: Final = "%Y%m%d-%H%M%S"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a copy says of its own state. `heads`: {outbox: last n} of kiosks."""

    epoch: str
    gseq: int
    heads: dict[str, int]
    schema: int


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A verified copy. `made_ms`: when it was begun; `sealed`: to how many keys; the rest is what
    the copy itself says."""

    path: Path
    made_ms: int
    size_bytes: int
    epoch: str
    gseq: int
    heads: dict[str, int]
    schema: int = tables.SCHEMA_VERSION
    sealed: int = 0


def back_up(
    folder: Folder, to: Path | None, made_ms: int, sealing: Sealing | None = None
) -> BackupFile:
    """Make a verified copy of a hub's database in `to`, by default in the hub's own folder.

    With `sealing` it is sealed once it is verified, and the sealed file is read back: the hub
    cannot open it. No open copy is ever in `to`, which may be a disk that is carried about.

    Raises StoreError (database_damaged names where; nothing is left behind), ConfigError where the
    folder cannot be written. A folder that was named must exist: where a disk is not in its place,
    a folder made there would be on another.
    """
    if not folder.database.exists():
        raise StoreError("database_missing", file=folder.database)
    target = to or folder.backups
    try:
        if to is None:
            target.mkdir(exist_ok=True)
            sync_folder(folder.root)
        part = _claim(target, made_ms)
    except OSError as error:
        raise ConfigError("folder_unusable", folder=target, reason=error.strerror) from error
    try:
        if sealing is None:
            _copy_verified(folder.database, part)
            return _put_away(part, facts_of(part), made_ms)
        return _seal(folder, part, made_ms, sealing)
    except BaseException as error:
        with suppress(OSError):
            remove_database(part)
        if isinstance(error, (*FAULTS, OSError)):
            raise blamed(error, folder.database, target) from error
        raise


def _claim(target: Path, made_ms: int) -> Path:
    """Make the empty file that becomes the backup: of a second whose name nobody has yet."""
    for second in range(made_ms // 1000, made_ms // 1000 + 1000):
        stamp = datetime.fromtimestamp(second, UTC).strftime(_STAMP)
        part = target / f"comptoir-{stamp}.db.part"
        try:
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            continue
        # Looked at while the name is held: another one's file was renamed before, or never is.
        if not any(_NAME.fullmatch(path.name) for path in target.glob(f"comptoir-{stamp}-*")):
            return part
        part.unlink(missing_ok=True)
    raise FileExistsError(0, "every name is taken")


def _copy_verified(database: Path, part: Path) -> None:
    with closing(open_to_read(database)) as live:
        copy_database(live, part)
    try:
        findings = audit_file(part)
    except StoreError as error:
        # What is wrong with the copy is wrong with what was copied.
        problem = error.problem
        raise StoreError(problem.code, **{**problem.params, "file": database}) from error
    if findings:
        raise StoreError("database_damaged", file=database, reason=told(findings))


def _seal(folder: Folder, part: Path, made_ms: int, sealing: Sealing) -> BackupFile:
    plain = folder.database.with_name(f"{part.name}.open")
    try:
        _new_file(plain)
        _copy_verified(folder.database, plain)
        facts = facts_of(plain)
        with part.open("wb") as file:
            backup_seal.seal_file(plain, file, {"made_ms": made_ms, **asdict(facts)}, sealing)
        backup_seal.verify(part, [sealing.signing.public])
    except ValueError as error:
        raise StoreError("database_unusable", file=part, reason=error) from error
    finally:
        remove_database(plain)
    return _put_away(part, facts, made_ms, len(sealing.publics))


def _new_file(path: Path) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _put_away(part: Path, facts: Facts, made_ms: int, sealed: int = 0) -> BackupFile:
    suffix = backup_seal.SUFFIX if sealed else ".db"
    path = part.with_name(f"{part.name.removesuffix('.db.part')}-{facts.gseq}{suffix}")
    size_bytes = part.stat().st_size
    part.rename(path)
    sync_folder(path.parent)
    return BackupFile(
        path, made_ms, size_bytes, facts.epoch, facts.gseq, facts.heads, facts.schema, sealed
    )


def blamed(error: BaseException, read: Path, written: Path) -> StoreError:
    """Return what a fault in copying means, of the file or folder that it lies with."""
    found = fault(read, error)
    return fault(written, error) if found.problem.code == "database_unusable" else found


def copy_database(source: sqlite3.Connection, target: Path) -> None:
    """Copy a database whole into an empty or absent file, durably; raises the driver's faults.

    The copy is one file, without a log beside it, so that it can be read from any medium.
    """
    with closing(open_to_write(target)) as copy:
        # One read transaction: all of it is of one moment, and whoever writes goes on.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        copy.execute("PRAGMA synchronous = OFF")
        source.backup(copy)
        source.execute("COMMIT")
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def open_still(path: Path) -> sqlite3.Connection:
    """Open a database that nobody writes meanwhile: on any medium, and leaving nothing beside it.

    Where a log lies beside it, that is read, too.
    """
    if not path.with_name(path.name + "-wal").exists():
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        return sqlite3.connect(uri, uri=True, isolation_level=None)
    return open_to_read(path)


def facts_of(path: Path) -> Facts:
    """Return what a copy says of itself; raises the driver's faults, ValueError, KeyError."""
    with closing(open_still(path)) as db:
        meta = dict(db.execute("SELECT name, value FROM meta"))
        heads = records.kiosk_heads(db, MOST_HEADS)
        return Facts(meta["epoch"], int(meta["gseq"]), heads, int(meta["schema"]))


def epoch_of(path: Path) -> str:
    """Return a database's or a backup's epoch as far as it can be read, or ""."""
    if is_sealed(path):
        with suppress(OSError, ValueError):
            return backup_seal.read_header(path).epoch
        return ""
    # A text that is none any more is a ValueError.
    with suppress(*FAULTS, OSError, ValueError), closing(open_still(path)) as db:
        found = db.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
        return str(found[0]) if found else ""
    return ""


def record_of(backup: BackupFile, backup_id: str) -> tuple[str, dict[str, Any]]:
    """Return the command by which the hub learns of a backup."""
    return "backup.record", {
        "backup": backup_id,
        "made_ms": backup.made_ms,
        "file": str(backup.path.absolute()),
        "size_bytes": backup.size_bytes,
        "epoch": backup.epoch,
        "gseq": backup.gseq,
        "heads": backup.heads,
    }


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list. `known`: the hub has it recorded; `there`: its file is where it was;
    `sealed`: only the owner of a key can open it."""

    file: Path
    made_ms: int
    size_bytes: int
    epoch: str
    gseq: int
    there: bool
    known: bool
    sealed: bool = False


def listed(folder: Folder) -> list[Listed]:
    """Return backups, newest first: those recorded, and what else lies in the hub's own folder.

    After a restore the folder holds some that the database of then knew nothing of.
    """
    recorded = [
        Listed(
            Path(entry.file),
            entry.made_ms,
            entry.size_bytes,
            entry.epoch,
            entry.gseq,
            _size(Path(entry.file)) == entry.size_bytes,
            True,
            entry.file.endswith(backup_seal.SUFFIX),
        )
        for entry in _recorded(folder.database)
    ]
    known = {entry.file for entry in recorded}
    others = [entry for entry in _lying(folder.backups) if entry.file not in known]
    return sorted([*recorded, *others], key=_age, reverse=True)


def _age(entry: Listed) -> tuple[str, int, int]:
    """Return what newer backups have more of: the clock may have gone back, commits never do."""
    return entry.epoch, entry.gseq, entry.made_ms


def _recorded(database: Path) -> list[records.Backup]:
    if not database.exists():
        return []
    # A damaged database may not say: then the files speak for themselves.
    with suppress(*FAULTS, OSError), closing(open_to_read(database)) as db:
        return records.backups(db)
    return []


def _lying(folder: Path) -> Iterator[Listed]:
    for path in sorted(folder.absolute().glob("comptoir-*")):
        found = _NAME.fullmatch(path.name)
        if found:
            moment = datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC)
            made_ms = int(moment.timestamp()) * 1000
            size = _size(path)
            epoch, is_there, sealed = epoch_of(path), size >= 0, found[3] == "sealed"
            yield Listed(path, made_ms, size, epoch, int(found[2]), is_there, False, sealed)


def _size(path: Path) -> int:
    """Return a file's size in bytes, -1 where it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return -1


def newest_sound(folder: Folder) -> Path | None:
    """Return the newest backup that looks sound: of a known schema, its pages in order.

    A sealed one looks so where it is whole and signed: it was verified before it was sealed.
    """
    return next((entry.file for entry in listed(folder) if _looks_sound(entry)), None)


def _looks_sound(entry: Listed) -> bool:
    if is_sealed(entry.file):
        with suppress(OSError, ValueError):
            return OLDEST <= backup_seal.verify(entry.file).schema <= tables.SCHEMA_VERSION
        return False
    with suppress(*FAULTS, OSError, ValueError), closing(open_still(entry.file)) as db:
        known = OLDEST <= schema_of(db) <= tables.SCHEMA_VERSION
        return known and first_finding(db, "quick_check") == SOUND
    return False
