"""A hundred thousand real names are all found, and twenty thousand new prices are taken.

How long a keystroke takes is the benchmark's: `dev.py bench --only search`.
"""

import csv
import gzip
import hashlib

import pytest

from common.models import Article, encode_row
from kiosk.catalogue import Catalogue
from tests.common.msgids import ROOT

DATA = ROOT.parent / "shared/data/articles-100k.csv.gz"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("catalogue size"),
    pytest.mark.skipif(not DATA.exists(), reason=f"the real articles are not at {DATA}"),
]
Rows = list[tuple[str, bytes]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    with gzip.open(DATA, "rt", encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file, delimiter=";"))
    categories: dict[str, str] = {}
    articles = [
        Article(
            hashlib.blake2b(str(at).encode(), digest_size=16).hexdigest(),
            line["libelle"][:200],
            categories.setdefault(line["categorie"], f"{len(categories):032x}"),
            199,
            550,
            (line["code_barres"],),
        )
        for at, line in enumerate(listed)
    ]
    return sorted((article.id, encode_row(article)) for article in articles)


@pytest.fixture(scope="module")
def catalogue(rows: Rows) -> Catalogue:
    catalogue = Catalogue()
    catalogue.replace("articles", rows)
    return catalogue


def test_new_prices_of_20k_articles_are_taken(catalogue: Catalogue, rows: Rows) -> None:
    for key, row in rows[:20_000]:
        catalogue.put("articles", key, row.replace(b":199,", b":249,"))
    shown = [catalogue.article(key) for key, _ in rows[:20_010:10]]
    assert [article.price_cents for article in shown if article] == [249] * 2_000 + [199]


def test_all_are_found_and_a_code_finds_its_own(catalogue: Catalogue, rows: Rows) -> None:
    assert len(catalogue.search_ids()) == len(rows) == 100_000
    for key, _ in rows[::10_000]:
        article = catalogue.article(key)
        assert article is not None
        assert catalogue.search_ids(article.codes[0], limit=1) == [key]
        assert key in catalogue.search_ids(article.name)
