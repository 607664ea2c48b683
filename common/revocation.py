"""The hub's notice that a post was taken out of the shop, signed by its identity.

Owns signing and reading one. Whether it means this post, in this stay of it in the shop, is for
the post to say. Opens no socket, erases nothing.
"""

from typing import Final

import msgspec
import orjson

from common import messages as m
from common import seal
from common.enrolment import raw_key
from common.errors import Refusal
from common.models import convert

_SIGNED_AS: Final = b"comptoir-revocation\0"
"""So that no card, nor anything else that the identity signs, is ever a notice."""


def sign_revocation(identity: seal.SigningKeys, body: m.RevocationBody) -> m.Revocation:
    """Return a notice of this body; raises ValueError where it names another identity."""
    if body.identity != identity.public.hex():
        raise ValueError("a notice names the identity that signs it")
    text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
    return m.Revocation(text, seal.sign(identity, _SIGNED_AS + text.encode()).hex())


def read_revocation(notice: m.Revocation, pinned: bytes) -> m.RevocationBody:
    """Return what a notice of the pinned identity says; raises Refusal `false_notice`."""
    try:
        body = convert(orjson.loads(notice.body), m.RevocationBody)
        identity = raw_key(body.identity)
        raw_key(body.curve_key)
        signature = bytes.fromhex(notice.signature)
    except (ValueError, msgspec.ValidationError) as error:
        raise Refusal("false_notice") from error
    if identity != pinned or not seal.verifies(
        pinned, _SIGNED_AS + notice.body.encode(), signature
    ):
        raise Refusal("false_notice")
    return body
