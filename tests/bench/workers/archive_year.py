"""A year's journal, each step in a process of its own: archived, checked by the verifier, purged.

Says what a step took, and the most memory that the process ever had.
"""

import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from tests.bench.workers.channel import Channel

ARCHIVE = "year.zip"


def peak_mb() -> float:
    """Return the most memory that this program had resident so far, MB of 10⁶ bytes.

    Not what `getrusage` says, which begins with that of the process that started it.
    """
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) * 1024 / 1e6


def main() -> None:
    """Do the step that the benchmark asks for."""
    channel = Channel()
    folder = Path(channel.config["folder"])
    began, cpu = time.perf_counter(), time.process_time()
    said = STEPS[channel.config["step"]](folder)
    seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    channel.say("done", seconds=seconds, cpu=spent, peak_mb=peak_mb(), **said)


def _archive(folder: Path) -> dict[str, Any]:
    from hub.archive.making import Maker
    from hub.archive.spans import Span
    from hub.folder import Folder

    made = Maker(Folder(folder), "bench", 0).make(Span(), folder / ARCHIVE)
    (folder / "said.json").write_bytes(msgspec.json.encode(made.said))
    size = (folder / ARCHIVE).stat().st_size
    return {"size_mb": size / 1e6, "faults": len(made.faults), "lines": made.lines}


def _verify(folder: Path) -> dict[str, Any]:
    """With PyNaCl where that is installed, by the file alone."""
    import hub.archive.verifier as shipped

    report = shipped.verify(str(folder / ARCHIVE))
    by = report.signatures.algorithms["ed25519"].by
    return {"holds": report.holds, "tickets": report.totals["tickets"], "by": by}


def _verify_plain(folder: Path) -> dict[str, Any]:
    """Without: nothing that is installed can be found."""
    path = Path(__file__).resolve().parents[3] / "hub" / "archive" / "verifier.py"
    spec = importlib.util.spec_from_file_location("verifier", path)
    assert spec is not None
    assert spec.loader is not None
    alone = importlib.util.module_from_spec(spec)
    sys.modules["verifier"] = alone
    sys.modules["nacl"] = None  # type: ignore[assignment] # as where it is not installed
    spec.loader.exec_module(alone)
    report = alone.verify(str(folder / ARCHIVE))
    by = report.signatures.algorithms["ed25519"].by
    return {"holds": report.holds, "tickets": report.totals["tickets"], "by": by}


def _purge(folder: Path) -> dict[str, Any]:
    from common.journal.kinds import EntryType
    from common.journal.purge import ArchiveData
    from hub.archive.purging import Purger
    from hub.folder import Folder
    from hub.journal import JournalBook
    from hub.journal_keys import sealing_of
    from hub.store import Store
    from tests.bench.journal_shop import EPOCH, NEW_YEAR_MS

    later_ms = NEW_YEAR_MS + 8 * 366 * 86_400_000
    keys = sealing_of(Folder(folder))
    store = Store.open(folder / "comptoir.db")
    book = JournalBook(store, keys, lambda: later_ms)
    noted = msgspec.json.decode((folder / "said.json").read_bytes(), type=ArchiveData)
    draft = book.draft()
    with store.group():
        draft.say(EntryType.ARCHIVE, msgspec.to_builtins(noted), later_ms)
        draft.write(EPOCH, later_ms)
    book.committed(draft)
    purger = Purger(store, book, keys, "bench", later_ms)
    plan = purger.plan(folder / ARCHIVE, 6)
    planned = time.perf_counter()
    purger.carry_out(plan)
    carried_s = time.perf_counter() - planned
    store.close()
    return {"lines": plan.data.lines, "carried_s": carried_s}


STEPS = {
    "archive": _archive,
    "verify": _verify,
    "verify plain": _verify_plain,
    "purge": _purge,
}


if __name__ == "__main__":
    main()
