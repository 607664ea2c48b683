"""What the signed journal costs: a ticket at the hub and at its till, a closing, a year of records.

Shares are of the same tickets in the same run, with and without records, in turns. `without` is a
release that had no journal: tickets of schema 1, and nothing written about them.
"""

import gc
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

import orjson

from common import messages as m
from common import seal, wire
from common.commands import SaleRecord, SaleSigned
from common.ids import IdMint
from common.journal import canon
from common.journal.kinds import RecordType
from common.journal.record import ShopIdentity, SignedRecord, Signer, read_record, signed_by
from common.journal.sale import sale_data
from common.models import convert
from common.topics import Profile
from hub.changes import ChangeLogBook
from hub.commands import HANDLERS, sales
from hub.folder import Folder
from hub.journal import JournalBook
from hub.journal_keys import sealing_of
from hub.pipeline import Pipeline, Received
from hub.records import devices
from hub.service import now_ms
from hub.store import Store
from hub.work import Work
from kiosk.book import Book
from kiosk.clocks import system_clocks
from kiosk.journal import Pen, Writer
from kiosk.outbox import Outbox
from kiosk.outbox_file import Draft
from kiosk.till import Stamp, Till
from tests.bench.figure import Figure, Round, at_least, at_most
from tests.bench.figures.throughput import CONNECTIONS, WINDOW
from tests.bench.journal_shop import JournalShop
from tests.bench.setting import Setting
from tests.bench.shop import Shop
from tests.bench.systems import OURS, running
from tests.bench.workload import (
    TICKET_LINES,
    Workload,
    one_ticket,
    outbox_id,
    signed_tickets,
    tickets,
)
from tests.hub.journals import moment_of
from tests.kiosk.post import new_outbox

SHARE_GOAL: Final = (at_most(10.0),)
BATCH: Final = 64
DAY_TICKETS: Final = 1_500
YEAR_S: Final = 3_600.0
LINEAR: Final = (at_most(1.2),)
Timed = Callable[[Callable[[], object]], float]


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield everything about the journal."""
    yield from _saturated(setting)
    yield from _shares(setting, "at the hub", _hub_seconds)
    yield from _shares(setting, "at the till", _till_seconds)
    yield from _closing(setting)
    yield from _year(setting)


# Through sockets: the figure `tickets`, signed.


def _saturated(setting: Setting) -> Iterator[Figure]:
    shop, count = setting.small_shop, setting.plan.throughput_tickets
    posts = shop.of(Profile.TILL)[:CONNECTIONS]
    workloads = {
        "signed": signed_tickets(shop.article_ids, posts, count),
        "unsigned": tickets(shop.article_ids, count),
    }
    rounds: dict[str, list[float]] = {name: [] for name in workloads}
    for number in setting.rounds("saturated sale.record, signed and not"):
        for name in setting.order(number, tuple(workloads)):
            case = setting.untraced_case(shop, workloads[name])
            with running(OURS, setting.lab, case) as system:
                rounds[name].append(count / system.send_saturated(CONNECTIONS, WINDOW))
    notes = {"connections": CONNECTIONS, "window": WINDOW}
    for name, values in rounds.items():
        yield Figure(
            f"8-line tickets {name}, saturated",
            "1/s",
            tuple({OURS: value} for value in values),
            notes,
            (at_least(300),),
        )


# With and without, in turns.

Seconds = dict[str, tuple[float, float]]
"""(processor, wall) by "with" and "without"; by "signing": what signatures alone take of "with"."""


def _shares(
    setting: Setting, where: str, measure: Callable[[Setting], Seconds]
) -> Iterator[Figure]:
    shares: list[Round] = []
    walls: list[Round] = []
    cost: list[Round] = []
    signing: list[Round] = []
    signing_walls: list[Round] = []
    count = setting.plan.shared_tickets
    for _ in setting.rounds(f"the journal's share {where}"):
        found = measure(setting)
        (cpu, wall), (cpu_0, wall_0) = found["with"], found["without"]
        shares.append({OURS: 100 * (1 - cpu_0 / cpu)})
        walls.append({OURS: 100 * (1 - wall_0 / wall)})
        cost.append({OURS: 1e6 * (cpu - cpu_0) / count})
        signing.append({OURS: 100 * found["signing"][0] / cpu})
        signing_walls.append({OURS: 100 * found["signing"][1] / wall})
    notes = {"tickets": count, "lines": TICKET_LINES, "batch": BATCH if "hub" in where else 1}
    name = f"journal and signing {where}"
    yield Figure(f"signing alone {where}, share of CPU", "%", tuple(signing), notes)
    yield Figure(
        f"signing alone {where}, share of time", "%", tuple(signing_walls), notes, SHARE_GOAL
    )
    yield Figure(f"{name}, share of CPU", "%", tuple(shares), notes)
    yield Figure(f"{name}, share of time", "%", tuple(walls), notes)
    yield Figure(f"{name}, CPU a ticket", "µs", tuple(cost), notes)


class _NoJournal:
    """What a hub without a journal writes about a ticket."""

    def unsigned(self, *_: object) -> None:
        """Write nothing."""


def _record_alone(work: Work, args: SaleRecord | SaleSigned) -> None:
    nothing: Any = _NoJournal()
    sales.record(replace(work, journal=nothing), args)


@dataclass(slots=True)
class _HubSide:
    """A hub's pipeline over a copy of the shop, and its commands in batches."""

    store: Store
    pipeline: Pipeline
    batches: list[list[Received]]

    def run(self, place: int) -> None:
        """Take a batch."""
        self.pipeline.run(self.batches[place])


