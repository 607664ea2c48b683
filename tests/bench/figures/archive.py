"""A year's archive: what it costs to make, to verify with and without PyNaCl, to purge by.

Each step is a process of its own, so that its memory is its own. Years of two sizes: the cost of a
record is the same in both, and so is the memory.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from hub.config import Settings, write_settings
from hub.folder import Folder
from hub.key_files import make_keys
from tests.bench.figure import Figure
from tests.bench.journal_shop import JournalShop
from tests.bench.setting import Setting
from tests.bench.systems import OURS

STEP_S: Final = 3_600.0
STEPS: Final[Mapping[str, str]] = {
    "archive": "archived and verified",
    "verify": "verified by the verifier, with PyNaCl",
    "verify plain": "verified by the verifier, in plain Python",
    "purge": "purged, archive and journal verified first",
}


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield time, processor and memory of each step."""
    for records in setting.plan.archive_records:
        setting.tell(f"an archive of {records:,} signed records")
        folder = setting.lab.folder("archive")
        folder.mkdir()
        _year(folder, records)
        for step, words in STEPS.items():
            said = _step(setting, folder, step, records)
            name = f"a year of {records:,} signed records: {words}"
            yield Figure(name, "s", ({OURS: said["seconds"]},), said)
            yield Figure(
                f"{name}, CPU a record", "µs", ({OURS: 1e6 * said["cpu"] / records},), said
            )
            yield Figure(f"{name}, peak memory", "MB", ({OURS: said["peak_mb"]},), said)
        shutil.rmtree(folder)


def _year(folder: Path, records: int) -> None:
    shop = JournalShop(folder)
    shop.year(records)
    shop.close()
    make_keys(Folder(folder))
    Folder(folder).identity.write_text(shop.identity.secret.hex() + "\n")
    write_settings(Folder(folder), Settings())


def _step(setting: Setting, folder: Path, step: str, records: int) -> dict[str, Any]:
    worker = setting.lab.worker("archive_year", folder=str(folder), step=step)
    heard: dict[str, Any] = worker.hear("done", STEP_S)
    worker.end()
    said = {name: value for name, value in heard.items() if name != "event"}
    if said.get("faults", 0) or not said.get("holds", True):
        raise RuntimeError(f"the archive does not hold: {said}")
    if said.get("tickets", records) != records:
        raise RuntimeError(f"the archive has other tickets: {said}")
    return said
