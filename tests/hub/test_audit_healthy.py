"""Databases that went through a lot and are sound: the audit must not cry wolf."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from common.commands import CatalogueEntry, QuarantineRef, SaleRecord
from common.topics import Profile
from hub.audit import audit, audit_file
from hub.config import KeepSettings, PeopleSettings
from hub.upkeep import DAY_MS, Upkeep
from tests.flows.paper_shop import PaperShop
from tests.hub.papers import lines_of, receipt, sale, ticket
from tests.hub.shop import Shop, goods

TILL, DEPOT, OFFICE = Profile.TILL, Profile.DEPOT, Profile.OFFICE


def test_what_lay_in_quarantine_in_every_way(shop: Shop) -> None:
    """Unreadable, changed on its way, repeated as something else; retried, closed, left."""
    till, depot, office = shop.post(TILL, 1), shop.post(DEPOT, 2), shop.post(OFFICE, 3)
    articles = shop.stock(goods(2))
    # A till may not receive goods: a fact that is kept aside, and can be taken when closed only.
    shop.replies(till.send("goods.receive", receipt(till, (articles[0], 5))))
    shop.replies(till.send_bytes(b"{}"), till.send_bytes(b"[]"), depot.send_bytes(b"\xff"))
    wrong = till.send_bytes(b'{"a":1}')
    shop.replies(wrong._replace(command=wrong.command._replace(body=b'{"a":2}')))
    shop.accept(till.send("sale.record", sale(till, 1, (articles[0], 1000))))
    shop.replies(till.send_bytes(b'{"other":1}', n=till.n))
    assert list(audit(shop.store.db)) == []
    kept = shop.rows("SELECT outbox_id, n, body_hash FROM quarantine ORDER BY n")
    for place, (outbox, n, body_hash) in enumerate(kept[:-1]):
        kind = ("quarantine.retry", "quarantine.close")[place % 2]
        shop.replies(office.send(kind, QuarantineRef(outbox, n, body_hash.hex())))
        assert list(audit(shop.store.db)) == [], (kind, n)


def test_a_gap_that_a_restored_hub_skipped(shop: Shop) -> None:
    till = shop.post(TILL, 1)
    article = shop.stock(goods(1))[0]
    shop.accept(till.send("sale.record", sale(till, 1, (article, 1000))))
    shop.pipeline.skip(till.outbox, till.device, 50)
    assert list(audit(shop.store.db)) == []
    till.n = 49
    for number in range(50, 54):
        shop.accept(till.send("sale.record", sale(till, number, (article, 1000))))
    assert list(audit(shop.store.db)) == []
    other = shop.post(TILL, 2)
    shop.pipeline.skip(other.outbox, other.device, 7)
    assert list(audit(shop.store.db)) == []


def test_odd_tickets_are_flagged_and_sound(shop: Shop) -> None:
    till, depot = shop.post(TILL, 1), shop.post(DEPOT, 2)
    article = shop.stock(goods(1))[0]
    lines = lines_of((article, 1000), (article, -500))
    changes: tuple[dict[str, Any], ...] = (
        {},
        {"total_cents": 1},
        {"number": 1},
        {"clock_diff_ms": 10**7},
        {"business_date": "2026-02-27"},
        {"location_id": "cave"},
        {"lines": [{**asdict(lines[0]), "article_id": "ab" * 16}]},
        {"lines": [{**asdict(lines[0]), "article_id": "", "label": "Divers"}]},
        {"payments": []},
    )
    for change in changes:
        odd = asdict(SaleRecord(ticket(till, 2, lines)))
        odd["ticket"].update(change)
        taken = till.send("sale.record", odd)
        shop.accept(taken)
        # The same ticket once more, under another n.
        shop.replies(till.send("sale.record", odd))
        assert list(audit(shop.store.db)) == [], change
    brought = asdict(receipt(depot, (article, 5), (article, 7)))
    unknown = {"article_id": "ab" * 16, "quantity_milli": 3}
    brought["receipt"]["lines"] = [*brought["receipt"]["lines"], unknown]
    shop.accept(depot.send("goods.receive", brought))
    assert list(audit(shop.store.db)) == []


def test_lists_that_come_again_with_other_minimums_and_names(shop: Shop) -> None:
    entries = goods(5)
    for turn in range(4):
        again = [
            CatalogueEntry(e.code, f"{e.name} {turn}", "Neuf", 100 + turn, 550, 10_000, turn * 10)
            for e in entries[turn:]
        ]
        shop.stock(again)
        assert list(audit(shop.store.db)) == []


def test_windows_close_and_the_log_is_cut(shop: Shop) -> None:
    till = shop.post(TILL, 1)
    articles = shop.stock(goods(3))
    keep = KeepSettings(window_days=1, log_changes=100)
    upkeep = Upkeep(shop.store, shop.log, keep, shop.clock.now_ms, PeopleSettings())
    for number in range(1, 160):
        sold = sale(till, number, (articles[number % 3], 250))
        shop.accept(till.send("sale.record", sold))
        till.acked = till.n
        shop.clock.pass_s(DAY_MS / 20_000)
        if number % 40 == 0:
            upkeep.turn()
            assert list(audit(shop.store.db)) == []
    assert shop.log.heads["stock"].low > 0
    assert shop.one("SELECT count(*) FROM live_row WHERE topic = 'sales'") < 159


def test_a_device_that_is_revoked(shop: Shop) -> None:
    till = shop.post(TILL, 1)
    with shop.store.group() as db:
        db.execute("UPDATE device SET state = 'revoked' WHERE id = ?", (till.device.id,))
    assert list(audit(shop.store.db)) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_shop_that_came_back_from_a_copy(tmp_path: Path, seed: int) -> None:
    shop = PaperShop(tmp_path, [TILL, TILL, DEPOT], seed)
    try:
        backup = None
        for turn in range(10):
            post = shop.posts[turn % 2]
            post.sell(shop.articles[turn % 5], 1000)
            post.connect()
            shop.wait(1, loss=0.2)
            if turn == 4:
                backup = shop.hub.backup()
        assert backup is not None
        shop.hub.restore(backup, "7" * 32)
        for post in shop.posts:
            post.cut()
        shop.settle()
        assert audit_file(shop.hub.path) == []
    finally:
        shop.close()
