"""Choosing a person and typing a PIN: the state behind every pad, log-in, permission or new PIN.

Owns the digits until they are handed over, and nothing after. They are in no view and no repr.
"""

from typing import Final

from common.people import PIN_LEAST, PIN_MOST

ERASE: Final = "erase"
CLEAR: Final = "clear"
OK: Final = "ok"


class PinEntry:
    """One person chosen, some digits typed."""

    def __init__(self) -> None:
        self.chosen = ""
        self._pin = ""

    @property
    def digits(self) -> int:
        """Return how many digits stand there."""
        return len(self._pin)

    @property
    def ready(self) -> bool:
        """Return whether they may be a PIN."""
        return len(self._pin) >= PIN_LEAST

    def choose(self, person_id: str) -> None:
        """Take a person; what was typed for another goes."""
        self.chosen = person_id
        self._pin = ""

    def press(self, name: str) -> None:
        """Take a key of the pad: a digit, erase, clear."""
        if name == ERASE:
            self._pin = self._pin[:-1]
        elif name == CLEAR:
            self._pin = ""
        elif name.isascii() and name.isdecimal() and len(self._pin) < PIN_MOST:
            self._pin += name

    def take(self) -> str:
        """Return the digits, and keep none."""
        pin, self._pin = self._pin, ""
        return pin
