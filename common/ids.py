"""Identifiers that are born with their row, on whichever post makes it.

Owns the minting of UUIDv7 (RFC 9562) from a clock and a source of randomness that are handed
in, so that a simulation with one seed makes the same ids twice. Never reads a clock itself.
"""

from collections.abc import Callable

HEX_LENGTH = 32


class IdMint:
    """Mints ids as 32 lower-case hex characters; later ids of one mint sort after earlier ones."""

    def __init__(self, now_ms: Callable[[], int], random_bytes: Callable[[int], bytes]) -> None:
        self._now_ms = now_ms
        self._random_bytes = random_bytes
        self._last_ms = 0
        self._counter = 0

    def __call__(self) -> str:
        """Return a new UUIDv7: 48 bits of milliseconds, a 12-bit counter, 62 random bits."""
        now = self._now_ms()
        if now > self._last_ms:
            self._last_ms, self._counter = now, 0
        else:
            # The same millisecond, or a clock set back: keep the order by counting on.
            self._counter += 1
            if self._counter > 0xFFF:
                self._last_ms, self._counter = self._last_ms + 1, 0
        random = int.from_bytes(self._random_bytes(8), "big") & (1 << 62) - 1
        value = (
            (self._last_ms & (1 << 48) - 1) << 80
            | 0x7 << 76
            | self._counter << 64
            | 0b10 << 62
            | random
        )
        return f"{value:032x}"
