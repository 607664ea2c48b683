"""Every type of record and of entry, as one table.

A **record** is a till's, signed by it, in the till's own chain. An **entry** is a line of the hub's
one chain: it takes a record in, or says what the hub itself has to say. Owns their names and who
writes them; what stands in them is `record.py`'s and `entry.py`'s.
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
    CLOSING = "closing"


class Period(StrEnum):
    """What a closing closes."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Counts(Enum):
    """Whether what a record holds is summed up: a ticket with its amounts, or nothing."""

    TICKET = "ticket"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the table: what it says, and what of it is summed up."""

    says: str
    counts: Counts = Counts.NOTHING


RECORDS: Final[Mapping[RecordType, Kind]] = {
    RecordType.OPENED: Kind("a chain begins: why, and after which other one"),
    RecordType.SALE: Kind("a ticket was paid", Counts.TICKET),
    RecordType.KEY_ROTATED: Kind("by which keys the device signs from a later record on"),
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
    EntryType.CLOSING: Kind("a day, a month or a year is closed: its sums, and every chain's head"),
}
if RECORDS.keys() != set(RecordType) or ENTRIES.keys() != set(EntryType):
    raise ImportError("a type of record or entry stands in no table")
