"""The customers of a simulated shop: making, changing and erasing them, and what must hold of that.

A name says which operation gave it, so that what is left of somebody who was erased is found
wherever it lies. At the end each customer is at the hub once, as was said last, or is erased; and
of who was erased no name is in any row, at the hub or on a post.
"""

import re
from collections.abc import Iterator, Set
from contextlib import closing
from random import Random
from typing import Any, Final

import orjson
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import messages as m
from common.models import Customer
from tests.sim.history import Deed, History, Told
from tests.sim.labels import BOX, erasure
from tests.sim.post import SimPost

NAME: Final = "Client "
"""Before the label of the operation that gave the name."""
_NAMES: Final = re.compile(rb"Client c\d+-\d+")
_MAY_BE_TRIED: Final = (
    'WHERE outcome IS NOT NULL OR instr(body, CAST(\'"kind":"customer.put"\' AS BLOB))'
)
"""A ticket that lies in quarantine keeps its bytes, and the name in them, until that has ended."""
_TOPIC: Final = "customers"
_MADE: Final = 0.5
_ERASED: Final = 0.35


def draw(post: SimPost, rng: Random) -> None:
    """Make a customer; or change or erase one whom the post knows."""
    known = _known(post)
    choice = rng.random()
    if choice < _MADE or not known:
        _put(post, "")
    elif choice < _MADE + _ERASED:
        _erase(post, rng.choice(known))
    else:
        _put(post, rng.choice(known))


def choose(post: SimPost, rng: Random) -> str:
    """Return the id of a customer for a ticket, "" where the post knows none."""
    known = _known(post)
    return rng.choice(known) if known else ""


def _known(post: SimPost) -> list[str]:
    assert post.session is not None
    return [customer.id for customer in post.session.catalogue.customers.find()]


def _put(post: SimPost, customer_id: str) -> None:
    session = post.session
    assert session is not None
    label = post.label("c")
    row = Customer(customer_id or session.new_id(), NAME + label, note=label)
    deed = Deed(label, post.number, "customer.put", Told.RECORDED, about=row.id)
    post.do(deed, lambda session: session.send("customer.put", {"customer": row}))


def _erase(post: SimPost, customer_id: str) -> None:
    label = erasure(post.number, customer_id)
    if label not in post.history.deeds:
        deed = Deed(label, post.number, "customer.erase", Told.RECORDED, about=customer_id)
        post.do(deed, lambda session: session.send("customer.erase", {"customer": customer_id}))


# What must hold.


def faults(db: Any, history: History, outbox_lost: Set[int]) -> Iterator[str]:
    """Yield what does not hold at the hub. `outbox_lost`: posts of which not all is known."""
    notes = dict(db.execute("SELECT id, note FROM customer"))
    erased = {each for (each,) in db.execute("SELECT id FROM erased_customer")}
    asked = {deed.about for deed in history.kind("customer.erase") if deed.told is not Told.REFUSED}
    yield from (f"customer {each} was erased, and nobody asked" for each in erased - asked)
    yield from (f"customer {each} was erased, and is there" for each in erased & notes.keys())
    for deed in history.kind("customer.erase"):
        if deed.sure and deed.about not in erased:
            yield f"{deed.label} was to erase a customer, who was not: {deed.status}"
    by_customer: dict[str, list[Deed]] = {}
    for deed in history.kind("customer.put"):
        by_customer.setdefault(deed.about, []).append(deed)
        told_last = not deed.fragile and deed.post not in outbox_lost
        if deed.sure and told_last and deed.status is not m.Status.ACCEPTED:
            yield f"{deed.label} was not taken, and its post knows: {deed.status} {deed.code}"
    yield from (f"nobody made customer {each}" for each in notes.keys() - by_customer.keys())
    for each, deeds in by_customer.items():
        if each in notes and notes[each] not in history.last(deeds, outbox_lost):
            yield f"customer {each} is as by {notes[each]}, and that was not the last"
        elif each not in notes and each not in erased and any(deed.sure for deed in deeds):
            yield f"{deeds[0].label} made a customer, who is not at the hub"
    live = dict(db.execute("SELECT key, row FROM live_row WHERE topic = 'customers'"))
    if {key: orjson.loads(row)["note"] for key, row in live.items()} != notes:
        yield f"the hub has customers {sorted(notes)}, and publishes {sorted(live)}"
    yield from _left(db, _names_of(history, erased))


def faults_at(post: SimPost, history: History, db: Any) -> Iterator[str]:
    """Yield what a post keeps or shows of somebody who was erased, or lacks of somebody else."""
    assert post.session is not None
    erased = {each for (each,) in db.execute("SELECT id FROM erased_customer")}
    customers = post.session.catalogue.customers
    if _TOPIC in post.session.topics:
        ids = [each for (each,) in db.execute("SELECT id FROM customer")]
        yield from (f"does not show customer {each}" for each in ids if not customers.get(each))
    yield from (f"shows the erased customer {each}" for each in erased if customers.get(each))
    names = _names_of(history, erased)
    if not names:
        return
    with closing(sqlite3.connect(post.folder / "replica.db")) as replica:
        rows = replica.execute("SELECT key, row FROM row").fetchall()
    opened = BOX.open_rows(_TOPIC, rows)[0]  # Of other topics none opens, or it was never sealed.
    kept = [row for _, row in (*rows, *opened)]
    yield from (f"keeps the name of {who.decode()}" for who in names & _found(kept))


def _names_of(history: History, ids: Set[str]) -> set[bytes]:
    puts = history.kind("customer.put")
    return {(NAME + deed.label).encode() for deed in puts if deed.about in ids}


def _left(db: Any, names: Set[bytes]) -> Iterator[str]:
    """Yield where the hub's rows, of whichever table, still have one of these names."""
    if not names:
        return
    tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        where = _MAY_BE_TRIED if table == "quarantine" else ""
        rows = db.execute(f'SELECT * FROM "{table}" {where}')
        values = (value for row in rows for value in row)
        for name in _found(values) & names:
            yield f"{name.decode()} was erased, and stands in table {table}"


def _found(values: Any) -> set[bytes]:
    """Return the names that stand in texts and bytes."""
    raw = [value.encode() if isinstance(value, str) else value for value in values]
    return set(_NAMES.findall(b"\n".join(value for value in raw if isinstance(value, bytes))))
