"""The parked tickets of a simulated shop, held against what people did with them.

Owns what must hold at the end: none that was parked is lost, each is granted to one till, one that
is done with is over, and what two tills took is told.
"""

from collections.abc import Iterator, Set
from typing import Any

import orjson

from hub.commands.parked import OVER_DAYS
from hub.repertoire import DAY_MS
from tests.sim.history import History, Told


def labels(db: Any) -> Iterator[str]:
    """Yield the labels of those that go on."""
    for (body,) in db.execute("SELECT body FROM parked WHERE body IS NOT NULL"):
        yield str(orjson.loads(body)["note"])


def faults(db: Any, history: History, outbox_lost: Set[int], went_back: bool) -> Iterator[str]:
    """Yield what does not hold. `outbox_lost`: posts whose word of what they did is not complete;
    `went_back`: the hub was restored, and has forgotten what it granted."""
    rows = {row[0]: row[1:] for row in db.execute("SELECT id, outcome, also_id FROM parked")}
    newest = max((int(parked[:12], 16) for parked in rows), default=0)
    oldest = f"{newest - OVER_DAYS * DAY_MS // 2:012x}"
    for deed in history.deeds.values():
        lost = deed.excused or deed.told is not Told.RECORDED or deed.post in outbox_lost
        known = deed.parked in rows or deed.parked < oldest
        if deed.kind == "ticket.park" and not lost and not known:
            yield f"{deed.label} was parked, and is not at the hub"
    if not went_back:
        yield from _granted_twice(db, history)
    for parked, deeds in history.ended.items():
        told = [deed for deed in deeds if not deed.excused and deed.post not in outbox_lost]
        if not told or parked not in rows:
            continue
        outcome, also = rows[parked]
        if outcome is None and not also:
            yield f"{parked} was done with by {told[0].label}, and goes on"
        if len({deed.post for deed in told}) > 1 and not also:
            yield f"{parked} was taken by two tills, and nobody was told"


def _granted_twice(db: Any, history: History) -> Iterator[str]:
    """Yield what two tills were granted, both of which stayed in the shop all along."""
    sql = "SELECT d.number FROM revocation r JOIN device d ON d.id = r.device_id"
    revoked = {number for (number,) in db.execute(sql)}
    for parked, posts in history.grants.items():
        if len(posts - revoked) > 1:
            yield f"{parked} was granted to the tills {sorted(posts)}"
