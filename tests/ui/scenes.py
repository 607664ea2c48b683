"""What people see, as tables of scenes: each leads a post's screen on from the one before.

The same scenes are checked for their layout at every size and photographed for the docs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sample_pictures import draw

from common.errors import Problem
from common.models import Alert, Customer, Person, ReceiptLine, Shop
from common.rules import cash, ticket_line
from common.topics import Profile
from kiosk.state import LinkStatus
from kiosk.terminals.manual import ManualTerminal
from kiosk.terminals.simulated import Answer
from tests.ui.fake_people import AMELIE, CHANTAL, DRISS, ELODIE, FRANCOIS, GAELLE, PIN
from tests.ui.fake_session import FakeSession, sample_alert
from tests.ui.hands import Hands

CUSTOMERS = (
    Customer("c1" * 16, "Amélie Dubois", "06 12 34 56 78", "amelie.dubois@example.org"),
    Customer("c2" * 16, "Bruno Côté", "07 98 76 54 32", note="by the door code 12B"),
    Customer(
        "c3" * 16,
        "Compagnie générale des transports maritimes du Ponant SARL",
        vat_number="FR40303265045",
    ),
    Customer("c4" * 16, "Élodie Dubois"),
)
Size = tuple[int, int]
DESK: Size = (1280, 800)
SMALL: Size = (1024, 768)
LARGE: Size = (1920, 1080)
UPRIGHT: Size = (800, 1280)


@dataclass(frozen=True, slots=True)
class Scene:
    """`name` is the picture's; `lead` brings the screen there.

    `pictured`: False where it only leads back to what there is a picture of.
    """

    name: str
    lead: Callable[[Hands], None]
    pictured: bool = True


def _sale(till: Hands) -> None:
    for place in (0, 3, 3, 7, 11):
        till.tap(till.tile(place))
    till.session.change_price(till.tiles()[3].article_id, 399)
    till.frames()


def _quantity(till: Hands) -> None:
    till.tap(till.key("1", under=till.screen.ids.hand))
    till.tap(till.key("2", under=till.screen.ids.hand))


def _cash(till: Hands) -> None:
    till.tap(till.key(icon="erase", under=till.screen.ids.hand))
    till.tap(till.key(icon="erase", under=till.screen.ids.hand))
    till.tap(till.key(icon="cash"))
    till.pass_time()
    till.pad("20")


def _too_little(till: Hands) -> None:
    till.tap(till.key(icon="erase", under=till.screen.ids.hand))


def _paid(till: Hands) -> None:
    till.pad("0")
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _card(till: Hands) -> None:
    for place in (1, 2, 5):
        till.tap(till.tile(place))
    till.tap(till.key(icon="card"))
    till.pass_time()


def _card_part(till: Hands) -> None:
    till.pad("2")


def _part_paid(till: Hands) -> None:
    """By card in part; what is left waits for another method."""
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _voucher(till: Hands) -> None:
    """A voucher that is worth more than what is left."""
    till.screen.pay("meal_voucher")
    till.pass_time()
    till.pad("50")


def _cash_rest(till: Hands) -> None:
    """The rest in cash, rounded, after a cheque as well."""
    till.screen.pay("cheque")
    till.pass_time()
    till.pad("1")
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    shop = till.session.catalogue.shop
    assert shop is not None
    till.session.put("shop", replace(shop, cash_step_cents=5))
    till.tap(till.key(icon="cash", under=till.screen.ids.hand))
    till.pass_time()
    till.pad("50")


def _several_paid(till: Hands) -> None:
    shop = till.session.catalogue.shop
    assert shop is not None
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.session.put("shop", replace(shop, cash_step_cents=0))
    till.frames()


def _terminal(till: Hands) -> None:
    """A terminal with a line has the amount."""
    till.session.plug_in(till.session.simulated(Answer.DECLINE))
    for place in (1, 2, 5):
        till.tap(till.tile(place))
    till.tap(till.key(icon="card", under=till.screen.ids.hand))
    till.pass_time()
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _declined(till: Hands) -> None:
    till.pass_time(3_000)
    till.screen.tick()


def _cut(till: Hands) -> None:
    """The line breaks during another try; a payment of before has no ticket either."""
    cards = till.session.devices.cards
    cards.terminal.answer = Answer.CUT  # type: ignore[attr-defined]
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.pass_time(3_000)
    till.screen.tick()


def _card_left(till: Hands) -> None:
    """What was taken before the till stopped is offered for the sale in hand."""
    till.tap(till.key(icon="close", under=till.screen.ids.hand))
    cards = till.session.devices.cards
    cards.terminal.answer = Answer.ACCEPT  # type: ignore[attr-defined]
    cards.pay(250, till.session.new_id())
    till.pass_time(3_000)
    cards.poll()
    cards.put_away()
    till.pass_time(240_000)
    till.screen.act("back")
    till.tap(till.key(icon="card", under=till.screen.ids.hand))


def _unplugged(till: Hands) -> None:
    """The terminal is one by hand again, and the sale is given up."""
    till.session.plug_in(ManualTerminal())
    till.screen.act("back")
    till.screen.act("empty")
    till.screen.close_notice()


def _tickets(till: Hands) -> None:
    _unplugged(till)
    for place in (1, 2, 5):
        till.tap(till.tile(place))
    till.tap(till.key(icon="card", under=till.screen.ids.hand))
    till.pass_time()
    till.session.acknowledge()
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.pass_time(95_000)
    till.tap(till.tile(4))
    till.tap(till.key(icon="ticket", under=till.screen.ids.deck))


def _refund(till: Hands) -> None:
    """A ticket of three articles goes back, one of them not."""
    _sell_together(till.session, 3)
    till.screen.render_panel()
    till.frames()
    till.tap(till.rows(till.screen.ids.deck.panel("tickets").ids.list)[0])
    till.frames()
    till.tap(till.key(icon="undo", under=till.screen.ids.deck.panel("tickets")))
    till.frames()
    till.tap(till.key(icon="minus", under=till.screen.ids.deck))


def _refund_why(till: Hands) -> None:
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _refunded(till: Hands) -> None:
    till.tap(till.key(till.stage.t("Damaged")))
    till.tap(till.key(icon="bin", under=till.screen.ids.hand))
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _tickets_found(till: Hands) -> None:
    till.screen.close_notice()
    till.tap(till.key(icon="ticket", under=till.screen.ids.deck))
    till.tap(till.screen.ids.deck.panel("tickets").ids.search)
    till.frames()
    for letter in "AV":
        till.press(letter)


def _search(till: Hands) -> None:
    till.screen.ids.deck.panel("tickets").ids.search.letters = False
    till.tap(till.key(icon="left"))
    till.tap(till.screen.ids.search)
    till.frames()
    for letter in "BEUR":
        till.press(letter)


def _offline(till: Hands) -> None:
    till.tap(till.key(icon="close", under=till.screen.ids.search))
    till.session.link(LinkStatus.OFFLINE, Problem("hub_unreachable", {"address": "192.168.1.20"}))
    till.pass_time(120_000)
    till.scan("3760123456784")


def _explained(till: Hands) -> None:
    till.screen.explain_link()


def _waiting(till: Hands) -> None:
    """Three sales wait, the one just paid among them, and two were put aside; still offline."""
    _close_sheet(till)
    session = till.session
    _sell(session, 4)
    session.put_aside(Problem("handler_failed", {"reason": "KeyError: 'stock'"}))
    session.put_aside(Problem("unknown_schema", {"schema": 3, "kind": "sale.record"}))
    till.screen.close_notice()
    _settle(till)


def _listed(till: Hands) -> None:
    till.tap(till.key(icon="alert", under=till.screen.ids.status))


def _many_listed(till: Hands) -> None:
    _sell(till.session, 297)


def _clock_off(till: Hands) -> None:
    """All at once: put aside, waiting, a clock of a post whose battery died."""
    till.session.clock(2 * 365 * 86_400_000 + 5 * 3_600_000)


def _hub_trouble(till: Hands) -> None:
    session = till.session
    _close_sheet(till)
    session.clock(-185_000)
    session.link(LinkStatus.ONLINE)
    session.trouble(Problem("hub_busy", {"reason": "database or disk is full"}))
    _settle(till)


def _hub_trouble_told(till: Hands) -> None:
    till.tap(till.key(icon="alert", under=till.screen.ids.status))


def _clock_told(till: Hands) -> None:
    """Only the clock is off."""
    _close_sheet(till)
    session = till.session
    session.trouble(None)
    session.acknowledge()
    session.take_back()
    till.frames()
    till.tap(till.key(icon="alert", under=till.screen.ids.status))


def _faults(till: Hands) -> None:
    """Two things were found and put right, one after the other."""
    _close_sheet(till)
    till.session.clock(0)
    till.session.notices = [
        Problem("outbox_damaged", {"saved": 12, "lost": 1, "file": "outbox.damaged.db"}),
        Problem("replica_rebuilt", {}),
    ]
    till.session.wake()
    _settle(till)


def _settle(till: Hands) -> None:
    """Let the tiles finish flashing."""
    till.frames()
    till.until(lambda: not any(tile.glow for tile in till.tiles()), "the flashes over")


def _close_sheet(hands: Hands) -> None:
    hands.screen.ids.sheet.shown = False


def _sell(session: FakeSession, count: int) -> None:
    """Sell one article so many times, half a minute apart."""
    articles = session.catalogue.search(limit=40)
    for turn in range(count):
        each = articles[turn % len(articles)]
        line = ticket_line(each.id, each.name, 1000, each.price_cents, each.vat_bp)
        session.now_ms += 30_000
        session.sell([line], [cash(line.total_cents, line.total_cents)])


def _sell_together(session: FakeSession, count: int) -> None:
    """Sell so many articles on one ticket, two of each."""
    lines = [
        ticket_line(each.id, each.name, 2000, each.price_cents, each.vat_bp)
        for each in session.catalogue.search(limit=count)
    ]
    total = sum(line.total_cents for line in lines)
    session.now_ms += 30_000
    session.sell(lines, [cash(total, total)])


def _undelivered(depot: Hands) -> None:
    """Deliveries counted while the office is away."""
    session = depot.session
    session.link(LinkStatus.OFFLINE)
    articles = session.catalogue.search(limit=4)
    for each in articles:
        session.now_ms += 600_000
        session.receive([ReceiptLine(each.id, 6_000)])
    depot.frames()
    depot.tap(depot.key(icon="waiting", under=depot.screen.ids.status))


def _alerts(office: Hands) -> None:
    """Every kind of alert that there is."""
    office.session.put("alerts", *a_day_of_alerts())


def a_day_of_alerts() -> list[Alert]:
    """Return an alert of every code, a post that is silent and one that is back among them."""
    seen = [
        ("post_back", "Réserve, 12 min", "Réserve"),
        ("clock_differs", "Caisse 1, +185 s", "Caisse 1"),
        ("disk_low", "412 MB · /srv/comptoir", ""),
        ("outbox_gap", "Caisse 2: 3 (118–120)", "Caisse 2"),
        ("quarantine_full", "Caisse 1", "Caisse 1"),
        ("repeated_id", "3f8a1c02-16", "Caisse 1"),
        ("hash_mismatch", "3f8a1c02-17", "Caisse 1"),
        ("unknown_schema", "3f8a1c02-18", "Caisse 1"),
        ("unknown_command", "3f8a1c02-19", "Caisse 1"),
        ("unreadable_command", "3f8a1c02-20", "Caisse 1"),
        ("handler_failed", "3f8a1c02-21", "Caisse 1"),
        ("profile_not_allowed", "9b00d3e1-4", "Réserve"),
        ("post_silent", "Réserve, 2 min", "Réserve"),
        ("post_silent", "Caisse 3, 2 min", "Caisse 3"),
        ("outbox_of_another", "9b00d3e1", "Réserve"),
        ("of_a_later_release", "x", "Caisse 1"),
    ]
    return [
        replace(sample_alert(n, code, subject), device_name=device)
        for n, (code, subject, device) in enumerate(seen, 10)
    ]


def _scrolled(office: Hands) -> None:
    office.screen.ids.alerts.scroll_y = 0.2


def _stock(depot: Hands) -> None:
    rows = depot.rows(depot.screen.ids.stock)
    for place in (0, 1, 3):
        depot.screen.act("add", rows[place].key)
    depot.pad("24")
    depot.tap(depot.key(under=depot.screen.ids.hand, text=depot.stage.t("Quantity")))
    depot.session.change_stock(rows[2].key, 2_000)
    depot.frames()


def _confirming(depot: Hands) -> None:
    depot.tap(depot.key(icon="receive", under=depot.screen.ids.hand))
    depot.pass_time()


def _article(depot: Hands) -> None:
    depot.tap(depot.key(icon="check", under=depot.screen.ids.hand))
    row = depot.rows(depot.screen.ids.stock)[1]
    depot.screen.open_article(row.key)


def _article_pictured(depot: Hands) -> None:
    """The same article, with its picture."""
    article = depot.session.catalogue.article(depot.screen.desk.article_id)
    assert article is not None
    drawn = depot.session.pictures.give(draw(article.name, "slate"))
    depot.session.put("articles", replace(article, picture=drawn))
    depot.frames()


def _deliveries(depot: Hands) -> None:
    depot.session.acknowledge()
    depot.pass_time(300_000)
    depot.tap(depot.key(icon="plus", under=depot.screen.ids.card))
    depot.tap(depot.key(icon="receive", under=depot.screen.ids.hand))
    depot.pass_time()
    depot.tap(depot.key(icon="check", under=depot.screen.ids.hand))
    depot.tap(depot.key(icon="left"))
    depot.tap(depot.key(icon="receive", under=depot.screen.ids.deck))


def _reorder(depot: Hands) -> None:
    depot.tap(depot.key(icon="left"))
    depot.screen.choose_filter("low")


def _actions(till: Hands) -> None:
    """Two articles in the basket, and what can be done with them."""
    till.screen.close_notice()
    till.screen.close_notice()
    for place in (0, 5):
        till.tap(till.tile(place))
    till.tap(till.key(icon="menu"))


def _discount(till: Hands) -> None:
    till.tap(_action(till, "line_discount"))
    till.pad("10")


def _free_line(till: Hands) -> None:
    till.screen.act("do", "free_line")
    till.pad("350")
    till.screen.ids.deck.children[0].ids.fields.children[1].ids.field.touched()
    till.frames()
    for letter in "BOX":
        till.press(letter)


def _unknown_code(till: Hands) -> None:
    """A code that nobody knows, and what can be done with it."""
    till.screen.act("back")
    till.frames()
    till.scan("3760123456784")


def _new_article(till: Hands) -> None:
    """The article that it is, nearly told; with the parts in view there are many categories."""
    dairy = next(row for row in till.session.catalogue.categories() if row.name == "Crèmerie")
    till.screen.choose_category(dairy.id)
    till.tap(till.key(till.stage.t("Make the article")))
    fields = {each.name: each for each in _deck(till, "form").ids.fields.children}
    fields["name"].ids.field.text = "Miel de lavande 250 g"
    till.tap(fields["price"].children[1])
    till.pad("6")
    till.screen.act("press", ",")
    till.pad("90")
    till.tap(till.key("Épicerie"))


def _new_article_name(till: Hands) -> None:
    """Its name, letter by letter: what is chosen makes room for the letters."""
    fields = {each.name: each for each in _deck(till, "form").ids.fields.children}
    fields["name"].ids.field.touched()
    till.frames()
    for letter in "BIO":
        till.press(letter)


def _void(till: Hands) -> None:
    till.screen.choose_category("")
    till.screen.act("do", "void_sale")
    till.frames()
    till.tap(till.key(till.stage.t("Cannot pay")))


def _voided(till: Hands) -> None:
    """The sale is given up: the next one can begin."""
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _favourites(till: Hands) -> None:
    """Some articles are at hand from now on; the sale in hand is given up again."""
    for place in (2, 5, 1, 3):
        till.tap(till.tiles()[place])
        till.screen.act("do", "favourite")
    till.frames()
    till.screen.choose_category("favourites")
    till.frames()


def _no_favourites(till: Hands) -> None:
    till.screen.choose_category("")
    till.screen.act("empty")
    till.screen.close_notice()
    till.frames()


def _parts(till: Hands) -> None:
    """A category that has parts, and one of them."""
    till.tap(till.key("Boissons", under=till.screen.ids.categories))
    till.frames()


def _part(till: Hands) -> None:
    till.tap(till.key("Vins", under=till.screen.ids.parts))
    till.frames()


def _no_parts(till: Hands) -> None:
    """One touch leads out of it."""
    till.tap(till.key(till.stage.t("All"), under=till.screen.ids.categories))
    till.frames()


def _park(till: Hands) -> None:
    """A sale is put aside under a name; the next customer is there."""
    till.screen.act("back")
    till.frames()
    till.tap(till.tile(2))
    till.screen.act("do", "park_named")
    till.frames()
    till.screen.ids.deck.children[0].ids.fields.children[0].ids.field.touched()
    till.frames()
    for letter in "PETIT":
        till.press(letter)


def _parked(till: Hands) -> None:
    """Three are parked: one waits, one is in hand elsewhere, one was taken up here."""
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    for place in (1, 4):
        till.pass_time(240_000)
        till.tap(till.tile(place))
        till.tap(till.tile(place + 1))
        till.tap(till.key(icon="pause", under=till.screen.ids.hand))
    newest, older, _ = till.session.parking.entries()
    till.session.hold(newest.ticket.id, "e" * 32, "Caisse 1")
    till.session.hold(older.ticket.id, till.session.state.device.id, "Caisse 2")
    till.frames()


def _parked_list(till: Hands) -> None:
    till.screen.act("do", "parked")
    till.frames()
    till.screen.act("parked.pick", till.session.parking.entries()[2].ticket.id)


def _refused(till: Hands) -> None:
    """The hub has given it to another till."""
    till.tap(till.key(till.stage.t("Recall")))
    till.session.grant("parked_elsewhere")


def _recalled(till: Hands) -> None:
    """It is in hand again; the sale ends as any other."""
    till.screen.close_notice()
    till.tap(till.key(till.stage.t("Recall")))
    till.session.grant()
    till.frames()


def _pictures(till: Hands) -> None:
    """Categories have pictures, and most articles; a sale is under way."""
    session = till.session
    colours = {row.id: row.colour for row in session.catalogue.categories()}
    give_pictures(session, [row.id for row in session.catalogue.categories()])
    for place, tile in enumerate(till.tiles()):
        article = session.catalogue.article(tile.article_id)
        assert article is not None
        if place % 7 != 5:
            family = session.catalogue.parent_id(article.category_id) or article.category_id
            drawn = session.pictures.give(draw(article.name, colours[family]))
            session.put("articles", replace(article, picture=drawn))
    till.frames()


def give_pictures(session: FakeSession, category_ids: Sequence[str]) -> None:
    """Give these categories pictures."""
    for category_id in category_ids:
        row = session.catalogue.category(category_id)
        assert row is not None
        drawn = session.pictures.give(draw(row.name, row.colour))
        session.put("categories", replace(row, picture=drawn))


def _pictures_live(till: Hands) -> None:
    """A price changes elsewhere, something is sold out, and tiles are touched."""
    tiles = till.tiles()
    till.session.change_price(tiles[2].article_id, 123_456)
    till.session.change_stock(tiles[6].article_id, 0)
    till.session.change_stock(tiles[7].article_id, 1000)
    till.frames()
    for place in (0, 3, 7):
        till.tap(till.tile(place))


def _no_pictures(till: Hands) -> None:
    """They are taken away again, and the sale is given up."""
    till.session.change_price(till.tiles()[2].article_id, 199)
    till.session.change_stock(till.tiles()[6].article_id, 12_000)
    catalogue = till.session.catalogue
    for row in catalogue.categories():
        till.session.put("categories", replace(row, picture=""))
    for article in catalogue.search(limit=1_000):
        if article.picture:
            till.session.put("articles", replace(article, picture=""))
    till.screen.act("empty")
    till.screen.close_notice()
    till.frames()


def _parked_none(till: Hands) -> None:
    till.screen.act("do", "parked")


def _float(till: Hands) -> None:
    """The till is opened by its float: notes and coins are counted."""
    till.screen.act("back")
    till.screen.act("do", "open_session")
    till.frames()
    for worth, count in (("2000", "3"), ("1000", "5"), ("500", "4"), ("50", "20"), ("1", "37")):
        till.tap(_cell(till, worth))
        till.pad(count)


def _cash_in(till: Hands) -> None:
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.screen.close_notice()
    till.screen.act("do", "cash_in")
    till.pad("50")
    till.tap(till.key(till.stage.t("Change from the bank")))


def _x(till: Hands) -> None:
    """What the session comes to, after two sales more."""
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.screen.close_notice()
    _sell(till.session, 4)
    till.screen.act("do", "x")


def _count_to_close(till: Hands) -> None:
    till.screen.act("do", "close")
    till.frames()
    for worth, count in (("5000", "2"), ("2000", "3"), ("200", "11"), ("20", "8")):
        till.tap(_cell(till, worth))
        till.pad(count)


def _close(till: Hands) -> None:
    """It differs: the reason is asked."""
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _z(till: Hands) -> None:
    till.tap(till.key(till.stage.t("Wrong change given")))
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _blind(till: Hands) -> None:
    """The next session, in a shop that counts blind; what the Z left is the float."""
    till.session.put("shop", Shop("shop", "Épicerie des Tilleuls", blind_count=True))
    till.screen.act("do", "open_session")
    till.frames()


def _blind_close(till: Hands) -> None:
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.screen.close_notice()
    _sell(till.session, 1)
    till.screen.act("do", "hand_over")
    till.frames()
    till.tap(_cell(till, "2000"))
    till.pad("1")


def _blind_handed(till: Hands) -> None:
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.tap(till.key(till.stage.t("Not known why")))
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _training(till: Hands) -> None:
    """Exercises, from the first one on."""
    till.screen.act("empty")
    till.screen.act("do", "training")
    till.frames()
    for place in (0, 3, 5):
        till.tap(till.tile(place))


def _trained(till: Hands) -> None:
    till.screen.close_notice()
    till.screen.pay("cash")
    till.pass_time()
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _training_over(till: Hands) -> None:
    till.tap(till.key(till.stage.t("End training")))


def _training_locked(till: Hands) -> None:
    """Who trains has gone for a moment."""
    till.screen.pin("allowing", "cancel")
    till.session.log_in(AMELIE)
    till.frames()
    till.screen.act("empty")
    till.screen.act("do", "training")
    till.screen.lock()
    till.frames()


def _cell(till: Hands, worth: str) -> Any:
    """Return the cell of a note or coin."""
    return next(each for each in till.widgets() if getattr(each, "name", "") == worth)


def _customers(till: Hands) -> None:
    """A shop with customers, and a sale that is to be one of theirs."""
    till.screen.close_notice()
    till.session.put("customers", *CUSTOMERS)
    for place in (1, 4):
        till.tap(till.tiles()[place])
    till.screen.act("do", "customer")
    till.frames()


def _customer_search(till: Hands) -> None:
    field = _deck(till, "customer").ids.search
    field.touched()
    till.frames()
    for letter in "DUBOIS":
        till.press(letter)


def _customer_chosen(till: Hands) -> None:
    """Somebody is on the sale: their name stands in its head."""
    till.tap(till.rows(_deck(till, "customer").ids.list)[0])


def _customer_again(till: Hands) -> None:
    till.screen.act("do", "customer")
    till.frames()


def _customer_new(till: Hands) -> None:
    """Somebody new, whose e-mail address is being typed."""
    till.screen.act("buyer.ask_new")
    till.frames()
    fields = {each.name: each for each in _deck(till, "form").ids.fields.children}
    fields["name"].ids.field.text = "Anne-Sophie Le Goff-Kerouanton"
    fields["phone"].ids.field.text = "06 98 76 54 32"
    fields["email"].ids.field.touched()
    till.frames()
    for letter in "ANNE@":
        till.press(letter)


def _customer_company(till: Hands) -> None:
    """What else is known of somebody, letters on the screen."""
    till.screen.act("back")
    till.screen.act("do", "customer")
    till.screen.act("buyer.ask_more")
    till.frames()
    fields = {each.name: each for each in _deck(till, "form").ids.fields.children}
    fields["address"].ids.field.touched()
    till.frames()


def _customer_forget(till: Hands) -> None:
    till.screen.act("back")
    till.screen.act("do", "customer")
    till.screen.act("buyer.ask_erase")
    till.frames()


def _notes(till: Hands) -> None:
    """A note on the ticket and one under a line, back at the sale."""
    till.screen.act("back")
    for action, words in (("note", "For Saturday, 5 pm"), ("line_note", "cut in two")):
        till.screen.act("do", action)
        till.frames()
        _deck(till, "form").ids.fields.children[0].ids.field.text = words
        if action == "note":
            till.screen.answer()
            till.frames()


def _noted(till: Hands) -> None:
    till.screen.answer()
    till.frames()


def _deck(till: Hands, mode: str) -> Any:
    """Return a panel of the large half."""
    return next(each for each in till.screen.ids.deck.children if each.deck_name == mode)


def _action(till: Hands, name: str) -> Any:
    """Return an action's key, scrolled into view."""
    from kivy.uix.scrollview import ScrollView

    key = next(each for each in till.widgets() if getattr(each, "name", "") == name)
    for panel in till.widgets():
        if isinstance(panel, ScrollView) and key in panel.walk():
            panel.scroll_to(key, animate=False)
            till.frames(2)
    return key


