"""The drawn signs of Comptoir as strokes on a 24 × 24 grid, y downwards.

Owns their geometry only; `icon.py` draws them. Drawn rather than set in type, because the fonts
that come with Kivy lack them. A stroke is a tuple of points; a closed one repeats its first point.
"""

from collections.abc import Mapping
from math import cos, radians, sin
from typing import Final

Point = tuple[float, float]
Stroke = tuple[Point, ...]

_STEP_DEGREES: Final = 10.0


def arc(x: float, y: float, radius: float, start: float, end: float) -> Stroke:
    """Return an arc around (x, y); degrees run clockwise from three o'clock."""
    steps = max(2, round(abs(end - start) / _STEP_DEGREES))
    angles = (radians(start + (end - start) * i / steps) for i in range(steps + 1))
    return tuple((x + radius * cos(angle), y + radius * sin(angle)) for angle in angles)


def circle(x: float, y: float, radius: float) -> Stroke:
    """Return a full circle."""
    return arc(x, y, radius, 0, 360)


def box(left: float, top: float, right: float, bottom: float, radius: float) -> Stroke:
    """Return a rectangle with round corners."""
    return (
        *arc(left + radius, top + radius, radius, 180, 270),
        *arc(right - radius, top + radius, radius, 270, 360),
        *arc(right - radius, bottom - radius, radius, 0, 90),
        *arc(left + radius, bottom - radius, radius, 90, 180),
        (left, top + radius),
    )


def _dot(x: float, y: float) -> Stroke:
    return ((x - 0.05, y), (x + 0.05, y))


def _star(x: float, y: float, radius: float) -> Stroke:
    """Return five points, the first one upwards."""
    reach = (radius if at % 2 == 0 else radius * 0.45 for at in range(11))
    turns = (radians(36 * at - 90) for at in range(11))
    return tuple((x + r * cos(a), y + r * sin(a)) for r, a in zip(reach, turns, strict=True))


_STAR: Final = _star(12, 12.6, 9.6)


def _square(left: float, top: float) -> Stroke:
    return box(left, top, left + 6, top + 6, 1)


_WAVES: Final = (
    arc(12, 18.5, 4.2, 222, 318),
    arc(12, 18.5, 9, 222, 318),
    arc(12, 18.5, 13.6, 224, 316),
    _dot(12, 18.3),
)
_TICKET: Final = (
    (6, 3), (18, 3), (18, 20.5), (16, 19), (14, 20.5), (12, 19), (10, 20.5), (8, 19), (6, 20.5),
    (6, 3),
)  # fmt: skip
_CUBE: Final = (
    (12, 2.8),
    (20.2, 7.2),
    (20.2, 16.8),
    (12, 21.2),
    (3.8, 16.8),
    (3.8, 7.2),
    (12, 2.8),
)

