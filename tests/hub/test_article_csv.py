"""Whole article files: every dialect gives the same articles, garbage gives reasons, no faults."""

import codecs
import csv
import gzip
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import common.i18n
from hub.article_csv import REJECT_HEADINGS, ArticleFile, ArticleLine, Reject, read, write_rejects
from hub.article_fields import Column
from hub.article_notices import (
    FAULTS,
    REASONS,
    REMARKS,
    ArticleFileError,
    Fault,
    Notice,
    Reason,
    Remark,
)

HEADINGS = "code_barres;libelle;categorie;prix_ttc;tva;stock;stock_min"
BREAD = ArticleLine(2, "3257980890627", "Baguettes précuites", "Pain", 120, 550, 107_000, 7000)
WINE = ArticleLine(3, "3077051400681", "Cabernet d’Anjou", "Vin, bière", 1152, 2000, 12_500, None)


def _read(folder: Path, content: bytes | str) -> tuple[ArticleFile, list[ArticleLine | Reject]]:
    path = folder / "articles.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    file = read(path)
    return file, list(file)


def _articles(folder: Path, *body: str, headings: str = HEADINGS) -> list[ArticleLine | Reject]:
    return _read(folder, "\r\n".join([headings, *body, ""]))[1]


def _warnings(article: ArticleLine | Reject) -> list[str]:
    assert isinstance(article, ArticleLine)
    return [warning.kind for warning in article.warnings]


def _fault(folder: Path, content: bytes | str) -> ArticleFileError:
    with pytest.raises(ArticleFileError) as caught:
        _read(folder, content)
    return caught.value


FRENCH = (
    f"{HEADINGS}\r\n3257980890627;Baguettes précuites;Pain;1,20;5,5;107;7\r\n"
    "3077051400681;Cabernet d’Anjou;Vin, bière;11,52 €;20 %;12,5;\r\n"
)
ENGLISH = (
    'Barcode,Name,Category,"Price (incl. VAT)",VAT rate,Qty,Reorder level\n'
    "3257980890627,Baguettes précuites,Pain,1.20,0.055,107,7\n"
    '3077051400681,Cabernet d’Anjou,"Vin, bière",€11.52,20%,12.5,\n'
)
TABBED = (
    "Seuil\tGENCOD\tDésignation\tPV TTC\tTaux de TVA\tRayon\tQuantité\n"
    "7\t3257980890627\tBaguettes  précuites \t1,2\t5.50\tPain\t107,000\n"
    "\t3077051400681\tCabernet d’Anjou\t11,52\t20,0\tVin, bière\t12,5\n"
)


