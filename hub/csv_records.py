"""Lines of a CSV file as records of fields, broken quoting included.

Owns quotation marks, fields that run over several lines, and what can safely be put together again
when a record has the wrong number of fields. An unmatched quotation mark never takes a following
record with it: a field runs on only over lines that are no records themselves. Knows nothing of
encodings, and asks its caller what a plausible record is.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from hub.article_notices import Notice, Reason, Remark
from hub.csv_source import LINE_LIMIT_BYTES, Line, Trouble
from hub.html_text import ends_in_entity

JOINED_LINES_LIMIT: Final = 20

_REFUSED: Final = {
    Trouble.TOO_LONG: Notice(Reason.LINE_TOO_LONG, (("limit", LINE_LIMIT_BYTES),)),
    Trouble.UNDECODABLE: Notice(Reason.UNDECODABLE),
}


class Split(NamedTuple):
    """A text cut into fields. `unclosed`: the last field is opened and never closed.

    `loose`: quotation marks inside a quoted field were not doubled. `stray`: index of the first
    field that holds quotation marks without being quoted, or the number of fields.
    """

    fields: list[str]
    unclosed: bool
    loose: bool
    stray: int


class Record(NamedTuple):
    """A record, or the `refusal` of what stood there. `line` is the first line's number."""

    line: int
    raw: str
    fields: list[str]
    remarks: tuple[Notice, ...] = ()
    refusal: Notice | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What records of a file look like.

    `key` is the column that names a record (the barcode); `optional_tail` counts the last columns
    that may be missing; `plausible` says whether fields, as many as `width`, can be a record.
    """

    separator: str
    width: int
    key: int
    optional_tail: int
    plausible: Callable[[Sequence[str]], bool]

    def whole(self, fields: Sequence[str]) -> bool:
        """Return whether `fields` are a complete and plausible record."""
        return len(fields) == self.width and self.plausible(fields)


def split_fields(text: str, separator: str) -> Split:
    """Cut one record at its separators; well-formed quoting (RFC 4180) is read as written."""
    if '"' not in text:
        return Split(fields := text.split(separator), False, False, len(fields))
    strict, closing = _patterns(separator)
    fields = []
    unclosed = loose = False
    stray: int | None = None
    position = 0
    while True:
        if quoted := strict.match(text, position):
            fields.append(quoted[1].replace('""', '"'))
            position = quoted.end()
        elif (start := _opening(text, position)) is not None:
            if close := closing.search(text, start):
                fields.append(text[start : close.start()])
                loose = True
                position = close.end()
            else:
                fields.append(text[start:])
                unclosed = True
                position = len(text)
        else:
            end = text.find(separator, position)
            position, start = (len(text) if end < 0 else end), position
            fields.append(text[start:position])
            if stray is None and '"' in fields[-1]:
                stray = len(fields) - 1
        if position >= len(text):
            return Split(fields, unclosed, loose, len(fields) if stray is None else stray)
        position += len(separator)


@lru_cache(maxsize=8)
def _patterns(separator: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    end = rf'" *(?={re.escape(separator)}|\Z)'
    return re.compile(rf' *"((?:[^"]++|"")*+){end}'), re.compile(end)


def _opening(text: str, position: int) -> int | None:
    """Return where a quoted field's text starts, or None when no quotation mark opens it."""
    while text.startswith(" ", position):
        position += 1
    return position + 1 if text.startswith('"', position) else None


def records(lines: Iterator[Line], shape: Shape) -> Iterator[Record]:
    """Yield every record of `lines`, and a refusal for every line that is none; skip blanks."""
    ahead = _Lookahead(lines)
    separator, width = shape.separator, shape.width
    blank = separator + ' \t\r"'
    while (line := ahead.take()) is not None:
        number, text, trouble = line
        if trouble in _REFUSED:
            yield Record(number, text, [], refusal=_REFUSED[trouble])
            continue
        if not text.strip(blank):
            continue
        if '"' in text:
            record = _quoted(line, ahead, shape)
        else:
            fields = text.split(separator)
            record = Record(number, text, fields)
            if len(fields) != width:
                record = _fitted(record, shape)
        if trouble is Trouble.OTHER_ENCODING:
            remarks = (*record.remarks, Notice(Remark.OTHER_ENCODING))
            record = record._replace(remarks=remarks)
        yield record


