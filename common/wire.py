"""Frames: messages as bytes and back. One frame a message.

Owns the byte layouts, the limits, and the one error that garbage gives (`WireError`). Broadcasts
begin with their topic and a zero byte, since subscriptions match by prefix; everything else begins
with the version and the kind. Big-endian. Opens no socket.
"""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import Any, Final, TypeVar

import orjson
from msgspec import ValidationError

from common import messages as m
from common.models import convert

VERSION: Final = 1
FRAME_BYTES: Final = 64 * 1024
"""Rows and changes are split into frames of about this size; one large row may exceed it."""
COMMAND_BYTES: Final = 256 * 1024
"""The largest command body; checked before it enters an outbox."""
MESSAGE_BYTES: Final = COMMAND_BYTES + 1024
"""The largest frame a hub takes."""
BROADCAST_BYTES: Final = 4 * 1024 * 1024
"""The largest frame a kiosk takes."""
ANNOUNCE_BYTES: Final = 1024 * 1024
"""A commit with more than this in one topic is announced, not broadcast."""
HEARTBEAT_TOPIC: Final = b"hb\0"

_COMMAND = struct.Struct(">BB16sQQH16s")
_REPLY = struct.Struct(">BB16sQ")
_CHANGES = struct.Struct(">BB16sQQI")
_CHANGE = struct.Struct(">BHI16sQ")
_CHUNK = struct.Struct(">BBQI")
_DELTA = struct.Struct(">BBQQB")
_LENGTHS = struct.Struct(">HI")


_NOTHING: Final[Mapping[str, Any]] = {}


class WireError(ValueError):
    """A frame that is not one: truncated, oversize, of another version, or with a bad field."""


# Binary layouts.


def body_hash(body: bytes) -> bytes:
    """Return the 16 bytes by which two bodies under one `n` are told apart."""
    return blake2b(body, digest_size=16).digest()


def encode_command(command: m.Command) -> bytes:
    """Return version · kind · outbox(16) · n(8) · acked(8) · schema(2) · hash(16) · body."""
    return (
        _COMMAND.pack(
            VERSION,
            _KIND_OF[m.Command],
            bytes.fromhex(command.outbox),
            command.n,
            command.acked,
            command.schema,
            command.body_hash,
        )
        + command.body
    )


def _decode_command(frame: bytes) -> m.Command:
    _, _, outbox, n, acked, schema, digest = _COMMAND.unpack_from(frame)
    return m.Command(outbox.hex(), n, acked, schema, digest, frame[_COMMAND.size :])


def encode_reply_body(reply: m.Reply) -> bytes:
    """Return the part of a reply that the hub stores."""
    return reply_body(reply.status, reply.gseq, reply.topics, reply.code, reply.params, reply.flags)


def reply_body(
    status: m.Status,
    gseq: int,
    topics: Mapping[str, int],
    code: str = "",
    params: Mapping[str, Any] = _NOTHING,
    flags: tuple[str, ...] = (),
) -> bytes:
    """Return the same of its fields, without making the reply."""
    return orjson.dumps(
        {
            "status": status,
            "gseq": gseq,
            "topics": topics,
            "code": code,
            "params": params,
            "flags": flags,
        }
    )


def encode_reply(outbox: str, n: int, body: bytes) -> bytes:
    """Return a reply frame from the stored body."""
    return _REPLY.pack(VERSION, _KIND_OF[m.Reply], bytes.fromhex(outbox), n) + body


def _decode_reply(frame: bytes) -> m.Reply:
    _, _, outbox, n = _REPLY.unpack_from(frame)
    fields = orjson.loads(frame[_REPLY.size :])
    if not isinstance(fields, dict):
        raise WireError("a reply's body is not an object")
    return convert({**fields, "outbox": outbox.hex(), "n": n}, m.Reply)


def encode_changes(changes: m.Changes) -> bytes:
    """Return topic·0·version·kind·epoch(16)·gseq(8)·first tseq(8)·count(4)·heads·keys and rows."""
    heads = []
    blobs = []
    for key, row, outbox, n in changes.changes:
        raw = key.encode()
        kept = row is not None
        heads.append(_CHANGE.pack(kept, len(raw), len(row) if row else 0, bytes.fromhex(outbox), n))
        blobs.append(raw)
        if row:
            blobs.append(row)
    return b"".join(
        (
            changes.topic.encode(),
            b"\0",
            _CHANGES.pack(
                VERSION,
                _KIND_OF[m.Changes],
                bytes.fromhex(changes.epoch),
                changes.gseq,
                changes.first_tseq,
                len(changes.changes),
            ),
            *heads,
            *blobs,
        )
    )


