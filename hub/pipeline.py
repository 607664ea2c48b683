"""The path of every command: decode → authorise → dedupe → handle → commit → release.

Owns exactly-once and group commit: one transaction for a batch, a savepoint each, and nothing
leaves before COMMIT. What is in memory moves only after it. No socket, no clock of its own.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from common import messages as m
from common import wire
from common.commands import COMMANDS, CommandKind, Nature
from common.errors import Problem, Refusal
from common.models import Alert
from hub.authority import Denial
from hub.changes import OWN, Cause, ChangeLogBook, Draft
from hub.commands import HANDLERS, Handler
from hub.journal import JournalBook, JournalDraft
from hub.quarantine import Quarantine, Tallies, closed
from hub.records import devices, trail
from hub.records.devices import Device, OutboxHead
from hub.repertoire import Repertoire
from hub.store import FAULTS, Store, is_full, is_passing
from hub.work import Ending, Work

GROUP: Final = 256
"""The most commands in one COMMIT."""
KEPT_REPLIES: Final = 1000
"""Replies of an outbox that are kept though its post has them: a post whose files went back to an
older copy sends their numbers again, and is told so where what it sends is something else."""
_log = logging.getLogger(__name__)


class Received(NamedTuple):
    """A command, the device that CURVE says sent it, and the way back (opaque here)."""

    device: Device
    command: m.Command
    peer: bytes


@dataclass(slots=True)
class Released:
    """What may leave now that it is committed: (peer, frame) answers, and changes to broadcast."""

    answers: list[tuple[bytes, bytes]] = field(default_factory=list)
    changes: list[m.Changes] = field(default_factory=list)
    taken: int = 0


@dataclass(slots=True)
class _Group:
    """A commit being made. `heads`: outboxes as they will stand; replies wait for gseq, tseq."""

    draft: Draft
    journal: JournalDraft
    gseq: int
    now_ms: int
    heads: dict[str, OutboxHead] = field(default_factory=dict)
    replies: dict[tuple[str, int], tuple[bytes, bytes]] = field(default_factory=dict)
    acked: dict[str, int] = field(default_factory=dict)
    answers: list[tuple[bytes, bytes]] = field(default_factory=list)
    tallies: Tallies = field(default_factory=dict)


class Pipeline:
    """Takes commands against one store. One owner thread.

    `kinds`, `handlers`: what it can do, where that is not what this release can.
    """

    def __init__(
        self,
        store: Store,
        log: ChangeLogBook,
        journal: JournalBook,
        now_ms: Callable[[], int],
        mint: Callable[[], str],
        kinds: Mapping[str, CommandKind] = COMMANDS,
        handlers: Mapping[str, Handler] = HANDLERS,
    ) -> None:
        self._store = store
        self._log = log
        self._journal = journal
        self._now_ms = now_ms
        self._mint = mint
        self._repertoire = Repertoire(kinds, handlers)
        self._quarantined = Quarantine(store.db, mint)
        self._heads = devices.outbox_heads(store.db)

    def last_n(self, outbox: str, device_id: str) -> int:
        """Return how far a device's outbox was taken; raises Refusal for another's outbox."""
        head = self._heads.get(outbox)
        if head is None:
            return 0
        if head.device_id != device_id:
            raise Refusal("outbox_of_another", outbox=outbox[:8])
        return head.last_n

    def skip(self, outbox: str, device: Device, oldest_n: int) -> list[m.Changes]:
        """Go on at `oldest_n` where this database, restored, lacks what its post has no longer.

        The gap is noted, with an alert, in the commit that moves last_n; return what to broadcast.
        Nothing happens where there is no hole. Raises Refusal for another's outbox, and what the
        driver raises.
        """
        first_n, last_n = self.last_n(outbox, device.id) + 1, oldest_n - 1
        if last_n < first_n:
            return []
        group = self._group()
        subject = f"{device.name}: {last_n - first_n + 1} ({first_n}–{last_n})"
        alert = Alert(self._mint(), group.now_ms, "outbox_gap", subject, device.name)
        group.draft.put("alerts", alert, OWN)
        group.heads[outbox] = OutboxHead(device.id, last_n, last_n)
        with self._store.group() as db:
            devices.add_gap(db, outbox, first_n, last_n, group.now_ms)
            devices.add_alert(db, alert)
            self._write(group)
        _log.warning("outbox %s: %d to %d are gone", outbox[:8], first_n, last_n)
        return self._committed(group)

    def run(self, batch: Sequence[Received]) -> Released:
        """Take a batch in one commit; where the database fails, each command in its own.

        A command that the database cannot take now gets `Refused(hub_busy)`, or `hub_disk_full`,
        and no reply: it stays in its outbox. One that fails by itself is quarantined, so that its
        queue goes on.
        """
        try:
            return self._commit(batch, self._take)
        except Exception as error:  # noqa: BLE001 - whatever failed, the group is undone: see below
            _log.warning("a group of %d commands was undone: %s", len(batch), error)
        released = Released()
        for received in batch:
            alone = self._alone(received)
            released.answers += alone.answers
            released.changes += alone.changes
            released.taken += alone.taken
        return released

    def _alone(self, received: Received) -> Released:
        try:
            return self._commit([received], self._take)
        except Exception as error:  # noqa: BLE001 - one command's fault must not stop a queue
            passing = isinstance(error, FAULTS) and is_passing(error)
            if passing or not self._is_new(received.command):
                return _busy(received, error)
            _log.exception("command %s failed", received.command.n)
            problem = Problem("handler_failed", {"reason": type(error).__name__})
        try:
            return self._commit(
                [received], lambda group, one: self._quarantine(group, one, problem)
            )
        except FAULTS as error:
            return _busy(received, error)

    def _is_new(self, command: m.Command) -> bool:
        """Return whether it would be taken, not answered as before."""
        head = self._heads.get(command.outbox)
        is_next = command.n == (head.last_n if head else 0) + 1
        return is_next or devices.is_in_gap(self._store.db, command.outbox, command.n)

    def _commit(
        self, batch: Sequence[Received], take: Callable[[_Group, Received], None]
    ) -> Released:
        group = self._group()
        with self._store.group():
            for received in batch:
                take(group, received)
            self._write(group)
        return Released(group.answers, self._committed(group), len(group.replies))

    def _group(self) -> _Group:
        journal = self._journal.draft()
        return _Group(self._log.draft(), journal, self._log.gseq + 1, self._now_ms())

    def _committed(self, group: _Group) -> list[m.Changes]:
        """It is durable: let memory follow, and return what to broadcast."""
        self._heads.update(group.heads)
        self._quarantined.committed(group.tallies)
        self._journal.committed(group.journal)
        if not group.draft.changes:
            return []
        return self._log.committed(group.draft, group.gseq)

    def _write(self, group: _Group) -> None:
        db = self._store.db
        group.journal.write(self._log.epoch, group.now_ms)
        if group.draft.changes:
            group.draft.write(group.gseq)
        if group.heads:
            devices.put_outbox_heads(db, group.heads.items())
        if group.replies:
            devices.add_replies(
                db, [(outbox, n, *stored) for (outbox, n), stored in group.replies.items()]
            )
        if group.acked:
            old = [(outbox, n - KEPT_REPLIES) for outbox, n in group.acked.items()]
            devices.drop_replies(db, old)

    def _take(self, group: _Group, received: Received) -> None:
        command = received.command
        head = group.heads.get(command.outbox) or self._heads.get(command.outbox)
        if head is None:
            head = OutboxHead(received.device.id, 0, 0)
        if command.n < 1:
            refused = m.Refused("malformed", {"reason": "commands are counted from 1"})
            group.answers.append((received.peer, wire.encode(refused)))
        elif head.device_id != received.device.id:
            refused = m.Refused("outbox_of_another", {"outbox": command.outbox[:8]})
            group.answers.append((received.peer, wire.encode(refused)))
        elif command.n <= head.last_n:
            self._repeat(group, received)
        elif command.n > head.last_n + 1:
            expect = m.Expect(command.outbox, head.last_n + 1)
            group.answers.append((received.peer, wire.encode(expect)))
        else:
            self._handle(group, received)

    def _handle(self, group: _Group, received: Received) -> None:
        command, repertoire = received.command, self._repertoire
        group.draft.begin()
        group.journal.begin()
        try:
            body, kind, args = repertoire.read(command)
        except Refusal as refusal:
            self._quarantine(group, received, refusal.problem)
            return
        cause = Cause(command.outbox, command.n)
        work = Work(
            self._store.db,
            group.draft,
            cause,
            received.device,
            group.now_ms,
            self._mint,
            repertoire,
            group.journal,
        )
        try:
            with self._store.command():
                repertoire.perform(work, body, kind, args)
        except Refusal as refusal:
            group.draft.undo()
            group.journal.undo()
            if isinstance(refusal, Denial):
                trail.add_no(self._store.db, refusal.entry)
            if kind.nature is Nature.FACT:
                # It happened: whoever says no to it, its bytes are kept.
                self._quarantine(group, received, refusal.problem)
            else:
                self._reply(group, received, m.Status.REFUSED, refusal.problem)
            return
        if work.endings:
            for ending in work.endings:
                self._end(group, ending, tuple(work.flags))
            group.draft.begin()  # What was published is theirs.
        self._reply(group, received, m.Status.ACCEPTED, None, tuple(work.flags))

    def _repeat(self, group: _Group, received: Received) -> None:
        """Answer a command that was taken before with the reply of then."""
        command = received.command
        place = (command.outbox, command.n)
        stored = group.replies.get(place) or devices.reply(self._store.db, *place)
        if stored is not None and stored[0] == command.body_hash:
            body = stored[1]
        elif (verdict := self._quarantined.verdict(command)) is not None:
            body = _reply_body(verdict[0], group, verdict[1], {}, ())
        elif devices.is_in_gap(self._store.db, *place):
            # It was lost with the database that was replaced, and its post had it still.
            self._handle(group, received)
            return
        else:
            # Where nothing is left to compare with, to call it accepted might lose a sale.
            problem = Problem("hash_mismatch", {"n": command.n})
            if not self._keep_aside(group, received, problem):
                return
            body = _reply_body(m.Status.QUARANTINED, group, problem, {}, ())
        frame = wire.encode_reply(command.outbox, command.n, body)
        group.answers.append((received.peer, frame))

    def _quarantine(self, group: _Group, received: Received, problem: Problem) -> None:
        """Keep the bytes, advance, answer: the queue goes on."""
        if self._keep_aside(group, received, problem):
            group.draft.begin()
            status = m.Status.QUARANTINED
            if self._quarantined.lets_go(received.command):
                status, problem = m.Status.REFUSED, closed(received.command.n)
            self._reply(group, received, status, problem)

    def _keep_aside(self, group: _Group, received: Received, problem: Problem) -> bool:
        """Keep the bytes of a command that has no effect; where there is no room, send it back."""
        full = self._quarantined.keep(
            group.tallies, group.draft, received.device, received.command, problem, group.now_ms
        )
        if full is not None:
            refused = m.Refused(full.code, full.params)
            group.answers.append((received.peer, wire.encode(refused)))
        return full is None

    def _end(self, group: _Group, ending: Ending, flags: tuple[str, ...]) -> None:
        """Put a command's end into the reply that its post is given when it sends it again."""
        kept = ending.kept
        self._quarantined.ended(group.tallies, kept)
        body = _reply_body(ending.status, group, ending.problem, ending.topics, flags)
        place = (kept.outbox, kept.n)
        if group.replies.get(place, (b"",))[0] == kept.body_hash:
            group.replies[place] = (kept.body_hash, body)
        else:
            devices.change_reply(self._store.db, *place, kept.body_hash, body)

    def _reply(
        self,
        group: _Group,
        received: Received,
        status: m.Status,
        problem: Problem | None,
        flags: tuple[str, ...] = (),
    ) -> None:
        command = received.command
        body = _reply_body(status, group, problem, group.draft.reached(), flags)
        group.replies[command.outbox, command.n] = (command.body_hash, body)
        group.answers.append((received.peer, wire.encode_reply(command.outbox, command.n, body)))
        head = group.heads.get(command.outbox) or self._heads.get(command.outbox)
        head = head or OutboxHead(received.device.id, 0, 0)
        last_n = max(head.last_n, command.n)
        if command.n <= head.last_n:
            devices.fill_gap(self._store.db, command.outbox, command.n)
        acked = min(command.acked, last_n)
        if acked > head.acked:
            group.acked[command.outbox] = acked
        else:
            acked = head.acked
        group.heads[command.outbox] = OutboxHead(head.device_id, last_n, acked)


def _reply_body(
    status: m.Status,
    group: _Group,
    problem: Problem | None,
    topics: dict[str, int],
    flags: tuple[str, ...],
) -> bytes:
    if problem is None:
        return wire.reply_body(status, group.gseq, topics, flags=flags)
    return wire.reply_body(status, group.gseq, topics, problem.code, problem.params, flags)


def _busy(received: Received, error: BaseException) -> Released:
    code = "hub_disk_full" if is_full(error) else "hub_busy"
    refused = m.Refused(code, {"reason": str(error)})
    return Released([(received.peer, wire.encode(refused))])
