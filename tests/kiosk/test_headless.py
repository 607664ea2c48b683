"""JSON lines in, JSON lines out, on a session whose hub is away."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from common.errors import Problem
from common.i18n import Translator
from common.messages import Change, LoggedIn
from common.models import encode_row
from common.seal import LEAST_PIN_COST
from common.topics import Profile
from kiosk.arrivals import Batch, LinkView
from kiosk.device import write_device
from kiosk.headless import Headless
from kiosk.keys import new_keys, write_keys
from kiosk.news import Folded, Swapped
from kiosk.opening import open_session
from kiosk.session import Session
from kiosk.state import LinkStatus
from tests.kiosk.people import CASHIER, MANAGER
from tests.kiosk.post import OTHER, device, reply
from tests.kiosk.shop_rows import level, uid
from tests.kiosk.test_session import stock_up

CODE = "3257980128340"


class Lines:
    """A headless kiosk and what it has said, decoded, until it is taken."""

    def __init__(self, session: Session, lang: str = "en") -> None:
        self.session = session
        self.said: list[dict[str, Any]] = []
        self.headless = Headless(session, self._write, Translator(lang))

    def _write(self, whole: bytes) -> None:
        assert whole.endswith(b"\n")
        self.said += [orjson.loads(line) for line in whole.splitlines()]

    def do(self, **line: Any) -> list[dict[str, Any]]:
        """Give a line and return what is said to it, without changes of state."""
        return self.raw(orjson.dumps(line))

    def raw(self, line: bytes) -> list[dict[str, Any]]:
        """Give a line as it is."""
        self.said.clear()
        self.headless.line(line)
        return [event for event in self.said if event["event"] != "state" or "tag" in event]


def post(folder: Path, profile: Profile) -> Session:
    write_keys(folder, new_keys())
    write_device(folder, device(profile))
    stock_up(folder)
    return open_session(folder, pin_cost=LEAST_PIN_COST)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Lines]:
    session = post(tmp_path, Profile.TILL)
    yield Lines(session)
    session.close()


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[Lines]:
    session = post(tmp_path, Profile.DEPOT)
    yield Lines(session)
    session.close()


def test_the_first_line_says_who_it_is(till: Lines) -> None:
    first, second = till.said[:2]
    assert first["event"] == "ready"
    assert first["device"]["name"] == "Caisse 7"
    assert first["topics"] == [
        *("shop", "categories", "articles", "stock"),
        *("sales", "people", "parked", "customers", "prices"),
    ]
    assert (second["event"], second["state"]["link"]) == ("state", "offline")


def test_a_sale_is_paid_by_several_methods(till: Lines) -> None:
    paid = [{"method": "meal_voucher", "given_cents": 100}, {"method": "cash", "given_cents": 50}]
    lines = [{"code": CODE, "quantity_milli": 2000}]
    (sold,) = till.do(do="sell", lines=lines, payment=[*paid, {"method": "card"}])
    found = [(each["method"], each["amount_cents"]) for each in sold["ticket"]["payments"]]
    assert found == [("meal_voucher", 100), ("cash", 50), ("card", 90)]


@pytest.mark.parametrize(
    ("payment", "code"),
    [
        ([{"method": "gold"}], "bad_line"),
        ([], "bad_line"),
        ([{"method": "cash", "given_cents": 100}], "payment_differs"),
        ([{"method": "card", "given_cents": 241}], "payment_differs"),
        ([{"method": "card"}, {"method": "cash"}], "payment_differs"),
    ],
)
def test_payments_that_do_not_settle_are_refused(till: Lines, payment: Any, code: str) -> None:
    lines = [{"code": CODE, "quantity_milli": 2000}]
    (error,) = till.do(do="sell", lines=lines, payment=payment)
    assert (error["event"], error["code"]) == ("error", code)


@pytest.mark.parametrize(
    ("payment", "method", "given"),
    [("card", "card", 240), ("cash", "cash", 240), ({"cash_given_cents": 500}, "cash", 500)],
)
def test_a_sale(till: Lines, payment: Any, method: str, given: int) -> None:
    lines = [{"code": CODE, "quantity_milli": 2000}]
    (sold,) = till.do(do="sell", lines=lines, payment=payment, tag=["any", 1])
    assert (sold["event"], sold["n"], sold["tag"]) == ("sold", 1, ["any", 1])
    ticket = sold["ticket"]
    assert ticket["payments"] == [{"method": method, "amount_cents": 240, "given_cents": given}]
    (line,) = ticket["lines"]
    assert (line["label"], line["code"], line["article_id"]) == ("Baguette", CODE, uid(1))
    (stock,) = till.do(do="stock", code=CODE)
    assert (stock["quantity_milli"], stock["pending"]) == (8000, True)


def test_an_article_is_named_by_its_id_too_and_one_piece_is_meant(till: Lines) -> None:
    (sold,) = till.do(do="sell", lines=[{"article": uid(1)}])
    assert sold["ticket"]["total_cents"] == 120
    assert sold["ticket"]["lines"][0]["code"] == CODE
    assert "tag" not in sold


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"do": "sell", "lines": [{"code": "nope"}]}, "unknown_article"),
        ({"do": "sell", "lines": [{}]}, "bad_line"),
        ({"do": "sell", "lines": [{"code": CODE, "article": uid(1)}]}, "bad_line"),
        ({"do": "sell", "lines": [{"code": CODE, "quantity_milli": 0}]}, "bad_line"),
        ({"do": "sell", "lines": [{"code": CODE, "price": 1}]}, "bad_line"),
        ({"do": "sell", "lines": []}, "ticket_empty"),
        ({"do": "sell"}, "bad_line"),
        ({"do": "sell", "lines": [{"code": CODE}], "payment": "gold"}, "bad_line"),
        (
            {"do": "sell", "lines": [{"code": CODE}], "payment": {"cash_given_cents": 119}},
            "payment_differs",
        ),
        ({"do": "receive", "lines": [{"code": CODE}]}, "profile_not_allowed"),
        ({"do": "send", "kind": "price.burn", "args": {}}, "unknown_command"),
        ({"do": "rows", "topic": "takings"}, "unknown_topic"),
        ({"do": "follow", "topics": ["nothing"]}, "unknown_topic"),
        ({"do": "wait", "link": "up"}, "bad_line"),
        ({"do": "wait", "timeout_s": -1}, "bad_line"),
        ({"do": "fly"}, "bad_line"),
        ({"tag": 5}, "bad_line"),
    ],
)
def test_what_cannot_be_done_is_an_error_with_its_tag(
    till: Lines, line: dict[str, Any], code: str
) -> None:
    (error,) = till.do(**{"tag": 5, **line})
    assert (error["event"], error["code"], error["tag"]) == ("error", code, 5)
    assert error["text"]
    assert till.session.state.waiting == 0


@pytest.mark.parametrize("line", [b"{", b"[1]", b"null", b"\xff\xfe", b"sell", b"x" * 1_100_000])
def test_garbage_is_an_error_and_it_goes_on(till: Lines, line: bytes) -> None:
    (error,) = till.raw(line)
    assert (error["event"], error["code"]) == ("error", "bad_line")
    assert till.raw(b"") == till.raw(b"  \r") == []
    assert till.do(do="state", tag=1)[0]["event"] == "state"


def test_a_delivery_and_a_command(depot: Lines) -> None:
    lines = [{"code": CODE, "quantity_milli": 24_000}]
    (received,) = depot.do(do="receive", lines=lines, note="two crates", tag="r")
    assert (received["event"], received["n"], received["tag"]) == ("received", 1, "r")
    assert received["receipt"]["note"] == "two crates"
    assert depot.do(do="stock", article=uid(1))[0]["quantity_milli"] == 34_000
    (error,) = depot.do(do="send", kind="price.set", args={"prices": []}, tag=1)
    assert error["code"] == "profile_not_allowed"


def test_rows_digests_and_state(till: Lines) -> None:
    (rows,) = till.do(do="rows", topic="stock", tag=1)
    assert (rows["tseq"], [row["quantity_milli"] for row in rows["rows"]]) == (1, [10_000])
    (digests,) = till.do(do="digests", tag=2)
    assert digests["topics"]["stock"]["tseq"] == 1
    assert len(digests["topics"]["stock"]["digest"]) == 64
    assert digests["topics"]["shop"] == {"tseq": 0, "digest": "0" * 64}
    (state,) = till.do(do="state", tag=3)
    assert (state["tag"], state["state"]["waiting"]) == (3, 0)


def test_a_wait_holds_back_what_comes_after_it(till: Lines) -> None:
    (ready,) = till.do(do="wait", link="offline", waiting=0, tag=1)
    assert (ready["event"], ready["tag"], ready["state"]["link"]) == ("ready", 1, "offline")
    till.do(do="sell", lines=[{"code": CODE}])
    assert till.do(do="wait", waiting=0, timeout_s=0.05, tag=2) == []
    assert till.do(do="state", tag=3) == []
    assert not till.headless.idle
    timeout = till.headless.timeout_s()
    assert timeout is not None
    assert 0 <= timeout <= 0.05
    while not till.headless.idle:
        till.headless.turn()
    ends = [event for event in till.said if "tag" in event]
    assert [(event["event"], event["tag"]) for event in ends] == [("timeout", 2), ("state", 3)]
    later = till.headless.timeout_s()
    assert later is not None
    assert later > 1, "nothing is due but to note that the hub is away for long"


def arrive(till: Lines, batch: Batch) -> list[dict[str, Any]]:
    """Let the link leave a batch."""
    till.said.clear()
    till.session._arrivals.put(batch)
    till.headless.turn()
    return till.said


def test_changes_come_row_by_row_with_the_time_they_were_on_disk(till: Lines) -> None:
    row = level(1, 9000)
    changes = [Change(row.id, encode_row(row), OTHER, 1), Change("gone", None, OTHER, 1)]
    first, second = arrive(till, Batch(77, (Folded("stock", 3, 0, changes),)))
    assert first == {
        "event": "change",
        "topic": "stock",
        "key": row.id,
        "row": orjson.loads(encode_row(row)),
        "tseq": 2,
        "received_ns": 77,
    }
    assert (second["key"], second["row"], second["tseq"]) == ("gone", None, 3)


def test_only_followed_topics_are_told(till: Lines) -> None:
    row = level(1, 9000)
    batch = Batch(1, (Folded("stock", 2, 0, [Change(row.id, encode_row(row), OTHER, 1)]),))
    (following,) = till.do(do="follow", topics=["sales"], tag=1)
    assert (following["topics"], following["tag"]) == (["sales"], 1)
    assert arrive(till, batch) == []
    assert till.do(do="follow", topics=False)[0]["topics"] == []
    assert len(till.do(do="follow", topics=True)[0]["topics"]) == 9
    (replaced,) = arrive(till, Batch(1, (Swapped("stock", 1, 0),)))
    assert replaced == {"event": "replaced", "topic": "stock", "tseq": 1, "rows": 1}


def test_a_reply_comes_back_with_its_tag_once(till: Lines) -> None:
    till.do(do="sell", lines=[{"code": CODE}], tag="mine")
    answer = reply(till.session.outbox, 1, topics={"stock": 5})
    said = arrive(till, Batch(1, replies=(answer, answer)))
    replies = [event for event in said if event["event"] == "reply"]
    assert [event.get("tag") for event in replies] == ["mine", None]
    assert replies[0]["n"] == 1
    assert replies[0]["topics"] == {"stock": 5}
    assert (replies[0]["status"], replies[0]["code"], replies[0]["flags"]) == ("accepted", "", [])


def test_errors_are_said_in_the_language_that_was_asked_for(till: Lines) -> None:
    french = Lines(till.session, "fr")
    (error,) = french.do(do="sell", lines=[{"code": "nope"}])
    (english,) = till.do(do="sell", lines=[{"code": "nope"}])
    assert error["code"] == english["code"]
    assert error["text"] != english["text"]


def test_quit_ends_it(till: Lines) -> None:
    assert till.do(do="quit") == []
    assert till.headless.over


def test_what_is_not_delivered_is_listed(till: Lines) -> None:
    (none,) = till.do(do="undelivered")
    assert none["operations"] == []
    (sold,) = till.do(do="sell", lines=[{"code": CODE}], tag=1)
    (listed,) = till.do(do="undelivered", tag="list")
    ticket = sold["ticket"]
    assert listed["tag"] == "list"
    assert listed["operations"] == [
        {
            "n": 1,
            "kind": "sale.record",
            "made_ms": listed["operations"][0]["made_ms"],
            "reference": f"{ticket['series']}-1",
            "total_cents": ticket["total_cents"],
            "problem": None,
        }
    ]
    (none,) = till.do(do="undelivered", limit=0)
    assert none["operations"] == []


def test_a_hub_that_takes_nothing_stands_in_the_state(till: Lines) -> None:
    trouble = Problem("hub_disk_low", {"free_mb": 3})
    till.session._arrivals.put(Batch(1, link=LinkView(LinkStatus.ONLINE, hub_trouble=trouble)))
    till.said.clear()
    till.headless.turn()
    (said,) = till.said
    assert said["state"]["hub_trouble"] == {"code": "hub_disk_low", "params": {"free_mb": 3}}
    assert (said["state"]["link"], said["state"]["problem"]) == ("online", None)


# People.


def hire(till: Lines) -> None:
    """Let the shop have people."""
    changes = [Change(each.id, encode_row(each), OTHER, 1) for each in (CASHIER, MANAGER)]
    arrive(till, Batch(1, (Folded("people", 1, 0, changes),)))


def let_in(till: Lines) -> None:
    """Log the cashier in as the hub would."""
    till.session._arrivals.put(Batch(1, link=LinkView(LinkStatus.ONLINE)))
    assert till.do(do="login", person=CASHIER.name, pin="4071", tag=5) == []
    answer = LoggedIn(1, "5" * 32, CASHIER.id, CASHIER.role, 2**46)
    till.session._arrivals.put(Batch(1, answers=(answer,)))


def test_nothing_is_recorded_before_somebody_has_logged_in(till: Lines) -> None:
    hire(till)
    (error,) = till.do(do="sell", lines=[{"code": CODE}], tag=1)
    assert (error["event"], error["code"]) == ("error", "login_needed")


def test_a_log_in_is_answered_and_later_lines_wait_for_it(till: Lines) -> None:
    hire(till)
    let_in(till)
    said = till.do(do="sell", lines=[{"code": CODE}], tag=6)
    pin, sold = [event for event in said if event["event"] in ("pin", "sold")]
    assert (pin["tag"], pin["act"], pin["person"], pin["taken"]) == (5, "login", CASHIER.id, True)
    assert (sold["ticket"]["operator"], sold["ticket"]["operator_id"]) == (
        CASHIER.name,
        CASHIER.id,
    )
    assert "4071" not in str(till.said)


def test_lock_and_log_out_say_who(till: Lines) -> None:
    hire(till)
    let_in(till)
    *_, locked = till.do(do="lock", tag=7)
    assert (locked["event"], locked["who"]["at"], locked["who"]["name"]) == (
        "who",
        "locked",
        CASHIER.name,
    )
    *_, gone = till.do(do="logout", tag=8)
    assert (gone["who"]["at"], gone["who"]["person"]) == ("nobody", "")


def test_a_pin_without_the_hub_for_somebody_unknown_here_is_told_why(till: Lines) -> None:
    hire(till)
    (pin,) = till.do(do="login", person=MANAGER.id, pin="4071", tag=9)
    assert (pin["taken"], pin["problem"]["code"]) == (False, "no_offline_login")


def test_a_name_that_nobody_has_is_an_error(till: Lines) -> None:
    hire(till)
    (error,) = till.do(do="login", person="Zoé", pin="4071", tag=10)
    assert (error["event"], error["code"]) == ("error", "person_unknown")


def test_what_is_held_is_listed(till: Lines) -> None:
    (held,) = till.do(do="held", tag=11)
    assert (held["event"], held["requests"]) == ("held", [])