class _Lookahead:
    """Lines that can be looked at before they are taken."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._waiting: deque[Line] = deque()

    def take(self) -> Line | None:
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def peek(self, index: int) -> Line | None:
        while len(self._waiting) <= index:
            line = next(self._lines, None)
            if line is None:
                return None
            self._waiting.append(line)
        return self._waiting[index]


def _quoted(line: Line, ahead: _Lookahead, shape: Shape) -> Record:
    number, text, _ = line
    split = split_fields(text, shape.separator)
    if not (split.unclosed or split.loose):
        return _fitted(Record(number, text, split.fields), shape)
    if split.loose and shape.whole(split.fields):
        return Record(number, text, split.fields, (Notice(Remark.LOOSE_QUOTES),))
    literal = [_unquoted(field) for field in text.split(shape.separator)]
    if shape.whole(literal):
        return Record(number, text, literal, (Notice(Remark.LITERAL_QUOTE),))
    refused = Record(number, text, [], refusal=Notice(Reason.UNMATCHED_QUOTE))
    return _joined(line, ahead, shape) or refused


def _unquoted(field: str) -> str:
    """Return a field without its quotation marks, or without the one that nothing closes."""
    bare = field.strip()
    if len(bare) > 1 and bare.startswith('"') and bare.endswith('"'):
        return bare[1:-1].replace('""', '"')
    return bare.removeprefix('"')


def _joined(line: Line, ahead: _Lookahead, shape: Shape) -> Record | None:
    """Return the record that `line` opens and a following line closes, and take those lines."""
    text = line.text
    for count in range(JOINED_LINES_LIMIT):
        following = ahead.peek(count)
        if following is None or following.trouble in _REFUSED:
            return None
        if _starts_record(following.text, shape):
            return None
        text = f"{text}\n{following.text}"
        if len(text) > LINE_LIMIT_BYTES:
            return None
        split = split_fields(text, shape.separator)
        if split.unclosed or split.loose:
            continue
        if not shape.whole(split.fields):
            return None
        for _ in range(count + 1):
            ahead.take()
        return Record(line.number, text, split.fields)
    return None


def _starts_record(text: str, shape: Shape) -> bool:
    """Return whether a line is a record by itself.

    A quotation mark before or in the key column, in a field that none opens, says no: that is how
    the last line of a field that runs over several lines looks.
    """
    split = split_fields(text, shape.separator)
    return not split.unclosed and split.stray > shape.key and shape.whole(split.fields)


def _fitted(record: Record, shape: Shape) -> Record:
    """Return the record with as many fields as there are columns, or its refusal."""
    fields = record.fields
    found, width = len(fields), shape.width
    if found > width and not any(field.strip() for field in fields[width:]):
        fields = fields[:width]  # spreadsheets write empty cells to the right
    elif found > width and shape.separator == ";":
        fields = _entities_rejoined(fields)
    elif 0 < width - found <= shape.optional_tail:
        filled = fields + [""] * (width - found)
        fields = filled if shape.plausible(filled) else fields
    if len(fields) != width:
        counts = (("found", found), ("expected", width))
        return record._replace(refusal=Notice(Reason.WRONG_COLUMN_COUNT, counts))
    return record._replace(fields=fields, remarks=record.remarks + _fitting(record, fields, shape))


def _fitting(record: Record, fields: Sequence[str], shape: Shape) -> tuple[Notice, ...]:
    """Return what to say about a record whose fields were made to fit."""
    if len(record.fields) < shape.width:
        missing = shape.width - len(record.fields)
        return (Notice(Remark.SHORT_LINE, (("missing", missing),)),)
    changed = next((new for old, new in zip(record.fields, fields, strict=False) if old != new), "")
    return (Notice(Remark.ENTITY_REJOINED, (("value", changed),)),) if changed else ()


def _entities_rejoined(fields: Sequence[str]) -> list[str]:
    """Undo the cuts that the semicolon of an HTML entity (`&quot;`) made in unquoted text."""
    whole = [fields[0]]
    for field in fields[1:]:
        if ends_in_entity(whole[-1]):
            whole[-1] = f"{whole[-1]};{field}"
        else:
            whole.append(field)
    return whole
