"""What lies in quarantine is never lost: tried again, closed, told to its post; and bounded."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from common import messages as m
from common.commands import COMMANDS, CommandKind, SaleRecord
from common.errors import Refusal
from common.models import Alert, Sale
from common.topics import Profile
from hub.audit import audit
from hub.commands import HANDLERS, Handler
from hub.pipeline import KEPT_REPLIES, Pipeline, Received
from hub.quarantine import OPEN_BYTES, OPEN_COMMANDS, Tally, listing
from hub.records import devices
from hub.work import Work
from tests.hub.journals import journal_of
from tests.hub.shop_bench import Sender, ShopBench, Taken, check_all, entry

GHOST = "9" * 32
OLD_KINDS = {name: kind for name, kind in COMMANDS.items() if name != "sale.record"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path)
    yield made
    check_all(made)
    assert list(audit(made.store.db)) == []
    made.store.close()


def run_as(
    bench: ShopBench,
    kinds: Mapping[str, CommandKind] = COMMANDS,
    handlers: Mapping[str, Handler] = HANDLERS,
) -> None:
    """Go on as another version of the hub."""
    bench.pipeline = Pipeline(
        bench.store,
        bench.log,
        journal_of(bench.store),
        lambda: bench.now_ms,
        bench.mint,
        kinds,
        handlers,
    )


def ref_of(received: Received) -> dict[str, Any]:
    command = received.command
    return {"outbox": command.outbox, "n": command.n, "body_hash": command.body_hash.hex()}


def retry(bench: ShopBench, received: Received, by: Sender | None = None) -> Taken:
    return bench.take((by or bench.office).command("quarantine.retry", ref_of(received)))


def close(bench: ShopBench, received: Received) -> Taken:
    return bench.take(bench.office.command("quarantine.close", ref_of(received)))


def unknown_sale(bench: ShopBench) -> Received:
    """Return a sale that an older hub put into quarantine; the hub is up to date again."""
    run_as(bench, OLD_KINDS)
    sold = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    assert bench.take(sold).codes == ["unknown_command"]
    run_as(bench)
    return sold


def outcomes(bench: ShopBench) -> list[tuple[int, str | None, int | None]]:
    found = bench.store.db.execute("SELECT n, outcome, ended_ms FROM quarantine ORDER BY n")
    return [tuple(row) for row in found]


def alerts(bench: ShopBench) -> list[str]:
    return [alert.code for alert in bench.rows("alerts", Alert)]


# Tried again.


@pytest.mark.parametrize("restart", [False, True])
def test_after_an_update_a_retry_takes_it_once_as_its_own_post(
    bench: ShopBench, restart: bool
) -> None:
    sold = unknown_sale(bench)
    if restart:
        bench.restart()
    before = bench.log.heads
    taken = retry(bench, sold)
    assert taken.statuses == ["accepted"]
    assert taken.answers[0].topics == {}, "its changes are those of the operation"
    (sale,) = bench.rows("sales", Sale)
    assert (sale.device_id, sale.device_name) == (bench.till.device.id, "Till 1")
    assert bench.level("A") == 9000
    caused = {(c.outbox, c.n) for changes in taken.changes for c in changes.changes}
    assert caused == {(bench.till.outbox, 1)}
    assert outcomes(bench) == [(1, "accepted", bench.now_ms)]
    assert devices.quarantined(bench.store.db) == 0
    (reply,) = bench.take(sold).answers
    assert reply.status is m.Status.ACCEPTED
    assert reply.topics == {t: before[t].tseq + 1 for t in ("stock", "sales", "takings")}
    assert reply.gseq == bench.log.gseq


def test_a_second_retry_is_refused_and_has_no_effect(bench: ShopBench) -> None:
    sold = unknown_sale(bench)
    both = [bench.office.command("quarantine.retry", ref_of(sold)) for _ in range(2)]
    taken = bench.take(*both)
    assert taken.statuses == ["accepted", "refused"]
    assert taken.codes[1] == "quarantine_ended"
    assert retry(bench, sold, bench.console).codes == ["quarantine_ended"]
    assert close(bench, sold).codes == ["quarantine_ended"]
    assert bench.level("A") == 9000


def test_quarantine_close_and_repeat_in_one_group(bench: ShopBench) -> None:
    bench.take(bench.till.raw(b"?"))
    run_as(bench, {**COMMANDS, "sale.record": replace_profiles("sale.record", Profile.DEPOT)})
    sold = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    brought = bench.depot.delivery(bench.receipt((bench.article("A"), 1000)))
    taken = bench.take(
        sold, bench.office.command("quarantine.close", ref_of(sold)), sold, brought, brought
    )
    assert taken.statuses == ["quarantined", "accepted", "refused", "accepted", "accepted"]
    assert taken.codes[2] == "quarantine_closed"
    bench.restart()
    assert bench.take(sold).codes == ["quarantine_closed"]
    assert bench.level("A") == 11_000


def replace_profiles(name: str, *profiles: Profile) -> CommandKind:
    return replace(COMMANDS[name], profiles=frozenset(profiles))


def test_a_retry_that_still_cannot_be_is_refused_and_changes_nothing(bench: ShopBench) -> None:
    garbage = bench.till.raw(b"{not json")
    forbidden = bench.depot.sale(bench.ticket((bench.article("A"), 1000)))
    unknown = bench.till.command("sale.undo", {})
    taken = bench.take(garbage, forbidden, unknown)
    assert taken.statuses == ["quarantined"] * 3
    for received, code in zip((garbage, forbidden, unknown), taken.codes, strict=True):
        again = retry(bench, received)
        assert (again.statuses, again.codes) == (["refused"], [code])
        assert again.changes == []
    assert devices.quarantined(bench.store.db) == 3
    assert bench.level("A") == 10_000


def test_a_refusal_inside_refuses_the_retry_wholly(bench: ShopBench) -> None:
    run_as(bench, {name: k for name, k in COMMANDS.items() if name != "price.set"})
    article = bench.article("A")
    prices = bench.office.prices([(article, 300), (GHOST, 1)])
    assert bench.take(prices).codes == ["unknown_command"]
    run_as(bench)
    taken = retry(bench, prices, bench.console)
    assert (taken.statuses, taken.codes, taken.changes) == (["refused"], ["unknown_article"], [])
    assert bench.one("SELECT price_cents FROM article WHERE id = ?", article) == 250
    assert outcomes(bench) == [(1, None, None)]


def test_an_exception_inside_refuses_the_retry_and_does_not_quarantine_it(
    bench: ShopBench,
) -> None:
    with bench.store.group() as db:
        db.execute("INSERT INTO barcode VALUES ('X', ?, 0)", (GHOST,))
    odd = bench.console.put(entry("Y", category="New"), entry("X"))
    beside = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    assert bench.take(odd).codes == ["handler_failed"]
    again = bench.office.command("quarantine.retry", ref_of(odd))
    taken = bench.take(beside, again)
    assert taken.statuses == ["accepted", "refused"]
    assert taken.codes[1] == "handler_failed"
    assert bench.take(again).frames == taken.frames[1:]
    assert bench.one("SELECT count(*) FROM quarantine") == 1
    assert bench.one("SELECT count(*) FROM category WHERE name = 'New'") == 0
    with bench.store.group() as db:
        db.execute("DELETE FROM barcode WHERE code = 'X'")
    assert retry(bench, odd).statuses == ["accepted"]
    assert bench.one("SELECT count(*) FROM category WHERE name = 'New'") == 1


def test_on_a_full_disk_a_retry_waits_like_any_command(bench: ShopBench) -> None:
    run_as(bench, OLD_KINDS)
    sold = bench.till.sale(bench.large_ticket())
    bench.take(sold)
    run_as(bench)
    again = bench.office.command("quarantine.retry", ref_of(sold))
    bench.fill_disk()
    before = bench.picture()
    assert bench.take(again).codes == ["hub_disk_full"]
    assert bench.picture() == before
    bench.free_disk()
    assert bench.take(again).statuses == ["accepted"]
    assert len(bench.rows("sales", Sale)) == 1


def test_a_retried_retry_ends_both(bench: ShopBench) -> None:
    run_as(bench, {n: k for n, k in OLD_KINDS.items() if n != "quarantine.retry"})
    sold = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    again = bench.office.command("quarantine.retry", ref_of(sold))
    assert bench.take(sold, again).codes == ["unknown_command"] * 2
    run_as(bench)
    assert retry(bench, again, bench.console).statuses == ["accepted"]
    assert bench.level("A") == 9000
    assert devices.quarantined(bench.store.db) == 0
    assert bench.take(sold, again).statuses == ["accepted"] * 2


def test_only_managing_posts_may(bench: ShopBench) -> None:
    sold = unknown_sale(bench)
    for sender in (bench.till2, bench.depot):
        assert retry(bench, sold, sender).codes == ["profile_not_allowed"]
    missing = {**ref_of(sold), "n": 7}
    taken = bench.take(bench.office.command("quarantine.retry", missing))
    assert taken.codes == ["quarantine_unknown"]
    assert bench.level("A") == 10_000


def test_a_fact_that_its_handler_refuses_is_kept_and_may_be_tried_again(bench: ShopBench) -> None:
    def strict(work: Work, args: SaleRecord) -> None:
        raise Refusal("unknown_article", article="?")

    run_as(bench, handlers={**HANDLERS, "sale.record": strict})
    sold = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    taken = bench.take(sold)
    assert (taken.statuses, taken.codes) == (["quarantined"], ["unknown_article"])
    run_as(bench)
    assert retry(bench, sold).statuses == ["accepted"]
    assert bench.level("A") == 9000


# What a post is told.


def prune_replies(bench: ShopBench, sender: Sender) -> None:
    """Let the replies so far be old, and dropped."""
    last_n = sender.last_n
    assert bench.take(sender.sale(bench.ticket(("", 1000)))).statuses == ["accepted"]
    with bench.store.group() as db:
        devices.drop_replies(db, [(sender.outbox, last_n)])
        db.execute("UPDATE outbox SET acked = ? WHERE id = ?", (last_n, sender.outbox))
    bench.restart()


@pytest.mark.parametrize("pruned", [False, True])
def test_a_post_that_sends_it_again_is_told_how_it_ended(bench: ShopBench, pruned: bool) -> None:
    run_as(bench, OLD_KINDS)
    sales = [bench.till.sale(bench.ticket((bench.article("A"), 1000))) for _ in range(3)]
    bench.take(*sales)
    run_as(bench)
    retry(bench, sales[0])
    close(bench, sales[1])
    if pruned:
        prune_replies(bench, bench.till)
    before = bench.picture()
    taken = bench.take(*sales)
    assert taken.statuses == ["accepted", "refused", "quarantined"]
    assert taken.codes == ["", "quarantine_closed", "unknown_command"]
    assert taken.answers[2].params["kind"] == "sale.record"
    assert bench.picture() == before
    assert bench.level("A") == 9000


def test_what_was_never_in_quarantine_is_still_kept_aside(bench: ShopBench) -> None:
    sold = bench.till.sale(bench.ticket(("", 1000)))
    bench.take(sold)
    prune_replies(bench, bench.till)
    assert bench.take(sold).codes == ["hash_mismatch"]
    assert bench.take(sold).codes == ["hash_mismatch"]
    assert bench.one("SELECT count(*) FROM quarantine") == 1
    assert retry(bench, sold).statuses == ["accepted"]
    assert len(bench.rows("sales", Sale)) == 2
    assert bench.take(sold).statuses == ["accepted"]


def test_replies_are_pruned_as_before(bench: ShopBench) -> None:
    sales = [bench.till.sale(bench.ticket(("", 1000))) for _ in range(3)]
    bench.take(*sales)
    assert KEPT_REPLIES >= 3
    assert bench.one("SELECT count(*) FROM reply WHERE outbox_id = ?", bench.till.outbox) == 3


# The same paper, and another under its id.


def test_the_same_paper_under_another_outbox_is_accepted_without_effect(bench: ShopBench) -> None:
    ticket = bench.ticket((bench.article("A"), 1000))
    receipt = bench.receipt((bench.article("A"), 5000))
    bench.take(bench.till.sale(ticket), bench.depot.delivery(receipt))
    before = alerts(bench)
    renewed = bench.sender(bench.till.device, "a" * 32), bench.sender(bench.depot.device, "b" * 32)
    taken = bench.take(renewed[0].sale(ticket), renewed[1].delivery(receipt))
    assert taken.statuses == ["accepted", "accepted"]
    assert [answer.flags for answer in taken.answers] == [("flag_repeated_id",)] * 2
    assert taken.changes == []
    assert alerts(bench) == before
    assert bench.level("A") == 14_000


@pytest.mark.parametrize("paper", ["ticket", "receipt"])
def test_another_paper_under_a_taken_id_is_kept(bench: ShopBench, paper: str) -> None:
    article = bench.article("A")
    if paper == "ticket":
        ticket = bench.ticket((article, 1000))
        first = bench.till.sale(ticket)
        other = bench.till.sale(replace(bench.ticket((article, 2000)), id=ticket.id))
    else:
        receipt = bench.receipt((article, 1000))
        first = bench.depot.delivery(receipt)
        other = bench.depot.delivery(replace(receipt, operator="B"))
    taken = bench.take(first, other)
    assert taken.statuses == ["accepted", "quarantined"]
    assert taken.codes[1] == "repeated_id"
    assert taken.answers[1].topics == {}
    assert bench.one("SELECT body FROM quarantine") == other.command.body
    assert alerts(bench) == ["repeated_id"]
    assert bench.level("A") == (9000 if paper == "ticket" else 11_000)
    assert retry(bench, other).codes == ["repeated_id"]
    assert close(bench, other).statuses == ["accepted"]
    assert bench.take(first, other).statuses == ["accepted", "refused"]


# Bounds.


def test_a_tally_has_room_up_to_its_limits() -> None:
    assert Tally(OPEN_COMMANDS - 1, OPEN_BYTES - 10).has_room(10)
    assert not Tally(OPEN_COMMANDS - 1, OPEN_BYTES - 10).has_room(11)
    assert not Tally(OPEN_COMMANDS, 0).has_room(0)


@pytest.mark.parametrize("restart", [False, True])
def test_a_broken_post_fills_its_own_share_and_no_more(bench: ShopBench, restart: bool) -> None:
    bench.store.db.execute("PRAGMA synchronous = OFF")
    junk = [bench.till.raw(b"?%d" % number) for number in range(OPEN_COMMANDS + 2)]
    for start in range(0, OPEN_COMMANDS, 250):
        assert set(bench.take(*junk[start : start + 250]).statuses) == {"quarantined"}
    if restart:
        bench.restart()
    *_, extra, last = junk
    for _ in range(3):
        taken = bench.take(extra, last)
        assert isinstance(taken.answers[0], m.Refused)
        assert taken.statuses[0] == "quarantine_full"
        assert taken.answers[1] == m.Expect(bench.till.outbox, OPEN_COMMANDS + 1)
        assert taken.taken == 0
    assert alerts(bench).count("quarantine_full") == 1
    assert bench.take(bench.till2.raw(b"?")).statuses == ["quarantined"], "another post's share"
    assert close(bench, junk[0]).statuses == ["accepted"]
    taken = bench.take(extra, last)
    assert taken.statuses == ["quarantined", "quarantine_full"]
    assert alerts(bench).count("quarantine_full") == 2
    assert devices.quarantined(bench.store.db) == OPEN_COMMANDS + 1


def test_a_group_that_is_undone_leaves_no_tally_behind(bench: ShopBench) -> None:
    odd = bench.till.raw(b"?" * 100)
    bench.fill_disk()
    large = bench.till2.sale(bench.large_ticket())
    bench.take(odd, large)
    bench.free_disk()
    bench.take(odd, large)
    tally = bench.pipeline._quarantined._tallies[bench.till.device.id]
    assert (tally.commands, tally.size) == (1, 100)


# Listed.


def test_the_list_names_each_and_a_ref_finds_it(bench: ShopBench) -> None:
    sold = unknown_sale(bench)
    garbage = bench.till.raw(b"\xff\x00")
    bench.take(garbage)
    bench.till.last_n = 0
    other = bench.till.command("sale.record", asdict(SaleRecord(bench.ticket(("", 1)))))
    assert bench.take(other).codes == ["hash_mismatch"]
    db = bench.store.db
    rows = listing(db)
    assert sorted((row["n"], row["code"], row["kind"]) for row in rows) == [
        (1, "hash_mismatch", "sale.record"),
        (1, "unknown_command", "sale.record"),
        (2, "unreadable_command", ""),
    ]
    assert {row["device_name"] for row in rows} == {"Till 1"}
    assert len({row["ref"] for row in rows}) == 3
    for row in rows:
        (found,) = listing(db, row["ref"])
        assert bytes.fromhex(found.pop("body")) in (
            sold.command.body,
            garbage.command.body,
            other.command.body,
        )
        assert found == row
    short = f"{bench.till.outbox[:8]}-1"
    assert len(listing(db, short)) == 2
    for odd in ("x", "0000-1", f"{short}-zz", f"{bench.till.outbox[:8]}-9", "' OR 1"):
        assert listing(db, odd) == []
    orjson.dumps(rows)
    close(bench, garbage)
    assert len(listing(db)) == 2
    assert listing(db, f"{bench.till.outbox[:8]}-2")[0]["outcome"] == "closed"
