"""What every desk has: the session it works with, the language, the clock, a notice in view.

Owns the port that screens see of the kiosk's session. No screen's own state.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from common.commands import Arguments
from common.errors import Problem, Refusal
from common.i18n import Translator
from common.models import GoodsReceipt, Payment, ReceiptLine, Ticket, TicketLine
from kiosk.catalogue import Catalogue
from kiosk.counter import Counter
from kiosk.desks.allowing import Allowing
from kiosk.desks.comfort import Comfort
from kiosk.desks.gate import Gate
from kiosk.devices.devices import Devices
from kiosk.drawers import Drawers
from kiosk.older import OlderTickets
from kiosk.parking import Parking
from kiosk.picture_files import Raster
from kiosk.pictures import Pictures
from kiosk.reception import Reception
from kiosk.scanned import Scanned, meaning
from kiosk.scanner import Scan
from kiosk.state import LinkStatus, SessionState, Update
from kiosk.undelivered import SHOWN, Undelivered
from kiosk.views import StatusView, status_view
from kiosk.views.link_sheet import LinkSheetView, link_sheet
from kiosk.views.notices import (
    Notice,
    NoticeView,
    misread_code,
    not_sold,
    put_right,
    unknown_code,
    went_wrong,
    with_more,
)
from kiosk.views.undelivered import HELD, undelivered_view

WAITING_SAID_AFTER_MS: Final = 1_500
TOLD_AT_MOST: Final = 20


class Session(Protocol):
    """What a desk asks of a session. `sell` and `receive` have it on disk when they return, or
    raise Refusal with nothing recorded. `on_wake` may be called from any thread."""

    catalogue: Catalogue
    people: Reception
    counter: Counter
    parking: Parking
    devices: Devices
    older: OlderTickets
    drawers: Drawers
    on_wake: Callable[[], None] | None

    @property
    def pictures(self) -> Pictures:
        """Return where pictures are looked for."""

    @property
    def state(self) -> SessionState:
        """Return what the status bar says."""

    def poll(self) -> Update:
        """Fold in what has arrived and return what it changed."""

    def sell(
        self,
        lines: Sequence[TicketLine],
        payments: Sequence[Payment],
        customer_id: str = "",
        note: str = "",
    ) -> Ticket:
        """Record a paid ticket; `customer_id`: whose it is."""

    def receive(self, lines: Sequence[ReceiptLine], note: str = "") -> GoodsReceipt:
        """Record a delivery."""

    def send(self, kind: str, args: Mapping[str, Any] | Arguments) -> int:
        """Record a command of another kind; return its number in the outbox, 0: it is held."""

    def new_id(self) -> str:
        """Return an id for a row that is new."""

    def take_notices(self) -> list[Problem]:
        """Return what was found wrong and put right since the last call."""

    def undelivered(self, limit: int = SHOWN) -> list[Undelivered]:
        """Return what the hub has not taken, put aside first; raises Refusal."""

    def close(self) -> None:
        """Let go of files and sockets."""


@dataclass(frozen=True, slots=True)
class Wall:
    """The clock on the wall: ms since 1970 UTC, and the zone's offset in minutes now."""

    now_ms: Callable[[], int]
    utc_offset_min: Callable[[], int]


