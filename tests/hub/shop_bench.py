"""A hub's store with its pipeline, four posts of a shop, and a clock that stands still.

Owns how a test makes numbered commands and what must hold of a database after any of them. No
socket, no kiosk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Final

import orjson

from common import messages as m
from common import wire
from common.commands import (
    CatalogueEntry,
    CataloguePut,
    GoodsReceive,
    NewPrice,
    PriceSet,
    SaleRecord,
)
from common.ids import IdMint
from common.models import (
    Article,
    GoodsReceipt,
    Payment,
    ReceiptLine,
    RowT,
    StockLevel,
    Ticket,
    TicketLine,
    decode_row,
    encode_row,
)
from common.money import vat_lines
from common.rules import business_date, ticket_line, total_cents
from common.topics import TOPICS, Profile
from hub.changes import ChangeLogBook, Head
from hub.pipeline import Pipeline, Received
from hub.records import catalogue, devices, stock
from hub.records.devices import ACTIVE, Device
from hub.store import Store
from tests.hub.journals import journal_of
from tests.kiosk.post import NOW_MS, seeded_bytes

EPOCH: Final = "5" * 32
NO_LIMIT: Final = 2**30
DEVICES: Final = tuple(
    Device(
        f"{number:032x}",
        number,
        name,
        profile,
        ACTIVE,
        bytes([number]) * 32,
        bytes([number]) * 32,
        0,
    )
    for number, name, profile in (
        (1, "Console", Profile.CONSOLE),
        (2, "Till 1", Profile.TILL),
        (3, "Till 2", Profile.TILL),
        (4, "Depot", Profile.DEPOT),
        (5, "Office", Profile.OFFICE),
    )
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch gave: answers decoded and as frames, what is broadcast, how many were taken."""

    answers: list[Any]
    frames: list[bytes]
    changes: list[m.Changes]
    taken: int

    @property
    def statuses(self) -> list[str]:
        """Return each reply's status, or the name and code of another answer."""
        return [
            answer.status.value if isinstance(answer, m.Reply) else getattr(answer, "code", "other")
            for answer in self.answers
        ]

    @property
    def codes(self) -> list[str]:
        """Return each answer's error code."""
        return [answer.code for answer in self.answers]


class Sender:
    """One outbox of a device: numbers what it sends from 1."""

    def __init__(self, device: Device, outbox: str, mint: IdMint) -> None:
        self.device = device
        self.outbox = outbox
        self.last_n = 0
        self.acked = 0
        self._mint = mint

    def command(self, kind: str, args: Any, schema: int = 1) -> Received:
        """Return the next command."""
        body = {"id": self._mint(), "kind": kind, "args": args}
        return self.raw(orjson.dumps(body), schema)

    def raw(self, body: bytes, schema: int = 1) -> Received:
        """Return the next command, of these bytes."""
        self.last_n += 1
        command = m.Command(
            self.outbox, self.last_n, self.acked, schema, wire.body_hash(body), body
        )
        return Received(self.device, command, self.outbox.encode())

    def sale(self, ticket: Ticket) -> Received:
        """Return the next command, a sale."""
        return self.command("sale.record", SaleRecord(ticket))

    def prices(self, prices: Iterable[tuple[str, int]]) -> Received:
        """Return the next command, of new prices: (article, cents)."""
        return self.command("price.set", PriceSet(tuple(NewPrice(*price) for price in prices)))

    def put(self, *entries: CatalogueEntry) -> Received:
        """Return the next command, a list of articles."""
        return self.command("catalogue.put", CataloguePut(entries))

    def delivery(self, receipt: GoodsReceipt) -> Received:
        """Return the next command, a delivery."""
        return self.command("goods.receive", GoodsReceive(receipt))


