"""The till's own JSON lines: refunds, copies, voids, the drawer, cash sessions, exercises."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.topics import Profile
from tests.kiosk.shop_rows import uid
from tests.kiosk.test_headless import CODE, Lines, post

PAPER = {"series": "99-ZZZZ", "number": 7, "business_date": "2026-03-01"}


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Lines]:
    session = post(tmp_path, Profile.TILL)
    yield Lines(session)
    session.close()


def sold(till: Lines, milli: int = 3000) -> dict[str, Any]:
    lines = [{"code": CODE, "quantity_milli": milli}]
    ticket: dict[str, Any] = till.do(do="sell", lines=lines, payment="cash")[0]["ticket"]
    return ticket


def test_a_whole_ticket_is_given_back_by_its_id(till: Lines) -> None:
    ticket = sold(till)
    (event,) = till.do(do="refund", ticket=ticket["id"], reason="broken", tag="r")
    assert (event["event"], event["tag"], event["n"]) == ("refunded", "r", 2)
    back = event["ticket"]
    assert (back["total_cents"], back["number"]) == (-360, 2)
    assert back["payments"] == [{"method": "cash", "amount_cents": -360, "given_cents": -360}]
    named = {"id": ticket["id"], "series": ticket["series"], "number": 1}
    assert event["original"] == {**named, "business_date": ticket["business_date"]}


@pytest.mark.parametrize("name", [{"code": CODE}, {"article": uid(1)}])
def test_a_part_of_it_is_given_back(till: Lines, name: dict[str, str]) -> None:
    ticket = sold(till)
    lines = [{**name, "quantity_milli": 1000}]
    (event,) = till.do(
        do="refund", ticket=ticket["id"], lines=lines, payment="card", reason="broken"
    )
    (line,) = event["ticket"]["lines"]
    assert (line["quantity_milli"], line["total_cents"], line["code"]) == (-1000, -120, CODE)
    assert event["ticket"]["payments"][0]["method"] == "card"


def test_what_only_a_paper_names_is_given_back_at_todays_price(till: Lines) -> None:
    (event,) = till.do(do="refund", original=PAPER, lines=[{"code": CODE}], reason="broken")
    assert event["original"] == {"id": "", **PAPER}
    assert event["ticket"]["total_cents"] == -120


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"do": "refund", "reason": "x"}, "bad_line"),
        ({"do": "refund", "ticket": uid(5), "original": PAPER, "reason": "x"}, "bad_line"),
        ({"do": "refund", "ticket": uid(5), "reason": "x"}, "unknown_ticket"),
        ({"do": "refund", "original": PAPER, "reason": "x"}, "ticket_empty"),
        ({"do": "refund", "original": {"series": "A"}, "reason": "x"}, "bad_line"),
        (
            {"do": "refund", "original": PAPER, "lines": [{"code": CODE}], "reason": ""},
            "malformed",
        ),
        (
            {
                "do": "refund",
                "original": PAPER,
                "lines": [{"code": CODE}],
                "payment": "gold",
                "reason": "x",
            },
            "bad_line",
        ),
        ({"do": "copy", "ticket": uid(5)}, "unknown_ticket"),
        ({"do": "void", "lines": [], "reason": "x"}, "ticket_empty"),
        ({"do": "void", "lines": [{"code": CODE}], "extent": "all", "reason": "x"}, "bad_line"),
        ({"do": "drawer"}, "bad_line"),
        ({"do": "cash_in", "amount_cents": 0, "reason": "x"}, "malformed"),
        ({"do": "cash_out", "amount_cents": 10**13, "reason": "x"}, "malformed"),
        ({"do": "open_session", "float_cents": -1}, "malformed"),
        ({"do": "z", "counted_cents": 0}, "session_not_open"),
        ({"do": "z"}, "bad_line"),
        ({"do": "training"}, "bad_line"),
    ],
)
def test_what_is_none_of_it_is_an_error_and_nothing_is_recorded(
    till: Lines, line: dict[str, Any], code: str
) -> None:
    (error,) = till.do(tag=1, **line)
    assert (error["event"], error["code"], error["tag"]) == ("error", code, 1)
    assert till.session.last_n == 0


def test_more_than_its_lines_hold_is_not_given_back(till: Lines) -> None:
    ticket = sold(till, 1000)
    lines = [{"code": CODE, "quantity_milli": 2000}]
    (error,) = till.do(do="refund", ticket=ticket["id"], lines=lines, reason="broken")
    assert error["code"] == "bad_line"


def test_a_session_from_its_float_to_its_z(till: Lines) -> None:
    (begun,) = till.do(do="open_session", float_cents=1_000, tag="o")
    assert (begun["event"], begun["type"], begun["seq"]) == ("recorded", "session_opened", 2)
    ticket = sold(till)
    assert till.do(do="copy", ticket=ticket["id"])[0]["data"]["n"] == 1
    till.do(do="void", lines=[{"code": CODE}], extent="line", reason="too many")
    till.do(do="drawer", reason="change")
    till.do(do="cash_in", amount_cents=500, reason="change")
    till.do(do="cash_out", amount_cents=200, reason="bank")
    (sums,) = till.do(do="sums")
    assert sums["session_open"]
    assert sums["tally"]["session"]["tickets"]["net_cents"] == 360
    (x,) = till.do(do="x")
    assert (x["data"]["expected_cents"], x["data"]["counted_cents"]) == (1_660, None)
    (z,) = till.do(do="z", counted_cents=1_650)
    assert (z["type"], z["data"]["difference_cents"], z["training"]) == ("z", -10, False)
    (sums,) = till.do(do="sums")
    assert not sums["session_open"]
    assert sums["tally"]["net_cents"] == 360


def test_exercises_are_marked_until_they_are_over(till: Lines) -> None:
    (on,) = till.do(do="training", on=True, tag=1)
    assert on == {"event": "training", "tag": 1, "on": True}
    assert sold(till)["series"].endswith("-ECOLE")
    (drawer,) = till.do(do="drawer", reason="change")
    assert drawer["training"]
    (sums,) = till.do(do="sums")
    assert (sums["training"], sums["tally"]["session"]["drawers"]) == (True, 1)
    till.do(do="training", on=False)
    assert not sold(till)["series"].endswith("-ECOLE")
    (sums,) = till.do(do="sums")
    assert (sums["training"], sums["tally"]["session"]["drawers"]) == (False, 0)


def test_a_depot_does_none_of_it(tmp_path: Path) -> None:
    session = post(tmp_path, Profile.DEPOT)
    depot = Lines(session)
    (error,) = depot.do(do="drawer", reason="change")
    assert error["code"] == "profile_not_allowed"
    session.close()
