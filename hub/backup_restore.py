"""Putting a backup back in the place of the hub's database, a step at a time.

Owns the order of the steps. Each leaves the folder so that power may fail after it: the old
database or the new one is in place, or none, and then another restore finishes. Nothing is
overwritten or removed but this module's own unfinished copy.

A database goes before its log does: a log that stayed alone is found and follows, whereas a
database without its log would start and lack what was committed last, and a new database beside
an old log would be given that log's pages.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from common.seal import CurveKeys
from hub import backup_seal, tables
from hub.audit import audit_file, told
from hub.backup import blamed, copy_database, epoch_of, open_still
from hub.backup_seal import is_sealed
from hub.changes import EPOCH_NAMES
from hub.folder import Folder
from hub.migrations import OLDEST, migrate
from hub.records import sessions, trail
from hub.store import (
    FAULTS,
    Connection,
    StoreError,
    fault,
    open_to_write,
    remove_database,
    schema_of,
    sync_folder,
)

Identities = Collection[bytes]
NewEpoch = Callable[[Iterable[str]], str]
"""Return an epoch that sorts after all of some."""
_SIDES: Final = ("-wal", "-shm")
_ALL: Final = ("", *_SIDES)


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is done and on disk. `path`: what was set aside, or what is in place."""

    name: str
    path: Path


def restore(
    folder: Folder,
    backup: Path,
    now_ms: int,
    new_epoch: NewEpoch,
    identities: Identities | None = None,
    by: str = "",
) -> Iterator[Step]:
    """Put a backup in place under a new epoch, yielding each step; hold the folder's lock.

    `identities`: the hub's public keys, where the backup must be its own; `by`: who does it, as the
    audit trail and the journal will say. Raises StoreError before
    anything is set aside: absent, damaged (the checks that say so), another hub's or schema.
    """
    part = folder.database.with_name(folder.database.name + ".part")
    if is_sealed(backup):
        raise StoreError("backup_sealed", file=backup, keys=_keys_of(backup))
    if not backup.is_file() or backup.resolve() == part.resolve():
        raise StoreError("backup_missing", file=backup)
    try:
        remove_database(part)
        try:
            _copy(backup, part, identities)
            epoch = new_epoch(_epochs(folder, part))
            entry = trail.Entry(now_ms, "restore", subject=backup.name, details={"by": by})
            _begin_epoch(part, epoch, entry)
            # Before any post can see it: none may sort before it later, whatever can be read then.
            folder.epoch.write_text(epoch + "\n", encoding="ascii")
        except BaseException:
            remove_database(part)
            raise
        sync_folder(folder.root)
        yield Step("copied", part)
        for path, aside in _asides(folder, now_ms):
            path.rename(aside)
            sync_folder(folder.root)
            yield Step("set aside", aside)
        part.rename(folder.database)
        sync_folder(folder.root)
        yield Step("in place", folder.database)
    except OSError as error:
        raise fault(folder.database, error) from error


@contextmanager
def opened(
    folder: Folder, backup: Path, keys: CurveKeys | None, identities: Identities | None
) -> Iterator[Path]:
    """Yield a backup as a database: itself, or what a sealed one holds, which goes afterwards.

    Raises StoreError: it is sealed to other keys, not whole, not signed by one of `identities`.
    """
    if keys is None or not is_sealed(backup):
        yield backup
        return
    plain = folder.database.with_name(folder.database.name + ".opened")
    try:
        remove_database(plain)
        if keys.public.hex() not in backup_seal.read_header(backup).keys:
            raise StoreError("backup_key_other", file=backup, keys=_keys_of(backup))
        backup_seal.open_file(backup, keys, plain, identities)
        yield plain
    except StoreError as error:
        # What is wrong with what it holds is wrong with the backup.
        told = error.problem.params
        if told.get("file") != plain:
            raise
        raise StoreError(error.problem.code, **{**told, "file": backup}) from error
    except ValueError as error:
        raise StoreError("database_damaged", file=backup, reason=error) from error
    except OSError as error:
        raise fault(backup, error) from error
    finally:
        with suppress(OSError):
            remove_database(plain)


