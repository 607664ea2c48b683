"""A process over the disk: ended with kill -9 it leaves what was synced, by itself everything."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from hub.folder import Folder
from hub.store import Store
from tests.sim.disk.disk import Disk
from tests.sim.disk.workload import connect, contents

ROOT = Path(__file__).resolve().parents[3]
WRITER = """
import sys
from pathlib import Path
from tests.sim.disk.disk import load
from tests.sim.disk.workload import connect
path = Path(sys.argv[1])
load().machine(path.parent)
db = connect(path, {"journal_mode": "wal", "synchronous": "full"})
db.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB NOT NULL)")
db.execute("INSERT INTO t VALUES (1, x'00')")
db.execute("PRAGMA synchronous = " + sys.argv[2])
db.execute("INSERT INTO t VALUES (2, x'00')")
print("written", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(("synchronous", "left"), [("full", {1, 2}), ("normal", {1})])
def test_a_killed_process_leaves_what_was_synced(
    disk: Disk, tmp_path: Path, synchronous: str, left: set[int]
) -> None:
    path = tmp_path / "a.db"
    command = [sys.executable, "-c", WRITER, str(path), synchronous]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"written\n"
        writer.kill()
        writer.wait(30)
    with closing(connect(path, {})) as db:
        assert contents(db).keys() == left


@pytest.mark.parametrize("seed", [[], ["--seed", "3"]], ids=["held", "trickling"])
def test_a_program_under_the_disk_is_the_program(
    disk: Disk, tmp_path: Path, seed: list[str]
) -> None:
    data = tmp_path / "hub"
    command = [sys.executable, "-m", "tests.sim.disk.under", "--folder", str(data), *seed, "hub"]
    done = subprocess.run(
        [*command, "--data", str(data), "--lang", "en", "init", "--no-announce"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    Store.open(Folder(data).database).close()
