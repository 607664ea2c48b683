"""A chain's beginning, and that of its sums: why, after which other chain, and what goes on.

A till whose files were lost or set back begins another chain; the cash session goes on under it
with what is known, and says so. Owns the reasons there are.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from common.journal import canon
from common.journal.record import Digest
from common.journal.till_tally import TillTally

FIRST: Final = "first"
SET_BACK: Final = "set_back"
DAMAGED: Final = "damaged"
LOST: Final = "lost"
TRAINING: Final = "training"
"""A chain of exercises, beside the till's own."""
SUMMED: Final = "summed"
"""No chain begins: from here on a till keeps sums whose older release kept none."""
EXPECTED: Final = frozenset({FIRST, TRAINING, SUMMED})
"""Where nothing was lost."""
_FROM_NOTHING: Final = frozenset({FIRST, TRAINING})
_MAY_LACK: Final = frozenset({SET_BACK, DAMAGED})
"""Whatever such a file still says may be older than the last of what it held."""


@dataclass(frozen=True, slots=True)
class OpenedData:
    """Why a chain begins. `after`: the chain before, "" for a device's first; where it stood.

    `carried`: the sums that go on under this one; None where there were none before.
    """

    why: Annotated[str, Meta(pattern=r"^[a-z_]{1,20}\Z")]
    after: Annotated[str, Meta(pattern=r"^([0-9a-f]{32})?\Z")] = ""
    after_seq: Annotated[int, Meta(ge=0, le=2**53)] = 0
    after_digest: Digest = canon.GENESIS
    carried: TillTally | None = None


def begins_with(opened: OpenedData) -> TillTally:
    """Return the sums with which a chain begins.

    A release that kept none said nothing of them where a chain went on under another.
    """
    if opened.carried is not None:
        return opened.carried.copy()
    return TillTally() if opened.why in _FROM_NOTHING else unknown(opened.why)


def unknown(why: str, first_seq: int = 1) -> TillTally:
    """Return the sums of a till whose earlier ones nobody knows any more."""
    return TillTally(first_seq, lacks=why, perpetual_lacks=why)


def carried_over(tally: TillTally | None, chain: str, last_seq: int, why: str) -> TillTally:
    """Return what goes on of sums that stood at `last_seq` when their chain ended.

    None: they cannot be read any more.
    """
    if tally is None:
        return unknown(why)
    held = tally.carried(chain, last_seq)
    if why in _MAY_LACK:
        held.lacks = held.perpetual_lacks = why
    return held
