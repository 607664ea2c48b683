"""One command of the command line's: to the hub that runs, or taken here where none does."""

from typing import Any

from common import messages as m
from common.errors import Problem
from hub.config import read_settings
from hub.console import open_console
from hub.folder import Folder
from hub.key_files import read_keys
from hub.local import run_locally
from hub.store import HubRuns


def tell_hub(folder: Folder, command: tuple[str, dict[str, Any]]) -> Problem | None:
    """Have a command taken; return what the hub said against it, None where it accepted.

    Raises StoreError where a disk fails, NoHub and ConsoleRefused of a hub that runs.
    """
    refused: list[Problem] = []

    def note(reply: m.Reply) -> None:
        if reply.status is not m.Status.ACCEPTED:
            refused.append(Problem(reply.code, reply.params))

    try:
        run_locally(folder, [command], note)
    except HubRuns:
        with open_console(read_settings(folder).network, read_keys(folder)) as console:
            console.command_all([command], note)
    return refused[0] if refused else None
