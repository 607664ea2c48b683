"""What every paper of a till begins and ends with: the shop, which till and who, the signature.

Owns the mentions that nobody may miss: that it is an exercise, or a duplicate.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator, mark
from common.journal.record import ShopIdentity
from kiosk.printing.paper import Pair, Picture, Row, Rule, Text

SIGNATURE_PLACES: Final = (3, 7, 13, 19)
"""Which characters of a record's signature stand on paper, counted from 1."""
TRAINING: Final = mark("TRAINING MODE - NOT A SALE")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where, when and by whom a paper was made. `signature`: of its record, as it is kept, or "".

    `at_ms`: the till's clock in UTC. `logo`: stands above the shop's name.
    """

    shop: ShopIdentity
    device_name: str
    operator: str
    at_ms: int
    utc_offset_min: int
    software: str
    signature: str = ""
    training: bool = False
    logo: Picture | None = None


def signature_mark(signature: str) -> str:
    """Return the characters of a signature that stand on paper; "" for one that is too short."""
    if len(signature) < max(SIGNATURE_PLACES):
        return ""
    return "".join(signature[place - 1] for place in SIGNATURE_PLACES)


def head_rows(origin: Origin, title: str, copy: int, t: Translator) -> Iterator[Row]:
    """Yield the shop's name and mentions, the paper's title and when, the till and who."""
    shop = origin.shop
    yield from stamp_rows(origin.training, copy, t)
    if origin.logo is not None:
        yield origin.logo
    yield Text(shop.name, centred=True, bold=True, large=True)
    if shop.address:
        yield Text(shop.address, centred=True)
    if shop.siret:
        yield Text(f"SIRET {shop.siret}", centred=True)
    if shop.vat_number:
        yield Text(t("VAT no. {number}", number=shop.vat_number), centred=True)
    yield Rule()
    at_ms, offset_min = origin.at_ms, origin.utc_offset_min
    yield Pair(title, f"{t.date(at_ms, offset_min)} {t.time_of_day(at_ms, offset_min)}")
    yield Pair(origin.device_name, origin.operator)


def stamp_rows(training: bool, copy: int, t: Translator) -> Iterator[Row]:
    """Yield what nobody may take the paper for: said in large letters."""
    if training:
        yield Text(t(TRAINING), centred=True, bold=True, large=True)
    if copy:
        text = t("DUPLICATE no. {number}", number=t.number(copy))
        yield Text(text, centred=True, bold=True, large=True)


def signature_rows(origin: Origin, t: Translator) -> Iterator[Row]:
    """Yield by what the record is found in the journal, and what made it."""
    signature = signature_mark(origin.signature)
    if signature:
        yield Pair(t("Signature {characters}", characters=signature), origin.software)
    else:
        yield Text(origin.software)
