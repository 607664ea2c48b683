"""One of several panels in the same place; the others wait outside the window."""

from typing import Any

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout


class Deck(BoxLayout):
    """Shows the child whose `deck_name` is `current`; children are kept, not rebuilt."""

    current = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        self._panels: dict[str, Any] = {}
        super().__init__(**kwargs)

    def add_widget(self, widget: Any, *args: Any, **kwargs: Any) -> None:
        """Take a panel; it is shown when its turn comes."""
        self._panels[widget.deck_name] = widget
        if widget.deck_name == self.current:
            super().add_widget(widget, *args, **kwargs)

    def on_current(self, *_: object) -> None:
        """Put the chosen panel in place."""
        self.clear_widgets()
        panel = self._panels.get(self.current)
        if panel is not None:
            super().add_widget(panel)
