"""Operations that a post hands over by a file: each signed by the post, so that a hub takes no
other's and none that was changed on the way.

Owns what is signed. The file is the post's (`kiosk/export.py`), taking it the hub's.
"""

from dataclasses import dataclass
from typing import Final

from common import seal, wire

_SIGNED_AS: Final = b"comptoir-operation"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Exported:
    """One operation as its outbox holds it; `oldest_n`: from there on the outbox has them all."""

    device_id: str
    outbox: str
    oldest_n: int
    n: int
    schema: int
    body: bytes


def sign_operation(signing: seal.SigningKeys, operation: Exported) -> bytes:
    """Return the post's signature, 64 bytes."""
    return seal.sign(signing, _said(operation))


def is_of(operation: Exported, sign_key: bytes, signature: bytes) -> bool:
    """Return whether the post with this signing key hands that operation over."""
    return seal.verifies(sign_key, _said(operation), signature)


def _said(operation: Exported) -> bytes:
    parts = (
        _SIGNED_AS,
        operation.device_id.encode(),
        operation.outbox.encode(),
        *(str(n).encode() for n in (operation.oldest_n, operation.n, operation.schema)),
        wire.body_hash(operation.body),
    )
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
