"""A hub's desks on a real store in memory's reach: clocks by hand, no socket, no thread.

Owns the making of a core for tests, and the frames a kiosk would send. Answers come back decoded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from common import messages as m
from common import seal, wire
from common.commands import CatalogueEntry
from common.ids import IdMint
from common.topics import KIOSK_PROFILES, Profile
from hub import queries
from hub.admission import Admission
from hub.alerts import AlertBook
from hub.budgets import Budgets
from hub.changes import ChangeLogBook
from hub.closings import Closings
from hub.collecting import Collecting
from hub.config import ClosingSettings, KeepSettings, PeopleSettings, Settings, WatchSettings
from hub.doors import Doors
from hub.hub import Counters, Desks, Hub
from hub.journal_check import JournalCheck
from hub.key_files import Keys
from hub.keyring import KeyRing
from hub.login_outcomes import Outcomes
from hub.logins import LoginDesk
from hub.pairing import PairingDesk
from hub.pins import PinJob
from hub.pipeline import Pipeline
from hub.records import devices
from hub.records.devices import ACTIVE, Device
from hub.register import Register
from hub.space import Space
from hub.store import Store
from hub.sync import SyncDesk
from hub.upkeep import Upkeep
from hub.watch import Watch
from hub.witnesses import Witnesses
from tests.hub.journals import journal_of, signing_keys

EPOCH = "5" * 32
WALL_MS = 1_772_545_920_000
OFFSET_MIN = 60
SESSION_MS = 16 * 3_600_000
PORTS = {profile: 47803 + place for place, profile in enumerate(KIOSK_PROFILES)}


@dataclass(slots=True)
class Hand:
    """A clock that a test moves, seconds, and the wall beside it."""

    now_s: float = 1000.0

    def clock(self) -> float:
        """Return the monotonic clock, seconds."""
        return self.now_s

    def wall_ms(self) -> int:
        """Return the wall clock, ms."""
        return WALL_MS + round((self.now_s - 1000.0) * 1000)


@dataclass(slots=True)
class Disk:
    """How much room a disk has, as a test says."""

    free: int = 10**12

    def measure(self, _: Path) -> int:
        """Return it, bytes."""
        return self.free


def device(number: int, profile: Profile, state: str = ACTIVE) -> Device:
    """Return a device whose id and keys follow from its number."""
    key = number.to_bytes(32, "big")
    sign = signing_keys(number).public
    return Device(f"d{number:031x}", number, f"Post {number}", profile, state, key, sign, 0)


@dataclass(slots=True)
class Bench:
    """A core and its parts. `wanted`: topics whose snapshot was asked of the reader;
    `pins`: what was asked of the PIN checker."""

    path: Path
    hand: Hand
    store: Store
    log: ChangeLogBook
    sync: SyncDesk
    pairing: PairingDesk
    doors: Doors
    desk: queries.Desk
    core: Hub
    keys: Keys
    wanted: list[str]
    disk: Disk
    pins: list[PinJob]
    desks: Desks
    admission: Admission
    enrolled: list[Device] = field(default_factory=list)
    sent: int = 0

    def enrol(self, number: int, profile: Profile) -> Device:
        """Know a device."""
        made = device(number, profile)
        with self.store.group() as db:
            devices.add_device(db, made)
        self.doors.admit(made)
        self.enrolled.append(made)
        return made

    def restart_pipeline(self) -> None:
        """Let the pipeline know only what the database says."""
        mint = IdMint(self.hand.wall_ms, seal.random_bytes)
        journal = journal_of(self.store)
        self.desks.pipeline = Pipeline(self.store, self.log, journal, self.hand.wall_ms, mint)

    def hear(self, device: Device, message: Any, peer: bytes = b"peer") -> list[Any]:
        """Give the core a JSON-bodied message; return its answers, decoded."""
        return decoded(self.core.message(peer, device.id, wire.encode(message)))

    def put(self, console: Device, entries: list[CatalogueEntry]) -> None:
        """Queue a list from the console; `core.turn` takes it."""
        self.send(console, "catalogue.put", {"entries": entries})

    def send(self, console: Device, kind: str, args: dict[str, Any]) -> None:
        """Queue a command from the console; `core.turn` takes it."""
        self.sent += 1
        body = {"id": f"{self.sent:032x}", "kind": kind, "args": args}
        raw = orjson.dumps(body)
        command = m.Command("0e" * 16, self.sent, 0, 1, wire.body_hash(raw), raw)
        assert self.core.message(b"console", console.id, wire.encode_command(command)) == []


def article(number: int, price_cents: int = 250, name: str = "") -> CatalogueEntry:
    """Return a line of a list."""
    return CatalogueEntry(f"{number:08}", name or f"Item {number}", "All", price_cents, 550, 5000)


def decoded(answers: list[tuple[bytes, bytes]]) -> list[Any]:
    """Return the messages of answers."""
    return [wire.decode(frame) for _, frame in answers]


@contextmanager
def open_bench(folder: Path) -> Iterator[Bench]:
    """Yield a new hub's core in a folder."""
    hand = Hand()
    path = folder / "comptoir.db"
    store = Store.create(path)
    with store.group():
        ChangeLogBook.found(store, EPOCH)
    log = ChangeLogBook(store)
    mint = IdMint(hand.wall_ms, seal.random_bytes)
    journal = journal_of(store)
    pipeline = Pipeline(store, log, journal, hand.wall_ms, mint)
    keys = Keys(seal.new_signing_keys(), seal.new_curve_keys(), seal.new_curve_keys())
    numbers = iter(range(100, 200))

    def enrol(made: Device) -> None:
        with store.group() as db:
            devices.add_device(db, made)

    pairing = PairingDesk(keys, lambda: next(numbers), enrol, mint, hand.wall_ms, hand.clock)
    wanted: list[str] = []
    sync = SyncDesk(log, pipeline, wanted.append, PORTS, hand.wall_ms, hand.clock)
    counters = Counters()
    alerts = AlertBook(store, log, mint, hand.wall_ms)
    watch = Watch(store, alerts, WatchSettings().silent_s, hand.wall_ms, hand.clock)
    disk = Disk()
    space = Space(folder, KeepSettings().min_free_mb, disk.measure, alerts, hand.clock)
    doors = Doors(())
    register = Register(store, journal)
    ring = KeyRing(keys, Settings(), lambda: log.epoch, hand.wall_ms)
    check = JournalCheck(store, journal, alerts, hand.wall_ms)
    clock = hand.wall_ms, lambda _at_ms: OFFSET_MIN
    closings = Closings(store, journal, check, alerts, watch, ClosingSettings(), clock)
    admission = Admission(register, doors, watch, ring, journal.sign_keys, hand.wall_ms)
    collecting = Collecting(register, pipeline, journal.sign_keys, hand.wall_ms)
    desk = queries.Desk(
        store,
        log,
        pairing,
        watch,
        space,
        counters.as_dict,
        hand.wall_ms,
        hand.wall_ms(),
        "Essai",
        "3fa291c077de0b12" * 4,
        admission,
        collecting,
        closings,
        check,
    )
    upkeep = Upkeep(store, log, KeepSettings(), hand.wall_ms, PeopleSettings())
    pins: list[PinJob] = []
    outcomes = Outcomes(store, log, journal, seal.random_bytes, mint, hand.wall_ms, SESSION_MS)
    logins = LoginDesk(store.db, pins.append, outcomes, hand.wall_ms)
    desks = Desks(
        log,
        pipeline,
        sync,
        pairing,
        doors,
        desk,
        upkeep,
        ring.card,
        watch,
        space,
        admission,
        collecting,
        check,
        closings,
        Witnesses(store, journal, alerts, hand.wall_ms),
        logins,
        Budgets(alerts, hand.clock),
        hand.clock,
    )
    core = Hub(desks, counters, hand.wall_ms)
    try:
        yield Bench(
            path,
            hand,
            store,
            log,
            sync,
            pairing,
            doors,
            desk,
            core,
            keys,
            wanted,
            disk,
            pins,
            desks,
            admission,
        )
    finally:
        store.close()
