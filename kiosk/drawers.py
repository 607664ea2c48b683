"""How each till's drawer stands: asked of the hub while somebody looks, again and again.

Owns when it is asked, and what the hub said last. Kept in memory; nothing of it is on disk.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from common import messages as m
from common.models import Label, TimeMs, convert
from kiosk.state import LinkStatus

KIND: Final = "drawers"
AGAIN_S: Final = 5.0
SOON_S: Final = 1.0
"""After something that may have changed one: the hub counts what came about once a second."""
ANSWER_S: Final = 10.0
FIRST: Final = 2**32
"""From here its questions are numbered; those for old tickets from 1."""
Offset = Annotated[int, Meta(ge=-900, le=900)]


@dataclass(frozen=True, slots=True)
class DrawerSession:
    """The cash session that is open: since when, by whom. `expected_cents`: None for unknown."""

    float_cents: int
    tickets: int
    expected_cents: int | None = None
    at_ms: TimeMs = 0
    utc_offset_min: Offset = 0
    operator: str = ""


@dataclass(frozen=True, slots=True)
class DrawerZ:
    """A till's last Z: when, by whom, and what it stated, cents."""

    at_ms: TimeMs
    utc_offset_min: Offset
    operator: str
    net_cents: int
    tickets: int
    counted_cents: int | None
    difference_cents: int | None


@dataclass(frozen=True, slots=True)
class Drawer:
    """One till's, as the hub knows it."""

    device: str
    number: int
    name: Label
    session: DrawerSession | None
    last_z: DrawerZ | None


class Drawers:
    """`ask` puts a question to the hub; `changed` is told of each answer.

    `all`: None until the hub has said something. Nothing is asked before `watch`.
    """

    def __init__(
        self,
        ask: Callable[[m.Query], None],
        monotonic: Callable[[], float],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._changed = changed
        self._online = False
        self._watched = False
        self._request = FIRST
        self._due_s = 0.0
        self._asking = self._changing = False
        self.all: tuple[Drawer, ...] | None = None

    def watch(self, watched: bool) -> None:
        """Begin to look, or stop."""
        if watched and not self._watched:
            self._due_s = self._monotonic()
        self._watched = watched
        self.tick()

    def look(self) -> None:
        """Something may have changed: ask soon."""
        if self._asking:
            self._changing = True
        else:
            self._due_s = min(self._due_s, self._monotonic() + SOON_S)

    def link(self, status: LinkStatus) -> None:
        """The link stands otherwise; once the hub is back, it is asked at once."""
        online = status is LinkStatus.ONLINE
        if online and not self._online:
            self._due_s = self._monotonic()
        self._online = online

    def hear(self, answer: m.Answer) -> None:
        """Take the hub's answer to the last question."""
        if answer.request != self._request or not self._asking:
            return
        self._asking = False
        self._due_s = self._monotonic() + (SOON_S if self._changing else AGAIN_S)
        self._changing = False
        try:
            found = convert(answer.result, list[Drawer]) if not answer.code else []
        except ValueError:
            return  # Of another release's shape: what was there before is shown on.
        if answer.code or tuple(found) == self.all:
            return
        self.all = tuple(found)
        self._changed()

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds `tick` has something to do, None for never."""
        if not (self._watched and self._online):
            return None
        return max(0.0, self._due_s - self._monotonic())

    def tick(self) -> None:
        """Ask where it is time to."""
        if self.due_in_s == 0:
            self._request += 1
            self._asking, self._due_s = True, self._monotonic() + ANSWER_S
            self._ask(m.Query(self._request, KIND, {}))
