"""How a post looks and sounds, chosen on its own screen: side, size, colours, sound.

Owns which choices there are, in which order and words. Keeping them, and showing everything anew,
is told to whoever listens.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from common.i18n import Translator, mark
from kiosk.preferences import FAVOURITES_MOST, Preferences
from kiosk.views.form import ChoiceView


@dataclass(frozen=True, slots=True)
class ComfortRow:
    """One thing to choose; `name` is a field of `Preferences`."""

    name: str
    label: str
    choices: tuple[ChoiceView, ...]


@dataclass(frozen=True, slots=True)
class _Offer:
    name: str
    label: str
    choices: tuple[tuple[str, str], ...]


_OFFERS: Final[tuple[_Offer, ...]] = (
    _Offer(
        "basket",
        mark("Where the basket stands"),
        (("right", mark("On the right")), ("left", mark("On the left"))),
    ),
    _Offer(
        "scale",
        mark("Type and keys"),
        (("normal", mark("Normal size")), ("large", mark("Large"))),
    ),
    _Offer("theme", mark("Colours"), (("light", mark("Light")), ("dark", mark("Dark")))),
    _Offer(
        "sound",
        mark("Sound when something is scanned, or goes wrong"),
        (("on", mark("On")), ("off", mark("Off"))),
    ),
)


class Comfort:
    """What is chosen now. `on_choose` is told of each change."""

    def __init__(
        self,
        preferences: Preferences | None = None,
        on_choose: Callable[[Preferences], None] | None = None,
    ) -> None:
        self.preferences = preferences or Preferences()
        self._on_choose = on_choose

    def choose(self, name: str, value: str) -> None:
        """Choose something; it holds from this moment."""
        chosen: dict[str, Any] = {name: value}
        self._take(replace(self.preferences, **chosen))

    def turn_favourite(self, article_id: str) -> bool | None:
        """Have an article among the favourites, or no longer; return which, None: there is no room.

        Raises nothing: a favourite that is gone from the catalogue does no harm.
        """
        before = self.preferences.favourites
        others = tuple(each for each in before if each != article_id)
        if others == before and len(before) >= FAVOURITES_MOST:
            return None
        added = others == before
        self._take(replace(self.preferences, favourites=(*others, article_id) if added else others))
        return added

    def _take(self, chosen: Preferences) -> None:
        if chosen != self.preferences:
            self.preferences = chosen
            if self._on_choose is not None:
                self._on_choose(chosen)

    def rows(self, t: Translator) -> tuple[ComfortRow, ...]:
        """Return what there is to choose, what is chosen marked."""
        return tuple(
            ComfortRow(
                each.name,
                t(each.label),
                tuple(
                    ChoiceView(value, t(words), getattr(self.preferences, each.name) == value)
                    for value, words in each.choices
                ),
            )
            for each in _OFFERS
        )
