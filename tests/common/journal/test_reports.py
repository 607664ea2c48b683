"""X and Z: what they say of a count beside its amount, and records of before, which say nothing."""

import msgspec
import pytest

from common.journal import canon
from common.journal.contents import read_data
from common.journal.drawer import CountData, CountedFor, Pieces, worth
from common.journal.kinds import RecordType
from common.journal.report import ReportData, report_of
from common.journal.till_tally import TillTally

COUNT = CountData(CountedFor.CLOSE, (Pieces(2_000, 3), Pieces(50, 1)), "Not known why", 5_000)


def test_what_notes_and_coins_come_to() -> None:
    assert worth(COUNT.pieces) == 6_050
    assert worth(()) == 0


def test_a_statement_says_how_it_was_counted() -> None:
    stated = report_of(TillTally(), 4, 6_050, "", COUNT)
    plain = msgspec.to_builtins(stated)
    assert read_data(RecordType.Z, plain) == stated
    pieces = [{"cents": 2_000, "count": 3}, {"cents": 50, "count": 1}]
    again = canon.read_canonical(canon.canonical(plain))
    assert again["count"]["pieces"] == pieces
    assert read_data(RecordType.Z, again) == stated


@pytest.mark.parametrize("kind", [RecordType.X, RecordType.Z])
def test_a_record_of_before_is_read_as_one_that_says_nothing(kind: RecordType) -> None:
    plain = msgspec.to_builtins(report_of(TillTally(), 4, None))
    del plain["count"]
    found: ReportData = read_data(kind, plain)
    assert found.count is None
    # What a walk computes of its records agrees with it.
    assert found == report_of(TillTally(), 4, None)


def test_a_float_of_before_has_no_notes_and_coins() -> None:
    plain = {"float_cents": 10_000, "operator_id": ""}
    assert read_data(RecordType.SESSION_OPENED, plain).pieces == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"why": "Close", "pieces": []},
        {"why": "close", "pieces": [{"cents": 0, "count": 1}]},
        {"why": "close", "pieces": [{"cents": 100, "count": -1}]},
        {"why": "close", "pieces": [{"cents": 100, "count": 1}] * 31},
        {"why": "close", "left_cents": -1},
        {"why": "close", "reason": "x" * 501},
    ],
)
def test_a_count_beyond_its_bounds_is_none(wrong: dict[str, object]) -> None:
    plain = msgspec.to_builtins(report_of(TillTally(), 4, 100))
    with pytest.raises(msgspec.ValidationError):
        read_data(RecordType.Z, {**plain, "count": wrong})
