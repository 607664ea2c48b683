"""Categories, two levels of them. Requests: made, changed, removed where nothing stands there.

Owns what becomes of whatever still names one that was removed: a request is refused, for good; an
article that a till made for it is filed in the category that is there instead.
"""

from dataclasses import replace

from common.commands import CategoryPut, CategoryRemove
from common.errors import Refusal
from common.models import Article, Category
from common.pictures import Pictured
from hub.records import catalogue, pictures
from hub.store import Connection
from hub.work import Work


def put(work: Work, args: CategoryPut) -> None:
    """Create or change a category, or make it a part of another; parts have no parts.

    Its picture stays what it is. One that was removed does not come back under its id.
    """
    known = catalogue.category(work.db, args.category.id)
    if known is None and catalogue.removed_category(work.db, args.category.id):
        raise missing(work.db, args.category.id)
    row = replace(args.category, picture="" if known is None else known.picture)
    if row.parent_id:
        _require_parent(work, row)
    namesake = catalogue.category_named(work.db, row.name, row.parent_id)
    if namesake is not None and namesake.id != row.id:
        raise Refusal("repeated_category", category=row.name)
    if row != known:
        catalogue.put_category(work.db, row)
        work.put("categories", row)


def _require_parent(work: Work, row: Category) -> None:
    """Raise Refusal where a category cannot be a part of the one that it names."""
    parent = catalogue.category(work.db, row.parent_id)
    if row.parent_id == row.id or (parent is not None and parent.parent_id == row.id):
        raise Refusal("category_loop", category=row.name)
    if parent is None:
        raise missing(work.db, row.parent_id)
    if parent.parent_id:
        raise Refusal("category_too_deep", category=row.name, parent=parent.name)
    if catalogue.count_categories(work.db, row.id):
        raise Refusal("category_has_parts", category=row.name)


def remove(work: Work, args: CategoryRemove) -> None:
    """Remove a category in which nothing stands; its picture goes with the last that has it."""
    row = _require(work.db, args.category)
    standing = catalogue.standing_in(work.db, row.id)
    if standing.articles or standing.parts:
        raise Refusal("category_not_empty", category=row.name, **standing._asdict())
    into_id = _instead(work.db, row, args.into)
    pictures.name(work.db, Pictured.CATEGORIES, row.id, "")
    catalogue.remove_category(work.db, row, into_id, work.now_ms)
    work.draft.drop("categories", row.id, work.cause)
    work.subject = row.name


def filed(work: Work, article: Article) -> Article:
    """Return a new article as it stands in a category that is there.

    Flags one that was made for a category which was removed. Raises Refusal where it never was.
    """
    if catalogue.category(work.db, article.category_id) is not None:
        return article
    removed = catalogue.removed_category(work.db, article.category_id)
    if removed is None:
        raise Refusal("unknown_category", category=article.category_id)
    work.flag("flag_category_removed", f"{article.name} ({removed.name})")
    return replace(article, category_id=removed.into_id)


def missing(db: Connection, category_id: str) -> Refusal:
    """Return what is said of a category that is not there: that it was removed, or never was."""
    removed = catalogue.removed_category(db, category_id)
    if removed is None:
        return Refusal("unknown_category", category=category_id)
    return Refusal("category_removed", category=removed.name)


def _require(db: Connection, category_id: str) -> Category:
    row = catalogue.category(db, category_id)
    if row is None:
        raise missing(db, category_id)
    return row


def _instead(db: Connection, row: Category, into_id: str) -> str:
    """Return where what is still made for a category goes: as is said, else above it, else first.

    Raises Refusal where there is no other.
    """
    if into_id == row.id:
        raise Refusal("category_into_itself", category=row.name)
    if into_id or row.parent_id:
        return _require(db, into_id or row.parent_id).id
    first = [each.id for each in catalogue.categories(db) if not each.parent_id]
    others = [each for each in first if each != row.id]
    if not others:
        raise Refusal("last_category", category=row.name)
    return others[0]
