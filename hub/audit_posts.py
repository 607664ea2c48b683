"""Whether devices, their outboxes and what is kept of them agree: replies, quarantine, backups."""

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

from common import wire
from common.errors import ERRORS
from common.i18n import mark
from common.messages import Status
from common.topics import Profile
from hub.store import Connection

Place = tuple[str, str]
_HEX: Final = re.compile(r"[0-9a-f]{32}\Z")
_STATES: Final = frozenset({"active", "revoked"})


def devices(db: Connection) -> Iterator[Place]:
    """Check that devices are whole: a profile and state there are, and keys of their length."""
    profiles = {profile.value for profile in Profile}
    consoles = 0
    for number, name, profile, state, curve_key, sign_key, enrolled_ms in db.execute(
        "SELECT number, name, profile, state, curve_key, sign_key, enrolled_ms FROM device"
    ):
        consoles += profile == Profile.CONSOLE.value
        if (
            profile not in profiles
            or state not in _STATES
            or not 0 < len(name) <= 200
            or not 0 <= enrolled_ms <= 2**47
            or {len(curve_key), len(sign_key)} != {32}
        ):
            yield f"device {number}", mark("is not well formed")
    if consoles != 1:
        yield f"device: {consoles} × console", mark("there must be exactly one")


def outboxes(db: Connection) -> Iterator[Place]:
    """Check that each outbox stands where its last reply, its gaps and its causes say."""
    for outbox, device, last_n, acked, replied, skipped in db.execute(
        "SELECT o.id, d.id, o.last_n, o.acked,"
        " (SELECT coalesce(max(n), 0) FROM reply WHERE outbox_id = o.id),"
        " (SELECT coalesce(max(last_n), 0) FROM gap WHERE outbox_id = o.id)"
        " FROM outbox o LEFT JOIN device d ON d.id = o.device_id"
    ):
        where = f"outbox {outbox[:8]}"
        if device is None:
            yield where, mark("its device does not exist")
        if last_n != max(replied, skipped):
            yield f"{where} last_n {last_n}", mark("is not where its replies end")
        if not 0 <= acked <= last_n:
            yield f"{where} acked {acked}", mark("is not well formed")
    for table in ("reply", "quarantine", "gap"):
        for (outbox,) in db.execute(
            f"SELECT DISTINCT outbox_id FROM {table} WHERE outbox_id NOT IN (SELECT id FROM outbox)"
        ):
            yield f"{table} {outbox[:8]}", mark("its outbox does not exist")


def replies(db: Connection) -> Iterator[Place]:
    """Check that replies can be read, and none is missing among those that are kept."""
    last: tuple[str, int] = ("", 0)
    for outbox, n, body_hash, body in db.execute(
        "SELECT outbox_id, n, body_hash, body FROM reply ORDER BY outbox_id, n"
    ):
        where = f"reply {outbox[:8]}-{n}"
        if outbox == last[0] and n != last[1] + 1 and not _gap(db, outbox, last[1] + 1, n - 1):
            yield where, mark("does not follow the one before")
        elif outbox != last[0] and not _may_begin(db, outbox, n):
            yield where, mark("those before it are missing")
        last = (outbox, n)
        if len(body_hash) != 16 or not _is_reply(body):
            yield where, mark("cannot be read")


def _gap(db: Connection, outbox: str, first_n: int, last_n: int) -> bool:
    """Return whether gaps account for every n from `first_n` to `last_n`."""
    found = db.execute(
        "SELECT first_n, last_n FROM gap WHERE outbox_id = ? AND last_n >= ? ORDER BY first_n",
        (outbox, first_n),
    )
    for first, last in found:
        if first > first_n:
            break
        first_n = max(first_n, last + 1)
    return first_n > last_n


def _may_begin(db: Connection, outbox: str, n: int) -> bool:
    """Return whether replies before `n` may be gone: their post has them, or they are a gap."""
    found = db.execute("SELECT acked FROM outbox WHERE id = ?", (outbox,)).fetchone()
    acked = found[0] if found else 0
    return n - 1 <= acked or _gap(db, outbox, acked + 1, n - 1)


