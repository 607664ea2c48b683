"""Whether ledgers agree with what is published of them; catalogue and stock with themselves."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, fields
from typing import Any, Final

import orjson

from common.i18n import mark
from common.models import ROW_KINDS
from common.pictures import picture_id
from common.topics import WINDOWED
from hub.records import catalogue as articles
from hub.records import customers, parked, people, prices, refunds, stock
from hub.store import Connection

Place = tuple[str, str]


def published(db: Connection) -> Iterator[Place]:
    """Check each live row, and what the log keeps of rows that never change, by its ledger.

    A windowed topic's live rows are the last of its ledger; any other topic's are all of it.
    """
    for topic, (ledger, table) in _LEDGERS.items():
        # A row that an older release published says nothing of what was added since.
        absent = {field.name: field.default for field in fields(ROW_KINDS[topic])}
        live = 0
        for key, row in _rows_of(db, topic):
            live += 1
            value = orjson.loads(row)
            kept = ledger(db, key)
            if kept is None or any(
                value.get(name, absent.get(name)) != kept[name] for name in kept
            ):
                yield f"{topic} {key}", mark("is not what its ledger says")
        entries = db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        if topic not in WINDOWED and live != entries:
            yield f"{topic}: {live}, {table}: {entries}", mark("are not as many")


def _rows_of(db: Connection, topic: str) -> Any:
    """Return (key, row) to compare. The log, too, of rows that never change."""
    live = "SELECT key, row FROM live_row WHERE topic = ?1"
    logged = "SELECT key, row FROM change WHERE topic = ?1 AND row IS NOT NULL"
    return db.execute(f"{live} UNION ALL {logged}" if topic in _FINAL else live, (topic,))


_FINAL: Final = frozenset({"sales", "receipts", "alerts"})


def _category(db: Connection, key: str) -> dict[str, Any] | None:
    category = articles.category(db, key)
    return None if category is None else asdict(category)


def _article(db: Connection, key: str) -> dict[str, Any] | None:
    article = articles.article(db, key)
    # By way of JSON, as the row went: its codes are a list there.
    return None if article is None else {**asdict(article), "codes": list(article.codes)}


def _level(db: Connection, key: str) -> dict[str, Any] | None:
    article_id, _, location_id = key.partition(":")
    level = stock.level(db, article_id, location_id)
    return None if level is None else asdict(level)


def _alert(db: Connection, key: str) -> dict[str, Any] | None:
    return _entry(
        db, "SELECT id, at_ms, code, subject, device_name FROM alert WHERE id = ?", (key,)
    )


def _takings(db: Connection, key: str) -> dict[str, Any] | None:
    found = _entry(
        db,
        "SELECT business_date, device_id, tickets, total_cents, by_method, by_vat_bp FROM takings"
        " WHERE business_date = ? AND device_id = ?",
        tuple(key.split(":", 1)),
    )
    if found is not None:
        for name in ("by_method", "by_vat_bp"):
            found[name] = orjson.loads(found[name])
    return found


def _person(db: Connection, key: str) -> dict[str, Any] | None:
    person = people.person(db, key)
    return None if person is None else asdict(person)


def _parked(db: Connection, key: str) -> dict[str, Any] | None:
    found = parked.standing(db, key)
    if found is None or found.outcome is not None:
        return None
    value: dict[str, Any] = orjson.loads(orjson.dumps(found.row()))
    # By their names of then.
    return {name: value[name] for name in value if not name.endswith("_name") and name != "also_at"}


def _scheduled(db: Connection, key: str) -> dict[str, Any] | None:
    row = prices.scheduled(db, key)
    return None if row is None else asdict(row)


def _customer(db: Connection, key: str) -> dict[str, Any] | None:
    customer = customers.customer(db, key)
    return None if customer is None else asdict(customer)


def _sale(db: Connection, key: str) -> dict[str, Any] | None:
    sale = _paper(
        _entry(db, "SELECT id, device_id, received_ms, body FROM ticket WHERE id = ?", (key,)),
        "ticket",
    )
    if sale is not None:
        given_back = refunds.note(db, key)
        sale["refunds"] = None if given_back is None else asdict(given_back[0])
    return sale


def _delivery(db: Connection, key: str) -> dict[str, Any] | None:
    return _paper(
        _entry(
            db, "SELECT id, device_id, received_ms, body FROM goods_receipt WHERE id = ?", (key,)
        ),
        "receipt",
    )


def _paper(found: dict[str, Any] | None, name: str) -> dict[str, Any] | None:
    if found is not None:
        found[name] = orjson.loads(found.pop("body"))
    return found


def _entry(db: Connection, sql: str, key: tuple[Any, ...]) -> dict[str, Any] | None:
    cursor = db.execute(sql, key)
    row = cursor.fetchone()
    names = [column[0] for column in cursor.description]
    return None if row is None else dict(zip(names, row, strict=True))


_LEDGERS: Final[Mapping[str, tuple[Callable[[Connection, str], dict[str, Any] | None], str]]] = {
    "categories": (_category, "category"),
    "articles": (_article, "article"),
    "stock": (_level, "stock_level"),
    "alerts": (_alert, "alert"),
    "takings": (_takings, "takings"),
    "sales": (_sale, "ticket"),
    "receipts": (_delivery, "goods_receipt"),
    "people": (_person, "person"),
    "parked": (_parked, "parked"),
    "customers": (_customer, "customer"),
    "prices": (_scheduled, "scheduled_price"),
}
"""Topic → (what the ledger says of a key, by the row's field names; the ledger's table)."""


def catalogue(db: Connection) -> Iterator[Place]:
    """Check that each article has its category, and its barcodes are counted from 0.

    And that what a category is a part of is there, and a part of nothing; so is what stands instead
    of one that was removed.
    """
    for (category_id,) in db.execute(
        "SELECT id FROM category WHERE parent_id <> '' AND parent_id NOT IN"
        " (SELECT id FROM category WHERE parent_id = '')"
    ):
        yield f"category {category_id}", mark("is a part of no category")
    for category_id, into_id in db.execute("SELECT id, into_id FROM removed_category"):
        if articles.category(db, category_id) is not None:
            yield f"category {category_id}", mark("was removed, and is there")
        if articles.category(db, into_id) is None:
            yield f"removed_category {category_id}", mark("the category instead of it is not there")
    for (article_id,) in db.execute(
        "SELECT id FROM article WHERE category_id NOT IN (SELECT id FROM category)"
    ):
        yield f"article {article_id}", mark("its category does not exist")
    for (schedule_id,) in db.execute(
        "SELECT id FROM scheduled_price WHERE article_id NOT IN (SELECT id FROM article)"
    ):
        yield f"scheduled_price {schedule_id}", mark("its article does not exist")
    for (code,) in db.execute(
        "SELECT code FROM barcode WHERE article_id NOT IN (SELECT id FROM article)"
    ):
        yield f"barcode {code}", mark("its article does not exist")
    for article_id, count, first, last in db.execute(
        "SELECT article_id, count(*), min(rank), max(rank) FROM barcode GROUP BY article_id"
    ):
        if (first, last) != (0, count - 1):
            yield f"article {article_id}", mark("its barcodes are not counted from 0")


def pictures(db: Connection) -> Iterator[Place]:
    """Check that each picture is named by what its bytes are, and by an article or a category."""
    named = "SELECT id, picture FROM article UNION ALL SELECT id, picture FROM category"
    for row_id, picture in db.execute(
        f"SELECT id, picture FROM ({named}) WHERE picture <> ''"
        " AND picture NOT IN (SELECT id FROM picture)"
    ):
        yield f"{row_id} {picture}", mark("its picture does not exist")
    for (picture,) in db.execute(
        f"SELECT id FROM picture WHERE id NOT IN (SELECT picture FROM ({named}))"
    ):
        yield f"picture {picture}", mark("nothing has this picture")
    for picture, content, size_bytes in db.execute("SELECT id, content, size_bytes FROM picture"):
        if (picture_id(content), len(content)) != (picture, size_bytes):
            yield f"picture {picture}", mark("is not what its name says")


def stock_levels(db: Connection) -> Iterator[Place]:
    """Check that each level is the sum of its movements, and each movement has a level."""
    for article_id, location_id, level, moved in stock.disagreements(db):
        yield (
            f"{article_id}:{location_id} {level} / {moved}",
            mark("is not the sum of its movements"),
        )
    for article_id, location_id in db.execute(
        "SELECT DISTINCT m.article_id, m.location_id FROM stock_movement m LEFT JOIN stock_level l"
        " ON l.article_id = m.article_id AND l.location_id = m.location_id"
        " WHERE l.article_id IS NULL"
    ):
        yield f"{article_id}:{location_id}", mark("has movements, and no level")
    for (article_id,) in db.execute(
        "SELECT article_id FROM stock_level WHERE article_id NOT IN (SELECT id FROM article)"
    ):
        yield f"{article_id}", mark("has a level, and is no article")
