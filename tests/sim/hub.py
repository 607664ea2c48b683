"""The hub of a simulated shop: the shipped core on a real database, on a disk that fails.

Owns the hub's process: it is started, takes frames, commits, and dies, at any write of its disk or
between two steps. What it decides is the shipped code's.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import orjson
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import messages as m
from common import seal, wire
from common.commands import CommandKind
from common.errors import Refusal
from common.ids import IdMint
from common.topics import Profile
from hub import doors
from hub.changes import ChangeLogBook
from hub.commands import Handler
from hub.config import KeepSettings, Settings, ShopSettings
from hub.doors import Knock
from hub.hub import Sent
from hub.key_files import Keys
from hub.parts import Parts, Surroundings, make_parts
from hub.reader import ReadFailed, read_snapshot
from hub.records import devices
from hub.records.devices import ACTIVE, Device
from hub.store import FAULTS, Store, StoreError, open_to_read
from kiosk.presence import Way
from tests.hub.journals import signing_keys
from tests.sim.agenda import MachineClock
from tests.sim.releases import HANDLERS as RELEASES_HANDLERS
from tests.sim.releases import OLDER_KINDS
from tests.sim.trade import label_of_number, labels_of_records
from tests.sim.witness import Witness
from tests.sim.world import World

BOOT_S = (0.2, 2.5)
TURN_S = (0.00005, 0.001)
READ_S = (0.001, 0.03)
OFFSET_MIN = 60
KEEP: Final = KeepSettings(window_days=7, log_changes=150)
"""So short that who was away long enough is given a snapshot."""


class SimHub:
    """The office computer. `up`: its process runs. `damaged`: it refuses to start, and why."""

    def __init__(self, world: World, witness: Witness) -> None:
        self.world = world
        self.witness = witness
        self.folder = world.folder / "hub"
        self.folder.mkdir()
        self.path = self.folder / "comptoir.db"
        self.machine = world.disk.machine(self.folder)
        self.clock = MachineClock(world.agenda)
        self.up = False
        self.damaged: StoreError | None = None
        self.die_between = ""
        self.life = 0
        self.stopped = False
        self.free_bytes = 2**40
        self.kinds: Mapping[str, CommandKind] = OLDER_KINDS
        self.handlers: Mapping[str, Handler] = RELEASES_HANDLERS
        self.subscribers: Callable[[Profile], list[int]] = lambda _profile: []
        self.on_refused: Callable[[], None] = lambda: None
        self._mint = IdMint(self.clock.wall_ms, world.random_bytes("mint"))
        self._keys = Keys(signing_keys(0), seal.new_curve_keys(), seal.new_curve_keys())
        self._settings = Settings(shop=ShopSettings(name="Essai"), keep=KEEP)
        self._inbox: list[tuple[bytes, str, bytes]] = []
        self._turning = False
        self._reader: sqlite3.Connection | None = None
        self.store: Store
        self.parts: Parts
        world.network.join_hub(self)

    @property
    def identity(self) -> seal.SigningKeys:
        """Return by what the hub seals its journal."""
        return self._keys.identity

    # Its life.

    def found(self, posts: list[Device]) -> None:
        """Make the database, with its devices."""
        console = Device("c0" * 16, 0, "console", Profile.CONSOLE, ACTIVE, b"c" * 32, b"c" * 32, 0)
        store = Store.create(self.path)
        with store.group() as db:
            ChangeLogBook.found(store, self.new_epoch(()))
            for device in (console, *posts):
                devices.add_device(db, device)
        store.close()

    def new_epoch(self, after: Iterable[str]) -> str:
        """Return an epoch of now that sorts after others; the random half is the seed's."""
        noise = self.world.random_bytes(f"epoch {self.life}")(8)
        ms = max([self.clock.wall_ms(), *(int(epoch[:16], 16) + 1 for epoch in after if epoch)])
        return (ms.to_bytes(8, "big") + noise).hex()

    def boot(self) -> None:
        """Start the process; where the database is refused, somebody has to be called."""
        if self.up or self.stopped:
            return
        self.life += 1
        self._wanted: list[str] = []
        try:
            self.store = Store.open(self.path)
        except StoreError as error:
            self._not_started(error)
            return
        try:
            around = Surroundings(
                self.clock.wall_ms,
                self.clock.monotonic,
                self.world.random_bytes(f"hub {self.life}"),
                self._want_snapshot,
                lambda _folder: self.free_bytes,
                offset_min=lambda _at_ms: OFFSET_MIN,
            )
            self.parts = make_parts(
                self.store, self._keys, self._settings, around, self.kinds, self.handlers
            )
        except FAULTS as error:
            self.store.close()
            self._not_started(StoreError("database_unusable", reason=str(error)))
            return
        if self.machine.frozen:
            self.crash("at its start")
            return
        self.up = True
        self.world.trace.note("hub", "starts, life %d, gseq %d", self.life, self.parts.log.gseq)
        self.witness.hub_started(self._reading())
        self._after(0.05, self._beat)

    def _not_started(self, error: StoreError) -> None:
        if self.machine.frozen:
            self.crash("at its start")
            return
        self.world.trace.note("hub", "does not start: %s", error)
        self.world.harm[f"hub refused to start: {error.problem.code}"] += 1
        if error.problem.code == "database_damaged":
            self.damaged = error
            self.on_refused()
        else:
            self._after(1.0, self.boot)

    def crash(self, why: str, power: bool = False, again: bool = True) -> None:
        """End the process at once; `power`: what was not synced is gone, or half there."""
        self.world.trace.note("hub", "dies %s%s", why, ", power lost" if power else "")
        if self.machine.frozen:
            self.world.harm["hub died at a write or sync"] += 1
        elif power:
            self.machine.power_loss(self.world.rng.getrandbits(32))
        else:
            self.machine.kill()
        self.up = False
        self.life += 1
        self._turning = False
        self.die_between = ""
        self._inbox.clear()
        self._end_reading()
        with suppress(*FAULTS, AttributeError):
            self.store.close()
        self.machine.thaw()
        self.world.network.cut_all()
        if again and not self.stopped:
            self._after(self.world.rng.uniform(*BOOT_S), self.boot)

    def _after(self, delay_s: float, action: Callable[[], None]) -> None:
        life = self.life

        def act() -> None:
            if self.life == life:
                action()

        self.world.agenda.after(delay_s, act)

    # The network's side.

    def admits(self, way: Way, profile: Profile, curve_key: bytes) -> str | None:
        """Decide at the door of a way, as ZAP would; broadcasts have a door a profile."""
        domain = doors.COMMANDS if way is Way.COMMANDS else profile.value
        return self.parts.doors.decide(Knock(domain, b"CURVE", (curve_key,)))

    def known(self) -> list[Device]:
        """Return every device that is enrolled."""
        return devices.devices(self.store.db)

    def hear(self, peer: bytes, user_id: str, frame: bytes) -> None:
        """Take a frame; a turn of the loop follows soon."""
        self._inbox.append((peer, user_id, frame))
        self._turn_soon()

    def console(self, kind: str, args: dict[str, object]) -> None:
        """Give a command at the hub's own command line: each under an outbox of its own."""
        raw = orjson.dumps({"id": self._mint(), "kind": kind, "args": args})
        command = m.Command(self._mint(), 1, 0, 1, wire.body_hash(raw), raw)
        self.hear(b"console", "c0" * 16, wire.encode_command(command))

    # The loop.

    def _turn_soon(self) -> None:
        if not self._turning:
            self._turning = True
            self._after(self.world.rng.uniform(*TURN_S), self._turn)

    def _turn(self) -> None:
        self._turning = False
        inbox, self._inbox = self._inbox, []
        hub = self.parts.hub
        answers = [a for peer, user_id, frame in inbox for a in hub.message(peer, user_id, frame)]
        sent = hub.turn()
        if self.machine.frozen:
            self.crash("in the midst of a commit")
            return
        self._release(answers, sent)
        if self.up and hub.busy:
            self._turn_soon()

    def _release(self, answers: list[tuple[bytes, bytes]], sent: Sent) -> None:
        """Let out what a turn made, in the order of the shipped loop, or die before."""
        committed = bool(sent.broadcasts)
        self.witness.committed(sent.broadcasts)
        network = self.world.network
        for peer, frame in answers:
            network.answer(peer, frame)
        if committed and self.die_between == "broadcast":
            self.world.harm["hub killed after COMMIT, before its broadcast"] += 1
            self.crash("before its broadcast")
            return
        self._broadcast(sent.broadcasts)
        if committed and self.die_between == "reply":
            self.world.harm["hub killed after its broadcast, before the reply"] += 1
            self.crash("before its replies")
            return
        for peer, frame in sent.answers:
            network.answer(peer, frame)

    def _broadcast(self, broadcasts: list[tuple[Profile, bytes]]) -> None:
        lines = self.world.network.lines
        for profile, frame in broadcasts:
            for number in self.subscribers(profile):
                self.world.network.broadcast(lines[number, Way.BROADCASTS], frame)

    def _beat(self) -> None:
        hub = self.parts.hub
        ticked = hub.tick()
        if self.machine.frozen:
            self.crash("in its upkeep")
            return
        self.witness.committed(ticked)
        self._broadcast(ticked)
        self._broadcast(hub.heartbeats())
        if hub.busy:
            self._turn_soon()
        self._after(1.0, self._beat)

    # Snapshots.

    def _want_snapshot(self, topic: str) -> None:
        delay_s = self.world.rng.uniform(*READ_S)
        self._after(delay_s, lambda: self._read(topic))

    def _read(self, topic: str) -> None:
        try:
            read = read_snapshot(self._reading(), topic)
        except FAULTS as error:
            failed = ReadFailed(topic, str(error))
            answers = self.parts.sync.snapshot_read(failed)
        else:
            answers = self.parts.sync.snapshot_read(read)
        for peer, frame in answers:
            self.world.network.answer(peer, frame)
        self._turn_soon()

    def _reading(self) -> sqlite3.Connection:
        """Return the connection of a life on which snapshots are read, as the shipped thread's."""
        if self._reader is None:
            self._reader = open_to_read(self.path)
        return self._reader

    def _end_reading(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    # Whoever looks after the shop.

    def device(self, number: int) -> Device:
        """Return an enrolled device."""
        return next(device for device in self.known() if device.number == number)

    def look(self, path: Path | None = None) -> closing[sqlite3.Connection]:
        """Read the database beside the hub, or another file."""
        return closing(sqlite3.connect(path or self.path, isolation_level=None))

    def close(self) -> None:
        """End for good."""
        self.stopped = True
        if self.up:
            self.up = False
            self.life += 1
            self._end_reading()
            with suppress(Refusal):
                self.store.close()
        self.machine.forget()


def labels(db: Any) -> set[str]:
    """Return the labels of the papers and rows that a hub's database holds."""
    tickets = [orjson.loads(body) for (body,) in db.execute("SELECT body FROM ticket")]
    receipts = [orjson.loads(body) for (body,) in db.execute("SELECT body FROM goods_receipt")]
    parked = db.execute("SELECT body FROM parked WHERE body IS NOT NULL")
    articles = db.execute("SELECT name FROM article").fetchall()
    customers = db.execute("SELECT note FROM customer").fetchall()
    categories = db.execute("SELECT rank FROM category").fetchall()
    return {
        *(label for (label,) in (*articles, *customers)),
        *(label_of_number("g", rank) for (rank,) in categories),
        *(orjson.loads(body)["note"] for (body,) in parked),
        *(ticket["lines"][0]["label"] for ticket in tickets),
        *(receipt["note"] for receipt in receipts),
        *labels_of_records(db),
    }
