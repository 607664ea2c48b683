"""Categories with their parts, as ready-made lists of articles: a touch walks through no catalogue.

Owns one index for each category that has parts, of its own articles and theirs, kept in step as
articles come and go; one whose parts are others is made anew when it is next looked into.
"""

from collections.abc import Mapping

from kiosk.search import SearchIndex


class Families:
    """`shelves`: the index of each category's own articles, which their owner keeps in step."""

    def __init__(self, shelves: Mapping[str, SearchIndex]) -> None:
        self._shelves = shelves
        self._parents: Mapping[str, str] = {}
        self._made: dict[str, SearchIndex] = {}

    def replace(self, shelves: Mapping[str, SearchIndex]) -> None:
        """Take other indexes instead of all there were."""
        self._shelves = shelves
        self._made = {}
        for parent_id in set(self._parents.values()):
            self.shelf(parent_id)

    def group(self, parents: Mapping[str, str]) -> None:
        """Take anew what each part, by its id, is a part of."""
        before, self._parents = self._parents, dict(parents)
        for part in before.keys() | parents.keys():
            if before.get(part) != parents.get(part):
                self._made.pop(before.get(part, ""), None)
                self._made.pop(parents.get(part, ""), None)

    def of(self, category_id: str) -> tuple[str, ...]:
        """Return the categories among whose articles one's are found: itself, and its parent."""
        parent_id = self._parents.get(category_id)
        return (category_id,) if parent_id is None else (category_id, parent_id)

    def shelf(self, category_id: str) -> SearchIndex | None:
        """Return the index of a category's articles and its parts'; None where there are none."""
        made = self._made.get(category_id)
        if made is not None:
            return made
        parts = [part for part, parent_id in self._parents.items() if parent_id == category_id]
        if not parts:
            return self._shelves.get(category_id)
        found = (self._shelves.get(each) for each in (category_id, *parts))
        made = SearchIndex.joined(each for each in found if each is not None)
        self._made[category_id] = made
        return made

    def add(self, category_id: str, line: str, article_id: str) -> None:
        """Note that a category has one more article, as `SearchIndex.add` does."""
        family = self._made.get(self._parents.get(category_id, category_id))
        if family is not None:
            family.add(line, article_id)

    def remove(self, category_id: str, line: str, article_id: str) -> None:
        """Note that a category has an article less, as `SearchIndex.remove` does."""
        family = self._made.get(self._parents.get(category_id, category_id))
        if family is not None:
            family.remove(line, article_id)
