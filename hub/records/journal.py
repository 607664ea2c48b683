"""The journal's lines and seals: appended, read in order, never changed.

Triggers (`hub/tables.py`) refuse anything but an append; these statements do nothing else.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import orjson

from common.journal.entry import Line
from common.journal.record import SignedRecord
from hub.store import Connection


class Place(NamedTuple):
    """Of which till's chain a line takes a record in, and its numbers there."""

    chain: str
    seq: int
    type: str
    type_seq: int


def add(db: Connection, kind: str, line: Line, place: Place | None) -> None:
    """Append a line. `kind`: its entry's type."""
    chain, seq, record_type, type_seq = place or (None, None, None, None)
    db.execute(
        "INSERT INTO journal"
        " (seq, type, chain, record_seq, record_type, type_seq, entry, digest, record)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (line.seq, kind, chain, seq, record_type, type_seq, line.body, line.digest, line.record),
    )


def add_seal(db: Connection, seq: int, seal: SignedRecord) -> None:
    """Append the seal under a line."""
    signatures = orjson.dumps(seal.signatures, option=orjson.OPT_SORT_KEYS).decode()
    db.execute(
        "INSERT INTO journal_seal (seq, body, signatures) VALUES (?, ?, ?)",
        (seq, seal.body, signatures),
    )


