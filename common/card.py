"""The hub's card: who it is, signed by its identity, for anyone on the network who asks.

Owns signing and reading one. A card read without a pinned identity proves only that whoever made
it has the key that it names; the pairing code proves the rest. Opens no socket.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import orjson

from common import messages as m
from common import seal
from common.enrolment import raw_key
from common.errors import Refusal
from common.models import convert
from common.succession import AT_MOST, Succession, follow

CARD_PORT: Final = 47801
"""Where a hub's card socket listens unless it is told otherwise."""


FINGERPRINT_CHARS: Final = 16


def fingerprint(identity: str) -> str:
    """Return the short form of an identity key (hex) that two people can compare by eye.

    Its first 64 bits, which take 2⁶⁴ keys to imitate; small letters, so that nobody takes it for
    a code. It helps a person to choose; what is pinned is the whole key.
    """
    short = identity[:FINGERPRINT_CHARS]
    return " ".join(short[at : at + 4] for at in range(0, len(short), 4))


def sign_card(
    identity: seal.SigningKeys, body: m.CardBody, past: Sequence[Succession] = ()
) -> m.Card:
    """Return a card of this body; raises ValueError where it names another identity.

    `past`: how this identity followed older ones; of many the newest.
    """
    if body.identity != identity.public.hex():
        raise ValueError("a card names the identity that signs it")
    text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
    vouched = tuple(said for said in past if said.signature)[-AT_MOST:]
    return m.Card(text, seal.sign(identity, text.encode()).hex(), vouched)


def read_card(card: m.Card, pinned: bytes | None = None) -> m.CardBody:
    """Return what a card says, once its signature holds.

    `pinned` is the identity it must be of, or one that its past leads from; None takes any. Raises
    Refusal `card_unsigned`.
    """
    try:
        body = convert(orjson.loads(card.body), m.CardBody)
        identity = raw_key(body.identity)
        raw_key(body.curve_key)
        signature = bytes.fromhex(card.signature)
    except (ValueError, msgspec.ValidationError) as error:
        raise Refusal("card_unsigned") from error
    if pinned is not None and identity.hex() != follow(pinned.hex(), card.past):
        raise Refusal("card_unsigned")
    if not seal.verifies(identity, card.body.encode(), signature):
        raise Refusal("card_unsigned")
    return body