def decode_changes(frame: bytes) -> m.Changes:
    """Return the changes of a broadcast frame; raises WireError."""
    try:
        start = frame.index(b"\0", 0, 64) + 1
        version, kind, epoch, gseq, first, count = _CHANGES.unpack_from(frame, start)
        if version != VERSION or kind != _KIND_OF[m.Changes]:
            raise WireError(f"version {version} kind {kind} where changes were expected")
        heads_at = start + _CHANGES.size
        at = heads_at + count * _CHANGE.size
        changes = []
        for kept, key_size, row_size, outbox, n in _CHANGE.iter_unpack(frame[heads_at:at]):
            row_at = at + key_size
            end = row_at + row_size
            row = frame[row_at:end] if kept else None
            changes.append(m.Change(frame[at:row_at].decode(), row, outbox.hex(), n))
            at = end
        if at != len(frame) or len(changes) != count:
            raise WireError(f"{len(frame)} bytes do not hold {count} changes")
        return m.Changes(frame[: start - 1].decode(), epoch.hex(), gseq, first, changes)
    except (ValueError, struct.error) as error:
        raise WireError(str(error)) from error


def pack_rows(rows: Sequence[tuple[str, bytes]]) -> bytes:
    """Return lengths (key 2, row 4 bytes each), then keys and rows."""
    keys = [key.encode() for key, _ in rows]
    lengths = [_LENGTHS.pack(len(raw), len(row)) for raw, (_, row) in zip(keys, rows, strict=True)]
    blobs = [part for raw, (_, row) in zip(keys, rows, strict=True) for part in (raw, row)]
    return b"".join((*lengths, *blobs))


def unpack_rows(packed: bytes, count: int) -> list[tuple[str, bytes]]:
    """Return the `count` (key, row) pairs of `pack_rows`; raises WireError."""
    lengths_end = count * _LENGTHS.size
    if lengths_end > len(packed):
        raise WireError(f"{len(packed)} bytes do not hold {count} rows")
    lengths = [n for pair in _LENGTHS.iter_unpack(packed[:lengths_end]) for n in pair]
    ends = list(accumulate(lengths, initial=lengths_end))
    if ends[-1] != len(packed):
        raise WireError(f"{len(packed)} bytes where rows end at {ends[-1]}")
    return [
        (packed[ends[i] : ends[i + 1]].decode(), packed[ends[i + 1] : ends[i + 2]])
        for i in range(0, 2 * count, 2)
    ]


def encode_chunk(topic: str, request: int, count: int, packed: bytes) -> bytes:
    """Return a snapshot chunk around rows that `pack_rows` packed once for everybody."""
    head = _CHUNK.pack(VERSION, _KIND_OF[m.SnapshotChunk], request, count)
    return b"".join((head, topic.encode(), b"\0", packed))


def _decode_chunk(frame: bytes) -> m.SnapshotChunk:
    _, _, request, count = _CHUNK.unpack_from(frame)
    start = frame.index(b"\0", _CHUNK.size, _CHUNK.size + 64) + 1
    topic = frame[_CHUNK.size : start - 1].decode()
    return m.SnapshotChunk(topic, request, unpack_rows(frame[start:], count))


def encode_delta(request: int, last_n: int, more: bool, changes_frame: bytes) -> bytes:
    """Return an answer to `Since` around a frame of changes."""
    return _DELTA.pack(VERSION, _KIND_OF[m.Delta], request, last_n, more) + changes_frame


def _decode_delta(frame: bytes) -> m.Delta:
    _, _, request, last_n, more = _DELTA.unpack_from(frame)
    return m.Delta(request, last_n, bool(more), decode_changes(frame[_DELTA.size :]))


# JSON layouts: version · kind · object.

MessageT = TypeVar("MessageT")


def _decode_json(kind: type[MessageT]) -> Callable[[bytes], MessageT]:
    def decode(frame: bytes) -> MessageT:
        return convert(orjson.loads(frame[2:]), kind)

    return decode


