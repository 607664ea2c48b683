"""The hub's composition root: makes every part, joins them, starts and stops them in order.

Owns lifetimes and nothing else. `found` makes a new hub's folder; `run` serves until told to stop.
"""

import contextlib
import gc
import importlib
import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from common import VERSION, seal
from common.ids import IdMint
from common.journal.event import What
from common.topics import Profile
from hub.announce import Announcer
from hub.backup import newest_sound
from hub.changes import ChangeLogBook
from hub.config import Settings, check_settings, read_settings, write_settings
from hub.folder import ConfigError, Folder
from hub.identity import settle
from hub.journal_events import SETTINGS, Said, changed, plain, started
from hub.key_files import Keys, make_keys, make_second, read_keys, write_curve
from hub.parts import Surroundings, make_parts
from hub.pins import PinWorker
from hub.reader import SnapshotReader
from hub.records import devices, trail
from hub.records.devices import ACTIVE, Device
from hub.server import Server, check_libzmq
from hub.store import FAULTS, HubRuns, Store, StoreError, fault

_log = logging.getLogger(__name__)
GARBAGE_AFTER: Final = 50_000
"""A group of commands makes thousands of objects, none of them in cycles: look for those seldom."""


def now_ms() -> int:
    """Return the wall clock, ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


def found(folder: Folder, settings: Settings) -> Keys:
    """Make a new hub: settings, keys, database, first epoch. Raises ConfigError, StoreError."""
    if folder.settings.exists() or folder.database.exists():
        raise ConfigError("hub_exists", folder=folder.root)
    check_settings(settings, folder.settings)
    keys = make_keys(folder)
    store = Store.create(folder.database)
    try:
        mint = IdMint(now_ms, seal.random_bytes)
        with store.group():
            ChangeLogBook.found(store, new_epoch())
            console = Device(
                mint(),
                0,
                "console",
                Profile.CONSOLE,
                ACTIVE,
                keys.console.public,
                keys.identity.public,
                now_ms(),
            )
            devices.add_device(store.db, console)
    finally:
        store.close()
    write_settings(folder, settings)
    return keys


def new_epoch(after: Iterable[str] = ()) -> str:
    """Return an epoch that sorts after every older one: 8 bytes of ms, 8 random bytes, hex.

    `after`: epochs it must sort after whatever the clock says; one that cannot be read is none.
    """
    known = [int(epoch[:16], 16) for epoch in after if _EPOCH.match(epoch)]
    ms = max([now_ms(), *(old + 1 for old in known)])
    return (ms.to_bytes(8, "big") + seal.random_bytes(8)).hex()


def open_store(folder: Folder) -> Store:
    """Open a folder's database; raises StoreError, which names the backup to restore."""
    try:
        return Store.open(folder.database)
    except StoreError as error:
        raise with_backup(error, folder) from error


def with_backup(error: StoreError, folder: Folder) -> StoreError:
    """Return what is wrong with a folder's database, with the newest backup to put in its place."""
    code = _RESTORABLE.get(error.problem.code)
    backup = newest_sound(folder) if code else None
    if code is None or backup is None:
        return error
    return StoreError(code, **error.problem.params, backup=backup)


_RESTORABLE: Final = {
    "database_damaged": "database_restorable",
    "database_missing": "database_gone",
}
# An epoch whose first bit is set would leave no room for a later one; none ever was.
_EPOCH: Final = re.compile(r"[0-7][0-9a-f]{31}\Z")


@contextmanager
def only_hub(folder: Folder) -> Iterator[None]:
    """Hold the folder's lock; raises StoreError where a hub runs on it, ConfigError without one."""
    if not folder.root.is_dir():
        raise ConfigError("no_hub_here", folder=folder.root, file=folder.settings.name)
    lock = FileLock(folder.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise HubRuns("hub_runs", folder=folder.root) from None
    except OSError as error:
        raise ConfigError("folder_unusable", folder=folder.root, reason=error.strerror) from error
    try:
        yield
    finally:
        lock.release()


class Service:
    """A hub that is about to serve: everything made, nothing started."""

    def __init__(self, folder: Folder, settings: Settings, keys: Keys, store: Store) -> None:
        self._settings = settings
        self._store = store
        self.server = Server(settings.network, keys.curve)
        self._reader = SnapshotReader(folder.database, self.server.wake)
        self._pins = PinWorker(keys.pepper, self.server.wake)
        around = Surroundings(
            now_ms,
            time.monotonic,
            seal.random_bytes,
            self._reader.request,
            check_pin=self._pins.request,
        )
        try:
            self.parts = make_parts(
                store, keys, settings, around, keep_curve=partial(write_curve, folder)
            )
        except BaseException:
            self.server.close()
            raise
        self._announcer = Announcer(
            settings.shop.name, settings.network.host, settings.network.card_port
        )

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until `server.stop`; calls `ready` once every socket is bound."""
        _raise_file_limit()
        check_libzmq()
        self.server.bind()
        self._reader.start()
        self._pins.start()
        if self._settings.network.announce:
            self._announcer.start()
        self._note("hub.start")
        self._tell_start()
        ready()
        # What was made so far stays: the collector need not walk through it in the midst of a sale.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE_AFTER)
        try:
            self.server.serve(self.parts, self._reader, self._pins)
        finally:
            if self._settings.network.announce:
                self._announcer.stop()
            self._pins.stop()
            self._reader.stop()
            self._note("hub.stop")
            self._tell([(What.HUB_STOP, {"software": VERSION})])

    def _tell_start(self) -> None:
        """Let the journal say that the hub runs, by which version and settings."""
        kept, now = self._store.meta(SETTINGS), plain(self._settings)
        said = started(self._store.db, now_ms())
        if others := changed(kept, self._settings):
            said.append((What.SETTINGS, others))
        self._tell(said, now if kept != now else "")

    def _tell(self, said: Sequence[Said], settings: str = "") -> None:
        """Let the journal say it; a disk that has no room for it now stops nothing."""
        journal = self.parts.journal
        draft = journal.draft()
        try:
            with self._store.group():
                for what, details in said:
                    draft.event(what, now_ms(), **details)
                if settings:
                    self._store.set_meta(SETTINGS, settings)
                draft.write(self._store.meta("epoch"), now_ms())
        except FAULTS as error:
            _log.warning("the journal does not say it: %s", error)
        else:
            journal.committed(draft)

    def _note(self, action: str) -> None:
        """Tell the audit trail; a disk that has no room for it now stops nothing."""
        try:
            with self._store.group() as db:
                trail.add(db, trail.Entry(now_ms(), action))
        except FAULTS as error:
            _log.warning("%s is not in the audit trail: %s", action, error)

    def close(self) -> None:
        """Close sockets, then the database."""
        self.server.close()
        self._store.close()


def open_service(root: Path) -> Service:
    """Make a service of an existing folder; raises ConfigError, StoreError. Hold its lock."""
    folder = Folder(root)
    settings = read_settings(folder)
    settle(folder)
    make_second(folder, settings)
    keys = read_keys(folder)
    store = open_store(folder)
    try:
        return Service(folder, settings, keys, store)
    except BaseException as error:
        store.close()
        if isinstance(error, FAULTS):
            raise with_backup(fault(folder.database, error), folder) from error
        raise


def _raise_file_limit() -> None:
    """Each kiosk costs two files: ask for as many as the system allows."""
    if os.name != "posix":
        return
    resource: Any = importlib.import_module("resource")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
