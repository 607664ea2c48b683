"""Article files as shops have them, read into exact values: an `ArticleLine` or `Reject` a record.

Owns which columns a file has, what makes a line an article, and the file of rejects. Streams: it
holds an entry for each different barcode (about 130 bytes, to report repeated ones) and no lines.
Takes no decision about the catalogue and touches no database.
"""

import csv
import os
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from errno import EEXIST
from pathlib import Path
from typing import Final

from common.i18n import LANGUAGES, Translator, mark
from hub.article_fields import (
    REQUIRED,
    Column,
    column_of,
    read_amount,
    read_category,
    read_code,
    read_name,
    read_price,
    read_quantity,
    read_vat,
)
from hub.article_notices import (
    Argument,
    ArticleFileError,
    Fault,
    FieldError,
    Notice,
    Reason,
    Remark,
    Translate,
)
from hub.csv_records import Record, Shape, records, split_fields
from hub.csv_source import Encoding, Line, OnProgress, Survey, lines, survey

SEPARATORS: Final = (";", "\t", ",")
RAW_LIMIT_CHARS: Final = 2000
REJECT_HEADINGS: Final = (mark("Line"), mark("Reason"), mark("Text of the line"))


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """One article as a file has it. `line` counts physical lines from 1, headings included.

    `category` and `subcategory` may be "". The stock fields are None where the file says nothing.
    A later line with the same `code` is meant to win. `warnings` holds what was odd; the values
    stand all the same.
    """

    line: int
    code: str
    name: str
    category: str
    price_cents: int
    vat_bp: int
    stock_thousandths: int | None
    stock_min_thousandths: int | None
    warnings: tuple[Notice, ...] = ()
    subcategory: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that was not taken, as it stands in the file (cut after 2,000 characters)."""

    line: int
    raw: str
    reason: Reason
    arguments: tuple[Argument, ...] = ()

    def text(self, translate: Translate = str) -> str:
        """Return why, in the language of `translate` (msgid → text)."""
        return Notice(self.reason, self.arguments).text(translate)


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How a file turned out to be written, for people to see.

    `columns` pairs what was recognised with the heading it has; `warnings` names columns that
    were left out.
    """

    encoding: Encoding
    compressed: bool
    separator: str
    columns: tuple[tuple[Column, str], ...]
    warnings: tuple[Notice, ...]


def read(path: Path, on_progress: OnProgress | None = None) -> "ArticleFile":
    """Survey an article file and return it, ready to be iterated (each time from the start).

    `on_progress(bytes_read, total_bytes)`, in bytes on disk, is called while iterating.
    Raises ArticleFileError, here or while iterating, and nothing else.
    """
    source = survey(path)
    heading_line, first = _heading(source)
    separator, headings = _headings(first)
    positions, warnings = _columns(headings)
    missing = [column for column in REQUIRED if column not in positions]
    if missing:
        raise ArticleFileError(
            Fault.MISSING_HEADINGS,
            ("file", path.name),
            ("missing", ", ".join(missing)),
            ("found", first.text[:200].strip() or "–"),
        )
    columns = tuple((column, headings[index]) for column, index in positions.items())
    written = FileFormat(source.encoding, source.compressed, separator, columns, warnings)
    table = _Table(positions, len(headings), separator)
    return ArticleFile(source, written, heading_line, table, on_progress)


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """A surveyed file: iterate it for its `ArticleLine` and `Reject` values in file order."""

    source: Survey
    format: FileFormat
    heading_line: int
    table: "_Table"
    on_progress: OnProgress | None = None

    @property
    def total_bytes(self) -> int:
        """The file's size on disk."""
        return self.source.total_bytes

    def __iter__(self) -> Iterator[ArticleLine | Reject]:
        body = lines(self.source, self.on_progress)
        for line in body:
            if line.number == self.heading_line:
                break
        lines_by_code: dict[str, int] = {}
        for record in records(body, self.table.shape()):
            yield self.table.article(record, lines_by_code)


