"""One of several panels in the same place; the others wait outside the window."""

from typing import Any

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout


class Deck(BoxLayout):
    """Shows the child whose `deck_name` is `current`; children are kept, not rebuilt."""

    current = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        # Held here, because a panel out of view has no parent that would keep it.
        self._panels: list[Any] = []
        super().__init__(**kwargs)

    def add_widget(self, widget: Any, *_args: Any, **_kwargs: Any) -> None:
        """Take a panel. Its name is set by its .kv rule, which runs after this."""
        self._panels.append(widget)
        widget.fbind("deck_name", self._settle)
        self._settle()

    def on_current(self, *_: object) -> None:
        """Put the chosen panel in place."""
        self._settle()

    def _settle(self, *_: object) -> None:
        wanted = [panel for panel in self._panels if panel.deck_name == self.current]
        if self.children[:1] != wanted[:1]:
            self.clear_widgets()
            if wanted:
                super().add_widget(wanted[0])