def _paid_print(till: Hands) -> None:
    """A till with devices: a sale is paid, and its paper can be had."""
    till.session.equip(till.stage.t.lang)
    for place in (1, 4):
        till.tap(till.tile(place))
    till.tap(till.key(icon="cash", under=till.screen.ids.hand))
    till.pass_time()
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _devices(till: Hands) -> None:
    till.tap(till.key(icon="menu"))
    till.tap(_action(till, "devices"))


def _devices_wrong(till: Hands) -> None:
    """All at once: a printer that is off, a paper in doubt, a window that ended, a card's money."""
    devices = till.session.equipment
    assert devices is not None
    for reference, amount in (("p1", 2519), ("p2", 480)):
        devices.cards.pay(amount, reference)
        devices.cards.poll()
        if reference == "p1":
            devices.cards.confirm(True)
            devices.cards.put_away()
    for number in ("121", "122", "123"):
        devices.queue.put(f"Ticket {number}", b"")
    devices.queue.off()
    devices.queue.shown = replace(devices.queue.shown, doubtful=("Ticket 01-WXYZ-120",))
    devices.customer.problem = Problem("display_ended", {"reason": "exit 1"})
    devices.weighs.answer(problem=Problem("scale_moves"))
    till.screen.tick()


def _devices_drop(till: Hands) -> None:
    till.tap(till.key(till.stage.t("Drop what waits")))


