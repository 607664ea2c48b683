"""A few rounds of killing, as `dev.py kill` does by the thousand: what was acknowledged stands."""

import subprocess
import sys
from pathlib import Path

import pytest
from child_processes import ROOT, Launch

from tests import forked
from tests.chaos.cli import shares
from tests.chaos.history import Violation
from tests.chaos.rounds import SHOP_ROUNDS, run_shop
from tests.chaos.shop import Setting

pytestmark = [
    pytest.mark.net,
    pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "posts", "rounds"), [(11, 3, 12)])
def test_rounds_of_killing_lose_and_double_nothing(
    tmp_path: Path, seed: int, posts: int, rounds: int
) -> None:
    done: list[int] = []
    setting = Setting(posts, forked.launched, forked.launched)
    result = run_shop(tmp_path / "shop", seed, rounds, setting, done.append)
    assert done == list(range(1, rounds + 1))
    assert result.tickets > rounds
    assert result.replies > result.tickets / 2
    assert result.checks["disks right after a kill"] > rounds / 2
    assert result.checks["whole shops at rest"] == 2  # Once met, and at the end.
    assert result.network["relayed"] > rounds


def test_rounds_are_shared_among_shops_with_seeds_of_their_own() -> None:
    tasks = shares(2 * SHOP_ROUNDS + 7, seed=5)
    assert [task.seed for task in tasks] == [5, 6, 7]
    assert [task.rounds for task in tasks] == [SHOP_ROUNDS, SHOP_ROUNDS, 7]


def test_as_a_person_runs_it(tmp_path: Path) -> None:
    arguments = ["-m", "tests.chaos", "--rounds", "1", "--seed", "4", "--folder", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, check=False, timeout=90
    )
    said = done.stdout.decode()
    assert done.returncode == 0, said + done.stderr.decode()
    assert said.startswith("1 rounds, seed 4\n")
    assert said.endswith("nothing counts twice, all agree\n")
    assert list(tmp_path.iterdir()) == []


def test_of_a_violation_the_shop_is_kept_with_its_story(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    broken = Setting(2, hub=lambda _folder, _life: Launch(under=("no_such_module",)))
    with pytest.raises(Violation, match="hub died by itself"):
        run_shop(root, 6, 1, broken)
    story = (root / "story.txt").read_text(encoding="utf-8")
    assert "No module named no_such_module" in story
    assert "seed 6, 2 posts" in story
    assert (root / "hub" / "comptoir.db").exists()
