"""An article file as numbered lines of text, however it was saved.

Owns compression (by magic bytes, never by name), the encoding (UTF-8 with or without mark,
Windows-1252, UTF-16 with mark), line ends, and the limits that keep memory flat. Reads a file
twice: a survey that settles the encoding and finds damage before anything is taken, then the
lines. Knows nothing of separators, quotes, headings or articles.
"""

import codecs
import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from errno import EINVAL
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from common.i18n import mark
from hub.article_notices import ArticleFileError, Fault

CHUNK_BYTES: Final = 64 * 1024
LINE_LIMIT_BYTES: Final = 64 * 1024
OnProgress = Callable[[int, int], None]

_GZIP_MAGIC: Final = b"\x1f\x8b"
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MAGIC: Final = (
    (b"PK\x03\x04", mark("an Excel or LibreOffice workbook")),
    (b"\xd0\xcf\x11\xe0", mark("an old Excel workbook")),
    (b"%PDF", mark("a PDF document")),
    (b"SQLite format 3\x00", mark("a database")),
    (b"\x28\xb5\x2f\xfd", mark("a zstd archive")),
    (b"BZh", mark("a bzip2 archive")),
    (b"\xfd7zXZ", mark("an xz archive")),
)
# Two or three bytes that only UTF-8 would put in a row.
_UTF8_LETTER: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}")


class Encoding(StrEnum):
    """What a file is written in, as Python names it."""

    UTF_8 = "utf-8"
    WINDOWS_1252 = "cp1252"
    UTF_16 = "utf-16"


class Trouble(StrEnum):
    """What was wrong with the bytes of one line."""

    OTHER_ENCODING = "other_encoding"
    UNDECODABLE = "undecodable"
    TOO_LONG = "too_long"


class Line(NamedTuple):
    """A physical line without its end; `number` counts from 1."""

    number: int
    text: str
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """How a file was saved. `total_bytes` is its size on disk, compressed or not."""

    path: Path
    total_bytes: int
    compressed: bool
    encoding: Encoding
    line_end: bytes


def survey(path: Path) -> Survey:
    """Read the file once and say how it was saved.

    Raises ArticleFileError when it cannot be opened, is empty, binary or a damaged gzip.
    """
    with _opened(path) as raw:
        compressed = raw.read(2) == _GZIP_MAGIC
        total_bytes = raw.seek(0, 2)
        raw.seek(0)
        chunks = _chunks(raw, compressed)
        first = next(chunks, b"")
        _refuse_binary(path, first)
        wide = first.startswith(_UTF16_MARKS)
        whole = _prepend(first, chunks)
        if wide:
            whole = _recoded(whole)
            first = next(whole, b"")
            whole = _prepend(first, whole)
        line_end = b"\r" if b"\r" in first and b"\n" not in first else b"\n"
        encoding = Encoding.UTF_16 if wide else _vote(whole, line_end)
        for _ in whole:  # the rest of a gzip: its checksum stands at the end
            pass
    return Survey(path, total_bytes, compressed, encoding, line_end)


def lines(source: Survey, on_progress: OnProgress | None = None) -> Iterator[Line]:
    """Yield the lines of a surveyed file in flat memory.

    `on_progress(bytes_read, total_bytes)` counts bytes on disk; it is called for every chunk and
    once more at the end. Raises ArticleFileError when the file has changed for the worse since.
    """
    with _opened(source.path) as raw:
        chunks = _reporting(_chunks(raw, source.compressed), raw, source.total_bytes, on_progress)
        if source.encoding is Encoding.UTF_16:
            chunks = _recoded(chunks)
        for number, line in enumerate(_split(chunks, source.line_end), 1):
            bare = line.removesuffix(b"\r")
            if number == 1:
                bare = bare.removeprefix(codecs.BOM_UTF8)
            yield _decoded(number, bare, source.encoding)
        if on_progress is not None:
            on_progress(source.total_bytes, source.total_bytes)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Turn everything a disk or a gzip can raise into the one error of this reader."""
    try:
        if path.exists() and not path.is_file():
            # A pipe would be waited for, a device read without end.
            raise OSError(EINVAL, "not a plain file")
        with path.open("rb") as raw:
            yield raw
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ArticleFileError(
            Fault.DAMAGED_GZIP, ("file", path.name), ("reason", str(error))
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ArticleFileError(
            Fault.CANNOT_OPEN, ("file", path.name), ("reason", reason)
        ) from error


def _chunks(raw: BinaryIO, compressed: bool) -> Iterator[bytes]:
    stream = gzip.GzipFile(fileobj=raw) if compressed else raw
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _prepend(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _reporting(
    chunks: Iterator[bytes], raw: BinaryIO, total_bytes: int, on_progress: OnProgress | None
) -> Iterator[bytes]:
    for chunk in chunks:
        if on_progress is not None:
            on_progress(min(raw.tell(), total_bytes), total_bytes)
        yield chunk


def _recoded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """UTF-16 to UTF-8; what is no UTF-16 becomes U+FFFD, which names report."""
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _refuse_binary(path: Path, first: bytes) -> None:
    if not first:
        raise ArticleFileError(Fault.EMPTY, ("file", path.name))
    for magic, kind in _MAGIC:
        if first.startswith(magic):
            raise ArticleFileError(Fault.NOT_CSV, ("file", path.name), ("kind", kind))
    if b"\0" in first and not first.startswith(_UTF16_MARKS):
        raise ArticleFileError(Fault.NOT_CSV, ("file", path.name), ("kind", mark("binary data")))


def _split(chunks: Iterator[bytes], line_end: bytes) -> Iterator[bytes]:
    """Yield lines without their end; a line beyond the limit is cut, but stays beyond it."""
    tail = b""
    for chunk in chunks:
        parts = (tail + chunk).split(line_end)
        tail = parts.pop()[: LINE_LIMIT_BYTES + 1]
        yield from parts
    if tail:
        yield tail


def _vote(chunks: Iterator[bytes], line_end: bytes) -> Encoding:
    """UTF-8, unless most of the lines that show it are not: a stray line shall not decide."""
    utf8 = other = 0
    for number, line in enumerate(_split(chunks, line_end)):
        if line.isascii():
            continue
        if number == 0 and line.startswith(codecs.BOM_UTF8):
            return Encoding.UTF_8
        try:
            line.decode()
            utf8 += 1
        except UnicodeDecodeError:
            other += 1
    return Encoding.WINDOWS_1252 if other > utf8 else Encoding.UTF_8


def _decoded(number: int, line: bytes, encoding: Encoding) -> Line:
    if len(line) > LINE_LIMIT_BYTES:
        return Line(number, line[:200].decode("utf-8", "replace"), Trouble.TOO_LONG)
    try:
        return Line(number, line.decode("cp1252" if encoding is Encoding.WINDOWS_1252 else "utf-8"))
    except UnicodeDecodeError:
        pass
    if encoding is not Encoding.WINDOWS_1252 and not _UTF8_LETTER.search(line):
        try:
            return Line(number, line.decode("cp1252"), Trouble.OTHER_ENCODING)
        except UnicodeDecodeError:
            pass
    return Line(number, line.decode("utf-8", "backslashreplace"), Trouble.UNDECODABLE)
