"""People at a post, through all of it: the session of its screens, the link, the hub itself."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from common import messages as m
from common.errors import Refusal
from common.people import Role
from common.topics import Profile
from hub.records import people
from kiosk.state import At, LinkStatus
from tests.flows.staffed_post import StaffedPost
from tests.hub.people_bench import PINS, Staffed


@pytest.fixture
def till(shop: Staffed, tmp_path: Path) -> Iterator[StaffedPost]:
    post = StaffedPost(tmp_path / "till", shop, Profile.TILL)
    post.connect()
    yield post
    post.session.close()


@pytest.fixture
def office(shop: Staffed, tmp_path: Path) -> Iterator[StaffedPost]:
    post = StaffedPost(tmp_path / "office", shop, Profile.OFFICE)
    post.connect()
    yield post
    post.session.close()


def flags(post: StaffedPost) -> tuple[str, ...]:
    """Return how the hub took the last operation."""
    reply = post.last_reply()
    assert reply is not None
    assert reply.status is m.Status.ACCEPTED
    return tuple(flag for flag in reply.flags if flag != "flag_unknown_article")


def test_a_sale_bears_the_name_of_who_is_logged_in(till: StaffedPost) -> None:
    assert till.session.state.link is LinkStatus.ONLINE
    assert till.session.state.who.at is At.NOBODY
    with pytest.raises(Refusal):
        till.sell()
    assert till.log_in(Role.CASHIER) is At.ONLINE
    ticket = till.sell()
    assert (ticket.operator, ticket.operator_id) == ("The cashier", till.shop.person[Role.CASHIER])
    till.wait(1)
    assert flags(till) == ()


def test_a_wrong_pin_lets_nobody_in(till: StaffedPost) -> None:
    assert till.log_in(Role.CASHIER, "9999") is At.NOBODY
    attempt = till.session.state.attempt
    assert attempt is not None
    assert attempt.problem is not None
    assert attempt.problem.code == "wrong_pin"


def test_lock_and_switch(till: StaffedPost) -> None:
    till.log_in(Role.CASHIER)
    till.sell()
    till.session.people.lock()
    till.wait(1)
    assert till.session.state.who.at is At.LOCKED
    assert till.log_in(Role.SELLER) is At.ONLINE
    assert till.sell().operator == "The seller"
    till.wait(1)
    assert flags(till) == ()


def test_what_was_sold_before_a_lock_and_is_delivered_after_it_is_not_odd(
    till: StaffedPost,
) -> None:
    till.log_in(Role.CASHIER)
    till.cut()
    till.sell()
    till.session.people.lock()
    till.wait(30)
    till.connect()
    till.log_in(Role.SELLER)
    till.wait(2)
    assert till.session.state.who.at is At.ONLINE
    assert flags(till) == ()


def test_without_the_hub_the_post_lets_in_whom_it_knows_and_marks_what_is_done(
    till: StaffedPost,
) -> None:
    till.log_in(Role.CASHIER)
    till.session.people.log_out()
    till.wait(1)
    till.cut()
    till.restart()
    assert till.log_in(Role.SELLER) is At.NOBODY
    assert till.log_in(Role.CASHIER) is At.OFFLINE
    till.sell()
    (body,) = till.bodies()
    assert (body["person"], body["session"], body["offline"]) == (
        till.shop.person[Role.CASHIER],
        "",
        True,
    )
    till.connect()
    assert flags(till) == ("offline_session",)
    assert till.session.state.who.at is At.OFFLINE


def test_a_new_pin_ends_the_session_and_the_post_forgets_the_old_one(till: StaffedPost) -> None:
    till.log_in(Role.CASHIER)
    answer = till.shop.set_pin(till.shop.console, till.shop.person[Role.CASHIER], "7305")
    assert isinstance(answer, m.PinSet)
    till.wait(3)
    assert till.session.state.who.at is At.LOCKED
    till.cut()
    assert till.log_in(Role.CASHIER) is At.LOCKED
    till.connect()
    assert till.log_in(Role.CASHIER, "7305") is At.ONLINE


def test_who_works_here_no_more_is_out(till: StaffedPost) -> None:
    till.log_in(Role.CASHIER)
    person = till.shop.person[Role.CASHIER]
    args = {"person": person, "name": "The cashier", "role": "cashier", "active": False}
    till.shop.send(till.shop.console, "person.put", args)
    till.wait(3)
    assert till.session.state.who.at is At.NOBODY
    till.cut()
    assert till.log_in(Role.CASHIER) is At.NOBODY


# Permissions.


def person_args(shop: Staffed) -> dict[str, object]:
    """Return a change of a person that only managers may make."""
    person = shop.person[Role.SELLER]
    return {"person": person, "name": "Renamed", "role": "seller", "active": True}


def test_a_manager_allows_one_request_of_somebody_else(office: StaffedPost) -> None:
    office.log_in(Role.CASHIER)
    with pytest.raises(Refusal) as refused:
        office.session.send("person.put", person_args(office.shop))
    assert refused.value.problem.code == "not_allowed"
    office.allow("person.put", Role.MANAGER)
    office.session.send("person.put", person_args(office.shop))
    office.wait(1)
    assert flags(office) == ()
    seller = people.person(office.shop.bench.store.db, office.shop.person[Role.SELLER])
    assert seller is not None
    assert seller.name == "Renamed"
    with pytest.raises(Refusal):
        office.session.send("person.put", person_args(office.shop))


def test_without_the_hub_both_names_travel_with_a_fact(till: StaffedPost) -> None:
    till.log_in(Role.SELLER)
    till.log_in(Role.DEPOT)
    till.cut()
    till.session.people.log_out()
    assert till.log_in(Role.DEPOT) is At.OFFLINE
    with pytest.raises(Refusal):
        till.sell()
    till.allow("sale.record", Role.SELLER)
    till.sell()
    till.connect()
    assert flags(till) == ("offline_session",)
    body = till.bodies()[-1]
    shop = till.shop
    assert (body["person"], body["override"]) == (
        shop.person[Role.DEPOT],
        shop.person[Role.SELLER],
    )


def test_a_permission_by_the_posts_word_in_a_session_of_the_hubs_is_marked(
    till: StaffedPost,
) -> None:
    till.log_in(Role.SELLER)
    till.log_in(Role.DEPOT)
    till.cut()
    till.allow("sale.record", Role.SELLER)
    till.sell()
    till.connect()
    assert flags(till) == ("offline_session",)


def test_whose_role_would_not_do_either_allows_nothing_at_the_hub(till: StaffedPost) -> None:
    till.log_in(Role.SELLER)
    ticket = till.sell()
    shop = till.shop
    other = replace(ticket, id="e" * 32, number=1, operator_id=shop.person[Role.DEPOT])
    body = {"person": shop.person[Role.DEPOT], "override": shop.person[Role.DEPOT]}
    reply = shop.send(shop.till2, "sale.record", {"ticket": other}, **body, offline=True)
    assert "role_not_allowed" in reply.flags


# Requests of a session without the hub.


def held_price(office: StaffedPost) -> None:
    """Log the manager in without the hub, and rename somebody."""
    office.log_in(Role.MANAGER)
    office.session.people.log_out()
    office.wait(1)
    office.cut()
    assert office.log_in(Role.MANAGER) is At.OFFLINE
    assert office.session.send("person.put", person_args(office.shop)) == 0


def test_a_request_waits_for_the_log_in_of_its_person_and_is_sent_once(
    office: StaffedPost,
) -> None:
    held_price(office)
    office.restart()
    assert office.session.state.held == 1
    office.connect()
    office.log_in(Role.ADMIN)
    assert office.session.state.held == 1
    assert office.bodies() == []
    assert office.log_in(Role.MANAGER) is At.ONLINE
    office.wait(1)
    assert office.session.state.held == 0
    assert flags(office) == ()
    assert len(office.bodies()) == 1


def test_a_request_that_is_given_up_is_never_sent(office: StaffedPost) -> None:
    held_price(office)
    (request,) = office.session.people.held
    office.session.people.drop_held(request.id)
    office.connect()
    office.log_in(Role.MANAGER)
    office.wait(1)
    assert office.bodies() == []


def test_the_office_sets_a_pin(office: StaffedPost) -> None:
    office.log_in(Role.MANAGER)
    office.session.people.set_pin(office.shop.person[Role.CASHIER], "7305")
    office.wait(1)
    attempt = office.session.state.attempt
    assert attempt is not None
    assert attempt.problem is None
    office.session.people.log_out()
    office.wait(1)
    assert office.log_in(Role.CASHIER, PINS[Role.CASHIER]) is At.NOBODY
    office.wait(5)
    assert office.log_in(Role.CASHIER, "7305") is At.ONLINE


def test_no_pin_is_in_any_file_of_hub_or_post(till: StaffedPost, tmp_path: Path) -> None:
    till.log_in(Role.ADMIN)
    till.sell()
    till.wait(1)
    till.session.close()
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        assert PINS[Role.ADMIN].encode() not in path.read_bytes(), path
