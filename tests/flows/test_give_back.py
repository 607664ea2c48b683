"""Giving back, with the hub's real core: posts let go of what two backups hold, a hub that comes
back from an older one says what is gone, and what lay in quarantine ends at the post, too."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import messages as m
from common import wire
from common.commands import COMMANDS
from common.topics import Profile
from hub.records import backups
from hub.records.backups import Backup
from kiosk.outbox import Counts
from kiosk.outbox_file import Draft
from kiosk.reasking import REASK_S
from kiosk.state import LinkStatus
from tests.flows.paper_shop import DEVICE_ID, PaperPost, PaperShop
from tests.flows.test_paper_shop import check, tickets_at_the_hub
from tests.kiosk.post import NOW_MS

NEWER = "6" * 32


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PaperShop]:
    shop = PaperShop(tmp_path, [Profile.TILL, Profile.DEPOT], seed=5)
    for post in shop.posts:
        post.connect()
    yield shop
    shop.close()


def sell(shop: PaperShop, count: int) -> None:
    for _ in range(count):
        shop.posts[0].sell(shop.articles[0], 100)
    shop.wait(3)


def put_away(shop: PaperShop, copies: int) -> Path:
    """Have the hub know of so many backups of what it holds now; return where they are."""
    file = shop.hub.backup()
    store = shop.hub._store
    with store.group() as db:
        heads = backups.kiosk_heads(db, 100)
        for n in range(copies):
            known = Backup(f"{file.name}{n}", NOW_MS, str(file), file.stat().st_size, "5" * 32, 1)
            assert backups.add(db, known, heads)
    return file


def at_the_hub(shop: PaperShop, sql: str) -> list[Any]:
    with closing(sqlite3.connect(shop.hub.path)) as db:
        return list(db.execute(sql).fetchall())


def test_one_backup_is_not_enough_and_two_are(shop: PaperShop) -> None:
    till = shop.posts[0]
    sell(shop, 10)
    put_away(shop, copies=1)
    shop.wait(8)
    assert till.outbox.oldest_n() == 1
    file = put_away(shop, copies=0)
    with shop.hub._store.group() as db:
        second = Backup("second", NOW_MS, str(file), file.stat().st_size, "5" * 32, 1)
        backups.add(db, second, backups.kiosk_heads(db, 100))
    shop.wait(8)
    assert till.outbox.oldest_n() == 10
    assert [kept.n for kept in till.outbox.kept(0)] == [10]


def test_a_till_that_let_go_goes_on_with_its_numbers(shop: PaperShop) -> None:
    till = shop.posts[0]
    sell(shop, 6)
    put_away(shop, copies=2)
    shop.wait(8)
    series = till.outbox.series
    for _ in range(3):
        till.restart()
        sell(shop, 2)
        till.connect()
        shop.wait(3)
    shop.settle()
    check(shop)
    assert (till.outbox.series, till.outbox.waiting().last) == (series, 12)
    assert at_the_hub(shop, "SELECT * FROM gap") == []


def test_a_hub_from_a_backup_that_the_tills_covered_gets_the_rest_back(shop: PaperShop) -> None:
    till = shop.posts[0]
    sell(shop, 6)
    copy = put_away(shop, copies=2)
    shop.wait(8)
    sell(shop, 4)
    assert till.outbox.oldest_n() == 7
    shop.hub.restore(copy, NEWER)
    for post in shop.posts:
        post.cut()
    shop.settle()
    check(shop)
    assert at_the_hub(shop, "SELECT * FROM gap") == []


def test_a_hub_from_an_older_backup_says_what_is_gone_and_goes_on(
    shop: PaperShop, tmp_path: Path
) -> None:
    till = shop.posts[0]
    sell(shop, 2)
    older = shop.hub.backup().rename(tmp_path / "older.db")
    sell(shop, 6)
    put_away(shop, copies=2)
    shop.wait(8)
    sell(shop, 3)
    assert till.outbox.oldest_n() == 9
    series = till.outbox.series
    shop.hub.restore(older, NEWER)
    for post in shop.posts:
        post.cut()
    till.sell(shop.articles[1], 100)
    shop.settle()
    assert till.outbox.counts() == Counts(0, 0)
    assert till.talk.status is LinkStatus.ONLINE
    assert till.outbox.series == series
    assert at_the_hub(shop, "SELECT first_n, last_n FROM gap") == [(3, 8)]
    numbers = sorted(number for _, _, number in tickets_at_the_hub(shop))
    assert numbers == [1, 2, 9, 10, 11, 12]
    level = till.mirror.catalogue.stock_milli(shop.articles[0])
    assert level == 5000 - 100 * 5


def put_aside(post: PaperPost) -> None:
    """Do what the hub cannot take from a till: it lies in quarantine then."""
    body = {"id": f"{1:032x}", "kind": "goods.receive", "args": {"receipt": {}}}
    post.outbox.append(Draft("goods.receive", 1, orjson.dumps(body), NOW_MS))


def decide_at_the_hub(shop: PaperShop, kind: str, outbox: str, n: int) -> None:
    """Retry or close an operation in quarantine, as an administrator does."""
    (body_hash,) = at_the_hub(shop, f"SELECT hex(body_hash) FROM quarantine WHERE n = {n}")[0]
    args = {"outbox": outbox, "n": n, "body_hash": body_hash.lower()}
    raw = orjson.dumps({"id": f"{2:032x}", "kind": kind, "args": args})
    command = m.Command("0e" * 16, 2, 1, 1, wire.body_hash(raw), raw)
    shop.hub.hear(b"console", DEVICE_ID.format(0), wire.encode_command(command))


def test_what_an_administrator_closed_ends_at_its_post(shop: PaperShop) -> None:
    till = shop.posts[0]
    sell(shop, 2)
    put_aside(till)
    sell(shop, 5)
    assert till.outbox.counts() == Counts(0, 1)
    put_away(shop, copies=2)
    shop.wait(8)
    assert [kept.n for kept in till.outbox.kept(0)] == [3, 8]
    shop.wait(REASK_S + 2)
    assert till.outbox.counts() == Counts(0, 1)
    decide_at_the_hub(shop, "quarantine.close", till.outbox.id, 3)
    shop.wait(REASK_S + 2)
    assert till.outbox.counts() == Counts(0, 0)
    # It has its end, and the backups hold that it was there: it is let go, too.
    shop.wait(5)
    assert [kept.n for kept in till.outbox.kept(0)] == [8]
    shop.settle()
    check(shop)


def test_a_sale_that_an_administrator_lets_in_later_counts_once(shop: PaperShop) -> None:
    till = shop.posts[0]
    shop.settle()
    # A hub of before there were sales; then it is updated.
    shop.hub.kinds = {kind: COMMANDS[kind] for kind in COMMANDS if kind != "sale.record"}
    shop.hub.restart()
    for post in shop.posts:
        post.connect()
    sell(shop, 1)
    article = shop.articles[0]
    assert till.outbox.counts() == Counts(0, 1)
    assert till.mirror.catalogue.stock_milli(article) == 5000
    assert not till.mirror.catalogue.is_pending(article)
    shop.hub.kinds = COMMANDS
    shop.hub.restart()
    till.restart()
    assert till.mirror.catalogue.stock_milli(article) == 5000
    for post in shop.posts:
        post.connect()
    sell(shop, 2)
    decide_at_the_hub(shop, "quarantine.retry", till.outbox.id, 1)
    shop.wait(2)
    assert till.mirror.catalogue.stock_milli(article) == 5000 - 3 * 100
    assert till.outbox.counts() == Counts(0, 1)
    shop.wait(REASK_S + 2)
    assert till.outbox.counts() == Counts(0, 0)
    assert till.mirror.catalogue.stock_milli(article) == 5000 - 3 * 100
    shop.settle()
    check(shop)
