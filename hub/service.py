"""The hub's composition root: makes every part, joins them, starts and stops them in order.

Owns lifetimes and nothing else. `found` makes a new hub's folder; `run` serves until told to stop.
"""

import contextlib
import gc
import importlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from common import messages as m
from common import seal
from common.card import sign_card
from common.ids import IdMint
from common.models import Shop
from common.topics import KIOSK_PROFILES, Profile
from hub import queries
from hub.announce import Announcer
from hub.changes import OWN, ChangeLogBook
from hub.config import (
    ConfigError,
    Folder,
    Keys,
    Settings,
    check_settings,
    make_keys,
    read_keys,
    read_settings,
    write_settings,
)
from hub.doors import Doors
from hub.hub import Counters, Desks, Hub
from hub.pairing import PairingDesk
from hub.pipeline import Pipeline
from hub.reader import SnapshotReader
from hub.records import devices
from hub.records.devices import ACTIVE, Device
from hub.server import Parts, Server, check_libzmq
from hub.store import FAULTS, HubRuns, Store, fault
from hub.sync import SyncDesk
from hub.upkeep import Upkeep

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


def new_epoch() -> str:
    """Return an epoch that sorts after every older one: 8 bytes of ms, 8 random bytes, hex."""
    return (now_ms().to_bytes(8, "big") + seal.random_bytes(8)).hex()


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


def publish_shop(store: Store, log: ChangeLogBook, settings: Settings) -> None:
    """Publish the shop's row where the settings changed it."""
    shop = settings.shop
    row = Shop("shop", shop.name, shop.siret, shop.vat_number, shop.address)
    draft = log.draft()
    draft.put("shop", row, OWN)
    if draft.changes:
        with store.group():
            draft.write(log.gseq + 1)
        log.committed(draft, log.gseq + 1)


class Service:
    """A hub that is about to serve: everything made, nothing started."""

    def __init__(self, folder: Folder, settings: Settings, keys: Keys, store: Store) -> None:
        self._settings = settings
        self._keys = keys
        self._store = store
        mint = IdMint(now_ms, seal.random_bytes)
        self.log = ChangeLogBook(store)
        publish_shop(store, self.log, settings)
        self.pipeline = Pipeline(store, self.log, now_ms, mint)
        self.server = Server(settings.network, keys.curve)
        self._reader = SnapshotReader(folder.database, self.server.wake)
        known = devices.devices(store.db)
        self._numbers = max((device.number for device in known), default=0)
        self._doors = Doors(known)
        pairing = PairingDesk(keys, self._next_number, self._enrol, mint, now_ms, time.monotonic)
        ports = {profile: self.server.port(profile) for profile in KIOSK_PROFILES}
        sync = SyncDesk(
            self.log, self.pipeline, self._reader.request, ports, now_ms, time.monotonic
        )
        counters = Counters()
        query_desk = queries.Desk(
            store,
            self.log,
            pairing,
            {},
            counters.as_dict,
            now_ms,
            now_ms(),
            settings.shop.name,
        )
        desks = Desks(
            self.log,
            self.pipeline,
            sync,
            pairing,
            self._doors,
            query_desk,
            Upkeep(store, self.log, settings.keep, now_ms),
            self._card,
        )
        hub = Hub(desks, counters, now_ms)
        self._parts = Parts(hub, self._doors, pairing, sync, self._reader)
        self._announcer = Announcer(
            settings.shop.name, settings.network.host, settings.network.card_port
        )

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until `server.stop`; calls `ready` once every socket is bound."""
        _raise_file_limit()
        check_libzmq()
        self.server.bind()
        self._reader.start()
        if self._settings.network.announce:
            self._announcer.start()
        ready()
        # What was made so far stays: the collector need not walk through it in the midst of a sale.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE_AFTER)
        try:
            self.server.serve(self._parts)
        finally:
            if self._settings.network.announce:
                self._announcer.stop()
            self._reader.stop()

    def close(self) -> None:
        """Close sockets, then the database."""
        self.server.close()
        self._store.close()

    def _next_number(self) -> int:
        return self._numbers + 1

    def _enrol(self, device: Device) -> None:
        with self._store.group() as db:
            devices.add_device(db, device)
        self._numbers = device.number

    def _card(self) -> m.Card:
        network = self._settings.network
        body = m.CardBody(
            self._keys.identity.public.hex(),
            self._keys.curve.public.hex(),
            self._settings.shop.name,
            self.log.epoch,
            network.commands_port,
            network.enrolment_port,
            now_ms(),
        )
        return sign_card(self._keys.identity, body)


def open_service(root: Path) -> Service:
    """Make a service of an existing folder; raises ConfigError, StoreError. Hold its lock."""
    folder = Folder(root)
    settings = read_settings(folder)
    keys = read_keys(folder)
    store = Store.open(folder.database)
    try:
        return Service(folder, settings, keys, store)
    except FAULTS as error:
        store.close()
        raise fault(folder.database, error) from error


def _raise_file_limit() -> None:
    """Each kiosk costs two files: ask for as many as the system allows."""
    if os.name != "posix":
        return
    resource: Any = importlib.import_module("resource")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
