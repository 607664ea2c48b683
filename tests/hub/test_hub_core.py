"""The core without sockets: frames in, answers and broadcasts out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common import messages as m
from common import wire
from common.commands import NewPrice
from common.topics import KIOSK_PROFILES, TOPICS_OF, Profile
from hub.limits import QUEUE_LIMIT, SHARE_COMMANDS
from hub.records.devices import Device
from hub.watched import Presence
from tests.hub.desk_bench import EPOCH, WALL_MS, Bench, article, decoded, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


@pytest.fixture
def console(bench: Bench) -> Device:
    return bench.enrol(0, Profile.CONSOLE)


def reprice(bench: Bench, console: Device, articles: int) -> None:
    """Queue new prices of so many articles, 500 a command."""
    ids = [id_ for (id_,) in bench.store.db.execute("SELECT id FROM article ORDER BY id")]
    for at in range(0, articles, 500):
        prices = [NewPrice(id_, 77) for id_ in ids[at : at + 500]]
        bench.send(console, "price.set", {"prices": prices})


def news(frames: list[tuple[Profile, bytes]], topic: str) -> dict[Profile, list[Any]]:
    """Return a topic's broadcasts by profile, decoded."""
    heard: dict[Profile, list[Any]] = {}
    for profile, frame in frames:
        if frame.startswith(topic.encode() + b"\0"):
            heard.setdefault(profile, []).append(wire.decode_broadcast(frame))
    return heard


def test_a_small_commit_goes_to_everybody_in_one_frame(bench: Bench, console: Device) -> None:
    bench.put(console, [article(1)])
    sent = bench.core.turn()
    heard = news(sent.broadcasts, "articles")
    assert set(heard) == set(KIOSK_PROFILES)
    for (changes,) in heard.values():
        assert isinstance(changes, m.Changes)
        assert (changes.epoch, changes.gseq, changes.first_tseq) == (EPOCH, 1, 1)
        assert len(changes.changes) == 1
    (reply,) = decoded(sent.answers)
    assert (reply.status, reply.n) == (m.Status.ACCEPTED, 1)
    assert not bench.core.busy


def test_a_large_commit_is_split_and_a_huge_one_announced(bench: Bench, console: Device) -> None:
    for number in range(10):
        bench.put(console, [article(100 * number + n, name="n" * 200) for n in range(100)])
    frames = news(bench.core.turn().broadcasts, "articles")[Profile.TILL]
    assert len(frames) > 1
    assert all(isinstance(frame, m.Changes) for frame in frames)
    assert [f.first_tseq for f in frames[1:]] == [f.last_tseq + 1 for f in frames[:-1]]
    assert frames[-1].last_tseq == 1000
    assert sum(len(frame.changes) for frame in frames) == 1000

    for at in range(0, 4000, 500):
        bench.put(console, [article(n, name="m" * 200) for n in range(at, at + 500)])
    while bench.core.busy:
        bench.core.turn()
    reprice(bench, console, 4000)
    sent = bench.core.turn()
    for (announce,) in news(sent.broadcasts, "articles").values():
        tseq = bench.log.heads["articles"].tseq
        assert announce == m.Announce("articles", EPOCH, bench.log.gseq, tseq)
    assert not bench.core.busy
    assert all(len(frame) < wire.ANNOUNCE_BYTES for _, frame in sent.broadcasts)


def test_a_topic_is_broadcast_to_those_who_follow_it(bench: Bench, console: Device) -> None:
    with bench.store.group():
        draft = bench.log.draft()
    assert draft.changes == {}
    for topic in TOPICS_OF[Profile.OFFICE]:
        changes = m.Changes(topic, EPOCH, 1, 1, [m.Change("k", b"{}", "0" * 32, 0)])
        heard = {profile for profile, _ in bench.core._broadcast(changes)}
        assert heard == {p for p in KIOSK_PROFILES if topic in TOPICS_OF[p]}
    assert bench.core.counters.broadcasts == len(TOPICS_OF[Profile.OFFICE])


