"""What reading an article file can have to say: why a line was refused, what was odd about a line
that was taken, why a whole file cannot be read.

Owns the codes and their English texts (msgids; `{name}` stands for an argument). Reads nothing and
decides nothing; translation is handed in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from common.errors import ErrorKind
from common.i18n import mark

Translate = Callable[[str], str]


class Reason(StrEnum):
    """Why a line was not taken."""

    WRONG_COLUMN_COUNT = "wrong_column_count"
    UNMATCHED_QUOTE = "unmatched_quote"
    LINE_TOO_LONG = "line_too_long"
    UNDECODABLE = "undecodable"
    EMPTY_CODE = "empty_code"
    BAD_CODE = "bad_code"
    CODE_LOST_DIGITS = "code_lost_digits"
    EMPTY_NAME = "empty_name"
    CATEGORY_TOO_DEEP = "category_too_deep"
    EMPTY_PRICE = "empty_price"
    UNREADABLE_PRICE = "unreadable_price"
    NEGATIVE_PRICE = "negative_price"
    PRICE_TOO_LARGE = "price_too_large"
    EMPTY_VAT = "empty_vat"
    UNREADABLE_VAT = "unreadable_vat"
    VAT_OUT_OF_RANGE = "vat_out_of_range"
    UNREADABLE_STOCK = "unreadable_stock"
    UNREADABLE_STOCK_MIN = "unreadable_stock_min"
    NEGATIVE_STOCK_MIN = "negative_stock_min"


REASONS: Final[Mapping[Reason, str]] = {
    Reason.WRONG_COLUMN_COUNT: mark("{found} columns instead of {expected}."),
    Reason.UNMATCHED_QUOTE: mark("A quotation mark is opened and never closed."),
    Reason.LINE_TOO_LONG: mark("The line is longer than {limit} bytes."),
    Reason.UNDECODABLE: mark("The line is neither UTF-8 nor Windows-1252 text."),
    Reason.EMPTY_CODE: mark("The barcode is missing."),
    Reason.BAD_CODE: mark(
        "“{value}” is no barcode: letters, digits and . _ / + - only, at most 48."
    ),
    Reason.CODE_LOST_DIGITS: mark(
        "“{value}” is a barcode whose digits a spreadsheet has lost; "
        "format that column as text and export again."
    ),
    Reason.EMPTY_NAME: mark("The name is missing."),
    Reason.CATEGORY_TOO_DEEP: mark("“{value}” has more than a category and a sub-category."),
    Reason.EMPTY_PRICE: mark("The price is missing."),
    Reason.UNREADABLE_PRICE: mark("“{value}” cannot be read as a price."),
    Reason.NEGATIVE_PRICE: mark("The price {value} is below zero."),
    Reason.PRICE_TOO_LARGE: mark("The price {value} is too large."),
    Reason.EMPTY_VAT: mark("The VAT rate is missing."),
    Reason.UNREADABLE_VAT: mark("“{value}” cannot be read as a VAT rate."),
    Reason.VAT_OUT_OF_RANGE: mark("The VAT rate {value} is not between 0 and 100 %."),
    Reason.UNREADABLE_STOCK: mark("“{value}” cannot be read as a stock quantity."),
    Reason.UNREADABLE_STOCK_MIN: mark("“{value}” cannot be read as a minimum stock."),
    Reason.NEGATIVE_STOCK_MIN: mark("The minimum stock {value} is below zero."),
}


class Remark(StrEnum):
    """What was odd about a line that was taken, or about the columns of a file."""

    WRONG_CHECK_DIGIT = "wrong_check_digit"
    REPEATED_CODE = "repeated_code"
    PRICE_ROUNDED = "price_rounded"
    PRICE_AMBIGUOUS = "price_ambiguous"
    QUANTITY_ROUNDED = "quantity_rounded"
    NAME_CUT = "name_cut"
    NAME_REPAIRED = "name_repaired"
    NAME_DAMAGED = "name_damaged"
    LOOSE_QUOTES = "loose_quotes"
    LITERAL_QUOTE = "literal_quote"
    ENTITY_REJOINED = "entity_rejoined"
    SHORT_LINE = "short_line"
    OTHER_ENCODING = "other_encoding"
    UNKNOWN_COLUMN = "unknown_column"
    REPEATED_COLUMN = "repeated_column"


REMARKS: Final[Mapping[Remark, str]] = {
    Remark.WRONG_CHECK_DIGIT: mark(
        "Barcode {code} ends in a wrong check digit (should be {expected})."
    ),
    Remark.REPEATED_CODE: mark("Barcode {code} stands already on line {earlier}; this line wins."),
    Remark.PRICE_ROUNDED: mark("The price {value} was rounded to {price}."),
    Remark.PRICE_AMBIGUOUS: mark("The price {value} was read as {price}."),
    Remark.QUANTITY_ROUNDED: mark("The quantity {value} was rounded to {quantity}."),
    Remark.NAME_CUT: mark("The name was cut to {limit} characters."),
    Remark.NAME_REPAIRED: mark("Letters of the name that were encoded twice were repaired."),
    Remark.NAME_DAMAGED: mark("The name holds letters that were lost before the export."),
    Remark.LOOSE_QUOTES: mark("Quotation marks inside a field were not doubled; they were kept."),
    Remark.LITERAL_QUOTE: mark("A quotation mark that is never closed was left out."),
    Remark.ENTITY_REJOINED: mark("A name that a separator had cut (“{value}”) was put together."),
    Remark.SHORT_LINE: mark("The last {missing} columns are missing; they were taken as empty."),
    Remark.OTHER_ENCODING: mark("This line alone is in Windows-1252; it was read so."),
    Remark.UNKNOWN_COLUMN: mark("Column “{heading}” is not known and was left out."),
    Remark.REPEATED_COLUMN: mark("Column “{heading}” was left out: “{other}” says the same."),
}


class Fault(StrEnum):
    """Why nothing of a file can be read."""

    CANNOT_OPEN = "article_file_cannot_open"
    EMPTY = "article_file_empty"
    NOT_CSV = "article_file_not_csv"
    DAMAGED_GZIP = "article_file_damaged_gzip"
    MISSING_HEADINGS = "article_file_missing_headings"


FAULTS: Final[Mapping[Fault, ErrorKind]] = {
    Fault.CANNOT_OPEN: ErrorKind(
        Fault.CANNOT_OPEN,
        mark("{file} cannot be opened: {reason}."),
        mark("Check the name, and that you may read the file."),
        retryable=True,
    ),
    Fault.EMPTY: ErrorKind(
        Fault.EMPTY, mark("{file} is empty."), mark("Export the articles again.")
    ),
    Fault.NOT_CSV: ErrorKind(
        Fault.NOT_CSV,
        mark("{file} is not a CSV file; it looks like {kind}."),
        mark("Open it in a spreadsheet and save it as CSV."),
    ),
    Fault.DAMAGED_GZIP: ErrorKind(
        Fault.DAMAGED_GZIP,
        mark("{file} is compressed, and damaged: {reason}."),
        mark("Copy or download it again."),
    ),
    Fault.MISSING_HEADINGS: ErrorKind(
        Fault.MISSING_HEADINGS,
        mark("The first line of {file} has no heading for {missing}; it reads: {found}."),
        mark(
            "A file needs headings for barcode, name, price with VAT, and VAT rate, "
            "such as code_barres;libelle;prix_ttc;tva."
        ),
    ),
}

Argument = tuple[str, str | int]


@dataclass(frozen=True, slots=True)
class Notice:
    """One reason or remark with its arguments."""

    kind: Reason | Remark
    arguments: tuple[Argument, ...] = ()

    def text(self, translate: Translate = str) -> str:
        """Return the sentence in the language of `translate` (msgid → text)."""
        msgid = REASONS[self.kind] if isinstance(self.kind, Reason) else REMARKS[self.kind]
        return translate(msgid).format(**dict(self.arguments))


class ArticleFileError(Exception):
    """A whole file that cannot be read; nothing of it was taken.

    An argument named `kind` is a msgid itself.
    """

    def __init__(self, fault: Fault, *arguments: Argument) -> None:
        self.fault = fault
        self.arguments = arguments
        super().__init__(self.text())

    @property
    def code(self) -> str:
        """The error's stable name."""
        return self.fault.value

    @property
    def retryable(self) -> bool:
        """Whether the same file may be readable later."""
        return FAULTS[self.fault].retryable

    @property
    def hint(self) -> str:
        """What would do (msgid)."""
        return FAULTS[self.fault].hint

    def text(self, translate: Translate = str) -> str:
        """Return text and hint in the language of `translate` (msgid → text)."""
        kind = FAULTS[self.fault]
        fields = {
            name: translate(str(value)) if name == "kind" else value
            for name, value in self.arguments
        }
        return f"{translate(kind.text).format(**fields)} {translate(kind.hint)}"


class FieldError(Exception):
    """Raised by a field's reader; the line becomes a reject with this notice."""

    def __init__(self, reason: Reason, *arguments: Argument) -> None:
        super().__init__(reason)
        self.notice = Notice(reason, arguments)
