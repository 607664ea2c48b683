"""What must hold of a hub's database after any commands whatever.

Recomputes everything that is kept twice: digests, heads, live rows, stock, takings.
"""

from collections import Counter
from typing import Any

import orjson

from common import wire
from common.models import ROW_KINDS, decode_row
from common.topics import TOPICS
from hub.changes import ChangeLogBook
from hub.records import devices, stock
from tests.hub.shop import Shop


def check(shop: Shop, whole_log: bool = True) -> None:
    """Check everything; `whole_log`: nothing was cut off the change log or left a window."""
    _check_heads(shop)
    for topic in TOPICS:
        _check_topic(shop, topic, whole_log)
    _check_stock(shop)
    if whole_log:
        _check_takings(shop)
        _check_sales(shop)
    _check_outboxes(shop)
    assert not shop.store.db.in_transaction


def _check_heads(shop: Shop) -> None:
    """Memory is what a restart would read."""
    fresh = ChangeLogBook(shop.store)
    assert fresh.heads == shop.log.heads
    assert (fresh.gseq, fresh.epoch) == (shop.log.gseq, shop.log.epoch)


def _check_topic(shop: Shop, topic: str, whole_log: bool) -> None:
    head = shop.log.heads[topic]
    log = shop.rows("SELECT tseq, gseq, key, row FROM change WHERE topic = ? ORDER BY tseq", topic)
    assert [tseq for tseq, *_ in log] == list(range(head.low + 1, head.tseq + 1)), topic
    gseqs = [gseq for _, gseq, *_ in log]
    assert gseqs == sorted(gseqs)
    assert max(gseqs, default=0) <= shop.log.gseq
    live = dict(shop.rows("SELECT key, row FROM live_row WHERE topic = ?", topic))
    digest = sum(wire.row_digest(key, row) for key, row in live.items()) & wire.DIGEST_MASK
    assert head.digest == digest, topic
    for key, row in live.items():
        assert decode_row(row, ROW_KINDS[topic]).id == key
    if whole_log:
        folded: dict[str, bytes | None] = {key: row for _, _, key, row in log}
        assert {key: row for key, row in folded.items() if row is not None} == live, topic


def _check_stock(shop: Shop) -> None:
    assert stock.disagreements(shop.store.db) == []
    moved = shop.rows(
        "SELECT article_id, location_id, sum(delta_milli) FROM stock_movement GROUP BY 1, 2"
    )
    levels = shop.rows("SELECT article_id, location_id, quantity_milli FROM stock_level")
    known = {place[:2]: place[2] for place in levels}
    assert all(known[article, location] == total for article, location, total in moved)
    shown = {
        (row["article_id"], row["location_id"]): row["quantity_milli"]
        for row in shop.live("stock").values()
    }
    assert shown == known


def _check_takings(shop: Shop) -> None:
    """Takings are the sums of the tickets, on the screen as in the table."""
    sums: dict[str, dict[str, Any]] = {}
    for device_id, body in shop.rows("SELECT device_id, body FROM ticket"):
        ticket = orjson.loads(body)
        key = f"{ticket['business_date']}:{device_id}"
        one = sums.setdefault(key, {"n": 0, "total": 0, "by": Counter(), "vat": Counter()})
        one["n"] += 1
        one["total"] += ticket["total_cents"]
        for payment in ticket["payments"]:
            one["by"][payment["method"]] += payment["amount_cents"]
        for vat in ticket["vat"]:
            one["vat"][str(vat["vat_bp"])] += vat["total_cents"]
    shown = {
        key: {
            "n": row["tickets"],
            "total": row["total_cents"],
            "by": Counter(row["by_method"]),
            "vat": Counter(row["by_vat_bp"]),
        }
        for key, row in shop.live("takings").items()
    }
    assert shown == sums
    assert shop.one("SELECT count(*) FROM takings") == len(sums)


def _check_sales(shop: Shop) -> None:
    bodies = dict(shop.rows("SELECT id, body FROM ticket"))
    sales = shop.live("sales")
    assert sales.keys() == bodies.keys()
    assert all(sale["ticket"] == orjson.loads(bodies[key]) for key, sale in sales.items())
    receipts = shop.live("receipts").keys()
    assert receipts == {row[0] for row in shop.rows("SELECT id FROM goods_receipt")}
    alerts = shop.live("alerts").keys()
    assert alerts == {row[0] for row in shop.rows("SELECT id FROM alert")}


def _check_outboxes(shop: Shop) -> None:
    for outbox, head in devices.outbox_heads(shop.store.db).items():
        assert shop.pipeline.last_n(outbox, head.device_id) == head.last_n
        numbers = shop.rows("SELECT n FROM reply WHERE outbox_id = ? ORDER BY n", outbox)
        kept = [n for (n,) in numbers]
        assert kept == list(range(head.last_n - len(kept) + 1, head.last_n + 1))
        assert head.last_n - len(kept) <= head.acked <= head.last_n
