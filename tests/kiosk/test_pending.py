"""View = replica + pending: when an operation's effect ends, on each topic for itself."""

from typing import Any

import orjson
import pytest

from common import messages as m
from common.commands import Unparked
from common.models import GoodsReceipt, ParkedLine, ParkedTicket, ReceiptLine, Ticket
from common.topics import TOPICS_OF, Profile
from kiosk.outbox import Kept
from kiosk.pending import Pending, View
from tests.kiosk.post import NOW_MS, reply
from tests.kiosk.shop_rows import ticket, uid

OUTBOX = "0a" * 16
STOCK = f"{uid(1)}:main"


def kept(n: int, kind: str, args: dict[str, Any], answer: m.Reply | None = None) -> Kept:
    body = {"id": uid(900 + n), "kind": kind, "args": args, "operator": ""}
    return Kept(n, kind, orjson.dumps(body), answer)


def sale(n: int, milli: int = 1000, answer: m.Reply | None = None) -> Kept:
    return kept(n, "sale.record", {"ticket": ticket(n, milli=milli)}, answer)


def delivery(n: int, milli: int = 24_000) -> Kept:
    receipt = GoodsReceipt(uid(n), NOW_MS, 60, 0, "", "main", (ReceiptLine(uid(1), milli),))
    return kept(n, "goods.receive", {"receipt": receipt})


def till() -> Pending:
    return Pending(TOPICS_OF[Profile.TILL])


def view(pending: Pending) -> View:
    seen = pending.take_view()
    assert seen is not None
    return seen


def tickets(seen: View) -> list[int]:
    return [paper.number for paper in seen.tickets]


def test_a_sale_shows_at_once_on_stock_and_sales() -> None:
    pending = till()
    pending.add(sale(1, 2000))
    pending.add(sale(2, 500))
    seen = view(pending)
    assert seen.stock == {STOCK: -2500}
    assert tickets(seen) == [1, 2]
    assert isinstance(seen.tickets[0], Ticket)
    assert pending.take_view() is None


def test_a_delivery_shows_at_once_at_the_depot() -> None:
    pending = Pending(TOPICS_OF[Profile.DEPOT])
    pending.add(delivery(1))
    seen = view(pending)
    assert seen.stock == {STOCK: 24_000}
    assert [paper.id for paper in seen.receipts] == [uid(1)]
    pending.stand("receipts", 9, 1)
    assert view(pending).receipts == ()


def parked(number: int, before: str = "") -> ParkedTicket:
    line = ParkedLine("", "Divers", 1000, 199, 2000)
    return ParkedTicket(uid(number), NOW_MS, 60, 0, "", (line,), 199, before=before)


def test_parked_tickets_and_what_became_of_them_show_at_once() -> None:
    pending = till()
    first, second = parked(1), parked(2, before=uid(7))
    pending.add(kept(1, "ticket.park", {"ticket": first}))
    pending.add(kept(2, "ticket.unpark", {"parked": first.id, "outcome": "taken"}))
    pending.add(kept(3, "ticket.park", {"ticket": second}))
    seen = view(pending)
    assert seen.parked == (first, second)
    assert seen.unparked == {first.id: Unparked.TAKEN, uid(7): Unparked.DROPPED}
    pending.add(kept(4, "ticket.unpark", {"parked": first.id, "outcome": "sold"}))
    assert view(pending).unparked[first.id] is Unparked.SOLD
    pending.stand("parked", 4, 4)
    assert view(pending) == View()


def test_kinds_without_a_view_are_passed_over() -> None:
    pending = till()
    pending.add(kept(1, "price.set", {"prices": []}))
    pending.add(delivery(2))  # A till follows stock, though it receives nothing itself.
    seen = view(pending)
    assert seen == View({STOCK: 24_000})


def test_it_ends_on_each_topic_when_that_topic_holds_it() -> None:
    pending = till()
    pending.add(sale(1))
    pending.add(sale(2))
    pending.stand("stock", 10, 1)
    seen = view(pending)
    assert (seen.stock, tickets(seen)) == ({STOCK: -1000}, [1, 2])
    pending.stand("sales", 5, 2)
    seen = view(pending)
    assert (seen.stock, tickets(seen)) == ({STOCK: -1000}, [])
    pending.stand("stock", 11, 2)
    assert view(pending) == View()
    pending.stand("stock", 12, 3)
    assert pending.take_view() is None


def test_a_reply_before_the_rows_ends_it_only_where_they_are() -> None:
    pending = till()
    pending.add(sale(1))
    view(pending)
    pending.stand("stock", 7, 0)
    pending.reply(reply(OUTBOX, 1, topics={"stock": 8, "sales": 3}))
    assert pending.take_view() is None
    pending.stand("stock", 8, 0)
    assert view(pending).stock == {}
    pending.stand("sales", 3, 0)
    assert view(pending) == View()


def test_a_reply_ends_it_on_topics_that_it_did_not_touch() -> None:
    pending = till()
    pending.add(sale(1))
    pending.reply(reply(OUTBOX, 1, topics={"sales": 3}))
    seen = view(pending)
    assert (seen.stock, tickets(seen)) == ({}, [1])


@pytest.mark.parametrize("status", [m.Status.REFUSED, m.Status.QUARANTINED])
def test_what_the_hub_did_not_take_ends_at_once(status: m.Status) -> None:
    pending = till()
    pending.add(sale(1))
    pending.reply(reply(OUTBOX, 1, status, topics={"stock": 99, "sales": 99}))
    assert view(pending) == View()


def test_rows_that_came_first_leave_nothing_pending() -> None:
    pending = till()
    pending.stand("stock", 5, 3)
    pending.stand("sales", 5, 3)
    pending.add(sale(3))
    assert view(pending) == View()


def test_after_a_restart_a_reply_whose_rows_were_lost_counts_again() -> None:
    pending = till()
    answer = reply(OUTBOX, 1, topics={"stock": 8, "sales": 3})
    pending.stand("stock", 8, 1)
    pending.stand("sales", 2, 0)
    pending.restart([sale(1, answer=answer), sale(2)])
    seen = view(pending)
    assert (seen.stock, tickets(seen)) == ({STOCK: -1000}, [1, 2])
    pending.restart([])
    assert view(pending) == View()


def test_a_line_without_an_article_moves_no_stock() -> None:
    free = ticket(1)
    line = orjson.loads(orjson.dumps(free))
    line["lines"][0]["article_id"] = ""
    pending = till()
    pending.add(kept(1, "sale.record", {"ticket": line}))
    assert view(pending).stock == {}
