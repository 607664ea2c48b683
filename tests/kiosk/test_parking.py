"""Parking at one till: a basket comes back as it was; who takes it up, with and without the hub."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from common import messages as m
from common.commands import TicketPark, TicketRecall, TicketUnpark, Unparked
from common.errors import Refusal
from common.ids import IdMint
from common.models import Parked, ParkedTicket, encode_row
from common.topics import Profile
from kiosk.basket import Basket
from kiosk.discount import Discount
from kiosk.parked_tickets import ParkedTickets
from kiosk.parking import Parking, Recall, basket_of
from kiosk.state import DeviceInfo, LinkStatus, SessionState
from kiosk.till import Stamp
from tests.kiosk.post import HandClocks, reply, seeded_bytes
from tests.kiosk.shop_rows import article, uid

OUTBOX = "0a" * 16
HERE, THERE = "d" * 32, "e" * 32
DEVICE = DeviceInfo(HERE, 7, "Caisse 7", Profile.TILL, "C7", "Amélie")


class NoPeople:
    """A shop where nobody has a PIN."""

    held = False

    def must_hold(self, _kind: str) -> bool:
        """Return whether requests wait for a log-in."""
        return self.held


class Till:
    """A till's parking, what it has sent, and rows as the hub would publish them."""

    def __init__(self) -> None:
        self.rows = ParkedTickets()
        self.sent: list[Any] = []
        self.state = SessionState(DEVICE, LinkStatus.ONLINE, clock_diff_ms=40)
        self.training = False
        self.refuse = False
        self.people = NoPeople()
        clocks = HandClocks().clocks
        self.parking = Parking(
            self.rows,
            self._send,
            lambda: self.state,
            self.people,  # type: ignore[arg-type]
            lambda: Stamp("Amélie", "main", 40, uid(5)),
            clocks,
            IdMint(clocks.wall_ms, seeded_bytes()),
            lambda: self.training,
        )

    def _send(self, kind: str, args: Any) -> int:
        if self.refuse:
            raise Refusal("disk_full", folder=kind)
        self.sent.append(args)
        return len(self.sent)

    def offline(self) -> "Till":
        self.state = replace(self.state, link=LinkStatus.OFFLINE)
        return self

    def publish(self, ticket: ParkedTicket, at: str = HERE, **other: Any) -> ParkedTicket:
        row = replace(Parked(ticket.id, at, f"at {at[0]}", 1, ticket), **other)
        self.rows.put(row.id, encode_row(row))
        return ticket

    def park(self, **other: Any) -> ParkedTicket:
        return replace(self.parking.park(basket()), **other)

    def answer(self, status: m.Status = m.Status.ACCEPTED, code: str = "") -> None:
        self.parking.replies([reply(OUTBOX, len(self.sent), status, code=code)])


def basket() -> Basket:
    """Return a basket with a line of each kind, discounts of a line and of the whole."""
    made = Basket().add(article(1, price_cents=120), 2500)
    made = made.add_labelled(article(2, "Comté"), 715).add_free("Divers", 199, 2000)
    made = made.discount_line(1, Discount(bp=1000)).discount_line(2, Discount(cents=15))
    return made.reprice(3, 210).discount_all(Discount(bp=500))


def test_a_basket_comes_back_as_it_was() -> None:
    till, parked = Till(), basket()
    ticket = till.parking.park(parked, "M. Petit")
    assert till.sent == [TicketPark(ticket)]
    assert (ticket.note, ticket.operator, ticket.operator_id) == ("M. Petit", "Amélie", uid(5))
    assert (ticket.total_cents, ticket.clock_diff_ms) == (parked.total_cents, 40)
    back = basket_of(ticket)
    assert back == replace(parked, parked=ticket.id)
    assert back.to_lines() == parked.to_lines()


def test_in_a_basket_that_goes_on_lines_keep_numbers_of_their_own() -> None:
    ticket = Till().parking.park(basket())
    back = basket_of(ticket, next_id=9)
    assert ([line.id for line in back.lines], back.selected, back.next_id) == ([9, 10, 11], 11, 12)


def test_what_was_recalled_and_is_parked_again_names_the_one_before() -> None:
    till = Till()
    first = till.parking.park(basket())
    assert till.parking.park(basket_of(first)).before == first.id


def test_an_emptied_basket_goes_on_from_nothing() -> None:
    back = basket_of(Till().parking.park(Basket().add_free("Divers", 199, 2000)))
    assert back.parked
    assert (back.clear().parked, back.remove(1).parked, back.set_quantity(1, 0).parked) == ("",) * 3


@pytest.mark.parametrize("refuse", [False, True])
def test_what_cannot_be_parked_is_refused(refuse: bool) -> None:
    till = Till()
    till.refuse = refuse
    with pytest.raises(Refusal) as caught:
        till.parking.park(basket() if refuse else Basket())
    assert caught.value.problem.code == ("disk_full" if refuse else "ticket_empty")


