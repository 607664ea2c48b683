"""The categories topic as the screens' thread holds it: rows in their order, a tree of two levels.

Owns what is a part of what, and telling so where it changes. A row whose parent is not there, or is
a part itself, stands on the first level: nothing is ever out of reach. No articles, no texts.
"""

from collections.abc import Callable, Iterable, Mapping

from common.models import Category
from kiosk.folds import Rows
from kiosk.search import Folder

Parents = Mapping[str, str]


class Categories:
    """Rows of topic `categories`. `on_tree(parents)` hears, by id, what each part is a part of."""

    def __init__(self, fold: Folder, on_tree: Callable[[Parents], None]) -> None:
        self._rows = Rows(Category)
        self._fold = fold
        self._on_tree = on_tree
        self._parents: dict[str, str] = {}
        self._parts: dict[str, list[Category]] = {}

    def replace(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take these rows instead of all there were."""
        self._rows.replace(rows)
        self._sort()

    def put(self, key: str, row: bytes) -> None:
        """Take a row, new or changed."""
        self._rows.put(key, row)
        self._sort()

    def drop(self, key: str) -> None:
        """Give up a row; nothing happens when it is not there."""
        self._rows.drop(key)
        self._sort()

    def get(self, category_id: str) -> Category | None:
        """Return a category."""
        return self._rows.get(category_id)

    def of(self, parent_id: str = "") -> list[Category]:
        """Return the parts of a category, or those of the first level; by rank, then by name."""
        return list(self._parts.get(parent_id, ()))

    def pictures(self) -> list[str]:
        """Return the pictures that they name."""
        return [row.picture for row in self._rows.values() if row.picture]

    def parent_id(self, category_id: str) -> str:
        """Return what a category is a part of, "" for nothing."""
        return self._parents.get(category_id, "")

    def _sort(self) -> None:
        rows = sorted(self._rows.values(), key=lambda row: (row.rank, self._fold(row.name), row.id))
        first = {row.id for row in rows if not row.parent_id}
        parents = {row.id: row.parent_id for row in rows if row.parent_id in first}
        parts: dict[str, list[Category]] = {}
        for row in rows:
            parts.setdefault(parents.get(row.id, ""), []).append(row)
        self._parts = parts
        if parents != self._parents:
            self._parents = parents
            self._on_tree(parents)
