"""Whether what the log still keeps of earlier states was ever so: stock and takings, step by step.

A later row of the same key has taken their place everywhere; a post that was away is given them on
its way there.
"""

from collections.abc import Iterator
from itertools import accumulate, islice

import orjson

from common.i18n import mark
from hub.audit_sales import Sums, side_by_side
from hub.store import Connection

Place = tuple[str, str]


def stock_steps(db: Connection) -> Iterator[Place]:
    """Check that each published quantity is the sum of the first movements of its key."""
    moved = db.execute(
        "SELECT article_id || ':' || location_id AS key, delta_milli FROM stock_movement"
        " ORDER BY key, rowid"
    )
    for key, rows, movements in side_by_side(_logged(db, "stock"), moved):
        sums = accumulate((delta for _, delta in movements), initial=0)
        reached = next(sums)
        for _, tseq, row in rows:
            quantity = orjson.loads(row)["quantity_milli"]
            while reached is not None and reached != quantity:
                reached = next(sums, None)
            if reached is None:
                yield f"change stock {tseq} {key}", mark("is not the sum of its movements")
                break


def takings_steps(db: Connection) -> Iterator[Place]:
    """Check that takings of so many tickets are the sums of the first so many."""
    papers = db.execute(
        "SELECT business_date || ':' || device_id AS key, body FROM ticket"
        " WHERE key IN (SELECT key FROM change WHERE topic = 'takings') ORDER BY key, rowid"
    )
    for key, rows, found in side_by_side(_logged(db, "takings"), papers):
        sums = Sums()
        tickets = (orjson.loads(body) for _, body in found)
        for _, tseq, row in rows:
            said = orjson.loads(row)
            for ticket in islice(tickets, max(0, said["tickets"] - sums.count)):
                sums.add(ticket)
            if any(said[name] != value for name, value in sums.as_row().items()):
                yield f"change takings {tseq} {key}", mark("are not the sums of their tickets")
                break


def _logged(db: Connection, topic: str) -> Iterator[tuple[str, int, bytes]]:
    rows: Iterator[tuple[str, int, bytes]] = db.execute(
        "SELECT key, tseq, row FROM change WHERE topic = ? AND row IS NOT NULL ORDER BY key, tseq",
        (topic,),
    )
    return rows
