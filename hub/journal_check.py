"""Verifying the journal behind the commits: a little each second, on from where it was.

A signature costs more to check than a ticket to enter: no sale waits for it. Owns how far the
journal was verified, on disk as well, under the hub's signature, so that a start goes on from
there, and what was found since the last daily closing. What a till signed and does not hold is
noted in the journal; whatever does not hold is an alert, and selling goes on.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import orjson

from common import messages as m
from common.journal import canon
from common.journal.chain import Fault
from common.journal.closing import FAULTS_NAMED
from common.journal.entry import read_entry
from common.journal.keys import publics_by_id
from common.journal.kinds import EntryType, Period
from common.journal.record import SignedRecord, signed_by
from common.journal.standing import Standing
from common.journal.verify import Finding, Verifier
from hub.alerts import AlertBook, Notice
from hub.journal import JournalBook
from hub.journal_base import base_of
from hub.records import journal as rows
from hub.store import FAULTS, Connection, Store

_log = logging.getLogger(__name__)
SLICE: Final = 64
"""Lines a second: about a hundredth of a processor, and more than a shop sells."""
KEPT_EVERY_MS: Final = 60_000
_NAME: Final = "journal_checked"


class _Kept(msgspec.Struct):
    """What is kept on disk: where the walk stands, and what it found since the last closing.

    `summed`: by a release that counts what tills state.
    """

    standing: Standing
    found: list[Finding]
    summed: bool = False


class JournalCheck:
    """Verifies one store's journal; `tick` is called about once a second.

    `found`: what did not hold since the last daily closing, the first so many of it.
    """

    def __init__(
        self, store: Store, book: JournalBook, alerts: AlertBook, now_ms: Callable[[], int]
    ) -> None:
        self._store = store
        self._book = book
        self._alerts = alerts
        self._now_ms = now_ms
        self._kept_ms = 0
        self._told = False
        kept = self._begin()
        trusted = set(book.signer.keys.values())
        self._verifier = Verifier(trusted, standing=kept.standing if kept else None)
        self.found: list[Finding] = kept.found if kept else []
        self._untold: list[Finding] = []

    @property
    def standing(self) -> Standing:
        """Return where the walk stands."""
        return self._verifier.standing

    @property
    def seq(self) -> int:
        """Return up to which line the journal was verified."""
        return self.standing.head.seq

    @property
    def behind(self) -> int:
        """Return how many lines are not verified yet."""
        return self._book.head.seq - self.seq

    def tick(self) -> list[m.Changes]:
        """Verify the next lines; return what to broadcast. A disk that fails only puts it off."""
        return self.advance(SLICE)

    def advance(self, most: int) -> list[m.Changes]:
        """Do so with at most so many lines."""
        if self.behind <= 0 and not self._untold:
            return []
        try:
            self._go_on(most)
            made = self._tell(self._untold) if self._untold else []
            self._untold = []
            self._keep()
        except FAULTS as error:
            _log.warning("the journal was not verified on: %s", error)
            return []
        return made

    def _go_on(self, most: int) -> None:
        # All of it is read before the verifier takes any: it cannot go back half a step.
        db, after, day = self._store.db, self.seq, self.standing.last(Period.DAY)
        lines = list(rows.lines(db, after, after + most))
        seals = list(rows.seals(db, after, lines[-1].seq if lines else after))
        findings = list(self._verifier.part(lines, seals))
        if self.behind == 0:
            findings += self._verifier.take_unsigned() + self._verifier.untrusted()
        self._untold += findings
        before = self.found if self.standing.last(Period.DAY) == day else []
        self.found = (before + findings)[:FAULTS_NAMED]

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
        if self.behind or self._now_ms() - self._kept_ms < KEPT_EVERY_MS:
            return
        body = msgspec.json.encode(_Kept(self.standing, self.found, summed=True))
        signed = self._book.signer.sign(body)
        with self._store.group():
            self._store.set_meta(_NAME, orjson.dumps(signed).decode())
        self._kept_ms = self._now_ms()

    def _begin(self) -> _Kept | None:
        """Return where to begin: where it was, but not before a purge has cut; None: at line 1."""
        kept, base = self._kept(), base_of(self._store.db)
        if base is not None and (kept is None or kept.standing.head.seq < base.seq):
            return _Kept(base.standing(), [])
        return kept

    def _kept(self) -> _Kept | None:
        """Return where a start before this one stood; None where the journal is not that one.

        What the hub's key did not sign is none: sums of it would go into the next closing.
        """
        text = self._store.meta(_NAME)
        try:
            signed = SignedRecord(**orjson.loads(text)) if text else None
            signer = self._book.signer
            publics = publics_by_id(signer.keys, signer.publics)
            if signed is None or not signed_by(signed, signer.keys, publics):
                return None
            kept = msgspec.json.decode(signed.body, type=_Kept)
        except (ValueError, TypeError, AttributeError):
            return None
        if not kept.summed:
            return None
        head = kept.standing.head
        line = rows.line(self._store.db, head.seq)
        if line is None or canon.digest(line.body) != head.digest:
            return None
        return kept
