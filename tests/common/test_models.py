"""Rows: canonical bytes and back, and what no row or ticket may hold."""

from dataclasses import replace
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.messages import CatalogueEntry
from common.models import (
    ROW_KINDS,
    Article,
    Row,
    StockLevel,
    Ticket,
    decode_row,
    encode_row,
    stock_key,
    takings_key,
)
from common.topics import TOPICS
from tests.common.strategies import whole

ANY_ROW = st.sampled_from(sorted(ROW_KINDS)).flatmap(lambda topic: whole(ROW_KINDS[topic]))
LARGEST = 10**12


@given(ANY_ROW)
def test_a_row_comes_back_as_it_was(row: Row) -> None:
    assert decode_row(encode_row(row), type(row)) == row


@given(ANY_ROW)
def test_the_bytes_of_a_row_are_canonical(row: Row) -> None:
    raw = encode_row(row)
    assert orjson.dumps(orjson.loads(raw), option=orjson.OPT_SORT_KEYS) == raw
    assert encode_row(decode_row(raw, type(row))) == raw


def test_every_topic_has_a_row_and_every_row_a_topic() -> None:
    assert set(ROW_KINDS) == set(TOPICS)


def test_fields_of_a_newer_hub_are_passed_over() -> None:
    row = Article("a" * 32, "Pain", "c" * 32, 130, 550, ("2000000000015",))
    newer = orjson.loads(encode_row(row)) | {"weight_g": 250}
    assert decode_row(orjson.dumps(newer), Article) == row


@given(st.binary(max_size=60))
def test_garbage_is_a_value_error_and_nothing_else(raw: bytes) -> None:
    with pytest.raises(ValueError, match=""):
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


@given(whole(Ticket), st.sampled_from(["2026-3-3", "2026-03-03\n", "٢٠٢٦-٠٣-٠٣", "", "today"]))
def test_a_ticket_bears_a_plain_date(ticket: Ticket, date: str) -> None:
    raw = orjson.dumps(replace(ticket, business_date=date))
    with pytest.raises(msgspec.ValidationError):
        decode_row(raw, Ticket)


@pytest.mark.parametrize("field", ["vat_bp", "base_cents", "vat_cents", "total_cents"])
def test_vat_of_a_ticket_is_limited_like_every_amount(field: str) -> None:
    # Sums of these are kept as 64-bit integers: one ticket must not be able to break them.
    vat = {"vat_bp": 550, "base_cents": 1, "vat_cents": 0, "total_cents": 1}
    line: dict[str, Any] = {
        "article_id": "",
        "label": "x",
        "quantity_milli": 1000,
        "unit_price_cents": 1,
        "vat_bp": 550,
        "total_cents": 1,
    }
    ticket = {
        "id": "a" * 32,
        "series": "T",
        "number": 1,
        "at_ms": 0,
        "utc_offset_min": 0,
        "business_date": "2026-03-03",
        "clock_diff_ms": 0,
        "operator": "",
        "location_id": "main",
        "lines": [line],
        "vat": [vat],
        "payments": [],
        "total_cents": 1,
    }
    decode_row(orjson.dumps(ticket), Ticket)
    ticket["vat"] = [vat | {field: 2**63}]
    with pytest.raises(msgspec.ValidationError):
        decode_row(orjson.dumps(ticket), Ticket)


@given(whole(Ticket))
def test_the_row_that_a_ticket_moves_can_be_read(ticket: Ticket) -> None:
    longest = replace(ticket, location_id=("l" * 100)[: _limit_of("location_id", Ticket)])
    key = stock_key("a" * 32, longest.location_id)
    level = StockLevel(key, "a" * 32, longest.location_id, 0)
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


def _limit_of(field: str, kind: type[Any]) -> int:
    """Return the largest length that a field of a row may have."""
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.DataclassType)
    (found,) = [f.type for f in info.fields if f.encode_name == field]
    assert isinstance(found, msgspec.inspect.StrType)
    assert found.max_length is not None
    return found.max_length
