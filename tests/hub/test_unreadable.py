"""What cannot be read is kept by its bytes, said, and holds up nobody."""

import orjson
import pytest

from common import messages as m
from common import wire
from common.topics import Profile
from tests.hub.papers import sale
from tests.hub.shop import Shop, goods
from tests.hub.soundness import check
from tests.hub.test_pipeline import QUARANTINED, kept_bytes

DEEP = b"[" * 5000 + b"]" * 5000


@pytest.mark.parametrize(
    ("body", "schema", "code"),
    [
        (b"", 1, "unreadable_command"),
        (b"\xff\x00 nothing", 1, "unreadable_command"),
        (b"[]", 1, "unreadable_command"),
        (b"{}", 1, "unreadable_command"),
        (DEEP, 1, "unreadable_command"),
        (b'{"id":"' + b"a" * 32 + b'","kind":"sale.record","args":{}}', 1, "unreadable_command"),
        (b'{"id":"' + b"a" * 32 + b'","kind":"sale.record","args":[]}', 1, "unreadable_command"),
        (b'{"id":"A","kind":"sale.record","args":{}}', 1, "unreadable_command"),
        (b'{"id":"' + b"a" * 32 + b'","kind":"sale.undo","args":{}}', 1, "unknown_command"),
        (b'{"id":"' + b"a" * 32 + b'","kind":"sale.record","args":{}}', 2, "unreadable_command"),
        (b'{"id":"' + b"a" * 32 + b'","kind":"sale.record","args":{}}', 3, "unknown_schema"),
        (b'{"id":"' + b"a" * 32 + b'","kind":"sale.record","args":{}}', 0, "unknown_schema"),
    ],
)
def test_what_cannot_be_read_is_kept_and_the_queue_goes_on(
    shop: Shop, body: bytes, schema: int, code: str
) -> None:
    till = shop.post(Profile.TILL)
    (article,) = shop.stock(goods(1))
    bad = till.send_bytes(body, schema)
    good = till.send("sale.record", sale(till, 1, (article, 1000)))
    replies = shop.replies(bad, good)
    assert [reply.status for reply in replies] == [QUARANTINED, m.Status.ACCEPTED]
    assert (replies[0].code, replies[0].n) == (code, 1)
    assert kept_bytes(shop) == [(till.outbox, 1, body, code)]
    shop.reopen()
    assert shop.replies(bad) == replies[:1]
    check(shop)


def test_a_body_that_is_not_what_its_hash_says_is_kept(shop: Shop) -> None:
    till = shop.post(Profile.TILL)
    sent = till.send_bytes(b"{}")
    torn = sent._replace(command=sent.command._replace(body_hash=wire.body_hash(b"other")))
    (reply,) = shop.replies(torn)
    assert (reply.status, reply.code) == (QUARANTINED, "unreadable_command")


@pytest.mark.parametrize("field", ["total_cents", "at_ms", "number"])
@pytest.mark.parametrize("value", [2**64 - 1, -(2**63), 1.5, "1", None])
def test_a_ticket_outside_all_bounds_is_kept_not_entered(
    shop: Shop, field: str, value: object
) -> None:
    till = shop.post(Profile.TILL)
    (article,) = shop.stock(goods(1))
    body = orjson.loads(till.body("sale.record", sale(till, 1, (article, 1000))))
    body["args"]["ticket"][field] = value
    (reply,) = shop.replies(till.send_bytes(orjson.dumps(body)))
    assert (reply.status, reply.code) == (QUARANTINED, "unreadable_command")
    check(shop)


def test_whoever_looks_after_the_shop_is_told_of_what_was_quarantined(shop: Shop) -> None:
    till = shop.post(Profile.TILL, name="Caisse 1")
    (article,) = shop.stock(goods(1))
    shop.replies(till.send_bytes(b"nothing"))
    shop.accept(till.send("sale.record", sale(till, 1, (article, 1000))))
    other = till.send_bytes(till.body("sale.record", sale(till, 2, (article, 1000))), n=2)
    shop.replies(other)
    shop.replies(other)  # sent again: no second alert
    alerts = shop.live("alerts").values()
    assert [alert["code"] for alert in alerts] == ["unreadable_command", "hash_mismatch"]
    assert {alert["device_name"] for alert in alerts} == {"Caisse 1"}
    check(shop)
