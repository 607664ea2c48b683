"""Frames: every message comes back as it was, and garbage is one kind of error."""

import tracemalloc
import typing
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import messages as m
from common import wire
from tests.common.strategies import JSON_INT, TEXT, values, whole

U64 = st.integers(0, 2**64 - 1)
HEX16 = st.binary(min_size=16, max_size=16).map(bytes.hex)
TOPICS = st.from_regex(r"[a-z-]{1,32}", fullmatch=True)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ROWS = st.lists(st.tuples(KEYS, st.binary(max_size=60)), max_size=8)
COMMANDS = st.builds(
    m.Command,
    HEX16,
    U64,
    U64,
    st.integers(0, 2**16 - 1),
    st.binary(min_size=16, max_size=16),
    st.binary(max_size=80),
)
CHANGES = st.builds(
    m.Changes,
    TOPICS,
    HEX16,
    U64,
    st.integers(1, 2**60),
    st.lists(st.builds(m.Change, KEYS, st.none() | st.binary(max_size=60), HEX16, U64), max_size=6),
)
DELTAS = st.builds(m.Delta, U64, U64, st.booleans(), CHANGES)
CHUNKS = st.builds(m.SnapshotChunk, TOPICS, U64, ROWS)
BINARY = (m.Command, m.Reply, m.SnapshotChunk, m.Delta, m.Changes)
PLAIN = [kind for kind in typing.get_args(m.Message) if kind not in BINARY]
ANY_PLAIN = st.sampled_from(PLAIN).flatmap(whole)


def chunk_frame(chunk: m.SnapshotChunk) -> bytes:
    return wire.encode_chunk(
        chunk.topic, chunk.request, len(chunk.rows), wire.pack_rows(chunk.rows)
    )


def delta_frame(delta: m.Delta) -> bytes:
    frame = wire.encode_changes(delta.changes)
    return wire.encode_delta(delta.request, delta.last_n, delta.more, frame)


def reply_frame(reply: m.Reply) -> bytes:
    return wire.encode_reply(reply.outbox, reply.n, wire.encode_reply_body(reply))


ANY_FRAME: st.SearchStrategy[bytes] = st.one_of(
    ANY_PLAIN.map(wire.encode),
    COMMANDS.map(wire.encode_command),
    whole(m.Reply).map(reply_frame),
    CHUNKS.map(chunk_frame),
    DELTAS.map(delta_frame),
    CHANGES.map(wire.encode_changes),
)
ANY_BROADCAST: st.SearchStrategy[bytes] = st.one_of(
    CHANGES.map(wire.encode_changes),
    whole(m.Announce).map(lambda a: wire.encode_broadcast(a.topic.encode() + b"\0", a)),
    whole(m.Heartbeat).map(lambda h: wire.encode_broadcast(wire.HEARTBEAT_TOPIC, h)),
)


@given(ANY_PLAIN)
def test_a_plain_message_comes_back(message: Any) -> None:
    assert wire.decode(wire.encode(message)) == message


def test_all_message_classes_stand_in_the_table_once() -> None:
    assert set(wire._KIND_OF) == set(typing.get_args(m.Message))
    assert len(set(wire._KIND_OF.values())) == len(wire._KIND_OF)


@given(COMMANDS)
def test_a_command_comes_back(command: m.Command) -> None:
    assert wire.decode(wire.encode_command(command)) == command


@given(whole(m.Reply))
def test_a_reply_comes_back(reply: m.Reply) -> None:
    assert wire.decode(reply_frame(reply)) == reply


@given(CHUNKS)
def test_a_snapshot_chunk_comes_back(chunk: m.SnapshotChunk) -> None:
    assert wire.decode(chunk_frame(chunk)) == chunk


@given(DELTAS)
def test_a_delta_comes_back(delta: m.Delta) -> None:
    assert wire.decode(delta_frame(delta)) == delta


@given(CHANGES)
def test_a_broadcast_comes_back_and_begins_with_its_topic(changes: m.Changes) -> None:
    frame = wire.encode_changes(changes)
    assert frame.startswith(changes.topic.encode() + b"\0")
    assert wire.decode_broadcast(frame) == changes


@given(whole(m.Heartbeat), whole(m.Announce))
def test_heartbeats_and_announcements_come_back(beat: m.Heartbeat, announce: m.Announce) -> None:
    assert wire.decode_broadcast(wire.encode_broadcast(wire.HEARTBEAT_TOPIC, beat)) == beat
    topic = announce.topic.encode() + b"\0"
    assert wire.decode_broadcast(wire.encode_broadcast(topic, announce)) == announce


# Garbage.

DECODERS = [wire.decode, wire.decode_broadcast, wire.decode_changes]


def fails_well(decode: Callable[[bytes], Any], frame: bytes) -> None:
    """Decode; nothing but WireError may come out of it."""
    try:
        decode(frame)
    except wire.WireError as error:
        assert len(str(error)) < 10_000  # noqa: PT017 - an error is one of the right outcomes


@pytest.mark.parametrize("decode", DECODERS)
@given(st.binary(max_size=120))
def test_noise_is_a_wire_error(decode: Callable[[bytes], Any], frame: bytes) -> None:
    fails_well(decode, frame)
    fails_well(decode, b"\x01" + frame)
    fails_well(decode, b"stock\0\x01" + frame)


@given(st.sampled_from(sorted(wire._KIND_OF.values())), st.binary(max_size=80), values(Any))
def test_every_kind_takes_noise_for_a_body(kind: int, noise: bytes, tree: Any) -> None:
    for body in (noise, orjson.dumps(tree)):
        fails_well(wire.decode, bytes((wire.VERSION, kind)) + body)
        fails_well(wire.decode_broadcast, b"stock\0" + bytes((wire.VERSION, kind)) + body)