def _hub_side(setting: Setting, shop: Shop, workload: Workload, **more: Any) -> _HubSide:
    copy = shop.copy(setting.lab.folder("share"))
    store = Store.open(copy.database)
    mint = IdMint(now_ms, seal.random_bytes)
    book = JournalBook(store, sealing_of(Folder(copy.root)), now_ms)
    pipeline = Pipeline(store, ChangeLogBook(store), book, now_ms, mint, **more)
    post = shop.of(Profile.TILL)[0]
    device = next(device for device in devices.devices(store.db) if device.id == post.id)
    outbox = outbox_id()
    received = [
        Received(
            device,
            m.Command(outbox, n, n - 1, workload.schema, wire.body_hash(body), body),
            b"",
        )
        for n, body in enumerate(workload.bodies, 1)
    ]
    batches = [received[first : first + BATCH] for first in range(0, len(received), BATCH)]
    return _HubSide(store, pipeline, batches)


def _hub_seconds(setting: Setting) -> Seconds:
    shop, count = setting.small_shop, setting.plan.shared_tickets
    post = shop.of(Profile.TILL)[0]
    alone = {**HANDLERS, "sale.record": _record_alone}
    sides = {
        "with": _hub_side(setting, shop, signed_tickets(shop.article_ids, [post], count)),
        "without": _hub_side(setting, shop, tickets(shop.article_ids, count), handlers=alone),
    }
    try:
        places = range(len(sides["with"].batches))
        spent = _in_turns({name: side.run for name, side in sides.items()}, places)
        return {**spent, "signing": _looked_at(sides["with"], post.sign_secret)}
    finally:
        for side in sides.values():
            side.store.close()


def _looked_at(side: _HubSide, sign_secret: str) -> tuple[float, float]:
    """Look at every till's signature once more, and seal each batch: nothing else, timed."""
    keys = seal.signing_keys_of(bytes.fromhex(sign_secret))
    publics = {canon.key_id(keys.public): keys.public}
    signed = [
        convert(orjson.loads(received.command.body)["args"]["records"][-1], SignedRecord)
        for batch in side.batches
        for received in batch
    ]
    records = [(each, read_record(each.body).keys) for each in signed]
    signer, digest = Signer(keys), canon.signed_message(b"0" * 64)
    cpu, wall = time.process_time(), time.perf_counter()
    for each, names in records:
        assert signed_by(each, names, publics)
    for _ in side.batches:
        signer.signatures(digest)
    return time.process_time() - cpu, time.perf_counter() - wall


def _till_seconds(setting: Setting) -> Seconds:
    """What `session.sell` does, from the basket's lines to the outbox's fsync."""
    # Without a journal no ticket number is written either; that is an update of one row.
    shop = setting.small_shop
    post = shop.of(Profile.TILL)[0]
    writer = Writer(post.id, post.name, ShopIdentity("Bench"))
    signer = Signer(seal.signing_keys_of(bytes.fromhex(post.sign_secret)))
    mint = IdMint(now_ms, seal.random_bytes)
    till = Till(system_clocks(), mint)
    rng = Random(3)
    baskets = [
        one_ticket(rng, "0" * 32, 1, rng.sample(shop.article_ids, TICKET_LINES)) for _ in range(64)
    ]

    def sell(outbox: Outbox, place: int, signed: bool) -> None:
        basket = baskets[place % len(baskets)]

        def make(book: Book) -> Draft:
            ticket = till.ticket(book.series, book.number, basket.lines, basket.payments, STAMP)
            if not signed:
                return Draft("sale.record", 1, _command(mint(), {"ticket": ticket}), ticket.at_ms)
            pen = Pen(book, moment_of(ticket), writer, signer)
            pen.write(RecordType.SALE, sale_data(ticket), numbers=1)
            body = _command(mint(), {"records": pen.records})
            return Draft("sale.record", 2, body, ticket.at_ms, pen.book)

        outbox.append_records(make)

    folders = {name: setting.lab.folder(name) for name in ("with", "without")}
    outboxes = {}
    for name, folder in folders.items():
        folder.mkdir()
        outboxes[name] = new_outbox(folder)
    try:
        spent = _in_turns(
            {
                "with": lambda place: sell(outboxes["with"], place, signed=True),
                "without": lambda place: sell(outboxes["without"], place, signed=False),
            },
            range(setting.plan.shared_tickets),
        )
        return {**spent, "signing": _signed_again(outboxes["with"], signer)}
    finally:
        for outbox in outboxes.values():
            outbox.close()


