"""The post's own looks at PINs: one by one in a thread of their own, each counted before it begins.

Owns that a PIN is remembered only after the hub has agreed to it, and forgotten with the news that
it is another. Who is let in by it is decided elsewhere.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from common.errors import Problem, Refusal
from kiosk.verifiers import Verifiers
from kiosk.worker import Work


class PinMaker(Protocol):
    """Makes and looks at verifiers with this post's own secret; both take long."""

    def make(self, pin: str) -> str:
        """Return a verifier."""

    def fits(self, verifier: str, pin: str) -> bool:
        """Return whether it was made of this PIN."""


class PinLooks:
    """Looks for one post. Used by the screens' thread; `work` does what takes long elsewhere."""

    def __init__(self, verifiers: Verifiers, pins: PinMaker, work: Work) -> None:
        self._verifiers = verifiers
        self._pins = pins
        self._work = work

    @property
    def knows_anybody(self) -> bool:
        """Return whether somebody is remembered here."""
        return len(self._verifiers) > 0

    def knows(self, person: str) -> bool:
        """Return whether the post itself could let this person in."""
        return self._verifiers.knows(person)

    def keep_only(self, pins: Mapping[str, int]) -> None:
        """Forget whoever may not log in any more, or has another PIN. `pins`: person → set when."""
        self._verifiers.keep_only(pins)

    def look(self, person: str, pin: str, done: Callable[[Problem | None], None]) -> None:
        """Look at a PIN; `done` is called with why not, None where it is right."""
        try:
            verifier = self._verifiers.begin(person)
        except Refusal as refusal:
            done(refusal.problem)
            return

        def looked(fits: bool) -> None:
            self._verifiers.end(person, fits)
            retry_ms = self._verifiers.retry_ms(person)
            done(None if fits else Problem("wrong_pin", {"retry_ms": retry_ms}))

        pins = self._pins
        self._work(lambda: pins.fits(verifier, pin), looked)

    def remember(
        self, person: str, pin: str, pin_set_ms: int, is_still: Callable[[], bool]
    ) -> None:
        """Keep what the hub has just agreed to, unless it is another's by the time it is made."""

        def made(verifier: str) -> None:
            if is_still():
                self._verifiers.remember(person, verifier, pin_set_ms)

        pins = self._pins
        self._work(lambda: pins.make(pin), made)
