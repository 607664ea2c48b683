"""Exactly once, whatever arrives: repeats, holes, foreign outboxes, bytes that mean nothing."""

import pytest

from common import messages as m
from common.commands import NewPrice, PriceSet
from common.topics import Profile
from hub.pipeline import Received
from hub.records import devices
from tests.hub.papers import receipt, sale
from tests.hub.shop import Shop, answers, codes, goods
from tests.hub.soundness import check

QUARANTINED = m.Status.QUARANTINED


def kept_bytes(shop: Shop) -> list[tuple[str, int, bytes, str]]:
    return shop.rows("SELECT outbox_id, n, body, code FROM quarantine ORDER BY outbox_id, n")


# Exactly once.


def test_a_sale_takes_effect_and_says_where(shop: Shop) -> None:
    till = shop.post(Profile.TILL)
    (article, *_) = shop.stock(goods(3))
    (reply,) = shop.accept(till.send("sale.record", sale(till, 1, (article, 2000))))
    assert (reply.outbox, reply.n, reply.flags) == (till.outbox, 1, ())
    assert reply.gseq == shop.log.gseq
    assert reply.topics == {
        topic: shop.log.heads[topic].tseq for topic in ("stock", "sales", "takings")
    }
    assert shop.live("stock")[f"{article.id}:main"]["quantity_milli"] == 8000
    check(shop)


@pytest.mark.parametrize("restart", [False, True])
def test_a_repeated_command_gets_the_reply_of_then(shop: Shop, restart: bool) -> None:
    till = shop.post(Profile.TILL)
    (article,) = shop.stock(goods(1))
    command = till.send("sale.record", sale(till, 1, (article, 1000)))
    first = shop.run(command)
    if restart:
        shop.reopen()
    gseq = shop.log.gseq
    again = shop.run(command, command)
    assert again.answers == first.answers * 2
    assert (again.changes, again.taken, shop.log.gseq) == ([], 0, gseq)
    assert shop.one("SELECT count(*) FROM ticket") == 1
    check(shop)


def test_a_command_twice_in_one_group_counts_once(shop: Shop) -> None:
    till = shop.post(Profile.TILL)
    (article,) = shop.stock(goods(1))
    one = till.send("sale.record", sale(till, 1, (article, 1000)))
    two = till.send("sale.record", sale(till, 2, (article, 1000)))
    released = shop.run(one, two, one, two)
    assert [reply.n for reply in answers(released)] == [1, 2, 1, 2]
    assert released.answers[:2] == released.answers[2:]
    assert released.taken == 2
    check(shop)


@pytest.mark.parametrize("restart", [False, True])
def test_a_hole_is_answered_with_the_number_that_is_missing(shop: Shop, restart: bool) -> None:
    till = shop.post(Profile.TILL)
    (article,) = shop.stock(goods(1))
    commands = [till.send("sale.record", sale(till, n, (article, 1000))) for n in range(1, 5)]
    assert shop.replies(commands[2]) == [m.Expect(till.outbox, 1)]
    shop.accept(commands[0])
    if restart:
        shop.reopen()
    assert shop.replies(commands[2], commands[3]) == [m.Expect(till.outbox, 2)] * 2
    shop.accept(*commands[1:])
    assert shop.one("SELECT count(*) FROM ticket") == 4
    check(shop)


def test_numbers_that_no_database_can_hold_are_holes(shop: Shop) -> None:
    till = shop.post(Profile.TILL)
    for n in (2**63, 2**64 - 1):
        far = till.send_bytes(b"{}", n=n)
        far = far._replace(command=far.command._replace(acked=2**64 - 1))
        assert shop.replies(far) == [m.Expect(till.outbox, 1)]
    zero = till.send_bytes(b"{}", n=0)
    assert codes(shop.replies(zero)) == ["malformed"]
    assert kept_bytes(shop) == shop.rows("SELECT * FROM outbox WHERE id = ?", till.outbox) == []


