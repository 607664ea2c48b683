"""A sample French shop, made up: categories, articles and baskets for demos, tests, benchmarks.

Owns how goods become articles (sizes, makers, prices, stock, barcodes) and what a basket looks
like. Pure and deterministic: the same seed gives the same shop. Reads and writes nothing, and
knows no database, no message and no screen.

Barcodes are EAN-13 with prefix 20. GS1 keeps 20–29 for numbers that circulate only inside a shop
(General Specifications §1.4), so none can be a real product's; 300–379 would be France's own.
Only 20 is used: many shops print weights and prices into 21–29. Codes with a leading zero, equally
free, would be read as UPC-A by many scanners, a digit shorter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Final

from common.barcodes import check_digit
from common.sample_departments import DEPARTMENTS
from common.sample_goods import FOOD_MAKERS, PLACES, Department, Good, Size

BARCODE_PREFIX: Final = "20"
# How often a basket has 1, 2, … 12 lines, in percent.
BASKET_LINES_PERCENT: Final = (18, 17, 14, 12, 10, 8, 6, 5, 4, 3, 2, 1)


@dataclass(frozen=True, slots=True)
class SampleCategory:
    """A category; `colour` is a role of the kiosk's theme (`teal`), never a colour.

    `parent`: the name of the category that it is a part of, "" for none.
    """

    name: str
    colour: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class SampleArticle:
    """An article; `category` is a category's name, `subcategory` that of a part of it, or "".

    `by_weight`: priced and weighed by kilogram.
    """

    code: str
    name: str
    category: str
    price_cents: int
    vat_bp: int
    stock_thousandths: int
    stock_min_thousandths: int
    by_weight: bool = False
    subcategory: str = ""


@dataclass(frozen=True, slots=True)
class SampleShop:
    """Names and barcodes of articles are unique; the plain goods come first."""

    categories: tuple[SampleCategory, ...]
    articles: tuple[SampleArticle, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """One article before it has price, stock and barcode."""

    department: Department
    good: Good
    size: Size
    maker: str = ""
    better: str = ""

    @property
    def name(self) -> str:
        parts = (self.good.name, self.better, self.maker)
        name = " ".join(part for part in parts if part)
        size = self.size.label
        in_words = size[:1].isalpha() and size[:1].islower()  # `les 4`, `lot de 2`, `le kg`
        return f"{name}, {size}" if in_words else f"{name} {size}".rstrip()


def sample_shop(seed: int = 1, articles: int = 240) -> SampleShop:
    """Return a shop of ten categories and `articles` articles, 1 to `sample_limit()`.

    Every category is met from the first ten articles on. Raises ValueError outside these bounds.
    """
    if not 1 <= articles <= sample_limit():
        raise ValueError(f"a sample shop has 1 to {sample_limit()} articles, not {articles}")
    rng = Random(seed)
    categories = (
        *(SampleCategory(each.name, each.colour) for each in DEPARTMENTS),
        *(
            SampleCategory(part.name, part.colour, each.name)
            for each in DEPARTMENTS
            for part in each.parts
        ),
    )
    kinds = islice(_kinds(rng), articles)
    return SampleShop(
        categories, tuple(_article(rng, kind, number) for number, kind in enumerate(kinds))
    )


def sample_limit() -> int:
    """Return how many different articles there can be."""
    return sum(1 for _ in _sized()) * (1 + 2 * len(_makers()))


def sample_basket(
    rng: Random, articles: Sequence[SampleArticle]
) -> list[tuple[SampleArticle, int]]:
    """Return 1–12 different articles with quantities in thousandths, small baskets most often.

    Articles near the front sell better. Raises ValueError without articles.
    """
    if not articles:
        raise ValueError("a basket needs articles")
    sizes = range(1, len(BASKET_LINES_PERCENT) + 1)
    lines = min(rng.choices(sizes, BASKET_LINES_PERCENT)[0], len(articles))
    chosen: dict[int, int] = {}
    while len(chosen) < lines:
        index = int(len(articles) * rng.random() ** 2)
        if index not in chosen:
            chosen[index] = _bought_thousandths(rng, articles[index])
    return [(articles[index], quantity) for index, quantity in chosen.items()]


def _bought_thousandths(rng: Random, article: SampleArticle) -> int:
    if article.by_weight:
        return rng.randrange(150, 2200, 5)
    return 1000 * rng.choices((1, 2, 3, 4, 6), (70, 18, 6, 4, 2))[0]


def _kinds(rng: Random) -> Iterator[_Kind]:
    """Plain goods, their other sizes, then the same from one maker after another."""
    sized = list(_sized())
    yield from sized
    makers = _makers()
    rng.shuffle(makers)
    for better in (False, True):
        for maker, place in makers:
            for kind in sized:
                department = kind.department
                name = f"{department.makers[maker]} {place}"
                word = department.better if better else ""
                yield _Kind(department, kind.good, kind.size, name, word)


def _makers() -> list[tuple[int, str]]:
    """Every maker: the index of its first word in a department's list, and its place."""
    return [(index, place) for index in range(len(FOOD_MAKERS)) for place in PLACES]


def _sized() -> Iterator[_Kind]:
    """Every good in every size, first sizes first, the departments taking turns."""
    for size_index in range(max(len(good.sizes) for each in DEPARTMENTS for good in each.goods)):
        for good_index in range(max(len(each.goods) for each in DEPARTMENTS)):
            for department in DEPARTMENTS:
                good = next(iter(department.goods[good_index : good_index + 1]), None)
                if good is not None and size_index < len(good.sizes):
                    yield _Kind(department, good, good.sizes[size_index])


def _article(rng: Random, kind: _Kind, number: int) -> SampleArticle:
    body = f"{BARCODE_PREFIX}{DEPARTMENTS.index(kind.department):02}{number:08}"
    stock, minimum = _stock_thousandths(rng, kind.good.by_weight)
    return SampleArticle(
        f"{body}{check_digit(body)}",
        kind.name,
        kind.department.name,
        _price_cents(rng, kind),
        kind.good.vat_bp,
        stock,
        minimum,
        kind.good.by_weight,
        kind.department.part_of(kind.good),
    )


def _price_cents(rng: Random, kind: _Kind) -> int:
    """Return a price as shops round them: it ends in 0, 5 or 9, and the better costs more."""
    cents = rng.randint(kind.good.low_cents, kind.good.high_cents) * kind.size.percent // 100
    if kind.better:
        cents = cents * 125 // 100
    return cents - cents % 10 + rng.choice((0, 5, 5, 9, 9))


def _stock_thousandths(rng: Random, by_weight: bool) -> tuple[int, int]:
    """Return stock and its minimum: enough of most, a little under of some, now and then none."""
    minimum = rng.randint(3, 12) * 1000
    state = rng.random()
    if state < 0.02:
        return 0, minimum
    low, high = (1000, minimum - 1000) if state < 0.08 else (minimum, minimum * 8)
    stock = rng.randint(low, high)
    return (stock if by_weight else stock - stock % 1000), minimum
