"""The change log: numbered without holes, folding to the live rows, and paged without a gap."""

import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import messages as m
from common import wire
from common.models import Alert, encode_row
from hub.changes import OWN, PAGE_BYTES, Cause, Draft, Head
from hub.pipeline import Received
from tests.hub.shop_bench import ShopBench, Taken, check_all, entry

CAUSE = Cause("c" * 32, 1)
GHOST = "9" * 32


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path)
    yield made
    check_all(made)
    made.store.close()


def alert(place: int, subject: str = "") -> Alert:
    return Alert(f"{place:032x}", place, "flag_clock", subject)


def commit(bench: ShopBench, draft: Draft) -> list[m.Changes]:
    """Write a draft and move on to it."""
    gseq = bench.log.gseq + 1
    with bench.store.group():
        draft.write(gseq)
    return bench.log.committed(draft, gseq)


def logged(bench: ShopBench, topic: str, after: int) -> list[m.Change]:
    """Return what the log's table has after a tseq."""
    found = bench.store.db.execute(
        "SELECT key, row, outbox_id, n FROM change WHERE topic = ? AND tseq > ? ORDER BY tseq",
        (topic, after),
    )
    return [m.Change(*row) for row in found]


def pages(bench: ShopBench, topic: str, tseq: int) -> list[m.Changes]:
    """Return the pages from `tseq` to the head, each asked for where the last one ended."""
    found = []
    while tseq < bench.log.heads[topic].tseq:
        page = bench.log.page(topic, tseq)
        assert page is not None
        changes = wire.decode_changes(page[1])
        assert (changes.first_tseq, changes.last_tseq) == (tseq + 1, page[0])
        assert changes.changes
        tseq = page[0]
        found.append(changes)
    return found


# Drafts.


def test_a_draft_moves_nothing_before_it_is_committed(bench: ShopBench) -> None:
    before = bench.picture()
    draft = bench.log.draft()
    draft.put("alerts", alert(1), CAUSE)
    assert bench.picture() == before
    (changes,) = commit(bench, draft)
    assert changes == m.Changes(
        "alerts", bench.log.epoch, 2, 1, [m.Change(alert(1).id, encode_row(alert(1)), *_of(CAUSE))]
    )


def test_undo_brings_back_rows_numbers_and_digest(bench: ShopBench) -> None:
    draft = bench.log.draft()
    draft.put("alerts", alert(1), CAUSE)
    draft.put("alerts", alert(2), CAUSE)
    kept = (draft.heads(), [*draft.changes["alerts"]])
    draft.begin()
    draft.put("alerts", alert(1, "other"), CAUSE)
    draft.put("alerts", alert(1, "third"), CAUSE)
    draft.drop("alerts", alert(2).id, CAUSE)
    draft.put("alerts", alert(3), CAUSE)
    draft.drop("articles", bench.article("A"), CAUSE)
    assert draft.reached() == {"alerts": 6, "articles": 4}
    draft.undo()
    assert draft.reached() == {}
    assert (draft.heads(), draft.changes["alerts"]) == kept
    assert draft.changes.keys() == {"alerts"}
    draft.put("alerts", alert(2), CAUSE)
    assert draft.heads() == kept[0]
    commit(bench, draft)
    assert bench.rows("alerts", Alert) == [alert(1), alert(2)]


def test_a_row_that_comes_and_goes_in_one_draft_leaves_two_changes(bench: ShopBench) -> None:
    draft = bench.log.draft()
    draft.put("alerts", alert(1), CAUSE)
    draft.drop("alerts", alert(1).id, OWN)
    (changes,) = commit(bench, draft)
    assert [change.row for change in changes.changes] == [encode_row(alert(1)), None]
    assert bench.log.heads["alerts"] == Head(2, 0, 0)
    draft = bench.log.draft()
    draft.drop("alerts", alert(1).id, OWN)
    assert draft.changes == {}


# Pages.


def test_pages_follow_one_another_without_gap_or_overlap(bench: ShopBench) -> None:
    for _ in range(30):
        taken = bench.take(*(bench.till.sale(bench.large_ticket()) for _ in range(2)))
        assert taken.statuses == ["accepted"] * 2
    found = pages(bench, "sales", 0)
    assert len(found) > 3
    assert [c for page in found for c in page.changes] == logged(bench, "sales", 0)
    sizes = [len(wire.encode_changes(page)) for page in found]
    assert max(sizes) < PAGE_BYTES + 40_000
    assert [page.gseq for page in found] == sorted(page.gseq for page in found)
    assert found[-1].gseq == bench.log.gseq
    middle = found[1].first_tseq
    rest = pages(bench, "sales", middle)
    assert [c for page in rest for c in page.changes] == logged(bench, "sales", middle)


def test_a_page_does_not_end_within_a_command(bench: ShopBench) -> None:
    names = [f"{place:03}{'x' * 190}" for place in range(400)]
    for start in (1, 2, 3):
        entries = [entry(f"p{start}-{place}", name=name) for place, name in enumerate(names)]
        bench.take(bench.console.put(*entries))
    found = pages(bench, "articles", 0)
    assert len(found) > 1
    for before, after in pairwise(found):
        assert before.changes[-1].n != after.changes[0].n
    assert [c for page in found for c in page.changes] == logged(bench, "articles", 0)