def _nothing(_: Hands) -> None:
    """Stay where the screen begins."""


def _comfort(till: Hands) -> None:
    till.screen.act("back")
    till.screen.close_notice()
    till.screen.close_notice()
    till.tap(till.key(icon="menu"))
    till.tap(_action(till, "comfort"))


def _shortcuts(till: Hands) -> None:
    till.press_key(282)


def _gate(till: Hands) -> None:
    """The shop has people with PINs from now on: a sale was begun before."""
    till.session.unequip()
    till.screen.act("back")
    till.screen.close_notice()
    till.screen.close_notice()
    till.session.hire()
    till.frames()


def _pin(till: Hands) -> None:
    till.tap(tile_of(till, AMELIE))
    type_digits(till, "407")


def _wrong_pin(till: Hands) -> None:
    type_digits(till, "2")
    till.tap(till.key(icon="check", under=till.screen.ids.gate))
    till.frames()


def _wait_for_pin(till: Hands) -> None:
    for _ in range(2):
        type_digits(till, "1357")
        till.tap(till.key(icon="check", under=till.screen.ids.gate))
        till.frames()
    till.pass_time(7_000)
    till.screen.tick()


def _here(till: Hands) -> None:
    till.pass_time(60_000)
    till.screen.tick()
    type_digits(till, PIN)
    till.tap(till.key(icon="check", under=till.screen.ids.gate))
    till.frames()
    till.tap(till.tile(2))