SHAPES: Final[Mapping[str, tuple[Stroke, ...]]] = {
    "": (),
    "search": (circle(10.5, 10.5, 6.5), ((15.3, 15.3), (20.5, 20.5))),
    "close": (((6, 6), (18, 18)), ((18, 6), (6, 18))),
    "left": (((14.5, 5.5), (8, 12), (14.5, 18.5)),),
    "right": (((9.5, 5.5), (16, 12), (9.5, 18.5)),),
    "up": (((5.5, 14.5), (12, 8), (18.5, 14.5)),),
    "down": (((5.5, 9.5), (12, 16), (18.5, 9.5)),),
    "pause": (box(7, 5.5, 9.6, 18.5, 0.6), box(14.4, 5.5, 17, 18.5, 0.6)),
    "check": (((4.5, 12.5), (9.8, 17.8), (19.5, 6.8)),),
    "plus": (((12, 5), (12, 19)), ((5, 12), (19, 12))),
    "minus": (((5, 12), (19, 12)),),
    "erase": (
        ((9, 5.5), (21, 5.5), (21, 18.5), (9, 18.5), (3, 12), (9, 5.5)),
        ((12.2, 9.4), (17.4, 14.6)),
        ((17.4, 9.4), (12.2, 14.6)),
    ),
    "bin": (
        ((4, 6.8), (20, 6.8)),
        ((6.2, 6.8), (7, 20.5), (17, 20.5), (17.8, 6.8)),
        ((9, 6.8), (9, 3.5), (15, 3.5), (15, 6.8)),
        ((10.2, 11), (10.2, 16.5)),
        ((13.8, 11), (13.8, 16.5)),
    ),
    "undo": (
        ((8.2, 4.5), (4, 8.8), (8.2, 13)),
        ((4, 8.8), *arc(14.4, 13.9, 5.1, 270, 450), (9, 19)),
    ),
    "online": _WAVES,
    "offline": (*_WAVES, ((4, 3), (20, 21))),
    "catching_up": (
        arc(12, 12, 8, 195, 330),
        ((19.6, 4), (19.2, 8.6), (14.6, 8.2)),
        arc(12, 12, 8, 15, 150),
        ((4.4, 20), (4.8, 15.4), (9.4, 15.8)),
    ),
    "waiting": (
        ((12, 15), (12, 4)),
        ((7, 8.8), (12, 3.8), (17, 8.8)),
        ((4, 15), (4, 20), (20, 20), (20, 15)),
    ),
    "receive": (
        ((12, 3.5), (12, 14.5)),
        ((7, 9.8), (12, 14.8), (17, 9.8)),
        ((4, 15), (4, 20), (20, 20), (20, 15)),
    ),
    "clock": (circle(12, 12, 8.7), ((12, 7), (12, 12), (15.4, 14))),
    "keyboard": (
        box(2, 6, 22, 18.5, 2),
        *(_dot(x, 10) for x in (6, 10, 14, 18)),
        ((8, 14.5), (16, 14.5)),
    ),
    "ticket": (_TICKET, ((9.2, 8), (14.8, 8)), ((9.2, 12), (14.8, 12))),
    "cash": (box(2, 6, 22, 18, 1.5), circle(12, 12, 2.7), _dot(5.8, 12), _dot(18.2, 12)),
    "learn": (
        ((1.8, 9), (12, 4), (22.2, 9), (12, 14), (1.8, 9)),
        ((6, 11.4), (6, 16.4), (12, 19.2), (18, 16.4), (18, 11.4)),
        ((22, 9.2), (22, 15.5)),
    ),
    "card": (box(2, 5, 22, 19, 2), ((2, 10), (22, 10)), ((6, 14.8), (10, 14.8))),
    "cheque": (
        box(2, 6, 22, 18, 1.5),
        ((5.5, 10), (13, 10)),
        ((12.5, 14.6), (14.2, 12.8), (15.6, 14.8), (17.2, 13), (18.8, 14.4)),
    ),
    "meal": (
        ((5, 3.5), (5, 8.5), (7.5, 10.5), (10, 8.5), (10, 3.5)),
        ((7.5, 3.5), (7.5, 20.5)),
        ((17, 20.5), (17, 3.5), (14.4, 7), (14.4, 13), (17, 13)),
    ),
    "voucher": (
        (
            (3, 6.5),
            (21, 6.5),
            (21, 10),
            *arc(21, 12, 2, 270, 90),
            (21, 17.5),
            (3, 17.5),
            (3, 14),
            *arc(3, 12, 2, 90, -90),
            (3, 6.5),
        ),
        ((14, 9.5), (14, 14.5)),
    ),
    "box": (_CUBE, ((3.8, 7.2), (12, 11.8), (20.2, 7.2)), ((12, 11.8), (12, 21.2))),
    "alert": (((12, 3.6), (21.4, 20), (2.6, 20), (12, 3.6)), ((12, 9.6), (12, 14.2)), _dot(12, 17)),
    "info": (circle(12, 12, 9), ((12, 11.2), (12, 16.4)), _dot(12, 7.6)),
    "user": (circle(12, 8, 4.2), arc(12, 21.5, 8.2, 188, 352)),
    "people": (
        circle(9, 8.4, 3.6),
        arc(9, 20.6, 7, 192, 348),
        arc(16.2, 8.8, 3, 250, 430),
        arc(16.6, 20.4, 5.6, 282, 350),
    ),
    "lock": (
        box(4.5, 10.5, 19.5, 21, 2),
        ((7.8, 10.5), (7.8, 8), *arc(12, 7.6, 4.2, 180, 360), (16.2, 10.5)),
        ((12, 14.4), (12, 17.2)),
    ),
    "code": tuple(((x, 5.5), (x, 18.5)) for x in (3.5, 6.5, 10.5, 13, 17, 20.5)),
    "list": tuple(((4.5, y), (19.5, y)) for y in (6.5, 12, 17.5)),
    "menu": tuple(_square(x, y) for y in (4.5, 13.5) for x in (4.5, 13.5)),
    "settings": (
        *(((3, y), (21, y)) for y in (6, 12, 18)),
        *(circle(x, y, 2.4) for x, y in ((16, 6), (8, 12), (14, 18))),
    ),
    "percent": (((18.5, 5.5), (5.5, 18.5)), circle(7, 7, 2.6), circle(17, 17, 2.6)),
    "star": (_STAR,),
    "tag": (
        ((3.5, 12), (12, 3.5), (20.5, 3.5), (20.5, 12), (12, 20.5), (3.5, 12)),
        _dot(16.4, 7.6),
    ),
    "link": (box(3, 4, 21, 15, 1.5), ((12, 15), (12, 19)), ((8, 19.5), (16, 19.5))),
    "printer": (
        ((6.5, 9), (6.5, 3.5), (17.5, 3.5), (17.5, 9)),
        ((6.5, 17), (3, 17), (3, 9), (21, 9), (21, 17), (17.5, 17)),
        box(6.5, 13.5, 17.5, 20.5, 0.8),
    ),
    "drawer": (box(3, 5.5, 21, 18.5, 1.5), ((3, 11.5), (21, 11.5)), ((10, 15), (14, 15))),
    "scale": (
        ((4, 4), (20, 4)),
        ((12, 4), (12, 9)),
        box(3.5, 9, 20.5, 20.5, 2),
        ((8.5, 16.5), *arc(12, 16.5, 3.5, 180, 360), (8.5, 16.5)),
    ),
    "screen": (box(2.5, 4, 21.5, 16, 1.5), ((12, 16), (12, 20)), ((7.5, 20), (16.5, 20))),
    "low": (((4, 6), (10, 12), (13.5, 8.5), (20, 16.5)), ((20, 11.2), (20, 16.5), (14.6, 16.5))),
}