class ShopBench:
    """The store, its log and pipeline; `articles`: codes by which the shop was stocked."""

    def __init__(self, folder: Path, articles: Sequence[str] = ("A", "B", "C")) -> None:
        self.now_ms = NOW_MS
        self.path = folder / "comptoir.db"
        self.mint = IdMint(lambda: self.now_ms, seeded_bytes(7))
        self._numbers = count(1)
        store = Store.create(self.path)
        with store.group() as db:
            ChangeLogBook.found(store, EPOCH)
            for device in DEVICES:
                devices.add_device(db, device)
        self._begin(store)
        self.console, self.till, self.till2, self.depot, self.office = (
            self.sender(device) for device in DEVICES
        )
        if articles:
            taken = self.take(self.console.put(*(entry(code) for code in articles)))
            assert taken.statuses == ["accepted"]

    def _begin(self, store: Store) -> None:
        self.store = store
        self.log = ChangeLogBook(store)
        self.pipeline = Pipeline(store, self.log, journal_of(store), lambda: self.now_ms, self.mint)

    def sender(self, device: Device, outbox: str = "") -> Sender:
        """Return an outbox of a device."""
        return Sender(device, outbox or f"{0xF0 + device.number:032x}", self.mint)

    def take(self, *batch: Received) -> Taken:
        """Run a batch."""
        released = self.pipeline.run(batch)
        frames = [frame for _, frame in released.answers]
        return Taken([wire.decode(f) for f in frames], frames, released.changes, released.taken)

    def restart(self) -> None:
        """Forget everything but the file."""
        self.store.close()
        self._begin(Store.open(self.path))

    def fill_disk(self) -> None:
        """Let the file grow no more."""
        pages = self.one("PRAGMA page_count")
        self.store.db.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    def free_disk(self) -> None:
        """Let it grow again."""
        self.store.db.execute(f"PRAGMA max_page_count = {NO_LIMIT}").fetchone()

    # What is in it.

    def one(self, sql: str, *parameters: Any) -> Any:
        """Return the single value of a query."""
        return self.store.db.execute(sql, parameters).fetchone()[0]

    def article(self, code: str) -> str:
        """Return the id of the article that a code means."""
        return str(self.one("SELECT article_id FROM barcode WHERE code = ?", code))

    def level(self, code: str, location: str = "main") -> int | None:
        """Return what a location holds, in thousandths."""
        level = stock.level(self.store.db, self.article(code), location)
        return level.quantity_milli if level else None

    def rows(self, topic: str, kind: type[RowT]) -> list[RowT]:
        """Return what a follower of a topic holds, by key."""
        found = self.store.db.execute(
            "SELECT row FROM live_row WHERE topic = ? ORDER BY key", (topic,)
        )
        return [decode_row(bytes(row), kind) for (row,) in found]

    def picture(self) -> dict[str, list[Any]]:
        """Return all tables as they stand, and the heads in memory."""
        tables = self.store.database.get_tables()
        db = self.store.db
        stored = {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
        return {**stored, "heads": sorted(self.log.heads.items()), "gseq": [self.log.gseq]}

    # What posts make.

    def ticket(self, *sold: tuple[str, int], **other: Any) -> Ticket:
        """Return a sound ticket of (article id or "", thousandths) at 2.50 each, paid by card."""
        lines = tuple(ticket_line(article, "Something", milli, 250, 550) for article, milli in sold)
        return replace(self.ticket_of(*lines), **other)

    def ticket_of(self, *lines: TicketLine) -> Ticket:
        """Return a sound ticket of these lines, paid by card."""
        total = total_cents(lines)
        return Ticket(
            self.mint(),
            "T1",
            next(self._numbers),
            self.now_ms,
            60,
            business_date(self.now_ms, 60),
            0,
            "",
            "main",
            lines,
            vat_lines((line.vat_bp, line.total_cents) for line in lines),
            (Payment("card", total, total),),
            total,
        )

    def receipt(self, *brought: tuple[str, int], **other: Any) -> GoodsReceipt:
        """Return a delivery of (article id, thousandths)."""
        lines = tuple(ReceiptLine(*line) for line in brought)
        receipt = GoodsReceipt(self.mint(), self.now_ms, 60, 0, "", "main", lines)
        return replace(receipt, **other)

    def large_ticket(self) -> Ticket:
        """Return a ticket that surely needs new pages of the file."""
        return self.ticket(*(("", 1000) for _ in range(200)))


def entry(code: str, **other: Any) -> CatalogueEntry:
    """Return an article of a list: 2.50, 5.5 %, ten pieces."""
    plain = CatalogueEntry(code, f"Item {code}", "All", 250, 550, 10_000)
    return replace(plain, **other)


def check_all(bench: ShopBench) -> None:
    """Assert what must hold after any commands: log, live rows, heads and ledgers agree."""
    db = bench.store.db
    reread = ChangeLogBook(bench.store)
    assert (reread.heads, reread.gseq) == (bench.log.heads, bench.log.gseq)
    assert set(bench.log.heads) == set(TOPICS)
    for topic, head in bench.log.heads.items():
        live = {
            key: bytes(row)
            for key, row in db.execute("SELECT key, row FROM live_row WHERE topic = ?", (topic,))
        }
        digest = sum(wire.row_digest(key, row) for key, row in live.items()) & wire.DIGEST_MASK
        log = db.execute(
            "SELECT tseq, key, row, gseq FROM change WHERE topic = ? ORDER BY tseq", (topic,)
        ).fetchall()
        assert [tseq for tseq, *_ in log] == list(range(head.low + 1, head.tseq + 1))
        assert [gseq for *_, gseq in log] == sorted(gseq for *_, gseq in log)
        assert head == Head(head.tseq, head.low, digest)
        if head.low == 0:
            folded = {key: row for _, key, row, _ in log}
            assert {key: bytes(row) for key, row in folded.items() if row is not None} == live
    _check_ledgers(bench)


def _check_ledgers(bench: ShopBench) -> None:
    db = bench.store.db
    assert stock.disagreements(db) == []
    places = db.execute("SELECT DISTINCT article_id, location_id FROM stock_movement").fetchall()
    assert all(stock.level(db, *place) for place in places)
    levels = db.execute("SELECT article_id, location_id FROM stock_level").fetchall()
    tables: dict[str, list[Article | None] | list[StockLevel | None]] = {
        "articles": [catalogue.article(db, i) for (i,) in db.execute("SELECT id FROM article")],
        "stock": [stock.level(db, *place) for place in levels],
    }
    for topic, rows in tables.items():
        found = db.execute("SELECT key, row FROM live_row WHERE topic = ?", (topic,))
        assert dict(found) == {row.id: encode_row(row) for row in rows if row}
    assert bench.pipeline._heads == devices.outbox_heads(db)
