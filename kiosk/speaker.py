"""Playing a till's sounds by what the system has for it, on a thread of its own.

A sound that cannot be played, takes too long or has no device is passed over: nothing waits for it
and nobody is told. What is asked for while one plays is heard after it, and no more than one.
"""

import importlib
import logging
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self

from kiosk.sounds import Sound, wav

PATIENCE_S: Final = 3.0
PLAYERS: Final[tuple[tuple[str, ...], ...]] = (
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
)
"""Programs that play a WAV file, the likeliest first; Windows plays by itself."""

Play = Callable[[Path], None]
_log = logging.getLogger(__name__)


class Speaker:
    """Use as a context. `play`: how a file is played; None where nothing can."""

    def __init__(self, play: Play | None) -> None:
        self._play = play
        self._wanted: Queue[Sound | None] = Queue(maxsize=1)
        self._folder = tempfile.TemporaryDirectory(prefix="comptoir-sounds-")
        self._thread = Thread(target=self._work, name="speaker", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; what was still to be heard is not."""
        with suppress(Empty):
            self._wanted.get_nowait()
        self._wanted.put(None)
        self._thread.join(PATIENCE_S)
        self._folder.cleanup()

    def play(self, sound: Sound) -> None:
        """Let a sound be heard soon; returns at once."""
        try:
            self._wanted.put_nowait(sound)
        except Full:
            _log.debug("a sound is passed over")

    def _work(self) -> None:
        while (sound := self._wanted.get()) is not None:
            if self._play is None:
                continue
            try:
                self._play(self._file(sound))
            except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                _log.info("a sound could not be played: %s", error)

    def _file(self, sound: Sound) -> Path:
        file = Path(self._folder.name) / f"{sound.value}.wav"
        if not file.exists():
            file.write_bytes(wav(sound))
        return file


def system_play(which: Callable[[str], str | None] = shutil.which) -> Play | None:
    """Return how this system plays a file, None where it cannot."""
    if sys.platform == "win32":
        winsound: Any = importlib.import_module("winsound")
        return lambda file: winsound.PlaySound(str(file), winsound.SND_FILENAME)
    for program, *options in PLAYERS:
        found = which(program)
        if found is not None:
            return _by((found, *options))
    return None


def _by(command: Sequence[str]) -> Play:
    def play(file: Path) -> None:
        subprocess.run(
            [*command, str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            check=False,
        )

    return play
