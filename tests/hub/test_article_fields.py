"""Headings, barcodes and names as shops write them."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.article_fields import (
    NAME_LIMIT_CHARS,
    Column,
    column_of,
    read_category,
    read_code,
    read_name,
    read_price,
    read_quantity,
    read_vat,
)
from hub.article_notices import FieldError, Notice, Reason, Remark

NARROW = "\N{NARROW NO-BREAK SPACE}"
NO_BREAK = "\N{NO-BREAK SPACE}"


def _kinds(notices: list[Notice]) -> list[str]:
    return [notice.kind for notice in notices]


@pytest.mark.parametrize(
    ("column", "headings"),
    [
        (Column.CODE, ["code_barres", "Code barre", "CODE-BARRES", "EAN", "Gencod", "barcode"]),
        (Column.CODE, ["ean13", "EAN 13", "Code à barres", "Code EAN", "Code article", "SKU"]),
        (Column.NAME, ["libelle", "Libellé", "Désignation", "NOM", "name", "Label"]),
        (Column.NAME, ["Libellé de l'article", "Nom du produit", "Product name", "Intitulé"]),
        (Column.CATEGORY, ["catégorie", "Rayon", "FAMILLE", "category", "Catégories"]),
        (Column.PRICE, ["prix_ttc", "Prix TTC", "PV TTC", "prix", "price", "Prix TTC (€)"]),
        (Column.PRICE, ["Prix de vente TTC en euros", "Price incl. VAT", "Prix unitaire TTC"]),
        (Column.VAT, ["tva", "TVA %", "Taux de TVA", "taux tva", "VAT", "VAT rate", "Tax"]),
        (Column.STOCK, ["stock", "Quantité", "Qté", "qty", "Quantité en stock", "Stock on hand"]),
        (Column.STOCK_MIN, ["stock_min", "Seuil", "min", "Stock mini", "Seuil d'alerte"]),
        (Column.STOCK_MIN, ["Stock minimum", "Reorder level"]),
    ],
)
def test_headings_are_forgiven_their_spelling(column: Column, headings: list[str]) -> None:
    for heading in headings:
        named = column_of(heading)
        assert named is not None, heading
        assert named[0] is column, heading


@pytest.mark.parametrize(
    "heading",
    ["", "Prix HT", "Prix d'achat", "Purchase price", "Code TVA", "Fournisseur", ";", "€", "Total"],
)
def test_other_headings_are_not_guessed(heading: str) -> None:
    assert column_of(heading) is None


def test_the_more_telling_heading_ranks_first() -> None:
    ranks = [column_of(heading) for heading in ("Code-barres", "EAN", "Code", "Référence")]
    assert ranks == sorted(ranks, key=lambda named: named[1] if named else 99)


def test_every_column_is_named_by_its_own_heading() -> None:
    for column in Column:
        named = column_of(column.value)
        assert named is not None
        assert named[0] is column


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("3257980890627", "3257980890627"),
        (" 3257980890627 ", "3257980890627"),
        ('="3257980890627"', "3257980890627"),
        ("'3257980890627", "3257980890627"),
        ("3 257980 890627", "3257980890627"),
        ("3257980890627.0", "3257980890627"),
        ("3257980890627,00", "3257980890627"),
        ("1042", "1042"),
        ("A-12/b", "A-12/b"),
        ("3E12", "3E12"),
    ],
)
def test_barcodes(text: str, code: str) -> None:
    notices: list[Notice] = []
    assert read_code(text, notices) == code
    assert not notices


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.EMPTY_CODE),
        ('=""', Reason.EMPTY_CODE),
        ("3,25798E+12", Reason.CODE_LOST_DIGITS),
        ("3.25798E12", Reason.CODE_LOST_DIGITS),
        ("pain de mie", Reason.BAD_CODE),
        ("é", Reason.BAD_CODE),
        ("1" * 49, Reason.BAD_CODE),
        ("12\x00", Reason.BAD_CODE),
    ],
)
def test_other_barcodes_are_refused(text: str, reason: Reason) -> None:
    with pytest.raises(FieldError) as caught:
        read_code(text, [])
    assert caught.value.notice.kind is reason


def test_a_wrong_check_digit_is_kept_and_told() -> None:
    notices: list[Notice] = []
    assert read_code("3257980890620", notices) == "3257980890620"
    wrong = (("code", "3257980890620"), ("expected", 7))
    assert notices == [Notice(Remark.WRONG_CHECK_DIGIT, wrong)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Pain de mie", "Pain de mie"),
        ("  Pain \t de   mie\n", "Pain de mie"),
        (f"Eau{NO_BREAK}1,5{NARROW}L", "Eau 1,5 L"),
        ("Baguette &quot;La Royale&quot;", 'Baguette "La Royale"'),
        ("Ail&nbsp;&amp; persil", "Ail & persil"),
        ("Cre\N{COMBINING GRAVE ACCENT}me", "Crème"),
        ("Zero\N{ZERO WIDTH SPACE}\N{RIGHT-TO-LEFT OVERRIDE}width\x07", "Zerowidth"),
        ("\x90Étoiles", "Étoiles"),
        ("Cuvée c\x9cur", "Cuvée cœur"),
        ("NESCAFÉ®", "NESCAFÉ®"),
        ("PÂTÉ EN CROÛTE", "PÂTÉ EN CROÛTE"),
        ("🍺 Bière", "🍺 Bière"),
        ("1664", "1664"),
    ],
)
def test_names(text: str, name: str) -> None:
    notices: list[Notice] = []
    assert read_name(text, notices) == name
    assert not notices


@pytest.mark.parametrize(
    ("text", "name", "remark"),
    [
        ("Palais Des ThÃ©s", "Palais Des Thés", Remark.NAME_REPAIRED),
        ("CÅ“ur de lâ€™artichaut", "Cœur de l’artichaut", Remark.NAME_REPAIRED),
        ("The p\ufffdche", "The p\ufffdche", Remark.NAME_DAMAGED),
        ("x" * 300, "x" * NAME_LIMIT_CHARS, Remark.NAME_CUT),
    ],
)
def test_odd_names_are_told(text: str, name: str, remark: Remark) -> None:
    notices: list[Notice] = []
    assert read_name(text, notices) == name
    assert _kinds(notices) == [remark]


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "&nbsp;", "\N{ZERO WIDTH SPACE}"])
def test_a_name_without_a_letter_is_empty(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        read_name(text, [])
    assert caught.value.notice.kind is Reason.EMPTY_NAME


@given(st.text(max_size=300))
def test_a_name_is_clean_whatever_it_was(text: str) -> None:
    assume(_refusal(lambda: read_name(text, [])) is None)
    name = read_name(text, [])
    assert name.isprintable()
    assert name == " ".join(name.split())
    assert 1 <= len(name) <= NAME_LIMIT_CHARS


@given(st.text(max_size=40))
def test_readers_refuse_only_with_a_reason(text: str) -> None:
    refusals = [
        _refusal(lambda: read_name(text, [])),
        _refusal(lambda: read_price(text, [])),
        _refusal(lambda: read_vat(text)),
        _refusal(lambda: read_quantity(text, Reason.UNREADABLE_STOCK, [])),
        _refusal(lambda: read_code(text, [])),
    ]
    assert all(refusal.text() for refusal in refusals if refusal is not None)


def _refusal(reader: Callable[[], object]) -> Notice | None:
    try:
        reader()
    except FieldError as error:
        return error.notice
    return None


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("", ""), ("", "")),
        (("Boissons", ""), ("Boissons", "")),
        (("Boissons", "Vins"), ("Boissons", "Vins")),
        (("Boissons > Vins", ""), ("Boissons", "Vins")),
        (("Boissons&gt;Vins", ""), ("Boissons", "Vins")),
        (("", "Vins"), ("Vins", "")),
        ((" Boissons > ", ""), ("Boissons", "")),
    ],
)
def test_a_category_and_its_part(cells: tuple[str, str], expected: tuple[str, str]) -> None:
    assert read_category(*cells, []) == expected


def test_a_category_has_no_third_level() -> None:
    with pytest.raises(FieldError) as raised:
        read_category("Boissons > Vins", "Rouges", [])
    assert raised.value.notice.kind is Reason.CATEGORY_TOO_DEEP
    assert "Boissons > Vins > Rouges" in raised.value.notice.text()
