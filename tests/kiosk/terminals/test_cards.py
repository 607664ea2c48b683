"""Card payments: on disk before the terminal is told, shown after a crash, held by a ticket."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from common.errors import Refusal
from common.models import Payment, Ticket
from common.seal import Sealer
from kiosk.terminals.card_file import CardFile
from kiosk.terminals.cards import ANSWER_WITHIN_S, MOST, CardPayments
from kiosk.terminals.manual import ManualTerminal
from kiosk.terminals.simulated import ANSWER_S, Answer, SimulatedTerminal
from kiosk.terminals.terminal import Step, Terminal
from tests.kiosk.post import HandClocks
from tests.kiosk.printing.sold import ticket

SEALER = Sealer(b"\1" * 32)


class Till:
    """A till's card payments on a folder, with a clock by hand; `again` is its next start."""

    def __init__(self, folder: Path, answer: Answer = Answer.ACCEPT, by_hand: bool = False) -> None:
        self.folder = folder
        self.hand = HandClocks()
        self.simulated = SimulatedTerminal(self.hand.clocks.monotonic, answer)
        self.terminal: Terminal = ManualTerminal() if by_hand else self.simulated
        self.cards = self.opened()

    def opened(self) -> CardPayments:
        return CardPayments(self.terminal, self.hand.clocks, CardFile(self.folder, SEALER))

    def again(self) -> None:
        self.cards = self.opened()

    def wait(self, seconds: float = ANSWER_S) -> None:
        self.hand.sleep(seconds)
        self.cards.poll()

    def step(self) -> Step:
        assert self.cards.view is not None
        return self.cards.view.step

    def problem(self) -> str:
        assert self.cards.view is not None
        assert self.cards.view.problem is not None
        return self.cards.view.problem.code

    def left(self) -> list[tuple[str, int, Step]]:
        return [
            (note.asked.reference, note.asked.amount_cents, note.step) for note in self.cards.left()
        ]

    def paid(self, *cents: int) -> Ticket:
        self.hand.sleep(1)
        payments = tuple(Payment("card", each, each) for each in cents)
        return replace(ticket(payments=payments), at_ms=self.hand.clocks.wall_ms())


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refusal) as raised:
        yield
    assert raised.value.problem.code == code


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


def test_a_card_is_accepted_after_a_while_and_the_ticket_holds_it(till: Till) -> None:
    till.cards.pay(2519, "p1")
    assert till.step() is Step.ASKED
    assert till.cards.poll()
    assert till.step() is Step.WAITING
    assert not till.cards.poll()
    assert till.cards.due_in_s == ANSWER_S
    till.wait()
    assert till.step() is Step.ACCEPTED
    assert till.cards.view is not None
    assert till.cards.view.proof == "SIM-000001"
    till.cards.settled(["p1"])
    assert till.cards.view is None
    till.again()
    assert till.left() == []


@pytest.mark.parametrize(
    ("answer", "step", "problem"),
    [
        (Answer.DECLINE, Step.DECLINED, "card_declined"),
        (Answer.TIME_OUT, Step.DECLINED, "card_not_shown"),
        (Answer.CUT, Step.UNKNOWN, "terminal_cut"),
    ],
)
def test_a_no_leaves_nothing_and_a_cut_line_is_looked_after(
    tmp_path: Path, answer: Answer, step: Step, problem: str
) -> None:
    till = Till(tmp_path, answer)
    till.cards.pay(500, "p1")
    till.wait()
    assert till.step() is step
    assert till.problem() == problem
    till.cards.put_away()
    till.again()
    assert till.left() == ([("p1", 500, Step.UNKNOWN)] if step is Step.UNKNOWN else [])


def test_what_nobody_knows_the_end_of_takes_the_cashiers_word(tmp_path: Path) -> None:
    for accepted, kept in ((True, [("p1", 500, Step.ACCEPTED)]), (False, [])):
        till = Till(tmp_path, Answer.CUT)
        till.cards.pay(500, "p1")
        till.wait()
        assert till.cards.view is not None
        assert till.cards.view.needs_word
        till.cards.confirm(accepted)
        till.cards.put_away()
        assert till.left() == kept
        till.cards.settled(["p1"])


def test_a_terminal_that_says_nothing_is_given_up_and_may_still_answer(tmp_path: Path) -> None:
    till = Till(tmp_path, Answer.SILENT)
    till.cards.pay(500, "p1")
    till.cards.cancel()
    till.wait(ANSWER_WITHIN_S - 1)
    assert till.step() is Step.WAITING
    till.wait(2)
    assert till.step() is Step.UNKNOWN
    assert till.problem() == "terminal_silent"
    till.cards.confirm(False)
    assert till.step() is Step.DECLINED
    till.simulated.answer = Answer.ACCEPT
    till.wait()
    # It had taken the money after all: that is kept, whatever was said of it.
    assert till.step() is Step.ACCEPTED
    till.again()
    assert till.left() == [("p1", 500, Step.ACCEPTED)]


