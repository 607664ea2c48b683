"""What the screens' thread asks of the hub besides operations: log-ins, permissions, old tickets.

Owns the way to the link's thread and nothing else. Nothing in here is ever on a disk or in a log:
a PIN is among it. What cannot be sent at once is dropped; whoever asked sees that nothing comes.
"""

from collections import deque
from typing import Final, Protocol

from common import messages as m
from kiosk.state import LinkStatus

WAITING: Final = 16
PinAsked = m.Login | m.Logout | m.Override | m.SetPin
Asked = PinAsked | m.Query
PinAnswered = m.LoggedIn | m.Granted | m.PinSet | m.Denied
Answered = PinAnswered | m.Answer
ANSWERS: Final = (m.LoggedIn, m.Granted, m.PinSet, m.Denied, m.Answer)


class Asking(Protocol):
    """What asks the hub something now and then, by the screens' thread."""

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds `tick` has something to do, None for never."""

    def tick(self) -> None:
        """Do what is due."""

    def hear(self, answer: m.Answer) -> None:
        """Take an answer of the hub, which may be to somebody else's question."""

    def link(self, status: LinkStatus) -> None:
        """The link stands otherwise."""


class Asks:
    """A box between two threads: one puts, the other takes. The oldest goes where it is full."""

    def __init__(self) -> None:
        self._asked: deque[Asked] = deque(maxlen=WAITING)

    def put(self, message: Asked) -> None:
        """Leave a message for the hub."""
        self._asked.append(message)

    def take(self) -> list[Asked]:
        """Return what was put since the last call, in order."""
        asked = []
        while self._asked:
            asked.append(self._asked.popleft())
        return asked
