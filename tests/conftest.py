"""What every test stands on: the same examples on every run, and a home folder of its own."""

import gc
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

# Examples come from the test's own name: a run that passed passes again, on any machine.
settings.register_profile("same", derandomize=True, deadline=None, database=None, print_blob=True)
settings.load_profile("same")


SPREAD: Final = 0.8
"""Over so much of the run what takes long is spread."""
GOLDEN: Final = (5**0.5 - 1) / 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread what takes long over the run: it computes while others wait for sockets and processes.

    None of it comes last, where it would keep one worker, and none of the others.
    """
    long = [item for item in items if item.get_closest_marker("slow") is not None]
    short = [item for item in items if item.get_closest_marker("slow") is None]
    # Those of one file, which stand side by side, far from each other.
    long = [long[at] for at in sorted(range(len(long)), key=lambda at: at * GOLDEN % 1)]
    step = SPREAD * len(short) / max(1, len(long))
    for turn, item in enumerate(long):
        short.insert(round(step * turn) + turn, item)
    items[:] = short


def pytest_collection_finish() -> None:
    """Keep the collector of garbage from walking through seven thousand tests again and again.

    What a test leaves is soon gone by itself: looked for as often as usual it took 6 to 8 % more.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point every user folder below a scratch one, for this process and those it starts."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.setenv("KIVY_HOME", str(home / "kivy"))
    return home
