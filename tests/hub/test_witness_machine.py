"""Days drawn at random: sales, restarts, copies put back by hand, posts that come and go.

Whatever happens, a post is contradicted where the journal is not what it has seen and nowhere else,
and the first line that differs lies within the bounds that are noted.
"""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from common.journal.kinds import EntryType
from common.journal.witness import ContradictedData, Mark
from hub.journal_view import noted
from tests.hub.seers import WatchedHub

POSTS = st.integers(0, 2)
History = tuple[str, ...]


class Days(RuleBasedStateMachine):
    """`seen`: the whole journal as it was at each head that a post has seen, by (line, digest).

    `judged`: (post, digest) of the heads that contradict this very journal, and are noted in it;
    `told`: of those that the post has shown.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="comptoir-witness-"))
        self.hub = WatchedHub(self.folder)
        self.copies: list[Path] = []
        self.seen: dict[tuple[int, str], History] = {}
        self.judged: set[tuple[str, str]] = set()
        self.told: set[tuple[str, str]] = set()

    def teardown(self) -> None:
        self.hub.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _journal(self) -> History:
        rows = self.hub.rows("SELECT digest FROM journal ORDER BY seq")
        return tuple(digest for (digest,) in rows)

    def _note_seen(self, place: int) -> None:
        marks = self.hub.seers[place].witness.said().marks
        if marks:
            self.seen.setdefault((marks[-1].seq, marks[-1].digest), self._journal())

    @rule(till=st.integers(1, 2), times=st.integers(1, 3))
    def sell(self, till: int, times: int) -> None:
        self.hub.set_back(till)
        self.hub.sell(till, times)

    @rule(place=POSTS)
    def watch(self, place: int) -> None:
        """A post that was welcomed since the hub's last start sees where the journal stands."""
        self.meet(place)
        self.hub.seers[place].ping(self.hub)
        self._note_seen(place)

    @rule(place=POSTS)
    def meet(self, place: int) -> None:
        seer = self.hub.seers[place]
        before = self._journal()
        marks = seer.witness.said().marks
        shown = len(seer.shown)
        seer.meet(self.hub)
        against = [mark for mark in marks if before[mark.seq - 1 : mark.seq] != (mark.digest,)]
        for mark in against:
            self._check(seer.device.id, mark, before)
        heads = {(seer.device.id, mark.digest) for mark in against}
        assert len(seer.shown) - shown == len(heads - self.told)
        self.told |= heads
        self._note_seen(place)

    def _noted(self, device_id: str) -> list[ContradictedData]:
        found = noted(self.hub.store.db, EntryType.CONTRADICTED, ContradictedData)
        return [data for _, data in found if data.device == device_id]

    def _check(self, device_id: str, mark: Mark, now: History) -> None:
        """It is noted, and the first line that differs is within its bounds."""
        found = self._noted(device_id)
        (data,) = [data for data in found if data.seen and data.seen.digest == mark.digest]
        if (device_id, mark.digest) in self.judged:
            return
        self.judged.add((device_id, mark.digest))
        then = self.seen[mark.seq, mark.digest]
        pairs = enumerate(zip(then, now, strict=False))
        same = next((seq for seq, (a, b) in pairs if a != b), min(len(then), len(now)))
        assert data.after <= same < data.by <= len(then)

    @rule()
    def copy(self) -> None:
        self.copies.append(self.hub.copy(f"{len(self.copies)}.db"))

    @precondition(lambda self: self.copies)
    @rule(data=st.data())
    def put_back(self, data: st.DataObject) -> None:
        self.hub.put_back(data.draw(st.sampled_from(self.copies)))
        self.judged.clear()
        self.hub.clock.pass_s(1)  # Else the same lines would be written again, at the same time.

    @rule()
    def restart(self) -> None:
        with self.hub.stopped():
            for seer in self.hub.seers:
                seer.again()

    @invariant()
    def nobody_is_told_of_a_restore_or_a_key(self) -> None:
        assert {code for code, _ in self.hub.alerts} <= {"journal_contradicted"}


TestDays = Days.TestCase
TestDays.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
