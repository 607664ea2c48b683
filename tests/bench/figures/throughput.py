"""Commands a second, saturated: the smallest command, and tickets of eight lines."""

from collections.abc import Iterator

from tests.bench.figure import Figure, at_least
from tests.bench.setting import Setting
from tests.bench.systems import LIMIT, NAMES, WEBSOCKET, WEBSOCKET_GROUP, running
from tests.bench.workload import Workload, price_changes, tickets

CONNECTIONS = 8
WINDOW = 64
COMMAND_GOALS = (at_least(0.5, LIMIT), at_least(2.0, WEBSOCKET), at_least(1.0, WEBSOCKET_GROUP))
TICKET_GOALS = (at_least(300),)


def commands(setting: Setting) -> Iterator[Figure]:
    """Yield commands/s of the smallest command."""
    ids = setting.small_shop.article_ids
    workload = price_changes(ids, setting.plan.throughput_commands)
    yield Figure("commands, saturated", "1/s", _rounds(setting, workload), _notes(), COMMAND_GOALS)


def eight_line_tickets(setting: Setting) -> Iterator[Figure]:
    """Yield tickets/s."""
    ids = setting.small_shop.article_ids
    workload = tickets(ids, setting.plan.throughput_tickets)
    yield Figure(
        "8-line tickets, saturated", "1/s", _rounds(setting, workload), _notes(), TICKET_GOALS
    )


def _notes() -> dict[str, int]:
    return {"connections": CONNECTIONS, "window": WINDOW}


def _rounds(setting: Setting, workload: Workload) -> tuple[dict[str, float], ...]:
    case = setting.case(setting.small_shop, workload)
    rounds = []
    for number in setting.rounds(f"saturated {workload.kind}"):
        values = {}
        for name in setting.order(number, NAMES):
            with running(name, setting.lab, case) as system:
                elapsed_s = system.send_saturated(CONNECTIONS, WINDOW)
                values[name] = len(workload.bodies) / elapsed_s
        rounds.append(values)
    return tuple(rounds)
