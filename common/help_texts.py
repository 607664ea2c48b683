"""The help of a command line, in the language of the person who asks for it.

Walks a tree of commands (click's, known here only by `help`, `params` and `commands`) and puts its
texts into one language. Msgids are the docstrings of commands and the `help` of options.
"""

from collections.abc import Sequence
from inspect import cleandoc
from typing import Any

from common.i18n import LANGUAGES, Translator


def asked_language(arguments: Sequence[str], otherwise: str) -> str:
    """Return what `--lang` says in a command line that is not parsed yet, else `otherwise`."""
    for place, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            following = arguments[place + 1 : place + 2]
            wanted = value if equals else "".join(following)
            return wanted if wanted in LANGUAGES else otherwise
    return otherwise


class HelpTexts:
    """The help of one tree of commands; remembers the msgids, so that it can speak anew."""

    def __init__(self) -> None:
        self._msgids: dict[int, str] = {}

    def speak(self, command: Any, t: Translator) -> None:
        """Put the help of a command, its options and its subcommands into `t`'s language."""
        for said in (command, *command.params):
            msgid = self._msgids.setdefault(id(said), cleandoc(getattr(said, "help", None) or ""))
            if msgid:
                said.help = t(msgid)
        for below in getattr(command, "commands", {}).values():
            self.speak(below, t)
