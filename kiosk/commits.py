"""Commits of which it is known what became of them.

A COMMIT whose fsync failed may have left all its pages in the write-ahead log. While the process
lives SQLite counts them for nothing; whoever opens the file after a kill finds them whole, and what
was refused is there. The next commit is written over the very same place, so one without contents
is made at once; where not even that can be done, the doubt is kept, and said.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from kiosk.database import FAULTS, Connection, Database, is_full

_OVERWRITE: Final = "PRAGMA user_version = 0"
"""Writes a page even where nothing changes, as an UPDATE to the same value does not."""


class Commits:
    """Transactions of one open file. `in_doubt`: what failed last may be there after a kill."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.in_doubt = False

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Commit what the block does, or nothing of it; only while `in_doubt` it may be either."""
        committing = False
        try:
            with self._database.transaction() as connection:
                yield connection
                committing = True
        except FAULTS as fault:
            # Pages are written in order, the one that commits last: no room for it, no commit.
            if committing and not is_full(fault):
                self.in_doubt = True
                with suppress(*FAULTS):
                    self.settle()
            raise
        self.in_doubt = False

    def settle(self) -> None:
        """Write over what is in doubt; raises one of `FAULTS` where it stays in doubt."""
        if self.in_doubt:
            with self._database.transaction() as connection:
                connection.execute(_OVERWRITE)
            self.in_doubt = False
