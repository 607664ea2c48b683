"""Where scales are: a serial port, or a simulated one. Owns opening a line and asking once."""

import time
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from common.errors import Refusal
from kiosk.devices.settings import Weighing
from kiosk.devices.weighing import MOVES, PROTOCOLS, Protocol, Weight

Weigh = Callable[[], int]
"""Returns grams. Raises Refusal `scale_unreachable`, `scale_silent`, `scale_moves`,
`scale_out_of_range`."""
WITHIN_S: Final = 2.0
_READ_S: Final = 0.2
_READ_BYTES: Final = 256
_KEPT_BYTES: Final = 1024
_BAUD: Final = 9600
_EXAMPLES: Final = "serial:///dev/ttyUSB0?baud=9600, simulated://345"


def scale_at(address: str, protocol: Weighing, within_s: float = WITHIN_S) -> Weigh:
    """Return the way to a scale; raises Refusal `scale_address`. Nothing is opened before use.

    `serial:///DEVICE[?baud=9600]`, `simulated://GRAMS`. `within_s`: so long it may move.
    """
    try:
        parts = urlsplit(address)
        return _WAYS[parts.scheme](parts, PROTOCOLS[protocol], within_s)
    except (KeyError, ValueError, IndexError) as error:
        raise Refusal("scale_address", address=address, known=_EXAMPLES) from error


def _serial(parts: SplitResult, protocol: Protocol, within_s: float) -> Weigh:
    device, baud = parts.path, int(parse_qs(parts.query).get("baud", [str(_BAUD)])[0])
    if device in ("", "/") or parts.netloc or baud <= 0:
        raise ValueError("no device")

    def weigh() -> int:
        import serial

        try:
            with serial.Serial(device, baud, timeout=_READ_S, write_timeout=within_s) as line:
                return _asked(line.read, line.write, protocol, within_s)
        except Refusal:
            raise
        except Exception as error:  # pyserial's own, termios's, the system's.
            reason = str(error).splitlines()[-1] if str(error) else type(error).__name__
            raise Refusal("scale_unreachable", scale=device, reason=reason) from error

    return weigh


def _asked(
    read: Callable[[int], bytes],
    write: Callable[[bytes], object],
    protocol: Protocol,
    within_s: float,
) -> int:
    """Return the first weight that stands still; what was on the line before may be half a line."""
    before, last = b"", Weight(None, "scale_silent")
    until_s = time.monotonic() + within_s
    if protocol.asks:
        write(protocol.asks)
    while time.monotonic() < until_s:
        *sayings, before = (before + read(_READ_BYTES)).split(protocol.ends)
        before = before[-_KEPT_BYTES:]
        for saying in sayings:
            said = protocol.read(saying)
            if said is None:
                continue
            if said.grams is not None:
                return said.grams
            last = said
            if protocol.asks:
                write(protocol.asks)
    raise Refusal(last.code)


def _simulated(parts: SplitResult, _protocol: Protocol, _within_s: float) -> Weigh:
    text = parts.netloc
    if text == "moves":
        return _moving
    grams = int(text)

    def weigh() -> int:
        return grams

    return weigh


def _moving() -> int:
    raise Refusal(MOVES.code)


_WAYS: Final[Mapping[str, Callable[[SplitResult, Protocol, float], Weigh]]] = {
    "serial": _serial,
    "simulated": _simulated,
}
