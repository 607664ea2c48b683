"""Whatever comes in whatever order: each operation counts once, or lies by its bytes in quarantine.

Two tills sell; their outboxes are renewed, papers come again with other contents, the hub is older
and newer in turn, restarts, runs out of disk; a manager tries again and closes.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import messages as m
from common.commands import COMMANDS
from common.models import Ticket
from hub.audit import audit
from hub.commands import HANDLERS
from hub.pipeline import Pipeline, Received
from hub.records import devices
from tests.hub.journals import journal_of
from tests.hub.shop_bench import Sender, ShopBench, check_all

OLD_KINDS = {name: kind for name, kind in COMMANDS.items() if name != "sale.record"}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("sell"), st.integers(0, 1)),
        st.tuples(st.just("junk"), st.integers(0, 1)),
        st.tuples(st.just("alter"), st.integers(0, 9)),
        st.tuples(st.just("repeat"), st.integers(0, 9)),
        st.tuples(st.just("renew"), st.integers(0, 9)),
        st.tuples(st.just("retry"), st.integers(0, 9)),
        st.tuples(st.just("close"), st.integers(0, 9)),
        st.tuples(st.just("older"), st.just(0)),
        st.tuples(st.just("newer"), st.just(0)),
        st.tuples(st.just("restart"), st.just(0)),
        st.tuples(st.just("full"), st.booleans()),
    ),
    max_size=30,
)
"""Beside them each run begins with sales that an older hub keeps aside, then it is updated."""


class World:
    """What was sent, and what must have become of it."""

    def __init__(self, folder: Path) -> None:
        self.bench = ShopBench(folder, ("A",))
        self.bench.store.db.execute("PRAGMA synchronous = OFF")
        self.tills = [self.bench.till, self.bench.till2]
        self.sent: list[Received] = []
        self.papers: list[Ticket] = []
        self.renewals = 0

    def send(self, received: Received) -> None:
        """Send one; it is sent again in the end, as its outbox would."""
        self.sent.append(received)
        self.bench.take(received)

    def sell(self, which: int) -> None:
        ticket = self.bench.ticket((self.bench.article("A"), 1000))
        self.papers.append(ticket)
        self.send(self.tills[which].sale(ticket))

    def junk(self, which: int) -> None:
        self.send(self.tills[which].raw(b"?%d" % len(self.sent)))

    def alter(self, index: int) -> None:
        """Sell under an id that was used."""
        if self.papers:
            paper = self.papers[index % len(self.papers)]
            self.send(self.tills[0].sale(replace(paper, operator=f"x{len(self.sent)}")))

    def repeat(self, index: int) -> None:
        if self.sent:
            self.bench.take(self.sent[index % len(self.sent)])

    def renew(self, index: int) -> None:
        """Send an operation under a new outbox, as a kiosk does that was set back."""
        if self.sent:
            self.renewals += 1
            one = self.sent[index % len(self.sent)]
            renewed = Sender(one.device, f"{0xA000 + self.renewals:032x}", self.bench.mint)
            self.send(renewed.raw(one.command.body))

    def retry(self, index: int) -> None:
        self._manage("quarantine.retry", index)

    def close(self, index: int) -> None:
        self._manage("quarantine.close", index)

    def _manage(self, kind: str, index: int) -> None:
        """Mean one of those that lie there, or lay; where none does, one that never did."""
        lain = self.bench.store.db.execute("SELECT outbox_id, n, body_hash FROM quarantine")
        refs = [(outbox, n, bytes(body_hash).hex()) for outbox, n, body_hash in lain]
        outbox, n, body_hash = refs[index % len(refs)] if refs else ("e" * 32, 1, "e" * 32)
        ref = {"outbox": outbox, "n": n, "body_hash": body_hash}
        self.send(self.bench.office.command(kind, ref))

    def older(self, _: int) -> None:
        self._run_as(OLD_KINDS)

    def newer(self, _: int) -> None:
        self._run_as(COMMANDS)

    def _run_as(self, kinds: Any) -> None:
        bench = self.bench
        now = lambda: bench.now_ms  # noqa: E731
        bench.pipeline = Pipeline(
            bench.store, bench.log, journal_of(bench.store), now, bench.mint, kinds, HANDLERS
        )

    def restart(self, _: int) -> None:
        self.bench.free_disk()
        self.bench.restart()
        self.bench.store.db.execute("PRAGMA synchronous = OFF")

    def full(self, is_full: bool) -> None:
        if is_full:
            self.bench.fill_disk()
        else:
            self.bench.free_disk()

    def settle(self) -> None:
        """Let every outbox send until all of it is answered."""
        self.restart(0)
        for received in self.sent:
            (answer,) = self.bench.take(received).answers
            assert isinstance(answer, m.Reply)


@given(STEPS)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_each_operation_counts_once_or_is_kept(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]]
) -> None:
    world = World(tmp_path_factory.mktemp("world"))
    bench = world.bench
    beginning = [("older", 0), ("sell", 0), ("sell", 1), ("sell", 0), ("newer", 0)]
    for name, argument in [*beginning, *steps]:
        getattr(world, name)(argument)
    world.settle()
    before = bench.picture()
    world.settle()
    assert bench.picture() == before, "sent again, nothing has an effect"

    found = bench.store.db.execute("SELECT id, body FROM ticket")
    tickets = {ticket_id: orjson.loads(body) for ticket_id, body in found}
    assert bench.level("A") == 10_000 - 1000 * len(tickets)
    kept = {
        (outbox, n, bytes(body_hash)): outcome
        for outbox, n, body_hash, outcome in bench.store.db.execute(
            "SELECT outbox_id, n, body_hash, outcome FROM quarantine"
        )
    }
    for received in world.sent:
        command = received.command
        (reply,) = bench.take(received).answers
        outcome = kept.get((command.outbox, command.n, command.body_hash), "taken")
        said = {None: "quarantined", "accepted": "accepted", "closed": "refused"}
        if outcome != "taken":
            assert reply.status.value == said[outcome]
        else:
            assert reply.status is not m.Status.QUARANTINED
        if b"sale.record" in command.body and reply.status is m.Status.ACCEPTED:
            paper = orjson.loads(command.body)["args"]["ticket"]
            assert tickets[paper["id"]] == paper, "what is accepted is what was taken"
    for ticket in world.papers:
        stands = [one for one in world.sent if ticket.id.encode() in one.command.body]
        aside = [
            one
            for one in stands
            if kept.get((one.command.outbox, one.command.n, one.command.body_hash)) != "accepted"
            and (one.command.outbox, one.command.n, one.command.body_hash) in kept
        ]
        assert ticket.id in tickets or len(aside) == len(stands)
    assert devices.quarantined(bench.store.db) == sum(one is None for one in kept.values())
    check_all(bench)
    assert list(audit(bench.store.db)) == []
    bench.store.close()
