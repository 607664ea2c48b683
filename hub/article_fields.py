"""The cells of an article file: what a heading means, and each cell as an exact value.

Owns the headings that are known and the spellings of prices, rates, quantities, barcodes and
names. Each reader returns a value, or raises FieldError with the reason; what was odd goes on the
list of notices it is handed. Knows nothing of lines, separators or files.
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final

from common.barcodes import check_digit, is_valid, kind
from hub.article_notices import FieldError, Notice, Reason, Remark
from hub.html_text import decoded

NAME_LIMIT_CHARS: Final = 200
PRICE_LIMIT_CENTS: Final = 10**9
QUANTITY_LIMIT_THOUSANDTHS: Final = 10**12


class Column(StrEnum):
    """What a column can hold; the value is the heading to use when in doubt."""

    CODE = "code_barres"
    NAME = "libelle"
    CATEGORY = "categorie"
    SUBCATEGORY = "sous_categorie"
    PRICE = "prix_ttc"
    VAT = "tva"
    STOCK = "stock"
    STOCK_MIN = "stock_min"


REQUIRED: Final = (Column.CODE, Column.NAME, Column.PRICE, Column.VAT)

# Folded headings, the most telling first: of two that are in one file, the earlier here counts.
# Prices without VAT (`prix_ht`), purchase prices and codes for VAT rates are left out on purpose.
_HEADINGS: Final[dict[Column, str]] = {
    Column.CODE: "codebarres codebarre codesbarres ean13 ean gtin gtin13 codeean codeean13 ean8 "
    "gencod gencode codegencod barcode barcodes upc code codearticle codeproduit itemcode "
    "productcode sku plu reference ref referencearticle refarticle",
    Column.NAME: "libelle libellearticle libelleproduit designation designationarticle intitule "
    "nom nomarticle nomproduit productname itemname name label titre title article produit "
    "product item description",
    Column.CATEGORY: "categorie categories category rayon famille department departement groupe "
    "group",
    Column.SUBCATEGORY: "souscategorie souscategories sousrayon sousfamille sousdepartement "
    "sousgroupe subcategory subcategories subdepartment subfamily subgroup",
    Column.PRICE: "prixttc pvttc prixventettc puttc prixunitairettc tarifttc priceinclvat "
    "priceincvat priceincltax priceinctax pricettc grossprice prixvente pv sellingprice saleprice "
    "salesprice retailprice prix price prixunitaire pu unitprice tarif",
    Column.VAT: "tauxtva tva tvapourcent vatrate vat vatpercent taxrate tauxtaxe taxe tax",
    Column.STOCK: "stock stockactuel stockreel quantitestock qtestock stockquantity stockqty "
    "stockonhand onhand quantite qte quantity qty inventaire inventory",
    Column.STOCK_MIN: "stockmin stockmini stockminimum stockminimal minimumstock minstock seuil "
    "seuilalerte seuilstock seuilreappro alertestock stockalerte stocksecurite reorderlevel "
    "reorderpoint min mini minimum",
}
_RANKED: Final = {
    heading: (column, rank)
    for column, headings in _HEADINGS.items()
    for rank, heading in enumerate(headings.split())
}
_SMALL_WORDS: Final = frozenset(
    {"a", "au", "d", "de", "des", "du", "en", "eur", "euro", "euros", "l", "la", "le", "les"}
)

_PLAIN_PRICE: Final = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?")
_SINGLE_POINT: Final = re.compile(r"([0-9]{0,15})[.,]?([0-9]{0,12})")
_GROUPED: Final = re.compile(
    r"([0-9]{1,3}(?P<g>[ '.,])[0-9]{3}(?:(?P=g)[0-9]{3}){0,4})(?:(?!(?P=g))[.,]([0-9]{0,12}))?"
)
_EURO_BETWEEN: Final = re.compile(r"([0-9]+) ?€ ?([0-9]{2})(?![0-9])")
_CURRENCY: Final = re.compile(r"€|\beur(?:os?)?\b|(?<=[0-9])eur(?:os?)?\b", re.IGNORECASE)
_THREE_DECIMALS: Final = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_NO_QUANTITY: Final = frozenset({"", "-", "–", "na", "n/a", "nc", "null", "none"})
_BARCODE: Final = re.compile(r"[0-9A-Za-z._/+-]{1,48}")
_LOST_DIGITS: Final = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
_TWICE_ENCODED: Final = re.compile(r"Ã[\x80-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Â[\x80-\xbf]|â€|Å“")
_LOST_LETTERS: Final = {
    point: bytes([point]).decode("cp1252", "ignore") or None for point in range(0x80, 0xA0)
}


def column_of(heading: str) -> tuple[Column, int] | None:
    """Return what a heading names and its rank among its synonyms (0 is best), or None.

    Accents, case, underscores, brackets, currency signs and small words are forgiven.
    """
    plain = unicodedata.normalize("NFKD", heading.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.findall(r"[a-z0-9]+", letters)
    return _RANKED.get("".join(word for word in words if word not in _SMALL_WORDS))


def read_code(text: str, notices: list[Notice]) -> str:
    """Return a barcode as it will be scanned; spreadsheet dress (`="…"`, `'…`, `….0`) comes off."""
    code = text.strip()
    if not (code.isascii() and code.isdigit()):
        code = _undressed(code)
    if not _BARCODE.fullmatch(code):
        raise FieldError(Reason.BAD_CODE, ("value", code[:60]))
    if kind(code) is not None and not is_valid(code):
        expected = check_digit(code[:-1])
        notices.append(Notice(Remark.WRONG_CHECK_DIGIT, (("code", code), ("expected", expected))))
    return code


def _undressed(code: str) -> str:
    code = code.removeprefix("=").strip("\"'’ ")
    if not code:
        raise FieldError(Reason.EMPTY_CODE)
    together = "".join(code.split())
    if re.fullmatch(r"[0-9]+(?:[.,]0+)?", together):
        return re.split(r"[.,]", together)[0]
    if _LOST_DIGITS.fullmatch(together) and not re.fullmatch(r"[0-9]+[eE][0-9]+", together):
        raise FieldError(Reason.CODE_LOST_DIGITS, ("value", together[:60]))
    return code


def read_name(text: str, notices: list[Notice]) -> str:
    """Return a name, 1–200 characters: entities decoded, odd spaces made one plain space."""
    name = clean_text(text, notices)
    if not name:
        raise FieldError(Reason.EMPTY_NAME)
    if len(name) > NAME_LIMIT_CHARS:
        notices.append(Notice(Remark.NAME_CUT, (("limit", NAME_LIMIT_CHARS),)))
        name = name[:NAME_LIMIT_CHARS].rstrip()
    return name


def read_category(text: str, part: str, notices: list[Notice]) -> tuple[str, str]:
    """Return category and sub-category, each "" where there is none.

    They stand in a cell each, or in one as `Boissons > Vins`. More levels raise FieldError.
    """
    cells = [clean_text(cell, notices).split(">") for cell in (text, part)]
    names = [name for cell in cells for piece in cell if (name := piece.strip()[:NAME_LIMIT_CHARS])]
    if len(names) > 2:
        raise FieldError(Reason.CATEGORY_TOO_DEEP, ("value", " > ".join(names)[:60]))
    category, subcategory = (*names, "", "")[:2]
    return category, subcategory


def clean_text(text: str, notices: list[Notice]) -> str:
    """Return text in NFC without controls and odd spaces; letters encoded twice are repaired."""
    if "&" in text:
        text = decoded(text)
    if not text.isascii():
        if _TWICE_ENCODED.search(text):
            text = _once_encoded(text, notices)
        text = unicodedata.normalize("NFC", text.translate(_LOST_LETTERS))
        if "\ufffd" in text:
            notices.append(Notice(Remark.NAME_DAMAGED))
    text = " ".join(text.split())
    if not text.isprintable():
        text = " ".join("".join(c for c in text if c.isprintable()).split())
    return text


def _once_encoded(text: str, notices: list[Notice]) -> str:
    try:
        repaired = text.encode("cp1252").decode()
    except UnicodeError:
        return text
    notices.append(Notice(Remark.NAME_REPAIRED))
    return repaired


def read_price(text: str, notices: list[Notice]) -> int:
    """Return a price in cents, 0 to 10 million euros; beyond cents half up, with a remark.

    One point or comma is the decimal sign, whatever follows: `1,500` is 1.50, with a remark.
    """
    if plain := _PLAIN_PRICE.fullmatch(text):
        whole, part = plain.groups()
        return int(whole) * 100 + (int(part.ljust(2, "0")) if part else 0)
    shown = " ".join(text.split())
    if not shown:
        raise FieldError(Reason.EMPTY_PRICE)
    amount = read_amount(_EURO_BETWEEN.sub(r"\1,\2", shown))
    if amount is None:
        raise FieldError(Reason.UNREADABLE_PRICE, ("value", shown[:60]))
    if amount < 0:
        raise FieldError(Reason.NEGATIVE_PRICE, ("value", shown[:60]))
    if amount * 100 > PRICE_LIMIT_CENTS:
        raise FieldError(Reason.PRICE_TOO_LARGE, ("value", shown[:60]))
    cents = int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))
    point = "," if shown.rfind(",") > shown.rfind(".") else "."
    read_as = (("value", shown), ("price", f"{cents // 100}{point}{cents % 100:02}"))
    if cents != amount * 100:
        notices.append(Notice(Remark.PRICE_ROUNDED, read_as))
    elif _THREE_DECIMALS.fullmatch(_CURRENCY.sub("", shown).strip()):
        notices.append(Notice(Remark.PRICE_AMBIGUOUS, read_as))
    return cents


def read_quantity(text: str, reason: Reason, notices: list[Notice]) -> int | None:
    """Return a quantity in thousandths, half up with a remark; None when the cell says nothing.

    Below zero is read as it stands. Anything else raises FieldError with `reason`.
    """
    if text.isascii() and text.isdigit() and len(text) < 9:
        return int(text) * 1000
    shown = " ".join(text.split())
    if shown.casefold() in _NO_QUANTITY:
        return None
    amount = read_amount(shown)
    if amount is None or abs(amount) * 1000 > QUANTITY_LIMIT_THOUSANDTHS:
        raise FieldError(reason, ("value", shown[:60]))
    thousandths = int((amount * 1000).quantize(Decimal(1), ROUND_HALF_UP))
    if thousandths != amount * 1000:
        rounded = (("value", shown), ("quantity", f"{Decimal(thousandths) / 1000:f}"))
        notices.append(Notice(Remark.QUANTITY_ROUNDED, rounded))
    return thousandths


@lru_cache(maxsize=256)
def read_vat(text: str) -> int:
    """Return a VAT rate in basis points, 0 to 10,000.

    Above 0 and up to 0.5 without a percent sign it is a fraction (0.055 is 5.5 %): no rate is
    above 50 %, and the rates below 1 % that exist (0.9 % in Corsica) are above 0.5.
    """
    shown = " ".join(text.split())
    if not shown:
        raise FieldError(Reason.EMPTY_VAT)
    rate = read_amount(re.sub(r"(?i)^(?:tva|vat) ?| ?%$", "", shown))
    if rate is None:
        raise FieldError(Reason.UNREADABLE_VAT, ("value", shown[:60]))
    if 0 < rate <= Decimal("0.5") and "%" not in shown:
        rate *= 100
    if not 0 <= rate <= 100:
        raise FieldError(Reason.VAT_OUT_OF_RANGE, ("value", shown[:60]))
    if rate * 100 % 1:
        raise FieldError(Reason.UNREADABLE_VAT, ("value", shown[:60]))
    return int(rate * 100)


def read_amount(text: str) -> Decimal | None:
    """Return a number as people write it, exactly, or None: `1 234,50 €`, `1,234.50`, `(3,20)`.

    One point or comma is the decimal sign; several of one kind, spaces and apostrophes group
    thousands. At most 15 digits before the decimal sign and 12 behind it.
    """
    body = " ".join(_CURRENCY.sub(" ", text).replace("’", "'").replace("−", "-").split())
    negative = False
    if body.startswith("(") and body.endswith(")"):
        negative, body = True, body[1:-1].strip()
    elif body.startswith("-") or body.endswith("-"):
        negative, body = True, (body[1:] if body[0] == "-" else body[:-1]).strip()
    elif body.startswith("+"):
        body = body[1:].strip()
    if single := _SINGLE_POINT.fullmatch(body):
        whole, part = single.groups()
    elif grouped := _GROUPED.fullmatch(body):
        whole, part = re.sub(r"[ '.,]", "", grouped[1]), grouped[3]
    else:
        return None
    if not (whole or part):
        return None
    amount = Decimal(f"{whole or '0'}.{part or '0'}")
    return -amount if negative else amount
