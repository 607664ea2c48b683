"""Keys and tiles on which a picture may be shown. Owns the coming and going of its shapes."""

from collections.abc import Callable
from typing import Any

from kivy.uix.widget import Widget


class Pictured(Widget):
    """Has the shapes of a picture only where one is shown: they take time in every frame."""

    def __init__(self, **kwargs: Any) -> None:
        self._shapes: Widget | None = None
        super().__init__(**kwargs)

    def keep_shapes(self, wanted: bool, make: Callable[[], Widget]) -> None:
        """Have what `make` gives below everything else, or nothing."""
        if wanted and self._shapes is None:
            self._shapes = make()
            self.add_widget(self._shapes, index=len(self.children))
        elif not wanted and self._shapes is not None:
            self.remove_widget(self._shapes)
            self._shapes = None
