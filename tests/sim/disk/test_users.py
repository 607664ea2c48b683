"""The hub's store and a post's outbox on the disk: what each promised is there after any death."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from common.errors import Refusal
from common.messages import Change
from hub.store import FAULTS, Store, is_passing
from kiosk.book import Book
from kiosk.outbox import Outbox
from kiosk.outbox_file import Draft
from kiosk.replica import Replica
from kiosk.replica_file import Reader
from tests.kiosk.post import BOX, draft, maker, ticketed
from tests.sim.disk.disk import Machine

NAMES = [f"name {number}" for number in range(6)]


def note(store: Store, name: str) -> None:
    with store.group():
        store.set_meta(name, name * 300)


def noted(path: Path) -> list[str]:
    store = Store.open(path)
    try:
        return [name for name in NAMES if store.meta(name) == name * 300]
    finally:
        store.close()


def hub_dies(machine: Machine, path: Path, op: int, *, power: bool) -> list[str] | None:
    """Note names in a store until its machine dies; return those that were, None: it lived."""
    Store.create(path).close()
    done: list[str] = []
    machine.die_at("any", op, before=op % 2 == 0, power=power, seed=op)
    with suppress(Refusal, *FAULTS):
        store = Store.open(path)
        try:
            for name in NAMES:
                note(store, name)
                done.append(name)
        finally:
            store.close()
    died = machine.frozen
    machine.thaw()
    return done if died else None


@pytest.mark.parametrize("power", [False, True], ids=["kill", "power"])
def test_a_store_has_every_group_that_returned(machine: Machine, power: bool) -> None:
    for op in range(1, 1000):
        path = machine.folder / f"{op}.db"
        done = hub_dies(machine, path, op, power=power)
        if done is None:
            break
        assert noted(path) in (done, NAMES[: len(done) + 1])
    assert op > 20


def test_a_store_lives_through_a_full_disk(machine: Machine) -> None:
    path = machine.folder / "hub.db"
    store = Store.create(path)
    try:
        note(store, NAMES[0])
        machine.full()
        with pytest.raises(FAULTS) as caught:
            note(store, NAMES[1])
        assert is_passing(caught.value)
        machine.full(False)
        note(store, NAMES[2])
    finally:
        store.close()
    assert noted(path) == [NAMES[0], NAMES[2]]


def ticket(book: Book) -> Draft:
    return ticketed(draft(f"{book.series}/{book.number}".encode() * 30), book)


def post_dies(machine: Machine, path: Path, op: int, *, power: bool) -> tuple[list[bytes], bool]:
    """Sell until the machine dies, from the outbox's very making; return what was queued."""
    bodies: list[bytes] = []
    machine.die_at("any", op, before=op % 2 == 0, power=power, seed=op)
    with suppress(Refusal, *FAULTS):
        outbox = Outbox(path, maker())
        try:
            for _ in range(6):
                bodies.append(outbox.append_records(ticket).body)
        finally:
            outbox.close()
    died = machine.frozen
    machine.thaw()
    return bodies, died


@pytest.mark.parametrize("power", [False, True], ids=["kill", "power"])
def test_an_outbox_has_every_ticket_that_was_queued(machine: Machine, power: bool) -> None:
    for op in range(1, 1000):
        path = machine.folder / f"{op}.db"
        bodies, died = post_dies(machine, path, op, power=power)
        outbox = Outbox(path, maker())
        try:
            queued = outbox.waiting().queued
            assert [entry.body for entry in queued][: len(bodies)] == bodies
            assert len(queued) <= len(bodies) + 1
            assert [entry.n for entry in queued] == [*range(1, len(queued) + 1)]
            assert outbox.book().number == len(queued) + 1
            following = ticket(outbox.book()).body
            assert outbox.append_records(ticket).body == following
        finally:
            outbox.close()
        if not died:
            break
    assert op > 30


def test_an_outbox_tells_of_a_full_disk_and_goes_on(machine: Machine) -> None:
    outbox = Outbox(machine.folder / "outbox.db", maker())
    try:
        outbox.append_records(ticket)
        machine.full()
        with pytest.raises(Refusal) as caught:
            outbox.append_records(ticket)
        assert caught.value.problem.code == "disk_full"
        machine.full(False)
        machine.fail("sync")
        with pytest.raises(Refusal) as caught:
            outbox.append_records(ticket)
        assert caught.value.problem.code == "disk_failed"
        assert outbox.append_records(ticket).n == 2
        assert [entry.n for entry in outbox.waiting().queued] == [1, 2]
    finally:
        outbox.close()


@pytest.mark.parametrize("kept", [True, False])
def test_an_epoch_that_is_kept_survives_power_loss(machine: Machine, kept: bool) -> None:
    path = machine.folder / "replica.db"
    for epoch in ("1" * 16, "2" * 16):
        replica = Replica(path, "0" * 32, BOX)
        replica.leave_epoch(epoch)
        if epoch == "1" * 16 or kept:
            replica.keep_epoch()
        if epoch == "2" * 16:
            machine.power_loss(None)
        with suppress(*FAULTS):
            replica.close()
    machine.thaw()
    replica = Replica(path, "0" * 32, BOX)
    assert replica.epoch() == ("2" if kept else "1") * 16
    replica.close()


def test_an_epoch_that_a_process_before_left_is_kept_as_well(machine: Machine) -> None:
    path = machine.folder / "replica.db"
    first = Replica(path, "0" * 32, BOX)
    first.leave_epoch("1" * 16)
    machine.kill()
    with suppress(*FAULTS):
        first.close()
    machine.thaw()
    second = Replica(path, "0" * 32, BOX)
    second.keep_epoch()
    machine.power_loss(None)
    with suppress(*FAULTS):
        second.close()
    machine.thaw()
    third = Replica(path, "0" * 32, BOX)
    assert third.epoch() == "1" * 16
    third.close()


@contextmanager
def made_durable_beside(reader: Reader, replica: Replica) -> Iterator[None]:
    """Let a reader stand in the way while the second change of a replica is made durable."""
    replica.apply("stock", 1, [Change("a", b"1", "0" * 32, 1)])
    replica.tidy()
    with reader._database.reading() as connection:
        assert connection.execute("SELECT tseq FROM position").fetchone() == (1,)
        replica.apply("stock", 2, [Change("a", b"2", "0" * 32, 2)])
        replica.make_durable()
        yield


def test_a_replica_is_made_durable_though_a_reader_stands_in_the_way(machine: Machine) -> None:
    """A checkpoint that a reader holds up syncs nothing, and says so in its answer alone."""
    replica = Replica(machine.folder / "replica.db", "0" * 32, BOX)
    reader = Reader(replica.path, BOX)
    with made_durable_beside(reader, replica):
        machine.power_loss(None)
    with suppress(*FAULTS):
        reader.close()
    with suppress(*FAULTS):
        replica.close()
    machine.thaw()
    again = Replica(replica.path, "0" * 32, BOX)
    assert (again.tseq("stock"), again.last_n("stock")) == (2, 2)
    again.close()


def test_making_durable_leaves_later_commits_as_quick_as_before(machine: Machine) -> None:
    replica = Replica(machine.folder / "replica.db", "0" * 32, BOX)
    reader = Reader(replica.path, BOX)
    with made_durable_beside(reader, replica):
        syncs = machine.counts().syncs
        replica.apply("stock", 3, [Change("a", b"3", "0" * 32, 3)])
        assert machine.counts().syncs == syncs
    reader.close()
    replica.close()
