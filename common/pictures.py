"""Pictures of articles and categories: how they are named, and how large they may be.

A picture is named by a hash of its bytes: whoever has it knows that it is the right one, and one
that changed has another name. What is in them is for `hub/picture_making.py` and the kiosks.
"""

from enum import StrEnum
from hashlib import blake2b
from typing import Annotated, Final

from msgspec import Meta

SIDE: Final = 256
"""Pixels along each edge: what a tile shows on the largest screens, and no more."""
AIM_BYTES: Final = 12 * 1024
"""What a picture is made to fit into."""
MOST_BYTES: Final = 32 * 1024
"""What no picture is larger than."""
AT_ONCE: Final = 16
"""The most pictures that one question is for."""
ANSWER_BYTES: Final = 256 * 1024
"""Of pictures in one answer, so that no sale's reply waits behind them for long."""

PictureText = Annotated[str, Meta(min_length=4, max_length=(MOST_BYTES + 2) // 3 * 4)]
"""A picture's bytes as base64."""


class Pictured(StrEnum):
    """What can have a picture, by the topic that its row stands in."""

    ARTICLES = "articles"
    CATEGORIES = "categories"


def picture_id(content: bytes) -> str:
    """Return what a picture is named by: 16 bytes of BLAKE2b as hex."""
    return blake2b(content, digest_size=16).hexdigest()