@given(ANY_FRAME, st.data())
def test_a_frame_cut_short_or_bitten_fails_well(frame: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(frame)))
    fails_well(wire.decode, frame[:cut])
    place = data.draw(st.integers(0, len(frame) - 1))
    bitten = bytearray(frame)
    bitten[place] ^= data.draw(st.integers(1, 255))
    fails_well(wire.decode, bytes(bitten))
    fails_well(wire.decode, frame + data.draw(st.binary(min_size=1, max_size=9)))


@given(ANY_BROADCAST, st.data())
def test_a_broadcast_cut_short_or_bitten_fails_well(frame: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(frame)))
    fails_well(wire.decode_broadcast, frame[:cut])
    place = data.draw(st.integers(0, len(frame) - 1))
    bitten = bytearray(frame)
    bitten[place] ^= data.draw(st.integers(1, 255))
    fails_well(wire.decode_broadcast, bytes(bitten))


@given(DELTAS.map(delta_frame) | CHUNKS.map(chunk_frame), st.integers(1, 40))
def test_a_binary_frame_cut_short_is_never_taken_for_whole(frame: bytes, missing: int) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(frame[: max(0, len(frame) - missing)])


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (b"", "0 bytes"),
        (b"\x01", "1 bytes"),
        (b"\x02\x07{}", "version 2"),
        (b"\x01\xff{}", "kind 255"),
        (b"\x01\x07[]", "Expected"),
        (b"\x01\x07{}", "sent_ms"),
        (b'\x01\x07{"sent_ms": "now"}', "int"),
    ],
)
def test_an_error_says_what_is_wrong(frame: bytes, says: str) -> None:
    with pytest.raises(wire.WireError, match=says):
        wire.decode(frame)


@pytest.mark.parametrize("count", [2**32 - 1, 2**31, 10**6])
def test_a_count_that_lies_costs_no_memory(count: int) -> None:
    chunk = wire._CHUNK.pack(wire.VERSION, 37, 1, count) + b"stock\0" + bytes(600)
    head = wire._CHANGES.pack(wire.VERSION, 65, bytes(16), 1, 1, count)
    changes = b"stock\0" + head + bytes(31 * 20)
    tracemalloc.start()
    try:
        for decode, frame in ((wire.decode, chunk), (wire.decode_broadcast, changes)):
            with pytest.raises(wire.WireError):
                decode(frame)
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


def test_nesting_deeper_than_a_stack_is_a_wire_error() -> None:
    deep = b'{"request":1,"kind":"x","args":{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}}"
    with pytest.raises(wire.WireError):
        wire.decode(b"\x01\x06" + deep)


@given(TEXT, JSON_INT)
def test_a_digest_tells_key_and_row_apart(key: str, number: int) -> None:
    row = str(number).encode()
    assert wire.row_digest(key, row) == wire.row_digest(key, row) <= wire.DIGEST_MASK
    assert wire.row_digest(key, row) != wire.row_digest(key + "0", row)
    assert wire.row_digest(key, row) != wire.row_digest(key, row + b"0")
    assert len(wire.digest_hex(wire.row_digest(key, row))) == 64


# Splitting.


@given(CHANGES, st.integers(1, 400))
def test_a_split_commit_is_the_same_commit(changes: m.Changes, limit: int) -> None:
    runs = list(wire.split_changes(changes, limit))
    assert [change for run in runs for change in run.changes] == changes.changes
    at = changes.first_tseq
    for run in runs:
        assert (run.topic, run.epoch, run.gseq) == (changes.topic, changes.epoch, changes.gseq)
        assert run.first_tseq == at
        assert run.changes or not changes.changes
        at = run.last_tseq + 1


def test_what_one_command_changed_is_never_split() -> None:
    # A kiosk takes an effect of its own for complete with the first change that names it.
    def run(n: int, count: int, outbox: str = "0a" * 16) -> list[m.Change]:
        return [m.Change(f"{n}-{place}", b"x" * 50, outbox, n) for place in range(count)]

    whole_commit = [*run(1, 3), *run(2, 9), *run(3, 1), *run(4, 2), *run(4, 2, "0b" * 16)]
    changes = m.Changes("stock", "e" * 32, 1, 1, whole_commit)
    splits = [list(wire.split_changes(changes, limit)) for limit in range(1, 1500, 40)]
    assert max(len(runs) for runs in splits) == 5
    for runs in splits:
        for before, after in pairwise(runs):
            end, begin = before.changes[-1], after.changes[0]
            assert (end.outbox, end.n) != (begin.outbox, begin.n)


def test_what_the_hub_itself_changed_may_be_split_anywhere() -> None:
    rows = [m.Change(str(n), None, "0" * 32, 0) for n in range(100)]
    changes = m.Changes("sales", "e" * 32, 1, 1, rows)
    assert max(len(run.changes) for run in wire.split_changes(changes, 330)) == 10


def test_frames_of_a_split_commit_stay_within_the_limit() -> None:
    rows = [m.Change(f"{n:032x}", b"x" * 200, "0" * 32, n) for n in range(5000)]
    changes = m.Changes("articles", "e" * 32, 1, 1, rows)
    sizes = [len(wire.encode_changes(run)) for run in wire.split_changes(changes)]
    assert max(sizes) < wire.FRAME_BYTES + 1024
    assert min(sizes[:-1]) > wire.FRAME_BYTES // 2
    huge = m.Changes("articles", "e" * 32, 1, 1, [rows[0]._replace(row=bytes(100_000)), rows[1]])
    assert [len(run.changes) for run in wire.split_changes(huge)] == [1, 1]
