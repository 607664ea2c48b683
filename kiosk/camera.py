"""Reading a QR code by a camera, where this machine has one and the extra `camera` is installed.

Owns the capture thread and what it hands on: small pictures for a preview, and the first text that
it reads. What the text means is others' business. The libraries are imported late: a till without a
camera loads none of them.
"""

import importlib.util
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

PREVIEW_WIDTH: Final = 480
_NEEDED: Final = ("cv2", "zxingcpp")
_DEVICE: Final = re.compile(r"video(\d+)")
_PAUSE_S: Final = 0.05
Source = int | str
"""A camera's number, or the path of a film."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a camera sees: a picture of `width` × `height`, 3 bytes a pixel from the top left, and
    the text of a QR code in it, "" for none. `failed`: there is no more to be seen."""

    width: int = 0
    height: int = 0
    rgb: bytes = b""
    text: str = ""
    failed: bool = False


def find_camera(devices: Path = Path("/dev")) -> Source | None:
    """Return the first camera of this machine; None without one, or without the extra."""
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        return None
    if sys.platform.startswith("linux"):
        names = sorted(path.name for path in devices.glob("video*"))
        numbers = [int(found[1]) for name in names if (found := _DEVICE.fullmatch(name))]
        return min(numbers, default=None)
    # Other systems say so only by opening it.
    return 0 if _opens(0) else None


def _opens(source: Source) -> bool:
    capture = _capture(source)
    try:
        return bool(capture.isOpened())
    finally:
        capture.release()


class Camera:
    """Looks from its making until `close`, or until it has read a text."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._newest = Look()
        self._stopping = Event()
        self._thread = Thread(target=self._watch, name="camera", daemon=True)
        self._thread.start()

    def newest(self) -> Look:
        """Return what was seen last; the same again while nothing new came."""
        return self._newest

    def close(self) -> None:
        """Let the camera go; on return it is free for others, unless it does not answer."""
        self._stopping.set()
        self._thread.join(2.0)

    def _watch(self) -> None:
        capture = _capture(self._source)
        try:
            while not self._stopping.wait(_PAUSE_S):
                good, picture = capture.read()
                if not good:
                    return
                self._newest = look = _seen(picture)
                if look.text:
                    return
        finally:
            capture.release()
            if not self._newest.text:
                self._newest = Look(failed=True)


def _capture(source: Source) -> Any:
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2.VideoCapture(source)


def _seen(picture: Any) -> Look:
    import cv2
    import zxingcpp

    codes = zxingcpp.read_barcodes(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    texts = [code.text for code in codes if code.format == zxingcpp.BarcodeFormat.QRCode]
    height = round(picture.shape[0] * PREVIEW_WIDTH / picture.shape[1])
    small = cv2.cvtColor(cv2.resize(picture, (PREVIEW_WIDTH, height)), cv2.COLOR_BGR2RGB)
    return Look(PREVIEW_WIDTH, height, small.tobytes(), texts[0] if texts else "")
