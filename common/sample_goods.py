"""Goods of the sample shop as values: name, usual price, sizes, VAT rate, and who makes them.

Owns which VAT rate French law gives a kind of goods (CGI art. 278, 278-0 bis, 278 bis, 279): 5.5 %
for food and drink without alcohol, sanitary towels and books; 20 % for alcohol, confectionery, milk
chocolate, pet food and most of the rest; 10 % for what is eaten or drunk at once, flowers and
plants, firewood. Makers are invented. No prices are drawn and no barcodes made here.
"""

import re
from dataclasses import dataclass
from typing import Final

REDUCED_BP: Final = 550
INTERMEDIATE_BP: Final = 1000
NORMAL_BP: Final = 2000


@dataclass(frozen=True, slots=True)
class Size:
    """A size as it stands in a name, and its price in percent of the first size's."""

    label: str
    percent: int = 100


@dataclass(frozen=True, slots=True)
class Good:
    """A kind of goods; its price lies in `low_cents`–`high_cents` in the first of its sizes.

    `by_weight`: the price is for a kilogram and the quantity is weighed.
    """

    name: str
    low_cents: int
    high_cents: int
    vat_bp: int = REDUCED_BP
    sizes: tuple[Size, ...] = (Size(""),)
    by_weight: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-category: its colour role, and the names that goods in it begin with."""

    name: str
    colour: str
    begins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Department:
    """A category: its colour role, the word for better goods, its makers and its goods.

    `parts`: its sub-categories; what begins like none of them stands in the category itself.
    """

    name: str
    colour: str
    better: str
    makers: tuple[str, ...]
    goods: tuple[Good, ...]
    parts: tuple[Part, ...] = ()

    def part_of(self, good: "Good") -> str:
        """Return the name of a good's sub-category, "" for none."""
        return next((part.name for part in self.parts if good.name.startswith(part.begins)), "")


# An invented maker is one of each: `Ferme des Tilleuls`, `Maison du Vieux Pont`. Both tuples of
# makers are equally long.
FOOD_MAKERS: Final = (
    *("Ferme", "Maison", "Moulin", "Domaine", "Atelier", "Jardin"),
    *("Clos", "Verger", "Manoir", "Hameau", "Grange", "Cellier"),
)
WARES_MAKERS: Final = (
    *("Fabrique", "Maison", "Manufacture", "Comptoir", "Atelier", "Laboratoire"),
    *("Usine", "Échoppe", "Halle", "Filature", "Boutique", "Bazar"),
)
PLACES: Final = (
    *("des Tilleuls", "du Vieux Pont", "de la Source", "des Quatre Vents", "du Grand Pré"),
    *("de l’Étang", "des Hirondelles", "du Bois Joli", "de la Colline", "des Genêts"),
    *("du Val Fleuri", "de l’Orme", "des Bruyères", "du Chemin Vert", "de la Tour"),
)


def food(name: str, low_cents: int, high_cents: int, sizes: str = "") -> Good:
    """Return goods at 5.5 %; `sizes` reads `1 L, 50 cl @65`, the price in percent behind the @."""
    return _good(name, low_cents, high_cents, REDUCED_BP, sizes)


def taxed(name: str, low_cents: int, high_cents: int, sizes: str = "") -> Good:
    """Return goods at 20 %."""
    return _good(name, low_cents, high_cents, NORMAL_BP, sizes)


def to_go(name: str, low_cents: int, high_cents: int, sizes: str = "") -> Good:
    """Return goods at 10 %."""
    return _good(name, low_cents, high_cents, INTERMEDIATE_BP, sizes)


def kilo(name: str, low_cents: int, high_cents: int) -> Good:
    """Return food that is weighed."""
    label = unbroken("le kg")
    return Good(name, low_cents, high_cents, REDUCED_BP, (Size(label),), by_weight=True)


def unbroken(text: str) -> str:
    """Return text that no line break may cut (`1,5 L`, `les 4`)."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _good(name: str, low_cents: int, high_cents: int, vat_bp: int, sizes: str) -> Good:
    number_and_unit = re.compile(r"\d+ (?:%|L|W|mois|pages)")
    whole_name = number_and_unit.sub(lambda found: unbroken(found[0]), name)
    # A comma without a space behind it stands inside a number: `1,5 L`.
    return Good(whole_name, low_cents, high_cents, vat_bp, tuple(map(_size, sizes.split(", "))))


def _size(text: str) -> Size:
    label, _, percent = text.partition(" @")
    return Size(unbroken(label), int(percent or 100))