def test_the_same_number_with_other_contents_is_kept_apart(shop: Shop) -> None:
    till = shop.post(Profile.TILL)
    (article,) = shop.stock(goods(1))
    first = till.send("sale.record", sale(till, 1, (article, 1000)))
    (reply,) = shop.accept(first)
    other = till.send_bytes(till.body("sale.record", sale(till, 2, (article, 5000))), n=1)
    for _ in range(2):
        (strange,) = shop.replies(other)
        assert (strange.status, strange.code, strange.n) == (QUARANTINED, "hash_mismatch", 1)
    assert kept_bytes(shop) == [(till.outbox, 1, other.command.body, "hash_mismatch")]
    assert shop.replies(first) == [reply]
    assert shop.pipeline.last_n(till.outbox, till.device.id) == 1
    assert shop.live("stock")[f"{article.id}:main"]["quantity_milli"] == 9000
    check(shop)


def test_an_outbox_set_back_loses_no_sale_in_silence(shop: Shop) -> None:
    # The till's files are an older copy: numbers that were answered, acked and forgotten here
    # come again with other sales. None of them may be called accepted without taking effect.
    till = shop.post(Profile.TILL)
    (article,) = shop.stock(goods(1))
    for n in range(1, 6):
        till.acked = n - 1
        shop.accept(till.send("sale.record", sale(till, n, (article, 1000))))
    till.n, till.acked = 2, 2
    again = [till.send("sale.record", sale(till, 100 + n, (article, 1000))) for n in range(3)]
    replies = shop.replies(*again)
    assert {reply.status for reply in replies} == {QUARANTINED}
    assert codes(replies) == ["hash_mismatch"] * 3
    kept = {body for _, _, body, _ in kept_bytes(shop)}
    assert kept == {received.command.body for received in again}


def test_an_outbox_set_back_a_long_way_loses_no_sale_in_silence(shop: Shop) -> None:
    shop.hurry()
    till = shop.post(Profile.TILL)
    (article,) = shop.stock(goods(1))
    old = None
    for n in range(1, 3002, 100):
        batch = []
        for number in range(n, n + 100):
            till.acked = number - 1
            batch.append(till.send("sale.record", sale(till, number, (article, 1000))))
        old = old or batch[4]
        shop.accept(*batch)
    other = till.send_bytes(till.body("sale.record", sale(till, 9000, (article, 1000))), n=5)
    (reply,) = shop.replies(other)
    assert reply.status is QUARANTINED
    assert other.command.body in {body for _, _, body, _ in kept_bytes(shop)}
    assert shop.one("SELECT count(*) FROM reply WHERE outbox_id = ?", till.outbox) < 2000


def test_replies_are_kept_until_the_post_has_them(shop: Shop) -> None:
    till = shop.post(Profile.TILL)
    (article,) = shop.stock(goods(1))
    commands = [till.send("sale.record", sale(till, n, (article, 1000))) for n in range(1, 9)]
    replies = shop.accept(*commands)
    assert shop.replies(*commands) == replies
    check(shop)


def test_what_a_post_says_of_its_replies_is_believed_up_to_its_command(shop: Shop) -> None:
    till = shop.post(Profile.TILL)
    (article,) = shop.stock(goods(1))
    till.acked = 10**15
    first = till.send("sale.record", sale(till, 1, (article, 1000)))
    shop.accept(first)
    till.acked = 0
    shop.accept(till.send("sale.record", sale(till, 2, (article, 1000))))
    assert devices.outbox_heads(shop.store.db)[till.outbox].acked == 1
    check(shop)


# Who may.


def test_an_outbox_belongs_to_one_device(shop: Shop) -> None:
    till, thief = shop.post(Profile.TILL, 1), shop.post(Profile.TILL, 2)
    (article,) = shop.stock(goods(1))
    first = till.send("sale.record", sale(till, 1, (article, 1000)))
    second = till.send("sale.record", sale(till, 2, (article, 1000)))
    stolen = [Received(thief.device, command.command, b"thief") for command in (first, second)]
    # In the very group in which the outbox begins, and later.
    refused = shop.replies(first, stolen[0], stolen[1])[1:]
    refused += shop.replies(*stolen)
    assert all(isinstance(message, m.Refused) for message in refused)
    assert codes(refused) == ["outbox_of_another"] * 4
    shop.accept(second)
    assert shop.one("SELECT count(*) FROM ticket WHERE device_id = ?", thief.device.id) == 0
    check(shop)


