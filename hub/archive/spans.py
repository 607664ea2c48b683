"""Of which lines an archive is to be: up to one, those of a year or a month, or all there are.

Owns what a period means: by the hub's clock when it took the lines in, in the time zone of its
computer, and always up to a line that the hub has sealed. Two periods that follow each other share
no line and leave none out. Lines are bound by their numbers alone; dates only choose them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from common.journal.canon import read_canonical
from hub.archive.writing import ArchiveError
from hub.records import journal as rows
from hub.store import Connection

_PERIOD: Final = re.compile(r"(\d{4})(?:-(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked for: up to a line, or a period (`2026`, `2026-03`), or neither: all."""

    up_to: int | None = None
    period: str = ""


def bounds(db: Connection, span: Span, before: int) -> tuple[int, int]:
    """Return (line before the first, last line), both sealed or at the journal's beginning.

    `before`: up to where lines were taken out already. Raises ArchiveError where there are none.
    """
    if span.period:
        begins, ends = _moments(span.period)
        after, last = _last_before(db, begins), _last_before(db, ends)
        after = max(after, before)
    else:
        wanted = 2**62 if span.up_to is None else span.up_to
        after, last = before, rows.sealed_up_to(db, wanted)
    if last <= after:
        raise ArchiveError("archive_nothing", what=span.period or span.up_to or "–")
    return after, last


def _moments(period: str) -> tuple[int, int]:
    """Return when a period begins and when the next one does, ms since 1970 UTC."""
    found = _PERIOD.fullmatch(period)
    try:
        if found is None:
            raise ValueError(period)
        year, month = int(found[1]), int(found[2] or 1)
        months = 1 if found[2] else 12
        follows = 12 * year + month - 1 + months
        first = datetime(year, month, 1)  # noqa: DTZ001 - the computer's own time zone
        after = datetime(follows // 12, follows % 12 + 1, 1)  # noqa: DTZ001
        return round(first.timestamp() * 1000), round(after.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise ArchiveError("archive_period", period=period) from None


def _last_before(db: Connection, moment_ms: int) -> int:
    """Return the last sealed line whose seal was made before a moment; 0 where none was."""
    return next((seq for seq, at_ms in _sealed(db) if at_ms < moment_ms), 0)


def _sealed(db: Connection) -> Iterator[tuple[int, int]]:
    """Yield (line, when it was sealed), the newest first; without seals that are none any more."""
    for seq, body in rows.seal_bodies(db):
        try:
            yield seq, int(read_canonical(body.encode())["at_ms"])
        except (ValueError, KeyError, TypeError):
            continue
