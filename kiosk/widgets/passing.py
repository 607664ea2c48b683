"""Parts that are in view only at times, and cost nothing while they are not.

Owns leaving the screen and coming back, and building what is large when it is first wanted. A
widget of opacity 0 would still be drawn, pixel by pixel.
"""

from typing import Any

from kivy.properties import BooleanProperty
from kivy.uix.widget import Widget


class Passing(Widget):
    """In its parent's place while `shown`; it comes back as the topmost, or the last of a row."""

    shown = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._home: Any = None
        super().__init__(**kwargs)
        self.fbind("shown", self._settle)

    def on_kv_post(self, _base_widget: Any) -> None:
        """Leave the screen once the whole of it is built."""
        self._home = home = self.parent
        # Nobody else holds a widget that is out of the tree.
        home.passing = [*getattr(home, "passing", ()), self]
        self._settle()

    def _settle(self, *_: object) -> None:
        if self._home is None:
            return
        if self.shown and self.parent is None:
            self._home.add_widget(self)
        elif not self.shown and self.parent is not None:
            self.parent.remove_widget(self)


class Late(Passing):
    """What stands in it is made by `build`, which whoever shows it calls first.

    Its .kv rule is applied then, so the rule sets nothing that whoever holds it sets as well.
    """

    _built = False

    def apply_class_lang_rules(self, *_args: Any, **_kwargs: Any) -> None:
        """Put the rule off."""

    def build(self) -> None:
        """Make what stands in it, the first time."""
        if self._built:
            return
        self._built = True
        made: list[Widget] = []
        super().apply_class_lang_rules(root=self.proxy_ref, rule_children=made)
        for widget in made:
            widget.dispatch("on_kv_post", self)
