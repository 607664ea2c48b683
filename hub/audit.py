"""Whether a hub's database agrees with itself: every check there is, by name.

A hub keeps nearly everything twice: rows and their digest, ledgers and what is published of them,
movements and their sum, a ticket's bytes and its columns. Whatever a failing disk changes in one
of the two shows in the other. Owns how a file is opened for it; the checks stand by subject in
the files named `audit_` and what they look at. Reads, and changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.i18n import mark
from hub import (
    audit_customers,
    audit_doors,
    audit_goods,
    audit_history,
    audit_journal,
    audit_log,
    audit_people,
    audit_posts,
    audit_sales,
    tables,
)
from hub.migrations import OLDEST, migrate
from hub.shape import misshapen
from hub.store import FAULTS, Connection, StoreError, fault, open_to_read, schema_of

MOST: Final = 20
"""So many findings of a check are told; what is beyond has the same cause."""
Place = tuple[str, str]
"""Where something does not agree, and what is wrong there, as a msgid."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not agree. `check`: its name in CHECKS; `text`: a msgid, or SQLite's own words."""

    check: str
    where: str
    text: str


def _pages(db: Connection) -> Iterator[Place]:
    for (said,) in db.execute(f"PRAGMA integrity_check({MOST})"):
        if said != "ok":
            yield "SQLite", str(said)


def _schema(db: Connection) -> Iterator[Place]:
    for entry in misshapen(db):
        yield entry, mark("is not as this release makes it")


Checks = Mapping[str, Callable[[Connection], Iterable[Place]]]
CHECKS: Final[Checks] = {
    "pages": _pages,
    "schema": _schema,
    "meta": audit_log.meta,
    "live rows": audit_log.live_rows,
    "change log": audit_log.change_log,
    "causes": audit_log.causes,
    "published": audit_goods.published,
    "catalogue": audit_goods.catalogue,
    "pictures": audit_goods.pictures,
    "stock": audit_goods.stock_levels,
    "tickets": audit_sales.tickets,
    "lines": audit_sales.lines,
    "payments": audit_sales.payments,
    "refunds": audit_sales.refunds,
    "receipts": audit_sales.receipts,
    "parked": audit_sales.parked,
    "movements": audit_sales.movements,
    "takings": audit_sales.takings,
    "stock steps": audit_history.stock_steps,
    "takings steps": audit_history.takings_steps,
    "journal": audit_journal.chain,
    "journal places": audit_journal.places,
    "devices": audit_posts.devices,
    "revocations": audit_doors.revocations,
    "new keys": audit_doors.new_keys,
    "outboxes": audit_posts.outboxes,
    "replies": audit_posts.replies,
    "quarantine": audit_posts.quarantine,
    "alerts": audit_posts.alerts,
    "backups": audit_posts.backups,
    "people": audit_people.people,
    "customers": audit_customers.customers,
    "sessions": audit_people.sessions,
    "audit trail": audit_people.audit_trail,
    "ids": audit_posts.ids,
}
_UNREADABLE: Final = (*FAULTS, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What a check may meet in a damaged database: the value is not even of its kind."""


def audit(db: Connection, checks: Checks = CHECKS) -> Iterator[Finding]:
    """Yield what does not agree in a database of this release's schema; nothing where all does.

    `db` should be in a read transaction where somebody writes meanwhile.
    """
    for name, check in checks.items():
        try:
            for where, text in islice(check(db), MOST):
                yield Finding(name, where, text)
        except _UNREADABLE as error:
            yield Finding(name, f"{name}: {error}", mark("cannot be read"))


def audit_file(path: Path) -> list[Finding]:
    """Return the findings of a database file, one of an older schema as it would be migrated.

    Raises StoreError: absent, locked, no hub's database, or of a schema unknown here.
    """
    if not path.exists():
        raise StoreError("database_missing", file=path)
    try:
        with closing(open_to_read(path)) as db:
            return _audit_at(db, path)
    except (*FAULTS, ValueError) as error:
        raise fault(path, error) from error


def _audit_at(db: sqlite3.Connection, path: Path) -> list[Finding]:
    version = schema_of(db)
    if version == tables.SCHEMA_VERSION:
        db.execute("BEGIN")
        return list(audit(db))
    if not OLDEST <= version < tables.SCHEMA_VERSION:
        raise StoreError("database_schema", file=path, theirs=version, ours=tables.SCHEMA_VERSION)
    with closing(sqlite3.connect("", isolation_level=None)) as scratch:
        db.backup(scratch)
        migrate(scratch, version)
        return list(audit(scratch))


def told(findings: Iterable[Finding]) -> str:
    """Return where findings lie, for an error's one line."""
    places: list[Any] = [f"{finding.check}: {finding.where}" for finding in findings]
    more = f" (+{len(places) - 3})" if len(places) > 3 else ""
    return "; ".join(places[:3]) + more
