"""Canonical bytes: what is hashed and signed, and kept exactly so for ever.

Owns the one JSON form there is: UTF-8, keys sorted, no spaces, integers and no other numbers. Owns
the digest and the signed message that are made of it. Knows no record's fields.
"""

from hashlib import blake2b
from typing import Any, Final

import msgspec
import orjson

VERSION: Final = 1
"""Of the canonical form and of the fields of records. A later one is read beside this one."""
GENESIS: Final = "0" * 64
"""What the first record of a chain names as the one before."""
_SIGNED: Final = b"comptoir/journal/1\0"
"""Before every signed message: a signature of a journal's is none of anything else's."""


def canonical(value: Any) -> bytes:
    """Return a value's canonical bytes; raises ValueError for a number that is no integer."""
    plain = msgspec.to_builtins(value)
    _require_integers(plain)
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def read_canonical(body: bytes) -> Any:
    """Return what canonical bytes say; raises ValueError for others, valid JSON or not."""
    value = orjson.loads(body)
    _require_integers(value)
    if orjson.dumps(value, option=orjson.OPT_SORT_KEYS) != body:
        raise ValueError("not in canonical form")
    return value


def digest(body: bytes) -> str:
    """Return the BLAKE2b-256 of canonical bytes, as 64 hex characters."""
    return blake2b(body, digest_size=32).hexdigest()


def key_id(public: bytes) -> str:
    """Return by which 32 hex characters a record names a public key."""
    return blake2b(public, digest_size=16).hexdigest()


def signed_message(body: bytes) -> bytes:
    """Return what is signed of canonical bytes."""
    return _SIGNED + body


def _require_integers(value: Any) -> None:
    if isinstance(value, dict):
        for part in value.values():
            _require_integers(part)
    elif isinstance(value, list):
        for part in value:
            _require_integers(part)
    elif isinstance(value, float):
        raise ValueError(f"{value} is no integer")
