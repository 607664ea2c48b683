"""What a scanned code means in this shop: an article, and the price or weight on its label.

Owns the reading of labels by the shop's own prefixes. A code that stands in the catalogue as it is
means that article, whatever its digits look like.
"""

from dataclasses import dataclass

from common import barcodes
from common.models import Article
from kiosk.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Scanned:
    """An article; `price_cents` or `quantity_milli` where its label says so, else None."""

    article: Article
    price_cents: int | None = None
    quantity_milli: int | None = None


def meaning(code: str, catalogue: Catalogue) -> Scanned | None:
    """Return what a code means; None where nothing here has it. A label of nothing is no label."""
    article = catalogue.by_code(code)
    if article is not None:
        return Scanned(article)
    label, shop = barcodes.label(code), catalogue.shop
    if label is None or shop is None or label.value == 0:
        return None
    found = (catalogue.by_code(item) for item in label.item_codes)
    article = next((each for each in found if each is not None), None)
    if article is None:
        return None
    if label.prefix in shop.price_labels:
        return Scanned(article, price_cents=label.value)
    if label.prefix in shop.weight_labels:
        # Grams are thousandths of the kilogram that the price is for.
        return Scanned(article, quantity_milli=label.value)
    return None
