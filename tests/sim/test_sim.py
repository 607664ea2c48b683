"""Five hundred simulated days, and those that once broke a promise."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.sim.__main__ import ROOT, commit
from tests.sim.disk.disk import Disk, NoDisk, load
from tests.sim.faults import FAULTS
from tests.sim.regressions import FOUND
from tests.sim.story import DEEDS, FAULTS_DRAWN, Outcome, tell

FRESH = 500
CHUNK = 10
FIRST = 20_000
"""Moved on whenever the simulation changes; `dev.py sim` tells others with each commit. The tests
of one commit are the same everywhere, and red for everybody or for nobody."""


@pytest.fixture(scope="module")
def disk() -> Disk:
    try:
        return load()
    except NoDisk as missing:
        pytest.skip(str(missing))


def check(outcome: Outcome) -> None:
    """A seed held every promise, and was a story worth telling."""
    again = f"seed {outcome.seed}, commit {commit()}: dev.py sim --seed {outcome.seed}"
    tail = "\n".join(outcome.trace[-40:])
    assert not outcome.violation, f"{outcome.violation}\n{again}\n{tail}"
    assert outcome.posts >= 4
    assert outcome.deeds >= DEEDS[0]
    assert sum(outcome.drawn.values()) >= FAULTS_DRAWN[0]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("chunk", range(FRESH // CHUNK))
def test_fresh_seeds(disk: Disk, chunk: int) -> None:
    first = FIRST + chunk * CHUNK
    for seed in range(first, first + CHUNK):
        check(tell(seed, disk))


@pytest.mark.parametrize("seed", FOUND)
def test_seeds_that_once_broke_a_promise(disk: Disk, seed: int) -> None:
    check(tell(seed, disk))


@pytest.mark.timeout(300)
def test_every_fault_is_drawn_and_really_happens(disk: Disk) -> None:
    drawn: Counter[str] = Counter()
    harm: Counter[str] = Counter()
    for seed in range(60):
        outcome = tell(seed, disk)
        drawn.update(outcome.drawn)
        harm.update(outcome.harm)
    assert {fault.name for fault in FAULTS} <= drawn.keys()
    for what in (
        *("frame dropped", "frame doubled", "frame late", "held one way", "high-water mark"),
        *("disk: a write failed", "disk: a write was torn", "disk: a sync failed"),
        *("disk: no room for a write", "disk: a read failed", "sectors lost with the power"),
        *("process killed", "power lost", "hub died at a write or sync"),
        *("post died at a write or sync", "knock refused", "restore interrupted"),
        *("hub killed after COMMIT, before its broadcast", "frame of newer software"),
        *("hub killed after its broadcast, before the reply", "frame of older software"),
    ):
        assert harm[what], f"never really happened: {what}"


def test_one_seed_is_one_story(disk: Disk, tmp_path: Path) -> None:
    stories = [_told_apart(seed=11, hash_seed=hash_seed) for hash_seed in ("1", "2")]
    assert stories[0] == stories[1]
    assert len(stories[0]) > DEEDS[0]


def _told_apart(seed: int, hash_seed: str) -> list[str]:
    """Return a seed's trace as another process tells it, without its temporary folder."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.sim", "--seed", str(seed)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if " s  " in line]
    return [line for line in lines if "comptoir-sim" not in line]
