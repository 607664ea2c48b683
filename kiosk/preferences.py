"""What the people at a post have chosen, kept in its folder: the language of its screens.

Nothing here may keep a post from starting: what cannot be read is as if it had not been chosen.
"""

import logging
from pathlib import Path

import msgspec

from common.errors import Refusal
from common.i18n import LANGUAGES
from kiosk.device import write_whole

_log = logging.getLogger(__name__)


def _file(folder: Path) -> Path:
    return folder / "preferences.json"


def read_language(folder: Path) -> str | None:
    """Return the language that was chosen on this post, None for none."""
    try:
        chosen = msgspec.json.decode(_file(folder).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    lang = chosen.get("lang")
    return lang if lang in LANGUAGES else None


def write_language(folder: Path, lang: str) -> None:
    """Keep a language; where the disk will not have it, it holds until the end."""
    try:
        write_whole(_file(folder), msgspec.json.encode({"lang": lang}) + b"\n")
    except Refusal as refusal:
        _log.warning("%s", refusal)
