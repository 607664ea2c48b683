"""Events of the hub's own in its journal: started, stopped, settings, people, posts.

Owns what is compared with what was there before, and that none of it is without end: of each kind
so many an hour stand one by one, what is beyond is counted in the next one. Appends nothing itself.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Final

import msgspec
import orjson

from common import VERSION
from common.journal.entry import read_entry
from common.journal.event import EventData, Value, What
from common.journal.kinds import EntryType
from common.models import convert
from hub.config import Settings
from hub.records import journal as rows
from hub.store import Connection

PER_HOUR: Final = 60
STARTS_AN_HOUR: Final = 12
_LOOKED_AT: Final = 500
_HOUR_MS: Final = 3_600_000
Said = tuple[What, dict[str, Value]]
SETTINGS: Final = "journal_settings"
"""By which name the settings of the last start are kept, for the next one to compare."""
_VALUE_CHARS: Final = 300
_TOLD: Final = 15


@dataclass(slots=True)
class _Kind:
    """One kind of event: how many were let through since when, and how many were not."""

    since_ms: int
    count: int = 0
    left_out: int = 0


class Share:
    """How much of the journal events may take."""

    def __init__(self) -> None:
        self._kinds: dict[What, _Kind] = {}

    def take(self, what: What, now_ms: int) -> int | None:
        """Return how many were left out before this one; None where it is left out itself."""
        kind = self._kinds.setdefault(what, _Kind(now_ms))
        if not 0 <= now_ms - kind.since_ms < _HOUR_MS:
            kind.since_ms, kind.count = now_ms, 0
        if kind.count >= PER_HOUR:
            kind.left_out += 1
            return None
        kind.count += 1
        left_out, kind.left_out = kind.left_out, 0
        return left_out


def event(what: What, now_ms: int, details: Mapping[str, Value], more: int = 0) -> dict[str, Any]:
    """Return the data of an entry `event`."""
    plain: dict[str, Any] = msgspec.to_builtins(EventData(what, now_ms, dict(details), more))
    return plain


def started(db: Connection, now_ms: int) -> list[Said]:
    """Return what a start has to say: another version than at the last one, and itself.

    Nothing where a hub that fails is started again and again.
    """
    starts = [said for said in _newest(db) if said.what is What.HUB_START]
    if sum(now_ms - said.at_ms < _HOUR_MS for said in starts) >= STARTS_AN_HOUR:
        return []
    before = starts[0].details.get("software", "") if starts else VERSION
    said: list[Said] = [(What.HUB_START, {"software": VERSION})]
    if before != VERSION:
        said.insert(0, (What.UPDATE, {"before": before, "after": VERSION}))
    return said


def changed(kept: str, settings: Settings) -> dict[str, Value]:
    """Return the settings that are others than at the last start, as they are now.

    `kept`: what `plain` gave then, "" at the first start; nothing where somebody has made it
    unreadable.
    """
    if not kept:
        return {}
    try:
        before, now = convert(orjson.loads(kept), dict[str, str]), _flat(settings)
    except ValueError:
        return {}
    names = [name for name, value in now.items() if before.get(name) != value]
    told: dict[str, Value] = {name: now[name][:_VALUE_CHARS] for name in names[:_TOLD]}
    return told if len(names) <= _TOLD else {**told, "others": len(names) - _TOLD}


def plain(settings: Settings) -> str:
    """Return settings as they are kept for the next start."""
    return orjson.dumps(_flat(settings), option=orjson.OPT_SORT_KEYS).decode()


def _flat(settings: Settings) -> dict[str, str]:
    return {
        f"{section}_{name}": str(value)
        for section, values in asdict(settings).items()
        for name, value in values.items()
    }


def _newest(db: Connection) -> Iterator[EventData]:
    for line in rows.newest_of_type(db, EntryType.EVENT, _LOOKED_AT):
        with suppress(ValueError):
            yield convert(read_entry(line.body).data, EventData)
