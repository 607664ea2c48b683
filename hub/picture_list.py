"""Pictures and whose they are, read of a database file beside a hub that may run.

Owns how an article or a category is called by a file's name: an article by one of its codes, a
category by its name, either by its id.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unicodedata import normalize

from common.errors import Refusal
from common.models import Article, Category
from common.pictures import Pictured
from hub.category_list import chosen
from hub.reading import reading
from hub.records import catalogue, pictures
from hub.store import Connection

_ID: Final = re.compile(r"[0-9a-f]{32}\Z")
_FILE_NAME: Final = re.compile(r"[^\x00-\x1f\x7f<>:\"/\\|?*.][^\x00-\x1f\x7f<>:\"/\\|?*]{0,99}\Z")
"""What every system takes as a file's name."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture is of, or is to be. `picture`: what it has now, "" for none."""

    of: Pictured
    id: str
    name: str
    picture: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture in the list. `called`: how a file is named that is to take its place."""

    of: Pictured
    id: str
    name: str
    called: str
    picture: str
    size_bytes: int


def find(path: Path, names: list[str]) -> list[Subject | Refusal]:
    """Return what each name means, or why it means nothing; raises StoreError."""
    with reading(path) as db:
        rows = catalogue.categories(db)
        return [_subject(db, rows, normalize("NFC", name)) for name in names]


def shown(path: Path) -> list[Shown]:
    """Return all pictures: those of categories in their order, then articles' by name.

    Raises StoreError.
    """
    with reading(path) as db:
        sizes = dict(db.execute("SELECT id, size_bytes FROM picture"))
        rows = catalogue.categories(db)
        found = [
            Shown(
                *(Pictured.CATEGORIES, row.id, row.name),
                *(_called_category(rows, row), row.picture, sizes.get(row.picture, 0)),
            )
            for row in rows
            if row.picture
        ]
        ids = db.execute("SELECT id FROM article WHERE picture <> '' ORDER BY name, id").fetchall()
        articles = (catalogue.article(db, article_id) for (article_id,) in ids)
        found += [
            Shown(
                *(Pictured.ARTICLES, row.id, row.name),
                *(_called_article(row), row.picture, sizes.get(row.picture, 0)),
            )
            for row in articles
            if row is not None
        ]
    return found


def contents(path: Path, wanted: list[Shown]) -> dict[str, bytes]:
    """Return {picture: its bytes}; raises StoreError."""
    with reading(path) as db:
        found = {each.picture: pictures.content(db, each.picture) for each in wanted}
    return {name: content for name, content in found.items() if content is not None}


def _subject(db: Connection, rows: list[Category], name: str) -> Subject | Refusal:
    article = catalogue.article_of_code(db, name)
    if article is None and _ID.match(name):
        article = catalogue.article(db, name)
    if article is not None:
        return Subject(Pictured.ARTICLES, article.id, article.name, article.picture)
    try:
        by_id = [row for row in rows if row.id == name]
        category = by_id[0] if by_id else chosen(rows, name)
    except Refusal as refusal:
        return refusal
    return Subject(Pictured.CATEGORIES, category.id, category.name, category.picture)


def _called_article(row: Article) -> str:
    return next((code for code in row.codes if _FILE_NAME.match(code)), row.id)


def _called_category(rows: list[Category], row: Category) -> str:
    alone = sum(each.name == row.name for each in rows) == 1
    return row.name if alone and _FILE_NAME.match(row.name) else row.id