@dataclass(frozen=True, slots=True)
class _Table:
    """Where the columns of a file stand, and how a record of it becomes an article."""

    positions: dict[Column, int]
    width: int
    separator: str

    def shape(self) -> Shape:
        last_required = max(self.positions[column] for column in REQUIRED)
        tail = self.width - 1 - last_required
        return Shape(self.separator, self.width, self.positions[Column.CODE], tail, self.plausible)

    def plausible(self, fields: Sequence[str]) -> bool:
        """Return whether fields can be an article whose cells all stand in their own column."""
        for column in (Column.NAME, Column.CATEGORY, Column.SUBCATEGORY):
            position = self.positions.get(column)
            if position is not None and read_amount(fields[position]) is not None:
                return False
        try:
            self._values(0, fields, [])
        except FieldError:
            return False
        return True

    def article(self, record: Record, lines_by_code: dict[str, int]) -> ArticleLine | Reject:
        """Return the record as an article or a reject, and note its code as seen."""
        if record.refusal is not None:
            return _reject(record, record.refusal)
        notices = list(record.remarks)
        try:
            article = self._values(record.line, record.fields, notices)
        except FieldError as error:
            return _reject(record, error.notice)
        earlier = lines_by_code.get(article.code)
        lines_by_code[article.code] = record.line
        if earlier is not None:
            again = (("code", article.code), ("earlier", earlier))
            notices.append(Notice(Remark.REPEATED_CODE, again))
        return article if not notices else replace(article, warnings=tuple(notices))

    def _values(self, line: int, fields: Sequence[str], notices: list[Notice]) -> ArticleLine:
        positions = self.positions
        category, subcategory = read_category(
            self._cell(fields, Column.CATEGORY), self._cell(fields, Column.SUBCATEGORY), notices
        )
        return ArticleLine(
            line,
            read_code(fields[positions[Column.CODE]], notices),
            read_name(fields[positions[Column.NAME]], notices),
            category,
            read_price(fields[positions[Column.PRICE]], notices),
            read_vat(fields[positions[Column.VAT]]),
            self._quantity(fields, Column.STOCK, Reason.UNREADABLE_STOCK, notices),
            self._minimum(fields, notices),
            subcategory=subcategory,
        )

    def _cell(self, fields: Sequence[str], column: Column) -> str:
        position = self.positions.get(column)
        return "" if position is None else fields[position]

    def _quantity(
        self, fields: Sequence[str], column: Column, reason: Reason, notices: list[Notice]
    ) -> int | None:
        position = self.positions.get(column)
        return None if position is None else read_quantity(fields[position], reason, notices)

    def _minimum(self, fields: Sequence[str], notices: list[Notice]) -> int | None:
        reason = Reason.UNREADABLE_STOCK_MIN
        minimum = self._quantity(fields, Column.STOCK_MIN, reason, notices)
        if minimum is not None and minimum < 0:
            shown = fields[self.positions[Column.STOCK_MIN]].strip()
            raise FieldError(Reason.NEGATIVE_STOCK_MIN, ("value", shown[:60]))
        return minimum


def write_rejects(path: Path, rejects: Iterable[Reject], translate: Translate = str) -> int:
    """Write rejects as a CSV that a French spreadsheet opens by itself; return how many.

    UTF-8 with mark, semicolons: line; reason; the record as it stood. A record that a spreadsheet
    would run as a formula gets an apostrophe in front. Raises OSError, also where something else
    than rejects lies there.
    """
    _require_rejects(path)
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([translate(heading) for heading in REJECT_HEADINGS])
        for reject in rejects:
            formula = reject.raw.startswith(("=", "+", "-", "@", "\t", "\r"))
            raw = f"'{reject.raw}" if formula else reject.raw
            writer.writerow([reject.line, reject.text(translate), raw])
            count += 1
    return count


def _require_rejects(path: Path) -> None:
    """Raise OSError where writing would go through a link, or over anything but older rejects."""
    if not os.path.lexists(path):
        return
    headings = [";".join(map(Translator(lang), REJECT_HEADINGS)) for lang in LANGUAGES]
    if path.is_symlink() or not path.is_file():
        raise FileExistsError(EEXIST, "not a plain file", str(path))
    with path.open("rb") as file:
        begins = file.read(200)
    if not begins.startswith(tuple(BOM_UTF8 + heading.encode() for heading in headings)):
        raise FileExistsError(EEXIST, "holds something else", str(path))


def _reject(record: Record, notice: Notice) -> Reject:
    assert isinstance(notice.kind, Reason)
    return Reject(record.line, record.raw[:RAW_LIMIT_CHARS], notice.kind, notice.arguments)


def _heading(source: Survey) -> tuple[int, Line]:
    """Return the number and the line that holds the headings: the first that is not blank.

    A line `sep=;`, which some programs write for spreadsheets, is passed over.
    """
    for line in lines(source):
        if line.text.strip() and not line.text.strip().strip('"').lower().startswith("sep="):
            return line.number, line
    raise ArticleFileError(Fault.EMPTY, ("file", source.path.name))


def _headings(line: Line) -> tuple[str, list[str]]:
    """Return the separator under which a line holds the most known headings, and its headings."""
    best: tuple[int, int, str, list[str]] | None = None
    for separator in SEPARATORS:
        headings = [heading.strip() for heading in split_fields(line.text, separator).fields]
        while len(headings) > 1 and not headings[-1]:
            headings.pop()
        known = {named[0] for heading in headings if (named := column_of(heading))}
        score = (len(known.intersection(REQUIRED)), len(known))
        if best is None or score > best[:2]:
            best = (*score, separator, headings)
    assert best is not None
    return best[2], best[3]


def _columns(headings: Sequence[str]) -> tuple[dict[Column, int], tuple[Notice, ...]]:
    """Return where each known column stands, in file order, and what was left out."""
    best: dict[Column, tuple[int, int]] = {}
    for index, heading in enumerate(headings):
        if named := column_of(heading):
            column, rank = named
            best[column] = min(best.get(column, (rank, index)), (rank, index))
    warnings = []
    for index, heading in enumerate(headings):
        named = column_of(heading)
        if named is None:
            warnings.append(Notice(Remark.UNKNOWN_COLUMN, (("heading", heading),)))
        elif (chosen := best[named[0]][1]) != index:
            other = (("heading", heading), ("other", headings[chosen]))
            warnings.append(Notice(Remark.REPEATED_COLUMN, other))
    positions = {column: index for column, (_, index) in best.items()}
    return dict(sorted(positions.items(), key=lambda item: item[1])), tuple(warnings)