def test_a_heartbeat_tells_each_profile_its_topics(bench: Bench, console: Device) -> None:
    bench.put(console, [article(1), article(2)])
    bench.core.turn()
    beats = bench.core.heartbeats()
    assert [profile for profile, _ in beats] == list(KIOSK_PROFILES)
    for profile, frame in beats:
        assert frame.startswith(wire.HEARTBEAT_TOPIC)
        beat = wire.decode_broadcast(frame)
        assert isinstance(beat, m.Heartbeat)
        assert (beat.epoch, beat.gseq, beat.hub_ms) == (EPOCH, 1, WALL_MS)
        heads = {topic: bench.log.heads[topic] for topic in TOPICS_OF[profile]}
        assert beat.topics == {
            topic: m.Pulse(head.tseq, wire.digest_hex(head.digest)) for topic, head in heads.items()
        }
    assert bench.log.heads["articles"].tseq == 2


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\1",
        b"\2\7{}",
        b"\1\0",
        b"\1\xff{}",
        b"\1\7",
        b"\1\7{",
        b"\1\7[]",
        b'\1\7{"sent_ms":"x"}',
        b"\1\7" + b"[" * 5000,
        b"\1\2short",
        b'\1\5{"topic":"ARTICLES","request":1,"tseq":0}',
        b'\1\5{"topic":"articles","request":-1,"tseq":0}',
        b"\xff" * 3000,
    ],
)
def test_a_malformed_frame_is_counted_and_answered(
    bench: Bench, console: Device, frame: bytes
) -> None:
    (refused,) = decoded(bench.core.message(b"p", console.id, frame))
    assert (refused.code, bool(refused.params["reason"])) == ("malformed", True)
    assert bench.core.counters.malformed == 1
    assert bench.hear(console, m.Ping(3)) == [m.Pong(3, WALL_MS)]


@pytest.mark.parametrize(
    "message", [m.Pong(1, 2), m.CardRequest(), m.Refused("x"), m.EnrolProof("00", "00")]
)
def test_a_message_that_a_hub_does_not_take_is_refused(
    bench: Bench, console: Device, message: Any
) -> None:
    (refused,) = bench.hear(console, message)
    assert refused == m.Refused("malformed", {"reason": type(message).__name__})


@pytest.mark.parametrize("user", ["", "anyone", "f" * 32])
def test_who_is_nobody_gets_nothing(bench: Bench, console: Device, user: str) -> None:
    assert bench.core.message(b"p", user, wire.encode(m.Ping(1))) == []
    assert bench.core.message(b"p", user, b"garbage") == []
    assert bench.core.counters.malformed == 0
    assert bench.desk.watch.view(console).presence is Presence.NEVER


def test_beyond_the_queues_limit_commands_are_dropped(bench: Bench, console: Device) -> None:
    # Each leaves a hole before it, so that each that is kept is answered by one `Expect`.
    frame = wire.encode_command(m.Command("0c" * 16, 2, 0, 1, wire.body_hash(b"{}"), b"{}"))
    share = SHARE_COMMANDS // 2
    for number in range(1, QUEUE_LIMIT // share + 2):
        post = bench.enrol(number, Profile.OFFICE)
        for _ in range(share):
            assert bench.core.message(b"p", post.id, frame) == []
    answers: list[Any] = []
    while bench.core.busy:
        answers += bench.core.turn().answers
    assert len(answers) == QUEUE_LIMIT


def test_the_card_answers_its_request_only(bench: Bench) -> None:
    answer = bench.core.card(wire.encode(m.CardRequest()))
    assert answer is not None
    assert isinstance(wire.decode(answer), m.Card)
    for frame in (b"", b"GET / HTTP/1.1", wire.encode(m.Ping(1)), b"\1\x60[]"):
        assert bench.core.card(frame) is None


def test_enrolment_answers_anything_but_never_fails(bench: Bench) -> None:
    key = bytes(32)
    hello = m.EnrolHello("00" * 32, "00" * 32, "00" * 32)
    said = [b"", b"\1", wire.encode(m.Ping(1)), wire.encode(hello)]
    codes = [wire.decode(bench.core.enrolment(b"p", key, frame)).code for frame in said]
    assert codes == ["malformed", "malformed", "malformed", "no_code_out"]
    bench.pairing.give_out(key, bytes(16), Profile.TILL, "x")
    assert isinstance(wire.decode(bench.core.enrolment(b"p", key, said[3])), m.EnrolChallenge)
    proof = wire.encode(m.EnrolProof("00", "00"))
    assert wire.decode(bench.core.enrolment(b"p", key, proof)).code == "wrong_code"


def test_a_question_that_the_database_cannot_answer_is_put_off(
    bench: Bench, console: Device
) -> None:
    bench.store.db.execute("ALTER TABLE device RENAME TO hidden")
    (refused,) = bench.hear(console, m.Query(1, "devices", {}))
    assert refused.code == "hub_busy"
    bench.store.db.execute("ALTER TABLE hidden RENAME TO device")
    (said,) = bench.hear(console, m.Query(1, "devices", {}))
    assert said.result == []
