"""`dev.py safeguards`: switch off each safeguard of the shipping code; the simulation must see it.

Owns the copies: one safeguard is replaced in a copy of the tree, and seeds run there until one
breaks. That very seed must hold once the safeguard is back. Which safeguards: `guards.py`.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event
from typing import Final

from tests.sim.guard import Edit, Safeguard
from tests.sim.guards import SAFEGUARDS

ROOT: Final = Path(__file__).resolve().parent.parent.parent
COPIED: Final = ("common", "hub", "kiosk", "tests", "pyproject.toml")
LIMIT: Final = 300
MOST_JOBS: Final = 2
_LOOK_S: Final = 0.5
_BROKEN: Final = re.compile(r"^seed (\d+): (.+)$", re.MULTILINE)
_NO_PROGRAM: Final = re.compile(r"(?:Name|Attribute|Type|Import|Syntax|UnboundLocal)Error\b")
_WHERE: Final = "import common, hub, kiosk, tests.sim.story as s;" + "".join(
    f"print({module}.__file__);" for module in ("common", "hub", "kiosk", "s")
)


class Unusable(Exception):
    """An edit does not fit, or the copy does not run: nothing is known of this safeguard."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one safeguard. `seeds`: how many were run; `violation`: "" where none broke."""

    name: str
    files: tuple[str, ...]
    seeds: int
    violation: str
    took_s: float

    @property
    def caught(self) -> bool:
        """Return whether the simulation saw that the safeguard is off."""
        return bool(self.violation)


def copy_tree(to: Path, root: Path = ROOT) -> None:
    """Copy what the simulation needs."""
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, to / name)


def edited(text: str, safeguard: str, edit: Edit) -> str:
    """Return a file's text after an edit; raises Unusable unless it fits exactly once."""
    found = text.count(edit.old)
    if found != 1:
        raise Unusable(f"{safeguard}: its text stands {found} times in {edit.file}:\n{edit.old}")
    return text.replace(edit.old, edit.new)


def apply(safeguard: Safeguard, tree: Path) -> dict[Path, str]:
    """Switch a safeguard off in a copy; return what its files said before."""
    before: dict[Path, str] = {}
    for edit in safeguard.edits:
        path = tree / edit.file
        text = path.read_text("utf-8")
        before.setdefault(path, text)
        path.write_text(edited(text, safeguard.name, edit), "utf-8")
    return before


def _surroundings(tree: Path) -> dict[str, str]:
    # No .pyc: one of the same second and size would outlive the text that it was made of.
    return {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}


def imported_from(tree: Path) -> list[Path]:
    """Return which files a child process of a copy imports, its packages' and the story's."""
    done = subprocess.run(
        [sys.executable, "-c", _WHERE],
        cwd=tree,
        env=_surroundings(tree),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unusable(f"the copy does not start: {done.stderr.strip()[-300:]}")
    return [Path(line) for line in done.stdout.split("\n") if line]


def require_own_imports(tree: Path) -> None:
    """Raise Unusable where a copy's child would import this tree: it is installed by a path."""
    strays = [path for path in imported_from(tree) if not path.is_relative_to(tree)]
    if strays:
        raise Unusable(f"the copy in {tree} imports {strays[0]}")


def first_broken(tree: Path, first: int, seeds: int, stop: Event) -> tuple[int, str] | None:
    """Run seeds in a copy; return the first that broke and how, None where all held.

    Raises Unusable where the copy does not run to an end, or `stop` is set meanwhile.
    """
    command = [sys.executable, "-m", "tests.sim", "--jobs", "1", "--stop"]
    command += ["--from", str(first), "--seeds", str(seeds)]
    with subprocess.Popen(
        command,
        cwd=tree,
        env=_surroundings(tree),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        said = ""
        while child.returncode is None:
            try:
                said, _ = child.communicate(timeout=_LOOK_S)
            except subprocess.TimeoutExpired:
                if stop.is_set():
                    child.kill()
    broken = _BROKEN.search(said)
    if broken is not None:
        return int(broken[1]), broken[2]
    if child.returncode == 0:
        return None
    raise Unusable(f"the simulation does not run: {said.strip()[-300:]}")


def judge(safeguard: Safeguard, limit: int, stop: Event) -> Verdict:
    """Switch a safeguard off in a copy of its own, and run seeds until one breaks."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="comptoir-safeguard-") as folder:
        tree = Path(folder).resolve()
        copy_tree(tree)
        before = apply(safeguard, tree)
        require_own_imports(tree)
        broken = first_broken(tree, 0, limit, stop)
        if broken is None:
            return Verdict(safeguard.name, safeguard.files, limit, "", time.monotonic() - began_s)
        seed, violation = broken
        if _NO_PROGRAM.match(violation):
            raise Unusable(f"{safeguard.name}: what stands in its place is wrong: {violation}")
        for path, text in before.items():
            path.write_text(text, "utf-8")
        if (also := first_broken(tree, seed, 1, stop)) is not None:
            raise Unusable(f"{safeguard.name}: seed {seed} breaks with it, too: {also[1]}")
    took_s = time.monotonic() - began_s
    return Verdict(safeguard.name, safeguard.files, seed + 1, violation, took_s)


def line(verdict: Verdict) -> str:
    """Return what is printed of one safeguard."""
    came = f"caught, seeds: {verdict.seeds}" if verdict.caught else f"NOT in {verdict.seeds} seeds"
    head = f"{verdict.name:<28} {came:<20} {verdict.took_s:5.0f} s  {', '.join(verdict.files)}"
    return head + (f"\n{'':29}{verdict.violation[:110]}" if verdict.caught else "")


def run(chosen: Sequence[Safeguard], limit: int, jobs: int, as_json: bool) -> int:
    """Judge some safeguards, `jobs` at a time; return the exit code."""
    verdicts: list[Verdict] = []
    stop = Event()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            futures = [pool.submit(judge, safeguard, limit, stop) for safeguard in chosen]
            for future in as_completed(futures):
                try:
                    verdicts.append(future.result())
                except Unusable as error:
                    print(error, file=sys.stderr, flush=True)
                else:
                    if not as_json:
                        print(line(verdicts[-1]), flush=True)
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
    missed = sum(not verdict.caught for verdict in verdicts)
    if as_json:
        print(json.dumps([{**asdict(v), "caught": v.caught} for v in verdicts], indent=1))
    else:
        print(f"{len(verdicts) - missed} of {len(chosen)} safeguards are seen to be off")
    return 1 if missed or len(verdicts) < len(chosen) else 0


def main() -> int:
    """Read the arguments and run."""
    names = [safeguard.name for safeguard in SAFEGUARDS]
    parser = argparse.ArgumentParser(prog="dev.py safeguards", description=__doc__)
    parser.add_argument("--only", action="append", choices=names, help="this one; may be repeated")
    parser.add_argument("--limit", type=int, default=LIMIT, help=f"seeds for each ({LIMIT})")
    parser.add_argument("--jobs", type=int, default=MOST_JOBS, choices=range(1, MOST_JOBS + 1))
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
    arguments = parser.parse_args()
    # Ends as Ctrl+C does: through every `finally`, so that no copy and no child stays.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    chosen = [s for s in SAFEGUARDS if arguments.only is None or s.name in arguments.only]
    return run(chosen, arguments.limit, arguments.jobs, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
