"""A whole day at the till, by taps and a typed scanner: from the float to the Z, in a real window.

Two tills with their real sessions and files, the hub's real core, no socket. What the Z states is
held against the hub's tickets, and against what the test itself has added up, to the cent.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from child_processes import ROOT

from common.journal.kinds import RecordType
from common.models import Article, Ticket, convert
from common.people import Role
from common.sample import sample_basket, sample_shop
from tests.flows.staffed_post import StaffedPost
from tests.hub.people_bench import PINS, open_staffed
from tests.ui.day_shop import ARTICLES, DayHands, DayShop
from tests.ui.scenes.scene import type_digits

pytestmark = [pytest.mark.ui, pytest.mark.day, pytest.mark.xdist_group("ui")]
BASKETS = ROOT.parent / "shared" / "data" / "baskets.csv"
COUNT = 30
SIZE = (1280, 800)
FLOAT = {"2000": 3, "1000": 5, "100": 20}
FLOAT_CENTS = 2000 * 3 + 1000 * 5 + 100 * 20


class Day:
    """Who is at which till, and what a person with a pencil adds up."""

    def __init__(self, shop: DayShop) -> None:
        self.shop = shop
        self.hands: DayHands
        self.at: StaffedPost

    # At a till.

    def go_to(self, till: StaffedPost) -> None:
        """Stand at another till."""
        if getattr(self, "hands", None) is not None:
            self.hands.close()
        self.at = till
        self.hands = DayHands(self.shop, till, SIZE)
        self.hands.pass_time(2_000)

    def log_in(self, role: Role) -> None:
        """Touch one's tile and type the PIN."""
        hands = self.hands
        person = self.shop.staffed.person[role]
        hands.until(lambda: hands.screen.ids.gate.shown, "the gate")
        hands.tap(next(each for each in hands.widgets() if getattr(each, "person", "") == person))
        type_digits(hands, PINS[role])
        hands.tap(hands.key(icon="check", under=hands.screen.ids.gate))
        hands.until(lambda: not hands.screen.ids.gate.shown, f"the {role} let in")

    def allow(self, role: Role) -> None:
        """Have somebody else allow what was asked."""
        hands = self.hands
        sheet = hands.screen.ids.allow
        hands.until(lambda: sheet.shown, "the question to somebody else")
        person = self.shop.staffed.person[role]
        tiles = [each for each in hands.widgets(sheet) if getattr(each, "person", "") == person]
        hands.tap(tiles[0])
        type_digits(hands, PINS[role], sheet)
        hands.tap(hands.key(icon="check", under=sheet))
        hands.until(lambda: not sheet.shown, "the permission")

    def action(self, name: str) -> None:
        """Do one of the actions by its key."""
        hands = self.hands
        hands.tap(hands.key(icon="menu"))
        hands.tap(next(each for each in hands.widgets() if getattr(each, "name", "") == name))

    def answer(self, icon: str = "check") -> None:
        """Touch the key that goes on."""
        self.hands.tap(self.hands.key(icon=icon, under=self.hands.screen.ids.hand))

    # A sale.

    def ring_up(self, articles: list[Article], rng: Random) -> None:
        """Scan articles one by one; what stands on the screen is touched now and then."""
        hands = self.hands
        for article in articles:
            tiles = {tile.article_id: tile for tile in hands.tiles()}
            if article.id in tiles and rng.random() < 0.5:
                hands.tap(tiles[article.id])
            else:
                hands.scan(article.codes[0])

    def pay(self, method: str, typed: str = "") -> Ticket:
        """Pay, and return the ticket once it is said to be paid."""
        hands = self.hands
        hands.tap(hands.key(icon=method, under=hands.screen.ids.hand.ids.foot))
        hands.pass_time()
        if typed:
            hands.pad(typed)
        self.answer()
        hands.until(lambda: hands.screen.ids.hand.done, "paid")
        ticket = self.at.session.catalogue.sales(1)[0].ticket
        assert hands.reads(f"{ticket.series}-{ticket.number}")
        hands.pass_time()
        return ticket

    def count(self, pieces: dict[str, int]) -> None:
        """Count the drawer: notes and coins by their worth."""
        hands = self.hands
        for worth, number in pieces.items():
            cells = [each for each in hands.widgets() if type(each).__name__ == "CountCell"]
            hands.tap(next(cell for cell in cells if cell.name == worth))
            hands.pad(str(number))
        self.answer()


