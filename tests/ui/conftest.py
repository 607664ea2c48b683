"""A window for the ui tests: real drawing by SDL's offscreen driver, no display, no sleeping."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from common.i18n import Translator
from common.topics import Profile
from kiosk.kivy_setup import ScreenSettings, WindowSettings, prepare
from kiosk.preferences import Preferences
from tests.ui.fake_session import FakeSession
from tests.ui.frame_clock import FRAMES
from tests.ui.hands import Hands, OpenPost

NEEDED = ("libGL.so.1", "libEGL.so.1")
PACKAGES = "libgl1 libegl1 libgl1-mesa-dri"


def _missing() -> str:
    """Return what a window cannot be opened without here, "" when everything is there."""
    try:
        import kivy  # noqa: F401
    except ImportError:
        return "kivy is not installed (pip install 'comptoir[kiosk]')"
    for library in NEEDED:
        try:
            ctypes.CDLL(library)
        except OSError:
            return f"{library} is missing (apt-get install {PACKAGES})"
    return ""


@pytest.fixture(scope="session")
def window(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Open the one window of this process, or skip saying what is missing."""
    os.environ.update(SDL_VIDEODRIVER="offscreen", KIVY_WINDOW="sdl2")
    if "kivy" not in sys.modules:
        with suppress(ImportError):
            # As large as any size under test: an offscreen window shrinks, but never grows.
            prepare(WindowSettings(1920, 1280, density=1.0), tmp_path_factory.mktemp("kivy"))
    missing = _missing()
    if missing:
        pytest.skip(missing)
    from kivy.base import EventLoop

    FRAMES.follow()
    EventLoop.ensure_window()


@pytest.fixture
def open_post(window: None) -> Iterator[OpenPost]:
    """Return a function that opens a post's screen: profile, size, language, theme, and more."""
    opened: list[Hands] = []

    def open_one(
        profile: Profile = Profile.TILL,
        size: tuple[int, int] = (1280, 800),
        lang: str = "fr",
        theme: str = "light",
        session: FakeSession | None = None,
        **chosen: Any,
    ) -> Hands:
        settings = ScreenSettings(Preferences(theme=theme, **chosen), calm_s=0)
        hands = Hands(session or FakeSession(profile), Translator(lang), settings, size)
        opened.append(hands)
        return hands

    yield open_one
    for hands in opened:
        hands.close()


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where screenshots go: to the docs with COMPTOIR_SCREENSHOTS set, else to scratch."""
    if os.environ.get("COMPTOIR_SCREENSHOTS"):
        folder = Path(__file__).parents[2] / "docs" / "screens"
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    return tmp_path_factory.mktemp("screens")