def _signed_again(outbox: Outbox, signer: Signer) -> tuple[float, float]:
    """Sign every record of an outbox once more: nothing else, timed."""
    bodies = [
        signed["body"].encode()
        for kept in outbox.kept(0)
        for signed in orjson.loads(kept.body)["args"]["records"]
    ]
    cpu, wall = time.process_time(), time.perf_counter()
    for body in bodies:
        signer.signatures(canon.signed_message(body))
    return time.process_time() - cpu, time.perf_counter() - wall


STAMP: Final = Stamp("Amélie", "main", 0)


def _command(command_id: str, args: dict[str, Any]) -> bytes:
    body = {"id": command_id, "kind": "sale.record", "args": args, "operator": ""}
    return orjson.dumps(body)


def _in_turns(sides: dict[str, Callable[[int], None]], places: Sequence[int]) -> Seconds:
    """Do each place at each side, one after the other, each first in turn; return what it took."""
    spent = {name: [0.0, 0.0] for name in sides}
    names = list(sides)
    gc.collect()
    gc.freeze()
    for place in places:
        for name in names if place % 2 else reversed(names):
            cpu, wall = time.process_time(), time.perf_counter()
            sides[name](place)
            spent[name][0] += time.process_time() - cpu
            spent[name][1] += time.perf_counter() - wall
    gc.unfreeze()
    return {name: (cpu, wall) for name, (cpu, wall) in spent.items()}


# A closing, and a year.


def _closing(setting: Setting) -> Iterator[Figure]:
    """Yield what a day's closing costs: verified before, as it is, and with nothing verified."""
    verified: list[Round] = []
    cold: list[Round] = []
    for _ in setting.rounds(f"closing {DAY_TICKETS:,} tickets"):
        folder = setting.lab.folder("closing")
        folder.mkdir()
        shop = JournalShop(folder)
        shop.sell(DAY_TICKETS)
        shop.night()
        before = shop.spent.seconds["check"]
        shop.sell(DAY_TICKETS)
        shop.night()
        checked = shop.spent.seconds["check"] - before
        verified.append({OURS: 1e3 * shop.spent.closings_s[-1]})
        cold.append({OURS: 1e3 * (shop.spent.closings_s[-1] + checked)})
        shop.close()
        shutil.rmtree(folder)
    notes = {"tickets": DAY_TICKETS, "lines": TICKET_LINES}
    yield Figure(f"closing of {DAY_TICKETS:,} tickets", "ms", tuple(verified), notes)
    yield Figure(
        f"closing of {DAY_TICKETS:,} tickets, none verified before",
        "ms",
        tuple(cold),
        notes,
        (at_most(1000.0),),
    )


@dataclass(frozen=True, slots=True)
class _Year:
    """What a year cost. `written`, `verified`: as the worker says."""

    records: int
    written: dict[str, Any]
    verified: dict[str, Any]

    @property
    def write_us(self) -> float:
        """Return microseconds of the processor a record, its making at the till included."""
        return 1e6 * float(sum(self.written["cpu"].values())) / self.records

    @property
    def verify_us(self) -> float:
        """Return microseconds of the processor a record."""
        return 1e6 * float(self.verified["cpu"]) / self.records


def _year(setting: Setting) -> Iterator[Figure]:
    """Yield time and memory of years of several sizes, each closed daily and verified in full."""
    years = [_measure_year(setting, records) for records in setting.plan.year_records]
    for year in years:
        notes = {"records": year.records, "written": year.written, "verified": year.verified}
        name = f"a year of {year.records:,} signed records"
        for what, unit, value in (
            ("written and closed", "s", sum(year.written["seconds"].values())),
            ("written and closed, CPU a record", "µs", year.write_us),
            ("verified in full", "s", year.verified["seconds"]),
            ("verified in full, CPU a record", "µs", year.verify_us),
            ("slowest closing", "ms", 1e3 * year.written["slowest_closing_s"]),
            ("peak memory, writing", "MB", year.written["peak_mb"]),
            ("peak memory, verifying", "MB", year.verified["peak_mb"]),
        ):
            yield Figure(f"{name}: {what}", unit, ({OURS: value},), notes)
    first, last = years[0], years[-1]
    notes = {"records": [first.records, last.records]}
    for what, ratio in (
        ("writing", last.write_us / first.write_us),
        ("verifying", last.verify_us / first.verify_us),
    ):
        name = f"{what}, CPU a record of the largest year ÷ of the smallest"
        yield Figure(name, "×", ({OURS: ratio},), notes, LINEAR)


def _measure_year(setting: Setting, records: int) -> _Year:
    setting.tell(f"a year of {records:,} signed records")
    folder = setting.lab.folder("year")
    folder.mkdir()
    writer = setting.lab.worker("journal_year", folder=str(folder), records=records)
    written = _heard(writer.hear("written", YEAR_S))
    writer.end()
    reader = setting.lab.worker(
        "journal_year", folder=str(folder), identity=written.pop("identity")
    )
    verified = _heard(reader.hear("verified", YEAR_S))
    reader.end()
    if verified["flaws"] or verified["tickets"] != records:
        raise RuntimeError(f"the year does not hold: {verified}")
    shutil.rmtree(folder)
    return _Year(records, written, verified)


def _heard(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "event"}
