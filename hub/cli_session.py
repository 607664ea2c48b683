"""What every command of `comptoir-hub` is handed: where the hub lies, and how to speak.

Owns sentences, errors and the language of the administrator's terminal.
"""

import getpass
import locale
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import orjson
from rich.console import Console as Terminal
from rich.table import Table

from common.errors import Refusal
from common.i18n import Translator
from hub.article_notices import ArticleFileError
from hub.config import read_settings
from hub.console import Console, ConsoleRefused, open_console
from hub.folder import Folder
from hub.key_files import read_keys

ItemT = TypeVar("ItemT")
SOME_REJECTED: Final = 3
"""Exit code of an import that left something out; the rest was taken."""


class Session:
    """What every subcommand needs: where the hub lies, and in which language to speak."""

    def __init__(self, root: Path, t: Translator) -> None:
        self.folder = Folder(root)
        self.t = t
        self.terminal = Terminal(highlight=False)

    def say(self, msgid: str, **fields: object) -> None:
        """Print a sentence."""
        self.terminal.print(self.t(msgid, **fields), soft_wrap=True, markup=False)

    def show_list(
        self,
        found: Sequence[ItemT],
        plain: Callable[[ItemT], Any],
        table: Callable[[Translator, Sequence[ItemT]], Table],
        nothing: str,
        as_json: bool,
    ) -> None:
        """Print what was found as JSON or as a table; `nothing` is what is said of no item."""
        if as_json:
            print(orjson.dumps([plain(each) for each in found]).decode())
        elif found:
            self.terminal.print(table(self.t, found))
        else:
            self.say(nothing)

    def fail(self, text: str) -> NoReturn:
        """Print an error and leave with exit code 1."""
        Terminal(stderr=True, highlight=False).print(
            text, style="red", soft_wrap=True, markup=False
        )
        sys.exit(1)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn every known error into its sentence."""
        try:
            yield
        except (Refusal, ConsoleRefused) as refused:
            self.fail(refused.problem.text(self.t))
        except ArticleFileError as error:
            self.fail(error.text(self.t))

    @contextmanager
    def hub(self) -> Iterator[Console]:
        """Connect to the running hub of this folder."""
        with self.errors():
            settings = read_settings(self.folder)
            with open_console(settings.network, read_keys(self.folder)) as console:
                yield console


def language() -> str:
    """Return the language to speak: COMPTOIR_LANG, else the system's, French unless English."""
    wanted = os.environ.get("COMPTOIR_LANG") or locale.getlocale()[0] or ""
    return "en" if wanted.lower().startswith("en") else "fr"


def user_name() -> str:
    """Return the name of whoever is logged in on this computer, "" where it has none."""
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()[:100]
    return ""
