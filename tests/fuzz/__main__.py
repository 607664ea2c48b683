"""`dev.py fuzz`: atheris looks for inputs that a target does not bear, for some seconds each.

Owns the children, one a target, and what they leave: an input that was a finding goes into `found/`
beside this file, where the tests run it ever after. Good input is made by code, into a scratch
folder; nothing else is kept.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.fuzz.targets import TARGETS

SECONDS: Final = 60
FOUND: Final = Path(__file__).parent / "found"
ROOT: Final = Path(__file__).resolve().parents[2]
INPUT_BYTES: Final = 4096
MEMORY_MB: Final = 1024
HANGS_AFTER_S: Final = 10


def fuzz(name: str, seconds: int) -> tuple[int, bool, str]:
    """Run a target; return how many inputs it got, whether it bore all, and its last words."""
    with tempfile.TemporaryDirectory(prefix="comptoir-corpus-") as folder:
        corpus = Path(folder)
        for number, data in enumerate(TARGETS[name].seeds()):
            (corpus / f"seed-{number}").write_bytes(data)
        kept = FOUND / name
        kept.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.fuzz.child", name, str(corpus)),
                *(f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES}"),
                *(f"-rss_limit_mb={MEMORY_MB}", f"-timeout={HANGS_AFTER_S}"),
                *(f"-artifact_prefix={kept}/", "-print_final_stats=1"),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if not any(kept.iterdir()):
            kept.rmdir()
    said = done.stdout + done.stderr
    found = re.search(r"number_of_executed_units:\s*(\d+)", said)
    return int(found[1]) if found else 0, done.returncode == 0, said[-3000:]


def main() -> int:
    """Run some targets, one after the other; 0 where all bore what they were given."""
    parser = argparse.ArgumentParser(prog="dev.py fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"of each ({SECONDS})")
    arguments = parser.parse_args()
    if strange := [name for name in arguments.targets if name not in TARGETS]:
        parser.error(f"there is no target {strange[0]}; there are: {', '.join(TARGETS)}")
    failed = False
    for name in arguments.targets or TARGETS:
        runs, bore, said = fuzz(name, arguments.seconds)
        print(f"{name:<14} {runs:>10,} inputs  {'clean' if bore else 'FOUND'}", flush=True)
        if not bore:
            failed = True
            print(said)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
