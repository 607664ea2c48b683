"""A request takes effect once, also under another number: an old price must not come back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.commands import COMMANDS, Nature
from common.errors import Refusal
from hub.audit import audit
from hub.commands import HANDLERS
from hub.pipeline import Pipeline, Received
from hub.records import devices
from hub.work import Work
from tests.hub.journals import journal_of
from tests.hub.shop_bench import Sender, ShopBench, check_all


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path)
    yield made
    check_all(made)
    assert list(audit(made.store.db)) == []
    made.store.close()


def price(bench: ShopBench) -> int:
    return int(bench.one("SELECT price_cents FROM article WHERE id = ?", bench.article("A")))


def renewed(sender: Sender, received: Received) -> Received:
    """Return the same operation as a renewed outbox sends it: other outbox and number."""
    other = Sender(sender.device, "7" * 32, lambda: "")  # type: ignore[arg-type]
    return other.raw(received.command.body)


@pytest.mark.parametrize("restart", [False, True])
def test_an_old_price_does_not_come_back(bench: ShopBench, restart: bool) -> None:
    old = bench.office.prices([(bench.article("A"), 300)])
    bench.take(old, bench.office.prices([(bench.article("A"), 400)]))
    if restart:
        bench.restart()
    taken = bench.take(renewed(bench.office, old))
    assert (taken.statuses, taken.changes) == (["accepted"], [])
    assert taken.answers[0].topics == {}
    assert price(bench) == 400


def test_in_one_group_too(bench: ShopBench) -> None:
    old = bench.office.prices([(bench.article("A"), 300)])
    newer = bench.office.prices([(bench.article("A"), 400)])
    taken = bench.take(old, newer, renewed(bench.office, old))
    assert taken.statuses == ["accepted"] * 3
    assert price(bench) == 400


def test_what_was_refused_may_be_accepted_later(bench: ShopBench) -> None:
    def refuse(work: Work, args: Any) -> None:
        raise Refusal("unknown_article", article="A")

    handlers = {**HANDLERS, "price.set": refuse}
    strict = Pipeline(
        bench.store,
        bench.log,
        journal_of(bench.store),
        lambda: bench.now_ms,
        bench.mint,
        handlers=handlers,
    )
    prices = bench.office.prices([(bench.article("A"), 300)])
    before = bench.one("SELECT count(*) FROM taken_request")
    (answer,) = strict.run([prices]).answers
    assert b"unknown_article" in answer[1]
    assert bench.one("SELECT count(*) FROM taken_request") == before
    bench.restart()
    assert bench.take(renewed(bench.office, prices)).statuses == ["accepted"]
    assert price(bench) == 300


def test_a_request_that_no_profile_of_its_post_may_send_is_not_noted(bench: ShopBench) -> None:
    before = bench.one("SELECT count(*) FROM taken_request")
    taken = bench.take(bench.till.prices([(bench.article("A"), 300)]))
    assert taken.codes == ["profile_not_allowed"]
    assert bench.one("SELECT count(*) FROM taken_request") == before


def test_facts_are_not_noted(bench: ShopBench) -> None:
    before = bench.one("SELECT count(*) FROM taken_request")
    bench.take(bench.till.sale(bench.ticket(("", 1000))))
    assert bench.one("SELECT count(*) FROM taken_request") == before


def test_old_ones_are_forgotten_a_slice_at_a_time(bench: ShopBench) -> None:
    with bench.store.group() as db:
        db.execute("DELETE FROM taken_request")
        for ms in range(10):
            assert devices.take_request(db, f"{ms:012x}" + "7" * 20)
        assert not devices.take_request(db, f"{3:012x}" + "7" * 20)
        assert devices.drop_old_requests(db, f"{6:012x}", 4) == 4
        assert devices.drop_old_requests(db, f"{6:012x}", 4) == 2
        assert devices.drop_old_requests(db, f"{6:012x}", 4) == 0
    assert bench.one("SELECT min(id) FROM taken_request")[:12] == f"{6:012x}"


def test_new_requests_push_the_oldest_out(bench: ShopBench) -> None:
    with bench.store.group() as db:
        for ms in range(25):
            devices.take_request(db, f"{ms:012x}" + "7" * 20)
    known = [bench.one("SELECT count(*) FROM taken_request")]
    for cents in (300, 301, 302, 303):
        bench.take(bench.office.prices([(bench.article("A"), cents)]))
        known.append(bench.one("SELECT count(*) FROM taken_request"))
    assert known == [26, 17, 8, 4, 5], "one of the shop's own, and a slice less each time"


def test_every_request_of_the_table_goes_this_way() -> None:
    requests = {name for name, kind in COMMANDS.items() if kind.nature is Nature.REQUEST}
    assert requests >= {"price.set", "catalogue.put", "quarantine.retry", "quarantine.close"}
