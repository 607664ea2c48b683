"""What Kivy must be told before it is first imported: environment, configuration, noise.

Owns the window's size and mode, the input providers, and where Kivy may write. Everything is set
from a `WindowSettings`; nothing is read from a Kivy configuration file of the person's account.
"""

import logging
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kiosk.preferences import Preferences

MIN_WIDTH_PX: Final = 800
MIN_HEIGHT_PX: Final = 600


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """`width_px` × `height_px` is the window's, or the screen's when `fullscreen`.

    Full screen is a borderless window of that size at (0, 0): Kivy's own "auto" clips drawing on
    X without a window manager. `density`: px per dp, 0 takes the screen's own. `left_px`, `top_px`:
    where the window opens; None leaves it to the system. `borderless`: nobody moves it.
    """

    width_px: int = 1280
    height_px: int = 800
    fullscreen: bool = False
    show_cursor: bool = True
    density: float = 0.0
    title: str = "Comptoir"
    left_px: int | None = None
    top_px: int | None = None
    borderless: bool = False


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """How the screens behave. `preferences`: what was chosen before.

    `letters_by_touch`: touching a search field brings letters to the screen. `calm_s`: what comes
    from elsewhere is shown at once, and what comes soon after it at most so often.
    """

    preferences: Preferences = field(default_factory=Preferences)
    letters_by_touch: bool = True
    calm_s: float = 0.1


class _ExpectedNoise(logging.Filter):
    """Drops what Kivy says about optional libraries that Comptoir does not use."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        return "MTDev is not supported" not in message and "Cutbuffer" not in message


def prepare(settings: WindowSettings, home: Path) -> None:
    """Set Kivy up for this process; `home` is where it may keep its own files.

    Raises RuntimeError when Kivy was imported before: its window could no longer be shaped.
    """
    if "kivy" in sys.modules:
        raise RuntimeError("kivy was imported before kivy_setup.prepare")
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        KIVY_HOME=str(home),
        KIVY_NO_ARGS="1",
        KIVY_NO_CONFIG="1",
        KIVY_NO_FILELOG="1",
        # Kivy's records go through Python's logging and leave the root logger alone.
        KIVY_LOG_MODE="PYTHON",
        # What a touch or news have asked for is drawn at once, and not when a frame is due.
        KIVY_CLOCK="interrupt",
    )
    if settings.density:
        os.environ["KIVY_METRICS_DENSITY"] = str(settings.density)
    logging.getLogger("kivy").addFilter(_ExpectedNoise())
    _configure(settings)


def _configure(settings: WindowSettings) -> None:
    from kivy.config import Config

    fixed = settings.fullscreen or settings.borderless
    for section, option, value in (
        ("kivy", "exit_on_escape", "0"),
        ("kivy", "log_level", "warning"),
        ("kivy", "keyboard_mode", "system"),
        ("graphics", "width", str(settings.width_px)),
        ("graphics", "height", str(settings.height_px)),
        ("graphics", "minimum_width", str(min(MIN_WIDTH_PX, settings.width_px))),
        ("graphics", "minimum_height", str(min(MIN_HEIGHT_PX, settings.height_px))),
        ("graphics", "fullscreen", "0"),
        ("graphics", "borderless", "1" if fixed else "0"),
        ("graphics", "resizable", "0" if fixed else "1"),
        # So often it is looked for touches. Nothing is drawn where nothing has changed.
        ("graphics", "maxfps", "120"),
        ("graphics", "allow_screensaver", "0"),
        ("graphics", "show_cursor", "1" if settings.show_cursor else "0"),
        # Every shape is drawn smooth by itself, so the window needs no samples of its own.
        ("graphics", "multisamples", "0"),
        ("input", "mouse", "mouse,disable_multitouch"),
    ):
        Config.set(section, option, value)
    left, top = (0, 0) if settings.fullscreen else (settings.left_px, settings.top_px)
    if left is not None and top is not None:
        for option, value in (("position", "custom"), ("left", str(left)), ("top", str(top))):
            Config.set("graphics", option, value)
    # probesysfs would read the touch screen beside SDL, and every tap would count twice.
    Config.remove_option("input", "%(name)s")
