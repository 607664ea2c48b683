"""One identity after another: only the key before leads to the next, in any order of telling."""

from dataclasses import replace
from itertools import pairwise, permutations

import pytest

from common import seal
from common.card import read_card, sign_card
from common.errors import Refusal
from common.messages import CardBody
from common.succession import AT_MOST, Succession, follow, is_vouched, leads, vouch, way

KEYS = [seal.signing_keys_of(bytes([number]) * 32) for number in range(5)]
HEX = [pair.public.hex() for pair in KEYS]
STEPS = [
    vouch(before, after.public, 1000 + place)
    for place, (before, after) in enumerate(pairwise(KEYS))
]
BODY = CardBody(HEX[2], "c0" * 32, "Shop", "e" * 32, 1, 2, 3)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_statements_lead_on_in_any_order(order: tuple[int, ...]) -> None:
    said = [STEPS[place] for place in order]
    assert follow(HEX[0], said) == HEX[3]
    assert follow(HEX[1], said) == HEX[3]
    assert follow(HEX[3], said) == HEX[3]
    assert way(HEX[0], HEX[3], said) == tuple(STEPS[:3])


def test_a_gap_leads_nowhere() -> None:
    assert follow(HEX[0], [STEPS[0], STEPS[2]]) == HEX[1]
    assert way(HEX[0], HEX[3], [STEPS[0], STEPS[2]]) == ()
    assert not leads(HEX[0], HEX[3], [STEPS[0], STEPS[2]])


@pytest.mark.parametrize(
    "forged",
    [
        replace(STEPS[0], after=HEX[4]),
        replace(STEPS[0], since_ms=5),
        replace(STEPS[0], signature="00" * 64),
        replace(STEPS[0], signature=""),
        replace(vouch(KEYS[4], KEYS[1].public, 1000), before=HEX[0]),
    ],
    ids=["another key", "another time", "no signature of it", "none", "another's"],
)
def test_what_the_key_before_has_not_signed_leads_nowhere(forged: Succession) -> None:
    assert not is_vouched(forged)
    assert follow(HEX[0], [forged]) == HEX[0]
    assert way(HEX[0], forged.after, [forged]) == ()


def test_a_lost_key_is_followed_by_whom_its_owner_says_alone() -> None:
    lost = Succession(HEX[0], HEX[1], 1000)
    assert leads(HEX[0], HEX[2], [lost, STEPS[1]])
    assert way(HEX[0], HEX[2], [lost, STEPS[1]]) == ()


def test_keys_that_lead_round_end() -> None:
    ring = [STEPS[0], vouch(KEYS[1], KEYS[0].public, 1001)]
    assert follow(HEX[0], ring) == HEX[1]
    assert way(HEX[0], HEX[4], ring) == ()
    assert not leads(HEX[0], HEX[4], ring)


def test_a_card_is_believed_by_whoever_has_pinned_an_older_identity() -> None:
    card = sign_card(KEYS[2], BODY, STEPS[:2])
    for pinned in KEYS[:3]:
        assert read_card(card, pinned.public) == BODY
    for stranger in KEYS[3:]:
        with pytest.raises(Refusal) as refused:
            read_card(card, stranger.public)
        assert refused.value.problem.code == "card_unsigned"


def test_a_card_of_the_old_identity_is_believed_no_more() -> None:
    old = sign_card(KEYS[1], replace(BODY, identity=HEX[1]), STEPS[:1])
    with pytest.raises(Refusal):
        read_card(old, KEYS[2].public)


def test_a_card_tells_the_newest_changes_and_none_that_nobody_signed() -> None:
    many = [replace(STEPS[0], since_ms=number) for number in range(AT_MOST + 3)]
    assert sign_card(KEYS[2], BODY, many).past == tuple(many[3:])
    lost = Succession(HEX[0], HEX[2], 1000)
    assert sign_card(KEYS[2], BODY, [lost]).past == ()
