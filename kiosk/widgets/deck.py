"""One of several panels in the same place; the others wait outside the window.

Owns which one is in view, and when one is made that a person may never open.
"""

from collections.abc import Callable
from typing import Any

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout


class Deck(BoxLayout):
    """Shows the child whose `deck_name` is `current`; children are kept, not rebuilt."""

    current = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        # Held here, because a panel out of view has no parent that would keep it.
        self._panels: list[Any] = []
        self._makers: dict[str, Callable[[], Any]] = {}
        super().__init__(**kwargs)

    def add_widget(self, widget: Any, *_args: Any, **_kwargs: Any) -> None:
        """Take a panel. Its name is set by its .kv rule, which runs after this."""
        self._panels.append(widget)
        widget.fbind("deck_name", self._settle)
        self._settle()

    def offer(self, name: str, make: Callable[[], Any]) -> None:
        """Take a panel that is made when it is first wanted; `make` gives it its `deck_name`."""
        self._makers[name] = make

    def panel(self, name: str) -> Any:
        """Return the panel of a name, made now if it has not been; None if nobody has one."""
        if name in self._makers:
            self.add_widget(self._makers.pop(name)())
        return next((panel for panel in self._panels if panel.deck_name == name), None)

    def on_current(self, *_: object) -> None:
        """Put the chosen panel in place."""
        self._settle()

    def _settle(self, *_: object) -> None:
        wanted = self.panel(self.current)
        if self.children[:1] != [wanted]:
            self.clear_widgets()
            if wanted is not None:
                super().add_widget(wanted)