def test_a_payment_is_cancelled_unless_it_is_too_late(till: Till) -> None:
    till.cards.pay(500, "p1")
    till.cards.cancel()
    assert till.step() is Step.CANCELLED
    till.cards.pay(500, "p2")
    till.hand.sleep(ANSWER_S)
    till.cards.cancel()
    assert till.step() is Step.ACCEPTED
    till.again()
    assert till.left() == [("p2", 500, Step.ACCEPTED)]


def test_by_hand_the_cashier_says_how_it_ended(tmp_path: Path) -> None:
    till = Till(tmp_path, by_hand=True)
    till.cards.pay(500, "p1")
    till.wait(ANSWER_WITHIN_S + 1)
    assert till.cards.view is not None
    assert till.cards.view.needs_word
    till.cards.confirm(True)
    assert till.step() is Step.ACCEPTED
    assert not till.cards.view.needs_word
    till.cards.settled(["p1"])
    till.cards.pay(500, "p2")
    till.cards.cancel()
    assert till.step() is Step.CANCELLED
    till.again()
    assert till.left() == []


@pytest.mark.parametrize("seconds", [0.0, ANSWER_S])
def test_a_till_that_dies_before_its_ticket_shows_the_payment_at_its_next_start(
    till: Till, seconds: float
) -> None:
    till.cards.pay(2519, "p1")
    till.wait(seconds)
    till.again()
    step = Step.ACCEPTED if seconds else Step.UNKNOWN
    assert till.left() == [("p1", 2519, step)]
    assert till.cards.view is None
    # It is taken for the sale in hand, or looked after.
    assert till.cards.take_up("p1")
    assert till.left() == []
    assert till.step() is step
    till.cards.confirm(True)
    assert till.step() is Step.ACCEPTED
    till.cards.settled(["p1"])
    till.again()
    assert till.left() == []


def test_what_somebody_has_seen_to_is_forgotten(till: Till) -> None:
    till.cards.pay(500, "p1")
    till.again()
    till.cards.drop("p1")
    till.again()
    assert till.left() == []
    assert not till.cards.take_up("p1")


def test_a_ticket_that_was_made_before_the_crash_holds_its_payments(till: Till) -> None:
    before = till.paid(1000)
    till.hand.sleep(1)
    for name in ("p1", "p2", "p3"):
        till.cards.pay(1000, name)
        till.wait()
    made = till.paid(1000, 1000)
    till.again()
    till.cards.look_for_tickets([made, before])
    # Two of the three: the ticket from before them is none of theirs.
    assert [reference for reference, *_ in till.left()] == ["p3"]


def test_money_given_back_is_held_by_a_refund(till: Till) -> None:
    till.cards.refund(1000, "p1")
    till.wait()
    made = till.paid(1000)
    till.cards.put_away()
    till.cards.look_for_tickets([made])
    assert [reference for reference, *_ in till.left()] == ["p1"]
    till.cards.look_for_tickets([till.paid(-1000)])
    assert till.left() == []


def test_one_payment_at_a_time_and_none_where_the_terminal_is_off(till: Till) -> None:
    till.cards.pay(500, "p1")
    for again in (till.cards.pay, till.cards.refund):
        with refused("terminal_busy"):
            again(500, "p2")
    assert not till.cards.take_up("p1")
    till.cards.cancel()
    till.simulated.answer = Answer.OFF
    with refused("terminal_unreachable"):
        till.cards.pay(500, "p3")
    till.again()
    assert till.left() == []


def test_payments_without_a_ticket_do_not_pile_up(till: Till) -> None:
    for n in range(MOST):
        till.cards.pay(500, f"p{n}")
        till.wait()
    with refused("too_many_cards"):
        till.cards.pay(500, "one more")


def test_nothing_is_asked_of_the_terminal_that_is_not_on_disk(tmp_path: Path) -> None:
    till = Till(tmp_path / "gone")
    with refused("disk_failed"):
        till.cards.pay(500, "p1")
    assert till.simulated.due_in_s is None
    assert till.cards.view is None


def test_the_file_is_sealed_and_one_that_cannot_be_read_is_set_aside(till: Till) -> None:
    till.cards.pay(500, "p1")
    file = till.folder / "cards.sealed"
    assert b"p1" not in file.read_bytes()
    file.write_bytes(b"garbage")
    till.again()
    assert till.left() == []
    assert till.cards.problem is not None
    assert till.cards.problem.code == "cards_unreadable"
    assert (till.folder / "cards.damaged.sealed").read_bytes() == b"garbage"


def test_an_amount_of_nothing_is_the_callers_fault(till: Till) -> None:
    with pytest.raises(ValueError, match="amount"):
        till.cards.pay(0, "p1")
