"""Who is logged in on which device, and what was allowed to them for one action.

A device is given 16 random bytes as hex; what is kept here is their hash, so that a copy of the
database opens no session.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from common.people import Role
from hub.store import Connection

_SESSION: Final = "token, person_id, device_id, role, opened_ms, expires_ms, ended_ms"
_HERE: Final = (
    "SELECT s.token, s.person_id, s.device_id, s.role, s.opened_ms, s.expires_ms, s.ended_ms,"
    " p.name, p.role, p.active FROM session s JOIN person p ON p.id = s.person_id"
    " WHERE s.token = ?"
)
_ROLES: Final = {role.value: role for role in Role}
_PERMISSION: Final = "token, session_token, person_id, kind, expires_ms, used_ms"


class Session(NamedTuple):
    """A person on a device. `role`: what the person was then; `ended_ms`: None while it goes on."""

    token: bytes
    person_id: str
    device_id: str
    role: Role
    opened_ms: int
    expires_ms: int
    ended_ms: int | None = None

    @property
    def end_ms(self) -> int:
        """Return when it ended, or will."""
        return self.expires_ms if self.ended_ms is None else self.ended_ms


class Permission(NamedTuple):
    """One action of `kind`, allowed by a person to a session."""

    token: bytes
    session_token: bytes
    person_id: str
    kind: str
    expires_ms: int
    used_ms: int | None = None


def token_of(secret: str) -> bytes:
    """Return what is kept of a session's or permission's secret: 32 bytes."""
    return blake2b(secret.encode(), digest_size=32, person=b"session").digest()


def add(db: Connection, session: Session) -> None:
    """Keep a new session."""
    db.execute(
        f"INSERT INTO session ({_SESSION}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*session[:3], session.role.value, *session[4:]),
    )


def session(db: Connection, secret: str) -> Session | None:
    """Return the session of a secret, ended or not; None: there never was one, or long ago."""
    row = db.execute(
        f"SELECT {_SESSION} FROM session WHERE token = ?", (token_of(secret),)
    ).fetchone()
    return None if row is None else _session(row)


class Here(NamedTuple):
    """A session, and whose it is: `name`, `now_role` and `active` as that person is now."""

    session: Session
    name: str
    now_role: Role
    active: bool


def here(db: Connection, secret: str) -> Here | None:
    """Return the session of a secret with its person, in one look: each command asks for it."""
    row = db.execute(_HERE, (token_of(secret),)).fetchone()
    return None if row is None else Here(_session(row[:7]), row[7], _ROLES[row[8]], bool(row[9]))


def _session(row: Sequence[Any]) -> Session:
    return Session(row[0], row[1], row[2], _ROLES[row[3]], *row[4:])


def end(db: Connection, token: bytes, now_ms: int) -> None:
    """End one session."""
    _end(db, "token = ?", token, b"", now_ms)


def end_of_person(db: Connection, person_id: str, now_ms: int, but: bytes = b"") -> None:
    """End a person's sessions on every device, but for one."""
    _end(db, "person_id = ?", person_id, but, now_ms)


def end_of_device(db: Connection, device_id: str, now_ms: int, but: bytes = b"") -> None:
    """End the sessions of a device, but for one: it was revoked, or somebody else is there now."""
    _end(db, "device_id = ?", device_id, but, now_ms)


def end_all(db: Connection, now_ms: int) -> None:
    """End every session there is."""
    _end(db, "token <> ?", b"", b"", now_ms)


def _end(db: Connection, which: str, value: str | bytes, but: bytes, now_ms: int) -> None:
    # One that has expired keeps its own end.
    db.execute(
        f"UPDATE session SET ended_ms = min(expires_ms, ?) WHERE {which}"
        " AND ended_ms IS NULL AND token <> ?",
        (now_ms, value, but),
    )


def add_permission(db: Connection, permission: Permission) -> None:
    """Keep what somebody allowed."""
    db.execute(f"INSERT INTO permission ({_PERMISSION}) VALUES (?, ?, ?, ?, ?, ?)", permission)


def permission(db: Connection, secret: str) -> Permission | None:
    """Return what was allowed under a secret, used or not."""
    row = db.execute(
        f"SELECT {_PERMISSION} FROM permission WHERE token = ?", (token_of(secret),)
    ).fetchone()
    return None if row is None else Permission(bytes(row[0]), bytes(row[1]), *row[2:])


def use(db: Connection, token: bytes, now_ms: int) -> None:
    """Note that a permission is used up."""
    db.execute("UPDATE permission SET used_ms = ? WHERE token = ?", (now_ms, token))


def drop_old(db: Connection, before_ms: int, limit: int) -> int:
    """Forget at most so many sessions and permissions that ended before; return how many."""
    return sum(
        int(
            db.execute(
                f"DELETE FROM {table} WHERE token IN"
                f" (SELECT token FROM {table} WHERE expires_ms < ? LIMIT ?)",
                (before_ms, limit),
            ).rowcount
        )
        for table in ("session", "permission")
    )
