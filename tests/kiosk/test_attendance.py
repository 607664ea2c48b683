"""Who is at a post: log-in with and without the hub, lock, switch, a second person's permission."""

import pytest

from common import messages as m
from common.errors import Refusal
from kiosk.attendance import ANSWER_S, LOOK_S
from kiosk.rights import Right
from kiosk.state import Act, At
from tests.kiosk.people import (
    CASHIER,
    EVERYBODY,
    MANAGER,
    OTHER_PIN,
    PIN,
    SELLER,
    STOCK,
    WITHOUT_PIN,
    Post,
    Recall,
)

SESSION = "5" * 32


def test_a_shop_without_pins_works_without_log_in() -> None:
    post = Post(WITHOUT_PIN)
    assert post.at.who.at is At.OPEN
    assert post.at.may("sale.record") is Right.YES
    post.at.check("price.set")
    assert not post.at.sign("sale.record").person


def test_from_the_first_pin_on_somebody_has_to_log_in() -> None:
    post = Post(WITHOUT_PIN)
    post.change(WITHOUT_PIN, has_pin=True, pin_set_ms=7)
    assert post.at.who.at is At.NOBODY
    with pytest.raises(Refusal) as refused:
        post.at.check("sale.record")
    assert refused.value.problem.code == "login_needed"


def test_the_hub_lets_somebody_in() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    assert (post.at.who.at, post.at.who.name) == (At.ONLINE, "Amélie")
    signed = post.at.sign("sale.record")
    assert (signed.person, signed.session, signed.offline) == (CASHIER.id, SESSION, False)
    assert SESSION not in repr(signed)


def test_nobody_logs_in_without_a_pin_of_their_own() -> None:
    post = Post(*EVERYBODY)
    post.online()
    post.at.log_in(WITHOUT_PIN.id, PIN)
    assert not post.asked
    assert post.at.attempt is not None
    assert post.at.attempt.problem is not None


def test_what_the_hub_denies_is_said_with_the_wait() -> None:
    post = Post(*EVERYBODY)
    post.online()
    post.at.log_in(CASHIER.id, OTHER_PIN)
    params = {"retry_ms": 30_000, "retry_s": 30}
    post.at.hear(m.Denied(post.take().request, "too_many_tries", params))
    attempt = post.at.attempt
    assert attempt is not None
    assert attempt.problem is not None
    assert attempt.problem.code == "too_many_tries"
    assert attempt.retry_at_ms == post.hand.wall + 30_000
    assert post.at.who.at is At.NOBODY


def test_it_locks_itself_when_nobody_touches_it() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.hand.sleep(100)
    post.at.touch()
    post.hand.sleep(119)
    post.at.tick()
    assert post.at.who.here
    post.hand.sleep(1)
    assert post.at.due_in_s == 0
    post.at.tick()
    assert (post.at.who.at, post.at.who.name) == (At.LOCKED, "Amélie")
    assert post.take() == m.Logout(SESSION)
    assert post.at.may("sale.record") is Right.NO


def test_it_never_locks_itself_where_the_shop_says_so() -> None:
    post = Post(*EVERYBODY, locks_after_s=0)
    post.come_in(CASHIER)
    post.hand.sleep(10 * 3_600)
    post.at.tick()
    assert post.at.who.here


def test_a_colleague_takes_over_a_locked_post() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.at.lock()
    post.asked.clear()
    post.come_in(SELLER, session="6" * 32)
    assert (post.at.who.at, post.at.who.name) == (At.ONLINE, "Bruno")
    assert post.at.sign("sale.record").session == "6" * 32


def test_logging_out_ends_the_session_at_the_hub() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.at.log_out()
    assert post.at.who.at is At.NOBODY
    assert post.take() == m.Logout(SESSION)


def test_who_was_here_before_is_let_in_without_the_hub() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.at.log_out()
    post.try_here(CASHIER)
    assert post.at.who.at is At.OFFLINE
    signed = post.at.sign("sale.record")
    assert (signed.person, signed.session, signed.offline) == (CASHIER.id, "", True)


