"""Snapshots, read on a connection and a thread of their own.

A cold kiosk's 100,000 rows are read and packed here, while the writer goes on; the read transaction
ends before the first byte is served, so a slow peer pins nothing. Serves nobody itself.
"""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import wire
from hub.store import FAULTS

_FETCH: Final = 500
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EncodedSnapshot:
    """A topic's rows at one moment, packed once for everybody who asks.

    `chunks`: (count, packed rows). `last_n`: by outbox, of the same moment.
    """

    topic: str
    epoch: str
    gseq: int
    tseq: int
    digest: str
    rows: int
    chunks: tuple[tuple[int, bytes], ...]
    last_n: dict[str, int]


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """A snapshot could not be read."""

    topic: str
    reason: str


def read_snapshot(db: sqlite3.Connection, topic: str) -> EncodedSnapshot:
    """Read and pack a topic in one read transaction."""
    db.execute("BEGIN")
    try:
        meta = dict(db.execute("SELECT name, value FROM meta WHERE name IN ('epoch', 'gseq')"))
        tseq, digest = db.execute(
            "SELECT tseq, digest FROM topic_head WHERE topic = ?", (topic,)
        ).fetchone()
        last_n = dict(db.execute("SELECT id, last_n FROM outbox"))
        rows = db.execute("SELECT key, row FROM live_row WHERE topic = ? ORDER BY key", (topic,))
        chunks = []
        run: list[tuple[str, bytes]] = []
        size = 0
        while batch := rows.fetchmany(_FETCH):
            for pair in batch:
                run.append(pair)
                size += len(pair[0]) + len(pair[1])
                if size >= wire.FRAME_BYTES:
                    chunks.append((len(run), wire.pack_rows(run)))
                    run, size = [], 0
        if run:
            chunks.append((len(run), wire.pack_rows(run)))
    finally:
        db.execute("COMMIT")
    return EncodedSnapshot(
        topic,
        meta["epoch"],
        int(meta["gseq"]),
        tseq,
        digest,
        sum(count for count, _ in chunks),
        tuple(chunks),
        last_n,
    )


class SnapshotReader:
    """The reading thread. `wake` is called from it whenever `take` has something new."""

    def __init__(self, path: Path, wake: Callable[[], None]) -> None:
        self._path = path
        self._wake = wake
        self._wanted: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[EncodedSnapshot | ReadFailed] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="snapshots", daemon=True)

    def start(self) -> None:
        """Start reading."""
        self._thread.start()

    def request(self, topic: str) -> None:
        """Ask for a topic; the answer comes by `take`."""
        self._wanted.put(topic)

    def take(self) -> list[EncodedSnapshot | ReadFailed]:
        """Return what was read since the last call."""
        done = []
        while True:
            try:
                done.append(self._done.get_nowait())
            except queue.Empty:
                return done

    def stop(self) -> None:
        """Stop after what is being read."""
        self._wanted.put(None)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        db: sqlite3.Connection | None = None
        while (topic := self._wanted.get()) is not None:
            try:
                # Opened here, so that a file that cannot be opened now is tried again.
                db = db or self._connect()
                self._done.put(read_snapshot(db, topic))
            except FAULTS as error:
                _log.exception("snapshot of %s", topic)
                self._done.put(ReadFailed(topic, str(error)))
            self._wake()
        if db is not None:
            db.close()

    def _connect(self) -> sqlite3.Connection:
        uri = f"{self._path.absolute().as_uri()}?mode=ro"
        return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5)
