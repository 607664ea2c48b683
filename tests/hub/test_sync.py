"""The sync desk: who may follow what, pages, snapshots under credit, fair turns."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from common import messages as m
from common import wire
from common.topics import TOPICS, TOPICS_OF, Profile
from hub.limits import CONNECTIONS, IDLE_S, PUMP_CHUNKS, SNAPSHOTS_AT_ONCE
from hub.reader import EncodedSnapshot, ReadFailed
from hub.records.devices import Device
from hub.sync import SHARED_S, SyncDesk
from tests.hub.desk_bench import EPOCH, PORTS, WALL_MS, Bench, article, decoded, open_bench

OUTBOX = "0a" * 16
BIG = 2**40


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


@pytest.fixture
def till(bench: Bench) -> Device:
    return bench.enrol(1, Profile.TILL)


def fill(bench: Bench, count: int, first: int = 0, name: str = "") -> None:
    console = next((d for d in bench.enrolled if d.profile is Profile.CONSOLE), None)
    console = console or bench.enrol(0, Profile.CONSOLE)
    for at in range(first, first + count, 100):
        entries = [article(n, name=name) for n in range(at, min(at + 100, first + count))]
        bench.put(console, entries)
    bench.core.turn()


def read(topic: str = "articles", chunks: int = 3, size: int = 1000) -> EncodedSnapshot:
    packed = wire.pack_rows([("k", b"x" * size)])
    return EncodedSnapshot(
        topic, EPOCH, 1, 0, "0" * 64, chunks, tuple((1, packed) for _ in range(chunks)), {OUTBOX: 4}
    )


def hello(**other: object) -> m.Hello:
    fields: dict[str, object] = {"protocol": m.PROTOCOL, "software": "1", "outbox": OUTBOX}
    return m.Hello(**{**fields, "epoch": "", "vector": {}, "sent_ms": 17, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize("theirs", [0, m.PROTOCOL + 1, 99])
def test_another_protocol_is_refused_naming_both(bench: Bench, till: Device, theirs: int) -> None:
    (refused,) = bench.hear(till, hello(protocol=theirs))
    assert refused == m.Refused("protocol_version", {"theirs": theirs, "ours": m.PROTOCOL})


@pytest.mark.parametrize("profile", Profile)
def test_welcome_tells_a_profile_what_it_follows(bench: Bench, profile: Profile) -> None:
    fill(bench, 3)
    post = bench.enrol(5, profile)
    (welcome,) = bench.hear(post, hello())
    assert set(welcome.topics) == set(TOPICS_OF[profile])
    if profile is not Profile.CONSOLE:
        assert welcome.topics["articles"] == m.TopicMark(3, 0)
    assert (welcome.epoch, welcome.gseq, welcome.last_n) == (EPOCH, 1, 0)
    assert (welcome.device_id, welcome.device_number, welcome.profile) == (post.id, 5, profile)
    assert welcome.broadcast_port == PORTS.get(profile, 0)
    assert (welcome.hub_ms, welcome.sent_ms) == (WALL_MS, 17)


def test_another_devices_outbox_is_refused_and_not_remembered(bench: Bench, till: Device) -> None:
    fill(bench, 1)  # the console's outbox is now known
    (refused,) = bench.hear(till, hello(outbox="0e" * 16))
    assert refused.code == "outbox_of_another"
    (delta,) = bench.hear(till, m.Since("articles", 1, 0))
    assert delta.last_n == 0


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("topic", [*TOPICS, "secrets"])
def test_topics_are_followed_by_their_profiles_only(
    bench: Bench, profile: Profile, topic: str
) -> None:
    post = bench.enrol(1, profile)
    since = bench.hear(post, m.Since(topic, 1, 0))
    snapshot = bench.hear(post, m.SnapshotRequest(topic, 2, 100))
    if topic in TOPICS_OF[profile]:
        assert [type(answer) for answer in since] == [m.Delta]
        assert snapshot == []
        assert bench.wanted == [topic]
    else:
        refused = m.Refused("unknown_topic", {"topic": topic, "profile": profile.value})
        assert (since, snapshot) == ([refused], [refused])
        assert bench.wanted == []


def test_pages_lead_from_the_start_to_the_head(bench: Bench, till: Device) -> None:
    fill(bench, 1500, name="n" * 200)
    at, keys, pages = 0, set(), 0
    more = True
    while more:
        (delta,) = bench.hear(till, m.Since("articles", 7, at))
        assert delta.request == 7
        assert delta.changes.first_tseq == at + 1
        keys |= {change.key for change in delta.changes.changes}
        at, more, pages = delta.changes.last_tseq, delta.more, pages + 1
    assert (at, len(keys)) == (1500, 1500)
    assert pages > 1
    (delta,) = bench.hear(till, m.Since("articles", 8, at))
    assert (delta.changes.changes, delta.more) == ([], False)


def test_a_delta_says_how_far_the_outbox_was_taken(bench: Bench) -> None:
    fill(bench, 250)
    console = bench.enrolled[0]
    office = bench.enrol(2, Profile.OFFICE)
    assert bench.hear(console, hello(outbox="0e" * 16), b"c")[0].last_n == 3
    bench.hear(office, hello(), b"o")
    assert bench.hear(office, m.Since("articles", 1, 0), b"o")[0].last_n == 0


def test_below_the_low_water_mark_a_snapshot_is_required(bench: Bench, till: Device) -> None:
    fill(bench, 10)
    with bench.store.group():
        low = bench.log.prune("articles", 4)
    assert low == 6
    bench.log.cut({"articles": low})
    required = [m.SnapshotRequired("articles", 3)]
    assert bench.hear(till, m.Since("articles", 3, 5)) == required
    assert bench.hear(till, m.Since("articles", 3, 11)) == required  # beyond the head
    (delta,) = bench.hear(till, m.Since("articles", 3, 6))
    assert (delta.changes.first_tseq, len(delta.changes.changes)) == (7, 4)


def test_credit_is_respected_to_the_chunk(bench: Bench, till: Device) -> None:
    bench.hear(till, hello())
    size = len(read().chunks[0][1])
    assert bench.hear(till, m.SnapshotRequest("articles", 9, size + 1)) == []
    (begin,) = decoded(bench.sync.snapshot_read(read(chunks=4)))
    assert (begin.request, begin.rows, begin.last_n) == (9, 4, 4)
    assert len(list(bench.sync.pump())) == 2  # the second chunk began within the credit
    assert not bench.sync.busy
    bench.hear(till, m.Credit("articles", 8, BIG))  # of another request
    bench.hear(till, m.Credit("stock", 9, BIG))  # of another topic
    bench.hear(till, m.Credit("articles", 9, BIG), b"another peer")
    assert list(bench.sync.pump()) == []
    bench.hear(till, m.Credit("articles", 9, size - 1))  # its debt was size - 1
    assert list(bench.sync.pump()) == []
    bench.hear(till, m.Credit("articles", 9, 1))
    assert len(list(bench.sync.pump())) == 1
    bench.hear(till, m.Credit("articles", 9, size))
    *_, end = decoded(list(bench.sync.pump()))
    assert end == m.SnapshotEnd("articles", 9, 4, "0" * 64)
    assert not bench.sync.busy


def test_an_empty_topic_ends_without_credit(bench: Bench, till: Device) -> None:
    bench.hear(till, m.SnapshotRequest("sales", 1, 0))
    bench.sync.snapshot_read(read("sales", 0))
    (end,) = decoded(list(bench.sync.pump()))
    assert end.rows == 0


def test_a_snapshot_is_shared_for_a_while_and_tells_the_head_of_now(
    bench: Bench, till: Device
) -> None:
    for peer in (b"a", b"b"):
        bench.hear(till, m.SnapshotRequest("articles", 1, 0), peer)
    assert bench.wanted == ["articles"]  # one read for both
    begun = bench.sync.snapshot_read(read())
    assert [peer for peer, _ in begun] == [b"a", b"b"]
    assert {message.head for message in decoded(begun)} == {0}

    fill(bench, 5)
    bench.hand.now_s += SHARED_S - 0.1
    (shared,) = bench.hear(till, m.SnapshotRequest("articles", 2, 0), b"c")
    assert (shared.tseq, shared.head) == (0, 5)
    assert bench.wanted == ["articles"]
    bench.hand.now_s += 0.1
    assert bench.hear(till, m.SnapshotRequest("articles", 3, 0), b"d") == []
    assert bench.wanted == ["articles", "articles"]


def test_a_failed_read_is_said_to_all_and_the_next_reads_again(bench: Bench, till: Device) -> None:
    for peer in (b"a", b"b"):
        bench.hear(till, m.SnapshotRequest("articles", 1, 0), peer)
    answers = bench.sync.snapshot_read(ReadFailed("articles", "disk I/O error"))
    refused = m.Refused("not_available", {"reason": "disk I/O error"})
    assert [peer for peer, _ in answers] == [b"a", b"b"]
    assert decoded(answers) == [refused, refused]
    bench.hear(till, m.SnapshotRequest("articles", 2, 0), b"a")
    assert bench.wanted == ["articles", "articles"]


@pytest.mark.parametrize("peers", [2, PUMP_CHUNKS, PUMP_CHUNKS + 4, 50])
def test_a_turn_of_pump_is_bounded_and_fair(bench: Bench, till: Device, peers: int) -> None:
    tills = [till, bench.enrol(2, Profile.TILL)]
    for number in range(peers):
        bench.hear(tills[number % 2], m.SnapshotRequest("articles", 1, BIG), b"%d" % number)
    bench.sync.snapshot_read(read(chunks=100, size=10))
    sent = Counter(peer for peer, _ in bench.sync.pump())
    assert sum(sent.values()) <= PUMP_CHUNKS * PUMP_CHUNKS
    assert len(sent) == peers
    assert max(sent.values()) - min(sent.values()) <= 1


def test_a_post_has_so_many_snapshots_on_their_way_and_the_oldest_is_given_up(
    bench: Bench, till: Device
) -> None:
    other = bench.enrol(2, Profile.TILL)
    bench.hear(other, m.SnapshotRequest("articles", 1, BIG), b"other")
    for number in range(SNAPSHOTS_AT_ONCE + 3):
        bench.hear(till, m.SnapshotRequest("articles", 1, BIG), b"%d" % number)
    bench.sync.snapshot_read(read(chunks=100, size=10))
    served: set[bytes] = set()
    while bench.sync.busy and len(served) < SNAPSHOTS_AT_ONCE + 1:
        served |= {peer for peer, _ in bench.sync.pump()}
    kept = {b"%d" % number for number in range(3, SNAPSHOTS_AT_ONCE + 3)}
    assert served == {b"other"} | kept


def test_nobody_is_given_a_snapshot_of_the_future(bench: Bench, till: Device) -> None:
    bench.hear(till, m.SnapshotRequest("articles", 1, BIG, 2**62), b"a")
    bench.sync.snapshot_read(read())
    for number in range(5):
        (begin,) = bench.hear(till, m.SnapshotRequest("articles", number, BIG, 2**62), b"b")
        assert isinstance(begin, m.SnapshotBegin)
    assert bench.wanted == ["articles"]


def test_gone_and_idle_peers_are_served_no_more(bench: Bench, till: Device) -> None:
    for peer in (b"a", b"b", b"c"):
        bench.hear(till, m.SnapshotRequest("articles", 1, 1), peer)
    bench.sync.snapshot_read(read())
    bench.sync.gone(b"a")
    bench.hear(till, hello(), b"b")  # a new conversation
    assert {peer for peer, _ in bench.sync.pump()} == {b"c"}
    bench.hand.now_s += IDLE_S
    bench.sync.tick()
    bench.hear(till, m.Credit("articles", 1, 5000), b"c")
    assert len(list(bench.sync.pump())) > 0
    bench.hear(till, m.SnapshotRequest("articles", 2, 1), b"c")
    bench.sync.snapshot_read(read())
    list(bench.sync.pump())
    bench.hand.now_s += IDLE_S + 1
    bench.sync.tick()
    bench.hear(till, m.Credit("articles", 2, 5000), b"c")
    assert list(bench.sync.pump()) == []


class Known:
    """Outboxes and backups: each outbox was taken up to 9, and backups hold it up to here."""

    def __init__(self) -> None:
        self.covered_n = 0
        self.asked: list[str] = []

    def last_n(self, _outbox: str, _device_id: str) -> int:
        """Return how far an outbox was taken."""
        return 9

    def covered(self, outbox: str) -> int:
        """Return how far backups hold an outbox."""
        self.asked.append(outbox)
        return self.covered_n


def test_welcome_and_pong_say_how_far_backups_hold_the_peers_outbox(
    bench: Bench, till: Device
) -> None:
    known = Known()
    clock = bench.hand.clock
    desk = SyncDesk(bench.log, known, bench.wanted.append, PORTS, lambda: WALL_MS, clock, known)
    assert decoded(desk.ping(b"a", till, m.Ping(5))) == [m.Pong(5, WALL_MS, 0)]
    assert known.asked == [], "who said no hello has no outbox yet"
    known.covered_n = 4
    (welcome,) = decoded(desk.hello(b"a", till, hello()))
    assert (welcome.last_n, welcome.covered_n) == (9, 4)
    known.covered_n = 7
    assert decoded(desk.ping(b"a", till, m.Ping(6))) == [m.Pong(6, WALL_MS, 7)]
    assert decoded(desk.ping(b"b", till, m.Ping(6))) == [m.Pong(6, WALL_MS, 0)]
    assert known.asked == [OUTBOX, OUTBOX]
    desk.gone(b"a")
    assert decoded(desk.ping(b"a", till, m.Ping(7)))[0].covered_n == 7


def test_a_peer_that_pings_is_remembered_before_those_that_do_not(
    bench: Bench, till: Device
) -> None:
    known = Known()
    known.covered_n = 3
    clock = bench.hand.clock
    desk = SyncDesk(bench.log, known, bench.wanted.append, PORTS, lambda: WALL_MS, clock, known)
    for number in range(CONNECTIONS):
        desk.hello(b"%d" % number, till, hello())
    desk.ping(b"0", till, m.Ping(1))
    desk.hello(b"new", till, hello())
    assert decoded(desk.ping(b"0", till, m.Ping(1)))[0].covered_n == 3
    assert decoded(desk.ping(b"1", till, m.Ping(1)))[0].covered_n == 0


def test_without_backups_nothing_is_covered(bench: Bench, till: Device) -> None:
    assert bench.hear(till, hello())[0].covered_n == 0
    assert bench.hear(till, m.Ping(1))[0].covered_n == 0
