"""Articles, their categories and barcodes."""

from collections.abc import Iterable
from typing import NamedTuple

from common.models import Article, Category
from hub.store import Connection

_ARTICLE = "id, name, category_id, price_cents, vat_bp, active, picture"
_CATEGORY = "id, name, colour, rank, parent_id, picture"


class Removed(NamedTuple):
    """A category that was removed. `name`: as it was then; `into_id`: the one that is there
    instead."""

    id: str
    name: str
    into_id: str


class Standing(NamedTuple):
    """How many articles stand right in a category, and parts of it. `inactive`: of the articles,
    those that are no longer sold."""

    articles: int
    inactive: int
    parts: int


def article(db: Connection, article_id: str) -> Article | None:
    """Return an article with its barcodes."""
    row = db.execute(f"SELECT {_ARTICLE} FROM article WHERE id = ?", (article_id,)).fetchone()
    return None if row is None else _article(db, row)


def set_price(db: Connection, article_id: str, price_cents: int) -> Article | None:
    """Give an article its new price; return it, or None where there is none."""
    row = db.execute(
        f"UPDATE article SET price_cents = ? WHERE id = ? RETURNING {_ARTICLE}",
        (price_cents, article_id),
    ).fetchone()
    return None if row is None else _article(db, row)


def put_article(db: Connection, row: Article) -> None:
    """Create or replace an article; its barcodes become exactly `row.codes`."""
    db.execute(
        f"INSERT INTO article ({_ARTICLE}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET name = excluded.name, category_id = excluded.category_id,"
        " price_cents = excluded.price_cents, vat_bp = excluded.vat_bp, active = excluded.active,"
        " picture = excluded.picture",
        (
            *(row.id, row.name, row.category_id, row.price_cents, row.vat_bp),
            *(int(row.active), row.picture),
        ),
    )
    db.execute("DELETE FROM barcode WHERE article_id = ?", (row.id,))
    db.executemany(
        "INSERT INTO barcode (code, article_id, rank) VALUES (?, ?, ?)",
        [(code, row.id, rank) for rank, code in enumerate(row.codes)],
    )


def article_of_code(db: Connection, code: str) -> Article | None:
    """Return the article that a barcode means."""
    row = db.execute("SELECT article_id FROM barcode WHERE code = ?", (code,)).fetchone()
    return None if row is None else article(db, row[0])


def known(db: Connection, article_ids: Iterable[str]) -> set[str]:
    """Return which of some articles exist."""
    found = set()
    for article_id in set(article_ids):
        if db.execute("SELECT 1 FROM article WHERE id = ?", (article_id,)).fetchone():
            found.add(article_id)
    return found


def category(db: Connection, category_id: str) -> Category | None:
    """Return a category."""
    row = db.execute(f"SELECT {_CATEGORY} FROM category WHERE id = ?", (category_id,)).fetchone()
    return None if row is None else Category(*row)


def categories(db: Connection) -> list[Category]:
    """Return all of them, by rank, then by name."""
    rows = db.execute(f"SELECT {_CATEGORY} FROM category ORDER BY rank, name, id")
    return [Category(*row) for row in rows]


def category_named(db: Connection, name: str, parent_id: str = "") -> Category | None:
    """Return the category with this name among a category's parts, or among those of none."""
    row = db.execute(
        f"SELECT {_CATEGORY} FROM category WHERE parent_id = ? AND name = ?", (parent_id, name)
    ).fetchone()
    return None if row is None else Category(*row)


def part_named(db: Connection, name: str) -> Category | None:
    """Return the part with this name, of whichever category; None where several have it."""
    rows = db.execute(
        f"SELECT {_CATEGORY} FROM category WHERE parent_id <> '' AND name = ? LIMIT 2", (name,)
    ).fetchall()
    return Category(*rows[0]) if len(rows) == 1 else None


def articles_by_category(db: Connection) -> dict[str, int]:
    """Return how many articles stand right in each category that has any."""
    return dict(db.execute("SELECT category_id, count(*) FROM article GROUP BY category_id"))


def count_categories(db: Connection, parent_id: str = "") -> int:
    """Return how many parts a category has, or how many categories are a part of none."""
    row = db.execute("SELECT count(*) FROM category WHERE parent_id = ?", (parent_id,)).fetchone()
    return int(row[0])


def put_category(db: Connection, row: Category) -> None:
    """Create or replace a category."""
    db.execute(
        f"INSERT INTO category ({_CATEGORY}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET name = excluded.name, colour = excluded.colour, rank = excluded.rank,"
        " parent_id = excluded.parent_id, picture = excluded.picture",
        (row.id, row.name, row.colour, row.rank, row.parent_id, row.picture),
    )


def standing_in(db: Connection, category_id: str) -> Standing:
    """Return how much stands in a category."""
    articles, active = db.execute(
        "SELECT count(*), total(active) FROM article WHERE category_id = ?", (category_id,)
    ).fetchone()
    return Standing(articles, articles - int(active), count_categories(db, category_id))


def remove_category(db: Connection, row: Category, into_id: str, now_ms: int) -> None:
    """Let an empty category go; what went there when others were removed goes on to `into_id`."""
    db.execute("DELETE FROM category WHERE id = ?", (row.id,))
    db.execute("UPDATE removed_category SET into_id = ? WHERE into_id = ?", (into_id, row.id))
    db.execute(
        "INSERT INTO removed_category (id, name, into_id, removed_ms) VALUES (?, ?, ?, ?)",
        (row.id, row.name, into_id, now_ms),
    )


def removed_category(db: Connection, category_id: str) -> Removed | None:
    """Return a category that was removed."""
    row = db.execute(
        "SELECT id, name, into_id FROM removed_category WHERE id = ?", (category_id,)
    ).fetchone()
    return None if row is None else Removed(*row)


def _article(db: Connection, row: tuple[str, str, str, int, int, int, str]) -> Article:
    codes = db.execute("SELECT code FROM barcode WHERE article_id = ? ORDER BY rank", (row[0],))
    return Article(*row[:5], tuple([code for (code,) in codes]), bool(row[5]), row[6])