@pytest.fixture
def day(window: None, tmp_path: Path) -> Iterator[Day]:
    with open_staffed(tmp_path) as staffed:
        shop = DayShop(tmp_path, staffed)
        for till in shop.tills:
            shop.connect(till)
        day = Day(shop)
        day.go_to(shop.tills[0])
        day.hands.until(lambda: len(shop.articles()) > 300, "the articles")
        yield day
        day.hands.close()
        shop.close()


def baskets(articles: list[Article]) -> list[list[Article]]:
    """Return thirty baskets: real ones where they are here, each item an article of this shop."""
    if not BASKETS.exists():
        rng = Random(7)
        by_code = {article.codes[0]: article for article in articles}
        rows = [row for row in sample_shop(articles=ARTICLES).articles if row.code in by_code]
        made = [sample_basket(rng, rows) for _ in range(COUNT)]
        return [[by_code[row.code] for row, _ in basket] for basket in made]
    with BASKETS.open(encoding="utf-8", newline="") as file:
        read = list(islice(csv.reader(file), COUNT))
    items = sorted({item for basket in read for item in basket})
    step = len(articles) // len(items)
    of_item = {item: articles[place * step] for place, item in enumerate(items)}
    return [[of_item[item] for item in basket] for basket in read]


def hub_tickets(shop: DayShop, series: str) -> list[Ticket]:
    """Return a till's tickets as the hub has them."""
    rows = shop.bench.store.db.execute("SELECT body FROM ticket WHERE series = ?", (series,))
    return [convert(orjson.loads(body), Ticket) for (body,) in rows]


def last_z(till: StaffedPost) -> dict[str, Any]:
    """Return what the newest Z in a till's outbox states."""
    found: list[dict[str, Any]] = []
    for kept in till.session._outbox.kept(0):
        for signed in orjson.loads(kept.body)["args"].get("records", ()):
            record = json.loads(signed["body"])
            if record["type"] == RecordType.Z.value:
                found.append(record["data"])
    return found[-1]


def agree(z: dict[str, Any], tickets: list[Ticket], float_cents: int) -> None:
    """Hold a Z against tickets, to the cent."""
    sums = z["sums"]
    methods: Counter[str] = Counter()
    rates: dict[str, Counter[str]] = {}
    for ticket in tickets:
        for payment in ticket.payments:
            methods[payment.method] += payment.amount_cents
        for vat in ticket.vat:
            held = rates.setdefault(str(vat.vat_bp), Counter())
            held.update(
                base_cents=vat.base_cents, vat_cents=vat.vat_cents, total_cents=vat.total_cents
            )
    assert sums["tickets"]["tickets"] == len(tickets)
    assert sums["tickets"]["net_cents"] == sum(ticket.total_cents for ticket in tickets)
    assert sums["tickets"]["by_method"] == dict(methods)
    assert sums["tickets"]["by_rate"] == {rate: dict(each) for rate, each in rates.items()}
    assert z["expected_cents"] == float_cents + methods["cash"]


def sell_all(day: Day, carts: list[list[Article]], rng: Random, cash_every: int) -> list[Ticket]:
    """Sell baskets, so many of them for cash; return their tickets."""
    sold = []
    for place, cart in enumerate(carts):
        day.ring_up(cart, rng)
        sold.append(day.pay("cash", "300") if place % cash_every == 0 else day.pay("card"))
    return sold


def paid_elsewhere(day: Day, cart: list[Article], rng: Random) -> Ticket:
    """Put a sale aside, and have it paid at the other till."""
    day.ring_up(cart, rng)
    day.hands.tap(day.hands.key(icon="pause", under=day.hands.screen.ids.hand))
    day.hands.pass_time(2_000)
    day.go_to(day.shop.tills[1])
    day.log_in(Role.SELLER)
    day.action("parked")
    day.answer("receive")
    day.hands.until(lambda: day.hands.screen.ids.hand.filled, "the parked sale")
    ticket = day.pay("card")
    assert {line.article_id for line in ticket.lines} == {article.id for article in cart}
    day.go_to(day.shop.tills[0])
    if day.hands.screen.ids.gate.shown:
        day.log_in(Role.CASHIER)
    return ticket


