"""The outbox: operations on disk before anything else happens to them.

Owns the numbers of operations and tickets, both without holes, and what became of each operation.
An append is one fsynced transaction; replied operations stay, for a hub that is restored from a
backup. One connection behind a lock: the screens' thread appends, the link's thread notes replies.
What an operation means, and when it is sent, never enters here.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from threading import Lock

import orjson

from common import messages as m
from common import wire
from common.errors import Problem, Refusal
from common.journal.opened import FIRST, LOST, SET_BACK, OpenedData, unknown
from common.journal.record import Record, read_record
from common.outgoing import Queued
from kiosk import book as books
from kiosk import outbox_counts, outbox_memos
from kiosk import outbox_rows as rows
from kiosk.book import Book
from kiosk.commits import Commits
from kiosk.database import FAULTS, Connection, is_damage, mend_head, refusal
from kiosk.give_back import covered_replies, oldest_n
from kiosk.outbox_file import (
    Draft,
    Maker,
    end_replacing,
    insert,
    open_file,
    replace_file,
    waiting_drafts,
)
from kiosk.outbox_rows import Counts, Kept, Waiting
from kiosk.room import OUTBOX_NEEDS_BYTES
from kiosk.salvage import Salvaged, look_beside, replace_damaged, require_sound, salvage

__all__ = ["Counts", "Kept", "Outbox", "Waiting"]


class Outbox:
    """An open outbox. `id`, `series` and every n change together, by `renew` and `mend` alone.

    `damaged`: the file turned out to be broken, or gone, since it was opened; `mend` it. Opening
    raises one of `FAULTS`, or OtherKey.
    """

    def __init__(self, path: Path, maker: Maker) -> None:
        self._path = path
        self._folder = path.parent
        self._maker = maker
        self._box = maker.box
        self._lock = Lock()
        self._asleep = False
        self.damaged = False
        self._rescued: Salvaged | None = None
        self._mended: Problem | None = None
        self._open()

    def _open(self) -> None:
        end_replacing(self._path)
        look_beside(self._path)
        mend_head(self._path)
        self._database = open_file(self._path, self._maker)
        self._commits = Commits(self._database)
        try:
            require_sound(self._database, self._box)
            connection = self._database.connection
            self.id: str
            self.series: str
            self.clock_diff_ms: int
            self.id, self.series, number, self.clock_diff_ms = connection.execute(
                "SELECT outbox, series, next_ticket, clock_diff_ms FROM meta"
            ).fetchone()
            self._books = books.read(connection, self._box, self.id, self.series, number)
            self._last: int
            (self._last,) = connection.execute("SELECT coalesce(max(n), 0) FROM command").fetchone()
            self._oldest_n = oldest_n(connection)
            self._inode = self._path.stat().st_ino
            self._fresh: list[Queued] = []
        except BaseException:
            self._database.close()
            raise

    @property
    def last_n(self) -> int:
        """Return the newest number that was given."""
        return self._last

    @property
    def is_blank(self) -> bool:
        """Return whether nothing was ever put in."""
        return self._last == 0 and self._books.own.number == 1

    # The screens' side.

    def append(self, draft: Draft) -> Queued:
        """Queue an operation; it is on disk on return.

        Raises Refusal, and keeps nothing then. Only `outbox_in_doubt` says that it is not known:
        where the process is killed before anything else can be written, it may be there afterwards.
        """
        return self.append_records(lambda _: draft)

    def append_records(self, make: Callable[[Book], Draft], training: bool = False) -> Queued:
        """Queue what `make(book)` returns: a till's records, written into its book.

        The ticket's number, the place of its records in the chain and the sums go with it or not
        at all. `training`: into the book of exercises.
        """
        with self._held():
            draft = make(self.book(training))
            size = len(draft.body)
            if size > wire.COMMAND_BYTES:
                raise Refusal("operation_too_large", size=size, limit=wire.COMMAND_BYTES)
            if self.free_bytes() < OUTBOX_NEEDS_BYTES:
                raise Refusal("disk_full", folder=str(self._path.parent))
            with self._recording() as connection:
                entry = insert(connection, self._last + 1, draft, self._box)
                if draft.book is not None:
                    books.write(connection, self._box, draft.book)
                if draft.copied:
                    outbox_counts.note_copy(connection, draft.copied)
                outbox_memos.write(connection, self._box, draft.memos)
            self._last = entry.n
            if draft.book is not None:
                self._books = self._books.moved(draft.book)
            self._fresh.append(entry)
        return entry

    def newest_record(self) -> Record | None:
        """Return the record that was put in last; None where the newest operation has none."""
        try:
            with self._reading() as connection:
                found = rows.queued(connection, self._box, "n = ?", (self._last,))
            records = orjson.loads(found[-1].body)["args"]["records"] if found else ()
            return read_record(records[-1]["body"], strict=False) if records else None
        except (Refusal, ValueError, LookupError, TypeError):
            return None

    def book(self, training: bool = False) -> Book:
        """Return where the till's book stands, or that of its exercises."""
        return self._books.training if training else self._books.own

    def copies(self, ticket: str) -> int:
        """Return how often a ticket was printed once more here."""
        with self._reading() as connection:
            return outbox_counts.copies(connection, ticket)

    def memo(self, name: str) -> bytes | None:
        """Return what is kept under a name, None where there is nothing that can be read."""
        with self._reading() as connection:
            return outbox_memos.read(connection, self._box, name)

    def keep_memos(self, memos: outbox_memos.Memos) -> None:
        """Keep something by name, durably; raises Refusal, and what was there stays."""
        with self._held(), self._writing() as connection:
            outbox_memos.write(connection, self._box, memos)

    def chain_lost(self) -> None:
        """Let the chain say, where it has not begun, that there was another one before."""
        with self._held():
            own = self._books.own
            if own.chain.head.seq or own.chain.opened.why != FIRST:
                return
            with self._writing() as connection:
                lost = OpenedData(LOST, carried=unknown(LOST))
                books.new_chain(connection, self._box, self.id, lost)
            with self._guarded():
                connection = self._database.connection
                self._books = books.read(connection, self._box, self.id, own.series, own.number)

    def counts(self) -> Counts:
        """Return how many operations wait and how many are quarantined."""
        with self._reading() as connection:
            return rows.counts(connection)

    def kept(self, after_n: int) -> list[Kept]:
        """Return what waits, and what was replied to above `after_n`, in order."""
        with self._reading() as connection:
            return rows.kept(connection, self._box, self.id, after_n)

    def undelivered(self, limit: int) -> list[Kept]:
        """Return what the hub has not taken: quarantined ones first, then what waits, by n."""
        with self._reading() as connection:
            return rows.undelivered(connection, self._box, self.id, limit)

    # The link's side.

    def take_fresh(self) -> list[Queued]:
        """Return what was appended since the last call of this or of `waiting`."""
        if not (self._fresh or self._asleep):
            return []
        with self._held():
            fresh, self._fresh = self._fresh, []
        return fresh

    def waiting(self) -> Waiting:
        """Return everything that waits; `take_fresh` goes on from there."""
        with self._reading() as connection:
            queued = rows.queued(connection, self._box, "status = 0")
            self._fresh = []
            acked = queued[0].n - 1 if queued else self._last
            return Waiting(self.id, acked, self._last, queued)

    def note_replies(self, replies: Sequence[m.Reply]) -> None:
        """Mark operations with their replies, durably; another outbox's are passed over."""
        if not replies:
            return
        with self._held():
            own = [reply for reply in replies if reply.outbox == self.id]
            if own:
                with self._writing() as connection:
                    rows.note_replies(connection, self._box, own)

    def quarantined(self) -> list[int]:
        """Return the numbers of the operations that the hub keeps apart, in order."""
        with self._reading() as connection:
            return rows.quarantined(connection)

    def entries(self, numbers: Sequence[int]) -> list[Queued]:
        """Return operations as they are sent, those of `numbers` that are here."""
        marks = ", ".join("?" * len(numbers))
        with self._reading() as connection:
            return rows.queued(connection, self._box, f"n IN ({marks})", numbers)

    def oldest_n(self) -> int:
        """Return the number from which on every operation is here, replied to or not."""
        return self._oldest_n

    def drop_covered(
        self,
        covered_n: int,
        may_go: Callable[[m.Reply], bool] = lambda _: True,
        before: Callable[[], None] = lambda: None,
    ) -> int:
        """Drop replied operations up to `covered_n` for good, a slice of them; return how many.

        Two verified backups of the hub hold them. The newest operation stays, and so does what
        follows one that may not go yet. `before` is called where something is about to go, and what
        it raises keeps all of it.
        """
        with self._held():
            with self._guarded():
                covered = covered_replies(self._database.connection, covered_n)
            replies = ((n, rows.read_reply(self._box, self.id, n, lying)) for n, lying in covered)
            # A reply of which bits have flipped says nothing any more, and will not again.
            held = takewhile(lambda pair: pair[1] is None or may_go(pair[1]), replies)
            going = [(n,) for n, _ in held]
            if not going:
                return 0
            before()
            with self._writing() as connection:
                connection.executemany("DELETE FROM command WHERE n = ?", going)
            with self._guarded():
                self._oldest_n = oldest_n(self._database.connection)
        return len(going)

    def wait_again(self, first_n: int) -> list[Queued]:
        """Return the operations from `first_n` on, all waiting again: the hub has lost them."""
        with self._held(), self._guarded():
            with self._writing() as connection:
                rows.wait_again(connection, first_n)
            return rows.queued(self._database.connection, self._box, "n >= ?", (first_n,))

    def note_clock(self, clock_diff_ms: int) -> None:
        """Keep hub time minus this post's, for tickets made before the hub is met again."""
        with self._held(), self._writing() as connection:
            connection.execute("UPDATE meta SET clock_diff_ms = ?", (clock_diff_ms,))
        self.clock_diff_ms = clock_diff_ms

    def renew(self) -> Path:
        """Go on under a new id and series with what waits; return where the old file is kept.

        For an outbox that turns out to be an older copy: its numbers were used before.
        """
        with self._held():
            with self._guarded():
                self._commits.settle()
                drafts = list(waiting_drafts(self._database.connection, self._box))
                opened = books.after(self._database.connection, self._box, SET_BACK)
            self._database.close()
            try:
                aside = replace_file(
                    self._path,
                    self._maker,
                    drafts,
                    mark=self.id[:8],
                    opened=opened,
                    unlike=self.series,
                )
            except FAULTS as fault:
                raise refusal(fault, self._path) from fault
            finally:
                self._asleep = True
                self._wake()
        return aside

    def look(self) -> None:
        """Note whether the file is still the one that was opened."""
        if not self._in_place():
            self.damaged = True

    def mend(self) -> Problem:
        """Go on under a new id and series with what a damaged or vanished file still says.

        Returns what to show. Raises Refusal, and is to be tried again, where the disk will not do.
        """
        with self._lock:
            try:
                if self._rescued is None and self._mended is None and not self._in_place():
                    # What vanished is still whole for whoever has it open, for nobody after that.
                    self._rescued = salvage(self._database.connection, self._box, LOST)
                with suppress(*FAULTS):
                    self._database.close()
                # Each step is done once, however often the disk says no to the next.
                self._mended = self._mended or replace_damaged(
                    self._path, self._maker, self._rescued
                )
                self._open()
            except FAULTS as fault:
                raise refusal(fault, self._path) from fault
            problem, self._mended, self._rescued = self._mended, None, None
            self.damaged = False
        return problem

    def free_bytes(self) -> int:
        """Return how many bytes the disk has free."""
        return self._maker.free_bytes(self._folder)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    # Inside.

    def _in_place(self) -> bool:
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False

    @contextmanager
    def _held(self) -> Iterator[None]:
        with self._lock:
            self._wake()
            yield

    def _wake(self) -> None:
        """Open the file again where that failed when another took its place."""
        if self._asleep:
            with self._guarded():
                self._open()
            self._asleep = False

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Say what a fault of the disk means, and remember where the file itself is broken."""
        try:
            yield
        except FAULTS as fault:
            self.damaged = self.damaged or is_damage(fault)
            raise refusal(fault, self._path) from fault

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._held(), self._guarded():
            yield self._database.connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._guarded(), self._commits.writing() as connection:
            yield connection

    @contextmanager
    def _recording(self) -> Iterator[Connection]:
        """Write what somebody is told of: once that is over, it is there or it never will be."""
        with self._guarded():
            self._commits.settle()
        try:
            with self._writing() as connection:
                yield connection
        except Refusal as refused:
            if not self._commits.in_doubt:
                raise
            reason = refused.problem.params["reason"]
            raise Refusal("outbox_in_doubt", file=str(self._path), reason=reason) from refused
