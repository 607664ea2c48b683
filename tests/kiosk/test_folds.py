"""Rows held as bytes: decoded when looked at, ordered by the hub's time, changed one by one."""

from dataclasses import replace
from random import Random

import pytest

from common.models import Article, Delivery, Sale, encode_row
from kiosk.folds import Level, Rows, StockLevels, Timeline
from tests.kiosk.shop_rows import (
    NOW_MS,
    article,
    delivery,
    encoded,
    goods_receipt,
    level,
    sale,
    ticket,
    uid,
)


def test_rows_are_decoded_when_looked_at() -> None:
    rows = Rows(Article)
    rows.replace([*encoded(article(1)), (uid(2), b"no row")])
    assert rows.get(uid(1)) == article(1)
    assert rows.get(uid(1)) is rows.get(uid(1))
    assert rows.get(uid(2)) is None  # It came in altered: the screens go on without it.


def test_rows_change_one_by_one() -> None:
    rows = Rows(Article)
    rows.put(uid(1), encode_row(article(1)))
    assert rows.get(uid(1)) == article(1)
    dearer = replace(article(1), price_cents=999)
    rows.put(uid(1), encode_row(dearer))
    assert rows.get(uid(1)) == dearer
    assert rows.raw(uid(1)) == encode_row(dearer)
    rows.drop(uid(1))
    rows.drop(uid(1))
    assert (rows.get(uid(1)), rows.raw(uid(1)), len(rows)) == (None, None, 0)


def test_rows_forget_what_a_snapshot_does_not_hold() -> None:
    rows = Rows(Article)
    rows.replace(encoded(article(1), article(2)))
    assert rows.get(uid(1)) is not None
    rows.replace(encoded(article(2), article(3)))
    assert rows.get(uid(1)) is None
    assert {row.id for row in rows.values()} == {uid(2), uid(3)}


def test_more_rows_than_are_kept_decoded() -> None:
    rows = Rows(Article)
    rows.replace(encoded(*(article(number, f"Article {number}") for number in range(5_000))))
    assert [row.name for row in rows.values()] == [f"Article {number}" for number in range(5_000)]
    assert rows.get(uid(1)) == article(1, "Article 1")


def test_unknown_fields_of_a_newer_hub_are_passed_over() -> None:
    rows = Rows(Article)
    newer = encode_row(article(1)).replace(b"{", b'{"allergens":["gluten"],', 1)
    rows.put(uid(1), newer)
    assert rows.get(uid(1)) == article(1)
    assert rows.raw(uid(1)) == newer


def test_a_timeline_is_newest_first_by_the_hubs_clock() -> None:
    # The second till's clock is an hour slow: its ticket was the last.
    early, slow, late = (
        ticket(1, NOW_MS - 1_000),
        ticket(2, NOW_MS - 3_600_000, "C2", clock_diff_ms=3_600_000),
        ticket(3, NOW_MS - 500),
    )
    timeline = Timeline(Sale)
    timeline.replace(encoded(sale(early), sale(slow), sale(late)))
    assert [row.ticket.number for row in timeline.newest()] == [2, 3, 1]
    assert [row.ticket.number for row in timeline.newest("C1")] == [3, 1]
    assert list(timeline.newest("C9")) == []


def test_a_timeline_changes_one_by_one() -> None:
    numbers = list(range(1, 40))
    timeline = Timeline(Sale)
    Random(1).shuffle(numbers)
    for number in numbers:
        row = sale(ticket(number, NOW_MS + number))
        timeline.put(row.id, encode_row(row))
    assert [row.ticket.number for row in timeline.newest()] == list(range(39, 0, -1))
    timeline.put(uid(7), encode_row(sale(ticket(7, NOW_MS + 100))))
    timeline.drop(uid(39))
    timeline.drop(uid(39))
    assert [row.ticket.number for row in timeline.newest()][:3] == [7, 38, 37]
    assert (len(timeline), uid(7) in timeline, uid(39) in timeline) == (38, True, False)


def test_a_timeline_of_deliveries() -> None:
    timeline = Timeline(Delivery)
    timeline.replace(encoded(*(delivery(goods_receipt(n, NOW_MS + n)) for n in (1, 3, 2))))
    assert [row.receipt.id for row in timeline.newest()] == [uid(3), uid(2), uid(1)]


def test_a_timeline_takes_nothing_without_a_time() -> None:
    timeline = Timeline(Sale)
    with pytest.raises(ValueError, match="neither a sale nor a goods receipt"):
        timeline.put(uid(1), encode_row(article(1)))


def test_stock_levels() -> None:
    levels = StockLevels()
    levels.replace(encoded(level(1, 4_000, 5_000), level(2, -500)))
    assert levels.get(f"{uid(1)}:main") == Level(4_000, 5_000)
    assert levels.get(f"{uid(2)}:main") == Level(-500, 0)
    levels.put(f"{uid(2)}:main", encode_row(level(2, 1)))
    assert levels.get(f"{uid(2)}:main") == Level(1, 0)
    levels.drop(f"{uid(2)}:main")
    levels.drop(f"{uid(2)}:main")
    assert levels.get(f"{uid(2)}:main") is None
    levels.replace([])
    assert levels.get(f"{uid(1)}:main") is None
