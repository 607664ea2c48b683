"""Logging in and out, permissions for one action, PINs: what the hub does with each message."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common import messages as m
from common.people import Role
from hub.records import people
from tests.hub.desk_bench import open_bench
from tests.hub.people_bench import PINS, Staffed, open_staffed

HOUR_S = 3600.0
PRICES = {"prices": [{"article_id": "a" * 32, "price_cents": 100}]}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Staffed]:
    with open_staffed(tmp_path) as staffed:
        yield staffed


def test_who_knows_the_pin_is_given_a_session(shop: Staffed) -> None:
    answer = shop.login(shop.till, Role.CASHIER)
    assert isinstance(answer, m.LoggedIn)
    assert (answer.person, answer.role) == (shop.person[Role.CASHIER], Role.CASHIER)
    assert answer.expires_ms == shop.bench.hand.wall_ms() + 16 * 3_600_000
    assert shop.trail("login") == [("login", "Post 1", "The cashier", "")]


@pytest.mark.parametrize("person", ["unknown", "without", "inactive", "wrong"])
def test_nobody_else_is_and_all_hear_the_same(shop: Staffed, person: str) -> None:
    ids = {
        "unknown": "f" * 32,
        "without": "e" * 32,
        "inactive": shop.person[Role.DEPOT],
        "wrong": shop.person[Role.CASHIER],
    }
    args = {"person": ids["without"], "name": "New", "role": "cashier"}
    shop.send(shop.console, "person.put", args)
    gone = {"person": ids["inactive"], "name": "Gone", "role": "depot", "active": False}
    shop.send(shop.console, "person.put", gone)
    before = shop.checked
    pin = PINS[Role.DEPOT] if person == "inactive" else "9753184"
    answer = shop.ask(shop.till, m.Login(7, ids[person], pin))
    assert answer == m.Denied(7, "wrong_pin", {"retry_ms": 0, "retry_s": 0})
    assert shop.checked == before + 1


def test_a_pin_is_in_no_repr_and_no_error(shop: Staffed) -> None:
    secret = "918273"
    messages = (
        m.Login(1, "a" * 32, secret),
        m.Override(1, "a" * 32, secret, "price.set", "b" * 32),
        m.SetPin(1, "a" * 32, secret),
    )
    shop.bench.hear(shop.till, messages[0])
    assert all(secret not in repr(one) for one in (*messages, *shop.bench.pins))


def test_another_on_the_device_ends_the_session(shop: Staffed) -> None:
    first = shop.session(shop.office, Role.MANAGER)
    second = shop.session(shop.office, Role.ADMIN)
    refused = shop.send(shop.office, "price.set", PRICES, session=first)
    assert (refused.status, refused.code) == (m.Status.REFUSED, "session_ended")
    assert shop.send(shop.office, "price.set", PRICES, session=second).code == "unknown_article"


def test_a_session_ends_by_logout_but_only_on_its_device(shop: Staffed) -> None:
    session = shop.session(shop.office, Role.MANAGER)
    assert shop.ask(shop.till, m.Logout(session)) is None
    assert shop.send(shop.office, "price.set", PRICES, session=session).code == "unknown_article"
    assert shop.ask(shop.office, m.Logout(session)) is None
    assert shop.send(shop.office, "price.set", PRICES, session=session).code == "session_ended"
    assert shop.trail("logout") == [("logout", "Post 3", "The manager", "")]


def test_a_session_ends_by_its_age(shop: Staffed) -> None:
    session = shop.session(shop.office, Role.MANAGER)
    shop.bench.hand.now_s += 16 * HOUR_S - 1
    assert shop.send(shop.office, "price.set", PRICES, session=session).code == "unknown_article"
    shop.bench.hand.now_s += 1
    assert shop.send(shop.office, "price.set", PRICES, session=session).code == "session_ended"


def test_a_session_ends_by_a_new_role_and_by_leaving(shop: Staffed) -> None:
    for change in ({"role": "cashier"}, {"role": "manager", "active": False}):
        args = {"person": shop.person[Role.MANAGER], "name": "The manager", "role": "manager"}
        shop.send(shop.console, "person.put", args)
        session = shop.session(shop.office, Role.MANAGER)
        shop.send(shop.console, "person.put", {**args, **change})
        refused = shop.send(shop.office, "price.set", PRICES, session=session)
        assert refused.code == "session_ended"


def test_a_new_pin_logs_out_all_but_who_set_it(shop: Staffed) -> None:
    office = shop.session(shop.office, Role.MANAGER)
    shop.session(shop.depot, Role.MANAGER)
    answer = shop.set_pin(shop.office, shop.person[Role.MANAGER], "83920", office)
    assert isinstance(answer, m.PinSet)
    assert shop.send(shop.office, "price.set", PRICES, session=office).code == "unknown_article"
    assert shop.login(shop.depot, Role.MANAGER).code == "wrong_pin"
    assert isinstance(shop.login(shop.depot, Role.MANAGER, "83920"), m.LoggedIn)
    live = shop.bench.store.db.execute(
        "SELECT count(*) FROM session WHERE person_id = ? AND ended_ms IS NULL",
        (shop.person[Role.MANAGER],),
    ).fetchone()
    assert live == (2,)


@pytest.mark.parametrize(
    ("actor", "subject", "code"),
    [
        (Role.ADMIN, Role.ADMIN, ""),
        (Role.ADMIN, Role.MANAGER, ""),
        (Role.MANAGER, Role.CASHIER, ""),
        (Role.MANAGER, Role.MANAGER, ""),
        (Role.MANAGER, Role.ADMIN, "may_not_administer"),
        (Role.CASHIER, Role.CASHIER, ""),
        (Role.CASHIER, Role.SELLER, "may_not_administer"),
    ],
)
def test_who_may_set_whose_pin(shop: Staffed, actor: Role, subject: Role, code: str) -> None:
    session = shop.session(shop.till, actor)
    answer = shop.set_pin(shop.till, shop.person[subject], "73190", session)
    assert getattr(answer, "code", "") == code


def test_a_pin_is_set_by_nobody_without_a_session(shop: Staffed) -> None:
    answer = shop.set_pin(shop.office, shop.person[Role.ADMIN], "73190")
    assert answer.code == "login_needed"


@pytest.mark.parametrize(
    ("pin", "code"), [("0000", "pin_trivial"), ("12", "pin_form"), ("12345678", "pin_trivial")]
)
def test_a_bad_pin_is_refused(shop: Staffed, pin: str, code: str) -> None:
    assert shop.set_pin(shop.console, shop.person[Role.ADMIN], pin).code == code


# Permissions for one action.


def test_a_second_person_allows_one_action_once(shop: Staffed) -> None:
    session = shop.session(shop.office, Role.SELLER)
    args = {
        "entries": [{"code": "1", "name": "A", "category": "C", "price_cents": 1, "vat_bp": 550}]
    }
    assert shop.send(shop.office, "catalogue.put", args, session=session).code == "not_allowed"
    granted = shop.override(shop.office, Role.MANAGER, "catalogue.put", session)
    assert isinstance(granted, m.Granted)
    body = {"session": session, "override": granted.grant}
    assert shop.send(shop.office, "catalogue.put", args, **body).status is m.Status.ACCEPTED
    assert shop.send(shop.office, "catalogue.put", args, **body).code == "grant_unusable"
    entry = shop.bench.store.db.execute(
        "SELECT person_id, details FROM audit_entry WHERE action = 'catalogue.put' AND code = ''"
    ).fetchone()
    assert entry[0] == shop.person[Role.SELLER]
    assert shop.person[Role.MANAGER] in entry[1]


def test_a_refused_command_leaves_the_permission(shop: Staffed) -> None:
    session = shop.session(shop.office, Role.SELLER)
    granted = shop.override(shop.office, Role.MANAGER, "price.set", session)
    body = {"session": session, "override": granted.grant}
    for _ in range(2):
        assert shop.send(shop.office, "price.set", PRICES, **body).code == "unknown_article"
    shop.bench.hand.now_s += 120
    assert shop.send(shop.office, "price.set", PRICES, **body).code == "grant_unusable"


def test_who_may_not_do_it_may_not_allow_it(shop: Staffed) -> None:
    session = shop.session(shop.office, Role.SELLER)
    assert shop.override(shop.office, Role.CASHIER, "price.set", session).code == "not_allowed"
    assert shop.override(shop.till, Role.MANAGER, "price.set", session).code == (
        "profile_not_allowed"
    )
    assert shop.override(shop.office, Role.MANAGER, "price.set", "0" * 32).code == "login_needed"


# Tries.


def test_the_delay_grows_and_success_ends_it(shop: Staffed) -> None:
    waits = []
    for _ in range(14):
        answer = shop.login(shop.till, Role.CASHIER, "999111")
        assert answer.code == "wrong_pin"
        waits.append(answer.params["retry_s"])
        if waits[-1]:
            early = shop.login(shop.till, Role.CASHIER)
            assert early.code == "too_many_tries"
            assert early.params["retry_s"] == waits[-1]
        shop.bench.hand.now_s += waits[-1]
    assert waits == [0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert isinstance(shop.login(shop.till, Role.CASHIER), m.LoggedIn)
    assert shop.login(shop.till, Role.CASHIER, "999111").params["retry_s"] == 0


def test_one_pin_at_a_time_for_a_device_and_a_person(shop: Staffed) -> None:
    assert shop.bench.hear(shop.till, m.Login(1, shop.person[Role.CASHIER], "4711")) == []
    for device, role in ((shop.till, Role.SELLER), (shop.till2, Role.CASHIER)):
        (busy,) = shop.bench.hear(device, m.Login(2, shop.person[role], "4711"))
        assert busy.code == "pin_busy"
    assert isinstance(shop.settle(), m.LoggedIn)


def test_five_wrong_ones_are_an_alert(shop: Staffed) -> None:
    for _ in range(5):
        wait = shop.login(shop.till, Role.CASHIER, "999111").params["retry_s"]
        shop.bench.hand.now_s += wait
    alerts = shop.bench.store.db.execute("SELECT code, subject, device_name FROM alert").fetchall()
    assert alerts == [("pin_tried", "The cashier", "Post 1")]
    assert [code for *_, code in shop.trail("login")] == ["wrong_pin"] * 5


def test_a_person_who_left_meanwhile_does_not_come_in(shop: Staffed) -> None:
    shop.bench.hear(shop.till, m.Login(1, shop.person[Role.CASHIER], "4711"))
    args = {"person": shop.person[Role.CASHIER], "name": "X", "role": "cashier", "active": False}
    shop.send(shop.console, "person.put", args)
    assert shop.settle().code == "wrong_pin"


def test_no_person_comes_with_the_shop(tmp_path: Path) -> None:
    with open_bench(tmp_path) as bench:
        assert people.people(bench.store.db) == []
        assert not people.has_pins(bench.store.db)