def _keys_of(backup: Path) -> str:
    with suppress(OSError, ValueError):
        return backup_seal.fingerprints(list(backup_seal.read_header(backup).keys))
    return "?"


def _copy(backup: Path, part: Path, identities: Identities | None) -> None:
    """Make a copy of this release's schema, and verify that: it is what will be in place."""
    try:
        with closing(open_still(backup)) as db:
            version = schema_of(db)
            if not OLDEST <= version <= tables.SCHEMA_VERSION:
                raise StoreError(
                    "database_schema", file=backup, theirs=version, ours=tables.SCHEMA_VERSION
                )
            if identities is not None and not _is_of(db, identities):
                raise StoreError("backup_of_another", file=backup)
            copy_database(db, part)
        with closing(open_to_write(part)) as db:
            migrate(db, version)
    except (*FAULTS, ValueError) as error:
        raise blamed(error, backup, part) from error
    findings = audit_file(part)
    if findings:
        raise StoreError("database_damaged", file=backup, reason=told(findings))


def _is_of(db: Connection, identities: Identities) -> bool:
    """Return whether a database is of a hub with such an identity: its console signs with it."""
    found = db.execute("SELECT sign_key FROM device WHERE profile = 'console'").fetchall()
    return len(found) == 1 and bytes(found[0][0]) in identities


def _epochs(folder: Folder, part: Path) -> list[str]:
    """Return every epoch that this folder knows: posts may have seen the last of them."""
    replaced = folder.root.glob("comptoir.replaced-*.db")
    present = [folder.database] if folder.database.exists() else []
    backups = [*folder.backups.glob("comptoir-*.db"), *folder.backups.glob("comptoir-*.sealed")]
    try:
        noted = folder.epoch.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        noted = ""
    known = (part, *present, *replaced, *backups)
    return [noted, *(epoch_of(path) for path in known)]


def _begin_epoch(part: Path, epoch: str, entry: trail.Entry) -> None:
    """Let a copy's own history begin. Who logged out since it was made must not be back."""
    with closing(open_to_write(part)) as db:
        db.execute("PRAGMA synchronous = FULL")
        names = ", ".join("?" * len(EPOCH_NAMES))
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"UPDATE meta SET value = ? WHERE name IN ({names})", (epoch, *EPOCH_NAMES))
        sessions.end_all(db, entry.at_ms)
        trail.add(db, entry)
        db.execute("COMMIT")


def _asides(folder: Folder, now_ms: int) -> list[tuple[Path, Path]]:
    """Return what lies in the database's place and where it goes, in the order it must go."""
    database = folder.database
    if database.exists():
        aside = _new_name(folder, now_ms)
        return [(_beside(database, s), _beside(aside, s)) for s in _ALL if _there(database, s)]
    # What an interrupted restore left of a database follows it.
    replaced = sorted(folder.root.glob("comptoir.replaced-*.db"))
    places = []
    for side in _SIDES:
        if _there(database, side):
            free = replaced and not _there(replaced[-1], side)
            aside = replaced[-1] if free else _new_name(folder, now_ms)
            places.append((_beside(database, side), _beside(aside, side)))
    return places


def _new_name(folder: Folder, now_ms: int) -> Path:
    second = now_ms // 1000
    while True:
        stamp = datetime.fromtimestamp(second, UTC).strftime("%Y%m%d-%H%M%S")
        path = folder.root / f"comptoir.replaced-{stamp}.db"
        if not any(_there(path, side) for side in _ALL):
            return path
        second += 1


def _beside(database: Path, side: str) -> Path:
    return database.with_name(database.name + side)


def _there(database: Path, side: str) -> bool:
    return _beside(database, side).exists()
