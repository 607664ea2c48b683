"""How Comptoir looks: colour roles, category tones, spacing and type, as two tables of values.

Owns every colour and every size; .kv files name roles (`theme.ink`, `theme.gap`), never colours.
Colours are RGBA floats, sizes are pixels: dp × the window's scale. No widgets, no text, no state.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

Rgba = tuple[float, float, float, float]

BASE_LONG_DP: Final = 1280
BASE_SHORT_DP: Final = 800
TOUCH_DP: Final = 48
LARGER: Final = 1.18
"""So many times larger is everything where large type is chosen, and the window has the room."""
READ_LARGER: Final = 1.25
"""So many times larger is then what is read most (`READ`), whatever the window's room."""
_LEAST_ACROSS_DP: Final = 1_000
_LEAST_ACROSS_UPRIGHT_DP: Final = 740
"""Nothing is made so large that fewer dp than that are left across a window."""


def rgba(hexadecimal: str) -> Rgba:
    """Return `#RRGGBB` as floats from 0 to 1, opaque."""
    red, green, blue = (int(hexadecimal[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return (red, green, blue, 1.0)


def blend(colour: Rgba, other: Rgba, share: float) -> Rgba:
    """Return `colour` with `share` (0 to 1) of `other` mixed in; the alpha stays."""
    red, green, blue = (a + (b - a) * share for a, b in zip(colour[:3], other[:3], strict=True))
    return (red, green, blue, colour[3])


@dataclass(frozen=True, slots=True)
class Tone:
    """One family of colour: `solid` under `on_solid`, `tint` under `ink`; `edge` is an outline."""

    solid: Rgba
    on_solid: Rgba
    tint: Rgba
    ink: Rgba
    edge: Rgba


def _tone(solid: str, on_solid: str, tint: str, ink: str, edge: str) -> Tone:
    return Tone(*(rgba(text) for text in (solid, on_solid, tint, ink, edge)))


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours by role. `ink` and `ink_soft` stand on `ground`, `surface` and `sunk`."""

    ground: Rgba
    surface: Rgba
    sunk: Rgba
    pressed: Rgba
    rule: Rgba
    ink: Rgba
    ink_soft: Rgba
    ink_off: Rgba
    bar: Rgba
    bar_raised: Rgba
    bar_pressed: Rgba
    on_bar: Rgba
    on_bar_soft: Rgba
    veil: Rgba
    flash: Rgba
    tones: Mapping[str, Tone]


def _white_on(solid: str, tint: str, ink: str, edge: str) -> Tone:
    return _tone(solid, "#FFFFFF", tint, ink, edge)


def _night_on(solid: str, tint: str, ink: str, edge: str) -> Tone:
    return _tone(solid, "#0B131D", tint, ink, edge)


LIGHT: Final = Colours(
    ground=rgba("#EDF0F4"),
    surface=rgba("#FFFFFF"),
    sunk=rgba("#E2E7EE"),
    pressed=rgba("#CBD4DF"),
    rule=rgba("#D9DFE7"),
    ink=rgba("#15202E"),
    ink_soft=rgba("#4C5A6B"),
    ink_off=rgba("#8A96A5"),
    bar=rgba("#16243A"),
    bar_raised=rgba("#273852"),
    bar_pressed=rgba("#3B4F6E"),
    on_bar=rgba("#FFFFFF"),
    on_bar_soft=rgba("#B7C4D6"),
    veil=(0.05, 0.09, 0.15, 0.55),
    flash=rgba("#FFE8A3"),
    tones={
        # What an action or a state is.
        "plain": _tone("#E2E7EE", "#15202E", "#EDF0F4", "#15202E", "#D9DFE7"),
        "accent": _white_on("#1F55C9", "#E1EAFC", "#1A479F", "#AFC6F2"),
        "go": _white_on("#157347", "#DFF3E8", "#0F5C38", "#A3D8BC"),
        "warn": _white_on("#9A5800", "#FDF0D5", "#7A4600", "#EBCB8B"),
        "danger": _white_on("#B42A23", "#FCE8E6", "#98211B", "#EFB4AF"),
        # What a category is.
        "slate": _white_on("#46566B", "#E6EAF0", "#37455A", "#C2CBD7"),
        "orange": _white_on("#B2500B", "#FCEBDD", "#8C3E06", "#EFC4A2"),
        "amber": _white_on("#8A6100", "#FBF0D0", "#6E4D00", "#E5CF8E"),
        "green": _white_on("#45760F", "#EAF4DC", "#385F0B", "#C0DB9C"),
        "teal": _white_on("#0D7469", "#DBF2EE", "#0A5C53", "#9CD5CC"),
        "blue": _white_on("#0B6A9E", "#DDF0FA", "#08557F", "#A0D0EA"),
        "indigo": _white_on("#4540B8", "#E8E7FA", "#383494", "#C0BDEF"),
        "purple": _white_on("#7A2FB5", "#F2E6FA", "#632592", "#D8B8EE"),
        "pink": _white_on("#B0205F", "#FBE5EF", "#901A4E", "#EDB3CC"),
        "red": _white_on("#B3312C", "#FBE7E5", "#932722", "#EDB6B2"),
    },
)

DARK: Final = Colours(
    ground=rgba("#0E151E"),
    surface=rgba("#18222E"),
    sunk=rgba("#243141"),
    pressed=rgba("#34455A"),
    rule=rgba("#2C3A4B"),
    ink=rgba("#F0F4F8"),
    ink_soft=rgba("#AAB8C8"),
    ink_off=rgba("#6C7B8D"),
    bar=rgba("#060B12"),
    bar_raised=rgba("#1C2838"),
    bar_pressed=rgba("#30415A"),
    on_bar=rgba("#F0F4F8"),
    on_bar_soft=rgba("#AAB8C8"),
    veil=(0.0, 0.0, 0.0, 0.65),
    flash=rgba("#4E3F10"),
    tones={
        "plain": _tone("#243141", "#F0F4F8", "#18222E", "#F0F4F8", "#2C3A4B"),
        "accent": _night_on("#7FAAF7", "#1A2C4D", "#A9C7FB", "#34517F"),
        "go": _night_on("#58C48D", "#12352A", "#86DBAF", "#1F5740"),
        "warn": _night_on("#E3AE55", "#392B12", "#F0C881", "#6A5224"),
        "danger": _night_on("#F08B84", "#401D1D", "#F7B0AB", "#7A3A38"),
        "slate": _night_on("#A6B5C7", "#28333F", "#C3CFDC", "#465567"),
        "orange": _night_on("#EE9A5D", "#3B2616", "#F5B98D", "#6F492B"),
        "amber": _night_on("#DDB64B", "#362C12", "#EBCD7D", "#665423"),
        "green": _night_on("#9BC862", "#24321A", "#BADB8F", "#465F30"),
        "teal": _night_on("#55C6B8", "#11342F", "#86DBD0", "#21574F"),
        "blue": _night_on("#62B8E6", "#12303F", "#92CFF0", "#22506A"),
        "indigo": _night_on("#A19DF2", "#262550", "#C0BEF8", "#474592"),
        "purple": _night_on("#C795EE", "#33204A", "#DAB8F5", "#5F3F85"),
        "pink": _night_on("#EE8FB5", "#401C2E", "#F5B4CE", "#7A3A58"),
        "red": _night_on("#F0908A", "#3F1E1D", "#F6B4B0", "#793C39"),
    },
)

THEMES: Final[Mapping[str, Colours]] = {"light": LIGHT, "dark": DARK}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Spacing, touch targets and type in dp at scale 1 (1280 × 800 or 800 × 1280)."""

    hair: float = 1
    gap_small: float = 4
    gap: float = 8
    pad: float = 12
    pad_large: float = 20
    radius: float = 10
    radius_small: float = 6
    touch: float = 52
    key: float = 58
    row: float = 60
    pay: float = 80
    bar_height: float = 60
    side: float = 424
    icon: float = 24
    icon_large: float = 32
    caption: float = 14
    small: float = 15
    body: float = 17
    strong: float = 19
    title: float = 22
    figure: float = 34
    huge: float = 56
    giant: float = 84
    read: float = 17
    read_strong: float = 19
    read_title: float = 22
    read_figure: float = 34
    read_row: float = 54
    tile_width: float = 180
    tile_height: float = 99


READ: Final = frozenset(
    {
        *("read", "read_strong", "read_title", "read_figure"),
        *("read_row", "tile_width", "tile_height"),
    }
)
"""Roles of what is read most, basket, total, tiles, digits, and of the boxes that hold it."""


class Theme:
    """One table of colours at one scale; every role of `Colours` and `Sizes` is an attribute.

    `side_px`: the most that the list in hand, or its pad, may take of the width. `read`: how many
    times larger than all the rest is what is read most.
    """

    _clear: Rgba = (0.0, 0.0, 0.0, 0.0)

    def __init__(
        self, colours: Colours, px_per_dp: float, side_px: float = math.inf, read: float = 1
    ) -> None:
        self.colours = colours
        self.px_per_dp = px_per_dp
        self.tones = colours.tones
        for role in fields(Colours):
            setattr(self, role.name, getattr(colours, role.name))
        for size in fields(Sizes):
            scale = px_per_dp * (read if size.name in READ else 1)
            setattr(self, size.name, round(getattr(Sizes(), size.name) * scale))
        self.side: float = min(round(Sizes().side * px_per_dp), side_px)

    def tone(self, name: str) -> Tone:
        """Return the tone called `name`; a name that this release does not know is slate."""
        return self.tones.get(name) or self.tones["slate"]

    def key_ground(self, look: str, tone: str, down: bool, disabled: bool) -> Rgba:
        """Return the ground of a push button in one of its looks and states."""
        family = self.tone(tone)
        if disabled:
            return self._clear if look in ("flat", "bar") else self.colours.sunk
        up, pressed = {
            "solid": (family.solid, blend(family.solid, self.colours.ink, 0.25)),
            "tint": (family.tint, family.edge),
            "raised": (self.colours.surface, self.colours.pressed),
            "sunk": (self.colours.sunk, self.colours.pressed),
            "flat": (self._clear, self.colours.pressed),
            "bar": (self.colours.bar_raised, self.colours.bar_pressed),
        }[look]
        return pressed if down else up

    def key_ink(self, look: str, tone: str, disabled: bool) -> Rgba:
        """Return the colour of a push button's text and sign."""
        if disabled:
            return self.colours.ink_off
        if look == "bar":
            return self.colours.on_bar
        family = self.tone(tone)
        return family.on_solid if look == "solid" else family.ink

    def key_edge(self, look: str, tone: str) -> Rgba:
        """Return the outline of a push button; transparent where it has none."""
        if look == "raised":
            return self.colours.rule
        return self.tone(tone).edge if look == "tint" else self._clear

    def px(self, dp: float) -> int:
        """Return `dp` at this theme's scale in whole pixels."""
        return round(dp * self.px_per_dp)


def scale_for(width_px: float, height_px: float, density: float = 1.0) -> float:
    """Return px per dp for a window: larger screens are read from farther, never below 0.92."""
    long_dp = max(width_px, height_px) / density
    short_dp = min(width_px, height_px) / density
    fit = min(long_dp / BASE_LONG_DP, short_dp / BASE_SHORT_DP)
    return density * min(max(fit, 0.93), 1.3)


def larger_scale_for(width_px: float, height_px: float, density: float = 1.0) -> float:
    """Return px per dp for a window where large type is chosen."""
    scale = scale_for(width_px, height_px, density)
    least_dp = _LEAST_ACROSS_DP if width_px >= height_px else _LEAST_ACROSS_UPRIGHT_DP
    return max(scale, min(scale * LARGER, width_px / least_dp))


def read_for(width_px: float, height_px: float, density: float = 1.0) -> float:
    """Return how many times larger than all else is what is read most, with large type."""
    larger = larger_scale_for(width_px, height_px, density)
    return max(1.0, READ_LARGER * scale_for(width_px, height_px, density) / larger)


def side_for(width_px: float, height_px: float) -> float:
    """Return how much of a window's width the list in hand, or its pad, may take at most, px."""
    return round(width_px * (0.4 if width_px >= height_px else 0.53))
