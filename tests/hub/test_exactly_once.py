"""Each command takes effect once, in its order, wholly or not at all; no queue ever stops."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from common import messages as m
from common import wire
from common.errors import Refusal
from hub.pipeline import Received
from tests.hub.shop_bench import DEVICES, ShopBench, check_all, entry

GHOST = "9" * 32


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path)
    yield made
    check_all(made)
    made.store.close()


# Exactly once.


def test_a_repeat_gets_the_bytes_of_then_and_has_no_effect(bench: ShopBench) -> None:
    sold = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    first = bench.take(sold)
    before = bench.picture()
    again = bench.take(sold)
    bench.restart()
    later = bench.take(sold, sold)
    assert again.frames == first.frames
    assert later.frames == first.frames * 2
    assert (first.taken, again.taken, later.taken) == (1, 0, 0)
    assert again.changes == []
    assert bench.picture() == before
    assert bench.level("A") == 9000


def test_a_repeat_within_one_batch_gets_the_same_bytes(bench: ShopBench) -> None:
    sold = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    taken = bench.take(sold, sold)
    assert taken.frames[0] == taken.frames[1]
    assert taken.taken == 1
    assert bench.level("A") == 9000


def test_a_refusal_is_repeated_too(bench: ShopBench) -> None:
    refused = bench.office.prices([(GHOST, 1)])
    first = bench.take(refused)
    assert first.statuses == ["refused"]
    assert bench.take(refused).frames == first.frames


def test_before_a_hole_the_missing_number_is_asked_for(bench: ShopBench) -> None:
    first, second, third = (bench.till.sale(bench.ticket(("", 1000))) for _ in range(3))
    before = bench.picture()
    assert bench.take(third).answers == [m.Expect(bench.till.outbox, 1)]
    assert bench.picture() == before
    taken = bench.take(first, third)
    assert taken.statuses[0] == "accepted"
    assert taken.answers[1] == m.Expect(bench.till.outbox, 2)
    assert bench.take(second, third).statuses == ["accepted", "accepted"]


def test_another_body_under_a_taken_number_is_kept_aside(bench: ShopBench) -> None:
    first = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    original = bench.take(first)
    bench.till.last_n = 0
    other = bench.till.sale(bench.ticket((bench.article("A"), 5000)))
    taken = bench.take(other)
    assert (taken.statuses, taken.codes) == (["quarantined"], ["hash_mismatch"])
    assert bench.level("A") == 9000
    kept = bench.one("SELECT body FROM quarantine WHERE code = 'hash_mismatch'")
    assert kept == other.command.body
    assert bench.take(first).frames == original.frames
    bench.take(other)
    assert bench.one("SELECT count(*) FROM quarantine") == 1
    assert bench.take(bench.till.sale(bench.ticket(("", 1000)))).statuses == ["accepted"]


def test_what_a_kiosk_has_is_never_done_again(bench: ShopBench) -> None:
    sales = [bench.till.sale(bench.ticket((bench.article("A"), 1000))) for _ in range(3)]
    bench.take(*sales)
    bench.till.acked = 2
    bench.take(bench.till.sale(bench.ticket(("", 1000))))
    assert bench.take(sales[0]).statuses == ["accepted"]
    assert bench.level("A") == 7000
    bench.till.acked = 1
    bench.take(bench.till.sale(bench.ticket(("", 1000))))
    assert bench.one("SELECT acked FROM outbox WHERE id = ?", bench.till.outbox) == 2


# Who may.


def test_the_outbox_of_another_device_is_not_taken(bench: ShopBench) -> None:
    mine = bench.till.sale(bench.ticket(("", 1000)))
    bench.take(mine)
    before = bench.picture()
    thief = bench.sender(DEVICES[2], bench.till.outbox)
    thief.last_n = 1
    stolen = thief.sale(bench.ticket(("", 1000)))
    repeated = Received(DEVICES[2], mine.command, b"")
    taken = bench.take(stolen, repeated)
    assert [type(answer) for answer in taken.answers] == [m.Refused, m.Refused]
    assert taken.codes == ["outbox_of_another"] * 2
    assert bench.picture() == before
    assert bench.pipeline.last_n(bench.till.outbox, DEVICES[1].id) == 1
    with pytest.raises(Refusal) as raised:
        bench.pipeline.last_n(bench.till.outbox, DEVICES[2].id)
    assert raised.value.problem.code == "outbox_of_another"


def test_a_fact_from_a_forbidden_profile_is_kept_aside(bench: ShopBench) -> None:
    sold = bench.depot.sale(bench.ticket((bench.article("A"), 1000)))
    taken = bench.take(sold)
    assert (taken.statuses, taken.codes) == (["quarantined"], ["profile_not_allowed"])
    assert bench.one("SELECT body FROM quarantine") == sold.command.body
    assert bench.one("SELECT count(*) FROM ticket") == 0
    brought = bench.depot.delivery(bench.receipt((bench.article("A"), 1000)))
    assert bench.take(brought).statuses == ["accepted"]


def test_a_request_from_a_forbidden_profile_is_refused(bench: ShopBench) -> None:
    prices = [(bench.article("A"), 1)]
    taken = bench.take(bench.till.prices(prices), bench.depot.put(entry("Z")))
    assert taken.statuses == ["refused", "refused"]
    assert taken.codes == ["profile_not_allowed"] * 2
    assert bench.one("SELECT count(*) FROM quarantine") == 0
    assert taken.changes == []


def test_a_refused_request_names_no_change_of_the_command_before(bench: ShopBench) -> None:
    sold = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    taken = bench.take(sold, bench.till.prices([(bench.article("A"), 1)]))
    assert [bool(answer.topics) for answer in taken.answers] == [True, False]


# What cannot be read.


@pytest.mark.parametrize(
    ("body", "schema", "code"),
    [
        (b"\x00\xff{", 1, "unreadable_command"),
        (b"[]", 1, "unreadable_command"),
        (b"", 1, "unreadable_command"),
        (b'{"id":"x","kind":"sale.record","args":{}}', 1, "unreadable_command"),
        (b'{"id":"%s","kind":"sale.record","args":{}}' % (b"a" * 32), 1, "unreadable_command"),
        (b'{"id":"%s","kind":"sale.record","args":{}}' % (b"a" * 32), 9, "unknown_schema"),
        (b'{"id":"%s","kind":"sale.undo","args":{}}' % (b"a" * 32), 1, "unknown_command"),
    ],
)
def test_what_cannot_be_read_is_kept_and_the_queue_goes_on(
    bench: ShopBench, body: bytes, schema: int, code: str
) -> None:
    odd = bench.till.raw(body, schema)
    sold = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    taken = bench.take(odd, sold)
    assert taken.statuses == ["quarantined", "accepted"]
    assert taken.codes == [code, ""]
    found = bench.store.db.execute("SELECT outbox_id, n, schema, body, code FROM quarantine")
    assert found.fetchall() == [(bench.till.outbox, 1, schema, body, code)]
    assert bench.level("A") == 9000


def test_a_body_that_does_not_fit_its_hash_is_kept_aside(bench: ShopBench) -> None:
    sold = bench.till.sale(bench.ticket(("", 1000)))
    spoilt = sold._replace(command=sold.command._replace(body_hash=b"\0" * 16))
    assert bench.take(spoilt).codes == ["unreadable_command"]
    assert bench.one("SELECT count(*) FROM ticket") == 0


# A refusal inside a group.


def test_a_refusal_amid_a_group_leaves_nothing_of_itself(bench: ShopBench) -> None:
    article = bench.article("A")
    tseq = bench.log.heads["articles"].tseq
    taken = bench.take(
        bench.office.prices([(article, 300)]),
        bench.console.prices([(article, 400), (bench.article("B"), 1), (GHOST, 1)]),
        bench.console.prices([(bench.article("C"), 500)]),
        bench.till.sale(bench.ticket((article, 1000))),
    )
    assert taken.statuses == ["accepted", "refused", "accepted", "accepted"]
    assert taken.codes[1] == "unknown_article"
    first, refused, third, sale = taken.answers
    assert first.topics == {"articles": tseq + 1}
    assert refused.topics == {}
    assert third.topics == {"articles": tseq + 2}
    assert set(sale.topics) == {"stock", "takings", "sales"}
    published = {changes.topic: changes for changes in taken.changes}
    prices = [orjson.loads(c.row or b"")["price_cents"] for c in published["articles"].changes]
    assert (published["articles"].first_tseq, prices) == (tseq + 1, [300, 500])
    assert bench.one("SELECT count(DISTINCT gseq) FROM change WHERE gseq > 1") == 1


def test_a_refusal_alone_publishes_nothing(bench: ShopBench) -> None:
    heads, gseq = dict(bench.log.heads), bench.log.gseq
    taken = bench.take(bench.office.prices([(bench.article("A"), 400), (GHOST, 1)]))
    assert taken.statuses == ["refused"]
    assert taken.changes == []
    assert (bench.log.heads, bench.log.gseq) == (heads, gseq)


def test_a_row_that_a_refused_command_changed_twice_is_as_before(bench: ShopBench) -> None:
    article = bench.article("A")
    taken = bench.take(
        bench.console.prices([(article, 300)]),
        bench.office.prices([(article, 400), (article, 250), (article, 600), (GHOST, 1)]),
        bench.console.prices([(article, 250)]),
    )
    assert taken.statuses == ["accepted", "refused", "accepted"]
    assert len(taken.changes[0].changes) == 2


# Faults inside a group.


def test_a_failing_handler_is_kept_aside_and_the_others_stand(bench: ShopBench) -> None:
    with bench.store.group() as db:
        db.execute("INSERT INTO barcode VALUES ('X', ?, 0)", (GHOST,))
    heads = dict(bench.log.heads)
    before = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    odd = bench.office.put(entry("Y", category="New"), entry("X"))
    after = bench.office.prices([(bench.article("B"), 300)])
    taken = bench.take(before, odd, after)
    assert taken.statuses == ["accepted", "quarantined", "accepted"]
    assert taken.codes == ["", "handler_failed", ""]
    assert taken.answers[1].topics == {}
    assert bench.one("SELECT body FROM quarantine") == odd.command.body
    assert bench.one("SELECT count(*) FROM category WHERE name = 'New'") == 0
    assert bench.one("SELECT count(*) FROM barcode WHERE code = 'Y'") == 0
    assert bench.log.heads["stock"].tseq == heads["stock"].tseq + 1
    # Singly: each in a commit of its own.
    by_commit = [(changes.gseq, changes.topic) for changes in taken.changes]
    assert by_commit[3:] == [(3, "alerts"), (4, "articles")]
    assert {gseq for gseq, _ in by_commit[:3]} == {2}
    assert bench.take(odd).frames == taken.frames[1:2]


def test_on_a_full_disk_nothing_is_taken_and_nothing_is_lost(bench: ShopBench) -> None:
    sales = [bench.till.sale(bench.large_ticket()) for _ in range(2)]
    sales.append(bench.till2.sale(bench.large_ticket()))
    bench.fill_disk()
    before = bench.picture()
    full = bench.take(*sales)
    assert [type(answer) for answer in full.answers] == [m.Refused, m.Expect, m.Refused]
    assert full.statuses == ["hub_disk_full", "other", "hub_disk_full"]
    assert full.answers[1] == m.Expect(bench.till.outbox, 1)
    assert full.changes == []
    assert full.taken == 0
    assert bench.picture() == before
    check_all(bench)
    bench.free_disk()
    assert bench.take(*sales).statuses == ["accepted"] * 3
    assert bench.one("SELECT count(*) FROM ticket") == 3


def test_answers_go_back_the_way_their_commands_came(bench: ShopBench) -> None:
    released = bench.pipeline.run(
        [
            bench.till.sale(bench.ticket(("", 1000))),
            bench.office.prices([(GHOST, 1)]),
            bench.till2.raw(b"?"),
        ]
    )
    assert [peer.decode() for peer, _ in released.answers] == [
        bench.till.outbox,
        bench.office.outbox,
        bench.till2.outbox,
    ]
    assert [wire.decode(frame).n for _, frame in released.answers] == [1, 1, 1]
