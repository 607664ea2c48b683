"""A till's devices on its screen: what is printed, weighed, shown; what to do when one fails."""

import pytest

from common.errors import Problem
from kiosk.terminals.terminal import Step
from kiosk.views.customer import StrayKey
from tests.ui.fake_devices import FakeDevices
from tests.ui.fake_session import FakeSession
from tests.ui.hands import ENTER, SCANCODES, Hands, OpenPost

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]


@pytest.fixture
def till(open_post: OpenPost) -> Hands:
    session = FakeSession()
    session.equip("en")
    return open_post(lang="en", session=session)


def devices(till: Hands) -> FakeDevices:
    assert till.session.equipment is not None
    return till.session.equipment


def pay_cash(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.tap(till.key(icon="cash", under=till.screen.ids.hand))
    till.pass_time()
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def open_devices(till: Hands) -> None:
    till.tap(till.key("Actions"))
    till.press("Equipment")


def panel(till: Hands) -> list[str]:
    return till.texts(till.screen.ids.deck)


def test_a_paid_sale_is_printed_once_by_one_touch(till: Hands) -> None:
    pay_cash(till)
    assert devices(till).queue.papers == []
    assert devices(till).queue.kicks == 1
    till.press("Print the ticket")
    ticket = till.session.tickets[-1]
    assert devices(till).queue.papers == [f"Ticket {ticket.series}-{ticket.number}"]
    assert not till.reads("Print the ticket")


def test_without_a_printer_nothing_is_offered(open_post: OpenPost) -> None:
    till = open_post(lang="en")
    pay_cash(till)
    assert not till.reads("Print the ticket")
    assert not [each for each in till.widgets() if getattr(each, "icon", "") == "scale"]
    open_devices(till)
    assert panel(till).count("Not set up") == 4


def test_a_printer_that_is_off_shows_a_sign_that_leads_to_what_to_do(till: Hands) -> None:
    pay_cash(till)
    till.press("Print the ticket")
    devices(till).queue.off()
    till.screen.tick()
    till.frames()
    till.tap(till.key(icon="printer", under=till.screen.ids.status))
    assert any("does not take the paper" in text for text in panel(till))
    assert "1 paper waits" in panel(till)
    till.press("Try now")
    assert devices(till).queue.told == ["retry"]
    till.press("Back to the sale")
    till.screen.tick()
    assert till.screen.ids.status.device_sign == ""
    pay_cash(till)


def test_what_waits_is_dropped_only_when_asked_twice(till: Hands) -> None:
    devices(till).queue.put("Ticket 1", b"")
    open_devices(till)
    till.press("Drop what waits")
    assert devices(till).queue.told == []
    till.press("Drop it")
    assert devices(till).queue.told == ["drop_waiting"]
    assert till.reads("Print a trial")
    till.press("Print a trial")
    assert devices(till).queue.papers == ["Trial"]


@pytest.mark.parametrize(
    ("key", "told"), [("Print again", "print_doubtful"), ("It is out", "drop_doubtful")]
)
def test_somebody_says_what_became_of_a_paper_in_doubt(till: Hands, key: str, told: str) -> None:
    queue = devices(till).queue
    queue.shown = type(queue.shown)(doubtful=("Ticket 12",))
    open_devices(till)
    assert till.reads("Ticket 12")
    till.press(key)
    assert queue.told == [told]
    assert not till.reads("Ticket 12", till.screen.ids.deck)


def test_a_weight_comes_onto_the_pad_for_the_next_article(till: Hands) -> None:
    till.tap(till.key(icon="scale"))
    till.frames()
    devices(till).weighs.answer(345)
    till.screen.poll()
    till.frames()
    assert till.reads("0.345", till.screen.ids.hand)
    till.tap(till.tiles()[2])
    line = till.screen.desk.sale.basket.lines[-1]
    assert line.quantity_milli == 345


def test_a_scale_that_fails_is_said_and_the_quantity_is_typed(till: Hands) -> None:
    till.tap(till.key(icon="scale"))
    devices(till).weighs.answer(problem=Problem("scale_moves"))
    till.screen.poll()
    till.frames()
    assert till.reads("No weight")
    till.pad("2")
    till.tap(till.tiles()[2])
    assert till.screen.desk.sale.basket.lines[-1].quantity_milli == 2000


def test_the_customer_sees_the_sale_its_end_and_a_greeting(till: Hands) -> None:
    seen = devices(till).customer.seen
    assert seen[-1].head == "Welcome"
    till.tap(till.tiles()[0])
    till.tap(till.tiles()[0])
    assert [line.quantity for line in seen[-1].lines] == ["2\u00a0×"]
    assert seen[-1].total == till.stage.t.money(till.session_total())
    total = seen[-1].total
    till.tap(till.key(icon="cash", under=till.screen.ids.hand))
    till.pass_time()
    till.pad("20")
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    assert seen[-1].lines == ()
    assert (seen[-1].total, seen[-1].rest_label) == (total, "Change")
    till.tap(till.tiles()[1])
    assert len(seen[-1].lines) == 1
    till.tap(till.key("Empty"))
    assert seen[-1].head == "Welcome"


def test_a_window_that_ended_is_started_again(till: Hands) -> None:
    devices(till).customer.problem = Problem("display_ended", {"reason": "exit 1"})
    till.screen.tick()
    till.frames()
    till.tap(till.key(icon="screen", under=till.screen.ids.status))
    till.press("Start it again")
    assert devices(till).customer.problem is None


def test_a_card_payment_without_a_ticket_is_shown_until_somebody_has_seen_to_it(
    till: Hands,
) -> None:
    cards = till.session.devices.cards
    cards.pay(2519, "p1")
    cards.confirm(True)
    cards.put_away()
    assert cards.left()[0].step is Step.ACCEPTED
    till.screen.tick()
    till.frames()
    till.tap(till.key(icon="card", under=till.screen.ids.status))
    assert till.reads("Card payment: €25.19")
    till.press("It is seen to")
    assert cards.left()
    till.tap(till.key("It is seen to", under=till.screen.ids.hand))
    assert not cards.left()
    assert not till.reads("Card payment")


def test_a_scanner_whose_keys_go_to_the_customers_window_sells(till: Hands) -> None:
    code = till.session.catalogue.article(till.tiles()[0].article_id).codes[0]  # type: ignore[union-attr]
    for digit in code:
        for down in (True, False):
            devices(till).customer.keys.append(StrayKey(down, ord(digit), SCANCODES[digit]))
    devices(till).customer.keys += [StrayKey(True, 13, ENTER), StrayKey(False, 13, ENTER)]
    assert till.session.on_wake is not None
    till.session.on_wake()
    till.frames()
    (line,) = till.screen.desk.sale.basket.lines
    assert line.code == code


def test_a_ticket_is_printed_again_as_a_duplicate_but_for_its_first_paper(till: Hands) -> None:
    for _ in range(2):
        pay_cash(till)
    first, second = (f"Ticket {each.series}-{each.number}" for each in till.session.tickets)
    till.tap(till.key("Tickets"))
    till.press("Print again")
    assert devices(till).queue.papers == [second]
    assert till.session.counter.tally.session.copies == 0
    till.press("Print again")
    assert till.reads("DUPLICATE no. 1")
    till.screen.close_notice()
    till.screen.act("tickets.pick", till.session.tickets[0].id)
    till.press("Print again")
    assert devices(till).queue.papers == [second, second, first]
    assert till.session.counter.tally.session.copies == 2


def test_nothing_is_printed_again_where_there_is_no_printer(open_post: OpenPost) -> None:
    till = open_post(lang="en")
    pay_cash(till)
    till.tap(till.key("Tickets"))
    assert till.key("Print again").disabled
    till.screen.act("papers.reprint")
    assert till.session.counter.tally.session.copies == 0
