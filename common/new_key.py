"""A post's new CURVE key, as both sides prove it: signed together with the key that it replaces.

Owns what is signed. Which key is in use, and when the old one ends, is for hub and post to say.
"""

from typing import Final

from common import messages as m
from common import seal

_SIGNED_AS: Final = b"comptoir-new-key"


def sign_new_key(
    signing: seal.SigningKeys, identity: bytes, device_id: str, old: bytes, new: bytes
) -> m.NewKey:
    """Return the message by which a post offers a new key to the hub of this identity."""
    said = _said(identity, device_id, old, new)
    return m.NewKey(new.hex(), seal.sign(signing, said).hex())


def is_proved(
    offer: m.NewKey, sign_key: bytes, identity: bytes, device_id: str, old: bytes
) -> bool:
    """Return whether a post with this signing key offers that key, in place of its old one."""
    said = _said(identity, device_id, old, bytes.fromhex(offer.curve_key))
    return seal.verifies(sign_key, said, bytes.fromhex(offer.signature))


def _said(identity: bytes, device_id: str, old: bytes, new: bytes) -> bytes:
    parts = (_SIGNED_AS, identity, device_id.encode(), old, new)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
