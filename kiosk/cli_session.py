"""What every command of `comptoir-kiosk` is handed: the post's folder, its keys, and how to speak.

Owns the options that commands share, errors as sentences, and asking for a passphrase.
"""

import locale
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console as Terminal

from common.errors import Refusal
from common.i18n import Translator
from kiosk.preferences import read_preferences

if TYPE_CHECKING:
    from kiosk.protection import Lock


DATA = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of this post (keys, waiting operations, copy of the shop).",
)
PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File whose first line is this post's passphrase; asked for in the terminal when not"
    " given.",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What every command needs: the post's folder, and in which language to speak."""

    folder: Path
    lang: str | None

    def translator(self, folder: Path) -> Translator:
        """Return the language to speak: as asked, as chosen on this post, else the system's."""
        return Translator(self.lang or read_preferences(folder).lang or system_language())


def system_language() -> str:
    """Return the language to speak where nobody chose one: the system's, French unless English."""
    wanted = os.environ.get("COMPTOIR_LANG") or locale.getlocale()[0] or ""
    return "en" if wanted.lower().startswith("en") else "fr"


@contextmanager
def errors(t: Translator) -> Iterator[None]:
    """Turn a refusal into its sentence and exit code 1."""
    try:
        yield
    except Refusal as refusal:
        text = refusal.problem.text(t)
        Terminal(stderr=True, highlight=False).print(text, soft_wrap=True, markup=False)
        sys.exit(1)


def lock_of(folder: Path, t: Translator, file: Path | None) -> "Lock":
    """Return what opens the post's keys; asks for the passphrase where they are sealed by one."""
    from kiosk.protection import OPEN, protection, unlock

    return OPEN if protection(folder) is None else unlock(folder, asked_passphrase(t, file))


def asked_passphrase(t: Translator, file: Path | None, confirmed: bool = False) -> str:
    """Return the first line of a file, or what is typed in the terminal; raises Refusal."""
    if file is None:
        if not sys.stdin.isatty() and not os.path.exists("/dev/tty"):
            raise Refusal("keys_locked")
        asked = t("Passphrase of this post")
        answer: str = click.prompt(asked, hide_input=True, confirmation_prompt=confirmed, err=True)
        return answer
    try:
        with click.open_file(str(file), encoding="utf-8") as lines:
            line: str = lines.readline()
            return line.rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("path_unusable", file=str(file), reason=str(error)) from error


def moment(t: Translator, at_ms: int) -> str:
    """Return a moment, ms since 1970 UTC, as it reads on this computer's clock."""
    offset_min = time.localtime(at_ms // 1000).tm_gmtoff // 60
    return f"{t.short_date(at_ms, offset_min)} {t.time_of_day(at_ms, offset_min)}"
