"""Every type of record and of entry, as one table.

A **record** is a till's, signed by it, in the till's own chain. An **entry** is a line of the hub's
one chain: it takes a record in, or says what the hub itself has to say. Owns their names, who
writes them, and what of a record is counted; what stands in them is the files' beside this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final


class RecordType(StrEnum):
    """What a till writes."""

    OPENED = "opened"
    SALE = "sale"
    KEY_ROTATED = "key_rotated"
    EVENT = "event"
    CLOCK = "clock"
    REFUND = "refund"
    VOID = "void"
    COPY = "copy"
    DRAWER = "drawer"
    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"
    SESSION_OPENED = "session_opened"
    X = "x"
    Z = "z"
    TRAINING = "training"


NOTED_TYPES: Final = frozenset({RecordType.EVENT, RecordType.CLOCK, RecordType.KEY_ROTATED})
"""What a till notes by itself, whoever is there."""


class EntryType(StrEnum):
    """What the hub writes."""

    FOUNDED = "founded"
    KEY = "key"
    HUB_KEY = "hub_key"
    TAKEN = "taken"
    UNSIGNED = "unsigned"
    MISSING = "missing"
    INVALID = "invalid"
    RESTORED = "restored"
    REPEATED = "repeated"
    EVENT = "event"
    CLOSING = "closing"
    CONTRADICTED = "contradicted"
    LOST = "lost"
    ARCHIVE = "archive"
    PURGE = "purge"


class Period(StrEnum):
    """What a closing closes."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Counts(Enum):
    """What of a record is counted in the sums of its till's cash session.

    TICKET: its amounts, in all totals. REFUND: so, and apart as well. The others are in no total.
    """

    NOTHING = "nothing"
    TICKET = "ticket"
    REFUND = "refund"
    VOID = "void"
    COPY = "copy"
    DRAWER = "drawer"
    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"
    FLOAT = "float"


TICKETS: Final = frozenset({Counts.TICKET, Counts.REFUND})


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the table: what it says, and what of it is summed up."""

    says: str
    counts: Counts = Counts.NOTHING


RECORDS: Final[Mapping[RecordType, Kind]] = {
    RecordType.OPENED: Kind("a chain begins, or its sums: why, and after which other chain"),
    RecordType.SALE: Kind("a ticket was paid", Counts.TICKET),
    RecordType.KEY_ROTATED: Kind("by which keys the device signs from a later record on"),
    RecordType.EVENT: Kind("somebody came or went, the hub was away, the software is another"),
    RecordType.CLOCK: Kind("the till's clock was set, by how much"),
    RecordType.REFUND: Kind("goods and money were given back, for which ticket", Counts.REFUND),
    RecordType.VOID: Kind("a basket was given up before it was paid, or a line", Counts.VOID),
    RecordType.COPY: Kind("a ticket was printed once more, for the n-th time", Counts.COPY),
    RecordType.DRAWER: Kind("the drawer was opened without a sale", Counts.DRAWER),
    RecordType.CASH_IN: Kind("cash was put into the drawer", Counts.CASH_IN),
    RecordType.CASH_OUT: Kind("cash was taken out of the drawer", Counts.CASH_OUT),
    RecordType.SESSION_OPENED: Kind("a cash session begins, with so much cash", Counts.FLOAT),
    RecordType.X: Kind("what the cash session comes to so far"),
    RecordType.Z: Kind("what the cash session came to; it ends"),
    RecordType.TRAINING: Kind("one of the above, as an exercise"),
}
ENTRIES: Final[Mapping[EntryType, Kind]] = {
    EntryType.FOUNDED: Kind("the journal begins, and how many tickets there were before"),
    EntryType.KEY: Kind("by which keys a device signs: introduced by the hub, or vouched for"),
    EntryType.HUB_KEY: Kind("by which keys the hub seals from here on, and what vouches for them"),
    EntryType.TAKEN: Kind("a till's record was taken in, whole and in its place"),
    EntryType.UNSIGNED: Kind("a ticket came from a till of a release that signs nothing"),
    EntryType.MISSING: Kind("records of a till's chain were not there when later ones came"),
    EntryType.INVALID: Kind("a record is not what it should be; it is kept all the same"),
    EntryType.RESTORED: Kind("the database was put back from a backup, under a new epoch"),
    EntryType.REPEATED: Kind("the ticket of the line before it was here already: it counts once"),
    EntryType.EVENT: Kind("the hub was started or stopped, settings or people have changed"),
    EntryType.CLOSING: Kind("a day, a month or a year is closed: its sums, and every chain's head"),
    EntryType.CONTRADICTED: Kind("a post has seen this journal otherwise, and from where on"),
    EntryType.LOST: Kind("a post has seen lines that a restore has lost"),
    EntryType.ARCHIVE: Kind("an archive was made: of which lines, which, by whom"),
    EntryType.PURGE: Kind("archived records were taken out: which, and how everything stood then"),
}
if RECORDS.keys() != set(RecordType) or ENTRIES.keys() != set(EntryType):
    raise ImportError("a type of record or entry stands in no table")


def is_ticket(kind: RecordType) -> bool:
    """Return whether a record of this type is a ticket, whose amounts count."""
    return RECORDS[kind].counts in TICKETS