# Online.


def test_online_the_hubs_reply_is_the_grant() -> None:
    till = Till()
    ticket = till.publish(till.park(), THERE)
    till.parking.recall(ticket.id)
    assert till.sent[-1] == TicketRecall(ticket.id)
    assert (till.parking.take(), till.parking.asking) == (None, True)
    till.parking.replies([reply(OUTBOX, 999)])
    assert till.parking.asking
    till.answer()
    assert till.parking.take() == Recall(ticket)
    assert (till.parking.take(), till.parking.asking) == (None, False)


def test_a_refusal_is_said() -> None:
    till = Till()
    ticket = till.publish(till.park(), THERE)
    till.parking.recall(ticket.id)
    till.answer(m.Status.REFUSED, "parked_elsewhere")
    recall = till.parking.take()
    assert recall is not None
    assert recall.ticket is None
    assert recall.problem is not None
    assert recall.problem.code == "parked_elsewhere"


def test_where_the_hub_goes_before_it_answers_that_is_said_and_nothing_is_given() -> None:
    till = Till()
    ticket = till.publish(till.park())
    till.parking.recall(ticket.id)
    till.offline()
    recall = till.parking.take()
    assert recall is not None
    assert recall.problem is not None
    assert recall.problem.code == "parked_unanswered"
    till.answer()
    assert till.parking.take() is None


def test_what_is_over_is_not_asked_for() -> None:
    till = Till()
    with pytest.raises(Refusal) as caught:
        till.parking.recall(uid(9))
    assert caught.value.problem.code == "unknown_parked"


# Offline.


def on_disk(till: Till) -> ParkedTicket:
    ticket = till.park()
    till.rows.set_pending([ticket], {})
    return ticket


OWN: list[Callable[[Till], ParkedTicket]] = [
    on_disk,
    lambda till: till.publish(till.park()),
]


@pytest.mark.parametrize("make", OWN, ids=["on its way", "at the hub"])
def test_offline_its_own_is_taken_up_at_once_and_said(
    make: Callable[[Till], ParkedTicket],
) -> None:
    till = Till().offline()
    ticket = make(till)
    till.parking.recall(ticket.id)
    assert till.parking.take() == Recall(ticket)
    assert till.sent[-1] == TicketUnpark(ticket.id, Unparked.TAKEN)


@pytest.mark.parametrize("taken", [True, False])
def test_what_it_has_in_hand_it_takes_up_again_without_a_word(taken: bool) -> None:
    till = Till().offline()
    ticket = till.publish(till.park(), THERE, **({} if taken else {"holder_id": HERE}))
    if taken:
        till.rows.set_pending([], {ticket.id: Unparked.TAKEN})
    entry = till.rows.get(ticket.id)
    assert entry is not None
    assert till.parking.is_here(entry)
    sent = len(till.sent)
    till.parking.recall(ticket.id)
    assert till.parking.take() == Recall(ticket)
    assert len(till.sent) == sent


@pytest.mark.parametrize(
    ("at", "other", "code"),
    [
        (THERE, {}, "parked_needs_hub"),
        (HERE, {"holder_id": THERE, "holder_name": "Caisse 2"}, "parked_elsewhere"),
    ],
)
def test_offline_anothers_is_refused(at: str, other: dict[str, str], code: str) -> None:
    till = Till().offline()
    ticket = till.publish(till.park(), at, **other)
    with pytest.raises(Refusal) as caught:
        till.parking.recall(ticket.id)
    assert caught.value.problem.code == code


def test_who_logged_in_without_the_hub_asks_it_for_nothing() -> None:
    till = Till()
    till.people.held = True
    ticket = till.publish(till.park())
    till.parking.recall(ticket.id)
    assert till.parking.take() == Recall(ticket)


# The list.


def test_the_list_is_newest_first_and_says_what_is_on_its_way() -> None:
    till = Till()
    old = till.publish(till.park(at_ms=1000))
    new = till.park(at_ms=2000)
    till.rows.set_pending([new], {})
    entries = till.parking.entries()
    assert [(each.ticket.id, each.pending) for each in entries] == [
        (new.id, True),
        (old.id, False),
    ]


@pytest.mark.parametrize("outcome", [Unparked.SOLD, Unparked.DROPPED])
def test_what_is_over_leaves_the_list_before_the_hub_knows(outcome: Unparked) -> None:
    till = Till()
    ticket = till.publish(till.park())
    assert till.rows.set_pending([], {ticket.id: outcome}) == {ticket.id}
    assert till.parking.entries() == []
    assert till.rows.set_pending([], {ticket.id: outcome}) == set()


def test_exercises_are_for_those_who_practise() -> None:
    till = Till()
    till.training = True
    ticket = till.publish(till.park())
    assert ticket.training
    assert [each.ticket for each in till.parking.entries()] == [ticket]
    till.training = False
    assert till.parking.entries() == []
