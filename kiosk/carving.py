"""Operations found in the bytes of a file whose pages do not lead to them any more.

Owns how SQLite lays out a row of the operations' table. Bytes are taken for the row of a number
where the seal opens for it, and nothing opens by chance; so one bit of what tells where a row's
values lie may have flipped, too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from common.commands import COMMANDS
from kiosk.database import FAULTS
from kiosk.one_bit import flips

CARVED_BYTES: Final = 4 * 1024 * 1024
"""In a larger file a number stands too often by chance to look behind each."""
_PAGE: Final = 4096
_LOCAL: Final = _PAGE - 35
"""A longer row goes on in pages of its own."""
_LEAST: Final = (_PAGE - 12) * 32 // 255 - 23
_BYTES: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
"""How many bytes a whole number has, by its type; 0 and 1 are types of their own."""
_HEADER: Final = range(7, 14)
_FIRST: Final = frozenset(bytes((size,)) for size in _HEADER)
_NULL, _ZERO, _ONE = 0, 8, 9


@dataclass(frozen=True, slots=True)
class Carved:
    """A row that waits: the values of its columns as they lie on disk; `body` is sealed."""

    schema: int
    kind: bytes
    body: bytes
    made_ms: int


def bytes_of(path: Path) -> bytes:
    """Return a file's bytes and its log's, nothing where they are too many.

    Raises one of `FAULTS` where the disk does not read them.
    """
    files = [each for each in (path, path.with_name(path.name + "-wal")) if each.exists()]
    if sum(each.stat().st_size for each in files) > CARVED_BYTES:
        return b""
    try:
        return b"".join(each.read_bytes() for each in files)
    except OSError as unread:
        raise FAULTS[0](f"disk I/O error: {unread.strerror}") from unread


def carve(raw: bytes, n: int, opens: Callable[[bytes], bool], flipped: bool) -> Carved | None:
    """Return the waiting row of a number in a file's bytes; None where there is none that opens.

    `flipped`: look for those, too, of which a bit before their values has flipped.
    """
    mark = _varint(n)
    exact = next((row for row in _exact(raw, mark) if opens(row.body)), None)
    if exact is not None or not flipped:
        return exact
    found = [row for row in _inexact(raw, mark) if opens(row.body)]
    # Another bit may lead to the same body, and to a part of its kind.
    known = (row for row in found if row.kind.decode(errors="replace") in COMMANDS)
    return next(known, next(iter(found), None))


def _exact(raw: bytes, mark: bytes) -> Iterator[Carved]:
    for at in _places(raw, mark):
        yield from _read(raw, at, raw[at : at + _HEADER.stop])


def _inexact(raw: bytes, mark: bytes) -> Iterator[Carved]:
    for at in _places(raw, mark):
        header = raw[at : at + _HEADER.stop]
        if _nearly(header):
            for other in flips(header):
                yield from _read(raw, at, other)
    for other in flips(mark):
        yield from _exact(raw, other)


def _places(raw: bytes, mark: bytes) -> Iterator[int]:
    """Yield where the header of a row begins whose number is written like this, if it is one."""
    at = raw.find(mark)
    while at >= 0:
        yield at + len(mark)
        at = raw.find(mark, at + 1)


def _read(raw: bytes, at: int, header: bytes) -> Iterator[Carved]:
    """Yield the row whose values a header describes, where it describes one that waits."""
    types = _types(header)
    if types is None:
        return
    schema, kind, body, made = types
    sizes = (_BYTES[schema], (kind - 13) // 2, (body - 12) // 2, _BYTES[made])
    values = _payload(raw, at, header[0] + sum(sizes))
    if values is None:
        return
    values = values[header[0] :]
    parts = []
    for size in sizes:
        parts.append(values[:size])
        values = values[size:]
    number = 1 if schema == _ONE else int.from_bytes(parts[0], "big")
    yield Carved(number, parts[1], parts[2], int.from_bytes(parts[3], "big"))


def _nearly(header: bytes) -> bool:
    """Return whether bytes look like a header but for one of its signs: few others do."""
    signs = (header[:1] in _FIRST, header[1:2] == b"\0", b"\x08\0" in header[4:])
    return sum(signs) >= 2


def _types(header: bytes) -> tuple[int, int, int, int] | None:
    """Return the types of schema, kind, body and moment of a header; None where it is none."""
    if not header or header[0] not in _HEADER or len(header) < header[0]:
        return None
    types, at = [], 1
    while at < header[0]:
        value, at = _number(header, at)
        types.append(value)
    if at != header[0] or len(types) != 7:
        return None
    n, schema, kind, body, made, status, reply = types
    fits = kind >= 13 and kind % 2 == 1 and body >= 12 and body % 2 == 0
    waits = (n, status, reply) == (_NULL, _ZERO, _NULL)
    return (schema, kind, body, made) if fits and waits and {schema, made} <= set(_BYTES) else None


def _payload(raw: bytes, at: int, size: int) -> bytes | None:
    """Return all bytes of a row that begins here, from the pages in which it goes on, too."""
    if size <= _LOCAL:
        return raw[at : at + size] if at + size <= len(raw) else None
    local = _LEAST + (size - _LEAST) % (_PAGE - 4)
    local = local if local <= _LOCAL else _LEAST
    found, page = raw[at : at + local], int.from_bytes(raw[at + local : at + local + 4], "big")
    while len(found) < size:
        start = (page - 1) * _PAGE
        if page < 2 or start + _PAGE > len(raw):
            return None
        page = int.from_bytes(raw[start : start + 4], "big")
        found += raw[start + 4 : start + _PAGE]
    return found[:size]


def _varint(value: int) -> bytes:
    """Return a number as SQLite writes it, of up to eight times seven bits."""
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))


def _number(raw: bytes, at: int) -> tuple[int, int]:
    """Return the number that is written here, and what comes after it; the end where none is."""
    value = 0
    while at < len(raw):
        value = value << 7 | raw[at] & 0x7F
        at += 1
        if raw[at - 1] < 0x80:
            break
    return value, at
