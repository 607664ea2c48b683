"""Which terminal a till has, by its setting: one by hand, or a simulated one."""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from common.errors import Refusal
from kiosk.terminals.manual import ManualTerminal
from kiosk.terminals.simulated import ANSWER_S, Answer, SimulatedTerminal
from kiosk.terminals.terminal import Terminal

Monotonic = Callable[[], float]
_EXAMPLES: Final = "manual, simulated://accept?after_s=2"
_MOST_S: Final = 3600.0


def terminal_at(address: str, monotonic: Monotonic) -> Terminal:
    """Return a terminal; raises Refusal `terminal_address` for none.

    `manual`, `simulated://ANSWER[?after_s=2]`. `monotonic` gives seconds.
    """
    try:
        parts = urlsplit(address)
        return _WAYS[parts.scheme or parts.path](parts, monotonic)
    except (KeyError, ValueError, IndexError) as error:
        raise Refusal("terminal_address", address=address, known=_EXAMPLES) from error


def _manual(parts: SplitResult, _monotonic: Monotonic) -> Terminal:
    if parts.netloc or parts.query:
        raise ValueError("a terminal by hand has no address")
    return ManualTerminal()


def _simulated(parts: SplitResult, monotonic: Monotonic) -> Terminal:
    after_s = float(parse_qs(parts.query).get("after_s", [str(ANSWER_S)])[0])
    if not 0 <= after_s <= _MOST_S:
        raise ValueError("out of range")
    return SimulatedTerminal(monotonic, Answer(parts.netloc or "accept"), after_s)


_WAYS: Final[Mapping[str, Callable[[SplitResult, Monotonic], Terminal]]] = {
    "manual": _manual,
    "simulated": _simulated,
}
