"""A scripted till makes customers, finds them, and sells to them with a note."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.topics import Profile
from tests.kiosk.test_headless import CODE, Lines, post


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Lines]:
    session = post(tmp_path, Profile.TILL)
    yield Lines(session)
    session.close()


def test_one_is_made_found_and_sold_to(till: Lines) -> None:
    (made,) = till.do(do="customer", name="Amélie Dubois", phone="06 12 34 56 78", tag="c")
    assert (made["event"], made["tag"], made["n"]) == ("customer", "c", 1)
    (found,) = till.do(do="customers", text="0612")
    assert found["customers"] == [made["customer"]]
    lines = [{"code": CODE, "note": "cut"}]
    (sold,) = till.do(do="sell", lines=lines, customer=made["customer"]["id"], note="Saturday")
    ticket = sold["ticket"]
    assert ticket["customer"]["id"] == made["customer"]["id"]
    assert (ticket["note"], ticket["lines"][0]["note"]) == ("Saturday", "cut")


def test_one_is_corrected_by_the_id(till: Lines) -> None:
    (made,) = till.do(do="customer", name="Amélie Dubois")
    (changed,) = till.do(do="customer", id=made["customer"]["id"], name="Amélie Martin")
    assert changed["customer"]["id"] == made["customer"]["id"]
    (found,) = till.do(do="customers")
    assert [one["name"] for one in found["customers"]] == ["Amélie Martin"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"do": "customer", "name": ""}, "malformed"),
        ({"do": "customer", "name": "A", "id": "me"}, "malformed"),
        ({"do": "customer"}, "bad_line"),
        ({"do": "sell", "lines": [{"code": CODE}], "customer": "c9" * 16}, "customer_gone"),
        ({"do": "sell", "lines": [{"code": CODE}], "note": "x" * 201}, "malformed"),
    ],
)
def test_what_is_none_is_said_and_not_done(till: Lines, line: dict[str, object], code: str) -> None:
    (event,) = till.do(**line)
    assert (event["event"], event["code"]) == ("error", code)
