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
    body = orjson.dumps(msgspec.to_builtins(value), option=orjson.OPT_SORT_KEYS)
    _read(body)
    return body


def read_canonical(body: bytes) -> Any:
    """Return what canonical bytes say; raises ValueError for others, valid JSON or not."""
    value = _read(body)
    try:
        again = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:  # A number or a text that cannot be written.
        raise ValueError(f"not in canonical form: {error}") from error
    if again != body:
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


def _refuse(number: str) -> None:
    raise ValueError(f"{number} is no integer")


_DECODER: Final = msgspec.json.Decoder(float_hook=_refuse)
"""Sees every number as it reads: a third of the time of a walk over what was read."""


def _read(body: bytes) -> Any:
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"no canonical JSON: {error}") from error
