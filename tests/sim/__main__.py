"""`dev.py sim`: run many seeds on all cores, or replay one with its trace."""

import argparse
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from tests.sim.disk.disk import NoDisk, load
from tests.sim.report import Report
from tests.sim.story import Outcome, tell

ROOT = Path(__file__).resolve().parent.parent.parent
CHUNK = 10
TOLD_EVERY = 500
FRESH_FROM = 1_000_000
"""Below lie the seeds that people run by number."""


def commit() -> str:
    """Return the commit of this tree, marked where files differ from it."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def first_fresh_seed() -> int:
    """Return the first of the seeds that belong to this commit: each commit tells other stories."""
    digest = blake2b(commit().removesuffix("-dirty").encode(), digest_size=4).digest()
    return FRESH_FROM + int.from_bytes(digest, "big") % 1_000_000 * 1000


def tell_some(seeds: list[int]) -> list[Outcome]:
    """Run some seeds in this process."""
    disk = load()
    logging.disable(logging.CRITICAL)  # What fails here fails on purpose.
    return [tell(seed, disk) for seed in seeds]


def run_many(first: int, count: int, jobs: int, stop_at_first: bool, keep: Path | None) -> int:
    """Run a range of seeds; return the exit code.

    `keep`: the file in which it is kept on the way, and from which it goes on.
    """
    report = Report(first) if keep is None else Report.kept(keep, first)
    report.commits.append(commit())
    began_s = time.monotonic() - report.took_s
    told = report.seeds
    seeds = iter(range(first + report.seeds, first + count))
    chunks = iter(lambda: list(islice(seeds, CHUNK)), [])
    try:
        for outcomes in _in_parallel(chunks, jobs):
            for outcome in outcomes:
                report.add(outcome)
                if outcome.violation:
                    print(f"seed {outcome.seed}: {outcome.violation}", flush=True)
            report.took_s = time.monotonic() - began_s
            if keep is not None:
                report.keep(keep)
            if report.seeds - told >= TOLD_EVERY:
                told = report.seeds
                print(f"{told} of {count}, {report.took_s / 60:.0f} min", flush=True)
            if stop_at_first and report.broken:
                break
    except KeyboardInterrupt:
        done = report.seeds
        how = f"--from {first + done} --seeds {count - done}" if keep is None else "the same again"
        print(f"stopped; go on with {how}")
    for line in report.lines():
        print(line)
    return 1 if report.broken else 0


def _in_parallel(chunks: Iterator[list[int]], jobs: int) -> Iterator[list[Outcome]]:
    """Yield what each chunk gave, in the order of the chunks."""
    if jobs == 1:
        yield from map(tell_some, chunks)
        return
    with ProcessPoolExecutor(jobs) as pool:
        waiting: list[Future[list[Outcome]]] = []
        for chunk in chunks:
            waiting.append(pool.submit(tell_some, chunk))
            if len(waiting) > 2 * jobs:
                wait(waiting[:1], return_when=FIRST_COMPLETED)
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def replay(seed: int) -> int:
    """Run one seed and print its trace."""
    logging.disable(logging.CRITICAL)
    outcome = tell(seed, load(), with_trace=True)
    for line in outcome.trace:
        print(line)
    print(f"seed {seed}, commit {commit()}: {outcome.deeds} operations, {outcome.took_s:.2f} s")
    for name, count in sorted((outcome.drawn + outcome.harm).items()):
        print(f"  {count:>6}  {name}")
    print(f"on its disks: {outcome.left}")
    print(outcome.violation or f"no violation; in step {outcome.settled_s:.1f} s after the faults")
    return 1 if outcome.violation else 0


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="dev.py sim", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="how many (500)")
    parser.add_argument("--from", dest="first", type=int, help="the first one (this commit's own)")
    parser.add_argument("--seed", type=int, help="replay this one with its trace")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--keep", type=Path, help="a file to keep the run in, and to go on from")
    parser.add_argument("--stop", action="store_true", help="stop at the first violation")
    arguments = parser.parse_args()
    try:
        if arguments.seed is not None:
            return replay(arguments.seed)
        first = first_fresh_seed() if arguments.first is None else arguments.first
        return run_many(first, arguments.seeds, arguments.jobs, arguments.stop, arguments.keep)
    except (NoDisk, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
