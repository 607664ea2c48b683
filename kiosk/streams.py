"""A headless kiosk's process: its two streams, its signals, and the one thread that serves them.

Owns waking and ending. What a line means is `headless.py`'s.
"""

import signal
from collections.abc import Callable
from contextlib import suppress
from io import RawIOBase
from queue import Empty, SimpleQueue
from threading import Thread
from typing import BinaryIO, Final

from common.i18n import Translator
from kiosk.headless import Headless
from kiosk.headless_lines import LINE_BYTES
from kiosk.session import Session

_WAKE: Final = b""
_END: Final = None
_BLANK: Final = b" "
_READ_BYTES: Final = 65_536
Wakes = SimpleQueue[bytes | None]


def run(session: Session, t: Translator, stdin: RawIOBase, stdout: BinaryIO) -> None:
    """Serve the streams until they end, `quit`, SIGTERM or Ctrl+C; the session is closed then.

    `stdin` has no buffer of its own: a thread that still waits in one when Python ends holds its
    lock, and Python aborts.
    """
    # Of all queues only this one may be put to from a signal handler.
    wakes: Wakes = SimpleQueue()
    signalled = False

    def end(*_: object) -> None:
        nonlocal signalled
        signalled = True
        wakes.put(_WAKE)

    def write(whole: bytes) -> None:
        stdout.write(whole)
        stdout.flush()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with suppress(BrokenPipeError):  # Nobody listens any more.
            session.on_wake = lambda: wakes.put(_WAKE)
            headless = Headless(session, write, t)
            # A daemon: a read that never returns must not keep the process.
            Thread(target=_read, args=(stdin, wakes), name="lines", daemon=True).start()
            _serve(headless, wakes, lambda: signalled)
    finally:
        session.on_wake = session.on_batch = None
        # Before the handlers go: a SIGTERM while the files close must not end the process.
        session.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def _serve(headless: Headless, wakes: Wakes, signalled: Callable[[], bool]) -> None:
    at_end = False
    while not (signalled() or headless.over or (at_end and headless.idle)):
        try:
            text = wakes.get(timeout=headless.timeout_s())
        except Empty:
            text = _WAKE
        if text is _END:
            at_end = True
        elif text:
            headless.line(text)
        else:
            headless.turn()


def _read(stdin: RawIOBase, wakes: Wakes) -> None:
    """Put every line; of one that is too long its beginning, for the error to name it."""
    begun = b""
    while part := stdin.read(_READ_BYTES):
        *whole, begun = (begun + part).split(b"\n")
        for line in whole:
            wakes.put(line[: LINE_BYTES + 1] or _BLANK)
        begun = begun[: LINE_BYTES + 1]
    if begun:
        wakes.put(begun)
    wakes.put(_END)
