"""A screen of its own for a window that must be a real one: Xvfb, started and ended here."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

XVFB: Final = "Xvfb"
PACKAGES: Final = "xvfb xauth xdotool"


def has_display() -> bool:
    """Return whether a screen can be opened on this machine."""
    return shutil.which(XVFB) is not None


@contextmanager
def open_display(width_px: int, height_px: int) -> Iterator[str]:
    """Yield the name of a screen, such as ":3", that is gone afterwards. Raises RuntimeError."""
    read_end, write_end = os.pipe()
    screen = f"{width_px}x{height_px}x24"
    command = [XVFB, "-displayfd", str(write_end), "-screen", "0", screen, "-noreset"]
    with subprocess.Popen(
        [*command, "-nolisten", "tcp"], pass_fds=[write_end], stderr=subprocess.DEVNULL
    ) as server:
        os.close(write_end)
        try:
            with os.fdopen(read_end) as answer:
                number = answer.readline().strip()
            if not number:
                raise RuntimeError("Xvfb did not start")
            yield f":{number}"
        finally:
            server.terminate()
