"""Every action has a key of its own, and the help lists all there are in both languages."""

import pytest

from common.i18n import Translator
from kiosk.desks.actions import ACTIONS
from kiosk.desks.shortcuts import (
    ACTION_KEYS,
    LETTERS,
    SHORTCUTS,
    STEPS,
    key_views,
    letters_for,
    shown_key,
)


def test_every_action_has_a_key() -> None:
    assert set(ACTION_KEYS.values()) == {each.name for each in ACTIONS}
    assert len(STEPS) == len(SHORTCUTS) + len(ACTIONS)


def test_letters_stay_with_their_actions_when_others_come() -> None:
    few = letters_for(["free_line", "void_sale"])
    more = letters_for(["new_thing", "free_line", "first_of_all", "void_sale"])
    assert few == {"free_line": "f", "void_sale": "s"}
    assert more == few | {"new_thing": "n", "first_of_all": "r"}
    many = letters_for([f"action_{n}" for n in range(40)])
    assert sorted(many.values()) == sorted([*LETTERS, *(f"shift+{each}" for each in LETTERS)])


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_help_lists_every_key_once(lang: str) -> None:
    t = Translator(lang)
    views = key_views(t)
    # Nine keys for nine articles are one line; digits, plus and minus are two.
    assert len(views) == len(STEPS) - 8 + 2
    assert len({view.key for view in views}) == len(views)
    assert all(view.text for view in views)


def test_keys_are_called_as_keyboards_of_the_country_have_them() -> None:
    french, english = Translator("fr"), Translator("en")
    assert [shown_key(key, french) for key in ("escape", "ctrl+enter", "f2", "up")] == [
        "Échap",
        "Ctrl Entrée",
        "F2",
        "Haut",
    ]
    assert [shown_key(key, english) for key in ("delete", "ctrl+d")] == ["Del", "Ctrl D"]
