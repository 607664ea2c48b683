"""The results as a table in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.bench.figure import Figure, Goal
from tests.bench.systems import LIMIT, WEBSOCKET, WEBSOCKET_GROUP

PEERS = {LIMIT: "limit", WEBSOCKET: "WebSocket", WEBSOCKET_GROUP: "WS group"}


def print_table(figures: Sequence[Figure], terminal: Console) -> None:
    """Print one line a figure: ours, each peer's with our ratio to it, and the goals."""
    table = Table(pad_edge=False, box=None)
    table.add_column("figure", no_wrap=True)
    for heading in ("Comptoir", *(name for peer in PEERS.values() for name in (peer, "×"))):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("goal")
    for figure in figures:
        cells = [f"{_amount(figure.value())} {figure.unit}"]
        for peer in PEERS:
            cells += [_amount(figure.value(peer)), _amount(figure.ratio(peer))]
        goals = "  ".join(_goal(figure, goal) for goal in figure.goals)
        table.add_row(_title(figure), *cells, goals)
    terminal.print(table)


def _title(figure: Figure) -> str:
    rate = figure.notes.get("rate_per_s")
    return f"{figure.name} at {rate:g}/s" if rate else figure.name


def _goal(figure: Figure, goal: Goal) -> str:
    sign = "≤" if goal.at_most else "≥"
    against = f" {PEERS[goal.against]}" if goal.against else ""
    text = f"{sign} {goal.bound:g}{'×' if against else ''}{against}"
    met = figure.met(goal)
    colour = "yellow" if met is None else "green" if met else "red"
    return f"[{colour}]{text}[/{colour}]"


def _amount(value: float | None) -> str:
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"
