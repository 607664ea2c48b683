"""Who came to a post and who went, told from who was there before and who is there now.

Pure. What it finds is noted by whoever is handed in; it keeps nothing.
"""

from collections.abc import Iterator
from typing import Protocol

from common.journal.event import Value, What
from kiosk.state import At, Who

Change = tuple[What, dict[str, Value]]


class Note(Protocol):
    """Keeps what happened at a post."""

    def __call__(self, what: What, **details: Value) -> None:
        """Something happened just now."""


def nobody_notes(what: What, **details: Value) -> None:
    """Keep nothing."""


def changes(before: Who, after: Who) -> Iterator[Change]:
    """Yield what has happened between the two, in order."""
    gone = before.here and not _same(before, after)
    if gone and after.at is At.LOCKED and after.ended is None:
        yield What.LOCK, _of(before)
    elif gone:
        how = "" if after.ended is None else after.ended.code
        yield What.LOGOUT, {**_of(before), **({"how": how} if how else {})}
    elif _has_locked(before) and not (_has_locked(after) or _same(before, after)):
        yield What.LOGOUT, _of(before)
    if after.here:  # A PIN was typed, by whoever is here already as well.
        offline = int(after.at is At.OFFLINE)
        yield What.LOGIN, {**_of(after), "role": str(after.role), "offline": offline}


def _same(before: Who, after: Who) -> bool:
    """Return whether the person who was there is there."""
    return after.here and after.person == before.person


def _has_locked(who: Who) -> bool:
    """Return whether somebody has locked the post, and has not logged out."""
    return who.at is At.LOCKED and who.ended is None


def _of(who: Who) -> dict[str, Value]:
    return {"person": who.person, "name": who.name}
