"""The shop's categories as a tree of two levels, read of a database file beside a hub that may run.

Owns how a category is called: by its name, or by `Boissons > Vins`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common.errors import Refusal
from common.models import Category
from hub.reading import reading
from hub.records import catalogue


@dataclass(frozen=True, slots=True)
class Listed:
    """A category, and how many articles stand right in it. `parent`: a name, "" for none."""

    id: str
    name: str
    parent: str
    colour: str
    rank: int
    articles: int


def categories_of(path: Path) -> list[Listed]:
    """Return all of them in the order of the tills, each before its parts; raises StoreError."""
    with reading(path) as db:
        rows = catalogue.categories(db)
        counts = catalogue.articles_by_category(db)
    by_id = {row.id: row for row in rows}
    tops = [row for row in rows if not row.parent_id]
    ordered = [
        row for top in tops for row in (top, *(one for one in rows if one.parent_id == top.id))
    ]
    return [
        Listed(
            row.id,
            row.name,
            by_id[row.parent_id].name if row.parent_id else "",
            row.colour,
            row.rank,
            counts.get(row.id, 0),
        )
        for row in ordered
    ]


def find(path: Path, called: str) -> Category:
    """Return the category that is called so: a name, or `parent > name`.

    Raises StoreError; Refusal `unknown_category`, `category_ambiguous`.
    """
    with reading(path) as db:
        rows = catalogue.categories(db)
    return chosen(rows, called)


def chosen(rows: Sequence[Category], called: str) -> Category:
    """Return the one among all categories that is called so; raises Refusal as `find` does."""
    names = [name.strip() for name in called.split(">")]
    by_id = {row.id: row.name for row in rows}
    found = [
        row
        for row in rows
        if row.name == called
        or (row.name == names[-1] and names[:-1] in ([], [by_id.get(row.parent_id)]))
    ]
    first = [row for row in found if not row.parent_id] or found
    if not first:
        raise Refusal("unknown_category", category=called)
    if len(first) > 1:
        full = ", ".join(sorted(f"{by_id[row.parent_id]} > {row.name}" for row in first))
        raise Refusal("category_ambiguous", category=called, names=full)
    return first[0]


def instead_of(path: Path, category_id: str) -> str:
    """Return how the category is called that is there instead of one that was removed.

    Raises StoreError; Refusal `unknown_category` where it was not removed.
    """
    with reading(path) as db:
        removed = catalogue.removed_category(db, category_id)
        by_id = {row.id: row for row in catalogue.categories(db)}
    if removed is None:
        raise Refusal("unknown_category", category=category_id)
    row = by_id[removed.into_id]
    return f"{by_id[row.parent_id].name} > {row.name}" if row.parent_id else row.name


def next_rank(path: Path, parent_id: str) -> int:
    """Return the place after all that stands there; raises StoreError."""
    with reading(path) as db:
        return catalogue.count_categories(db, parent_id)
