"""ECDSA over P-256 with SHA-256, the second signature: the only file that imports cryptography.

That library is optional. Without it nothing is signed by this algorithm, and nothing checked: who
asks is told. A public key is 33 bytes (compressed), a secret 32, a signature 64 (r and s). Keeps
nothing.
"""

from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any, Final

P256: Final = "ecdsa-p256"
SECRET_BYTES: Final = 32
_HALF: Final = 32


@dataclass(frozen=True, slots=True)
class P256Keys:
    """A pair, as bytes."""

    public: bytes
    secret: bytes = field(repr=False)


def is_available() -> bool:
    """Return whether the library is installed here."""
    return _library() is not None


def new_p256_keys() -> P256Keys:
    """Return a fresh pair; raises RuntimeError without the library."""
    lib = _needed()
    return _pair(lib, lib.ec.generate_private_key(lib.curve))


def p256_keys_of(secret: bytes) -> P256Keys:
    """Return the pair of a kept secret.

    Raises ValueError where it is none, RuntimeError without the library.
    """
    lib = _needed()
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a P-256 secret has {SECRET_BYTES} bytes, not {len(secret)}")
    return _pair(lib, lib.ec.derive_private_key(int.from_bytes(secret, "big"), lib.curve))


class P256Signer:
    """Signs many messages by one pair; raises RuntimeError without the library."""

    def __init__(self, keys: P256Keys) -> None:
        self._lib = _needed()
        number = int.from_bytes(keys.secret, "big")
        self._key = self._lib.ec.derive_private_key(number, self._lib.curve)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of a message; the same message gives the same one."""
        r, s = self._lib.split(self._key.sign(message, self._lib.signing))
        return bytes(r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big"))


def p256_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature is this key's over this message; False for garbage, too.

    Raises RuntimeError without the library.
    """
    lib = _needed()
    if len(signature) != 2 * _HALF:
        return False
    r, s = (int.from_bytes(half, "big") for half in (signature[:_HALF], signature[_HALF:]))
    try:
        key = lib.ec.EllipticCurvePublicKey.from_encoded_point(lib.curve, public)
        key.verify(lib.join(r, s), message, lib.checking)
    except (ValueError, TypeError, lib.invalid):
        return False
    return True


def _pair(lib: Any, key: Any) -> P256Keys:
    public = key.public_key().public_bytes(lib.encoding.X962, lib.format.CompressedPoint)
    return P256Keys(public, key.private_numbers().private_value.to_bytes(SECRET_BYTES, "big"))


def _needed() -> Any:
    lib = _library()
    if lib is None:
        raise RuntimeError("the package cryptography is not installed")
    return lib


@cache
def _library() -> Any:
    """Return what of the library is used, None where it is not there; loaded when first wanted."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import (
            decode_dss_signature,
            encode_dss_signature,
        )
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    except ImportError:
        return None
    return SimpleNamespace(
        ec=ec,
        curve=ec.SECP256R1(),
        # Without randomness of its own: a bad source of it would give the key away.
        signing=ec.ECDSA(SHA256(), deterministic_signing=True),
        checking=ec.ECDSA(SHA256()),
        split=decode_dss_signature,
        join=encode_dss_signature,
        invalid=InvalidSignature,
        encoding=Encoding,
        format=PublicFormat,
    )
