"""Nothing leaves and nothing in memory moves before COMMIT: here COMMIT itself fails.

A deferred foreign key lets every statement of a transaction succeed and its COMMIT fail.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from common import messages as m
from common.commands import COMMANDS
from common.topics import Profile
from hub.pipeline import Pipeline, Received
from hub.store import FAULTS, Store
from tests.hub.desk_bench import Bench, open_bench
from tests.hub.journals import journal_of
from tests.hub.shop_bench import ShopBench, check_all

TRAPS = ("change", "outbox", "reply", "quarantine", "device", "gap")


def set_traps(store: Store) -> None:
    """Let every COMMIT fail that has written into one of the tables."""
    store.db.execute(
        "CREATE TABLE trap (name TEXT REFERENCES meta (name) DEFERRABLE INITIALLY DEFERRED)"
    )
    for table in TRAPS:
        for event in ("INSERT", "UPDATE"):
            store.db.execute(
                f"CREATE TRIGGER trap_{table}_{event} AFTER {event} ON {table}"
                " BEGIN INSERT INTO trap VALUES ('no such'); END"
            )


def clear_traps(store: Store) -> None:
    for table in TRAPS:
        for event in ("INSERT", "UPDATE"):
            store.db.execute(f"DROP TRIGGER trap_{table}_{event}")
    store.db.execute("DROP TABLE trap")


def memory(bench: ShopBench) -> list[Any]:
    """Return what the hub's parts remember of the database."""
    pipeline = bench.pipeline
    return [
        dict(pipeline._heads),
        dict(pipeline._quarantined._tallies),
        dict(bench.log.heads),
        bench.log.gseq,
    ]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path)
    yield made
    check_all(made)
    made.store.close()


def sale(bench: ShopBench) -> Received:
    return bench.till.sale(bench.ticket((bench.article("A"), 1000)))


def junk(bench: ShopBench) -> Received:
    return bench.till.raw(b"?")


def refused(bench: ShopBench) -> Received:
    return bench.office.prices([("9" * 32, 1)])


def retried(bench: ShopBench) -> Received:
    old = {name: kind for name, kind in COMMANDS.items() if name != "sale.record"}
    now = lambda: bench.now_ms  # noqa: E731
    bench.pipeline = Pipeline(bench.store, bench.log, journal_of(bench.store), now, bench.mint, old)
    command = sale(bench).command
    bench.take(Received(bench.till.device, command, b""))
    bench.pipeline = Pipeline(bench.store, bench.log, journal_of(bench.store), now, bench.mint)
    ref = {"outbox": command.outbox, "n": command.n, "body_hash": command.body_hash.hex()}
    return bench.office.command("quarantine.retry", ref)


@pytest.mark.parametrize("made", [sale, junk, refused, retried])
def test_a_command_whose_commit_fails_is_not_answered_and_not_remembered(
    bench: ShopBench, made: Callable[[ShopBench], Received]
) -> None:
    received = made(bench)
    set_traps(bench.store)
    before, remembered = bench.picture(), memory(bench)
    taken = bench.take(received)
    assert (taken.statuses, taken.changes, taken.taken) == (["hub_busy"], [], 0)
    assert memory(bench) == remembered
    assert bench.picture() == before
    clear_traps(bench.store)
    (answer,) = bench.take(received).answers
    assert isinstance(answer, m.Reply)
    assert memory(bench) != remembered


def test_a_gap_whose_commit_fails_is_not_remembered(bench: ShopBench) -> None:
    set_traps(bench.store)
    before, remembered = bench.picture(), memory(bench)
    with pytest.raises(FAULTS):
        bench.pipeline.skip(bench.till.outbox, bench.till.device, 5)
    assert (bench.picture(), memory(bench)) == (before, remembered)
    clear_traps(bench.store)
    assert bench.pipeline.skip(bench.till.outbox, bench.till.device, 5)


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


def test_a_post_whose_revoking_does_not_commit_still_comes_in(core: Bench) -> None:
    till = core.enrol(1, Profile.TILL)
    set_traps(core.store)
    with pytest.raises(FAULTS):
        core.core.revoke(till.id)
    with pytest.raises(FAULTS):
        core.core.rekey(till.id, b"\x07" * 32)
    assert core.doors.device(till.id) is till
    assert core.hear(till, m.Ping(1))
    clear_traps(core.store)
    core.core.revoke(till.id)
    assert core.hear(till, m.Ping(1)) == []
