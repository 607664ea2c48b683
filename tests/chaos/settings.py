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


def power_setting(hub_tree: Path = ROOT) -> Setting:
    """Return shops in which a kill is a power loss; the hub's program lies in `hub_tree`."""
    return replace(usual_setting(), hub=on_a_disk(hub_tree), kiosk=on_a_disk(ROOT), power=True)


def on_a_disk(tree: Path) -> Launcher:
    """Return how programs of a tree are started on a disk that loses what was not synced.

    Every other life about half of it reaches the disk all the same, in any order.
    """

    def launch(folder: Path, life: int) -> Launch:
        trickling = ("--seed", str(life)) if life % 2 == 0 else ()
        return Launch(tree, (UNDER, "--folder", str(folder), *trickling))

    return launch


def careless_tree(root: Path) -> Path:
    """Copy the programs to `root`, with a hub that does not wait for its disk; return it."""
    for name in _PROGRAMS:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    store = root / "hub" / "store.py"
    text = store.read_text(encoding="utf-8")
    if text.count(_CAREFUL) != 1:
        raise AssertionError(f"{_CAREFUL} stands {text.count(_CAREFUL)} times in hub/store.py")
    store.write_text(text.replace(_CAREFUL, _CARELESS), encoding="utf-8")
    return root
