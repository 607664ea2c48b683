"""What a shop at rest must be: every post's words, its outbox, and the hub's ledger are one story.

Owns the comparison of what was read apart from hub and kiosk; each fault is a sentence. A shop is
at rest when nobody sells and every outbox is empty.
"""

import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson
from pysqlite3 import dbapi2

from kiosk.sealed import Box
from tests.chaos.history import History
from tests.net.ledger import Ledger

Stock = dict[str, int]
"""Thousandths by article."""
_TOPIC: Final = {
    "sale.record": "sales",
    "goods.receive": "receipts",
    "price.set": "articles",
    # What a till notes by itself stands in the journal alone.
    "journal.record": "",
}
_WAITS: Final = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as a post's outbox holds it."""

    n: int
    kind: str
    status: int
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OutboxFile:
    """A post's outbox, read apart from the kiosk. `aside`: files that were set aside."""

    id: str
    series: str
    next_ticket: int
    operations: tuple[Operation, ...]
    aside: tuple[str, ...]

    def with_earlier(self, seen: Sequence[Operation]) -> "OutboxFile":
        """Return it with what was seen in it before, and let go of since: backups hold that."""
        first = self.operations[0].n if self.operations else 1
        return replace(
            self, operations=(*(each for each in seen if each.n < first), *self.operations)
        )

    def args(self, kind: str) -> Iterator[dict[str, Any]]:
        """Yield the arguments of every operation of a kind."""
        return (_plain(each.args) for each in self.operations if each.kind == kind)


def _plain(args: dict[str, Any]) -> dict[str, Any]:
    """Return arguments with the ticket that the last signed record of a sale holds."""
    if "records" not in args:
        return args
    return {"ticket": orjson.loads(args["records"][-1]["body"])["data"]["ticket"]}


@contextmanager
def at_death(database: Path) -> Iterator[Path]:
    """Yield a copy of a database as its process left it: reading it must not mend the real one."""
    with tempfile.TemporaryDirectory(dir=database.parent) as folder:
        copy = Path(folder) / database.name
        for end in ("", "-wal"):
            source = database.with_name(database.name + end)
            if source.exists():
                shutil.copyfile(source, copy.with_name(source.name))
        yield copy


def read_outbox(file: Path) -> OutboxFile:
    """Read a post's outbox."""
    db: sqlite3.Connection = dbapi2.connect(f"file:{file}?mode=ro", uri=True)
    try:
        outbox, series, following = db.execute(
            "SELECT outbox, series, next_ticket FROM meta"
        ).fetchone()
        rows = db.execute("SELECT n, kind, status, body FROM command ORDER BY n").fetchall()
    finally:
        db.close()
    box = _box(file.parent)
    operations = tuple(
        Operation(n, kind, status, _args(box, n, sealed)) for n, kind, status, sealed in rows
    )
    aside = tuple(sorted(path.name for path in file.parent.glob("outbox.?*.db")))
    return OutboxFile(outbox, series, following, operations, aside)


def _box(folder: Path) -> Box:
    """Return what opens an outbox: by the key beside it, or beside what it was copied from."""
    places = (folder, folder.parent)
    key = next(path for place in places if (path := place / "keys" / "store.key").exists())
    return Box(bytes.fromhex(key.read_text("ascii")))


def _args(box: Box, n: int, sealed: bytes) -> dict[str, Any]:
    found = box.open_operation(n, sealed)
    assert found is not None, f"operation {n} does not open"
    args: dict[str, Any] = orjson.loads(found[1])["args"]
    return args


def not_taken(told: Mapping[str, int], taken: Mapping[str, int]) -> Iterator[str]:
    """Yield which posts have replies to more operations than the hub has taken."""
    for name, n in told.items():
        if n > taken.get(name, 0):
            yield f"{name} has a reply to operation {n}, the hub took {taken.get(name, 0)}"


def not_held(said: History, outbox: OutboxFile) -> Iterator[str]:
    """Yield what a post said it had on its disk, and has not."""
    if outbox.aside:
        yield f"{said.name}: its outbox was set aside: {outbox.aside}"
    held = {each.n: each for each in outbox.operations}
    for n, paper in said.papers.items():
        args = _plain(held[n].args) if n in held else {}
        if args.get("ticket" if paper.kind == "sale" else "receipt", {}).get("id") != paper.id:
            yield f"{said.name}: operation {n}, {paper.kind} {paper.id}, is not on its disk"
    if lost := sorted(said.queued - held.keys()):
        yield f"{said.name}: operations {lost} are not on its disk"
    for n in said.answers:
        if n in held and held[n].status == _WAITS:
            yield f"{said.name}: the reply to operation {n} is not on its disk"


@dataclass(frozen=True, slots=True)
class PostAtRest:
    """One post when all is quiet: what it said, what it holds, where its topics stand."""

    history: History
    outbox: OutboxFile
    heads: dict[str, tuple[int, str]]


