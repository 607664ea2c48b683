"""Which connections a hub has, by the files they are, and which of them are to be ended.

Owns the bounds on connections: pending handshakes, strangers, several of one post, and what came in
and became no message. Ends nothing itself: `hangup.py` does, and tells what happens. A file number
is used again by the system as soon as its connection is gone: both are told in order.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from hub import doors
from hub.limits import (
    CONNECTIONS_OF_ONE,
    FORGIVEN_BYTES,
    STRANGERS,
    STRANGERS_S,
    UNKNOWN,
    UNREAD_BYTES,
)

STRANGE: Final = frozenset({doors.CARD, doors.ENROLMENT})
"""Where whoever comes stays unknown, and has no reason to stay."""


@dataclass(slots=True)
class Connection:
    """A connection that was accepted. `user`: as whom a post was heard on it, "" before.

    `messages`: how many were taken from it, and `seen` when it was last looked at; `read`: bytes
    that had come in when something of it was last taken.
    """

    file: int
    domain: str
    since_s: float
    user: str = ""
    messages: int = 0
    seen: int = 0
    read: int = 0


class Peers:
    """The connections of one hub. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._by_file: dict[int, Connection] = {}
        self._unknown: dict[str, dict[int, None]] = {}
        self._of_user: dict[str, dict[int, None]] = {}

    def __len__(self) -> int:
        return len(self._by_file)

    def accepted(self, domain: str, file: int) -> list[int]:
        """Note a connection; return the files of those that are now too many."""
        self.closed(file)
        self._by_file[file] = Connection(file, domain, self._clock())
        unknown = self._unknown.setdefault(domain, {})
        unknown[file] = None
        most = STRANGERS if domain in STRANGE else UNKNOWN
        if len(unknown) <= most:
            return []
        oldest = next(iter(unknown))
        # Once only: it is told as closed when it is.
        del unknown[oldest]
        return [oldest]

    def closed(self, file: int) -> None:
        """Note that a connection is gone."""
        connection = self._by_file.pop(file, None)
        if connection is None:
            return
        self._unknown[connection.domain].pop(file, None)
        files = self._of_user.get(connection.user)
        if files is not None:
            files.pop(file, None)
            if not files:
                del self._of_user[connection.user]

    def closed_domain(self, domain: str) -> None:
        """Note that a socket is gone, with every connection of it."""
        for file in [c.file for c in self._by_file.values() if c.domain == domain]:
            self.closed(file)

    def heard(self, file: int, user: str) -> tuple[Connection | None, list[int]]:
        """Note that a post was heard on a connection; return it, and files that are too many.

        None where it is not known: it is gone already.
        """
        connection = self._by_file.get(file)
        if connection is None:
            return None, []
        if connection.user == user:
            return connection, []
        connection.user = user
        self._unknown[connection.domain].pop(file, None)
        files = self._of_user.setdefault(user, {})
        files[file] = None
        if len(files) <= CONNECTIONS_OF_ONE:
            return connection, []
        oldest = next(iter(files))
        del files[oldest]
        return connection, [oldest]

    def of(self, user: str) -> list[int]:
        """Return the files of a post's connections."""
        return list(self._of_user.get(user, ()))

    def overdue(self, received: Callable[[int], int | None]) -> Iterable[int]:
        """Yield the files of strangers that stay, and of those whose bytes become no message.

        Called at each look. `received`: bytes that came in over a file, where the system says so.
        """
        now_s = self._clock()
        for connection in list(self._by_file.values()):
            if connection.domain in STRANGE:
                if now_s - connection.since_s > STRANGERS_S:
                    yield connection.file
            elif (came := received(connection.file)) is not None:
                if connection.messages != connection.seen:
                    connection.seen, connection.read = connection.messages, came
                elif came - connection.read > UNREAD_BYTES:
                    yield connection.file
                else:
                    connection.read = min(came, connection.read + FORGIVEN_BYTES)
