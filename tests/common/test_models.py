"""Rows: canonical bytes and back, and what no row or ticket may hold."""

from dataclasses import replace
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.commands import CatalogueEntry
from common.models import (
    ROW_KINDS,
    Article,
    GoodsReceipt,
    Row,
    StockLevel,
    Takings,
    Ticket,
    convert,
    decode_row,
    encode_row,
    stock_key,
    takings_key,
)
from common.topics import TOPICS
from tests.common.strategies import whole

ANY_ROW = st.sampled_from(sorted(ROW_KINDS)).flatmap(lambda topic: whole(ROW_KINDS[topic]))
LARGEST = 10**12
VAT = {"vat_bp": 550, "base_cents": 1, "vat_cents": 0, "total_cents": 1}
LINE = {
    "article_id": "",
    "label": "x",
    "quantity_milli": 1000,
    "unit_price_cents": 1,
    "vat_bp": 550,
    "total_cents": 1,
}
TICKET: dict[str, Any] = {
    "id": "a" * 32,
    "series": "T",
    "number": 1,
    "at_ms": 0,
    "utc_offset_min": 0,
    "business_date": "2026-03-03",
    "clock_diff_ms": 0,
    "operator": "",
    "location_id": "main",
    "lines": [LINE],
    "vat": [VAT],
    "payments": [{"method": "cash", "amount_cents": 1, "given_cents": 1}],
    "total_cents": 1,
}


@given(ANY_ROW)
def test_a_row_comes_back_as_it_was(row: Row) -> None:
    assert decode_row(encode_row(row), type(row)) == row


@given(ANY_ROW)
def test_the_bytes_of_a_row_survive_reading_and_writing(row: Row) -> None:
    raw = encode_row(row)
    assert encode_row(decode_row(raw, type(row))) == raw


def test_equal_rows_have_equal_bytes_whatever_came_first() -> None:
    sums = Takings("d", "2026-03-03", "a" * 32, "C1", 2, 30, {"card": 10, "cash": 20}, {})
    other = replace(sums, by_method={"cash": 20, "card": 10})
    assert encode_row(sums) == encode_row(other)


def test_every_topic_has_a_row_and_every_row_a_topic() -> None:
    assert set(ROW_KINDS) == set(TOPICS)


def test_fields_of_a_newer_hub_are_passed_over() -> None:
    row = Article("a" * 32, "Pain", "c" * 32, 130, 550, ("2000000000015",))
    newer = orjson.loads(encode_row(row)) | {"weight_g": 250}
    assert decode_row(orjson.dumps(newer), Article) == row


def test_the_ticket_of_these_tests_is_one() -> None:
    assert convert(TICKET, Ticket).total_cents == 1


@given(st.binary(max_size=60))
def test_garbage_is_a_value_error_and_nothing_else(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - orjson's and msgspec's, whatever they say
        decode_row(raw, Article)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "A" * 32),
        ("id", "a" * 32 + "\n"),
        ("id", "a" * 31),
        ("name", ""),
        ("name", "x" * 201),
        ("price_cents", -1),
        ("price_cents", 1.5),
        ("price_cents", "130"),
        ("price_cents", 10**9 + 1),
        ("vat_bp", 10_001),
        ("codes", ["2000000000015 "]),
        ("codes", ["2000000000015\n"]),
        ("codes", [""]),
        ("active", 1),
    ],
)
def test_an_article_cannot_hold(field: str, value: Any) -> None:
    raw = orjson.loads(encode_row(Article("a" * 32, "Pain", "c" * 32, 130, 550)))
    with pytest.raises(msgspec.ValidationError):
        decode_row(orjson.dumps(raw | {field: value}), Article)


@pytest.mark.parametrize("date", ["2026-3-3", "2026-03-03\n", "٢٠٢٦-٠٣-٠٣", "", "today"])
def test_a_ticket_bears_a_plain_date(date: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        convert(TICKET | {"business_date": date}, Ticket)


@pytest.mark.parametrize("field", ["vat_bp", "base_cents", "vat_cents", "total_cents"])
def test_vat_of_a_ticket_is_limited_like_every_amount(field: str) -> None:
    # Sums of these are kept as 64-bit integers: one ticket must not be able to break them.
    with pytest.raises(msgspec.ValidationError):
        convert(TICKET | {"vat": [VAT | {field: 2**63}]}, Ticket)


@pytest.mark.parametrize("kind", [Ticket, GoodsReceipt])
def test_the_row_of_the_longest_location_can_be_read(kind: type[Any]) -> None:
    location = "l" * _longest("location_id", kind)
    level = StockLevel(stock_key("a" * 32, location), "a" * 32, location, 0)
    assert decode_row(encode_row(level), StockLevel) == level


def test_the_level_that_many_movements_make_can_be_read() -> None:
    level = StockLevel(stock_key("a" * 32, "main"), "a" * 32, "main", -500 * LARGEST)
    assert decode_row(encode_row(level), StockLevel) == level


def test_keys_are_made_of_their_parts() -> None:
    assert stock_key("a" * 32, "main") == f"{'a' * 32}:main"
    assert takings_key("2026-03-03", "d" * 32) == f"2026-03-03:{'d' * 32}"


def test_a_list_may_leave_stock_alone() -> None:
    entry = CatalogueEntry("2000000000015", "Pain", "Boulangerie", 130, 550)
    assert entry.stock_milli is None
    assert entry.minimum_milli is None


def _longest(field: str, kind: type[Any]) -> int:
    """Return the largest length that a field of a row may have."""
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.DataclassType)
    (found,) = [f.type for f in info.fields if f.encode_name == field]
    assert isinstance(found, msgspec.inspect.StrType)
    assert found.max_length is not None
    return found.max_length
