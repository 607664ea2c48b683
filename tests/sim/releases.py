"""What releases other than this one can do: commands that an older hub does not know yet.

Owns the tables that a hub is given before and after it is updated, one command that every release
fails on, and what frames of another release look like.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

import orjson

from common import wire
from common.commands import COMMANDS, CommandKind, GoodsReceive, Nature, SaleRecord
from common.topics import KIOSK_PROFILES
from hub.commands import HANDLERS as PRESENT
from hub.commands import Handler
from hub.work import Work

COUNTED: Final = "goods.count"
"""A kind of a later release; it takes a goods receipt."""
POISON: Final = "poison"
LATER_SCHEMA: Final = 3
"""Of `sale.record`: the same fields here, under a number that an older hub does not know."""


def _fail(work: Work, args: Any) -> None:
    raise ZeroDivisionError("a fault of the program")


_POISON = CommandKind(POISON, {1: GoodsReceive}, Nature.FACT, frozenset(KIOSK_PROFILES))
_SALE = COMMANDS["sale.record"]
OLDER_KINDS: Final[Mapping[str, CommandKind]] = MappingProxyType({**COMMANDS, POISON: _POISON})
NEWER_KINDS: Final[Mapping[str, CommandKind]] = MappingProxyType(
    {
        **OLDER_KINDS,
        _SALE.name: CommandKind(
            _SALE.name, {**_SALE.schemas, LATER_SCHEMA: SaleRecord}, _SALE.nature, _SALE.profiles
        ),
        COUNTED: CommandKind(COUNTED, {1: GoodsReceive}, Nature.FACT, frozenset(KIOSK_PROFILES)),
    }
)
HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {**PRESENT, POISON: _fail, COUNTED: PRESENT["goods.receive"]}
)


# Frames of another release, on their way.

_ADDED: Final = ("oldest_n", "covered_n", "clock_diff_ms")
"""Fields that an older release neither sends nor knows."""


class Speech(Enum):
    """How a post, or what stands between it and the hub, speaks for a while."""

    OLDER = "older"
    NEWER = "newer"
    FOREIGN = "foreign"


def spoken(frame: bytes, speech: Speech) -> list[bytes]:
    """Return a JSON frame as another release would send it; any other frame as it is.

    A newer one knows more fields and more messages; a foreign one speaks another protocol.
    """
    if frame[1] not in wire._JSON_KINDS:
        return [frame]
    fields = orjson.loads(frame[2:])
    if speech is Speech.OLDER:
        fields = {name: value for name, value in fields.items() if name not in _ADDED}
    elif speech is Speech.FOREIGN and frame[1] == 1:
        fields["protocol"] += 1
    else:
        fields["of_a_later_release"] = {"more": [1, 2, 3]}
    told = frame[:2] + orjson.dumps(fields)
    unknown = bytes([frame[0], 250]) + b'{"what":"nobody here knows"}'
    return [unknown, told] if speech is Speech.NEWER else [told]
