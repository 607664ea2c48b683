"""`python -m tests.sim.disk.under --folder F [--seed N] hub ARGS...` (or `kiosk ARGS...`).

Runs `comptoir-hub` or `comptoir-kiosk` in a process of its own with the folder held back: a kill -9
of this process is a power loss, for nothing unsynced is in the real files. With a seed about half
of what is written trickles to them at once, as an operating system writes back before it is asked.
Another process sees only what was synced.
"""

import argparse
import atexit
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.sim.disk.disk import NoDisk, load

_NO_DISK: Final = 77
"""Exit code where the disk cannot be had; what to skip a test by."""


def main(arguments: Sequence[str]) -> None:
    """Hold the folder back, then be the program."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim.disk.under")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seed", type=int)
    parser.add_argument("program", choices=("hub", "kiosk"))
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    asked = parser.parse_args(arguments)
    try:
        machine = load().machine(asked.folder)
    except NoDisk as missing:
        print(missing, file=sys.stderr)
        sys.exit(_NO_DISK)
    machine.trickle(asked.seed)
    atexit.register(machine.kill)  # A process that ends by itself leaves an OS that goes on.
    sys.argv = [f"comptoir-{asked.program}", *asked.rest]
    importlib.import_module(f"{asked.program}.cli").main()


if __name__ == "__main__":
    main(sys.argv[1:])
