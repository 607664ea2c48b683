"""Enrolled devices and how far their outboxes were taken; replies, gaps, requests, alerts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from common.models import Alert
from common.topics import Profile
from hub.store import Connection

ACTIVE = "active"
REVOKED = "revoked"
_DEVICE = "id, number, name, profile, state, curve_key, sign_key, enrolled_ms"
_WITH_DOORS = (
    f"{_DEVICE}, (SELECT curve_key FROM new_key WHERE device_id = device.id),"
    " (SELECT count(*) FROM revocation WHERE device_id = device.id AND ended_ms IS NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled post. Keys: 32 bytes; `new_key`: one that it may come by instead of its own.

    `admission`: how often it was let in again after it was revoked.
    """

    id: str
    number: int
    name: str
    profile: Profile
    state: str
    curve_key: bytes
    sign_key: bytes
    enrolled_ms: int
    new_key: bytes | None = None
    admission: int = 0


class OutboxHead(NamedTuple):
    """How far an outbox was taken, and up to where its kiosk has the replies."""

    device_id: str
    last_n: int
    acked: int


def devices(db: Connection) -> list[Device]:
    """Return all devices by number."""
    rows = db.execute(f"SELECT {_WITH_DOORS} FROM device ORDER BY number")
    return [_device(row) for row in rows]


def device(db: Connection, device_id: str) -> Device | None:
    """Return a device."""
    row = db.execute(f"SELECT {_WITH_DOORS} FROM device WHERE id = ?", (device_id,)).fetchone()
    return None if row is None else _device(row)


def _device(row: Sequence[Any]) -> Device:
    id_, number, name, profile, state, curve_key, sign_key, enrolled_ms, new_key, admission = row
    return Device(
        id_,
        number,
        name,
        Profile(profile),
        state,
        bytes(curve_key),
        bytes(sign_key),
        enrolled_ms,
        None if new_key is None else bytes(new_key),
        admission,
    )


def set_state(db: Connection, device_id: str, state: str) -> None:
    """Note whether a device may come in: ACTIVE or REVOKED."""
    db.execute("UPDATE device SET state = ? WHERE id = ?", (state, device_id))


def set_keys(db: Connection, device_id: str, curve_key: bytes, sign_key: bytes) -> None:
    """Note a device's new keys, 32 bytes each."""
    db.execute(
        "UPDATE device SET curve_key = ?, sign_key = ? WHERE id = ?",
        (curve_key, sign_key, device_id),
    )


def add_device(db: Connection, device: Device) -> None:
    """Enrol a device."""
    db.execute(
        f"INSERT INTO device ({_DEVICE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            device.id,
            device.number,
            device.name,
            device.profile.value,
            device.state,
            device.curve_key,
            device.sign_key,
            device.enrolled_ms,
        ),
    )


def outbox_heads(db: Connection) -> dict[str, OutboxHead]:
    """Return every outbox's head by its id."""
    rows = db.execute("SELECT id, device_id, last_n, acked FROM outbox")
    return {row[0]: OutboxHead(*row[1:]) for row in rows}


def put_outbox_heads(db: Connection, heads: Iterable[tuple[str, OutboxHead]]) -> None:
    """Move outboxes on."""
    db.executemany(
        "INSERT INTO outbox (id, device_id, last_n, acked) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET last_n = excluded.last_n, acked = excluded.acked",
        [(outbox, head.device_id, head.last_n, head.acked) for outbox, head in heads],
    )


def add_replies(db: Connection, replies: Iterable[tuple[str, int, bytes, bytes]]) -> None:
    """Keep replies: (outbox, n, hash of the command's body, reply body)."""
    db.executemany("INSERT INTO reply (outbox_id, n, body_hash, body) VALUES (?, ?, ?, ?)", replies)


def reply(db: Connection, outbox: str, n: int) -> tuple[bytes, bytes] | None:
    """Return (hash of the command's body, reply body) of a command taken before."""
    row = db.execute(
        "SELECT body_hash, body FROM reply WHERE outbox_id = ? AND n = ?", (outbox, n)
    ).fetchone()
    return None if row is None else (bytes(row[0]), bytes(row[1]))


def drop_replies(db: Connection, acked: Iterable[tuple[str, int]]) -> None:
    """Forget replies: (outbox, up to n)."""
    db.executemany("DELETE FROM reply WHERE outbox_id = ? AND n <= ?", acked)


def change_reply(db: Connection, outbox: str, n: int, body_hash: bytes, body: bytes) -> None:
    """Replace the reply to a command, where it is still kept."""
    db.execute(
        "UPDATE reply SET body = ? WHERE outbox_id = ? AND n = ? AND body_hash = ?",
        (body, outbox, n, body_hash),
    )


def add_gap(db: Connection, outbox: str, first_n: int, last_n: int, noted_ms: int) -> None:
    """Note operations that this database does not have."""
    db.execute(
        "INSERT INTO gap (outbox_id, first_n, last_n, noted_ms) VALUES (?, ?, ?, ?)",
        (outbox, first_n, last_n, noted_ms),
    )


def is_in_gap(db: Connection, outbox: str, n: int) -> bool:
    """Return whether an operation is one of those that this database does not have."""
    return _gap_around(db, outbox, n) is not None


def fill_gap(db: Connection, outbox: str, n: int) -> None:
    """Take an operation out of the gap that it was in: it has come after all."""
    gap = _gap_around(db, outbox, n)
    if gap is None:
        return
    first_n, last_n, noted_ms = gap
    place = (outbox, first_n, last_n)
    db.execute("DELETE FROM gap WHERE outbox_id = ? AND first_n = ? AND last_n = ?", place)
    for first, last in ((first_n, n - 1), (n + 1, last_n)):
        if first <= last:
            add_gap(db, outbox, first, last, noted_ms)


def _gap_around(db: Connection, outbox: str, n: int) -> tuple[int, int, int] | None:
    sql = "SELECT first_n, last_n, noted_ms FROM gap WHERE outbox_id = ?1 AND first_n <= ?2"
    row = db.execute(f"{sql} AND last_n >= ?2", (outbox, n)).fetchone()
    return None if row is None else tuple(row)


def take_request(db: Connection, request_id: str) -> bool:
    """Note that a request takes effect; False where it did before."""
    return bool(
        db.execute(
            "INSERT INTO taken_request (id) VALUES (?) ON CONFLICT (id) DO NOTHING", (request_id,)
        ).rowcount
    )


def drop_old_requests(db: Connection, before_id: str, limit: int) -> int:
    """Forget at most `limit` requests whose ids sort before `before_id`; return how many."""
    return int(
        db.execute(
            "DELETE FROM taken_request WHERE id IN"
            " (SELECT id FROM taken_request WHERE id < ? ORDER BY id LIMIT ?)",
            (before_id, limit),
        ).rowcount
    )


def quarantined(db: Connection) -> int:
    """Return how many commands lie in quarantine and wait for somebody to end them."""
    found = db.execute("SELECT count(*) FROM quarantine WHERE outcome IS NULL").fetchone()
    return int(found[0])


def add_alert(db: Connection, alert: Alert) -> None:
    """Keep an alert."""
    db.execute(
        "INSERT INTO alert (id, at_ms, code, subject, device_name) VALUES (?, ?, ?, ?, ?)",
        (alert.id, alert.at_ms, alert.code, alert.subject, alert.device_name),
    )
