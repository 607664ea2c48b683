"""A hub's store, log and pipeline in a scratch folder, with posts that send it commands.

Owns clock, ids and devices of a test's shop, all repeatable. No socket, no thread, and nothing of
the hub replaced: what a post sends takes the way that every command takes.
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field, is_dataclass
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Any

import orjson

from common import messages as m
from common import wire
from common.commands import CatalogueEntry, CataloguePut
from common.ids import IdMint
from common.models import Article, Row
from common.topics import Profile
from hub.changes import OWN, ChangeLogBook
from hub.journal import JournalBook
from hub.journal_keys import SealingKeys
from hub.pipeline import Pipeline, Received, Released
from hub.records import catalogue, devices
from hub.records.devices import ACTIVE, Device
from hub.store import Store
from tests.hub.journals import HUB, signing_keys

START_MS = 1_772_545_920_000  # 3 March 2026, 13:52 UTC, a Tuesday
EPOCH = f"{START_MS:016x}" + "5e" * 8
CONSOLE_ID = "c0" * 16


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.ms = START_MS

    def now_ms(self) -> int:
        """Return the wall clock."""
        return self.ms

    def seconds(self) -> float:
        """Return a monotonic clock."""
        return (self.ms - START_MS) / 1000 + 100.0

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.ms += round(seconds * 1000)


@dataclass(slots=True)
class Post:
    """A device with an outbox of its own."""

    device: Device
    outbox: str
    n: int = 0
    acked: int = 0
    mint: IdMint = field(default_factory=lambda: IdMint(lambda: START_MS, Random(1).randbytes))

    @property
    def peer(self) -> bytes:
        """Return the way back to this post."""
        return self.device.id[-10:].encode()

    def body(self, kind: str, args: Any) -> bytes:
        """Return a command's JSON."""
        plain = asdict(args) if is_dataclass(args) and not isinstance(args, type) else args
        return orjson.dumps({"id": self.mint(), "kind": kind, "args": plain, "operator": "A"})

    def send(self, kind: str, args: Any, schema: int = 1) -> Received:
        """Return this post's next command."""
        return self.send_bytes(self.body(kind, args), schema)

    def send_bytes(self, body: bytes, schema: int = 1, n: int | None = None) -> Received:
        """Return a command of these bytes: the next one, or one of this number."""
        if n is None:
            n = self.n = self.n + 1
        command = m.Command(self.outbox, n, self.acked, schema, wire.body_hash(body), body)
        return Received(self.device, command, self.peer)


def device_of(number: int, name: str, profile: Profile, device_id: str = "") -> Device:
    """Return an enrolled device with keys made from its number."""
    curve = blake2b(b"%d-0" % number, digest_size=32).digest()
    sign = signing_keys(number).public
    device_id = device_id or f"de{number:030x}"
    return Device(device_id, number, name, profile, ACTIVE, curve, sign, START_MS)


class Shop:
    """A hub on a database file; `reopen` is a restart."""

    def __init__(self, folder: Path, seed: int = 1) -> None:
        self.path = folder / "comptoir.db"
        self.clock = Clock()
        self.mint = IdMint(self.clock.now_ms, Random(seed).randbytes)
        self.keys = SealingKeys(HUB)
        self.store = Store.create(self.path)
        with self.store.group() as db:
            ChangeLogBook.found(self.store, EPOCH)
            console = device_of(0, "console", Profile.CONSOLE, CONSOLE_ID)
            devices.add_device(db, console)
        self.console = Post(console, "c0" * 16, mint=self.mint)
        self._start()

    def _start(self) -> None:
        self.log = ChangeLogBook(self.store)
        self.journal = JournalBook(self.store, self.keys, self.clock.now_ms)
        self.pipeline = Pipeline(self.store, self.log, self.journal, self.clock.now_ms, self.mint)

    def reopen(self) -> None:
        """Stop the hub and start it again on what is on disk."""
        self.close()
        self.store = Store.open(self.path)
        self._start()

    def hurry(self) -> None:
        """Do without fsync, where a test commits a thousand times and cuts no power."""
        self.store.db.execute("PRAGMA synchronous = OFF")

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    def copied(self, folder: Path, content: bytes, memo: dict[int, Any]) -> "Shop":
        """Return this closed shop with its database's bytes in another folder, to be reopened.

        `memo`: of `deepcopy`, so that others who hold its clock hold the copy's.
        """
        other = object.__new__(Shop)
        other.path = folder / self.path.name
        other.path.write_bytes(content)
        other.keys, other.store = self.keys, self.store
        other.clock = deepcopy(self.clock, memo)
        other.mint = deepcopy(self.mint, memo)
        other.console = deepcopy(self.console, memo)
        return other

    def post(self, profile: Profile, number: int = 1, name: str = "") -> Post:
        """Enrol a device."""
        device = device_of(number, name or f"{profile} {number}", profile)
        with self.store.group() as db:
            devices.add_device(db, device)
        mint = IdMint(self.clock.now_ms, Random(1000 + number).randbytes)
        return Post(device, f"0b{number:030x}", mint=mint)

    def run(self, *received: Received) -> Released:
        """Take commands in one group."""
        return self.pipeline.run(received)

    def replies(self, *received: Received) -> list[Any]:
        """Take commands in one group; return what was answered, in order."""
        return answers(self.run(*received))

    def accept(self, *received: Received) -> list[m.Reply]:
        """Take commands that must all be accepted."""
        replies = self.replies(*received)
        assert [reply.status for reply in replies] == [m.Status.ACCEPTED] * len(received), replies
        return replies

    def stock(self, entries: Iterable[CatalogueEntry]) -> list[Article]:
        """Bring articles into the catalogue as the console does; return them."""
        entries = list(entries)
        self.accept(self.console.send("catalogue.put", CataloguePut(tuple(entries))))
        found = [catalogue.article_of_code(self.store.db, entry.code) for entry in entries]
        return [article for article in found if article is not None]

    def publish(self, topic: str, *rows: Row) -> None:
        """Publish rows as the hub itself does."""
        draft = self.log.draft()
        for row in rows:
            draft.put(topic, row, OWN)
        with self.store.group():
            draft.write(self.log.gseq + 1)
        self.log.committed(draft, self.log.gseq + 1)

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        return list(self.store.db.execute(sql, parameters))

    def one(self, sql: str, *parameters: Any) -> Any:
        """Return the single value that a query finds."""
        return self.store.db.execute(sql, parameters).fetchone()[0]

    def live(self, topic: str) -> dict[str, dict[str, Any]]:
        """Return a topic's rows by key, as JSON values."""
        rows = self.rows("SELECT key, row FROM live_row WHERE topic = ?", topic)
        return {key: orjson.loads(row) for key, row in rows}


def answers(released: Released) -> list[Any]:
    """Return the messages of what was released."""
    return [wire.decode(frame) for _, frame in released.answers]


def codes(replies: Sequence[Any]) -> list[str]:
    """Return the error codes of replies and refusals."""
    return [reply.code for reply in replies]


def goods(count: int, price_cents: int = 250, stock_milli: int = 10_000) -> list[CatalogueEntry]:
    """Return entries of a list: articles of three categories and three VAT rates."""
    return [
        CatalogueEntry(
            f"20000000{number:05}",
            f"Article {number}",
            ("Épicerie", "Boissons", "Bazar")[number % 3],
            price_cents + number,
            (550, 1000, 2000)[number % 3],
            stock_milli,
            2000,
        )
        for number in range(1, count + 1)
    ]
