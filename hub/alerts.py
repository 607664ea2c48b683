"""Alerts that the hub raises by itself: kept, published, and committed with what goes with them.

Each is a line of the ledger and a row of the topic `alerts` like those that commands raise; only
its cause is the hub's own.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from common import messages as m
from common.models import Alert
from hub.changes import OWN, ChangeLogBook
from hub.records import devices
from hub.store import Connection, Store


class Notice(NamedTuple):
    """What is to be told: an error code, what it is about, and the post's name, or ""."""

    code: str
    subject: str
    device_name: str = ""


class AlertBook:
    """Raises alerts over one store; each call is one commit."""

    def __init__(
        self,
        store: Store,
        log: ChangeLogBook,
        mint: Callable[[], str],
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._log = log
        self._mint = mint
        self._now_ms = now_ms

    def commit(
        self,
        notices: Sequence[Notice],
        also: Callable[[Connection], None] | None = None,
    ) -> list[m.Changes]:
        """Commit notices, and what `also` writes, together; return what to broadcast.

        Raises what the driver raises (`hub.store.FAULTS`); then nothing of it stands.
        """
        draft = self._log.draft()
        alerts = [
            Alert(self._mint(), self._now_ms(), code, subject[:500], name)
            for code, subject, name in notices
        ]
        for alert in alerts:
            draft.put("alerts", alert, OWN)
        gseq = self._log.gseq + 1
        with self._store.group() as db:
            for alert in alerts:
                devices.add_alert(db, alert)
            if also is not None:
                also(db)
            if draft.changes:
                draft.write(gseq)
        return self._log.committed(draft, gseq) if draft.changes else []
