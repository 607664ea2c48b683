"""What a post remembers of PINs: for whom, how long, and how many tries that gives."""

import pytest

from common.errors import Refusal
from kiosk.verifiers import FREE_TRIES, MAX_AGE_DAYS, MAX_TRIES, Verifiers, wait_s
from tests.kiosk.people import Recall
from tests.kiosk.post import HandClocks

WHO, OTHER = "a" * 32, "b" * 32
DAY_S = 86_400


def of(memory: Recall, hand: HandClocks) -> Verifiers:
    """Return the verifiers as after a start of the program."""
    return Verifiers(memory, hand.clocks.wall_ms)


def remembered(hand: HandClocks) -> tuple[Recall, Verifiers]:
    """Return a memory of one person."""
    memory = Recall()
    verifiers = of(memory, hand)
    verifiers.remember(WHO, "secret", 1)
    return memory, verifiers


def code(verifiers: Verifiers, person: str = WHO) -> str:
    """Return why a try cannot be made, "" where it can; it is made then."""
    try:
        verifiers.begin(person)
    except Refusal as refusal:
        return refusal.problem.code
    return ""


def test_who_logged_in_here_may_try() -> None:
    _, verifiers = remembered(HandClocks())
    assert verifiers.begin(WHO) == "secret"
    assert code(verifiers, OTHER) == "no_offline_login"


def test_a_try_is_on_disk_before_the_pin_is_looked_at() -> None:
    hand = HandClocks()
    memory, verifiers = remembered(hand)
    for _ in range(FREE_TRIES):
        assert code(verifiers) == ""
        verifiers = of(memory, hand)  # Switched off in the middle of it.
    assert code(verifiers) == "too_many_tries"


def test_waits_grow_and_survive_a_restart() -> None:
    hand = HandClocks()
    memory, verifiers = remembered(hand)
    waits = []
    for _ in range(MAX_TRIES - 1):
        assert code(verifiers) == ""
        verifiers.end(WHO, fits=False)
        verifiers = of(memory, hand)
        waits.append(verifiers.retry_ms(WHO) // 1000)
        if waits[-1]:
            assert code(verifiers) == "too_many_tries"
        hand.sleep(waits[-1])
    assert waits == [0, 0, 30, 60, 120, 240, 480, 900, 900]


def test_the_last_wrong_pin_leaves_it_to_the_hub() -> None:
    hand = HandClocks()
    memory, verifiers = remembered(hand)
    for tries in range(1, MAX_TRIES + 1):
        assert code(verifiers) == ""
        verifiers.end(WHO, fits=False)
        hand.sleep(wait_s(tries))
    assert code(verifiers) == "no_offline_login"
    assert code(of(memory, hand)) == "no_offline_login"
    assert not memory.kept.people


def test_a_right_pin_clears_the_count() -> None:
    hand = HandClocks()
    memory, verifiers = remembered(hand)
    for _ in range(3 * MAX_TRIES):
        assert code(verifiers) == ""
        verifiers.end(WHO, fits=True)
    assert memory.kept.people[0].tries == 0


def test_after_a_month_the_hub_is_asked() -> None:
    hand = HandClocks()
    memory, verifiers = remembered(hand)
    hand.sleep(MAX_AGE_DAYS * DAY_S)
    assert verifiers.knows(WHO)
    hand.sleep(1)
    assert not verifiers.knows(WHO)
    assert code(verifiers) == "offline_login_expired"
    assert code(of(memory, hand)) == "offline_login_expired"


def test_a_clock_that_is_set_back_makes_nothing_young_again() -> None:
    hand = HandClocks()
    _, verifiers = remembered(hand)
    hand.sleep((MAX_AGE_DAYS - 1) * DAY_S)
    assert verifiers.knows(WHO)
    hand.set_wall(hand.wall - 20 * DAY_S * 1000)
    assert verifiers.knows(WHO)
    hand.sleep(DAY_S + 1)
    assert not verifiers.knows(WHO)


def test_nor_does_it_stretch_a_wait() -> None:
    hand = HandClocks()
    _, verifiers = remembered(hand)
    for _ in range(FREE_TRIES):
        assert code(verifiers) == ""
        verifiers.end(WHO, fits=False)
    left_ms = verifiers.retry_ms(WHO)
    hand.set_wall(hand.wall - 3650 * DAY_S * 1000)
    assert verifiers.retry_ms(WHO) == left_ms
    hand.sleep(left_ms / 1000)
    assert code(verifiers) == ""


def test_another_pin_or_nobody_any_more_is_forgotten() -> None:
    hand = HandClocks()
    memory, verifiers = remembered(hand)
    verifiers.remember(OTHER, "other", 5)
    verifiers.keep_only({WHO: 1, OTHER: 6})
    assert verifiers.knows(WHO)
    assert not verifiers.knows(OTHER)
    verifiers.keep_only({})
    assert len(of(memory, hand)) == 0


def test_a_disk_that_does_not_do_gives_no_tries() -> None:
    class Broken(Recall):
        def write(self, remembered: object) -> None:
            raise Refusal("disk_failed", file="people.sealed", reason="no room")

    hand = HandClocks()
    memory, _ = remembered(hand)
    broken = Broken()
    broken.kept = memory.kept
    verifiers = of(broken, hand)
    with pytest.raises(Refusal) as refused:
        verifiers.begin(WHO)
    assert refused.value.problem.code == "disk_failed"


def test_what_is_remembered_says_no_secret_of_itself() -> None:
    memory, _ = remembered(HandClocks())
    assert "secret" not in repr(memory.kept)
