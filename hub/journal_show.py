"""Lines of the journal as an auditor reads them, of a database file beside a hub that may run.

Owns what is picked out of a line: when, where, who, and what is said of it. Whether it holds is
`journal verify`'s.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from common.journal.entry import Entry, Line, read_entry
from common.journal.kinds import EntryType, RecordType
from common.journal.record import Record, read_record
from hub.reading import reading
from hub.records import journal as rows
from hub.store import Connection


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: of these types, all for none; from a line on, None: the newest; of a post by its
    name, its id or the beginning of that, "": all; at most so many."""

    entries: tuple[EntryType, ...] = ()
    records: tuple[RecordType, ...] = ()
    first: int | None = None
    device: str = ""
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A line. `type`: None where it cannot be read any more; then `data` says nothing either.

    `record`: the type of the till's record that it takes in, None for none.

    `device`, `device_name`: of the post, "" for the hub itself; `seq`: in the till's chain, 0 for
    none. `at_ms`: the till's time, or the hub's; `taken_ms`: the hub's, when it was received.
    """

    line: int
    type: EntryType | None
    record: RecordType | None
    device: str
    device_name: str
    chain: str
    seq: int
    operator: str
    at_ms: int
    taken_ms: int
    utc_offset_min: int | None
    data: Mapping[str, Any]

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def shown_of(path: Path, wanted: Wanted) -> list[Shown]:
    """Return lines in their order; raises StoreError."""
    with reading(path) as db:
        found = list(islice(_chosen(db, wanted), wanted.limit))
    return found if wanted.first is not None else found[::-1]


def _chosen(db: Connection, wanted: Wanted) -> Iterator[Shown]:
    for line in rows.chosen(db, wanted.entries, wanted.records, wanted.first):
        shown = _shown(line)
        if _is_of(shown, wanted.device):
            yield shown


def _shown(line: Line) -> Shown:
    try:
        entry = read_entry(line.body)
        if entry.type in (EntryType.TAKEN, EntryType.INVALID) and line.record is not None:
            return _of_till(entry, read_record(line.record.decode(), strict=False))
        return _of_hub(entry)
    except (ValueError, KeyError):
        return Shown(line.seq, None, None, "", "", "", 0, "", 0, 0, None, {})


def _is_of(shown: Shown, device: str) -> bool:
    asked = device.casefold()
    named = shown.device_name.casefold() == asked
    return not asked or named or (len(asked) >= 4 and shown.device.startswith(asked))


def _of_till(entry: Entry, record: Record) -> Shown:
    more = {"code": entry.data["code"]} if entry.type is EntryType.INVALID else {}
    return Shown(
        entry.seq,
        entry.type,
        record.type,
        record.device,
        record.device_name,
        record.chain,
        record.seq,
        record.operator,
        record.at_ms,
        entry.at_ms,
        record.utc_offset_min,
        {**record.data, **more},
    )


def _of_hub(entry: Entry) -> Shown:
    data = entry.data
    device, name = str(data.get("device", "")), str(data.get("name", ""))
    chain = str(data.get("chain", ""))
    return Shown(
        entry.seq,
        entry.type,
        None,
        device,
        name if device else "",
        chain,
        0,
        "",
        entry.at_ms,
        entry.at_ms,
        None,
        data,
    )
