"""HTML entities in text that was never HTML: `&quot;` and its kin in article names.

Owns which entities are decoded. Fewer than HTML knows: shops write `R&D`, `Nature&Moi;` and
`&copains`, and none of these may turn into a sign.
"""

import re
from html.entities import name2codepoint
from typing import Final

# Latin letters and signs, general punctuation, €, ™; no arrows, Greek or mathematics, whose names
# (`image`, `part`, `real`) are words.
_NAMED: Final = {
    name: chr(point)
    for name, point in name2codepoint.items()
    if point < 0x250 or 0x2000 <= point < 0x2100 or point == 0x2122
} | {"apos": "'"}
# Taken without the final semicolon too: signs of mark-up, and accented letters.
_BARE: Final = frozenset(
    name
    for name in _NAMED
    if name in {"quot", "amp", "lt", "gt", "apos", "nbsp", "deg"}
    or re.fullmatch(r"[A-Za-z](acute|grave|circ|uml|cedil|tilde|ring|slash|caron)", name)
)
_ENTITY: Final = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z0-9]{2,31}))(;?)")
_LAST_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|([A-Za-z0-9]{2,31}))\Z")


def decoded(text: str) -> str:
    """Return `text` with its entities decoded, twice where they were encoded twice."""
    for _ in range(2):
        if "&" not in text:
            break
        text = _ENTITY.sub(_sign, text)
    return text


def ends_in_entity(text: str) -> bool:
    """Return whether `text` ends in an entity that lacks only its semicolon."""
    last = _LAST_ENTITY.search(text)
    return last is not None and (last[1] is None or last[1] in _NAMED)


def _sign(entity: re.Match[str]) -> str:
    decimal, hexadecimal, name, end = entity.groups()
    if name is not None:
        known = name in _NAMED if end else name in _BARE
        return _NAMED[name] if known else entity[0]
    point = int(decimal) if decimal is not None else int(hexadecimal, 16)
    usable = 32 <= point < 0x110000 and not 0xD800 <= point < 0xE000
    return chr(point) if usable else entity[0]
