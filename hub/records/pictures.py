"""Pictures by the hash of their bytes, and which articles and categories name them."""

from collections.abc import Iterable
from typing import Final

from common.models import Article, Category
from common.pictures import Pictured, picture_id
from hub.records import catalogue
from hub.store import Connection

_TABLE: Final = {Pictured.ARTICLES: "article", Pictured.CATEGORIES: "category"}
_ROW: Final = {Pictured.ARTICLES: catalogue.article, Pictured.CATEGORIES: catalogue.category}


def row_of(db: Connection, of: Pictured, row_id: str) -> Article | Category | None:
    """Return what a picture is to be of."""
    return _ROW[of](db, row_id)


def keep(db: Connection, content: bytes) -> str:
    """Keep a picture's bytes; return what it is named by."""
    name = picture_id(content)
    db.execute(
        "INSERT INTO picture (id, content, size_bytes) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (name, content, len(content)),
    )
    return name


def name(db: Connection, of: Pictured, row_id: str, picture: str) -> None:
    """Let a row name this picture, or none; the one that it named before goes with the last."""
    table = _TABLE[of]
    (before,) = db.execute(f"SELECT picture FROM {table} WHERE id = ?", (row_id,)).fetchone()
    db.execute(f"UPDATE {table} SET picture = ? WHERE id = ?", (picture, row_id))
    db.execute(
        "DELETE FROM picture WHERE id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM article WHERE picture = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM category WHERE picture = ?1)",
        (before,),
    )


def content(db: Connection, picture: str) -> bytes | None:
    """Return a picture's bytes."""
    row = db.execute("SELECT content FROM picture WHERE id = ?", (picture,)).fetchone()
    return None if row is None else bytes(row[0])


def contents(db: Connection, pictures: Iterable[str], limit_bytes: int) -> dict[str, bytes | None]:
    """Return pictures' bytes, None of one that there is not, as far as they fit into a limit."""
    found: dict[str, bytes | None] = {}
    size = 0
    for each in pictures:
        found[each] = content(db, each)
        size += len(found[each] or b"")
        if size > limit_bytes and len(found) > 1:
            del found[each]
            break
    return found


def count(db: Connection) -> tuple[int, int]:
    """Return how many pictures there are, and their bytes."""
    number, size = db.execute("SELECT count(*), total(size_bytes) FROM picture").fetchone()
    return int(number), int(size)
