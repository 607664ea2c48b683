"""Commands of the command line's: to the hub that runs, or taken here where none does."""

from collections.abc import Callable, Iterable
from typing import Any

from common import messages as m
from common.errors import Problem
from hub.config import read_settings
from hub.console import open_console
from hub.folder import Folder
from hub.key_files import read_keys

Command = tuple[str, dict[str, Any]]
"""Its kind, and its arguments."""


def tell_hub(folder: Folder, command: Command) -> Problem | None:
    """Have a command taken; return what the hub said against it, None where it accepted.

    Raises StoreError where a disk fails, NoHub and ConsoleRefused of a hub that runs.
    """
    refused: list[Problem] = []

    def note(reply: m.Reply) -> None:
        if reply.status is not m.Status.ACCEPTED:
            refused.append(Problem(reply.code, reply.params))

    tell_all(folder, [command], note)
    return refused[0] if refused else None


def tell_all(
    folder: Folder, commands: Iterable[Command], on_reply: Callable[[m.Reply], None]
) -> None:
    """Have commands taken in order, and report each reply; raises as `tell_hub` does."""
    # Late: a hub's own parts, which a command line that only asks does without.
    from hub.local import run_locally
    from hub.store import HubRuns

    try:
        run_locally(folder, commands, on_reply)
    except HubRuns:
        # A hub runs on the folder: it takes the commands, and the kiosks see them at once.
        with open_console(read_settings(folder).network, read_keys(folder)) as console:
            console.command_all(commands, on_reply)
