"""A post's words that cannot be one history are found out, each kind of them."""

from typing import Any

import orjson
import pytest

from tests.chaos.history import History

EPOCH = "e" * 32


def line(event: str, **fields: Any) -> bytes:
    return orjson.dumps({"event": event, **fields}, option=orjson.OPT_APPEND_NEWLINE)


def sold(n: int, ticket: str = "t1", number: int = 1) -> bytes:
    body = {"id": ticket, "series": "01-AAAA", "number": number, "total_cents": 250}
    return line("sold", n=n, ticket=body)


def reply(n: int, **other: Any) -> bytes:
    usual = {"status": "accepted", "gseq": n, "code": "", "params": {}, "flags": [], "topics": {}}
    return line("reply", n=n, **{**usual, **other})


def change(tseq: int) -> bytes:
    return line("change", topic="stock", key="a", row={}, tseq=tseq, received_ns=1)


def told(*lines: bytes, forgetful: bool = False) -> History:
    """Return the history of these lines; None of them begins a new life."""
    history = History("Caisse 1", forgetful)
    for each in lines:
        if each:
            history.take(each)
        else:
            history.new_life()
    return history


def test_a_sound_history_has_no_faults() -> None:
    history = told(
        line("ready", device={}, topics=[], epoch=EPOCH),
        sold(1),
        sold(2, "t2", 2),
        change(5),
        change(6),
        reply(1),
        reply(2, flags=["flag_negative_stock"]),
        b"",
        line("ready", device={}, topics=[], epoch=EPOCH),
        reply(2, flags=["flag_negative_stock"]),
        change(9),
        line("replaced", topic="stock", tseq=12, rows=3),
        change(13),
        line("digests", epoch=EPOCH, topics={"stock": {"tseq": 13, "digest": "0"}}),
    )
    assert history.faults == []
    assert (history.last_n, sorted(history.answers), history.shown) == (2, [1, 2], {"stock": 13})


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ((sold(1), sold(1, "t2")), "a number given twice"),
        ((reply(1), reply(1, gseq=7)), "was answered"),
        ((reply(1, status="quarantined"),), "not simply accepted"),
        ((reply(1, flags=["flag_repeated_id"]),), "not simply accepted"),
        ((change(5), change(5)), "stock went from tseq 5 to 5"),
        ((change(5), change(7)), "stock went from tseq 5 to 7"),
        ((change(5), b"", change(4)), "stock went from tseq 5 to 4"),
        ((change(5), line("replaced", topic="stock", tseq=4, rows=1)), "stock went back"),
        (
            (change(5), line("digests", epoch=EPOCH, topics={"stock": {"tseq": 4}})),
            "stock went back",
        ),
        (
            (line("ready", epoch=EPOCH), line("ready", epoch="f" * 32)),
            "the epoch went",
        ),
        ((line("notice", code="outbox_damaged"),), "outbox_damaged"),
        ((line("error", code="disk_failed"),), "disk_failed"),
    ],
)
def test_what_cannot_be_is_found_out(lines: tuple[bytes, ...], fault: str) -> None:
    (found,) = told(*lines).faults
    assert fault in found


def test_after_a_power_loss_a_replica_may_be_older_and_an_outbox_may_not() -> None:
    assert told(change(5), b"", change(4), forgetful=True).faults == []
    assert told(sold(2), b"", sold(2), forgetful=True).faults != []


def test_a_line_that_the_kill_cut_off_says_nothing() -> None:
    history = told(sold(1)[:-1], sold(1)[:20])
    assert (history.papers, history.faults) == ({}, [])
