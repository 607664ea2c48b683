"""What a till's keyboard does: the table of its keys, and a letter for each of the actions.

Owns which key is which step of the screen, in which order the help lists them, and how keys are
called in a person's language. What an action is stands in `kiosk.desks.actions`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator, mark
from kiosk.desks.actions import ACTIONS
from kiosk.views.shortcuts import KeyView


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A key, and the step of the screen that it does. `label` is marked text."""

    key: str
    label: str
    step: str
    args: tuple[str | int, ...] = ()


SHORTCUTS: Final = (
    Shortcut("f1", mark("These keys"), "act", ("do", "shortcuts")),
    Shortcut("f2", mark("Card"), "pay", ("card",)),
    Shortcut("f3", mark("Cash"), "pay", ("cash",)),
    Shortcut("f4", mark("Actions"), "open_actions"),
    Shortcut("f5", mark("Last tickets"), "open_tickets"),
    Shortcut("f6", mark("Search for an article"), "find"),
    Shortcut("f7", mark("Take the last step back"), "act", ("undo",)),
    Shortcut("f8", mark("Empty the basket"), "act", ("empty",)),
    Shortcut("f9", mark("Settings"), "act", ("do", "comfort")),
    Shortcut("f11", mark("The other language"), "other_language"),
    Shortcut("f12", mark("Lock"), "lock"),
    Shortcut("enter", mark("Confirm, or use what was typed"), "yes"),
    Shortcut("escape", mark("Back"), "back_out"),
    Shortcut("backspace", mark("Take back a digit"), "act", ("press", "erase")),
    Shortcut("up", mark("The line above"), "step_line", (-1,)),
    Shortcut("down", mark("The line below"), "step_line", (1,)),
    Shortcut("delete", mark("Take the line out"), "remove_line"),
    Shortcut("pageup", mark("Articles before"), "step_page", (-1,)),
    Shortcut("pagedown", mark("More articles"), "step_page", (1,)),
    Shortcut("ctrl+pageup", mark("The category before"), "step_category", (-1,)),
    Shortcut("ctrl+pagedown", mark("The next category"), "step_category", (1,)),
    Shortcut("shift+pageup", mark("The sub-category before"), "step_part", (-1,)),
    Shortcut("shift+pagedown", mark("The next sub-category"), "step_part", (1,)),
    Shortcut("ctrl+enter", mark("Do what a notice offers"), "act_on_notice"),
    Shortcut("ctrl+i", mark("What the signs on top mean"), "explain_link"),
    *(
        Shortcut(f"ctrl+{place}", mark("The first nine articles in view"), "tap_place", (place,))
        for place in range(1, 10)
    ),
)
_TYPED: Final = (
    ("0 … 9  ,", mark("The numeric pad")),
    ("+  −", mark("One piece more, one less")),
)
# Ctrl with A, C, V, X, Y and Z belongs to text fields, I to the table above.
LETTERS: Final = "bdefghjklmnopqrstuw"
_WISHED: Final[Mapping[str, str]] = {
    "line_discount": "d",
    "line_price": "p",
    "void_line": "l",
    "sale_discount": "g",
    "free_line": "f",
    "void_sale": "s",
    "tickets": "t",
    "shortcuts": "k",
    "comfort": "o",
}


def letters_for(names: Iterable[str]) -> dict[str, str]:
    """Return action → letter: the one it is known by, else the first of its name that is free.

    Where letters run out they come again with Shift, as "shift+d"; the last ones have none.
    """
    listed = list(names)
    given = {name: letter for name, letter in _WISHED.items() if name in listed}
    for bank in ("", "shift+"):
        for name in listed:
            free = {bank + each for each in LETTERS}.difference(given.values())
            letter = next((each for each in (*name, *LETTERS) if bank + each in free), None)
            if letter is not None and name not in given:
                given[name] = bank + letter
    return given


ACTION_KEYS: Final[Mapping[str, str]] = {
    f"ctrl+{letter}": name for name, letter in letters_for([each.name for each in ACTIONS]).items()
}
STEPS: Final[Mapping[str, Shortcut]] = {
    **{each.key: each for each in SHORTCUTS},
    **{key: Shortcut(key, "", "act", ("do", name)) for key, name in ACTION_KEYS.items()},
}
if len(STEPS) != len(SHORTCUTS) + len(ACTION_KEYS):
    raise ImportError("a key stands twice")


def key_views(t: Translator) -> tuple[KeyView, ...]:
    """Return the help: every key in the order of the table, then the actions'."""
    nine = STEPS["ctrl+1"]
    key_of = {name: key for key, name in ACTION_KEYS.items()}
    return (
        *(KeyView(key, t(label)) for key, label in _TYPED),
        *(
            KeyView(shown_key(each.key, t), t(each.label))
            for each in SHORTCUTS
            if each.label != nine.label
        ),
        KeyView(shown_key("ctrl+1", t) + " … 9", t(nine.label)),
        *(
            KeyView(shown_key(key_of[each.name], t), t(each.label))
            for each in ACTIONS
            if each.name in key_of
        ),
    )


_CALLED: Final[Mapping[str, str]] = {
    "ctrl": mark("Ctrl"),
    "shift": mark("Shift"),
    "enter": mark("Enter"),
    "escape": mark("Esc"),
    "backspace": mark("Backspace"),
    "delete": mark("Del"),
    "up": mark("Up"),
    "down": mark("Down"),
    "pageup": mark("Page up"),
    "pagedown": mark("Page down"),
}


def shown_key(key: str, t: Translator) -> str:
    """Return what is written on a key, as "Ctrl D"."""
    *held, name = key.split("+")
    said = t(_CALLED[name]) if name in _CALLED else name.upper()
    return " ".join([*(t(_CALLED[each]) for each in held), said])