def test_the_head_has_an_empty_page_and_beyond_it_there_is_none(bench: ShopBench) -> None:
    head = bench.log.heads["articles"].tseq
    page = bench.log.page("articles", head)
    assert page is not None
    assert (page[0], wire.decode_changes(page[1]).changes) == (head, [])
    assert bench.log.page("articles", head + 1) is None
    bench.take(bench.console.put(entry("new")))
    (page_after,) = pages(bench, "articles", head)
    assert page_after.changes == logged(bench, "articles", head)


def test_below_the_low_water_mark_there_is_no_page(bench: ShopBench) -> None:
    bench.take(bench.console.put(*(entry(f"n{place}") for place in range(30))))
    whole = logged(bench, "articles", 0)
    digest = bench.log.heads["articles"].digest
    with bench.store.group():
        assert bench.log.prune("articles", keep=10, slice_rows=15) == 15
    assert bench.log.page("articles", 0) is not None
    bench.log.cut({"articles": 15})
    check_all(bench)
    with bench.store.group():
        assert bench.log.prune("articles", keep=10, slice_rows=15) == 23
    bench.log.cut({"articles": 23})
    with bench.store.group():
        assert bench.log.prune("articles", keep=10) is None
    assert bench.log.heads["articles"] == Head(33, 23, digest)
    assert bench.log.page("articles", 22) is None
    assert [c for page in pages(bench, "articles", 23) for c in page.changes] == whole[23:]
    bench.restart()
    assert bench.log.page("articles", 22) is None
    assert bench.log.heads["articles"] == Head(33, 23, digest)


# Whatever happens.

KINDS = ["sale", "odd sale", "delivery", "prices", "refused", "forbidden", "put", "failing"]
KINDS += ["garbage", "again"]
OPS = st.tuples(
    st.sampled_from(KINDS),
    st.integers(0, 2),
    st.integers(-3, 3),
)
BATCHES = st.lists(
    st.tuples(st.sampled_from(["run", "run", "run", "full disk", "restart"]), st.lists(OPS)),
    max_size=6,
)


def made(bench: ShopBench, sent: list[Received], op: tuple[str, int, int]) -> Received:
    """Return the command of a drawn operation."""
    kind, place, amount = op
    code = "ABC"[place]
    article = bench.article(code)
    if kind == "again" and sent:
        return sent[place % len(sent)]
    if kind == "delivery":
        return bench.depot.delivery(bench.receipt((article, 1000 + amount)))
    if kind == "prices":
        return bench.office.prices([(article, 250 + amount), (bench.article("A"), 250)])
    if kind == "refused":
        return bench.office.prices([(article, 300 + amount), (article, 250), (GHOST, 1)])
    if kind == "put":
        new = entry(f"{code}{amount}", category=code, minimum_milli=place)
        return bench.console.put(new, entry(code, price_cents=250 + amount))
    if kind == "failing":
        return bench.console.put(entry(f"{code}{amount}"), entry("ghost"))
    if kind == "forbidden":
        return bench.till.prices([(article, 300 + amount)])
    if kind == "garbage":
        return bench.till2.raw(b"{%d" % amount)
    till = bench.till if amount < 0 else bench.till2
    unknown = GHOST if kind == "odd sale" else ""
    return till.sale(bench.ticket((article, amount * 4000), (unknown, 1000)))


def check_replies(bench: ShopBench, taken: Taken) -> None:
    """Assert that each reply names exactly the changes that its command made."""
    for reply in taken.answers:
        if isinstance(reply, m.Reply):
            found = bench.store.db.execute(
                "SELECT topic, max(tseq) FROM change WHERE outbox_id = ? AND n = ? GROUP BY topic",
                (reply.outbox, reply.n),
            )
            assert dict(found) == reply.topics
            assert reply.status is m.Status.ACCEPTED or not reply.topics


def follow(replica: dict[str, dict[str, Any]], heads: dict[str, int], taken: Taken) -> None:
    """Apply what was broadcast; assert that nothing is missing between."""
    for changes in taken.changes:
        assert changes.first_tseq == heads.get(changes.topic, 0) + 1
        heads[changes.topic] = changes.last_tseq
        replica.setdefault(changes.topic, {}).update({c.key: c.row for c in changes.changes})


@settings(max_examples=40)
@given(BATCHES)
def test_after_any_commands_everything_agrees(
    batches: list[tuple[str, list[tuple[str, int, int]]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = ShopBench(Path(folder))
        with bench.store.group() as db:
            db.execute("INSERT INTO barcode VALUES ('ghost', ?, 0)", (GHOST,))
        replica: dict[str, dict[str, Any]] = {}
        heads = {topic: head.tseq for topic, head in bench.log.heads.items()}
        sent: list[Received] = []
        for how, ops in batches:
            if how == "restart":
                bench.restart()
            if how == "full disk":
                bench.fill_disk()
            batch = [made(bench, sent, op) for op in ops]
            sent += batch
            taken = bench.take(*batch)
            bench.free_disk()
            late = bench.take(*batch) if how == "full disk" else bench.take()
            for part in (taken, late):
                check_replies(bench, part)
                follow(replica, heads, part)
            check_all(bench)
        check_followed(bench, replica)
        bench.store.close()


def check_followed(bench: ShopBench, replica: dict[str, dict[str, Any]]) -> None:
    """Assert that whoever applied every broadcast holds the live rows that they named."""
    for topic, rows in replica.items():
        for key, row in rows.items():
            found = bench.store.db.execute(
                "SELECT row FROM live_row WHERE topic = ? AND key = ?", (topic, key)
            ).fetchone()
            assert (found and bytes(found[0])) == row


def _of(cause: Cause) -> tuple[str, int]:
    return cause.outbox, cause.n
