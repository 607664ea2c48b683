"""Where bytes go: a printer on the network, by USB, at a serial port, or a file.

Owns the addresses under which printers are named, and what is said of one that cannot be reached.
The ways themselves are python-escpos's. Nothing here retries or waits for paper: `queue.py` does.
"""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from common.errors import Refusal

Send = Callable[[bytes], None]
"""Sends bytes to a printer. Raises Refusal `printer_unreachable`; some of them may be out then."""
TIMEOUT_S: Final = 10.0
_NETWORK_PORT: Final = 9100
_LINGER_S: Final = 1.0
_EXAMPLES: Final = (
    *("tcp://192.168.1.50", "usb://04b8:0202", "serial:///dev/ttyUSB0?baud=9600"),
    "file:///var/spool/ticket.bin",
)
_BAUD: Final = 9600


def printer_at(address: str) -> Send:
    """Return the way to a printer; raises Refusal `printer_address` for none.

    `tcp://HOST[:PORT]`, `usb://VENDOR:PRODUCT` (hex), `serial:///DEVICE[?baud=9600]`,
    `file:///PATH`. Nothing is opened before something is sent.
    """
    try:
        parts = urlsplit(address)
        make = _WAYS[parts.scheme](parts)
    except (KeyError, ValueError, IndexError) as error:
        raise Refusal("printer_address", address=address, known=", ".join(_EXAMPLES)) from error

    def send(data: bytes) -> None:
        try:
            printer = make()
            try:
                printer.open()
                printer._raw(data)  # noqa: SLF001 - python-escpos has no public name for it
            finally:
                printer.close()
        except Exception as error:  # Each way has faults of its own, of three libraries.
            reason = str(error).splitlines()[-1] if str(error) else type(error).__name__
            raise Refusal("printer_unreachable", printer=address, reason=reason) from error

    return send


def _network(parts: SplitResult) -> Callable[[], Any]:
    host, port = parts.hostname, parts.port or _NETWORK_PORT
    if not host:
        raise ValueError("no host")
    return lambda: _OnNetwork(host, port)


def _usb(parts: SplitResult) -> Callable[[], Any]:
    from escpos.printer import Usb

    vendor, product = (int(part, 16) for part in parts.netloc.split(":"))
    return lambda: Usb(vendor, product, timeout=int(TIMEOUT_S * 1000), profile="default")


def _serial(parts: SplitResult) -> Callable[[], Any]:
    from escpos.printer import Serial

    device = parts.path if parts.path != "/" else ""
    baud = int(parse_qs(parts.query).get("baud", [str(_BAUD)])[0])
    if not device:
        raise ValueError("no device")
    return lambda: Serial(device, baudrate=baud, timeout=TIMEOUT_S, profile="default")


def _file(parts: SplitResult) -> Callable[[], Any]:
    if not parts.path or parts.netloc:
        raise ValueError("no path")
    return lambda: _Appending(parts.path)


class _OnNetwork:
    """A printer at a port that takes bytes; python-escpos's leaves a socket open where none is."""

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)
        self._socket: socket.socket | None = None

    def open(self) -> None:
        self._socket = socket.create_connection(self._place, TIMEOUT_S)

    def _raw(self, data: bytes) -> None:
        assert self._socket is not None
        self._socket.sendall(data)
        # Closed at once, what a slow printer has not read yet could be thrown away. Some never
        # hang up by themselves: after a moment it counts as printed.
        self._socket.shutdown(socket.SHUT_WR)
        self._socket.settimeout(_LINGER_S)
        with suppress(OSError):
            while self._socket.recv(4096):
                pass

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()


class _Appending:
    """A file that grows; python-escpos's own begins anew with each paper."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: Any = None

    def open(self) -> None:
        self._file = open(self._path, "ab")  # noqa: SIM115 - closed by `close`

    def _raw(self, data: bytes) -> None:
        self._file.write(data)
        self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


_WAYS: Final[Mapping[str, Callable[[SplitResult], Callable[[], Any]]]] = {
    "tcp": _network,
    "usb": _usb,
    "serial": _serial,
    "file": _file,
}