def _locked(till: Hands) -> None:
    till.screen.lock()
    till.frames()


def _locked_offline(till: Hands) -> None:
    till.session.link(LinkStatus.OFFLINE, Problem("hub_unreachable", {"address": "192.168.1.20"}))
    till.frames()


def _here_offline(till: Hands) -> None:
    type_digits(till, PIN)
    till.tap(till.key(icon="check", under=till.screen.ids.gate))
    till.frames()


def _not_allowed(till: Hands) -> None:
    """Somebody whose role does not sell pays: a second person may allow it."""
    till.session.link(LinkStatus.ONLINE)
    till.session.log_in(DRISS)
    till.frames()
    till.tap(till.key(icon="card", under=till.screen.ids.hand))
    till.pass_time()
    till.screen.confirm()
    till.screen.render_people()
    till.frames()


def _allowing(till: Hands) -> None:
    till.tap(tile_of(till, CHANTAL))
    type_digits(till, "13579", till.screen.ids.allow)
    till.tap(till.key(icon="check", under=till.screen.ids.allow))
    till.frames()


def tile_of(hands: Hands, person: Person) -> Any:
    """Return the tile of a person, on whichever page it is."""
    from kiosk.widgets.person_grid import PersonGrid

    for grid in [each for each in hands.widgets() if isinstance(each, PersonGrid)]:
        for page in range(int(grid.pages)):
            grid.page = page
            hands.frames(1)
            for each in hands.widgets(grid):
                if getattr(each, "person", "") == person.id:
                    return each
    raise AssertionError(f"no tile of {person.name} in view: {hands.texts()}")