def _is_reply(body: bytes) -> bool:
    """Return whether a stored reply is, to the byte, what some reply is stored as."""
    try:
        fields = orjson.loads(body)
        again = wire.reply_body(
            Status(fields["status"]),
            fields["gseq"],
            fields["topics"],
            fields["code"],
            fields["params"],
            fields["flags"],
        )
    except (ValueError, KeyError, TypeError):
        return False
    codes = [*fields["flags"], *([fields["code"]] if fields["code"] else [])]
    return again == body and all(code in ERRORS for code in codes)


def quarantine(db: Connection) -> Iterator[Place]:
    """Check what lies aside: its bytes by their hash, unless that was what was wrong with it.

    What has ended may have none any more: they said who a customer was that is erased.
    """
    for outbox, n, body_hash, body, code, outcome, ended_ms, last_n, reply in db.execute(
        "SELECT q.outbox_id, q.n, q.body_hash, q.body, q.code, q.outcome, q.ended_ms, o.last_n,"
        " r.body FROM quarantine q LEFT JOIN outbox o ON o.id = q.outbox_id"
        " LEFT JOIN reply r ON r.outbox_id = q.outbox_id AND r.n = q.n"
    ):
        where = f"quarantine {outbox[:8]}-{n}"
        emptied = outcome is not None and body == b""
        if wire.body_hash(body) != body_hash and not (emptied or _came_so(code, outcome, reply)):
            yield where, mark("its bytes do not fit their hash")
        if (
            code not in ERRORS
            or outcome not in (None, "accepted", "closed")
            or (outcome is None) != (ended_ms is None)
            or not 0 < n <= (last_n or 0)
        ):
            yield where, mark("is not well formed")


def _came_so(code: str, outcome: str | None, reply: bytes | None) -> bool:
    """Return whether a command may lie aside because its bytes did not fit their hash.

    Once it has an outcome, its reply tells of that.
    """
    told = outcome is not None or reply is None or b"its hash does not fit" in reply
    return told and code == "unreadable_command"


def alerts(db: Connection) -> Iterator[Place]:
    """Check that alerts say something that can be said."""
    for alert_id, at_ms, code in db.execute("SELECT id, at_ms, code FROM alert"):
        if code not in ERRORS or not 0 <= at_ms <= 2**47:
            yield f"alert {alert_id} {code}", mark("is not well formed")


def backups(db: Connection) -> Iterator[Place]:
    """Check that no backup holds more than there is."""
    gseq = int(db.execute("SELECT value FROM meta WHERE name = 'gseq'").fetchone()[0])
    for backup_id, epoch, at in db.execute("SELECT id, epoch, gseq FROM backup"):
        if not _HEX.match(epoch) or not 0 <= at <= gseq:
            yield f"backup {backup_id}", mark("is not well formed")
    for backup_id, outbox in db.execute(
        "SELECT c.backup_id, c.outbox_id FROM backup_cover c"
        " LEFT JOIN outbox o ON o.id = c.outbox_id LEFT JOIN backup b ON b.id = c.backup_id"
        " WHERE o.id IS NULL OR b.id IS NULL OR c.last_n NOT BETWEEN 0 AND o.last_n"
    ):
        yield f"backup_cover {backup_id} {outbox[:8]}", mark("holds more than there is")
    for outbox, first_n, last_n in db.execute(
        "SELECT g.outbox_id, g.first_n, g.last_n FROM gap g LEFT JOIN outbox o"
        " ON o.id = g.outbox_id WHERE g.first_n < 1 OR g.last_n < g.first_n OR g.last_n > o.last_n"
    ):
        yield f"gap {outbox[:8]} {first_n}-{last_n}", mark("is not well formed")


_ID_COLUMNS: Final = (
    ("device", "id"),
    ("outbox", "id"),
    ("article", "id"),
    ("category", "id"),
    ("ticket", "id"),
    ("goods_receipt", "id"),
    ("stock_movement", "id"),
    ("alert", "id"),
    ("taken_request", "id"),
    ("backup", "id"),
    ("person", "id"),
    ("quarantine", "outbox_id"),
    ("reply", "outbox_id"),
)


def ids(db: Connection) -> Iterator[Place]:
    """Check that ids are 32 lower-case hex characters."""
    for table, column in _ID_COLUMNS:
        found: Any = db.execute(
            f'SELECT {column} FROM "{table}" WHERE length({column}) <> 32'
            f" OR {column} GLOB '*[^0-9a-f]*'"
        )
        for (value,) in found:
            yield f"{table} {value}", mark("is not well formed")
