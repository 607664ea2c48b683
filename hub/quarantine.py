"""The quarantine: commands that could not be accepted lie there by their bytes, and are not lost.

Owns its limits, a device at a time, so that a broken post cannot fill the hub's disk, and what a
post is told that sends such a command again. What is in memory moves after COMMIT only: a commit
being made gathers its `Tallies`.
"""

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import orjson

from common import messages as m
from common.errors import Problem
from common.models import Alert
from hub.changes import OWN, Draft
from hub.records import devices
from hub.records import quarantine as records
from hub.records.customers import is_about_erased
from hub.records.devices import Device
from hub.records.quarantine import ACCEPTED, CLOSED, Kept
from hub.store import Connection

OPEN_COMMANDS: Final = 1000
"""The most commands of one device that lie there."""
OPEN_BYTES: Final = 64 * 1024 * 1024
"""The most bytes of one device that lie there."""
LISTED: Final = 1000
"""The most that one list shows."""
_KIND_LENGTH: Final = 64
_HASH_SHOWN: Final = 6
_REF: Final = re.compile(r"([0-9a-f]{8,32})-([0-9]{1,18})(?:-([0-9a-f]{1,32}))?\Z")


class Tally(NamedTuple):
    """What of a device lies there; `told`: an alert said that there is no more room."""

    commands: int
    size: int
    told: bool = False

    def has_room(self, size: int) -> bool:
        """Return whether a command of so many bytes may be added."""
        return self.commands < OPEN_COMMANDS and self.size + size <= OPEN_BYTES


Tallies = dict[str, Tally]


class Quarantine:
    """What lies there, over one open database. `mint`: ids of alerts."""

    def __init__(self, db: Connection, mint: Callable[[], str]) -> None:
        self._db = db
        self._mint = mint
        self._tallies: Tallies = {}

    def keep(
        self,
        tallies: Tallies,
        draft: Draft,
        device: Device,
        command: m.Command,
        problem: Problem,
        now_ms: int,
    ) -> Problem | None:
        """Keep a command's bytes, and tell whoever looks after the shop; return why not, or None.

        One that lies there already is neither kept nor told twice. Of a customer who was erased
        nothing is kept: that is closed at once.
        """
        if self.lets_go(command):
            if records.keep(self._db, command, problem.code, now_ms):
                records.end(self._db, command, CLOSED, now_ms)
            return None
        tally = self._tally(tallies, device.id)
        size = len(command.body)
        if not tally.has_room(size):
            if not tally.told:
                tallies[device.id] = tally._replace(told=True)
                self._alert(draft, "quarantine_full", device.name, device, now_ms)
            params = {"device": device.name, "count": tally.commands, "size": tally.size}
            return Problem("quarantine_full", params)
        if records.keep(self._db, command, problem.code, now_ms):
            tallies[device.id] = Tally(tally.commands + 1, tally.size + size)
            self._alert(draft, problem.code, short_ref(command.outbox, command.n), device, now_ms)
        return None

    def lets_go(self, command: m.Command) -> bool:
        """Return whether a command only says who a customer was that is erased."""
        is_put = kind_of(command.body) == "customer.put"
        return is_put and is_about_erased(self._db, command.body)

    def ended(self, tallies: Tallies, kept: Kept) -> None:
        """Take a command off its device's tally: it was accepted or closed."""
        if kept.device_id in tallies or kept.device_id in self._tallies:
            tally = self._tally(tallies, kept.device_id)
            tallies[kept.device_id] = Tally(tally.commands - 1, tally.size - len(kept.body))

    def verdict(self, command: m.Command) -> tuple[m.Status, Problem | None] | None:
        """Return how a command stands that was put here once; None where it never was."""
        kept = records.kept(self._db, command.outbox, command.n, command.body_hash)
        return None if kept is None else verdict_on(kept)

    def committed(self, tallies: Tallies) -> None:
        """Move on to what is committed."""
        self._tallies.update(tallies)

    def _tally(self, tallies: Tallies, device_id: str) -> Tally:
        """Return a device's tally as of now; read where none of its commands came by yet."""
        found = tallies.get(device_id) or self._tallies.get(device_id)
        return found or Tally(*records.open_size(self._db, device_id))

    def _alert(self, draft: Draft, code: str, subject: str, device: Device, now_ms: int) -> None:
        alert = Alert(self._mint(), now_ms, code, subject, device.name)
        devices.add_alert(self._db, alert)
        draft.put("alerts", alert, OWN)


def short_ref(outbox: str, n: int) -> str:
    """Return the name of a command as alerts show it."""
    return f"{outbox[:8]}-{n}"


def kind_of(body: bytes) -> str:
    """Return the kind that a command's bytes name, "" where they cannot be read."""
    try:
        kind = orjson.loads(body)["kind"]
    except (ValueError, TypeError, KeyError, IndexError):
        return ""
    return kind[:_KIND_LENGTH] if isinstance(kind, str) else ""


def problem_of(kept: Kept) -> Problem:
    """Return why a command lies here, with what is known of it for the words."""
    params = {
        "n": kept.n,
        "kind": kind_of(kept.body) or "?",
        "schema": kept.schema,
        "reason": "?",
        "id": short_ref(kept.outbox, kept.n),
        "profile": kept.profile,
    }
    return Problem(kept.code, params)


def closed(n: int) -> Problem:
    """Return what a post is told of a command that was closed."""
    return Problem("quarantine_closed", {"n": n})


def verdict_on(kept: Kept) -> tuple[m.Status, Problem | None]:
    """Return what a post is told of a command that lies here, or lay."""
    if kept.outcome == ACCEPTED:
        return m.Status.ACCEPTED, None
    if kept.outcome == CLOSED:
        return m.Status.REFUSED, closed(kept.n)
    return m.Status.QUARANTINED, problem_of(kept)


def listing(db: Connection, ref: str = "") -> list[dict[str, Any]]:
    """Return what lies here, oldest first, at most LISTED; plain values.

    With a `ref`, outbox-n or outbox-n-hash, each part from its beginning: what it names, ended or
    not, and with its bytes (`body`, hex).
    """
    if not ref:
        return [_listed(one) for one in records.open_ones(db, LISTED)]
    found = _REF.match(ref)
    if found is None:
        return []
    outbox, n, start = found.groups()
    return [
        {**_listed(one), "body": one.body.hex()}
        for one in records.numbered(db, outbox, int(n))
        if one.body_hash.hex().startswith(start or "")
    ]


def _listed(one: Kept) -> dict[str, Any]:
    return {
        "ref": f"{short_ref(one.outbox, one.n)}-{one.body_hash.hex()[:_HASH_SHOWN]}",
        "outbox": one.outbox,
        "n": one.n,
        "body_hash": one.body_hash.hex(),
        "device_id": one.device_id,
        "device_name": one.device_name,
        "kind": kind_of(one.body),
        "schema": one.schema,
        "code": one.code,
        "params": problem_of(one).params,
        "received_ms": one.received_ms,
        "size": len(one.body),
        "outcome": one.outcome,
    }
