"""Parked tickets as JSON lines: parked, listed, recalled once the hub has spoken, and over."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from common import messages as m
from common.topics import Profile
from kiosk.arrivals import Batch, LinkView
from kiosk.state import LinkStatus
from tests.kiosk.post import reply
from tests.kiosk.shop_rows import uid
from tests.kiosk.test_headless import CODE, Lines, post


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Lines]:
    session = post(tmp_path, Profile.TILL)
    yield Lines(session)
    session.close()


def parked(till: Lines, **other: Any) -> dict[str, Any]:
    lines = [{"code": CODE, "quantity_milli": 2000}]
    (event,) = till.do(do="park", lines=lines, note="M. Petit", **other)
    assert event["event"] == "parked"
    ticket: dict[str, Any] = event["ticket"]
    return ticket


def arrive(till: Lines, batch: Batch) -> list[dict[str, Any]]:
    till.said.clear()
    till.session._arrivals.put(batch)
    till.headless.turn()
    return [event for event in till.said if event["event"] not in ("state", "reply")]


def online(till: Lines) -> None:
    arrive(till, Batch(0, link=LinkView(LinkStatus.ONLINE)))


def listed(till: Lines) -> list[dict[str, Any]]:
    (event,) = till.do(do="parked")
    tickets: list[dict[str, Any]] = event["tickets"]
    return tickets


def test_what_is_parked_is_listed(till: Lines) -> None:
    ticket = parked(till)
    assert (ticket["note"], ticket["total_cents"]) == ("M. Petit", 240)
    assert listed(till) == [
        {
            "ticket": ticket,
            "device_name": "Caisse 7",
            "holder_name": "",
            "here": False,
            "pending": True,
        }
    ]


def test_without_the_hub_its_own_is_recalled_at_once_and_is_over_when_it_is_sold(
    till: Lines,
) -> None:
    ticket = parked(till)
    (event,) = till.do(do="recall", parked=ticket["id"], tag="r")
    assert event == {"event": "recalled", "tag": "r", "ticket": ticket}
    assert listed(till)[0]["here"]
    (queued,) = till.do(do="unpark", parked=ticket["id"])
    assert (queued["event"], queued["n"]) == ("queued", 3)
    assert listed(till) == []


@pytest.mark.parametrize("granted", [True, False])
def test_with_the_hub_its_reply_decides(till: Lines, granted: bool) -> None:
    ticket = parked(till)
    online(till)
    assert till.do(do="recall", parked=ticket["id"], tag="r") == []
    status = m.Status.ACCEPTED if granted else m.Status.REFUSED
    answer = reply(till.session.outbox, 2, status, code="" if granted else "parked_elsewhere")
    answer = replace(answer, params={} if granted else {"device": "Caisse 1"})
    (event,) = arrive(till, Batch(0, replies=(answer,)))
    assert event["tag"] == "r"
    if granted:
        assert (event["event"], event["ticket"]) == ("recalled", ticket)
    else:
        assert (event["event"], event["code"]) == ("error", "parked_elsewhere")


def test_parked_again_it_takes_the_place_of_the_one_before(till: Lines) -> None:
    first = parked(till)
    second = parked(till, before=first["id"])
    assert [each["ticket"]["id"] for each in listed(till)] == [second["id"]]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"do": "park", "lines": []}, "ticket_empty"),
        ({"do": "park", "lines": [{"code": "9"}]}, "unknown_article"),
        ({"do": "recall", "parked": uid(5)}, "unknown_parked"),
        ({"do": "unpark", "parked": uid(5), "outcome": "eaten"}, "bad_line"),
        ({"do": "unpark", "parked": "5"}, "malformed"),
        (
            {"do": "park", "lines": [{"code": CODE, "quantity_milli": 10**12}]},
            "bad_line",
        ),
    ],
)
def test_what_cannot_be_is_an_error(till: Lines, line: dict[str, Any], code: str) -> None:
    (event,) = till.do(**line)
    assert (event["event"], event["code"]) == ("error", code)
    assert till.session.state.waiting == 0
