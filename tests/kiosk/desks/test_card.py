"""Card payments by a terminal with a line: sent, accepted, declined, cut, after a crash."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from common.i18n import Translator
from common.seal import Sealer
from kiosk.desks.desk import Wall
from kiosk.desks.paying import SETTLE_MS
from kiosk.desks.till import TillDesk
from kiosk.scanner import Scan
from kiosk.terminals.card_file import CardFile
from kiosk.terminals.simulated import ANSWER_S, Answer, SimulatedTerminal
from kiosk.views.mode import Mode
from tests.ui.fake_people import AMELIE, DRISS
from tests.ui.fake_session import OFFSET_MIN, FakeSession

PRICE_CENTS = 3_247


class Till:
    """A till with one article of 32.47 € in its basket, and a simulated terminal."""

    def __init__(self, folder: Path, answer: Answer = Answer.ACCEPT) -> None:
        self.session = FakeSession(articles=20)
        self.folder = folder
        self.terminal: SimulatedTerminal = self.session.simulated(answer)
        article = self.session.catalogue.search(limit=1)[0]
        self.session.put("articles", replace(article, price_cents=PRICE_CENTS))
        self.start()

    def start(self) -> None:
        """Start the till: what was in its basket is gone, what is in its folder is not."""
        self.session.plug_in(self.terminal, CardFile(self.folder, Sealer(b"\1" * 32)))
        wall = Wall(lambda: self.session.now_ms, lambda: OFFSET_MIN)
        self.desk = TillDesk(self.session, Translator("en"), wall)
        self.desk.tap_article(self.session.catalogue.search_ids()[0])

    def take(self, method: str, digits: str = "") -> bool:
        self.desk.pay(method)
        self.session.now_ms += SETTLE_MS
        for digit in digits:
            self.desk.press(digit)
        return self.desk.confirm()

    def wait(self, seconds: float = ANSWER_S) -> None:
        self.session.now_ms += round(seconds * 1_000)
        self.desk.poll()

    def shows(self, mode: Mode) -> bool:
        return self.desk.mode is mode

    def paid(self) -> list[tuple[str, int]]:
        return [
            (each.method, each.amount_cents)
            for ticket in self.session.tickets
            for each in ticket.payments
        ]

    def said(self) -> str:
        notice = self.desk.notice()
        return "" if notice is None else notice.title


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


def test_the_amount_is_sent_and_the_sale_goes_on_by_itself(till: Till) -> None:
    till.desk.pay("card")
    assert till.desk.payment().ok == "Send to the terminal"
    assert not till.take("card")
    view = till.desk.payment()
    assert (view.ok, view.back, view.can_take, view.given) == (
        *("Waiting for the terminal", "Cancel"),
        *(False, "€32.47"),
    )
    assert not till.paid()
    till.wait()
    assert till.paid() == [("card", PRICE_CENTS)]
    assert till.shows(Mode.SELL)
    paid = till.desk.paid()
    assert paid is not None
    assert paid.label == "Paid by card"
    assert not till.session.devices.cards.left()


def test_nothing_else_is_done_while_the_terminal_is_waited_for(till: Till) -> None:
    till.take("card")
    other = till.session.catalogue.search(limit=3)[2]
    acts: tuple[Callable[[], None], ...] = (
        lambda: till.desk.scan(Scan(other.codes[0])),
        lambda: till.desk.pay("cash"),
        lambda: till.desk.show(Mode.TICKETS),
        lambda: till.desk.do("free_line"),
    )
    for act in acts:
        till.desk.dismiss()
        act()
        assert till.said() == "The card terminal is being waited for"
        assert till.shows(Mode.CARD)
    till.desk.press("5")
    assert not till.desk.typing()
    till.desk.empty()
    assert len(till.desk.basket().lines) == 1
    assert not till.desk.confirm()
    till.wait()
    assert till.paid() == [("card", PRICE_CENTS)]


def test_a_declined_card_says_why_and_another_way_is_open(till: Till) -> None:
    till.terminal.answer = Answer.DECLINE
    till.take("card")
    till.wait()
    view = till.desk.payment()
    assert (view.ok, view.back, view.calm) == ("Try again", "Back", False)
    assert "declined" in view.note
    assert till.take("cash")
    assert till.paid() == [("cash", PRICE_CENTS)]
    assert not till.session.devices.cards.left()


def test_a_declined_card_is_tried_again(till: Till) -> None:
    till.terminal.answer = Answer.DECLINE
    till.take("card")
    till.wait()
    till.terminal.answer = Answer.ACCEPT
    assert not till.desk.confirm()
    till.wait()
    assert till.paid() == [("card", PRICE_CENTS)]


def test_a_payment_is_cancelled(till: Till) -> None:
    till.take("card")
    till.desk.back()
    view = till.desk.payment()
    assert (view.ok, view.note) == ("Try again", "The card payment was cancelled.")
    assert till.shows(Mode.CARD)
    till.desk.back()
    assert till.shows(Mode.SELL)
    till.wait()
    assert not till.paid()


@pytest.mark.parametrize("accepted", [True, False])
def test_where_the_line_is_cut_the_cashier_says_how_it_ended(till: Till, accepted: bool) -> None:
    till.terminal.answer = Answer.CUT
    till.take("card")
    till.wait()
    view = till.desk.payment()
    assert (view.ok, view.back, view.can_take) == ("It was accepted", "Not accepted", True)
    if accepted:
        assert till.desk.confirm()
        assert till.paid() == [("card", PRICE_CENTS)]
    else:
        till.desk.back()
        assert till.desk.payment().ok == "Try again"
        assert not till.paid()
    assert not till.session.devices.cards.left()


def test_a_terminal_that_cannot_be_reached_takes_nothing(till: Till) -> None:
    till.terminal.answer = Answer.OFF
    assert not till.take("card")
    assert till.said() == "This could not be recorded"
    assert till.desk.can_confirm()
    assert not till.desk.paying.begun


def test_a_part_by_card_and_the_rest_in_cash(till: Till) -> None:
    till.take("card", "30")
    till.wait()
    assert till.shows(Mode.PAYING)
    assert till.desk.basket().total == "€2.47"
    assert till.take("cash", "5")
    assert till.paid() == [("card", 3_000), ("cash", 247)]
    assert not till.session.devices.cards.left()


def test_a_card_that_was_accepted_is_kept_where_the_ticket_cannot_be_written(till: Till) -> None:
    till.take("card")
    till.session.refuse = "disk_full"
    till.wait()
    assert till.said() == "This could not be recorded"
    assert till.shows(Mode.PAYING)
    assert till.desk.payment().ok == "Record the sale"
    till.session.refuse = ""
    till.session.now_ms += SETTLE_MS
    assert till.desk.confirm()
    assert till.paid() == [("card", PRICE_CENTS)]


def test_after_a_crash_the_payment_is_told_and_pays_for_the_sale(till: Till) -> None:
    till.take("card")
    till.session.refuse = "disk_full"
    till.wait()
    till.session.refuse = ""
    till.start()
    assert till.said() == "A card payment of €32.47 has no ticket"
    till.desk.pay("card")
    (left,) = till.desk.payment().left
    assert left.amount == "€32.47"
    assert till.desk.paying.take_up(left.reference)
    assert till.paid() == [("card", PRICE_CENTS)]
    till.start()
    assert till.said() == ""


def test_after_a_crash_meanwhile_the_cashier_says_how_it_ended(till: Till) -> None:
    till.take("card")
    till.start()
    till.desk.pay("card")
    (left,) = till.desk.payment().left
    assert not till.desk.paying.take_up(left.reference)
    assert till.desk.payment().ok == "It was accepted"
    till.session.now_ms += SETTLE_MS
    assert till.desk.confirm()
    assert till.paid() == [("card", PRICE_CENTS)]


def test_a_payment_that_is_more_than_the_sale_is_not_offered_for_it(till: Till) -> None:
    till.desk.more(1)
    till.take("card")
    till.start()
    till.desk.pay("card")
    assert till.desk.payment().left == ()


def test_what_is_taken_back_waits_for_another_sale(till: Till) -> None:
    till.take("card", "30")
    till.wait()
    (tender,) = till.desk.payment().tenders
    till.desk.paying.take_back(tender.id)
    assert till.said() == "€30.00 were charged to a card"
    till.desk.pay("card")
    assert [each.amount for each in till.desk.payment().left] == ["€30.00"]


def test_somebody_who_may_not_sell_asks_no_terminal(till: Till) -> None:
    till.session.hire()
    till.session.log_in(DRISS)
    till.take("card")
    assert till.desk.allowing.open
    assert till.session.devices.cards.view is None
    till.desk.allowing.cancel()
    till.session.log_in(AMELIE)
    till.take("card")
    till.wait()
    assert till.paid() == [("card", PRICE_CENTS)]


def test_an_exercise_asks_no_terminal(till: Till) -> None:
    till.session.counter.training = True
    till.desk.pay("card")
    assert till.desk.payment().ok == "Card accepted"
    till.take("card")
    assert till.session.devices.cards.view is None
