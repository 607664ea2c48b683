"""Enrolled devices and how far their outboxes were taken; replies, quarantine, alerts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from common.messages import Command
from common.models import Alert
from common.topics import Profile
from hub.store import Connection

ACTIVE = "active"
_DEVICE = "id, number, name, profile, state, curve_key, sign_key, enrolled_ms"


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled post. Keys: 32 bytes."""

    id: str
    number: int
    name: str
    profile: Profile
    state: str
    curve_key: bytes
    sign_key: bytes
    enrolled_ms: int


class OutboxHead(NamedTuple):
    """How far an outbox was taken, and up to where its kiosk has the replies."""

    device_id: str
    last_n: int
    acked: int


def devices(db: Connection) -> list[Device]:
    """Return all devices by number."""
    rows = db.execute(f"SELECT {_DEVICE} FROM device ORDER BY number")
    return [
        Device(
            row[0], row[1], row[2], Profile(row[3]), row[4], bytes(row[5]), bytes(row[6]), row[7]
        )
        for row in rows
    ]


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


def quarantine(db: Connection, command: Command, code: str, received_ms: int) -> bool:
    """Keep the bytes of a command that cannot be accepted; False where they are there already."""
    added = db.execute(
        "INSERT INTO quarantine (outbox_id, n, body_hash, schema, body, code, received_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (outbox_id, n, body_hash) DO NOTHING",
        (
            command.outbox,
            command.n,
            command.body_hash,
            command.schema,
            command.body,
            code,
            received_ms,
        ),
    ).rowcount
    return bool(added)


def quarantined(db: Connection) -> int:
    """Return how many commands lie in quarantine."""
    return int(db.execute("SELECT count(*) FROM quarantine").fetchone()[0])


def add_alert(db: Connection, alert: Alert) -> None:
    """Keep an alert."""
    db.execute(
        "INSERT INTO alert (id, at_ms, code, subject, device_name) VALUES (?, ?, ?, ?, ?)",
        (alert.id, alert.at_ms, alert.code, alert.subject, alert.device_name),
    )
