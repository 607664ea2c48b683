"""The one flash of what changed elsewhere: it glows once and fades.

Owns the pace of it. All that glows fades at the same moments, some a second: each is a frame to be
drawn, and a screen full of changes must leave time for touches.
"""

from typing import Any, Final

from kivy.clock import Clock
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

STEP_S: Final = 0.2
STEPS: Final = 8


class Glowing(Widget):
    """`glow`: 1 when it has just changed elsewhere, 0 at rest."""

    glow = NumericProperty(0.0)

    def __init__(self, **kwargs: Any) -> None:
        self._step = 0
        self._fading: Any = None
        super().__init__(**kwargs)

    def flash(self) -> None:
        """Glow once and fade: this changed elsewhere."""
        self._step = 0
        self.glow = 1.0
        if self._fading is None:
            self._wait()

    def rest(self) -> None:
        """Glow no longer: what is shown here is another now."""
        if self._fading is not None:
            self._fading.cancel()
            self._fading = None
        self.glow = 0.0

    def _wait(self) -> None:
        """Fade at the next moment of the clock that all share."""
        self._fading = Clock.schedule_once(self._fade, STEP_S - Clock.get_time() % STEP_S)

    def _fade(self, _waited_s: float) -> None:
        self._fading = None
        self._step += 1
        self.glow = max(0.0, 1.0 - (self._step / STEPS) ** 2)
        if self.glow:
            self._wait()
