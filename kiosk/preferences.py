"""What the people at a post have chosen, kept in its folder: language, looks, sound, favourites.

Nothing here may keep a post from starting: what cannot be read is as if it had not been chosen.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import msgspec

from common.errors import Refusal
from common.i18n import LANGUAGES
from kiosk.device import write_whole

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What was chosen, most of it one of `CHOICES`. `lang` is "" where nobody chose: the system's.

    `basket`: on which side of a screen the sale stands. `scale`: of type and keys. `favourites`:
    the articles that a till has at hand, in the order they were chosen.
    """

    lang: str = ""
    theme: str = "light"
    basket: str = "right"
    scale: str = "normal"
    sound: str = "on"
    favourites: tuple[str, ...] = ()


FAVOURITES_MOST: Final = 60
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "lang": tuple(LANGUAGES),
    "theme": ("light", "dark"),
    "basket": ("right", "left"),
    "scale": ("normal", "large"),
    "sound": ("on", "off"),
}


def _file(folder: Path) -> Path:
    return folder / "preferences.json"


def read_preferences(folder: Path) -> Preferences:
    """Return what was chosen on this post."""
    try:
        kept = msgspec.json.decode(_file(folder).read_bytes(), type=dict[str, object])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Preferences()
    chosen = {name: kept[name] for name, values in CHOICES.items() if kept.get(name) in values}
    favourites = kept.get("favourites")
    ids = favourites if isinstance(favourites, list) else []
    return Preferences(
        **{name: str(value) for name, value in chosen.items()},
        favourites=tuple(each for each in ids if isinstance(each, str))[:FAVOURITES_MOST],
    )


def write_preferences(folder: Path, preferences: Preferences) -> None:
    """Keep what was chosen; where the disk will not have it, it holds until the end."""
    try:
        write_whole(_file(folder), msgspec.json.encode(asdict(preferences)) + b"\n")
    except Refusal as refusal:
        _log.warning("%s", refusal)
