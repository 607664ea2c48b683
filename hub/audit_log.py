"""Whether what was published agrees: live rows, their digests, the change log, and its causes."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

import orjson

from common.i18n import mark
from common.models import ROW_KINDS, decode_row
from common.topics import TOPICS
from hub import tables
from hub.changes import EPOCH_NAMES, OWN
from hub.digests import disagreeing
from hub.store import Connection

Place = tuple[str, str]
_EPOCH: Final = re.compile(r"[0-9a-f]{32}\Z")


def meta(db: Connection) -> Iterator[Place]:
    """Check the single values: the last change of all bears the last gseq."""
    values = dict(db.execute("SELECT name, value FROM meta"))
    if values.get("schema") != str(tables.SCHEMA_VERSION):
        yield "meta schema", mark("is not of this schema")
    epochs = {values[name] for name in EPOCH_NAMES if name in values}
    if len(epochs) != 1 or not all(_EPOCH.match(epoch) for epoch in epochs):
        yield "meta epoch", mark("is not well formed")
    last = db.execute("SELECT coalesce(max(gseq), 0) FROM change").fetchone()[0]
    if values.get("gseq") != str(last):
        yield f"meta gseq {values.get('gseq')}", mark("is not that of the last change")


def live_rows(db: Connection) -> Iterator[Place]:
    """Check that live rows can be read, and sum up to their topic's digest."""
    for topic in sorted({topic for topic, _ in _heads(db, "low")} ^ set(TOPICS)):
        yield f"topic {topic}", mark("has no head, or is none of this release's")
    for topic in disagreeing(db):
        yield f"topic {topic}", mark("its rows do not sum up to its digest")
    for topic, key, row in db.execute("SELECT topic, key, row FROM live_row ORDER BY topic, key"):
        yield from _readable(f"live row {topic} {key}", topic, key, row)


def change_log(db: Connection) -> Iterator[Place]:
    """Check that each topic's log has no hole, ends at its head, and leads to its live rows."""
    for topic, tseq, low in _heads(db, "tseq, low"):
        if not 0 <= low <= tseq:
            yield f"topic {topic} low {low}", mark("is not well formed")
        yield from _numbers(db, topic, tseq, low)
        yield from _fold(db, topic, low)
    for (topic,) in db.execute(
        "SELECT DISTINCT topic FROM change WHERE topic NOT IN (SELECT topic FROM topic_head)"
    ):
        yield f"change {topic}", mark("has no topic")


def _numbers(db: Connection, topic: str, tseq: int, low: int) -> Iterator[Place]:
    expected, last = low + 1, 0
    for at, gseq, key, row in db.execute(
        "SELECT tseq, gseq, key, row FROM change WHERE topic = ? ORDER BY tseq", (topic,)
    ):
        if at != expected:
            yield f"change {topic} {at}", mark("does not follow the one before")
        if gseq < last:
            yield f"change {topic} {at} gseq {gseq}", mark("does not follow the one before")
        if row is not None:
            yield from _readable(f"change {topic} {at}", topic, key, row)
        expected, last = at + 1, gseq
    if expected != tseq + 1:
        yield f"topic {topic} tseq {tseq}", mark("is not where its log ends")


def _fold(db: Connection, topic: str, low: int) -> Iterator[Place]:
    """Compare the last change of each key with what is live; a whole log leads to all of it."""
    ends = "SELECT key, max(tseq), row FROM change WHERE topic = ?1 GROUP BY key"
    for (key,) in db.execute(
        f"SELECT c.key FROM ({ends}) c LEFT JOIN live_row l"
        " ON l.topic = ?1 AND l.key = c.key WHERE c.row IS NOT l.row",
        (topic,),
    ):
        yield f"live row {topic} {key}", mark("is not what its last change made it")
    if low:
        return
    for (key,) in db.execute(
        "SELECT key FROM live_row WHERE topic = ?1"
        " AND key NOT IN (SELECT key FROM change WHERE topic = ?1)",
        (topic,),
    ):
        yield f"live row {topic} {key}", mark("no change made it")


def causes(db: Connection) -> Iterator[Place]:
    """Check changes against the replies to the commands that caused them, where both are kept.

    What left quarantine was taken long after its reply: nothing is said of those.
    """
    aside = set(db.execute("SELECT outbox_id, n FROM quarantine"))
    rows = db.execute(
        "SELECT c.topic, c.outbox_id, c.n, c.tseq, c.gseq, r.body, o.last_n FROM change c"
        " LEFT JOIN reply r ON r.outbox_id = c.outbox_id AND r.n = c.n"
        " LEFT JOIN outbox o ON o.id = c.outbox_id ORDER BY c.topic, c.tseq"
    )
    for (topic, outbox, n), run in groupby(rows, lambda row: row[:3]):
        *_, (_, _, _, tseq, gseq, body, last_n) = run
        where = f"change {topic} {tseq}"
        if (outbox, n) == OWN or (outbox, n) in aside:
            continue
        if last_n is None or not 0 < n <= last_n:
            yield where, mark("no operation of an outbox caused it")
        elif body is not None:
            reply = orjson.loads(body)
            if (reply["topics"].get(topic), reply["gseq"]) != (tseq, gseq):
                yield where, mark("the reply to its operation says otherwise")
    yield from _effects(db, aside)


def _effects(db: Connection, aside: set[tuple[str, int]]) -> Iterator[Place]:
    lows = dict(_heads(db, "low"))
    for outbox, n, body in db.execute("SELECT outbox_id, n, body FROM reply ORDER BY outbox_id, n"):
        reply = orjson.loads(body)
        # What was taken under another number before stands at others' changes.
        repeated = "flag_repeated_id" in reply["flags"]
        for topic, tseq in reply["topics"].items():
            if (outbox, n) in aside or tseq <= lows[topic]:
                continue
            cause = db.execute(
                "SELECT outbox_id, n FROM change WHERE topic = ? AND tseq = ?", (topic, tseq)
            ).fetchone()
            if cause != (outbox, n) and not (repeated and cause):
                yield f"reply {outbox[:8]}-{n}", mark("its changes are not in the log")


def _heads(db: Connection, columns: str) -> list[tuple[Any, ...]]:
    return list(db.execute(f"SELECT topic, {columns} FROM topic_head ORDER BY topic"))


def _readable(where: str, topic: str, key: str, row: bytes) -> Iterator[Place]:
    try:
        sound = decode_row(row, ROW_KINDS[topic]).id == key
    except (ValueError, KeyError):
        sound = False
    if not sound:
        yield where, mark("cannot be read, or has another key")
