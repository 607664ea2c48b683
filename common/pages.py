"""What SQLite's own check of a file says: that its pages are sound, or what is wrong with them.

Owns telling damage from a disk that did not read: SQLite says both in the same kind of sentence,
and whoever took the second for the first would set a sound file aside.
"""

import errno
import re
from typing import Any, Final, Literal, Protocol

SOUND: Final = "ok"
_UNREAD: Final = re.compile(r"unable to get the page\. error code=(\d+)")
_IOERR: Final = 10
"""SQLite's primary code of a failed read or write; the byte above says which."""


class Connection(Protocol):
    """What is asked: the driver's own."""

    def execute(self, sql: str, /) -> Any:
        """Run one statement and return its cursor."""


class NotRead(OSError):
    """The disk failed to read a page: nothing is known of what it holds."""


def first_finding(db: Connection, check: Literal["quick_check", "integrity_check"]) -> str:
    """Return SOUND, or SQLite's words for the first thing that is wrong with a file's pages.

    Raises NotRead, or the driver's error, where the disk fails and not the file.
    """
    said = str(db.execute(f"PRAGMA {check}(1)").fetchone()[0])
    if any(int(code) & 0xFF == _IOERR for code in _UNREAD.findall(said)):
        raise NotRead(errno.EIO, f"a page could not be read: {' '.join(said.split())}")
    return said
