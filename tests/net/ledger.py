"""What a stopped hub's database says, read apart from the hub: tickets, stock, takings, rows."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pysqlite3 import dbapi2

from common import wire


@dataclass(frozen=True, slots=True)
class Ledger:
    """`tickets`: id → total in cents. `stock`: (article, location) → thousandths.

    `outboxes`: id → how far it was taken. `changes`: (topic, tseq) → the (outbox, n) that made it.
    """

    tickets: dict[str, int]
    receipts: set[str]
    stock: dict[tuple[str, str], int]
    moved: dict[tuple[str, str], int]
    takings_cents: int
    numbers: Counter[tuple[str, int]]
    heads: dict[str, tuple[int, str]]
    digests: dict[str, str]
    outboxes: dict[str, int]
    changes: dict[tuple[str, int], tuple[str, int]]
    quarantined: int

    def faults(self) -> Iterator[str]:
        """Yield what does not add up within the database itself, as sentences."""
        if self.takings_cents != sum(self.tickets.values()):
            yield f"takings {self.takings_cents}, tickets {sum(self.tickets.values())} cents"
        if self.stock != self.moved:
            wrong = sorted(dict(self.stock.items() ^ self.moved.items()))
            yield f"{len(wrong)} stock levels are not the sum of movements, {wrong[0]} for one"
        for topic, (_, digest) in self.heads.items():
            if self.digests.get(topic, "0" * 64) != digest:
                yield f"the rows of {topic} do not have the digest of its head"
        for (series, number), count in self.numbers.items():
            if count > 1:
                yield f"{count} tickets are {series}-{number}"
        last: Counter[str] = Counter()
        for series, number in self.numbers:
            last[series] = max(last[series], number)
        for series, number in last.items():
            held = sum(1 for each, _ in self.numbers if each == series)
            if held != number:
                yield f"series {series} goes to {number} and has {held} numbers"
        if self.quarantined:
            yield f"{self.quarantined} operations are quarantined"


def read_ledger(path: Path) -> Ledger:
    """Read a hub's database, and compute again what it keeps as sums."""
    db: sqlite3.Connection = dbapi2.connect(f"file:{path}?mode=ro", uri=True)
    try:
        db.execute("BEGIN")  # All of one moment, also while a hub runs.
        digests: dict[str, int] = {}
        for topic, key, row in db.execute("SELECT topic, key, row FROM live_row"):
            digests[topic] = digests.get(topic, 0) + wire.row_digest(key, row) & wire.DIGEST_MASK
        (takings,) = db.execute("SELECT coalesce(sum(total_cents), 0) FROM takings").fetchone()
        levels = "SELECT article_id, location_id, quantity_milli FROM stock_level"
        moves = (
            "SELECT article_id, location_id, sum(delta_milli) FROM stock_movement"
            " GROUP BY article_id, location_id"
        )
        return Ledger(
            dict(db.execute("SELECT id, total_cents FROM ticket")),
            {receipt for (receipt,) in db.execute("SELECT id FROM goods_receipt")},
            {(article, place): milli for article, place, milli in db.execute(levels)},
            {(article, place): milli for article, place, milli in db.execute(moves)},
            takings,
            Counter(db.execute("SELECT series, number FROM ticket")),
            {
                topic: (tseq, digest)
                for topic, tseq, digest in db.execute("SELECT topic, tseq, digest FROM topic_head")
            },
            {topic: wire.digest_hex(digest) for topic, digest in digests.items()},
            dict(db.execute("SELECT id, last_n FROM outbox")),
            {
                (topic, tseq): (outbox, n)
                for topic, tseq, outbox, n in db.execute(
                    "SELECT topic, tseq, outbox_id, n FROM change"
                )
            },
            db.execute("SELECT count(*) FROM quarantine").fetchone()[0],
        )
    finally:
        db.close()


def read_taken(path: Path) -> dict[str, int]:
    """Return how many operations of each post, by its name, a hub has taken; it may be running."""
    db: sqlite3.Connection = dbapi2.connect(f"file:{path}?mode=ro", uri=True)
    try:
        taken = (
            "SELECT d.name, max(o.last_n) FROM outbox o JOIN device d ON d.id = o.device_id"
            " GROUP BY d.name"
        )
        return dict(db.execute(taken))
    finally:
        db.close()
