"""Colours that can be read: every pair of text and ground that the screens use, in both themes."""

from typing import Any

import pytest

from common.sample_departments import DEPARTMENTS
from kiosk.theme import (
    DARK,
    LIGHT,
    READ,
    THEMES,
    TOUCH_DP,
    Colours,
    Rgba,
    Sizes,
    Theme,
    larger_scale_for,
    read_for,
    scale_for,
    side_for,
)

READABLE = 4.5
VISIBLE = 3.0
BOTH = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: Rgba) -> float:
    """Return WCAG 2.2's relative luminance."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Rgba, other: Rgba) -> float:
    """Return WCAG 2.2's contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_wcags() -> None:
    black, white = (0.0, 0.0, 0.0, 1.0), (1.0, 1.0, 1.0, 1.0)
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(white, white) == pytest.approx(1)
    grey = (0x77 / 255, 0x77 / 255, 0x77 / 255, 1.0)
    assert contrast(grey, white) == pytest.approx(4.48, abs=0.005)


@BOTH
def test_plain_text(colours: Colours) -> None:
    grounds = ("ground", "surface", "sunk", "pressed", "flash")
    for ground in grounds:
        assert contrast(colours.ink, getattr(colours, ground)) >= READABLE, ground
    for ground in ("ground", "surface", "flash"):
        assert contrast(colours.ink_soft, getattr(colours, ground)) >= READABLE, ground
    for ground in ("bar", "bar_raised", "bar_pressed"):
        assert contrast(colours.on_bar, getattr(colours, ground)) >= READABLE, ground
    for ground in ("bar", "bar_raised"):
        assert contrast(colours.on_bar_soft, getattr(colours, ground)) >= READABLE, ground


@BOTH
def test_tones(colours: Colours) -> None:
    for name, tone in colours.tones.items():
        assert contrast(tone.on_solid, tone.solid) >= READABLE, f"{name}: solid"
        assert contrast(tone.ink, tone.tint) >= READABLE, f"{name}: tint"
        assert contrast(tone.ink, colours.surface) >= READABLE, f"{name}: on a card"
        assert contrast(colours.ink, tone.tint) >= READABLE, f"{name}: text in a notice"
        if name != "plain":
            assert contrast(tone.solid, colours.surface) >= VISIBLE, f"{name}: a tile's edge"
    accent = colours.tones["accent"].tint
    assert contrast(colours.ink_soft, accent) >= READABLE, "the selected line's detail"
    assert contrast(colours.tones["warn"].ink, accent) >= READABLE, "the selected line's note"
    assert contrast(colours.tones["danger"].ink, accent) >= READABLE, "the selected line's bin"
    assert contrast(colours.tones["danger"].ink, colours.flash) >= READABLE, "sold out, flashing"


@BOTH
def test_push_buttons_in_every_look_and_state(colours: Colours) -> None:
    theme = Theme(colours, 1.0)
    for look in ("solid", "tint", "raised", "sunk", "flat", "bar"):
        for tone in colours.tones if look in ("solid", "tint") else ("plain",):
            for down in (False, True):
                ground = theme.key_ground(look, tone, down, False)
                behind = [ground] if ground[3] else [colours.surface, colours.ground]
                ink = theme.key_ink(look, tone, False)
                for each in behind:
                    assert contrast(ink, each) >= READABLE, (look, tone, down)
        off = theme.key_ink(look, "plain", True)
        shown = theme.key_ground(look, "plain", False, True)
        assert contrast(off, shown if shown[3] else colours.surface) >= 2.0, look


def test_both_tables_have_the_same_roles() -> None:
    assert THEMES["light"].tones.keys() == THEMES["dark"].tones.keys()
    assert {department.colour for department in DEPARTMENTS} <= LIGHT.tones.keys()


def test_a_colour_of_a_later_release_is_slate() -> None:
    theme = Theme(LIGHT, 1.0)
    assert theme.tone("mauve") == LIGHT.tones["slate"]


@pytest.mark.parametrize(
    ("size", "density", "expected"),
    [
        ((1280, 800), 1.0, 1.0),
        ((800, 1280), 1.0, 1.0),
        ((1024, 768), 1.0, 0.93),
        ((1920, 1080), 1.0, 1.3),
        ((3840, 2160), 1.0, 1.3),
        ((2560, 1600), 2.0, 2.0),
    ],
)
def test_scale(size: tuple[int, int], density: float, expected: float) -> None:
    assert scale_for(*size, density) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1280, 800), 1.18), ((1920, 1080), 1.3 * 1.18), ((1024, 768), 1.024), ((800, 1280), 1.08)],
    ids=str,
)
def test_large_type_is_as_large_as_the_window_has_room_for(
    size: tuple[int, int], expected: float
) -> None:
    assert larger_scale_for(*size) == pytest.approx(expected, rel=0.01)
    assert larger_scale_for(*size) > scale_for(*size)


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (1024, 768), (800, 1280)], ids=str)
def test_what_is_read_most_is_a_quarter_larger_whatever_the_room(size: tuple[int, int]) -> None:
    plain: Any = Theme(LIGHT, scale_for(*size))
    large: Any = Theme(LIGHT, larger_scale_for(*size), read=read_for(*size))
    for role in READ:
        assert getattr(large, role) >= 1.25 * getattr(plain, role) - 1.5, role
    assert large.read_figure / plain.read_figure == pytest.approx(1.25, rel=0.03)
    # The rest grows as far as there is room, and no size of a plain theme differs.
    assert large.body / plain.body == pytest.approx(
        larger_scale_for(*size) / scale_for(*size), rel=0.05
    )
    assert (plain.read, plain.read_figure) == (plain.body, plain.figure)


def test_the_list_in_hand_leaves_room_for_the_articles() -> None:
    assert Theme(LIGHT, 2.0, side_for(1024, 768)).side == round(1024 * 0.4)
    assert Theme(LIGHT, 1.0, side_for(1280, 800)).side == Sizes().side


def test_touch_sizes_stay_large_enough_at_the_smallest_scale() -> None:
    smallest = Theme(LIGHT, scale_for(1024, 768))
    for size in (smallest.px(Sizes().touch), smallest.px(Sizes().key), smallest.px(Sizes().row)):
        assert size >= TOUCH_DP
