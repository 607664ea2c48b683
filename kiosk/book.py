"""The till's book: where its chain of records, its sums and its ticket numbers stand, together.

There is one of what counts, and one of exercises once somebody trains. Owns how both are read of an
outbox and written back, and what goes on of the book of an outbox that is given up.
"""

from dataclasses import dataclass, replace

from common.journal.opened import FIRST, TRAINING, OpenedData, begins_with, carried_over, unknown
from common.journal.record import ChainHead
from common.journal.till_tally import TillTally
from kiosk import outbox_chain, outbox_counts
from kiosk.database import FAULTS, Connection, require_disk
from kiosk.outbox_chain import Chain
from kiosk.outbox_counts import Counted
from kiosk.sealed import Box


@dataclass(frozen=True, slots=True)
class Book:
    """`number`: of the next ticket, in `series`. `tally`: after the chain's last record.

    None: records were written by a release that kept no sums.
    """

    series: str
    number: int
    chain: Chain
    tally: TillTally | None

    @property
    def training(self) -> bool:
        """Return whether what stands in it are exercises."""
        return self.chain.training


@dataclass(frozen=True, slots=True)
class Books:
    """Both books of an outbox. Nobody has trained yet where the other's chain is at 0."""

    own: Book
    training: Book

    def moved(self, book: Book) -> "Books":
        """Return both, one of them as it stands now."""
        return Books(self.own, book) if book.training else Books(book, self.training)


def new_chain(db: Connection, box: Box, outbox: str, opened: OpenedData) -> None:
    """Let an outbox have its chain, in the transaction that is open.

    What is carried on lies with the sums, sealed as they are.
    """
    outbox_chain.begin(db, outbox, replace(opened, carried=None))
    if opened.carried is not None:
        outbox_counts.note(db, box, outbox, Counted(0, 1, opened.carried))


def read(db: Connection, box: Box, outbox: str, series: str, next_ticket: int) -> Books:
    """Return the books of an outbox; raises one of `FAULTS` as damage."""
    chain, training = outbox_chain.read(db, outbox)
    own = chain or Chain(ChainHead(outbox), OpenedData(FIRST))
    other = training or Chain(ChainHead(outbox_chain.training_id(outbox)), OpenedData(TRAINING))
    counted = outbox_counts.read(db, box, other.head.chain)
    exercises = 1 if counted is None else counted.next_ticket
    return Books(
        Book(series, next_ticket, own, _tally(db, box, own)),
        Book(f"{series}-ECOLE", exercises, other, _tally(db, box, other)),
    )


def write(db: Connection, box: Box, book: Book) -> None:
    """Keep a book, in the transaction that is open."""
    head = book.chain.head
    outbox_chain.note(db, book.chain)
    if book.tally is not None:
        outbox_counts.note(db, box, head.chain, Counted(head.seq, book.number, book.tally))
    if not book.training:
        db.execute("UPDATE meta SET next_ticket = ?", (book.number,))


def after(db: Connection, box: Box, why: str) -> OpenedData:
    """Return what a chain says that begins after this file's, as far as this can be read."""
    chain = outbox_chain.ended(db)
    if chain is None:
        return OpenedData(why, carried=unknown(why))
    head = chain.head
    try:
        tally = _tally(db, box, chain)
    except (*FAULTS, ValueError) as fault:
        require_disk(fault)
        tally = None
    carried = carried_over(tally, head.chain, head.seq, why)
    return OpenedData(why, head.chain, head.seq, head.digest, carried)


def _tally(db: Connection, box: Box, chain: Chain) -> TillTally | None:
    counted = outbox_counts.read(db, box, chain.head.chain)
    if counted is None:
        return None if chain.head.seq else begins_with(chain.opened)
    if counted.seq > chain.head.seq:
        raise FAULTS[0]("malformed: the sums of the till are of another record")
    # Behind the chain: an older release was here, and counted nothing.
    return counted.tally if counted.seq == chain.head.seq else None
