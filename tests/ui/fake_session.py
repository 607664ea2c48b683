"""A session in memory for screens under test: a real catalogue, no hub, no disk, a clock by hand.

Keeps to what screens may expect of `kiosk.session.Session`; what it sold and received it records.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import msgspec
import orjson

from common import messages as m
from common.commands import (
    TICKETS,
    ArticleCreate,
    CustomerErase,
    CustomerPut,
    TicketPark,
    TicketRecall,
    TicketUnpark,
    Unparked,
    refunded,
    sold_ticket,
)
from common.errors import Problem, Refusal
from common.journal.event import Value, What
from common.messages import Answer as HubAnswer
from common.messages import Reply, Status
from common.models import (
    Alert,
    Article,
    Category,
    Delivery,
    GoodsReceipt,
    Original,
    Parked,
    Payment,
    Person,
    ReceiptLine,
    Row,
    Sale,
    Shop,
    StockLevel,
    Takings,
    Ticket,
    TicketLine,
    encode_row,
    stock_key,
)
from common.outgoing import Queued
from common.rules import business_date
from common.sample import sample_shop
from common.topics import Profile
from kiosk.asking import PinAnswered, PinAsked
from kiosk.catalogue import Catalogue
from kiosk.clocks import Clocks
from kiosk.counter import Recorded
from kiosk.devices.devices import Devices
from kiosk.drawers import Drawers
from kiosk.events import Event
from kiosk.older import OlderTickets
from kiosk.outbox_rows import Kept
from kiosk.parking import Parking
from kiosk.reception import Keeping, Reception
from kiosk.state import DeviceInfo, LinkStatus, SessionState, Update
from kiosk.terminals.card_file import CardFile
from kiosk.terminals.cards import CardPayments
from kiosk.terminals.simulated import Answer, SimulatedTerminal
from kiosk.terminals.terminal import Terminal
from kiosk.till import Stamp
from kiosk.undelivered import SHOWN, Undelivered
from tests.ui.fake_counter import Books
from tests.ui.fake_devices import FakeDevices
from tests.ui.fake_people import PEOPLE, PIN, FakeDoor, InlinePins, at_once
from tests.ui.fake_pictures import FakePictures

NOW_MS = 1_772_545_920_000  # 3 March 2026, 13:52 UTC
OFFSET_MIN = 60
LOCATION = "main"


class FakeSession:
    """Sells and receives at once, everything pending until `acknowledge`."""

    def __init__(self, profile: Profile = Profile.TILL, articles: int = 240) -> None:
        names = {Profile.TILL: "Caisse 2", Profile.DEPOT: "Réserve", Profile.OFFICE: "Bureau"}
        device = DeviceInfo(
            "d" * 32,
            2,
            names[profile],
            profile,
            "C2",
            "" if profile is Profile.OFFICE else "Amélie",
        )
        self.catalogue = Catalogue()
        self.state = SessionState(
            device, LinkStatus.ONLINE, NOW_MS - 3_600_000, synced_ms=NOW_MS - 2_000
        )
        self.on_wake: Callable[[], None] | None = None
        self.now_ms = NOW_MS
        self.tickets: list[Ticket] = []
        self.receipts: list[GoodsReceipt] = []
        self.sent: list[tuple[str, Any]] = []
        self.notices: list[Problem] = []
        self.refuse = ""
        self.reads = 0
        self.unreadable = ""
        self._aside: list[Undelivered] = []
        self.closed = False
        self._pending_tickets: list[Ticket] = []
        self._pending_receipts: list[GoodsReceipt] = []
        self._refunds: dict[str, Original] = {}
        self._touched: defaultdict[str, set[str]] = defaultdict(set)
        self._replaced: set[str] = set()
        self._state_changed = False
        self._ids = (f"{n:032x}" for n in count(1))
        self._fill(articles)
        self.door = FakeDoor({each.id: each for each in PEOPLE}, lambda: self.now_ms)
        self._answers: list[PinAnswered] = []
        clocks = Clocks(lambda: self.now_ms / 1000, lambda: self.now_ms, lambda _: OFFSET_MIN)
        self._clocks = clocks
        self.devices = Devices(clocks=clocks)
        self.equipment: FakeDevices | None = None
        self.people = Reception(
            self.catalogue,
            Keeping(pins=InlinePins(), note=self._note),
            clocks,
            self._ask,
            at_once,
            lambda: self.now_ms,
            lambda: 0,
            self._show_people,
        )
        self.people.link(LinkStatus.ONLINE)
        self._books = Books(
            names[profile],
            clocks,
            self.catalogue,
            self.people,
            lambda: self.state,
            self.new_id,
            self._appended,
            self._recorded,
        )
        self.counter = self._books.counter
        self.parking = Parking(
            self.catalogue.parked,
            self.send,
            lambda: self.state,
            self.people,
            lambda: Stamp(self._name(), LOCATION, 0),
            clocks,
            self.new_id,
            lambda: self.counter.training,
        )
        self.asked_older: list[m.Query] = []
        self.older = OlderTickets(
            self.asked_older.append, lambda: self.now_ms / 1000, self._tell_state
        )
        self.older.link(LinkStatus.ONLINE)
        self.asked_drawers: list[m.Query] = []
        self.drawers = Drawers(
            self.asked_drawers.append, lambda: self.now_ms / 1000, self._tell_state
        )
        self.drawers.link(LinkStatus.ONLINE)
        self.pictures = FakePictures()
        device = replace(device, series=self._books.outbox.series)
        self.state = replace(self.state, device=device)

    # What screens call.

    def equip(self, lang: str) -> FakeDevices:
        """Give this till devices that stand as a test says, from now on."""
        self.equipment = FakeDevices(self.devices, lang)
        self.devices = self.equipment
        return self.equipment

    def unequip(self) -> None:
        """Take them away."""
        self.devices = Devices(clocks=self._clocks)

    def poll(self) -> Update:
        """Return what changed since the last poll."""
        if "people" in self._touched or "people" in self._replaced:
            self.people.look()
        self._hear()
        self.people.tick()
        self.drawers.tick()
        self._note_people()
        self._state_changed |= self.devices.poll()
        touched = {topic: frozenset(keys) for topic, keys in self._touched.items()}
        update = Update(
            touched,
            frozenset(self._replaced),
            self._state_changed,
            pictures=self.pictures.take_arrived(),
        )
        self._touched.clear()
        self._replaced.clear()
        self._state_changed = False
        return update

    def sell(
        self,
        lines: Sequence[TicketLine],
        payments: Sequence[Payment],
        customer_id: str = "",
        note: str = "",
    ) -> Ticket:
        """Make a ticket, pending until acknowledged; refused where a test says so."""
        self._may_write()
        customer = self.catalogue.customers.get(customer_id)
        if customer_id and customer is None:
            raise Refusal("customer_gone")
        return self.counter.sell(lines, payments, customer, note)

    def receive(self, lines: Sequence[ReceiptLine], note: str = "") -> GoodsReceipt:
        """Make a goods receipt, pending until acknowledged; refused where a test says so."""
        self._may_write()
        receipt = GoodsReceipt(
            next(self._ids),
            self.now_ms,
            OFFSET_MIN,
            0,
            self._name(),
            LOCATION,
            tuple(lines),
            note,
        )
        self.receipts.append(receipt)
        self._pending_receipts.append(receipt)
        self._pending()
        return receipt

    def send(self, kind: str, args: Any) -> int:
        """Record a command."""
        self.people.check(kind)
        if self.people.must_hold(kind):
            self.people.hold(next(self._ids), kind, msgspec.to_builtins(args), self.now_ms)
            return 0
        if kind in ("ticket.park", "ticket.unpark"):
            self._may_write()
        self.people.spend(kind)
        self.sent.append((kind, args))
        if isinstance(args, TicketPark | TicketUnpark):
            self._take_parked(args)
        if isinstance(args, CustomerPut):
            self.put("customers", args.customer)
        if isinstance(args, ArticleCreate):
            self.put("articles", args.article)
        if isinstance(args, CustomerErase):
            self.catalogue.drop("customers", args.customer)
        return len(self.sent)

    def grant(self, code: str = "") -> None:
        """Let the hub grant the parked ticket that was asked for last, or refuse it."""
        _, args = self.sent[-1]
        assert isinstance(args, TicketRecall)
        status = Status.REFUSED if code else Status.ACCEPTED
        if not code:
            self.hold(args.parked, self.state.device.id, self.state.device.name)
        params = {"device": "Caisse 1"} if code else {}
        reply = Reply("0" * 32, len(self.sent), status, 1, {}, code, params)
        self.parking.replies([reply])
        self._state_changed = True
        self.wake()

    def answer_drawers(self) -> None:
        """Let the hub say how the drawers of three tills stand."""
        at_ms = self.now_ms - 19_000_000
        made: dict[str, Any] = {"at_ms": at_ms, "utc_offset_min": 60, "operator": "Amélie"}
        session = {"float_cents": 15_000, "tickets": 34, "expected_cents": 61_235, **made}
        z = {**made, "at_ms": at_ms - 60_000_000, "net_cents": 198_745, "tickets": 71}
        z |= {"counted_cents": 53_430, "difference_cents": -20}
        unknown = {**session, "expected_cents": None}
        drawers: list[tuple[str, Any, Any]] = [("Caisse 1", session, z), ("Caisse 2", None, z)]
        drawers.append(("Caisse 3, la plus proche de l’entrée", unknown, None))
        rows = [
            {"device": f"{n:032x}", "number": n, "name": name, "session": its, "last_z": last}
            for n, (name, its, last) in enumerate(drawers, 1)
        ]
        self.drawers.hear(HubAnswer(self.asked_drawers[-1].request, rows))

    def hold(self, parked_id: str, device_id: str, name: str) -> None:
        """Let a till have a parked ticket in hand."""
        entry = self.catalogue.parked.get(parked_id)
        assert entry is not None
        assert entry.row is not None
        self.put("parked", replace(entry.row, holder_id=device_id, holder_name=name, held_ms=1))

    def _take_parked(self, args: TicketPark | TicketUnpark) -> None:
        """Have the hub take it at once."""
        device = self.state.device
        if isinstance(args, TicketPark):
            row = Parked(args.ticket.id, device.id, device.name, self.now_ms, args.ticket)
            self._drop_parked(args.ticket.before)
            self.put("parked", row)
        elif args.outcome is Unparked.TAKEN:
            self.hold(args.parked, device.id, device.name)
        else:
            self._drop_parked(args.parked)

    def _drop_parked(self, parked_id: str) -> None:
        if parked_id:
            self.drop("parked", parked_id)

    def new_id(self) -> str:
        """Return an id."""
        return next(self._ids)

    def hire(self, *people: Person) -> None:
        """Let the shop have people with PINs, all of them where none is named."""
        self.put("people", *(people or PEOPLE))
        self.people.look()
        self._show_people()

    def log_in(self, person: Person, pin: str = PIN) -> None:
        """Log somebody in at once."""
        self.people.log_in(person.id, pin)
        self._hear()
        self._show_people()

    def take_notices(self) -> list[Problem]:
        """Return what a test has put there, once."""
        notices, self.notices = self.notices, []
        return notices

    def undelivered(self, limit: int = SHOWN) -> list[Undelivered]:
        """Return what was put aside, then what is pending; refused where a test says so."""
        self.reads += 1
        if self.unreadable:
            raise Refusal(self.unreadable, file="outbox.db", reason="disk I/O error")
        waiting = [self._undelivered(each) for each in self._pending_tickets]
        waiting += [
            Undelivered(0xF000 + n, "goods.receive", receipt.at_ms, "", None, None)
            for n, receipt in enumerate(self._pending_receipts)
        ]
        return [*self._aside, *waiting][:limit]

    def close(self) -> None:
        """Note that the screens let go."""
        self.closed = True

    # What a test makes happen elsewhere.

    def load(self, topic: str) -> None:
        """Have a whole topic come anew."""
        self._replaced.add(topic)
        self.wake()

    def wake(self) -> None:
        """Say that there is something to poll, as the link thread would."""
        if self.on_wake is not None:
            self.on_wake()

    def link(self, link: LinkStatus, problem: Problem | None = None) -> None:
        """Change the link's status."""
        since = self.now_ms
        self.state = replace(self.state, link=link, since_ms=since, problem=problem)
        self._state_changed = True
        self.people.link(link)
        self.older.link(link)
        self.drawers.link(link)
        self.wake()

    def put(self, topic: str, *rows: Row) -> None:
        """Take rows as the replica would."""
        for row in rows:
            self.catalogue.put(topic, row.id, encode_row(row))
            self._touched[topic].add(row.id)
        self.wake()

    def drop(self, topic: str, *keys: str) -> None:
        """Give rows up as the replica would."""
        for key in keys:
            self.catalogue.drop(topic, key)
            self._touched[topic].add(key)
        self.wake()

    def change_price(self, article_id: str, price_cents: int) -> None:
        """Let another post change a price."""
        article = self.catalogue.article(article_id)
        assert article is not None
        self.put("articles", replace(article, price_cents=price_cents))

    def retire(self, article_id: str) -> None:
        """Let another post take an article off sale."""
        article = self.catalogue.article(article_id)
        assert article is not None
        self.put("articles", replace(article, active=False))

    def kept(self) -> list[Kept]:
        """Return what is in the till's outbox."""
        return list(self._books.outbox.kept(0))

    def events(self) -> Sequence[Event]:
        """Return what the till has noted and not written yet."""
        return self._books.events.due(100)

    def plug_in(self, terminal: Terminal, file: CardFile | None = None) -> None:
        """Have this card terminal; `file`: where its payments lie."""
        self.devices = Devices(CardPayments(terminal, self._clocks, file), clocks=self._clocks)

    def simulated(self, answer: Answer = Answer.ACCEPT) -> SimulatedTerminal:
        """Return a terminal that goes by this post's clock."""
        return SimulatedTerminal(self._clocks.monotonic, answer)

    def fill_disk(self) -> None:
        """Leave no room for another operation of the till."""
        self._books.free_bytes = 0

    def change_stock(self, article_id: str, quantity_milli: int, minimum_milli: int = 4000) -> None:
        """Let another post move stock."""
        key = stock_key(article_id, LOCATION)
        self.put("stock", StockLevel(key, article_id, LOCATION, quantity_milli, minimum_milli))

    def acknowledge(self) -> None:
        """Let the hub take everything that is pending, as it would come back in the replica."""
        device = self.state.device
        tickets, self._pending_tickets = self._pending_tickets, []
        receipts, self._pending_receipts = self._pending_receipts, []
        for key in self._deltas(tickets, receipts):
            article_id = key.partition(":")[0]
            before = self.catalogue.stock(article_id)
            quantity = 0 if before is None else before.quantity_milli
            minimum = 0 if before is None else before.minimum_milli
            self.put("stock", StockLevel(key, article_id, LOCATION, quantity, minimum))
        for ticket in tickets:
            back = self._refunds.pop(ticket.id, None)
            sale = Sale(ticket.id, device.id, device.name, self.now_ms, ticket, refunds=back)
            self.put("sales", sale)
        for receipt in receipts:
            self.put("receipts", Delivery(receipt.id, device.id, device.name, self.now_ms, receipt))
        self._pending()

    def put_aside(self, problem: Problem) -> None:
        """Let the hub put the oldest pending ticket aside."""
        self._aside.append(
            replace(self._undelivered(self._pending_tickets.pop(0)), problem=problem)
        )
        self.state = replace(self.state, quarantined=len(self._aside))
        self._pending()

    def take_back(self) -> None:
        """Let the hub take what it had put aside."""
        self._aside.clear()
        self.state = replace(self.state, quarantined=0)
        self._pending()

    def trouble(self, problem: Problem | None) -> None:
        """Let the hub be there and take nothing, or take things again."""
        self.state = replace(self.state, hub_trouble=problem)
        self._state_changed = True
        self.wake()

    def clock(self, diff_ms: int) -> None:
        """Let the hub's clock differ from this post's by so much."""
        self.state = replace(self.state, clock_diff_ms=diff_ms)
        self._state_changed = True
        self.wake()

    @staticmethod
    def _undelivered(ticket: Ticket) -> Undelivered:
        reference = f"{ticket.series}-{ticket.number}"
        return Undelivered(
            ticket.number, "sale.record", ticket.at_ms, reference, ticket.total_cents, None
        )

    def _ask(self, asked: PinAsked) -> None:
        answer = self.door.answer(asked)
        if answer is not None:
            self._answers.append(answer)
        self.wake()

    def _hear(self) -> None:
        answers, self._answers = self._answers, []
        for answer in answers:
            self.people.hear(answer)

    def _note_people(self) -> None:
        people, before = self.people, self.state
        self.state = replace(before, who=people.who, attempt=people.attempt, held=len(people.held))
        self._state_changed = self._state_changed or self.state != before

    def _show_people(self) -> None:
        self._note_people()
        self.wake()

    def _name(self) -> str:
        who = self.people.who
        return who.name if who.here else self.state.device.operator

    def _appended(self, kind: str, queued: Queued) -> None:
        self.people.spend(kind)
        if kind in TICKETS:
            ticket = sold_ticket(orjson.loads(queued.body)["args"])
            self.tickets.append(ticket)
            self._pending_tickets.append(ticket)
            original = refunded(orjson.loads(queued.body)["args"])
            if original is not None:
                self._refunds[ticket.id] = original
        self._pending()

    def _tell_state(self) -> None:
        self._state_changed = True
        self.wake()

    def _note(self, what: What, **details: Value) -> None:
        self._books.events.note(what, **details)

    def _recorded(self, made: Recorded) -> None:
        self.devices.recorded(made)

    def _may_write(self) -> None:
        if self.refuse:
            raise Refusal(self.refuse, folder="/srv/comptoir")

    def _pending(self) -> None:
        stock = self._deltas(self._pending_tickets, self._pending_receipts)
        changed = self.catalogue.set_pending(
            stock, self._pending_tickets, self._pending_receipts, self._refunds
        )
        for topic, key in changed:
            self._touched[topic].add(key)
        waiting = len(self._pending_tickets) + len(self._pending_receipts)
        self.state = replace(self.state, waiting=waiting)
        self._state_changed = True
        self.wake()

    @staticmethod
    def _deltas(tickets: Sequence[Ticket], receipts: Sequence[GoodsReceipt]) -> dict[str, int]:
        deltas: defaultdict[str, int] = defaultdict(int)
        for ticket in tickets:
            for line in ticket.lines:
                deltas[stock_key(line.article_id, LOCATION)] -= line.quantity_milli
        for receipt in receipts:
            for taken in receipt.lines:
                deltas[stock_key(taken.article_id, LOCATION)] += taken.quantity_milli
        return dict(deltas)

    def _fill(self, articles: int) -> None:
        sample = sample_shop(articles=articles)
        category_id = {
            (row.parent, row.name): f"{i:032x}" for i, row in enumerate(sample.categories, 0xC0)
        }
        rows: dict[str, list[Row]] = {"shop": [Shop("shop", "Épicerie des Tilleuls")]}
        rows["categories"] = [
            Category(
                category_id[row.parent, row.name],
                row.name,
                row.colour,
                rank,
                category_id["", row.parent] if row.parent else "",
            )
            for rank, row in enumerate(sample.categories)
        ]
        rows["articles"] = [
            Article(
                f"{0xA000 + i:032x}",
                row.name,
                category_id[
                    (row.category, row.subcategory) if row.subcategory else ("", row.category)
                ],
                row.price_cents,
                row.vat_bp,
                (row.code,),
            )
            for i, row in enumerate(sample.articles)
        ]
        rows["stock"] = [
            StockLevel(
                stock_key(f"{0xA000 + i:032x}", LOCATION),
                f"{0xA000 + i:032x}",
                LOCATION,
                row.stock_thousandths,
                row.stock_min_thousandths,
            )
            for i, row in enumerate(sample.articles)
        ]
        for topic, values in rows.items():
            self.catalogue.replace(topic, [(row.id, encode_row(row)) for row in values])


def sample_alert(n: int, code: str, subject: str) -> Alert:
    """Return an alert row."""
    return Alert(f"{n:032x}", NOW_MS - n * 600_000, code, subject, "Caisse 1")


def sample_takings(device: str, name: str, tickets: int, cents: int) -> Takings:
    """Return a takings row of today."""
    today = business_date(NOW_MS, OFFSET_MIN)
    by_method = {"cash": cents // 3, "card": cents // 2}
    by_method["meal_voucher"] = cents - sum(by_method.values())
    return Takings(f"{today}:{device}", today, device, name, tickets, cents, by_method, {})
