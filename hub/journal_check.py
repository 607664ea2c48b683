"""Verifying the journal behind the commits: a little each second, on from where it was.

A signature costs more to check than a ticket to enter: no sale waits for it. Owns how far the
journal was verified, on disk as well, so that a start goes on from there. What a till signed and
does not hold is noted in the journal; whatever does not hold is an alert, and selling goes on.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from common import messages as m
from common.journal import canon
from common.journal.chain import Fault
from common.journal.entry import read_entry
from common.journal.kinds import EntryType
from common.journal.verify import Finding, Standing, Verifier
from hub.alerts import AlertBook, Notice
from hub.journal import JournalBook
from hub.records import journal as rows
from hub.store import FAULTS, Connection, Store

_log = logging.getLogger(__name__)
SLICE: Final = 64
"""Lines a second: about a hundredth of a processor, and more than a shop sells."""
KEPT_EVERY_MS: Final = 60_000
_NAME: Final = "journal_checked"


class JournalCheck:
    """Verifies one store's journal; `tick` is called about once a second."""

    def __init__(
        self, store: Store, book: JournalBook, alerts: AlertBook, now_ms: Callable[[], int]
    ) -> None:
        self._store = store
        self._book = book
        self._alerts = alerts
        self._now_ms = now_ms
        self._kept_ms = 0
        self._told = False
        self._untold: list[Finding] = []
        self._verifier = Verifier(set(book.signer.keys.values()), standing=self._kept())

    @property
    def seq(self) -> int:
        """Return up to which line the journal was verified."""
        return self._verifier.standing.head.seq

    def tick(self) -> list[m.Changes]:
        """Verify the next lines; return what to broadcast. A disk that fails only puts it off."""
        if self.seq >= self._book.head.seq and not self._untold:
            return []
        try:
            self._go_on()
            made = self._tell(self._untold) if self._untold else []
            self._untold = []
            self._keep()
        except FAULTS as error:
            _log.warning("the journal was not verified on: %s", error)
            return []
        return made

    def _go_on(self) -> None:
        # All of it is read before the verifier takes any: it cannot go back half a step.
        db, after = self._store.db, self.seq
        lines = list(rows.lines(db, after, after + SLICE))
        seals = list(rows.seals(db, after, lines[-1].seq if lines else after))
        self._untold += self._verifier.part(lines, seals)
        if self.seq == self._book.head.seq:
            self._untold += self._verifier.take_unsigned() + self._verifier.untrusted()

    def _tell(self, findings: Sequence[Finding]) -> list[m.Changes]:
        """Raise one alert a start, naming the first found; note bad signatures for good."""
        first = min(findings)
        unsigned = [found for found in findings if found.fault is Fault.SIGNATURE]
        _log.error("the journal does not hold: %s", first)
        if self._told and not unsigned:
            return []
        draft = self._book.draft()

        def note(db: Connection) -> None:
            for found in unsigned:
                line = rows.line(db, found.seq)
                if line is None:
                    continue
                said = read_entry(line.body).data
                data = {"chain": said["chain"], "seq": said["seq"], "entry": found.seq}
                data |= {"code": found.fault, "advances": False}
                draft.say(EntryType.INVALID, data, self._now_ms())
            draft.write(self._store.meta("epoch"), self._now_ms())

        subject = f"{first.seq} {first.record}".rstrip() + f": {first.fault}"
        notices = [] if self._told else [Notice("journal_unsound", subject)]
        made = self._alerts.commit(notices, note)
        self._told = True
        self._book.committed(draft)
        return made

    def _keep(self) -> None:
        if self.seq != self._book.head.seq or self._now_ms() - self._kept_ms < KEPT_EVERY_MS:
            return
        standing = msgspec.json.encode(self._verifier.standing).decode()
        with self._store.group():
            self._store.set_meta(_NAME, standing)
        self._kept_ms = self._now_ms()

    def _kept(self) -> Standing | None:
        """Return where a start before this one stood; None where the journal is not that one."""
        kept = self._store.meta(_NAME)
        if not kept:
            return None
        try:
            standing = msgspec.json.decode(kept, type=Standing)
        except msgspec.MsgspecError:
            return None
        line = rows.line(self._store.db, standing.head.seq)
        if line is None or canon.digest(line.body) != standing.head.digest:
            return None
        if not standing.hub.now:
            return None  # Of a release that did not look at who vouches for a key.
        return standing