def with_discount(day: Day, cart: list[Article], rng: Random) -> Ticket:
    """Take ten per cent off a sale, which somebody else allows."""
    day.ring_up(cart, rng)
    before = day.hands.session_total()
    day.action("sale_discount")
    day.allow(Role.MANAGER)
    day.hands.until(lambda: day.hands.screen.mode == "form", "the question")
    day.hands.pad("10")
    day.answer()
    ticket = day.pay("cash", "500")
    assert ticket.total_cents == before - (before + 5) // 10
    return ticket


def given_back(day: Day, wanted: Ticket) -> Ticket:
    """Give a ticket back but for one piece of it."""
    hands = day.hands
    hands.tap(hands.key(icon="ticket", under=hands.screen.ids.deck))
    hands.screen.act("tickets.pick", wanted.id)
    hands.frames()
    hands.tap(hands.key(icon="undo", under=hands.screen.ids.deck.panel("tickets")))
    day.allow(Role.MANAGER)
    hands.until(lambda: hands.screen.mode == "refund", "the lines to give back")
    if len(wanted.lines) > 1:
        hands.tap(hands.key(icon="minus", under=hands.screen.ids.deck))
    day.answer()
    hands.tap(hands.key(hands.stage.t("Damaged")))
    day.answer()
    hands.until(lambda: hands.screen.ids.hand.done, "given back")
    ticket = day.at.session.catalogue.sales(1)[0].ticket
    assert -wanted.total_cents <= ticket.total_cents < 0
    return ticket


def without_the_hub(day: Day, carts: list[list[Article]], rng: Random) -> list[Ticket]:
    """Go on while the hub is gone, and deliver all of it once it is back."""
    session = day.at.session
    day.shop.cut(day.at)
    day.hands.pass_time(3_000)
    sold = sell_all(day, carts, rng, 4)
    assert session.state.waiting >= len(carts)
    day.shop.connect(day.at)
    day.hands.pass_time(6_000)
    day.hands.until(lambda: session.state.waiting == 0, "everything delivered")
    return sold


def closed(day: Day, cash_cents: int) -> None:
    """Read an X, count the drawer, and close with a Z."""
    hands, counter = day.hands, day.at.session.counter
    day.action("x")
    hands.until(lambda: hands.screen.mode == "report", "the X")
    hands.tap(hands.key(icon="left", under=hands.screen.ids.deck))
    day.action("close")
    day.allow(Role.MANAGER)
    hands.until(lambda: hands.screen.mode == "count", "the count")
    day.count({"1": cash_cents})
    hands.until(lambda: hands.screen.mode == "form", "what stays in the drawer")
    day.answer()
    hands.until(lambda: not counter.session_open, "the Z")
    hands.pass_time(3_000)


@pytest.mark.timeout(180)
def test_a_day_from_the_float_to_the_z(day: Day) -> None:
    shop, rng = day.shop, Random(3)
    first, second = shop.tills
    carts = baskets(shop.articles())
    day.log_in(Role.CASHIER)
    day.action("open_session")
    day.count(FLOAT)
    sold = sell_all(day, carts[:10], rng, 2)
    elsewhere = paid_elsewhere(day, carts[10], rng)
    sold.append(with_discount(day, carts[11], rng))
    sold.append(given_back(day, max(sold[:10], key=lambda ticket: len(ticket.lines))))
    sold += without_the_hub(day, carts[12:20], rng)
    sold += sell_all(day, carts[20:], rng, 3)
    cash = sum(p.amount_cents for ticket in sold for p in ticket.payments if p.method == "cash")
    closed(day, FLOAT_CENTS + cash)
    at_hub = hub_tickets(shop, first.session.state.device.series)
    assert len(sold) == COUNT - 1 + 1  # One is paid elsewhere, one was given back.
    assert {ticket.id for ticket in at_hub} == {ticket.id for ticket in sold}
    assert sorted(ticket.number for ticket in at_hub) == list(range(1, len(sold) + 1))
    z = last_z(first)
    agree(z, at_hub, FLOAT_CENTS)
    assert z["counted_cents"] == FLOAT_CENTS + cash
    assert hub_tickets(shop, second.session.state.device.series) == [elsewhere]
