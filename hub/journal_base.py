"""Where the journal of a database begins: at its first line, or where a purge has cut it.

Owns how what a purge said is found again: the newest purge's line stands for all that went.
"""

from dataclasses import dataclass

from common.journal.entry import Line
from common.journal.kinds import EntryType
from common.journal.purge import PurgeData, read_purge, read_standing
from common.journal.standing import Standing
from hub.records import journal as rows
from hub.store import Connection


@dataclass(frozen=True, slots=True)
class Base:
    """A cut. `line`: the purge's own; `standing`: how everything stood at `seq`, the last cut."""

    line: Line
    data: PurgeData

    @property
    def seq(self) -> int:
        """Return up to which line records were taken out."""
        return self.data.last

    def standing(self) -> Standing:
        """Return how everything stood there, anew each time; raises ValueError."""
        return read_standing(self.data.standing)


def base_of(db: Connection) -> Base | None:
    """Return the newest cut, None where there is none.

    One whose line cannot be read is none: nothing stands on it, and what it took out is missing.
    """
    line = rows.last_of(db, EntryType.PURGE)
    if line is None:
        return None
    try:
        base = Base(line, read_purge(line.body))
        base.standing()
    except ValueError:
        return None
    return base
