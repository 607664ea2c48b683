"""The hub's card: believed where its identity signed it, and where that is the pinned one."""

from dataclasses import replace

import orjson
import pytest

from common import messages as m
from common import seal
from common.card import read_card, sign_card
from common.errors import Refusal

IDENTITY = seal.signing_keys_of(b"\x05" * 32)
OTHER = seal.signing_keys_of(b"\x06" * 32)
BODY = m.CardBody(IDENTITY.public.hex(), "ab" * 32, "Épicerie", "0" * 32, 47800, 47802, 1)


def test_a_card_says_what_was_signed() -> None:
    card = sign_card(IDENTITY, BODY)
    assert read_card(card) == BODY
    assert read_card(card, pinned=IDENTITY.public) == BODY


def test_a_card_of_another_hub_is_refused_where_one_is_pinned() -> None:
    card = sign_card(OTHER, replace(BODY, identity=OTHER.public.hex()))
    assert read_card(card).identity == OTHER.public.hex()
    with pytest.raises(Refusal) as caught:
        read_card(card, pinned=IDENTITY.public)
    assert caught.value.problem.code == "card_unsigned"


def test_a_hub_signs_only_its_own_card() -> None:
    with pytest.raises(ValueError, match="identity"):
        sign_card(OTHER, BODY)


def forged(**change: object) -> m.Card:
    """Return the signed card with another body under the same signature."""
    card = sign_card(IDENTITY, BODY)
    return m.Card(orjson.dumps({**orjson.loads(card.body), **change}).decode(), card.signature)


@pytest.mark.parametrize(
    "card",
    [
        forged(curve_key="cd" * 32),
        forged(commands_port=1),
        forged(identity=OTHER.public.hex()),
        forged(identity="00"),
        forged(curve_key="zz"),
        forged(epoch=7),
        m.Card("", ""),
        m.Card("{}", "00" * 64),
        m.Card("[1]", "00" * 64),
        m.Card(sign_card(IDENTITY, BODY).body, "not hex"),
        m.Card(sign_card(IDENTITY, BODY).body, "00" * 64),
    ],
)
def test_a_card_that_was_touched_or_is_none_is_refused(card: m.Card) -> None:
    for pinned in (None, IDENTITY.public):
        with pytest.raises(Refusal) as caught:
            read_card(card, pinned)
        assert caught.value.problem.code == "card_unsigned"
