"""What tills recorded beside their sales, read of a database file beside a hub that may run.

Refunds, cash put in and taken out, X and Z, and the like, by type, day and till: the journal is
where they are. Whether it holds is `journal verify`'s.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from common.journal.contents import content_of
from common.journal.kinds import NOTED_TYPES, RecordType
from common.journal.record import read_record
from hub.reading import reading
from hub.records import journal as rows
from hub.store import Connection

LISTED: Final = tuple(
    kind for kind in RecordType if kind is not RecordType.SALE and kind not in NOTED_TYPES
)
"""Every type that a till writes about its trade, but sales: they are the `tickets`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: of these types, of a till by its name ("": all), of business dates between two
    (YYYY-MM-DD, "": open), at most so many, the newest."""

    kinds: tuple[RecordType, ...]
    till: str = ""
    first: str = ""
    last: str = ""
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class Listed:
    """A record. `of`: what was exercised, where it is an exercise; else its own type."""

    line: int
    type: RecordType
    of: RecordType
    chain: str
    seq: int
    till: str
    operator: str
    at_ms: int
    utc_offset_min: int
    business_date: str
    data: Any

    @property
    def amount_cents(self) -> int | None:
        """Return what it comes to: of a report, what must be in the drawer; None for nothing."""
        ticket = getattr(self.data, "ticket", None)
        total = getattr(ticket, "total_cents", None)
        for name in ("amount_cents", "float_cents", "total_cents", "expected_cents"):
            total = getattr(self.data, name, total)
        return total

    @property
    def about(self) -> str:
        """Return why it was done, or what it is about, in its own words."""
        of_ticket = getattr(self.data, "original", None) or getattr(self.data, "ticket", None)
        number = getattr(of_ticket, "number", None)
        named = "" if number is None or of_ticket is None else f"{of_ticket.series}-{number}"
        return " ".join(filter(None, (named, getattr(self.data, "reason", ""))))

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def records_of(path: Path, wanted: Wanted) -> list[Listed]:
    """Return records, oldest first; raises StoreError."""
    with reading(path, ValueError) as db:
        found = list(_newest(db, wanted))
    return found[::-1]


def _newest(db: Connection, wanted: Wanted) -> Iterator[Listed]:
    found = 0
    for line, body in rows.seldom(db, [kind.value for kind in wanted.kinds]):
        record = read_record(body.decode(), strict=False)
        fits = wanted.till in ("", record.device_name)
        fits = fits and wanted.first <= record.business_date
        if not fits or (wanted.last and record.business_date > wanted.last):
            continue
        of, data = content_of(record)
        yield Listed(
            line,
            record.type,
            of,
            record.chain,
            record.seq,
            record.device_name,
            record.operator,
            record.at_ms,
            record.utc_offset_min,
            record.business_date,
            data,
        )
        found += 1
        if found == wanted.limit:
            return