def head(db: Connection) -> tuple[int, str]:
    """Return (seq, digest) of the last line; (0, "") where there is none."""
    row = db.execute("SELECT seq, digest FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return (0, "") if row is None else (row[0], row[1])


def line(db: Connection, seq: int) -> Line | None:
    """Return a line."""
    return next(lines(db, seq - 1, seq), None)


def lines(db: Connection, after: int = 0, last: int = 2**62) -> Iterator[Line]:
    """Yield the lines after a seq, up to another, in order."""
    for seq, body, digest, record in db.execute(
        "SELECT seq, entry, digest, record FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq",
        (after, last),
    ):
        yield Line(seq, bytes(body), digest, None if record is None else bytes(record))


def record_line(db: Connection, chain: str, seq: int) -> Line | None:
    """Return the line that took in a record of a till's chain."""
    found = db.execute(
        "SELECT seq FROM journal WHERE chain = ? AND record_seq = ? AND type = 'taken'",
        (chain, seq),
    ).fetchone()
    return None if found is None else line(db, found[0])


def of_type(db: Connection, kind: str) -> Iterator[Line]:
    """Yield the lines of one type, in order; of any but records that were taken in."""
    for (seq,) in db.execute(
        "SELECT seq FROM journal WHERE type = ? AND type <> 'taken' ORDER BY seq", (kind,)
    ):
        found = line(db, seq)
        if found is not None:
            yield found


def chosen(
    db: Connection, entries: Sequence[str], records: Sequence[str], first: int | None
) -> Iterator[Line]:
    """Yield lines of these types of entries, or that take in records of these types; all for none.

    From a line on, in order; without one the newest first.
    """
    marks = ", ".join("?" * len(entries)), ", ".join("?" * len(records))
    which = f"(type IN ({marks[0]}) OR record_type IN ({marks[1]}))"
    where = which if entries or records else "1"
    order = "DESC" if first is None else "ASC"
    found = db.execute(
        "SELECT seq, entry, digest, record FROM journal"
        f" WHERE seq >= ? AND {where} ORDER BY seq {order}",
        (first or 0, *((*entries, *records) if entries or records else ())),
    )
    for seq, body, digest, record in found:
        yield Line(seq, bytes(body), digest, None if record is None else bytes(record))


def newest_of_type(db: Connection, kind: str, limit: int) -> Iterator[Line]:
    """Yield the newest lines of a type first; of any but records that were taken in."""
    found = db.execute(
        "SELECT seq FROM journal WHERE type = ? AND type <> 'taken' ORDER BY seq DESC LIMIT ?",
        (kind, limit),
    ).fetchall()
    for (seq,) in found:
        newest = line(db, seq)
        if newest is not None:
            yield newest


def seals(db: Connection, after: int = 0, last: int = 2**62) -> Iterator[SignedRecord]:
    """Yield the seals under the lines after a seq, up to another, in order."""
    for _, seal in seals_at(db, after, last):
        yield seal


def seals_at(db: Connection, after: int, last: int) -> Iterator[tuple[int, SignedRecord]]:
    """Yield the same, each with the line that it is kept under."""
    for seq, body, signatures in db.execute(
        "SELECT seq, body, signatures FROM journal_seal WHERE seq > ? AND seq <= ? ORDER BY seq",
        (after, last),
    ):
        yield seq, SignedRecord(body, _signatures(signatures))


def _signatures(text: str) -> dict[str, str]:
    """Return the signatures of a seal, none where they are none any more."""
    try:
        found = orjson.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def last_seal(db: Connection) -> SignedRecord | None:
    """Return the newest seal."""
    row = db.execute(
        "SELECT body, signatures FROM journal_seal ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return None if row is None else SignedRecord(row[0], _signatures(row[1]))


def held_digest(db: Connection, chain: str, seq: int) -> str | None:
    """Return the digest in the entry that took a record in, None where none did."""
    row = db.execute(
        "SELECT entry FROM journal WHERE chain = ? AND record_seq = ? AND type = 'taken'",
        (chain, seq),
    ).fetchone()
    try:
        return None if row is None else str(orjson.loads(row[0])["data"]["digest"])
    except (ValueError, LookupError, TypeError):
        return ""  # Somebody has changed it; it is there, and no record has this digest.


def chain_ends(db: Connection) -> list[tuple[str, int]]:
    """Return (chain, seq of the hub's line) of the last record that each till's chain has here."""
    return list(
        db.execute(
            "SELECT j.chain, j.seq FROM journal j JOIN (SELECT chain, max(record_seq) AS last"
            " FROM journal WHERE chain IS NOT NULL GROUP BY chain) e"
            " ON j.chain = e.chain AND j.record_seq = e.last ORDER BY j.seq"
        )
    )


def chain_lines(db: Connection, chain: str) -> Iterator[Line]:
    """Yield the lines that a till's chain went on by, the last one first."""
    for (seq,) in db.execute(
        "SELECT seq FROM journal WHERE chain = ? ORDER BY record_seq DESC", (chain,)
    ):
        found = line(db, seq)
        if found is not None:
            yield found


def type_counts(db: Connection) -> list[tuple[str, str, int]]:
    """Return (chain, record type, its newest number) of every till's chain."""
    found = list(
        db.execute(
            "SELECT chain, record_type, max(type_seq) FROM journal"
            " WHERE record_type <> 'sale' GROUP BY chain, record_type"
        )
    )
    for chain, _ in chain_ends(db):
        # Nearly every record is a sale: the last of them is near the end.
        sale = db.execute(
            "SELECT type_seq FROM journal WHERE chain = ? AND record_type = 'sale'"
            " ORDER BY record_seq DESC LIMIT 1",
            (chain,),
        ).fetchone()
        if sale is not None:
            found.append((chain, "sale", sale[0]))
    return found


def seldom(db: Connection, types: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """Yield (line, record) of tills' records of some types, none of them sales; newest first."""
    marks = ", ".join("?" * len(types))
    for seq, record in db.execute(
        "SELECT seq, record FROM journal WHERE seq IN (SELECT seq FROM journal"
        f" WHERE record_type <> 'sale' AND record_type IN ({marks}))"
        " AND record IS NOT NULL ORDER BY seq DESC",
        list(types),
    ):
        yield seq, bytes(record)


def newest_of(db: Connection, chain: str, kind: str) -> bytes | None:
    """Return the newest record of a type in a till's chain, of any but sales; None for none."""
    row = db.execute(
        "SELECT record FROM journal WHERE chain = ? AND record_type <> 'sale' AND record_type = ?"
        " AND record IS NOT NULL ORDER BY type_seq DESC LIMIT 1",
        (chain, kind),
    ).fetchone()
    return None if row is None else bytes(row[0])


def count(db: Connection, kind: str) -> int:
    """Return how many lines of a type there are."""
    return int(db.execute("SELECT count(*) FROM journal WHERE type = ?", (kind,)).fetchone()[0])


def records_after(db: Connection, seq: int) -> int:
    """Return how many lines after one take something in that a till made."""
    found = db.execute(
        "SELECT count(*) FROM journal WHERE seq > ? AND record IS NOT NULL", (seq,)
    ).fetchone()
    return int(found[0])


def last_of(db: Connection, kind: str) -> Line | None:
    """Return the newest line of one type; of any but records that were taken in."""
    found = db.execute(
        "SELECT max(seq) FROM journal WHERE type = ? AND type <> 'taken'", (kind,)
    ).fetchone()[0]
    return None if found is None else line(db, found)


def sealed_up_to(db: Connection, seq: int) -> int:
    """Return the last line that bears a seal, up to a seq; 0 where none does."""
    found = db.execute("SELECT max(seq) FROM journal_seal WHERE seq <= ?", (seq,)).fetchone()[0]
    return int(found or 0)


def seal_bodies(db: Connection) -> Iterator[tuple[int, str]]:
    """Yield (seq, body) of the seals, the newest first."""
    yield from db.execute("SELECT seq, body FROM journal_seal ORDER BY seq DESC")


def own_lines(db: Connection, last: int) -> Iterator[Line]:
    """Yield the lines up to a seq that take no record in: those that a purge leaves."""
    for seq, body, digest in db.execute(
        "SELECT seq, entry, digest FROM journal WHERE seq <= ? AND record IS NULL ORDER BY seq",
        (last,),
    ):
        yield Line(seq, bytes(body), digest, None)


def cut_counts(db: Connection, last: int) -> tuple[int, int]:
    """Return how many lines with records, and how many seals, there are up to a seq."""
    lines = "SELECT count(*) FROM journal WHERE seq <= ? AND record IS NOT NULL"
    seals = "SELECT count(*) FROM journal_seal WHERE seq <= ?"
    of_lines, of_seals = (db.execute(sql, (last,)).fetchone()[0] for sql in (lines, seals))
    return of_lines, of_seals


def cut(db: Connection, last: int) -> None:
    """Take out the lines with records, and the seals, up to a seq that a purge's line names.

    The database refuses any others. Within the transaction that appended that line.
    """
    db.execute("DELETE FROM journal WHERE seq <= ? AND record IS NOT NULL", (last,))
    db.execute("DELETE FROM journal_seal WHERE seq <= ?", (last,))
