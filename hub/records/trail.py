"""The audit trail: who did what, on which device, and what came of it.

Written in the transaction of what it tells. An entry is never changed (a trigger refuses it), and
only the oldest are cut, by settings. A PIN, a session's secret, a key never enters it.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import orjson

from hub.store import Connection

DETAILS_BYTES: Final = 1000
"""What is longer is told by its size."""
NO_MORE: Final = 100
"""Entries of one code and device within an hour; what is beyond is one last entry that says so."""
_HOUR_MS: Final = 3_600_000
_ROW: Final = "id, at_ms, device_id, person_id, action, subject, code, details"
_NOTHING: Final[Mapping[str, Any]] = {}


class Entry(NamedTuple):
    """`action`: a command's kind, or a word such as "login"; `subject`: to whom or what.

    `device`, `person`: ids; "" where there was none, as when the hub itself does something.
    `code`: why it was denied, or what was odd about it; "" where it was simply done.
    """

    at_ms: int
    action: str
    device: str = ""
    person: str = ""
    subject: str = ""
    code: str = ""
    details: Mapping[str, Any] = _NOTHING


class Wanted(NamedTuple):
    """Which entries are asked for: of a time, and containing what is named."""

    since_ms: int = 0
    device: str = ""
    person: str = ""
    action: str = ""
    limit: int = 100


def add(db: Connection, entry: Entry) -> None:
    """Write an entry into the transaction that is open, chained to the one before it."""
    details = orjson.dumps(entry.details)
    if len(details) > DETAILS_BYTES:
        details = orjson.dumps({"bytes": len(details)})
    newest = db.execute("SELECT id, chain FROM audit_entry ORDER BY id DESC LIMIT 1").fetchone()
    last, before = newest or low(db)
    who = (entry.device, entry.person, entry.action)
    row = (last + 1, entry.at_ms, *who, entry.subject[:200], entry.code, details.decode())
    db.execute(
        f"INSERT INTO audit_entry ({_ROW}, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, chained(before, row)),
    )


def chained(before: bytes, row: Sequence[Any]) -> bytes:
    """Return an entry's chain, 16 bytes: whoever changes one has to change all after it."""
    return blake2b(before + orjson.dumps(row), digest_size=16).digest()


def low(db: Connection) -> tuple[int, bytes]:
    """Return the id up to which entries were cut, and the chain of the last of them."""
    row = db.execute("SELECT value FROM meta WHERE name = 'audit_low'").fetchone()
    last, _, chain = (row[0] if row else "0:").partition(":")
    return int(last), bytes.fromhex(chain)


def rows(db: Connection) -> Iterable[tuple[Any, ...]]:
    """Return every entry as it is chained, and its chain, in order."""
    found: Iterable[tuple[Any, ...]] = db.execute(
        f"SELECT {_ROW}, chain FROM audit_entry ORDER BY id"
    )
    return found


def add_no(db: Connection, entry: Entry) -> None:
    """Write an entry of something denied or odd, unless its device fills the trail with them.

    Whoever sends denied commands without end would push out what the trail is for.
    """
    told = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM audit_entry"
        " WHERE device_id = ? AND code = ? AND at_ms >= ? LIMIT ?)",
        (entry.device, entry.code, entry.at_ms - _HOUR_MS, NO_MORE + 1),
    ).fetchone()[0]
    if told < NO_MORE:
        add(db, entry)
    elif told == NO_MORE:
        add(db, entry._replace(details={**entry.details, "more": "untold"}))


def told_since(db: Connection, device_id: str, code: str, since_ms: int) -> bool:
    """Return whether a device has an entry of a code since a moment."""
    found = db.execute(
        "SELECT 1 FROM audit_entry WHERE device_id = ? AND code = ? AND at_ms >= ? LIMIT 1",
        (device_id, code, since_ms),
    ).fetchone()
    return found is not None


def entries(db: Connection, wanted: Wanted) -> list[dict[str, Any]]:
    """Return the newest entries first, with the names that devices and people have now.

    `device`: a name or number; `person`: a name, or a part of it.
    """
    rows = db.execute(
        "SELECT e.id, e.at_ms, e.device_id, coalesce(d.name, ''), e.person_id,"
        " coalesce(p.name, ''), e.action, e.subject, e.code, e.details FROM audit_entry e"
        " LEFT JOIN device d ON d.id = e.device_id LEFT JOIN person p ON p.id = e.person_id"
        " WHERE e.at_ms >= ?1"
        " AND (?2 = '' OR CAST(d.number AS TEXT) = ?2 OR lower(d.name) = lower(?2))"
        " AND (?3 = '' OR instr(lower(p.name), lower(?3)) OR instr(lower(e.subject), lower(?3)))"
        " AND (?4 = '' OR e.action = ?4) ORDER BY e.id DESC LIMIT ?5",
        tuple(wanted),
    )
    names = ("id", "at_ms", "device_id", "device", "person_id", "person", "action", "subject")
    return [
        dict(zip((*names, "code", "details"), (*row[:9], orjson.loads(row[9])), strict=True))
        for row in rows
    ]


def bounds(db: Connection) -> tuple[int, int, int]:
    """Return (id of the oldest entry, its time, id of the newest); zeros where there is none."""
    first = db.execute("SELECT id, at_ms FROM audit_entry ORDER BY id LIMIT 1").fetchone()
    if first is None:
        return 0, 0, 0
    last = db.execute("SELECT max(id) FROM audit_entry").fetchone()
    return first[0], first[1], last[0]


def newest_before(db: Connection, at_ms: int, first: int, limit: int) -> int:
    """Return the id up to which entries from `first` on are older, within `limit` of them."""
    row = db.execute(
        "SELECT id FROM audit_entry WHERE id BETWEEN ?1 AND ?2 AND at_ms >= ?3 ORDER BY id LIMIT 1",
        (first, first + limit - 1, at_ms),
    ).fetchone()
    return first + limit - 1 if row is None else int(row[0]) - 1


def cut(db: Connection, last: int) -> None:
    """Drop the entries up to an id; `meta` says that they are gone, and up to where."""
    found = db.execute("SELECT chain FROM audit_entry WHERE id = ?", (last,)).fetchone()
    db.execute(
        "INSERT INTO meta (name, value) VALUES ('audit_low', ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (f"{last}:{bytes(found[0]).hex()}",),
    )
    db.execute("DELETE FROM audit_entry WHERE id <= ?", (last,))
