"""A restored hub goes on where its posts still can: what is gone is noted, once, with an alert."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import VERSION
from common import messages as m
from common.errors import Refusal
from common.models import Alert
from common.topics import Profile
from hub.audit import audit
from hub.records.devices import Device
from tests.hub.desk_bench import Bench, open_bench
from tests.hub.shop_bench import ShopBench, check_all

GAPS = "SELECT outbox_id, first_n, last_n FROM gap ORDER BY outbox_id, first_n"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path)
    yield made
    check_all(made)
    assert list(audit(made.store.db)) == []
    made.store.close()


def gaps(bench: ShopBench | Bench) -> list[tuple[str, int, int]]:
    return [tuple(row) for row in bench.store.db.execute(GAPS)]


def sell(bench: ShopBench, count: int) -> None:
    taken = bench.take(*(bench.till.sale(bench.ticket(("", 1000))) for _ in range(count)))
    assert set(taken.statuses) == {"accepted"}


def test_a_gap_is_noted_in_one_commit_and_the_queue_goes_on(bench: ShopBench) -> None:
    sell(bench, 2)
    gseq = bench.log.gseq
    (changes,) = bench.pipeline.skip(bench.till.outbox, bench.till.device, 6)
    assert (changes.topic, changes.gseq, bench.log.gseq) == ("alerts", gseq + 1, gseq + 1)
    assert gaps(bench) == [(bench.till.outbox, 3, 5)]
    (alert,) = bench.rows("alerts", Alert)
    assert (alert.code, alert.device_name) == ("outbox_gap", "Till 1")
    assert alert.subject == "Till 1: 3 (3–5)"
    bench.restart()
    assert bench.pipeline.last_n(bench.till.outbox, bench.till.device.id) == 5
    bench.till.last_n = 4
    early, next_one = (bench.till.sale(bench.ticket(("", 1000))) for _ in range(2))
    assert bench.take(early, next_one).statuses == ["accepted", "accepted"]
    assert gaps(bench) == [(bench.till.outbox, 3, 4)]


def test_what_comes_out_of_a_gap_after_all_is_taken_once(bench: ShopBench) -> None:
    """A hub that came back from a backup lacks what its post has in quarantine still."""
    bench.pipeline.skip(bench.till.outbox, bench.till.device, 8)
    bench.till.last_n = 3
    late = bench.till.sale(bench.ticket(("", 1000)))
    assert bench.take(late).statuses == ["accepted"]
    assert gaps(bench) == [(bench.till.outbox, 1, 3), (bench.till.outbox, 5, 7)]
    before = bench.picture()
    bench.restart()
    assert bench.take(late).statuses == ["accepted"]
    assert bench.picture() == before
    # As once its post has had it for a thousand operations.
    bench.store.db.execute("DELETE FROM reply WHERE outbox_id = ?", (bench.till.outbox,))
    assert bench.take(late).statuses == ["quarantined"]
    assert bench.store.db.execute("SELECT count(*) FROM ticket").fetchone() == (1,)


def test_what_comes_out_of_a_gap_and_cannot_be_taken_lies_apart_by_its_own_reason(
    bench: ShopBench,
) -> None:
    bench.pipeline.skip(bench.till.outbox, bench.till.device, 4)
    bench.till.last_n = 1
    later = bench.till.command("sale.record", {}, schema=99)
    answers = bench.take(later)
    assert answers.statuses == ["quarantined"]
    assert answers.codes == ["unknown_schema"]
    assert gaps(bench) == [(bench.till.outbox, 1, 1), (bench.till.outbox, 3, 3)]


def test_an_unknown_outbox_has_its_gap_from_one(bench: ShopBench) -> None:
    assert bench.pipeline.skip("e" * 32, bench.till.device, 4)
    assert gaps(bench) == [("e" * 32, 1, 3)]
    assert bench.pipeline.last_n("e" * 32, bench.till.device.id) == 3


@pytest.mark.parametrize("oldest_n", [0, 1, 2, 3])
def test_without_a_hole_nothing_happens(bench: ShopBench, oldest_n: int) -> None:
    sell(bench, 2)
    before = bench.picture()
    assert bench.pipeline.skip(bench.till.outbox, bench.till.device, oldest_n) == []
    assert bench.picture() == before


def test_another_devices_outbox_is_left_alone(bench: ShopBench) -> None:
    sell(bench, 1)
    before = bench.picture()
    with pytest.raises(Refusal) as raised:
        bench.pipeline.skip(bench.till.outbox, bench.till2.device, 9)
    assert raised.value.problem.code == "outbox_of_another"
    assert bench.picture() == before


@given(st.lists(st.integers(0, 12), max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_posts_say_it_never_goes_back_and_gaps_never_meet(
    tmp_path_factory: pytest.TempPathFactory, said: list[int]
) -> None:
    bench = ShopBench(tmp_path_factory.mktemp("gap"), ())
    bench.store.db.execute("PRAGMA synchronous = OFF")
    device, taken = bench.till.device, 0
    for oldest_n in said:
        bench.pipeline.skip(bench.till.outbox, device, oldest_n)
        assert bench.pipeline.skip(bench.till.outbox, device, oldest_n) == []
        last_n = bench.pipeline.last_n(bench.till.outbox, device.id)
        bench.till.last_n = last_n
        sell(bench, 1)
        taken += 1
    missing = sum(last - first + 1 for _, first, last in gaps(bench))
    head = bench.pipeline.last_n(bench.till.outbox, device.id)
    assert head == taken + missing
    assert len(bench.rows("alerts", Alert)) == len(gaps(bench))
    check_all(bench)
    assert list(audit(bench.store.db)) == []
    bench.store.close()


# By the hello of a post.


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


def hello(core: Bench, till: Device, oldest_n: int, protocol: int = m.PROTOCOL) -> m.Message:
    (said,) = core.hear(till, m.Hello(protocol, VERSION, "0a" * 16, "", {}, 0, oldest_n))
    return said  # type: ignore[no-any-return]


def test_a_hello_closes_the_gap_before_it_is_welcomed(core: Bench) -> None:
    till = core.enrol(1, Profile.TILL)
    welcome = hello(core, till, 8)
    assert isinstance(welcome, m.Welcome)
    assert welcome.last_n == 7
    assert core.core.busy
    sent = core.core.turn()
    assert [profile for profile, _ in sent.broadcasts] == [Profile.OFFICE]
    assert not core.core.busy
    assert core.core.turn().broadcasts == []
    again = hello(core, till, 8)
    assert isinstance(again, m.Welcome)
    assert (again.last_n, core.core.turn().broadcasts) == (7, [])


def test_a_hello_of_another_protocol_moves_nothing(core: Bench) -> None:
    said = hello(core, core.enrol(1, Profile.TILL), 8, protocol=m.PROTOCOL + 1)
    assert isinstance(said, m.Refused)
    assert said.code == "protocol_version"
    assert gaps(core) == []


def test_where_it_cannot_be_written_the_post_is_told_and_asks_again(core: Bench) -> None:
    till = core.enrol(1, Profile.TILL)
    core.store.db.execute("PRAGMA query_only = 1")
    said = hello(core, till, 8)
    assert isinstance(said, m.Refused)
    assert said.code == "hub_busy"
    assert (gaps(core), core.core.busy, core.log.gseq) == ([], False, 0)
    core.store.db.execute("PRAGMA query_only = 0")
    welcome = hello(core, till, 8)
    assert isinstance(welcome, m.Welcome)
    assert welcome.last_n == 7