def type_digits(hands: Hands, digits: str, under: Any = None) -> None:
    """Touch the keys of a pad for a PIN."""
    for digit in digits:
        hands.tap(hands.key(digit, under=under or hands.screen.ids.gate))


def _no_drawers(office: Hands) -> None:
    """The hub has not said anything yet."""
    office.tap(office.key(icon="cash"))


def _drawers(office: Hands) -> None:
    """One that is open, one that is closed, one that something is missing of."""
    office.session.answer_drawers()
    office.frames()


def _staff(office: Hands) -> None:
    office.session.hire()
    office.session.log_in(CHANTAL)
    office.tap(office.key(icon="people"))


def _staff_nobody(office: Hands) -> None:
    """Before anybody has a PIN."""
    office.screen.open_panel("people")


def _staff_card(office: Hands) -> None:
    office.screen.do_staff("pick", (ELODIE.id,))


def _staff_other(office: Hands) -> None:
    """Somebody whom a manager may not change."""
    office.screen.do_staff("pick", (FRANCOIS.id,))


def _staff_new(office: Hands) -> None:
    office.screen.do_staff("add", ())
    office.tap(office.screen.ids.staff.ids.name)
    for letter in "zoé":
        office.screen.ids.staff.type_key(letter)


def _staff_pin(office: Hands) -> None:
    office.screen.ids.staff.leave_field()
    office.screen.do_staff("pick", (GAELLE.id,))
    office.screen.do_staff("start_pin", ())
    for digit in "1234":
        office.screen.do_staff("press", (digit,))
    office.screen.do_staff("press", ("ok",))