def faults(ledger: Ledger, begun_with: Stock, posts: Sequence[PostAtRest]) -> Iterator[str]:
    """Yield every fault of a shop at rest. `begun_with`: its stock before anything was sold."""
    yield from ledger.faults()
    for post in posts:
        name = post.history.name
        yield from not_held(post.history, post.outbox)
        for fault in (*_own(post), *_kept(post, ledger), *_replied(post, ledger)):
            yield f"{name}: {fault}"
        for topic, head in post.heads.items():
            if head != ledger.heads[topic]:
                yield f"{name}: {topic} stands at {head}, at the hub at {ledger.heads[topic]}"
    yield from _nothing_of_nowhere(ledger, posts)
    yield from _stock(ledger, begun_with, posts)


def _own(post: PostAtRest) -> Iterator[str]:
    """Its own outbox: no hole, and nothing waits."""
    outbox = post.outbox
    if [each.n for each in outbox.operations] != list(range(1, len(outbox.operations) + 1)):
        yield "its outbox has a hole"
    if waiting := [each.n for each in outbox.operations if each.status == _WAITS]:
        yield f"{len(waiting)} operations wait, from {waiting[0]} on"
    numbers = [args["ticket"]["number"] for args in outbox.args("sale.record")]
    if numbers != list(range(1, outbox.next_ticket)):
        yield f"its tickets are not numbered from 1 to {outbox.next_ticket - 1}"


def _kept(post: PostAtRest, ledger: Ledger) -> Iterator[str]:
    """The hub has each paper, with the same total and number."""
    last_n = ledger.outboxes.get(post.outbox.id, 0)
    if last_n != len(post.outbox.operations):
        yield f"the hub took {last_n} of {len(post.outbox.operations)} operations"
    for n, paper in post.history.papers.items():
        if paper.kind == "receipt":
            if paper.id not in ledger.receipts:
                yield f"receipt {paper.id} (operation {n}) is lost"
        elif paper.id not in ledger.tickets:
            yield f"ticket {'-'.join(map(str, paper.number))} (operation {n}) is lost"
        elif ledger.tickets[paper.id] != paper.total_cents:
            yield f"ticket {paper.id}: {paper.total_cents} cents, {ledger.tickets[paper.id]} kept"
        elif not ledger.numbers[paper.number]:
            yield f"ticket {paper.id} has lost its number {paper.number}"


def _replied(post: PostAtRest, ledger: Ledger) -> Iterator[str]:
    """Every reply is true: taken, its effects where it says, in the order of the numbers."""
    before = 0
    last_n = ledger.outboxes.get(post.outbox.id, 0)
    kinds = {each.n: each.kind for each in post.outbox.operations}
    made = Counter(
        (n, topic) for (topic, _), (outbox, n) in ledger.changes.items() if outbox == post.outbox.id
    )
    for n, answer in sorted(post.history.answers.items()):
        if n > last_n:
            yield f"operation {n} has a reply, and the hub took {last_n}"
        if answer.gseq < before:
            yield f"operation {n} was answered with gseq {answer.gseq} after {before}"
        before = answer.gseq
        for topic, tseq in answer.topics.items():
            if ledger.changes.get((topic, tseq)) != (post.outbox.id, n):
                yield f"operation {n} has no effect at tseq {tseq} of {topic}"
        topic = _TOPIC[kinds.get(n, "sale.record")]
        if not topic:
            if answer.topics:
                yield f"operation {n}, a note, changed {', '.join(answer.topics)}"
        elif made[n, topic] != 1:
            yield f"operation {n} changed {topic} {made[n, topic]} times"


def _nothing_of_nowhere(ledger: Ledger, posts: Sequence[PostAtRest]) -> Iterator[str]:
    sold = [args["ticket"]["id"] for post in posts for args in post.outbox.args("sale.record")]
    taken = [args["receipt"]["id"] for post in posts for args in post.outbox.args("goods.receive")]
    for name, ours, hubs in (
        ("tickets", sold, ledger.tickets.keys()),
        ("receipts", taken, ledger.receipts),
    ):
        if phantoms := sorted(hubs - set(ours)):
            yield f"the hub has {len(phantoms)} {name} that no post has, {phantoms[0]} for one"
        if lost := sorted(set(ours) - hubs):
            yield f"the hub lacks {len(lost)} {name}, {lost[0]} for one"


def _stock(ledger: Ledger, begun_with: Stock, posts: Sequence[PostAtRest]) -> Iterator[str]:
    """The stock is what the posts' own papers come to."""
    expected = Counter(begun_with)
    for post in posts:
        for args in post.outbox.args("sale.record"):
            for line in args["ticket"]["lines"]:
                expected[line["article_id"]] -= line["quantity_milli"]
        for args in post.outbox.args("goods.receive"):
            for line in args["receipt"]["lines"]:
                expected[line["article_id"]] += line["quantity_milli"]
    found = stock_of(ledger)
    wrong = [key for key in {*expected, *found} if expected[key] != found.get(key, 0)]
    if wrong:
        key = min(wrong)
        yield f"{len(wrong)} levels of stock differ: {key} {found.get(key)}, not {expected[key]}"


def stock_of(ledger: Ledger) -> Stock:
    """Return the stock by article, over all places."""
    found: Counter[str] = Counter()
    for (article, _), milli in ledger.stock.items():
        found[article] += milli
    return dict(found)