def test_a_fact_from_a_post_that_may_not_is_kept_a_request_refused(shop: Shop) -> None:
    depot = shop.post(Profile.DEPOT)
    (article,) = shop.stock(goods(1))
    fact = depot.send("sale.record", sale(depot, 1, (article, 1000)))
    request = depot.send("price.set", PriceSet((NewPrice(article.id, 1),)))
    fine = depot.send("goods.receive", receipt(depot, (article, 1000)))
    replies = shop.replies(fact, request, fine)
    assert [reply.status for reply in replies] == [
        QUARANTINED,
        m.Status.REFUSED,
        m.Status.ACCEPTED,
    ]
    assert codes(replies) == ["profile_not_allowed", "profile_not_allowed", ""]
    assert kept_bytes(shop) == [
        (depot.outbox, 1, fact.command.body, "profile_not_allowed"),
    ]
    check(shop)


def test_a_reply_names_the_topics_of_its_own_command_only(shop: Shop) -> None:
    till, depot = shop.post(Profile.TILL, 1), shop.post(Profile.DEPOT, 2)
    (article,) = shop.stock(goods(1))
    prices = PriceSet((NewPrice(article.id, 1),))
    _, forbidden, unknown, unread, brought = shop.replies(
        till.send("sale.record", sale(till, 1, (article, 1000))),
        till.send("price.set", prices),
        till.send("no.such", {}),
        depot.send_bytes(b"nothing"),
        depot.send("goods.receive", receipt(depot, (article, 1000))),
    )
    assert forbidden.topics == unknown.topics == unread.topics == {}
    assert brought.topics.keys() == {"stock", "receipts"}


def test_a_fault_in_answering_a_repeat_does_not_set_the_outbox_back(shop: Shop) -> None:
    till = shop.post(Profile.TILL)
    (article,) = shop.stock(goods(1))
    sales = [till.send("sale.record", sale(till, n, (article, 1000))) for n in (1, 2, 3)]
    replies = shop.accept(*sales)
    shop.store.db.execute("DELETE FROM reply WHERE n = 1")  # as in an old outbox
    left = iter([1, 1])  # it fails in the group and alone, then no more
    shop.store.database.register_function(lambda: next(left, 0), "fails", 0)
    shop.store.db.execute(
        "CREATE TEMP TRIGGER odd BEFORE INSERT ON quarantine WHEN fails()"
        " BEGIN SELECT RAISE(ABORT, 'odd'); END"
    )
    other = till.send_bytes(till.body("sale.record", sale(till, 9, (article, 1000))), n=1)
    assert codes(shop.replies(other)) == ["hub_busy"]
    assert shop.pipeline.last_n(till.outbox, till.device.id) == 3
    assert shop.replies(*sales[1:]) == replies[1:]
    assert codes(shop.replies(other)) == ["hash_mismatch"]
    assert shop.one("SELECT count(*) FROM ticket") == 3


def test_on_a_disk_that_is_nearly_full_a_sale_is_taken_or_waits(shop: Shop) -> None:
    # There may be room for a quarantined command where there is none for its effects.
    till = shop.post(Profile.TILL)
    articles = shop.stock(goods(200))
    large = till.send("sale.record", sale(till, 1, *((article, 1000) for article in articles)))
    waited = 0
    while True:
        pages = shop.one("PRAGMA page_count") + waited
        shop.store.db.execute(f"PRAGMA max_page_count = {pages}").fetchone()
        (answer,) = shop.replies(large)
        if isinstance(answer, m.Reply):
            break
        assert answer.code == "hub_disk_full"
        check(shop)
        waited += 1
    assert answer.status is m.Status.ACCEPTED
    assert waited > 10
    assert kept_bytes(shop) == []
    check(shop)
