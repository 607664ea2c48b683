"""What of a post's files is sealed, and how it lies there: operations, replies, sums, memos,
topics.

Owns which topics are sealed and the place that each value is bound to, so that none can be moved
unseen. Numbers, kinds, times and keys of rows stay readable: queues and topics are sorted by them.
The key itself is `keys.py`'s.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from common.seal import Sealer
from common.wire import digest_hex

OPEN_TOPICS: Final = frozenset({"shop", "categories", "articles", "stock"})
"""Topics that say nothing of a person or of takings; whatever is not named here is sealed.

They are what a shop's shelves say to everybody, and by far the most rows: to seal them as well
would cost a post's first start half as much again."""
NOT_OPENED: Final = -1
"""A digest that could not be opened; no rows have it."""
_HASH_BYTES: Final = 16
_DIGEST_BYTES: Final = 32


class Box:
    """Seals what a post keeps by its store key (32 bytes), and opens it by that or an older one."""

    def __init__(self, secret: bytes, *older: bytes) -> None:
        self._sealer = Sealer(secret)
        self._older = [Sealer(key) for key in older]
        self.mark = self._sealer.mark

    # Operations. The hash that was made with the body stays with it: the hub gets that one.

    def operation(self, n: int, body_hash: bytes, body: bytes) -> bytes:
        """Return an operation's hash and body, sealed."""
        return self._seal(b"command\0%d" % n, body_hash + body)

    def open_operation(self, n: int, sealed: bytes) -> tuple[bytes, bytes] | None:
        """Return an operation's hash and body, or None where it does not open."""
        whole = self._open(b"command\0%d" % n, sealed)
        return None if whole is None else (whole[:_HASH_BYTES], whole[_HASH_BYTES:])

    def reply(self, n: int, body: bytes) -> bytes:
        """Return the hub's reply to an operation, sealed."""
        return self._seal(b"reply\0%d" % n, body)

    def open_reply(self, n: int, sealed: bytes) -> bytes | None:
        """Return the hub's reply to an operation, or None where it does not open."""
        return self._open(b"reply\0%d" % n, sealed)

    # Sums.

    def tally(self, chain: str, seq: int, next_ticket: int, body: bytes) -> bytes:
        """Return the sums of a chain after a record of it, sealed."""
        return self._seal(_tally_place(chain, seq, next_ticket), body)

    def open_tally(self, chain: str, seq: int, next_ticket: int, sealed: bytes) -> bytes | None:
        """Return the sums of a chain after a record of it, or None where they do not open."""
        return self._open(_tally_place(chain, seq, next_ticket), sealed)

    # Memos.

    def memo(self, name: str, body: bytes) -> bytes:
        """Return what a till keeps under a name, sealed."""
        return self._seal(b"memo\0" + name.encode(), body)

    def open_memo(self, name: str, sealed: bytes) -> bytes | None:
        """Return what a till keeps under a name, or None where it does not open."""
        return self._open(b"memo\0" + name.encode(), sealed)

    # Topics.

    def row(self, topic: str, key: str, row: bytes) -> bytes:
        """Return a row as it lies on disk."""
        return row if topic in OPEN_TOPICS else self._seal(_row_place(topic, key), row)

    def open_row(self, topic: str, key: str, lying: bytes) -> bytes | None:
        """Return a row, or None where it does not open."""
        return lying if topic in OPEN_TOPICS else self._open(_row_place(topic, key), lying)

    def rows(self, topic: str, rows: Sequence[tuple[str, bytes]]) -> Sequence[tuple[str, bytes]]:
        """Return rows as they lie on disk."""
        if topic in OPEN_TOPICS:
            return rows
        return [(key, self._seal(_row_place(topic, key), row)) for key, row in rows]

    def open_rows(
        self, topic: str, lying: Sequence[tuple[str, bytes]]
    ) -> tuple[Sequence[tuple[str, bytes]], bool]:
        """Return the rows that open, and whether all did."""
        if topic in OPEN_TOPICS:
            return lying, True
        opened = [(key, self._open(_row_place(topic, key), row)) for key, row in lying]
        rows = [(key, row) for key, row in opened if row is not None]
        return rows, len(rows) == len(lying)

    def digest(self, topic: str, digest: int) -> str:
        """Return a topic's digest as it lies on disk: that of few rows would tell what they say."""
        if topic in OPEN_TOPICS:
            return digest_hex(digest)
        return self._seal(_digest_place(topic), digest.to_bytes(_DIGEST_BYTES, "big")).hex()

    def open_digest(self, topic: str, lying: str) -> int:
        """Return a topic's digest, NOT_OPENED where it does not open.

        Raises ValueError where an open topic's is no number any more.
        """
        if topic in OPEN_TOPICS:
            return int(lying, 16)
        try:
            opened = self._open(_digest_place(topic), bytes.fromhex(lying))
        except ValueError:
            return NOT_OPENED
        return NOT_OPENED if opened is None else int.from_bytes(opened, "big")

    # Inside.

    def _seal(self, place: bytes, value: bytes) -> bytes:
        return self._sealer.seal(place, value)

    def _open(self, place: bytes, sealed: bytes) -> bytes | None:
        value = self._sealer.open(place, sealed)
        for older in self._older:
            value = older.open(place, sealed) if value is None else value
        return value


def sealed_topics(topics: Iterable[str]) -> list[str]:
    """Return those of some topics that are sealed."""
    return [topic for topic in topics if topic not in OPEN_TOPICS]


def _row_place(topic: str, key: str) -> bytes:
    return b"\0".join((b"row", topic.encode(), key.encode()))


def _tally_place(chain: str, seq: int, next_ticket: int) -> bytes:
    return b"tally\0%s\0%d\0%d" % (chain.encode(), seq, next_ticket)


def _digest_place(topic: str) -> bytes:
    return b"digest\0" + topic.encode()
