"""What a post has not delivered, as its seller knows it: by ticket and amount."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common import messages as m
from common.errors import Problem
from common.models import Payment
from common.rules import ticket_line
from common.topics import Profile
from kiosk.device import write_device
from kiosk.keys import new_keys, write_keys
from kiosk.opening import open_session
from kiosk.outbox import Kept
from kiosk.session import Session
from kiosk.undelivered import Undelivered, undelivered
from tests.kiosk.post import NOW_MS, HandClocks, device, reply
from tests.kiosk.shop_rows import uid
from tests.kiosk.test_session import stock_up

LINES = (ticket_line(uid(1), "Baguette", 2000, 120, 550, "3257980128340"),)
CARD = (Payment("card", 240, 240),)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    write_keys(tmp_path, new_keys())
    write_device(tmp_path, device(Profile.TILL))
    stock_up(tmp_path)
    session = open_session(tmp_path, HandClocks().clocks)
    yield session
    session.close()


def test_sales_are_listed_oldest_first_and_go_with_their_reply(session: Session) -> None:
    tickets = [session.sell(LINES, CARD) for _ in range(3)]
    series = session.state.device.series
    assert [t.number for t in tickets] == [1, 2, 3]
    assert session.undelivered() == [
        Undelivered(n, "sale.record", NOW_MS, f"{series}-{n}", 240, None) for n in (1, 2, 3)
    ]
    assert [each.n for each in session.undelivered(limit=2)] == [1, 2]
    session._outbox.note_replies([reply(session.outbox, 1), reply(session.outbox, 2)])
    assert [each.n for each in session.undelivered()] == [3]


def test_what_the_hub_keeps_apart_comes_first_and_says_why(session: Session) -> None:
    for _ in range(3):
        session.sell(LINES, CARD)
    apart = m.Reply(
        session.outbox, 3, m.Status.QUARANTINED, 1, {}, "handler_failed", {"reason": "KeyError"}
    )
    session._outbox.note_replies([apart])
    assert [(each.n, each.problem) for each in session.undelivered()] == [
        (3, Problem("handler_failed", {"reason": "KeyError"})),
        (1, None),
        (2, None),
    ]
    assert [each.n for each in session.undelivered(limit=2)] == [3, 1]


@pytest.mark.parametrize(
    ("kind", "body"),
    [("price.set", b"{}"), ("sale.record", b"no json"), ("sale.record", b'{"id":1}')],
)
def test_what_has_no_ticket_is_listed_all_the_same(kind: str, body: bytes) -> None:
    assert undelivered([Kept(4, kind, body, None, 9)]) == [Undelivered(4, kind, 9, "", None, None)]
