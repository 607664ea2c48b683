"""What a stopped hub's database says, read apart from the hub: tickets, stock, takings, rows."""

import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pysqlite3 import dbapi2

from common import wire


@dataclass(frozen=True, slots=True)
class Ledger:
    """`tickets`: id → total in cents. `stock`: (article, location) → thousandths."""

    tickets: dict[str, int]
    stock: dict[tuple[str, str], int]
    moved: dict[tuple[str, str], int]
    takings_cents: int
    numbers: Counter[tuple[str, int]]
    heads: dict[str, tuple[int, str]]
    digests: dict[str, str]


def read_ledger(path: Path) -> Ledger:
    """Read a hub's database, and compute again what it keeps as sums."""
    db: sqlite3.Connection = dbapi2.connect(f"file:{path}?mode=ro", uri=True)
    try:
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
            {(article, place): milli for article, place, milli in db.execute(levels)},
            {(article, place): milli for article, place, milli in db.execute(moves)},
            takings,
            Counter(db.execute("SELECT series, number FROM ticket")),
            {
                topic: (tseq, digest)
                for topic, tseq, digest in db.execute("SELECT topic, tseq, digest FROM topic_head")
            },
            {topic: wire.digest_hex(digest) for topic, digest in digests.items()},
        )
    finally:
        db.close()
