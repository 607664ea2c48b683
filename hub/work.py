"""One command being handled: what its handler may read, enter, publish and flag.

Owns nothing but the way to them; all of it stands or falls with the command's savepoint.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from common.errors import Problem
from common.messages import Status
from common.models import Alert, Row
from hub.authority import NOBODY, Acting
from hub.changes import Cause, Draft
from hub.journal import JournalDraft
from hub.records import devices
from hub.records.quarantine import Kept
from hub.records.sales import Arrival
from hub.repertoire import Repertoire
from hub.store import Connection


class Ending(NamedTuple):
    """A command left the quarantine: what its post is told when it sends it again.

    `topics`: {topic: tseq} of its last change there.
    """

    kept: Kept
    status: Status
    problem: Problem | None
    topics: dict[str, int]


@dataclass(slots=True)
class Work:
    """`db`: the open transaction. `now_ms`: the hub's time at which the command was taken.

    `endings`: what it made of commands that lay in quarantine. `acting`: in whose name it is done;
    `vouched`: who takes it out of quarantine, and answers for it. `subject`: what it was done to,
    for the trail, where the arguments will not say so any more.
    """

    db: Connection
    draft: Draft
    cause: Cause
    device: devices.Device
    now_ms: int
    mint: Callable[[], str]
    repertoire: Repertoire
    journal: JournalDraft
    flags: list[str] = field(default_factory=list)
    endings: tuple[Ending, ...] = ()
    acting: Acting = NOBODY
    vouched: Acting | None = None
    subject: str = ""

    @property
    def arrival(self) -> Arrival:
        """Return from where and when this came."""
        return Arrival(self.device.id, self.device.name, self.now_ms)

    def put(self, topic: str, row: Row) -> None:
        """Publish a row's new state."""
        self.draft.put(topic, row, self.cause)

    def flag(self, code: str, subject: str) -> None:
        """Take a fact all the same, and tell a manager what is odd about it."""
        self.remark(code)
        alert = Alert(self.mint(), self.now_ms, code, subject[:500], self.device.name)
        devices.add_alert(self.db, alert)
        self.put("alerts", alert)

    def repeated(self, *topics: str) -> None:
        """It was taken under another number before: whoever copies `topics` up to here has it."""
        self.remark("flag_repeated_id")
        self.draft.found(*topics)

    def remark(self, code: str) -> None:
        """Say in the reply what is odd, where nobody need look at it."""
        if code not in self.flags:
            self.flags.append(code)