@pytest.mark.parametrize(
    ("content", "separator"),
    [(FRENCH, ";"), (ENGLISH, ","), (TABBED, "\t")],
    ids=["semicolon", "comma", "tab"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("compressed", [False, True])
def test_every_dialect_gives_the_same_articles(
    tmp_path: Path, content: str, separator: str, encoding: str, compressed: bool
) -> None:
    written = content.encode(encoding)
    file, found = _read(tmp_path, gzip.compress(written, mtime=0) if compressed else written)
    assert found == [BREAD, WINE]
    assert file.format.separator == separator
    assert file.format.compressed is compressed
    assert file.format.encoding == encoding.removesuffix("-sig")
    assert {column for column, _ in file.format.columns} == set(Column) - {Column.SUBCATEGORY}
    assert not file.format.warnings


def test_a_file_can_be_read_again(tmp_path: Path) -> None:
    file, found = _read(tmp_path, FRENCH)
    assert list(file) == found


def test_stock_and_category_are_optional(tmp_path: Path) -> None:
    found = _articles(tmp_path, "0,55;Eau;20;3257980890627", headings="Prix;Nom;TVA;EAN")
    assert found == [ArticleLine(2, "3257980890627", "Eau", "", 55, 2000, None, None)]


def test_blank_lines_and_a_separator_line_are_passed_over(tmp_path: Path) -> None:
    content = f"\n\nsep=;\n{HEADINGS}\n\n;;;;;;\n3257980890627;Pain;P;1;5,5;1;1\n"
    assert [found.line for found in _read(tmp_path, content)[1]] == [7]


def test_headings_alone_are_a_file_without_articles(tmp_path: Path) -> None:
    assert _read(tmp_path, HEADINGS)[1] == []


def test_columns_left_out_are_named(tmp_path: Path) -> None:
    file, found = _read(
        tmp_path,
        "Code;EAN;Nom;Fournisseur;Prix HT;Prix;Prix TTC;TVA\n"
        "77;3257980890627;Pain;X;1;9;1,20;5,5\n",
    )
    assert found == [ArticleLine(2, "3257980890627", "Pain", "", 120, 550, None, None)]
    assert file.format.warnings == (
        Notice(Remark.REPEATED_COLUMN, (("heading", "Code"), ("other", "EAN"))),
        Notice(Remark.UNKNOWN_COLUMN, (("heading", "Fournisseur"),)),
        Notice(Remark.UNKNOWN_COLUMN, (("heading", "Prix HT"),)),
        Notice(Remark.REPEATED_COLUMN, (("heading", "Prix"), ("other", "Prix TTC"))),
    )


def test_missing_headings_are_named_with_what_was_found(tmp_path: Path) -> None:
    error = _fault(tmp_path, "EAN;Nom;Prix HT\n1;Pain;2\n")
    assert error.fault is Fault.MISSING_HEADINGS
    assert (error.code, error.retryable) == ("article_file_missing_headings", False)
    assert error.text() == (
        "The first line of articles.csv has no heading for prix_ttc, tva; it reads: "
        "EAN;Nom;Prix HT. A file needs headings for barcode, name, price with VAT, and VAT rate, "
        "such as code_barres;libelle;prix_ttc;tva."
    )


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"\n \r\n\t\n", Fault.EMPTY),
        (codecs.BOM_UTF8, Fault.EMPTY),
        (codecs.BOM_UTF16_LE, Fault.EMPTY),
        (b"PK\x03\x04", Fault.NOT_CSV),
        (b"hello", Fault.MISSING_HEADINGS),
        (b"x" * 200_000, Fault.MISSING_HEADINGS),
        (FRENCH.encode("utf-16-le"), Fault.NOT_CSV),
    ],
)
def test_files_that_are_no_article_files_are_refused(
    tmp_path: Path, content: bytes, fault: Fault
) -> None:
    assert _fault(tmp_path, content).fault is fault


def test_a_file_that_went_away_is_the_same_error(tmp_path: Path) -> None:
    file, _ = _read(tmp_path, FRENCH)
    (tmp_path / "articles.csv").unlink()
    with pytest.raises(ArticleFileError) as caught:
        list(file)
    assert caught.value.fault is Fault.CANNOT_OPEN


@pytest.mark.parametrize(
    ("body", "reason", "text"),
    [
        (";Pain;P;1;5,5;1;1", Reason.EMPTY_CODE, "The barcode is missing."),
        ("12;;P;1;5,5;1;1", Reason.EMPTY_NAME, "The name is missing."),
        ("12;Pain;P;un;5,5;1;1", Reason.UNREADABLE_PRICE, "“un” cannot be read as a price."),
        ("12;Pain;P;-1;5,5;1;1", Reason.NEGATIVE_PRICE, "The price -1 is below zero."),
        ("12;Pain;P;1;;1;1", Reason.EMPTY_VAT, "The VAT rate is missing."),
        ("12;Pain;P;1;500;1;1", Reason.VAT_OUT_OF_RANGE, None),
        ("12;Pain;P;1;5,5;un;1", Reason.UNREADABLE_STOCK, None),
        ("12;Pain;P;1;5,5;1;un", Reason.UNREADABLE_STOCK_MIN, None),
        ("12;Pain;P;1;5,5;1;-1", Reason.NEGATIVE_STOCK_MIN, None),
        ("12;Pain;P;1;5,5;1;1;9", Reason.WRONG_COLUMN_COUNT, "8 columns instead of 7."),
        ("12;Pain", Reason.WRONG_COLUMN_COUNT, "2 columns instead of 7."),
        ('12;"Pain', Reason.UNMATCHED_QUOTE, None),
        ("12;" + "x" * 70_000, Reason.LINE_TOO_LONG, None),
    ],
)
def test_lines_that_cannot_be_taken_say_why(
    tmp_path: Path, body: str, reason: Reason, text: str | None
) -> None:
    good = "3257980890627;Baguettes précuites;Pain;1,20;5,5;107;7"
    before, reject, after = _articles(tmp_path, good, body, good.replace("0627", "0634"))
    assert isinstance(before, ArticleLine)
    assert isinstance(after, ArticleLine)
    assert isinstance(reject, Reject)
    assert (reject.line, reject.reason) == (3, reason)
    assert body.startswith(reject.raw)
    assert text is None or reject.text() == text


