"""The time that Kivy goes by under test: a sixtieth of a second a frame, however long one takes.

Owns that time. A flash of 0.4 s is over after 24 frames on every machine, and nobody waits for it.
"""

from typing import Final

FRAME_S: Final = 1 / 60


class FrameClock:
    """Called, it says what time it is in seconds."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def __call__(self) -> float:
        return self._now_s

    def pass_frame(self) -> None:
        """Let one frame pass."""
        self._now_s += FRAME_S

    def follow(self) -> None:
        """Let Kivy's clock go by this one."""
        from kivy.clock import Clock

        self._now_s = Clock.time()
        Clock.time = self
        # Frames as fast as they can be drawn: no test looks at smoothness.
        Clock._max_fps = 0


FRAMES: Final = FrameClock()
"""That of the one window of this process."""
