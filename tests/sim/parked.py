"""The parked tickets of a simulated shop: parking and recalling them, and what must hold of that.

At the end none that was parked is lost, each is granted to one till, one that is done with is over,
and what two tills took is told.
"""

from collections.abc import Iterator, Set
from random import Random
from typing import Any

import orjson

from common.commands import Unparked
from common.models import ParkedTicket
from hub.commands.parked import OVER_DAYS
from hub.repertoire import DAY_MS
from kiosk.basket import Basket
from kiosk.parking import basket_of
from kiosk.session import Session
from tests.sim.history import Deed, History, Told
from tests.sim.post import SimPost


def park(post: SimPost, basket: Basket | None = None) -> None:
    """Put a basket aside: a new one, or one that was recalled."""
    basket = basket or Basket()
    label = post.label("k")
    deed = Deed(label, post.number, "ticket.park", Told.RECORDED)

    def do(session: Session) -> None:
        ticket = session.parking.park(basket.add_free(label, 250, 550), label)
        deed.parked = ticket.id

    post.do(deed, do)
    if basket.parked:
        _ended(post, deed, basket.parked)


def recall(post: SimPost, rng: Random) -> bool:
    """Ask for a parked ticket, or take up an own one while the hub is away.

    Return whether there was one to ask for.
    """
    session = post.session
    entries = [] if session is None or session.parking.asking else session.parking.entries()
    if entries:
        parked = rng.choice(entries).ticket.id
        deed = Deed(post.label("q"), post.number, "ticket.recall", Told.RECORDED)
        deed.parked = parked

        def do(session: Session) -> None:
            session.parking.recall(parked)
            if not session.parking.asking:
                deed.kind = "ticket.unpark"  # Taken up without the hub: nobody granted it.

        post.do(deed, do)
    return bool(entries)


def go_on(post: SimPost, ticket: ParkedTicket) -> None:
    """Do with a parked ticket what is done with one: sell it, park it once more, or neither."""
    choice = post.world.rng.random()
    if choice < 0.3:
        park(post, basket_of(ticket))
    elif choice < 0.9:
        deed = Deed(post.label("q"), post.number, "ticket.unpark", Told.RECORDED)
        post.do(deed, lambda session: session.parking.end(ticket.id, Unparked.SOLD))
        _ended(post, deed, ticket.id)


def _ended(post: SimPost, deed: Deed, parked: str) -> None:
    if deed.told is Told.RECORDED:
        post.history.ended.setdefault(parked, []).append(deed)


# What must hold.


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