def _staff_pin_again(office: Hands) -> None:
    for name in (*"4821", "ok", *"482"):
        office.screen.do_staff("press", (name,))


TILL = (
    Scene("till-start", _nothing),
    Scene("till-sale", _sale),
    Scene("till-quantity", _quantity),
    Scene("till-cash", _cash),
    Scene("till-cash-missing", _too_little),
    Scene("till-paid", _paid),
    Scene("till-card", _card),
    Scene("till-card-part", _card_part),
    Scene("till-part-paid", _part_paid),
    Scene("till-voucher", _voucher),
    Scene("till-cash-rest", _cash_rest),
    Scene("till-several-paid", _several_paid),
    Scene("till-terminal", _terminal),
    Scene("till-terminal-declined", _declined),
    Scene("till-terminal-cut", _cut),
    Scene("till-card-left", _card_left),
    Scene("till-tickets", _tickets),
    Scene("till-refund", _refund),
    Scene("till-refund-why", _refund_why),
    Scene("till-refunded", _refunded),
    Scene("till-tickets-found", _tickets_found),
    Scene("till-search", _search),
    Scene("till-offline", _offline),
    Scene("till-offline-explained", _explained),
    Scene("till-put-aside", _waiting),
    Scene("till-undelivered", _listed),
    Scene("till-undelivered-many", _many_listed),
    Scene("till-clock-years", _clock_off),
    Scene("till-hub-trouble", _hub_trouble),
    Scene("till-hub-trouble-explained", _hub_trouble_told),
    Scene("till-clock-minutes", _clock_told),
    Scene("till-put-right", _faults),
    Scene("till-actions", _actions),
    Scene("till-discount", _discount),
    Scene("till-free-line", _free_line),
    Scene("till-unknown-code", _unknown_code),
    Scene("till-new-article", _new_article),
    Scene("till-new-article-name", _new_article_name),
    Scene("till-void", _void),
    Scene("till-voided", _voided),
    Scene("till-favourites", _favourites),
    Scene("till-favourites-over", _no_favourites, pictured=False),
    Scene("till-parts", _parts),
    Scene("till-part", _part),
    Scene("till-parts-over", _no_parts, pictured=False),
    Scene("till-pictures", _pictures),
    Scene("till-pictures-live", _pictures_live),
    Scene("till-pictures-over", _no_pictures, pictured=False),
    Scene("till-parked-none", _parked_none),
    Scene("till-park", _park),
    Scene("till-parked", _parked),
    Scene("till-parked-list", _parked_list),
    Scene("till-parked-refused", _refused),
    Scene("till-recalled", _recalled),
    Scene("till-paid-print", _paid_print),
    Scene("till-devices", _devices),
    Scene("till-devices-wrong", _devices_wrong),
    Scene("till-devices-drop", _devices_drop),
    Scene("till-float", _float),
    Scene("till-cash-in", _cash_in),
    Scene("till-x", _x),
    Scene("till-count", _count_to_close),
    Scene("till-difference", _close),
    Scene("till-z", _z),
    Scene("till-float-left", _blind),
    Scene("till-count-blind", _blind_close),
    Scene("till-handed-over", _blind_handed),
    Scene("till-training", _training),
    Scene("till-training-paid", _trained),
    Scene("till-training-over", _training_over, pictured=False),
    Scene("till-settings", _comfort),
    Scene("till-shortcuts", _shortcuts),
    Scene("till-login", _gate),
    Scene("till-login-pin", _pin),
    Scene("till-login-wrong", _wrong_pin),
    Scene("till-login-wait", _wait_for_pin),
    Scene("till-logged-in", _here),
    Scene("till-locked", _locked),
    Scene("till-locked-offline", _locked_offline),
    Scene("till-logged-in-offline", _here_offline),
    Scene("till-allow", _not_allowed),
    Scene("till-allow-wrong", _allowing),
    Scene("till-training-locked", _training_locked),
)