def test_a_look_that_never_ends_does_not_keep_the_pad_shut() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.at.log_out()
    post.offline()
    assert post.at.due_in_s is None
    post.at.log_in(CASHIER.id, PIN)
    assert post.at.due_in_s == LOOK_S
    post.hand.sleep(LOOK_S)
    post.at.tick()
    assert post.at.attempt is not None
    assert post.at.attempt.problem is not None
    assert post.at.attempt.problem.code == "pin_busy"
    post.try_here(CASHIER)
    assert post.at.who.at is At.OFFLINE
    assert post.at.due_in_s == 120


def test_who_was_never_here_is_not() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.at.log_out()
    post.try_here(SELLER)
    assert post.at.who.at is At.NOBODY
    assert post.at.attempt is not None
    assert post.at.attempt.problem is not None
    assert post.at.attempt.problem.code == "no_offline_login"


def test_a_hub_that_falls_silent_over_a_pin_is_done_without() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.at.log_out()
    post.asked.clear()
    post.at.log_in(CASHIER.id, PIN)
    late = post.take()
    assert isinstance(late, m.Login)
    post.hand.sleep(ANSWER_S)
    post.at.tick()
    post.work()
    assert post.at.who.at is At.OFFLINE
    # Its answer comes after all: that session is nobody's.
    until_ms = post.hand.wall + 3_600_000
    post.at.hear(m.LoggedIn(late.request, "7" * 32, CASHIER.id, CASHIER.role, until_ms))
    assert post.at.who.at is At.OFFLINE
    assert post.take() == m.Logout("7" * 32)


def test_a_link_that_goes_down_over_a_pin_does_not_keep_people_waiting() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.at.log_out()
    post.at.log_in(CASHIER.id, PIN)
    post.offline()
    post.work()
    assert post.at.who.at is At.OFFLINE


def test_who_works_here_no_more_is_out_at_once_and_not_let_in_again() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.change(CASHIER, active=False)
    assert post.at.who.at is At.NOBODY
    post.change(CASHIER, active=True)
    post.try_here(CASHIER)
    assert post.at.who.at is At.NOBODY


def test_another_pin_ends_the_session_and_what_the_post_remembers() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.change(CASHIER, pin_set_ms=2)
    assert post.at.who.at is At.LOCKED
    assert post.at.who.ended is not None
    post.try_here(CASHIER)
    assert post.at.who.at is At.LOCKED


def test_a_pin_that_was_changed_while_it_was_typed_is_not_remembered() -> None:
    post = Post(*EVERYBODY)
    post.online()
    post.at.log_in(CASHIER.id, PIN)
    login = post.take()
    assert isinstance(login, m.Login)
    post.change(CASHIER, pin_set_ms=2)
    until_ms = post.hand.wall + 3_600_000
    post.at.hear(m.LoggedIn(login.request, SESSION, CASHIER.id, CASHIER.role, until_ms))
    post.work()
    assert not post.at.known_here(CASHIER.id)


def test_ones_own_new_pin_ends_nothing() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.at.set_pin(CASHIER.id, OTHER_PIN)
    asked = post.take()
    assert asked == m.SetPin(asked.request, CASHIER.id, OTHER_PIN, SESSION)
    post.change(CASHIER, pin_set_ms=2)
    post.at.hear(m.PinSet(asked.request, CASHIER.id))
    assert post.at.who.at is At.ONLINE
    assert post.at.attempt is not None
    assert (post.at.attempt.act, post.at.attempt.problem) == (Act.SET_PIN, None)


def test_a_new_pin_needs_the_hub() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.offline()
    post.at.set_pin(CASHIER.id, OTHER_PIN)
    assert not post.asked
    assert post.at.attempt is not None
    assert post.at.attempt.problem is not None
    assert post.at.attempt.problem.code == "pin_needs_hub"


def test_a_session_that_has_expired_locks_the_post() -> None:
    post = Post(*EVERYBODY, locks_after_s=0)
    post.come_in(CASHIER)
    post.hand.sleep(12 * 3_600)
    post.at.tick()
    assert post.at.who.at is At.LOCKED
    assert post.at.who.ended is not None


