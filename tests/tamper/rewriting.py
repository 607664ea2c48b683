"""What somebody does who has SQL, the hub's key and patience: another journal that holds.

Owns the rewriting of a closed database's journal so that every digest, link and seal fits again.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.journal import canon
from common.journal.record import Signer
from common.seal import SigningKeys

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal%'"
_COLUMNS = "type, chain, record_seq, record_type, type_seq, entry, record"
Line = dict[str, Any]
"""A line's columns by name, `entry` as JSON data."""
Change = Callable[[list[Line]], Sequence[Line]]


def rewrite(path: Path, change: Change, hub: SigningKeys) -> None:
    """Make a closed database's journal one of the lines that `change` returns, sealed by `hub`.

    Tickets whose lines are gone go as well, so that nothing beside the journal speaks of them.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN")
        for (name,) in db.execute(TRIGGERS).fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        lines = change(_read(db))
        signer = Signer(hub)
        epochs = _epochs(db)
        db.execute("DELETE FROM journal")
        db.execute("DELETE FROM journal_seal")
        previous = canon.GENESIS
        for seq, line in enumerate(lines, start=1):
            line["entry"] |= {"seq": seq, "previous": previous}
            body = canon.canonical(line["entry"])
            previous = canon.digest(body)
            places = (*(line[name] for name in _COLUMNS.split(", ")[:5]), body, line["record"])
            db.execute(
                f"INSERT INTO journal (seq, digest, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (seq, previous, *places),
            )
            _seal(db, signer, line["entry"], previous, epochs)
        _forget_tickets(db, lines)
        db.execute("COMMIT")


def _read(db: Any) -> list[Line]:
    names = _COLUMNS.split(", ")
    lines = []
    for row in db.execute(f"SELECT {_COLUMNS} FROM journal ORDER BY seq").fetchall():
        line = dict(zip(names, row, strict=True))
        line["entry"] = orjson.loads(line["entry"])
        lines.append(line)
    return lines


def _epochs(db: Any) -> list[tuple[int, str]]:
    """Return (from line, epoch), the last one first."""
    rows = db.execute("SELECT seq, body FROM journal_seal ORDER BY seq DESC").fetchall()
    return [(seq, orjson.loads(body)["epoch"]) for seq, body in rows]


def _seal(
    db: Any, signer: Signer, entry: Line, digest: str, epochs: Sequence[tuple[int, str]]
) -> None:
    epoch = next((epoch for seq, epoch in epochs if seq <= entry["seq"]), epochs[-1][1])
    stated = {
        "v": canon.VERSION,
        "keys": dict(signer.keys),
        "chain": entry["chain"],
        "epoch": epoch,
        "seq": entry["seq"],
        "digest": digest,
        "at_ms": entry["at_ms"],
    }
    seal = signer.sign(canon.canonical(stated))
    signatures = orjson.dumps(seal.signatures).decode()
    db.execute(
        "INSERT INTO journal_seal (seq, body, signatures) VALUES (?, ?, ?)",
        (entry["seq"], seal.body, signatures),
    )


def _forget_tickets(db: Any, lines: Sequence[Line]) -> None:
    kept = {ticket_id(line) for line in lines}
    for (ticket,) in db.execute("SELECT id FROM ticket").fetchall():
        if ticket not in kept:
            db.execute("DELETE FROM ticket WHERE id = ?", (ticket,))


def ticket_id(line: Line) -> str:
    """Return the id of the ticket that a line took in, "" for none."""
    if line["record_type"] != "sale":
        return ""
    return str(orjson.loads(line["record"])["data"]["ticket"]["id"])


def until(last: int) -> Change:
    """Cut the journal off after a line."""
    return lambda lines: lines[:last]


def without_sales_of(chain: str, after: int) -> Change:
    """Leave out what a till has sold from a line on; its chain has no hole: its end is gone."""
    return lambda lines: [
        line for seq, line in enumerate(lines, start=1) if seq <= after or line["chain"] != chain
    ]


def at_another_time(seq: int) -> Change:
    """Let a line have been received an hour later: what the hub says itself no till has signed."""

    def change(lines: list[Line]) -> Sequence[Line]:
        lines[seq - 1]["entry"]["at_ms"] += 3_600_000
        return lines

    return change


def of_another_hub(hub: SigningKeys) -> Change:
    """Let the first line say that the journal is another hub's."""

    def change(lines: list[Line]) -> Sequence[Line]:
        signer = Signer(hub)
        founded = lines[0]["entry"]["data"]
        founded |= {"keys": dict(signer.keys), "publics": dict(signer.publics)}
        return lines

    return change