_JSON_KINDS: Final[Mapping[int, type[Any]]] = {
    1: m.Hello,
    3: m.SnapshotRequest,
    4: m.Credit,
    5: m.Since,
    6: m.Query,
    7: m.Ping,
    8: m.Goodbye,
    9: m.Heads,
    33: m.Welcome,
    35: m.Expect,
    36: m.SnapshotBegin,
    38: m.SnapshotEnd,
    40: m.SnapshotRequired,
    41: m.Answer,
    42: m.Refused,
    43: m.Pong,
    44: m.HeadsRequest,
    45: m.Contradicted,
    48: m.Login,
    49: m.Logout,
    50: m.Override,
    51: m.SetPin,
    56: m.LoggedIn,
    57: m.Granted,
    58: m.PinSet,
    59: m.Denied,
    64: m.RevocationRequest,
    66: m.Announce,
    67: m.Heartbeat,
    68: m.Revocation,
    69: m.KeyRequest,
    70: m.NewKey,
    71: m.KeyTaken,
    96: m.CardRequest,
    97: m.Card,
    98: m.EnrolHello,
    99: m.EnrolChallenge,
    100: m.EnrolProof,
    101: m.Enrolled,
}
_BINARY_KINDS: Final[Mapping[int, tuple[type[Any], Callable[[bytes], Any]]]] = {
    2: (m.Command, _decode_command),
    34: (m.Reply, _decode_reply),
    37: (m.SnapshotChunk, _decode_chunk),
    39: (m.Delta, _decode_delta),
    65: (m.Changes, decode_changes),
}
_DECODERS: Final[Mapping[int, Callable[[bytes], Any]]] = {
    **{number: _decode_json(kind) for number, kind in _JSON_KINDS.items()},
    **{number: decode for number, (_, decode) in _BINARY_KINDS.items()},
}
_KIND_OF: Final[Mapping[type[Any], int]] = {
    **{kind: number for number, kind in _JSON_KINDS.items()},
    **{kind: number for number, (kind, _) in _BINARY_KINDS.items()},
}


def kind_number(kind: type[Any]) -> int:
    """Return the number that stands for a class of message in its frames, in the second byte."""
    return _KIND_OF[kind]


def encode(message: Any) -> bytes:
    """Return the frame of a JSON-bodied message; binary ones have an encoder each."""
    return bytes((VERSION, _KIND_OF[type(message)])) + orjson.dumps(message)


def decode(frame: bytes) -> Any:
    """Return the message of a frame that is not a broadcast; raises WireError on anything else."""
    kind = 0
    try:
        version, kind = frame[0], frame[1]
        if version != VERSION:
            raise WireError(f"wire version {version}, this side speaks {VERSION}")
        return _DECODERS[kind](frame)
    except IndexError:
        raise WireError(f"a frame of {len(frame)} bytes") from None
    except KeyError:
        raise WireError(f"unknown message kind {kind}") from None
    except (ValueError, ValidationError, struct.error) as error:
        raise WireError(str(error)) from error


def encode_broadcast(topic: bytes, message: m.Announce | m.Heartbeat) -> bytes:
    """Return a JSON-bodied message under its subscription prefix."""
    return topic + encode(message)


def decode_broadcast(frame: bytes) -> m.Changes | m.Announce | m.Heartbeat:
    """Return the message of a broadcast frame; raises WireError."""
    start = frame.find(b"\0", 0, 64) + 1
    if not start or len(frame) < start + 2:
        raise WireError(f"a broadcast of {len(frame)} bytes without a topic")
    if frame[start + 1] == _KIND_OF[m.Changes]:
        return decode_changes(frame)
    message = decode(frame[start:])
    if not isinstance(message, m.Announce | m.Heartbeat):
        raise WireError(f"{type(message).__name__} was broadcast")
    return message


def split_changes(changes: m.Changes, limit: int = FRAME_BYTES) -> Iterator[m.Changes]:
    """Yield the same changes in runs whose frames stay within `limit` bytes where they can.

    What one command changed stays together (`ends_here`).
    """
    start = 0
    size = 0
    before = None
    for index, change in enumerate(changes.changes):
        weight = _CHANGE.size + len(change.key) + len(change.row or b"")
        if before is not None and size + weight > limit and ends_here(before, change):
            yield _run(changes, start, index)
            start, size = index, 0
        size += weight
        before = change
    yield _run(changes, start, len(changes.changes))


def ends_here(before: m.Change, after: m.Change) -> bool:
    """Return whether a run of changes may end between these two: not within a command's.

    A kiosk ends a pending effect with the first change that names its command; were the others in
    another frame, they would be missing from its view until that came. The hub's own have no n.
    """
    return not after.n or (before.n, before.outbox) != (after.n, after.outbox)


def _run(whole: m.Changes, start: int, end: int) -> m.Changes:
    return m.Changes(
        whole.topic, whole.epoch, whole.gseq, whole.first_tseq + start, whole.changes[start:end]
    )


# Digests: what two replicas compare instead of their rows.


def row_digest(key: str, row: bytes) -> int:
    """Return one row's share of its topic's digest: BLAKE2b-256 of key · 0 · row."""
    return int.from_bytes(blake2b(b"\0".join((key.encode(), row)), digest_size=32).digest(), "big")


DIGEST_MASK: Final = (1 << 256) - 1


def digest_hex(digest: int) -> str:
    """Return a digest as its 64 hex characters."""
    return f"{digest:064x}"
