"""A sealed value of which one bit has flipped, as it was before: found by trying each.

Its seal tells which bit it was, and nothing else opens by chance.
"""

from collections.abc import Callable, Iterator
from typing import Final

TRIED_BYTES: Final = 16 * 1024
"""Of a longer value every bit would take seconds; a ticket of eight lines has 3 KB."""


def without_flip(sealed: bytes, opens: Callable[[bytes], bool]) -> bytes | None:
    """Return the value with the one bit put right that lets it open; None where there is none."""
    if len(sealed) > TRIED_BYTES:
        return None
    return next((tried for tried in flips(sealed) if opens(tried)), None)


def flips(value: bytes) -> Iterator[bytes]:
    """Yield a value with each of its bits flipped, one at a time."""
    tried = bytearray(value)
    for place in range(len(tried)):
        for bit in range(8):
            tried[place] ^= 1 << bit
            yield bytes(tried)
            tried[place] ^= 1 << bit
