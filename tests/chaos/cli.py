"""The command line of the rounds: how many, by which seed, and what is said of them.

Owns the words, the sharing of rounds among shops and threads, and the exit code: 0 where all is
well, 1 where something was lost.
"""

import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from tests.chaos.history import Violation
from tests.chaos.rounds import SHOP_ROUNDS, Result, run_shop, sweep
from tests.chaos.settings import power_setting, usual_setting

_TOLD_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Task:
    """One shop's share."""

    seed: int
    rounds: int


def shares(rounds: int, seed: int) -> list[Task]:
    """Return the shops that so many rounds make, each with a seed of its own."""
    whole, rest = divmod(rounds, SHOP_ROUNDS)
    sizes = [SHOP_ROUNDS] * whole + ([rest] if rest else [])
    return [Task(seed + place, size) for place, size in enumerate(sizes)]


class Abandoned(Exception):
    """There is no need to go on."""


class Progress:
    """Counts rounds that are done, over all threads, and says so now and then.

    `abandoned`: each shop ends with the round that it is in.
    """

    def __init__(self, rounds: int) -> None:
        self._lock = threading.Lock()
        self._rounds = rounds
        self._done = 0
        self.abandoned = False
        self._begun_s = self._told_s = time.monotonic()

    def one(self, _number: int) -> None:
        """Another round is done; raises Abandoned."""
        if self.abandoned:
            raise Abandoned
        with self._lock:
            self._done += 1
            now_s = time.monotonic()
            if now_s - self._told_s < _TOLD_S and self._done < self._rounds:
                return
            self._told_s = now_s
            each_s = (now_s - self._begun_s) / self._done
            left_s = each_s * (self._rounds - self._done)
        click.echo(
            f"{self._done:6} of {self._rounds} rounds, {each_s:.2f} s each,"
            f" {left_s / 60:.1f} minutes to go"
        )


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=100, help="Faults to inject.")
@click.option("--seed", type=int, help="What the faults are drawn from; else at random.")
@click.option("--jobs", type=click.IntRange(1, 16), default=1, help="Shops at a time.")
@click.option("--power", is_flag=True, help="Every kill is a power loss: what is unsynced is gone.")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the shops lie: a real disk, for the pace of a real one.",
)
def main(rounds: int, seed: int | None, jobs: int, power: bool, folder: Path | None) -> None:
    """Kill hubs and kiosks at any moment, and prove that nothing acknowledged is lost."""
    # Ends like Ctrl+C does: through every `finally`, which end the processes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if seed is None:
        seed = random.SystemRandom().randrange(10**6)
    click.echo(f"{rounds} rounds, seed {seed}")
    root = Path(tempfile.mkdtemp(prefix="comptoir-kill-", dir=folder))
    setting = power_setting() if power else usual_setting()
    progress = Progress(rounds)

    def run(task: Task) -> Result:
        shop = root / f"seed-{task.seed}"
        try:
            result = run_shop(shop, task.seed, task.rounds, setting, progress.one)
        except Abandoned:
            result = Result()
        sweep(shop)
        return result

    total, lost = Result(), list[str]()
    with ThreadPoolExecutor(jobs) as pool:
        running = [pool.submit(run, task) for task in shares(rounds, seed)]
        try:
            for done in as_completed(running):
                try:
                    total.add(done.result())
                except Violation as violation:
                    lost.append(str(violation))
                    progress.abandoned = True
        finally:
            # What is not begun yet ends with its first round.
            progress.abandoned = True
    for line in summary(total):
        click.echo(line)
    for story in lost:
        click.echo(f"\nVIOLATION: {story}", err=True)
    if lost:
        sys.exit(1)
    root.rmdir()
    click.echo("nothing that was acknowledged is lost, nothing counts twice, all agree")


def summary(total: Result) -> list[str]:
    """Return what was done and what came of it, as lines."""
    each_s = total.seconds / total.rounds if total.rounds else 0.0
    return [
        *_table("faults injected", total.faults),
        *_table("what the network did", total.network),
        *_table("checked", total.checks),
        f"{total.rounds} rounds in {total.seconds:.0f} s, {each_s:.2f} s each",
        f"{total.tickets} tickets kept, {total.replies} operations acknowledged",
    ]


def _table(title: str, counts: Mapping[str, int]) -> list[str]:
    return [f"{title}:", *(f"  {count:7}  {name}" for name, count in sorted(counts.items()))]
