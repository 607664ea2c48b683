"""One command being handled: what its handler may read, enter, publish and flag.

Owns nothing but the way to them; all of it stands or falls with the command's savepoint.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from common.models import Alert, Row
from hub.changes import Cause, Draft
from hub.records import devices
from hub.records.sales import Arrival
from hub.store import Connection


@dataclass(slots=True)
class Work:
    """`db`: the open transaction. `now_ms`: the hub's time at which the command was taken."""

    db: Connection
    draft: Draft
    cause: Cause
    device: devices.Device
    now_ms: int
    mint: Callable[[], str]
    flags: list[str] = field(default_factory=list)

    @property
    def arrival(self) -> Arrival:
        """Return from where and when this came."""
        return Arrival(self.device.id, self.device.name, self.now_ms)

    def put(self, topic: str, row: Row) -> None:
        """Publish a row's new state."""
        self.draft.put(topic, row, self.cause)

    def flag(self, code: str, subject: str) -> None:
        """Take a fact all the same, and tell a manager what is odd about it."""
        if code not in self.flags:
            self.flags.append(code)
        alert = Alert(self.mint(), self.now_ms, code, subject[:500], self.device.name)
        devices.add_alert(self.db, alert)
        self.put("alerts", alert)
