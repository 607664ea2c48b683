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
CHUNK = 50
FIRST = 30_000
"""Moved on whenever the simulation changes; `dev.py sim` tells others with each commit. The tests
of one commit are the same everywhere, and red for everybody or for nobody."""
HARM = (
    *("frame dropped", "frame doubled", "frame late", "held one way", "high-water mark"),
    *("disk: a write failed", "disk: a write was torn", "disk: a sync failed"),
    *("disk: a sync failed and dropped what it had", "sectors lost with the power"),
    *("disk: no room for a write", "disk: a read failed", "process killed", "power lost"),
    *("hub died at a write or sync", "post died at a write or sync", "knock refused"),
    *("hub killed after COMMIT, before its broadcast", "restore interrupted"),
    *("hub killed after its broadcast, before the reply", "row altered on its way"),
    *("frame of older software", "frame of newer software"),
    *("category removed", "article made for a removed category"),
)
"""What faults come to, and what seldom happens: drawing one is not enough."""


@pytest.fixture(scope="module")
def disk() -> Disk:
    try:
        return load()
    except NoDisk as missing:
        pytest.skip(str(missing))


def broken(outcome: Outcome) -> str:
    """Return in what a seed failed, and the end of its story; "" where it held every promise."""
    if not outcome.violation:
        return ""
    again = f"seed {outcome.seed}, commit {commit()}: dev.py sim --seed {outcome.seed}"
    return "\n".join((outcome.violation, again, *outcome.trace[-40:], ""))


def require_a_story(outcome: Outcome) -> None:
    """It was a story worth telling."""
    assert outcome.posts >= 4
    assert outcome.deeds >= DEEDS[0]
    assert sum(outcome.drawn.values()) >= FAULTS_DRAWN[0]


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("chunk", range(FRESH // CHUNK))
def test_fresh_seeds(disk: Disk, chunk: int) -> None:
    first = FIRST + chunk * CHUNK
    drawn: Counter[str] = Counter()
    harm: Counter[str] = Counter()
    found = []
    for seed in range(first, first + CHUNK):
        outcome = tell(seed, disk)
        drawn.update(outcome.drawn)
        harm.update(outcome.harm)
        if said := broken(outcome):
            found.append(said)
        else:
            require_a_story(outcome)
    assert not found, f"{len(found)} of {CHUNK} seeds broke a promise:\n" + "\n".join(found)
    assert [fault.name for fault in FAULTS if not drawn[fault.name]] == [], "never drawn"
    assert [what for what in HARM if not harm[what]] == [], "never really happened"


@pytest.mark.parametrize("seed", FOUND)
def test_seeds_that_once_broke_a_promise(disk: Disk, seed: int) -> None:
    outcome = tell(seed, disk)
    assert not broken(outcome), broken(outcome)
    require_a_story(outcome)


def test_one_seed_is_one_story(disk: Disk, tmp_path: Path) -> None:
    stories = [_told_apart(11, hash_seed, tmp_path) for hash_seed in ("1", "2")]
    assert stories[0] == stories[1]
    assert len(stories[0]) > DEEDS[0]


def _told_apart(seed: int, hash_seed: str, folder: Path) -> list[str]:
    """Return a seed's trace as another process tells it, and what lies on its disks in the end:
    bits that flip there flip by their place."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.sim", "--seed", str(seed)],
        cwd=ROOT,
        # A folder of its own: one that a run left behind would make it another.
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = done.stdout.splitlines()
    return [line for line in told if " s  " in line or line.startswith("on its disks")]