def test_the_hubs_word_that_a_session_is_over_locks_the_post() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.at.reply(m.Reply("0e" * 16, 4, m.Status.REFUSED, 1, {}, "session_ended"))
    assert post.at.who.at is At.LOCKED


def test_a_word_about_an_operation_of_an_earlier_session_does_not() -> None:
    post = Post(*EVERYBODY)
    post.online()
    post.at.log_in(CASHIER.id, PIN, last_n=4)
    until_ms = post.hand.wall + 3_600_000
    request = post.take().request
    post.at.hear(m.LoggedIn(request, SESSION, CASHIER.id, CASHIER.role, until_ms))
    flags = ("no_session",)
    post.at.reply(m.Reply("0e" * 16, 4, m.Status.ACCEPTED, 1, {}, flags=flags))
    assert post.at.who.here
    post.at.reply(m.Reply("0e" * 16, 5, m.Status.ACCEPTED, 2, {}, flags=flags))
    assert post.at.who.at is At.LOCKED


# A second person's permission.


def test_a_manager_allows_one_action_and_both_are_named() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    assert post.at.may("price.set") is Right.ASK
    post.at.allow("price.set", MANAGER.id, PIN)
    asked = post.take()
    assert asked == m.Override(asked.request, MANAGER.id, PIN, "price.set", SESSION)
    until_ms = post.hand.wall + 120_000
    post.at.hear(m.Granted(asked.request, "9" * 32, MANAGER.id, "price.set", until_ms))
    assert post.at.may("price.set") is Right.YES
    assert post.at.allowed_by("price.set") == "Chantal"
    assert post.at.sign("price.set").override == "9" * 32
    post.at.spend("price.set")
    assert post.at.may("price.set") is Right.ASK


def test_a_permission_does_not_last() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.at.allow("price.set", MANAGER.id, PIN)
    until_ms = post.hand.wall + 100_000
    grant = m.Granted(post.take().request, "9" * 32, MANAGER.id, "price.set", until_ms)
    post.at.hear(grant)
    post.hand.sleep(100)
    assert post.at.may("price.set") is Right.ASK


def test_it_is_gone_with_the_one_whom_it_was_given() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.at.allow("price.set", MANAGER.id, PIN)
    until_ms = post.hand.wall + 120_000
    request = post.take().request
    post.at.hear(m.Granted(request, "9" * 32, MANAGER.id, "price.set", until_ms))
    post.at.lock()
    post.asked.clear()
    post.come_in(CASHIER)
    assert post.at.may("price.set") is Right.ASK


def test_who_may_not_do_it_may_not_allow_it() -> None:
    post = Post(*EVERYBODY)
    post.come_in(CASHIER)
    post.at.allow("price.set", SELLER.id, PIN)
    assert not post.asked
    assert post.at.attempt is not None
    assert post.at.attempt.problem is not None
    assert post.at.attempt.problem.code == "not_allowed"


def test_without_the_hub_only_what_happened_anyway_can_be_allowed() -> None:
    post = Post(*EVERYBODY)
    post.come_in(SELLER)
    post.come_in(STOCK)
    post.at.log_out()
    post.try_here(STOCK)
    assert post.at.may("sale.record") is Right.ASK
    assert post.at.may("price.set") is Right.NO
    post.at.allow("sale.record", SELLER.id, PIN)
    post.work()
    signed = post.at.sign("sale.record")
    assert (signed.person, signed.override, signed.offline) == (STOCK.id, SELLER.id, True)


def test_a_wrong_pin_allows_nothing_without_the_hub() -> None:
    post = Post(*EVERYBODY)
    post.come_in(SELLER)
    post.come_in(STOCK)
    post.try_here(STOCK)
    post.at.allow("sale.record", SELLER.id, OTHER_PIN)
    post.work()
    assert post.at.may("sale.record") is Right.ASK


def test_a_post_that_knows_people_is_not_open_because_the_list_is_gone() -> None:
    memory = Recall()
    before = Post(*EVERYBODY, memory=memory)
    before.come_in(CASHIER)
    after = Post(memory=memory)
    assert after.at.who.at is At.NOBODY
