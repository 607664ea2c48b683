"""What a post remembers of its people's PINs, so that they can log in while the hub is away.

Owns whom it may let in without the hub: those who logged in here before, for a while, with few
tries. Every try is counted on disk before its PIN is looked at, so that switching the post off
gives none back. Looking at a PIN takes long and is done elsewhere (`common/seal.py`).
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from common.errors import Refusal

MAX_AGE_DAYS: Final = 30
"""After so many days without a log-in at the hub, the PIN is asked of the hub again."""
FREE_TRIES: Final = 3
MAX_TRIES: Final = 10
"""So many wrong PINs since the last right one, and only the hub can tell."""
_FIRST_WAIT_S: Final = 30
_LONGEST_WAIT_S: Final = 15 * 60
_DAY_MS: Final = 86_400_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verifier:
    """One person's: what `seal.pin_verifier` made of the PIN, and when the hub last agreed.

    `pin_set_ms`: which PIN of the person's it is, as the shop's list says. `tries`: PINs tried
    since, right ones not counted; `wait_until_ms`: no further one before.
    """

    person: str
    secret: str = field(repr=False)
    agreed_ms: int
    pin_set_ms: int
    tries: int = 0
    wait_until_ms: int = 0


@dataclass(frozen=True, slots=True)
class Remembered:
    """All that is kept. `latest_ms`: the latest time that the post's clock ever showed here."""

    people: tuple[Verifier, ...] = ()
    latest_ms: int = 0


class Memory(Protocol):
    """Where it is kept. Both raise Refusal `disk_failed`."""

    def read(self) -> Remembered:
        """Return what is kept; nothing where it cannot be trusted."""

    def write(self, remembered: Remembered) -> None:
        """Keep this instead, durably."""


class Unkept:
    """Remembers nothing beyond the program's end."""

    def read(self) -> Remembered:
        """Return nothing."""
        return Remembered()

    def write(self, remembered: Remembered) -> None:
        """Keep nothing."""


class Verifiers:
    """The verifiers of one post, on the screens' thread. `now_ms`: hub time, as far as known."""

    def __init__(self, memory: Memory, now_ms: Callable[[], int]) -> None:
        self._memory = memory
        self._clock_ms = now_ms
        kept = memory.read()
        self._people = {each.person: each for each in kept.people}
        self._latest_ms = kept.latest_ms

    def __len__(self) -> int:
        return len(self._people)

    def knows(self, person: str) -> bool:
        """Return whether the person logged in here before and may still do so without the hub."""
        now_ms = self._now_ms()
        verifier = self._people.get(person)
        if verifier is None or verifier.tries >= MAX_TRIES:
            return False
        return now_ms - verifier.agreed_ms <= MAX_AGE_DAYS * _DAY_MS

    def remember(self, person: str, secret: str, pin_set_ms: int) -> None:
        """Keep what the hub has just agreed to; earlier tries are forgotten."""
        self._people[person] = Verifier(person, secret, self._now_ms(), pin_set_ms)
        self._note()

    def keep_only(self, pins: Mapping[str, int]) -> None:
        """Forget whoever may not log in any more, or has another PIN. `pins`: person → set when."""
        kept = {who: v for who, v in self._people.items() if pins.get(who) == v.pin_set_ms}
        if len(kept) < len(self._people):
            self._people = kept
            self._note()

    def begin(self, person: str) -> str:
        """Count a try on disk, and return what the PIN has to fit.

        Raises Refusal: `no_offline_login`, `offline_login_expired`, `too_many_tries`,
        `disk_failed`.
        """
        now_ms = self._now_ms()
        verifier = self._people.get(person)
        if verifier is None or verifier.tries >= MAX_TRIES:
            raise Refusal("no_offline_login")
        if now_ms - verifier.agreed_ms > MAX_AGE_DAYS * _DAY_MS:
            raise Refusal("offline_login_expired", days=MAX_AGE_DAYS)
        left_ms = verifier.wait_until_ms - now_ms
        if left_ms > 0:
            raise Refusal("too_many_tries", retry_ms=left_ms, retry_s=-(-left_ms // 1000))
        tries = verifier.tries + 1
        # It counts from here: a look at the PIN that is cut short makes the next one wait, too.
        wait_until_ms = now_ms + 1000 * wait_s(tries)
        self._people[person] = replace(verifier, tries=tries, wait_until_ms=wait_until_ms)
        self._write()
        return verifier.secret

    def end(self, person: str, fits: bool) -> None:
        """Note how a try ended: a PIN that fits clears the count.

        The last wrong one takes the verifier away: only the hub can tell from then on.
        """
        verifier = self._people.get(person)
        if verifier is None:
            return
        if fits:
            self._people[person] = replace(verifier, tries=0, wait_until_ms=0)
        elif verifier.tries >= MAX_TRIES:
            del self._people[person]
        else:
            return
        self._note()

    def retry_ms(self, person: str) -> int:
        """Return in how many ms the next try may be made, 0 for now."""
        now_ms = self._now_ms()
        verifier = self._people.get(person)
        return 0 if verifier is None else max(0, verifier.wait_until_ms - now_ms)

    # Inside.

    def _now_ms(self) -> int:
        """Return the time. A clock that was set back makes no verifier young again; nor does it
        stretch a wait, which goes on from the time it shows now."""
        clock_ms = self._clock_ms()
        back_ms = self._latest_ms - clock_ms
        if back_ms > 0:
            self._people = {
                who: replace(
                    v, agreed_ms=v.agreed_ms - back_ms, wait_until_ms=v.wait_until_ms - back_ms
                )
                for who, v in self._people.items()
            }
        self._latest_ms = clock_ms
        return clock_ms

    def _note(self) -> None:
        """Keep it where the disk will; nobody is kept from working by one that will not."""
        try:
            self._write()
        except Refusal as refusal:
            _log.warning("what is remembered of PINs is not on disk: %s", refusal)

    def _write(self) -> None:
        self._memory.write(Remembered(tuple(self._people.values()), self._latest_ms))


def wait_s(tries: int) -> int:
    """Return how long to wait after so many wrong PINs in a row."""
    if tries < FREE_TRIES:
        return 0
    return min(_FIRST_WAIT_S << (tries - FREE_TRIES), _LONGEST_WAIT_S)
