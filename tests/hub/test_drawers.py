"""How each till's drawer stands, as the office asks it of the hub."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.commands import TillRecords
from common.journal.drawer import CashData, DrawerData, SessionData
from common.journal.kinds import RecordType
from common.journal.opened import OpenedData
from common.models import Payment
from hub.drawers import drawers
from tests.hub.closing_shop import ClosingShop
from tests.hub.papers import lines_of


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ClosingShop]:
    made = ClosingShop(tmp_path)
    yield made
    made.shop.close()


def drawer(shop: ClosingShop, till: int = 0) -> dict[str, Any]:
    """Return how a till's drawer stands, once the hub has looked at all that came."""
    shop.deliver(till)
    shop.settle()
    return drawers(shop.shop.store.db, shop.check.standing)[till]


def sell_for_cash(shop: ClosingShop, till: int = 0) -> int:
    """Sell something for cash; return what it comes to."""
    lines = lines_of((shop.articles[0], 1000))
    cents = sum(line.total_cents for line in lines)
    shop.make(till, lines, (Payment("cash", cents, cents),))
    return cents


def close(shop: ClosingShop, counted_cents: int, till: int = 0) -> None:
    """Close a till's cash session by a Z."""
    at = shop.tills[till]
    records = tuple(at.pen.report(RecordType.Z, counted_cents))
    at.waiting.append(at.post.send("z.record", TillRecords(records)))


def test_nobody_has_opened_one(shop: ClosingShop) -> None:
    shop.make()
    found = drawer(shop)
    assert (found["name"], found["session"], found["last_z"]) == ("Caisse 1", None, None)


def test_what_must_be_there_follows_each_record_and_each_till_has_its_own(
    shop: ClosingShop,
) -> None:
    shop.note(0, RecordType.SESSION_OPENED, SessionData(15_000))
    sold = sell_for_cash(shop)
    shop.note(0, RecordType.CASH_IN, CashData(2_000, "change"))
    shop.note(0, RecordType.CASH_OUT, CashData(500, "bread"))
    shop.make(1)
    session = drawer(shop)["session"]
    assert (session["float_cents"], session["tickets"]) == (15_000, 1)
    assert session["expected_cents"] == 15_000 + sold + 2_000 - 500
    assert session["operator"] == "Amélie"
    assert session["at_ms"] > 0
    assert drawer(shop, 1)["session"] is None


def test_a_z_ends_it_and_is_told_until_the_next(shop: ClosingShop) -> None:
    shop.note(0, RecordType.SESSION_OPENED, SessionData(15_000))
    sold = sell_for_cash(shop)
    close(shop, 15_000 + sold - 20)
    found = drawer(shop)
    assert found["session"] is None
    assert found["last_z"]["net_cents"] == sold
    assert found["last_z"]["difference_cents"] == -20
    shop.note(0, RecordType.SESSION_OPENED, SessionData(100))
    found = drawer(shop)
    assert found["session"]["expected_cents"] == 100
    assert found["last_z"]["net_cents"] == sold


def test_exercises_and_revoked_tills_are_none_of_it(shop: ClosingShop) -> None:
    shop.note(0, RecordType.SESSION_OPENED, SessionData(300))
    shop.note(0, RecordType.DRAWER, DrawerData("change"), exercise=True)
    assert drawer(shop)["session"]["expected_cents"] == 300
    with shop.shop.store.group() as db:
        db.execute("UPDATE device SET state = 'revoked' WHERE number = 1")
    assert [each["name"] for each in drawers(db, shop.check.standing)] == ["Caisse 2"]


def test_where_records_are_missing_no_amount_is_said(shop: ClosingShop) -> None:
    shop.note(0, RecordType.SESSION_OPENED, SessionData(300))
    shop.deliver(0)
    sell_for_cash(shop)
    lost = shop.tills[0].waiting.pop()
    shop.tills[0].post.n = lost.command.n - 1
    sell_for_cash(shop)
    assert drawer(shop)["session"]["expected_cents"] is None


def test_the_last_z_is_found_in_the_chain_before(shop: ClosingShop) -> None:
    shop.note(0, RecordType.SESSION_OPENED, SessionData(300))
    close(shop, 300)
    assert drawer(shop)["last_z"]["difference_cents"] == 0
    pen = shop.tills[0].pen
    pen.begin("ab" * 16, OpenedData("reset", after=pen.chain.head.chain))
    shop.note(0, RecordType.SESSION_OPENED, SessionData(700))
    found = drawer(shop)
    assert found["session"]["float_cents"] == 700
    assert found["last_z"]["difference_cents"] == 0
