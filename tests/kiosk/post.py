"""What tests of a post's parts stand on: clocks by hand, random bytes by count, a small outbox."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import count
from pathlib import Path

from common import messages as m
from common import wire
from common.topics import Profile
from kiosk.book import Book
from kiosk.clocks import Clocks
from kiosk.device import Device, HubPlace, write_whole
from kiosk.outbox import Outbox
from kiosk.outbox_file import Draft, Maker
from kiosk.sealed import Box

NOW_MS = 1_772_545_920_000  # 3 March 2026, 13:52 UTC
OTHER = "0f" * 16
STORE_KEY = bytes(range(32))
BOX = Box(STORE_KEY)


@dataclass(slots=True)
class HandClocks:
    """Both clocks of a post; `sleep` moves them together, `set_wall` one of them."""

    monotonic_s: float = 1000.0
    wall: int = NOW_MS
    offset_min: int = 60
    clocks: Clocks = field(init=False)

    def __post_init__(self) -> None:
        self.clocks = Clocks(
            lambda: self.monotonic_s, lambda: self.wall, lambda _at_ms: self.offset_min
        )

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.monotonic_s += seconds
        self.wall += round(seconds * 1000)

    def set_wall(self, wall_ms: int) -> None:
        """Set the wall clock, as a person or a dead battery does."""
        self.wall = wall_ms


def seeded_bytes(seed: int = 0) -> Callable[[int], bytes]:
    """Return a source of bytes that looks random, and is the same in every run."""
    numbers = count()
    return lambda size: blake2b(b"%d %d" % (seed, next(numbers)), digest_size=size).digest()


@dataclass(slots=True)
class Disk:
    """A disk with so much room, in bytes."""

    free: int = 2**40

    def free_bytes(self, _folder: Path) -> int:
        """Return how much is free."""
        return self.free


def maker(seed: int = 0, disk: Disk | None = None) -> Maker:
    """Return what a new outbox of device 7 is made of; another seed is another day."""
    return Maker(7, seeded_bytes(seed), BOX, (disk or Disk()).free_bytes)


def keep_store_key(folder: Path, key: bytes = STORE_KEY) -> None:
    """Put a store key into a post's folder, that of `BOX` unless another is named."""
    keys = folder / "keys"
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(keys / "store.key", key.hex().encode())


def new_outbox(folder: Path) -> Outbox:
    """Return a new outbox of device 7."""
    return Outbox(folder / "outbox.db", maker())


def ticketed(draft: Draft, book: Book) -> Draft:
    """Return a draft that uses up the book's next ticket number."""
    return replace(draft, book=replace(book, number=book.number + 1))


def draft(body: bytes = b"{}", kind: str = "price.set") -> Draft:
    """Return an operation of no meaning."""
    return Draft(kind, 1, body, NOW_MS)


def reply(
    outbox: str,
    n: int,
    status: m.Status = m.Status.ACCEPTED,
    topics: dict[str, int] | None = None,
    code: str = "",
) -> m.Reply:
    """Return the hub's reply to an operation."""
    return m.Reply(outbox, n, status, n, topics or {}, code)


def device(profile: Profile = Profile.TILL, hub: HubPlace | None = None) -> Device:
    """Return a paired device."""
    place = hub or HubPlace("1a" * 32, "2b" * 32, "127.0.0.1", 9, 9)
    return Device("d" * 32, 7, "Caisse 7", profile, place)


def digest_hex(rows: dict[str, bytes]) -> str:
    """Return the digest of rows as the hub says it."""
    total = sum(wire.row_digest(key, row) for key, row in rows.items())
    return wire.digest_hex(total & wire.DIGEST_MASK)
