"""A till's real keyboard: what its keys are called, and a person's typing told from a scanner's.

Owns how long a character waits until it is known to be a person's, and when Enter may mean "yes".
A scanner types digits and Enter, too: what came as fast as it does is never taken for a person's.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from kiosk.scanner import MAX_GAP_MS, MIN_LENGTH

WAIT_MS: Final = MAX_GAP_MS + 20
QUIET_MS: Final = 200
"""Enter is a "yes" no sooner than that after another key."""
DOUBT_MS: Final = 2_000
"""Nor that soon after a scan that went wrong: its Enter may come late."""

CHARACTERS: Final = frozenset("0123456789.,+-")
_NAMES: Final[Mapping[int, str]] = {
    8: "backspace",
    13: "enter",
    27: "escape",
    127: "delete",
    271: "enter",
    273: "up",
    274: "down",
    280: "pageup",
    281: "pagedown",
    **{281 + number: f"f{number}" for number in range(1, 13)},
}
_FIRST_DIGIT_PLACE: Final = 30


def key_name(key: int, scancode: int, modifiers: Sequence[str]) -> str:
    """Return what shortcuts call a key, such as "f2" or "ctrl+d"; "" for one they have no use for.

    `key`: SDL's key code, by what the key bears; with Ctrl, digits go by their places, `scancode`.
    """
    name = _NAMES.get(key, "")
    if "ctrl" not in modifiers:
        return f"shift+{name}" if "shift" in modifiers and name.startswith("page") else name
    if not name and ord("a") <= key <= ord("z"):
        name = chr(key)
    if not name and 0 <= scancode - _FIRST_DIGIT_PLACE < 9:
        name = str(scancode - _FIRST_DIGIT_PLACE + 1)
    shift = "shift+" if "shift" in modifiers and name.isalpha() else ""
    return name and f"ctrl+{shift}{name}"


class Typist:
    """Hand it characters as they come, and ask a moment later what a person has typed."""

    def __init__(self) -> None:
        self._held = ""
        self._last_ms = -math.inf
        self._doubt_ms = -math.inf

    @property
    def holding(self) -> bool:
        """Return whether characters wait to be known as somebody's."""
        return bool(self._held)

    def type(self, text: str, at_ms: float) -> str:
        """Take characters; return those before them that are a person's."""
        settled = self.settled(at_ms)
        self._held += text
        self._last_ms = at_ms
        return settled

    def settled(self, at_ms: float) -> str:
        """Return what a person has typed, once nothing has followed for a moment."""
        return "" if at_ms - self._last_ms < WAIT_MS else self._take(at_ms)

    def scanned(self, at_ms: float) -> None:
        """Forget what was typed: it was a scan."""
        self._held = ""
        self._last_ms = at_ms

    def touched(self, at_ms: float) -> None:
        """Note that some key went down, one that types or not."""
        self._last_ms = at_ms

    def pressed(self, at_ms: float, unended: bool = False) -> tuple[str, bool]:
        """Take a key such as Enter: return what a person typed before it, and whether it may mean
        "yes". `unended`: it may be the end of a scan that went wrong.
        """
        typed = self._take(at_ms)
        if unended:
            self._doubt_ms = at_ms
        quiet = at_ms - self._last_ms >= QUIET_MS and at_ms - self._doubt_ms >= DOUBT_MS
        self._last_ms = at_ms
        return typed, quiet

    def _take(self, at_ms: float) -> str:
        held, self._held = self._held, ""
        if len(held) < MIN_LENGTH:
            return held
        self._doubt_ms = at_ms
        return ""
