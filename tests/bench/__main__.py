"""`python -m tests.bench`: measures, prints a table, and writes the results for other programs."""

import platform
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import click
import orjson
import psutil
import zmq
from rich.console import Console

from hub.store import sqlite_version
from tests.bench.figure import Figure
from tests.bench.figures import (
    archive,
    flood,
    journal,
    kills,
    latency,
    memory,
    on_disk,
    recovery,
    repricing,
    restart,
    screen,
    search,
    snapshots,
    throughput,
    till,
)
from tests.bench.lab import IN_MEMORY, Lab, open_lab
from tests.bench.plan import FULL, QUICK
from tests.bench.setting import Setting
from tests.bench.table import print_table

FIGURES: Final[Mapping[str, Callable[[Setting], Iterator[Figure]]]] = {
    "latency": latency.figures,
    "commands": throughput.commands,
    "tickets": throughput.eight_line_tickets,
    "on-disk": on_disk.figures,
    "snapshot": snapshots.figures,
    "recovery": recovery.figures,
    "repricing": repricing.figures,
    "restart": restart.figures,
    "kills": kills.figures,
    "memory": memory.figures,
    "flood": flood.figures,
    "search": search.figures,
    "journal": journal.figures,
    "archive": archive.figures,
    "till": till.figures,
    "screen": screen.figures,
}
FILE_WIDTH: Final = 160
LIBRARIES: Final = ("comptoir", "pyzmq", "orjson", "msgspec", "peewee", "pysqlite3", "websockets")


@click.command()
@click.option("--quick", is_flag=True, help="Less of everything, in under a minute.")
@click.option("--only", multiple=True, type=click.Choice(list(FIGURES)), help="Measure only this.")
@click.option("--rounds", type=click.IntRange(1), help="Rounds of each figure.")
@click.option(
    "--json", "json_path", type=click.Path(dir_okay=False, path_type=Path), help="Write results."
)
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where scratch files go: a real disk, since commits are measured.",
)
def main(
    quick: bool,
    only: tuple[str, ...],
    rounds: int | None,
    json_path: Path | None,
    folder: Path | None,
) -> None:
    """Measure Comptoir beside the limit and beside what one would build otherwise."""
    # Ends like Ctrl+C does: through every `finally`, which end the processes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    terminal = Console(highlight=False)
    if not terminal.is_terminal:
        terminal.width = FILE_WIDTH
    plan = QUICK if quick else FULL
    if rounds is not None:
        plan = replace(plan, rounds=rounds)
    figures: list[Figure] = []
    with open_lab(folder) as lab, terminal.status("") as status:
        if lab.filesystem in IN_MEMORY:
            terminal.print(f"[yellow]{lab.root} is in memory: commits cost nothing there.[/yellow]")
        tell = status.update if terminal.is_terminal else partial(click.echo, err=True)
        setting = Setting(lab, plan, tell)
        for name in only or FIGURES:
            figures += FIGURES[name](setting)
        machine = describe_machine(lab)
    print_table(figures, terminal)
    if json_path is not None:
        results = {
            "results": [figure.as_json() for figure in figures],
            "machine": machine,
            "versions": describe_versions(),
        }
        json_path.write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2))


def describe_machine(lab: Lab) -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": psutil.cpu_count(),
        "memory_mb": psutil.virtual_memory().total // 10**6,
        "file_system": lab.filesystem,
    }


def describe_versions() -> dict[str, str]:
    """Return the versions of what is measured."""
    return {
        "python": sys.version.split()[0],
        "libzmq": zmq.zmq_version(),
        "sqlite": sqlite_version(),
        **{name: version(name) for name in LIBRARIES},
    }


if __name__ == "__main__":
    main()