class Desk:
    """Base of the desks. `t` may be replaced at any time: every view is made anew from it."""

    def __init__(self, session: Session, t: Translator, wall: Wall) -> None:
        self.session = session
        self.t = t
        self.wall = wall
        self._notice: Notice | None = None
        self._told: deque[tuple[object, Notice]] = deque()
        self._undelivered: list[Undelivered] | None = None
        self._waiting_since_ms: int | None = None
        self._touched_held = ""
        self.comfort = Comfort()
        self.gate = Gate(self)
        self.allowing = Allowing(self)

    @property
    def catalogue(self) -> Catalogue:
        """Return the shop as this post knows it."""
        return self.session.catalogue

    def picture(self, name: str, room_px: float) -> Raster | None:
        """Return a picture's pixels for a room so high; None: an update names it later."""
        return self.session.pictures.look(name, room_px)

    def poll(self) -> Update:
        """Fold in what has arrived; return what to show anew."""
        update = self.session.poll()
        if update.state_changed or update.replies:
            self._undelivered = None
        for problem in self.session.take_notices():
            self._tell(problem, put_right(problem))
        self.allowing.poll()
        return update

    def in_hand(self) -> str:
        """Return in words what was begun on this post and is kept while it is locked."""
        return ""

    def status(self) -> StatusView:
        """Return the status bar. What the hub takes at once is not said to wait."""
        state, now_ms = self.session.state, self.wall.now_ms()
        if not state.waiting:
            self._waiting_since_ms = None
        elif self._waiting_since_ms is None:
            self._waiting_since_ms = now_ms
        waited_ms = now_ms - (self._waiting_since_ms or 0)
        if state.link is LinkStatus.ONLINE and waited_ms < WAITING_SAID_AFTER_MS:
            state = replace(state, waiting=0)
        return status_view(state, self.t, now_ms, self.wall.utc_offset_min())

    def link_sheet(self) -> LinkSheetView:
        """Return the explanation of the link's state, and what is not delivered as of the poll."""
        state, status = self.session.state, self.status()
        if self._undelivered is None:
            self._undelivered = self._read_undelivered()
        # What is said to wait, and what is listed, are the same.
        listed = [each for each in self._undelivered if status.waiting or each.problem is not None]
        total = status.waiting + state.quarantined
        now_ms, offset_min = self.wall.now_ms(), self.wall.utc_offset_min()
        held = self.session.people.held
        listing = undelivered_view(
            listed, total, self.t, now_ms, offset_min, held, self._touched_held
        )
        return link_sheet(state, status, listing, self.t)

    def touch_undelivered(self, row_id: str) -> None:
        """Touch a row of that list: a held request is given up by the second touch."""
        held_id = row_id.removeprefix(HELD).partition(":")[0] if row_id.startswith(HELD) else ""
        if not held_id or held_id != self._touched_held:
            self._touched_held = held_id
            return
        self._touched_held = ""
        try:
            self.session.people.drop_held(held_id)
        except Refusal as refusal:
            self.tell_fault(refusal.problem)

    def notice(self) -> NoticeView | None:
        """Return what is said in passing, if anything; what was told on its own waits its turn."""
        if self._notice is not None:
            return with_more(self._notice(self.t), len(self._told), self.t)
        if not self._told:
            return None
        _, first = self._told[0]
        return with_more(first(self.t), len(self._told) - 1, self.t)

    def tell_fault(self, problem: Problem) -> None:
        """Say, once those before it were seen, that something in the program went wrong."""
        self._tell(problem, went_wrong(problem))

    def say(self, notice: Notice) -> None:
        """Say something about the last step."""
        self._notice = notice

    def dismiss(self) -> None:
        """Take away what was said about the last step. What was told on its own stays."""
        self._notice = None

    def close_notice(self) -> None:
        """Take away the notice in view; the next one follows."""
        if self._notice is not None:
            self._notice = None
        elif self._told:
            self._told.popleft()

    def act_on_notice(self) -> None:
        """Do what the notice offers; a desk whose notices offer something overrides this."""
        self.dismiss()

    def act_on_other(self) -> None:
        """Do what else the notice offers; as `act_on_notice`."""
        self.dismiss()

    def _tell(self, about: object, notice: Notice) -> None:
        told = [each for each, _ in self._told]
        if about not in told and len(told) < TOLD_AT_MOST:
            self._told.append((about, notice))

    def _read_undelivered(self) -> list[Undelivered]:
        try:
            return self.session.undelivered()
        except Refusal as refusal:
            self.tell_fault(refusal.problem)
            return []

    def _meaning_of(self, scan: Scan) -> Scanned | None:
        """Return what a code means, or say why that is nothing."""
        scanned = meaning(scan.code, self.catalogue)
        if scanned is None:
            self._notice = misread_code(scan.code) if scan.misread else unknown_code(scan.code)
            return None
        if not scanned.article.active:
            self._notice = not_sold(scanned.article.name)
            return None
        return scanned