def _depot_locked(depot: Hands) -> None:
    _close_sheet(depot)
    depot.session.link(LinkStatus.ONLINE)
    depot.session.hire()
    depot.session.log_in(DRISS)
    depot.screen.act("add", depot.rows(depot.screen.ids.stock)[0].key)
    depot.screen.lock()


DEPOT = (
    Scene("depot-stock", _stock),
    Scene("depot-confirming", _confirming),
    Scene("depot-article", _article),
    Scene("depot-article-picture", _article_pictured),
    Scene("depot-deliveries", _deliveries),
    Scene("depot-reorder", _reorder),
    Scene("depot-undelivered", _undelivered),
    Scene("depot-locked", _depot_locked),
)
OFFICE = (
    Scene("office", _nothing),
    Scene("office-alerts", _alerts),
    Scene("office-alerts-more", _scrolled),
    Scene("office-drawers-none", _no_drawers),
    Scene("office-drawers", _drawers),
    Scene("office-people-nobody", _staff_nobody),
    Scene("office-people", _staff),
    Scene("office-person", _staff_card),
    Scene("office-person-shut", _staff_other),
    Scene("office-person-new", _staff_new),
    Scene("office-pin", _staff_pin),
    Scene("office-pin-again", _staff_pin_again),
)
TILL_CUSTOMERS = (
    Scene("till-customers", _customers),
    Scene("till-customer-search", _customer_search),
    Scene("till-customer-chosen", _customer_chosen),
    Scene("till-customer-again", _customer_again),
    Scene("till-customer-new", _customer_new),
    Scene("till-customer-company", _customer_company),
    Scene("till-customer-forget", _customer_forget),
    Scene("till-note", _notes),
    Scene("till-noted", _noted),
)
"""A till of its own: whose sale it is, and what is noted on it."""
WALKS: dict[Profile, tuple[Scene, ...]] = {
    Profile.TILL: TILL,
    Profile.DEPOT: DEPOT,
    Profile.OFFICE: OFFICE,
}
SIZES: dict[Profile, tuple[Size, ...]] = {
    Profile.TILL: (DESK, SMALL, LARGE, UPRIGHT),
    Profile.DEPOT: (UPRIGHT, DESK, SMALL),
    Profile.OFFICE: (DESK, LARGE, UPRIGHT),
}
IN_DOCS: dict[Profile, Size] = {
    Profile.TILL: DESK,
    Profile.DEPOT: UPRIGHT,
    Profile.OFFICE: DESK,
}


