"""The catalogue. A new price or a list is a request: it may be refused, all of it or none.

An article that a till made is a fact; where it cannot be, it waits in quarantine.
"""

from dataclasses import asdict, replace

from common.commands import ArticleCreate, CatalogueEntry, CataloguePut, PriceSet
from common.errors import Refusal
from common.models import Article, Category, StockLevel, colour_at
from hub.commands import categories
from hub.commands.prices import overtake
from hub.records import catalogue, stock, trail
from hub.work import Work

MAIN_LOCATION = "main"


def set_prices(work: Work, args: PriceSet) -> None:
    """Give each article its new price."""
    for price in args.prices:
        article = catalogue.set_price(work.db, price.article_id, price.price_cents)
        if article is None:
            raise Refusal("unknown_article", article=price.article_id)
        overtake(work, price.article_id)
        work.put("articles", article)


def put(work: Work, args: CataloguePut) -> None:
    """Create or update articles by their code, and the categories they name.

    Stock is entered when an article is created; later a list does not touch what was counted.
    """
    categories: dict[tuple[str, str], Category] = {}
    for entry in args.entries:
        named = entry.category, entry.subcategory
        if named not in categories:
            categories[named] = _category(work, entry)
        _put_entry(work, entry, categories[named])


def create(work: Work, args: ArticleCreate) -> None:
    """Take up an article under the id that its till sells it by.

    One that comes again, where an outbox was renewed, changes nothing: the office may have.
    """
    article = replace(args.article, picture="")
    if catalogue.article(work.db, article.id) is not None:
        work.repeated("articles")
        return
    for code in article.codes:
        owner = catalogue.article_of_code(work.db, code)
        if owner is not None:
            raise Refusal("code_taken", barcode=code, article=owner.name)
    made = categories.filed(work, article)
    catalogue.put_article(work.db, made)
    work.put("articles", made)
    acting = work.acting
    by = {"allowed_by": acting.allowed_by} if acting.allowed_by else {}
    instead = {} if made == article else {"category_id": made.category_id}
    details = {"args": {"article": asdict(article)}, **instead, **by}
    who = (work.device.id, acting.person, article.name)
    trail.add(work.db, trail.Entry(work.now_ms, "article.create", *who, details=details))


def _category(work: Work, entry: CatalogueEntry) -> Category:
    """Return what an entry names, made where it is new.

    A name alone that no category has is the part of that name, where there is one such: a list of
    before a category was put under another does not take its articles out of there.
    """
    found = catalogue.category_named(work.db, entry.category)
    if found is None and not entry.subcategory:
        found = catalogue.part_named(work.db, entry.category)
    category = found or _add_category(work, entry.category, entry.colour)
    if not entry.subcategory:
        return category
    part = catalogue.category_named(work.db, entry.subcategory, category.id)
    return part or _add_category(work, entry.subcategory, category.colour, category.id)


def _add_category(work: Work, name: str, colour: str, parent_id: str = "") -> Category:
    rank = catalogue.count_categories(work.db, parent_id)
    row = Category(work.mint(), name, colour or colour_at(rank), rank, parent_id)
    catalogue.put_category(work.db, row)
    work.put("categories", row)
    return row


def _put_entry(work: Work, entry: CatalogueEntry, category: Category) -> None:
    known = catalogue.article_of_code(work.db, entry.code)
    article = Article(
        known.id if known else work.mint(),
        entry.name,
        category.id,
        entry.price_cents,
        entry.vat_bp,
        known.codes if known else (entry.code,),
        picture=known.picture if known else "",
    )
    if article != known:
        catalogue.put_article(work.db, article)
        overtake(work, article.id)
        work.put("articles", article)
    level = _stock_of(work, entry, article.id, known is None)
    if level is not None:
        work.put("stock", level)


def _stock_of(work: Work, entry: CatalogueEntry, article_id: str, new: bool) -> StockLevel | None:
    """Enter what a list says of stock; return the level where that changed it."""
    level = stock.level(work.db, article_id, MAIN_LOCATION)
    minimum_milli = level.minimum_milli if level else None
    if entry.minimum_milli is not None and entry.minimum_milli != minimum_milli:
        level = stock.set_minimum(work.db, article_id, MAIN_LOCATION, entry.minimum_milli)
    elif not new:
        return None
    if new and entry.stock_milli is not None:
        movement = stock.Movement(
            work.mint(),
            article_id,
            MAIN_LOCATION,
            entry.stock_milli,
            "import",
            work.cause.outbox,
            work.now_ms,
        )
        level = stock.move(work.db, movement)
    return level