def test_negative_stock_is_a_fact(tmp_path: Path) -> None:
    found = _articles(tmp_path, "12;Pain;P;1;5,5;-3;1")
    assert isinstance(found[0], ArticleLine)
    assert found[0].stock_thousandths == -3000


def test_a_repeated_code_is_told_on_the_later_line(tmp_path: Path) -> None:
    line = "3257980890627;Pain;P;1;5,5;1;1"
    first, _, again, third = _articles(tmp_path, line, line.replace("627", "634"), line, line)
    assert _warnings(first) == []
    assert isinstance(again, ArticleLine)
    assert isinstance(third, ArticleLine)
    assert again.warnings[-1].text() == (
        "Barcode 3257980890627 stands already on line 2; this line wins."
    )
    assert dict(third.warnings[-1].arguments)["earlier"] == 4


def test_a_wrong_check_digit_is_kept_and_told(tmp_path: Path) -> None:
    found = _articles(tmp_path, "3257980890620;Pain;P;1;5,5;1;1")
    assert _warnings(found[0]) == [Remark.WRONG_CHECK_DIGIT]


def test_several_warnings_stand_on_one_line(tmp_path: Path) -> None:
    found = _articles(tmp_path, '3257980890620;"Pain;P;1,005;5,5;1;1')
    assert _warnings(found[0]) == [
        Remark.LITERAL_QUOTE,
        Remark.WRONG_CHECK_DIGIT,
        Remark.PRICE_ROUNDED,
    ]


def test_a_separator_lost_inside_a_line_never_shifts_a_price(tmp_path: Path) -> None:
    # Without its second separator the VAT rate would be read as the price.
    found = _articles(tmp_path, "12;Pain P;1,20;20;5;1", '12;"Pain";"P;1,20;20;5')
    assert [isinstance(each, Reject) for each in found] == [True, True]


def test_a_comma_file_with_bare_decimal_commas_is_refused_line_by_line(tmp_path: Path) -> None:
    found = _read(tmp_path, "ean,nom,prix,tva\n12,Pain,1,20,5,5\n12,Pain,1.20,5.5\n")[1]
    assert [isinstance(each, Reject) for each in found] == [True, False]


def test_rejects_are_written_for_a_french_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "rejets.csv"
    rejects = [
        Reject(3, '12;"Pain;é\nx', Reason.EMPTY_PRICE),
        Reject(9, "=HYPERLINK(1)", Reason.UNREADABLE_PRICE, (("value", "{x}"),)),
    ]
    assert write_rejects(path, rejects, common.i18n.Translator("fr")) == 2
    content = path.read_bytes()
    assert content.startswith(codecs.BOM_UTF8)
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines(keepends=True), delimiter=";"))
    assert rows == [
        ["Ligne", "Motif", "Texte de la ligne"],
        ["3", "Le prix manque.", '12;"Pain;é\nx'],
        ["9", "«\xa0{x}\xa0» ne se lit pas comme un prix.", "'=HYPERLINK(1)"],
    ]


def test_no_rejects_make_a_file_with_headings_only(tmp_path: Path) -> None:
    path = tmp_path / "rejets.csv"
    assert write_rejects(path, []) == 0
    assert path.read_text("utf-8-sig") == "Line;Reason;Text of the line\n"


def test_every_text_is_there_and_has_a_french_one() -> None:
    assert set(REASONS) == set(Reason)
    assert set(REMARKS) == set(Remark)
    assert set(FAULTS) == set(Fault)
    catalogue_path = Path(common.i18n.__file__).parent / "locale" / "fr.po"
    with catalogue_path.open("rb") as file:
        french = {str(m.id): str(m.string) for m in read_po(file) if isinstance(m.id, str)}
    faults = [text for kind in FAULTS.values() for text in (kind.text, kind.hint)]
    for msgid in [*REASONS.values(), *REMARKS.values(), *faults, *REJECT_HEADINGS]:
        assert french.get(msgid), msgid
        assert _fields(french[msgid]) == _fields(msgid), msgid


def _fields(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}
