"""Whether people, their PINs and sessions, and the audit trail are whole."""

import re
from collections.abc import Iterator
from typing import Final

import orjson

from common.errors import ERRORS
from common.i18n import mark
from common.people import Role
from hub.records import trail
from hub.store import Connection

Place = tuple[str, str]
_VERIFIER: Final = re.compile(
    r"\$argon2id\$v=19\$m=\d{1,8},t=\d{1,3},p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}\Z"
)
_ROLES: Final = frozenset(role.value for role in Role)
_MOST_MS: Final = 2**47


def people(db: Connection) -> Iterator[Place]:
    """Check that people are whole, and PINs and tries are somebody's."""
    for person, name, role, active in db.execute("SELECT id, name, role, active FROM person"):
        if not 0 < len(name) <= 60 or role not in _ROLES or active not in (0, 1):
            yield f"person {person}", mark("is not well formed")
    for person, verifier, set_ms in db.execute("SELECT person_id, verifier, set_ms FROM pin"):
        if not _VERIFIER.match(verifier) or not 0 < set_ms <= _MOST_MS:
            yield f"pin {person}", mark("is not well formed")
    for table in ("pin", "pin_attempt", "session", "permission"):
        for (person,) in db.execute(
            f"SELECT DISTINCT person_id FROM {table} WHERE person_id <> ''"
            " AND person_id NOT IN (SELECT id FROM person)"
        ):
            yield f"{table} {person}", mark("its person does not exist")
    for person, device, failures, last_ms, right_ms in db.execute(
        "SELECT person_id, device_id, failures, last_ms, right_ms FROM pin_attempt"
    ):
        if failures < 0 or not 0 <= last_ms <= _MOST_MS or not 0 <= (right_ms or 0) <= _MOST_MS:
            yield f"pin_attempt {person} {device}", mark("is not well formed")


def sessions(db: Connection) -> Iterator[Place]:
    """Check that sessions and permissions are whole, and end after they begin."""
    for token, device, role, opened_ms, expires_ms, ended_ms in db.execute(
        "SELECT token, device_id, role, opened_ms, expires_ms, ended_ms FROM session"
    ):
        known = db.execute("SELECT 1 FROM device WHERE id = ?", (device,)).fetchone()
        ends_ms = expires_ms if ended_ms is None else ended_ms
        if (
            known is None
            or len(token) != 32
            or role not in _ROLES
            or not 0 <= opened_ms < expires_ms <= _MOST_MS
            or ends_ms > expires_ms
        ):
            yield f"session {token.hex()[:8]}", mark("is not well formed")
    for token, of, expires_ms in db.execute(
        "SELECT token, session_token, expires_ms FROM permission"
    ):
        if {len(token), len(of)} != {32} or not 0 <= expires_ms <= _MOST_MS:
            yield f"permission {token.hex()[:8]}", mark("is not well formed")


def audit_trail(db: Connection) -> Iterator[Place]:
    """Check that no entry was changed or left out: each is chained to the one before it."""
    last, before = trail.low(db)
    for *row, chain in trail.rows(db):
        where = f"audit_entry {row[0]}"
        if row[0] != last + 1 or trail.chained(before, row) != chain:
            yield where, mark("does not follow the one before")
        if row[6] and row[6] not in ERRORS:
            yield f"{where} {row[6]}", mark("is not well formed")
        orjson.loads(row[7])
        last, before = row[0], chain
