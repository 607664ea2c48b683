"""A watch over a database, without a hub around it: posts speak and time passes by hand."""

from random import Random

from common import messages as m
from common.ids import IdMint
from common.topics import Profile
from hub.alerts import AlertBook
from hub.changes import ChangeLogBook
from hub.records import devices
from hub.records.devices import Device
from hub.store import Store
from hub.watch import Watch
from tests.hub.desk_bench import Hand, device

SILENT_S = 30


class Rig:
    """A watch over a database, with posts that speak when a test says so.

    `jump_ms`: how far somebody has set the wall clock ahead.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.hand = Hand()
        self.jump_ms = 0
        self.silent_s = SILENT_S
        self.told: list[m.Changes] = []
        self.start()

    def now_ms(self) -> int:
        """Return the wall clock."""
        return self.hand.wall_ms() + self.jump_ms

    def start(self) -> None:
        """Begin as a hub that starts on what is on disk."""
        self.log = ChangeLogBook(self.store)
        mint = IdMint(self.now_ms, Random(round(self.hand.now_s)).randbytes)
        alerts = AlertBook(self.store, self.log, mint, self.now_ms)
        self.watch = Watch(self.store, alerts, self.silent_s, self.now_ms, self.hand.clock)

    def enrol(self, number: int, profile: Profile = Profile.TILL) -> Device:
        made = device(number, profile)
        with self.store.group() as db:
            devices.add_device(db, made)
        return made

    def live(self, seconds: float, *speaking: Device, step_s: float = 1.0) -> None:
        """Let time pass; these posts say something before each look."""
        end = self.hand.now_s + seconds
        while self.hand.now_s < end:
            self.hand.now_s += step_s
            for post in speaking:
                self.watch.heard(post)
            self.told += self.watch.tick()

    def alerts(self) -> list[tuple[str, str]]:
        """Return what was told, as code and subject, in order."""
        rows = self.store.db.execute("SELECT code, subject FROM alert ORDER BY id")
        return [(code, subject) for code, subject in rows]

    def writes(self) -> int:
        """Return a number that grows with every write to the database."""
        return int(self.store.db.execute("SELECT total_changes()").fetchone()[0])
