"""The broadcast frames of the limit: the hub's recorded bytes, told apart by a number.

A frame of one command is as long as the hub's. A frame of several holds their changes one after
another, as the hub's does. The number of its first command and their count take the place of
header bytes that only a follower needs.
"""

import struct
from collections.abc import Sequence
from typing import Final

from tests.bench.trace import Step

_HEAD: Final = struct.Struct(">QI")


def merged_frames(steps: Sequence[Step]) -> list[tuple[str, bytes]]:
    """Return (topic, frame) of a commit that took consecutive steps."""
    bodies: dict[str, list[bytes]] = {}
    for step in steps:
        for topic, frame in step.frames:
            bodies.setdefault(topic, []).append(frame[len(topic) + 1 + _HEAD.size :])
    head = _HEAD.pack(steps[0].number, len(steps))
    return [
        (topic, b"".join((topic.encode(), b"\0", head, *parts))) for topic, parts in bodies.items()
    ]


def commands_of(frame: bytes) -> range:
    """Return the numbers of the commands whose changes a frame holds, from 0."""
    first, count = _HEAD.unpack_from(frame, frame.index(b"\0") + 1)
    return range(first, first + count)
