"""Counting a delivery: one line an article, every operation gives a new count."""

import pytest

from common.models import ReceiptLine
from kiosk.receiving import MAX_LINES, MAX_QUANTITY_MILLI, Receiving
from tests.kiosk.shop_rows import article, uid

BREAD = article(1, "Baguette", codes=("20", "21"))
WATER = article(2, "Eau")
HAM = article(3, "Jambon")


def test_empty() -> None:
    assert not Receiving()
    assert Receiving().to_lines() == ()


def test_counting() -> None:
    counted = Receiving().add(BREAD).add(WATER, 12_000).add(BREAD, 5_000)
    assert counted.to_lines() == (ReceiptLine(uid(1), 6_000), ReceiptLine(uid(2), 12_000))
    assert counted.selected == uid(1)
    assert counted.quantity_milli == 18_000
    assert [(line.label, line.code) for line in counted.lines] == [("Baguette", "20"), ("Eau", "")]


def test_set_quantity() -> None:
    counted = Receiving().add(BREAD).add(WATER).set_quantity(uid(1), 7_000)
    assert counted.to_lines()[0] == ReceiptLine(uid(1), 7_000)
    assert counted.selected == uid(1)
    assert counted.set_quantity(uid(9), 1_000) == counted
    assert counted.set_quantity(uid(1), 0).to_lines() == (ReceiptLine(uid(2), 1_000),)


@pytest.mark.parametrize("quantity_milli", [-1, MAX_QUANTITY_MILLI + 1])
def test_quantities_outside_the_limits_are_refused(quantity_milli: int) -> None:
    counted = Receiving().add(BREAD)
    assert not counted.takes(WATER, quantity_milli)
    with pytest.raises(ValueError, match="cannot take"):
        counted.add(WATER, quantity_milli)
    with pytest.raises(ValueError, match="outside 0 to"):
        counted.set_quantity(uid(1), quantity_milli)


def test_sums_and_lines_are_limited() -> None:
    assert not Receiving().add(BREAD, MAX_QUANTITY_MILLI).takes(BREAD)
    counted = Receiving()
    for number in range(MAX_LINES):
        counted = counted.add(article(number + 1))
    assert not counted.takes(article(MAX_LINES + 1))
    assert counted.takes(article(1))


@pytest.mark.parametrize(("removed", "then"), [(2, 3), (1, 2), (9, 2)])
def test_removing_keeps_or_moves_the_selection(removed: int, then: int) -> None:
    counted = Receiving().add(BREAD).add(WATER).add(HAM).select(uid(2)).remove(uid(removed))
    assert counted.selected == uid(then)


def test_removing_the_last_line_and_clearing() -> None:
    counted = Receiving().add(BREAD)
    assert counted.remove(uid(1)) == Receiving()
    assert counted.clear() == Receiving()


def test_select() -> None:
    counted = Receiving().add(BREAD)
    assert counted.select(uid(1)).selected == uid(1)
    assert counted.select(uid(2)).selected is None
    assert counted.select(None).selected is None
