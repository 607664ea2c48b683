"""The ways in which shops are run: as they are, on a disk that loses power, with a careless hub.

Owns how a program is put on such a disk, and the one line that makes a hub careless.
"""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

from child_processes import ROOT, Launch

from tests.chaos.members import Launcher
from tests.chaos.shop import Setting

UNDER: Final = "tests.sim.disk.under"
NO_DISK: Final = 77
"""Its exit code where this machine cannot have such a disk."""
_PROGRAMS: Final = ("common", "hub", "kiosk", "tests", "packaging")
_CAREFUL: Final = '"synchronous": "full",'
_CARELESS: Final = '"synchronous": "off",'


def usual_setting() -> Setting:
    """Return shops as they are, each with as many posts as its seed says."""
    return Setting(posts=0)


def power_setting(hub: Launch | None = None, kiosk: Launch | None = None) -> Setting:
    """Return shops in which a kill is a power loss, and how their programs are started."""
    on_disks = [on_a_disk(launch or Launch()) for launch in (hub, kiosk)]
    return replace(usual_setting(), hub=on_disks[0], kiosk=on_disks[1], power=True)


def on_a_disk(launch: Launch) -> Launcher:
    """Return how programs are started on a disk that loses what was not synced.

    Every other life about half of it reaches the disk all the same, in any order.
    """

    def begin(folder: Path, life: int) -> Launch:
        trickling = ("--seed", str(life)) if life % 2 == 0 else ()
        return replace(launch, under=(UNDER, "--folder", str(folder), *trickling))

    return begin


def careless_tree(root: Path) -> Path:
    """Copy the programs to `root`, with a hub that does not wait for its disk; return it."""
    # With what was compiled of it, but not what another process writes just now.
    passed_over = shutil.ignore_patterns("*.pyc.*")
    for name in _PROGRAMS:
        shutil.copytree(ROOT / name, root / name, ignore=passed_over)
    store = root / "hub" / "store.py"
    text = store.read_text(encoding="utf-8")
    if text.count(_CAREFUL) != 1:
        raise AssertionError(f"{_CAREFUL} stands {text.count(_CAREFUL)} times in hub/store.py")
    store.write_text(text.replace(_CAREFUL, _CARELESS), encoding="utf-8")
    return root
