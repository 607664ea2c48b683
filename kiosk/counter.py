"""The counter of a till: everything that is signed there, from a sale to the Z of its cash session.

Owns what each operation needs to be one, and that its record, the sums and the operation for the
hub are one transaction of the outbox. In `training` the same is done in a chain of exercises, and
counts nowhere. No screens, no hub.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from common.commands import NOTED, record_kind
from common.errors import Refusal
from common.journal.contents import read_data
from common.journal.customer import SALT_BYTES, CustomerOpening, opening_of, reference
from common.journal.drawer import (
    CashData,
    CountData,
    CountedFor,
    DrawerData,
    Pieces,
    SessionData,
)
from common.journal.duplicate import CopyData
from common.journal.keys import RotatedData
from common.journal.kinds import RecordType
from common.journal.record import RECORDS_AT_ONCE, SignedRecord, read_record
from common.journal.refund import RefundData
from common.journal.report import ReportData, report_of
from common.journal.sale import SaleData, line_vat_cents, sale_data
from common.journal.till_tally import SessionSums, TillTally
from common.journal.void import VoidData, Voided
from common.models import Customer, Original, Payment, Ticket, TicketLine, original_of
from common.outgoing import Queued
from common.rules import total_cents
from kiosk.book import Book
from kiosk.events import Events
from kiosk.journal import Pen
from kiosk.outbox import Outbox
from kiosk.outbox_file import Draft
from kiosk.outbox_memos import Memos
from kiosk.recorder import Recorder
from kiosk.signing import Signing
from kiosk.statements import COUNT, HAND_OVER, LAST_Z, Remembered, Statement, place, written
from kiosk.till import Beside, Moment, Stamp, Till

_EVENTS_AT_ONCE: Final = RECORDS_AT_ONCE - 2
"""So many go into one operation: with what is recorded, and the beginning of a chain."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record that is on disk: its type, its place in its chain, and what it holds.

    `training`: it is an exercise. `signed`: as it was signed. `copied`: the ticket that a copy
    was made of.
    """

    type: RecordType
    chain: str
    seq: int
    training: bool
    data: Any
    signed: SignedRecord
    copied: Ticket | None = None

    @property
    def hands_over(self) -> bool:
        """Return whether it is the X by which one cashier hands the drawer to the next."""
        if self.type is not RecordType.X or self.data.count is None:
            return False
        return bool(self.data.count.why == CountedFor.HAND_OVER)

    @property
    def statement(self) -> Statement:
        """Return an X or a Z as it is shown."""
        record = read_record(self.signed.body, strict=False)
        is_z = self.type is RecordType.Z
        # A chain of exercises counts all of them together.
        number = 0 if self.training else record.type_seq
        at_ms, offset_min, name = record.at_ms, record.utc_offset_min, record.operator
        return Statement(self.data, at_ms, offset_min, name, is_z, number, self.training)


@dataclass(frozen=True, slots=True)
class _Now:
    """What a record is made of: the book as it stands before it, who and when."""

    book: Book
    stamp: Stamp
    moment: Moment

    @property
    def tally(self) -> TillTally:
        """Return the sums before it."""
        return self.book.tally or TillTally()


class Counter:
    """One till's. `remembered`: of its drawer. `signing`: by which keys. `events`: what happened
    and is not on disk yet; it goes with whatever is recorded next. `appended` is told (kind,
    operation) of what is on disk by then, `on_recorded` of each record that somebody wanted:
    papers and the drawer follow from it. `random_bytes`: for salts.

    Each operation raises Refusal, and nothing is done then: `not_allowed`, `malformed`, what is
    said with it, and what the disk says.
    """

    def __init__(
        self,
        outbox: Outbox,
        till: Till,
        signing: Signing,
        recorder: Recorder,
        events: Events,
        appended: Callable[[str, Queued], None],
        on_recorded: Callable[[Recorded], None] = lambda _: None,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._outbox = outbox
        self._till = till
        self._signing = signing
        self._recorder = recorder
        self._events = events
        self._appended = appended
        self._on_recorded = on_recorded
        self._random_bytes = random_bytes
        self.training = False
        self.remembered = Remembered(outbox, lambda: self.training)

    @property
    def tally(self) -> TillTally:
        """Return where the sums stand: the cash session's, and the two that never end."""
        return self._outbox.book(self.training).tally or TillTally()

    @property
    def session_open(self) -> bool:
        """Return whether a cash session was opened that has not ended."""
        return self.tally.session.opened > 0

    @property
    def session_missing(self) -> bool:
        """Return whether this shop opens a cash session before it sells, and none is open."""
        return self._recorder.session_required and not self.session_open

    # Tickets.

    def sell(
        self,
        lines: Sequence[TicketLine],
        payments: Sequence[Payment],
        customer: Customer | None = None,
        note: str = "",
    ) -> Ticket:
        """Make a ticket; also `ticket_empty`, `payment_differs`, `session_needed`.

        `customer`: whose it is.
        """
        opening, beside = self._beside(customer, note)

        def make(now: _Now) -> SaleData:
            self._require_session(now)
            book, paid = now.book, (lines, payments, now.stamp, now.moment, beside)
            return sale_data(self._till.ticket(book.series, book.number, *paid))

        data: SaleData = self._record(RecordType.SALE, make, numbers=1, opening=opening).data
        return data.ticket

    def refund(
        self,
        original: Original,
        lines: Sequence[TicketLine],
        payments: Sequence[Payment],
        reason: str,
        customer: Customer | None = None,
        note: str = "",
    ) -> Ticket:
        """Give goods and money back; also `ticket_empty`, `payment_differs`, `refund_positive`,
        `session_needed`.

        `lines`, `payments`: negative, as `refund_line` makes them. Whether so much was sold is
        looked at by the hub, which takes it all the same.
        """

        opening, beside = self._beside(customer, note)

        def make(now: _Now) -> RefundData:
            self._require_session(now)
            book, back = now.book, (lines, payments, now.stamp, now.moment, beside)
            ticket = self._till.refund(book.series, book.number, *back)
            return RefundData(ticket, line_vat_cents(ticket), original, reason)

        data: RefundData = self._record(RecordType.REFUND, make, numbers=1, opening=opening).data
        return data.ticket

    def copy(self, ticket: Ticket) -> Recorded:
        """Note that a ticket is printed once more; `data.n`: for the how-many-th time here."""
        n = self._outbox.copies(ticket.id) + 1
        original = original_of(ticket)
        return self._record(
            RecordType.COPY,
            lambda now: CopyData(original, n, now.stamp.operator_id),
            copied=ticket,
        )

    def void(self, what: Voided, lines: Sequence[TicketLine], reason: str) -> Recorded:
        """Note that a basket is given up before it was paid, or a line; also `ticket_empty`."""
        if not lines:
            raise Refusal("ticket_empty")
        held, total = tuple(lines), total_cents(lines)
        return self._record(
            RecordType.VOID,
            lambda now: VoidData(what, held, total, reason, now.stamp.operator_id),
        )

    # The drawer.

    def open_drawer(self, reason: str) -> Recorded:
        """Note that the drawer is opened without a sale."""
        return self._record(
            RecordType.DRAWER, lambda now: DrawerData(reason, now.stamp.operator_id)
        )

    def cash_in(self, amount_cents: int, reason: str) -> Recorded:
        """Note that cash is put in."""
        return self._cash(RecordType.CASH_IN, amount_cents, reason)

    def cash_out(self, amount_cents: int, reason: str) -> Recorded:
        """Note that cash is taken out."""
        return self._cash(RecordType.CASH_OUT, amount_cents, reason)

    def _cash(self, kind: RecordType, amount_cents: int, reason: str) -> Recorded:
        return self._record(kind, lambda now: CashData(amount_cents, reason, now.stamp.operator_id))

    # The cash session.

    def open_session(self, float_cents: int, pieces: Sequence[Pieces] = ()) -> Recorded:
        """Begin a cash session with so much in the drawer; also `session_already_open`.

        `pieces`: the notes and coins of it, where they were counted.
        """

        def make(now: _Now) -> SessionData:
            if now.tally.session.opened:
                raise Refusal("session_already_open")
            return SessionData(float_cents, now.stamp.operator_id, tuple(pieces))

        return self._record(RecordType.SESSION_OPENED, make)

    def x(self, counted_cents: int | None = None, count: CountData | None = None) -> Recorded:
        """State what the cash session comes to so far; `counted_cents`: in the drawer.

        `count`: how that was counted, and what for.
        """

        return self._record(RecordType.X, lambda now: _report(now, counted_cents, count))

    def z(self, counted_cents: int, count: CountData | None = None) -> Recorded:
        """State what the cash session came to, and end it; also `session_not_open`.

        `count`: how the drawer was counted, and what stays in it.
        """

        def make(now: _Now) -> ReportData:
            if now.tally.session == SessionSums():
                raise Refusal("session_not_open")
            return _report(now, counted_cents, count)

        return self._record(RecordType.Z, make)

    # Inside.

    def _beside(
        self, customer: Customer | None, note: str
    ) -> tuple[CustomerOpening | None, Beside]:
        """Return what is signed of a customer and of a note, and before it what opens that."""
        if customer is None:
            return None, Beside(note=note)
        opening = opening_of(customer, self._random_bytes(SALT_BYTES))
        return opening, Beside(reference(opening), note)

    def _require_session(self, now: _Now) -> None:
        if self._recorder.session_required and not now.tally.session.opened:
            raise Refusal("session_needed")

    def _spoils_a_count(self, made: Recorded) -> bool:
        """Return whether its paper would say what must be in a drawer that is counted blind."""
        is_x = made.type is RecordType.X
        return is_x and self._recorder.blind_count and not made.hands_over

    def _record(
        self,
        kind: RecordType,
        make: Callable[[_Now], Any],
        numbers: int = 0,
        copied: Ticket | None = None,
        opening: CustomerOpening | None = None,
    ) -> Recorded:
        """Sign and keep a record of what `make` says; `numbers`: of tickets, used by it.

        `opening` goes along unsigned, but with an exercise: nobody is on a ticket that is none.
        """
        training = self.training
        command = record_kind(RecordType.TRAINING if training else kind)
        self._recorder.allow(command)
        # Exercises have a chain of their own, in which nothing else stands.
        before = () if training else self._events.due(_EVENTS_AT_ONCE)
        stamp = self._recorder.stamp()
        moment = self._till.moment(stamp)
        made: list[Recorded] = []

        def draft(book: Book) -> Draft:
            pen = Pen(book, moment, self._recorder.writer(), self._signing.signer)
            for event in before:
                pen.write(event.type, event.data)
            data = _checked(kind, make(_Now(pen.book, stamp, moment)))
            pen.write(kind, data, numbers)
            head = pen.book.chain.head
            signed = pen.records[-1]
            recorded = Recorded(kind, head.chain, head.seq, training, data, signed, copied)
            made.append(recorded)
            args: dict[str, Any] = {"records": pen.records}
            if opening is not None and not training:
                args["opening"] = opening
            drafted = self._recorder.draft(command, args)
            kept, copied_id = _kept_with(recorded), copied.id if copied else ""
            return replace(drafted, book=pen.book, copied=copied_id, memos=kept)

        queued = self._outbox.append_records(draft, training)
        self._events.done(len(before))
        self._appended(command, queued)
        if not self._spoils_a_count(made[-1]):
            self._on_recorded(made[-1])
        return made[-1]

    # What the till notes by itself.

    def note_events(self) -> None:
        """Sign and keep what happened since; raises what the disk says, and it waits on."""
        while events := self._events.due(_EVENTS_AT_ONCE):
            self._note([(event.type, event.data) for event in events])
            self._events.done(len(events))

    def name_keys(self, following: RotatedData) -> Queued:
        """Sign and keep by which keys this till signs from a later record on."""
        return self._note([(RecordType.KEY_ROTATED, following)])

    def _note(self, noted: Sequence[tuple[RecordType, Any]]) -> Queued:
        moment = self._till.moment(self._recorder.stamp())

        def draft(book: Book) -> Draft:
            pen = Pen(book, moment, self._recorder.writer(), self._signing.signer)
            for kind, data in noted:
                pen.write(kind, data)
            drafted = self._recorder.draft(NOTED, {"records": pen.records})
            return replace(drafted, book=pen.book)

        queued = self._outbox.append_records(draft)
        self._appended(NOTED, queued)
        return queued


def _report(now: _Now, counted_cents: int | None, count: CountData | None) -> ReportData:
    last_seq = now.book.chain.head.seq
    return report_of(now.tally, last_seq, counted_cents, now.stamp.operator_id, count)


def _kept_with(made: Recorded) -> Memos:
    """Return what is remembered of the drawer from this record on."""
    memos: dict[str, bytes | None] = {}
    if made.type is RecordType.Z:
        memos = {LAST_Z: written(made.statement), HAND_OVER: None, COUNT: None}
    elif made.hands_over:
        memos = {HAND_OVER: written(made.statement), COUNT: None}
    elif made.type is RecordType.SESSION_OPENED:
        memos = {COUNT: None}
    return {place(name, made.training): body for name, body in memos.items()}


def _checked(kind: RecordType, data: Any) -> Any:
    """Return what the hub will read, once its limits hold: better refused here than there."""
    if kind is RecordType.SALE:
        return data  # Its ticket was looked at when it was made.
    try:
        return read_data(kind, msgspec.to_builtins(data))
    except msgspec.ValidationError as error:
        raise Refusal("malformed", reason=str(error)) from error
