"""A question's choices, page by page where there are many."""

from collections.abc import Sequence
from typing import Any

import pytest

from kiosk.views.form import ChoiceView
from tests.ui.hands import Hands, OpenPost


@pytest.fixture
def keys(open_post: OpenPost) -> Any:
    """Return the keys of a field, with a post's theme about them."""
    till: Hands = open_post(lang="en")
    from kiosk.widgets.form import ChoiceKeys

    assert till.screen
    return ChoiceKeys(more="More")


def choices(count: int, selected: int = -1) -> Sequence[ChoiceView]:
    return [ChoiceView(f"id{n}", f"Choice {n}", n == selected) for n in range(count)]


def texts(keys: Any) -> list[str]:
    return [key.text for key in reversed(keys.children)]


def test_twelve_choices_stand_side_by_side(keys: Any) -> None:
    keys.show(choices(12))
    assert texts(keys) == [f"Choice {n}" for n in range(12)]
    keys.show([])
    assert texts(keys) == []


def test_more_of_them_come_page_by_page_and_round_again(keys: Any) -> None:
    keys.show(choices(13))
    assert texts(keys) == [*(f"Choice {n}" for n in range(11)), "More"]
    keys.children[0].dispatch("on_release")
    assert texts(keys) == ["Choice 11", "Choice 12", "More"]
    keys.more = "Suite"
    assert texts(keys)[-1] == "Suite"
    keys.children[0].dispatch("on_release")
    assert texts(keys)[0] == "Choice 0"


def test_the_page_of_the_selected_one_comes_first_and_stays_as_others_are_touched(
    keys: Any,
) -> None:
    picked: list[str] = []
    keys.bind(on_pick=lambda _keys, value, _text: picked.append(value))
    keys.show(choices(30, selected=25))
    assert texts(keys)[0] == "Choice 22"
    assert [key.icon for key in reversed(keys.children)].index("check") == 3
    keys.children[0].dispatch("on_release")
    assert texts(keys)[0] == "Choice 0"
    keys.children[-1].dispatch("on_release")
    assert picked == ["id0"]
    keys.show(choices(30, selected=0))
    assert [key.icon for key in reversed(keys.children)].index("check") == 0
    assert "id25" not in picked