@dataclass(frozen=True, slots=True)
class Walk:
    """All scenes of a post at one size, in one language, as somebody has arranged it."""

    profile: Profile
    size: Size
    lang: str
    basket: str = "right"
    scale: str = "normal"
    theme: str = "light"

    def __str__(self) -> str:
        chosen = (self.basket, self.scale, self.theme)
        unusual = [each for each in chosen if each not in ("right", "normal", "light")]
        size = "x".join(map(str, self.size))
        return "-".join([self.profile.value, size, self.lang, *unusual])


COVER: tuple[Walk, ...] = (
    Walk(Profile.TILL, DESK, "fr"),
    Walk(Profile.TILL, DESK, "en"),
    Walk(Profile.TILL, SMALL, "fr"),
    Walk(Profile.TILL, SMALL, "fr", scale="large"),
    Walk(Profile.TILL, SMALL, "en", "left"),
    Walk(Profile.TILL, LARGE, "fr", "left"),
    Walk(Profile.TILL, LARGE, "en", scale="large"),
    Walk(Profile.TILL, UPRIGHT, "en"),
    Walk(Profile.TILL, UPRIGHT, "fr", "left", "large"),
    *(
        Walk(profile, size, lang)
        for profile in (Profile.DEPOT, Profile.OFFICE)
        for size in SIZES[profile]
        for lang in ("fr", "en")
    ),
)
"""Every size with both languages, sides and scales, the hardest together: not all with all."""
DARK: tuple[Walk, ...] = tuple(
    Walk(profile, size, lang, theme="dark")
    for profile, size in IN_DOCS.items()
    for lang in ("fr", "en")
)
"""For the pictures: the dark theme changes no layout."""
