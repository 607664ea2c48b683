"""Files that are not sealed by this post's key: those of a release that did not seal, once, and an
outbox whose key is gone.

Owns the mark in each file that says by which key it is sealed. An older file is brought over in one
transaction; then every page is written anew, so that nothing of what it said is left on its pages.
"""

from typing import Final

from peewee import BlobField, IntegerField, Model

from common import wire
from kiosk.database import FAULTS, Connection, Database
from kiosk.sealed import Box, sealed_topics

_DIGEST_CHARACTERS: Final = 64
_LOOKED_AT: Final = 200
"""So many operations are tried where the mark is another: a flipped bit of it is no other key."""


class Sealing(Model):
    """One row: the mark of the key. `clean`: no page is left from before it was sealed."""

    mark = BlobField()
    clean = IntegerField()

    class Meta:
        table_name = "sealing"
        strict_tables = True


class OtherKey(Exception):
    """An outbox is sealed by another key than this post's. `waiting`: how many operations."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} operations are sealed by another key")
        self.waiting = waiting


def is_unsealed(connection: Connection) -> bool:
    """Return whether an outbox is one of a release that did not seal."""
    return any(column[1] == "hash" for column in connection.execute("PRAGMA table_info(command)"))


def bring_over_outbox(database: Database, box: Box) -> None:
    """Seal what an outbox holds, where it is not yet; raises one of `FAULTS`, all undone."""
    connection = database.connection
    if is_unsealed(connection):
        with database.transaction():
            _seal_operations(connection, box)
            connection.execute("ALTER TABLE command DROP COLUMN hash")
            _mark(connection, box, clean=0)
    elif _sealing(connection) is None and _is_empty(connection):
        _mark(connection, box, clean=1)
    _clean(connection)


def _is_empty(connection: Connection) -> bool:
    return connection.execute("SELECT 1 FROM command LIMIT 1").fetchone() is None


def _seal_operations(connection: Connection, box: Box) -> None:
    found = connection.execute("SELECT n, hash, body, reply, status FROM command").fetchall()
    for n, written, body, reply, status in found:
        if status == 0 and wire.body_hash(body) != written:
            raise FAULTS[0](f"malformed: operation {n} is not as it was written")
        told = None if reply is None else box.reply(n, reply)
        connection.execute(
            "UPDATE command SET body = ?, reply = ? WHERE n = ?",
            (box.operation(n, written, body), told, n),
        )


def bring_over_replica(database: Database, box: Box) -> None:
    """Seal the rows of sealed topics, where they are not yet; raises one of `FAULTS`."""
    connection = database.connection
    if _sealing(connection) is None:
        found = connection.execute("SELECT topic, slot, digest FROM position").fetchall()
        stands = {topic: (slot, digest) for topic, slot, digest in found}
        with database.transaction():
            for topic in sealed_topics(stands):
                # A sealed digest is longer: the mark alone is gone, and the rows are sealed.
                if len(stands[topic][1]) == _DIGEST_CHARACTERS:
                    _seal_topic(connection, box, topic, *stands[topic])
            _mark(connection, box, clean=0 if stands else 1)
    _clean(connection)


def _seal_topic(connection: Connection, box: Box, topic: str, slot: int, digest: str) -> None:
    # A digest whose bits have flipped is no number: then the rows are none of it, and dropped.
    sum_of_rows = int(digest, 16)
    rows = connection.execute("SELECT key, row FROM row WHERE slot = ?", (slot,)).fetchall()
    sealed = [(row, slot, key) for key, row in box.rows(topic, rows)]
    connection.executemany("UPDATE row SET row = ? WHERE slot = ? AND key = ?", sealed)
    connection.execute(
        "UPDATE position SET digest = ? WHERE topic = ?", (box.digest(topic, sum_of_rows), topic)
    )


def require_key(database: Database, box: Box) -> None:
    """Raise OtherKey where an outbox is sealed by another key; nothing of the file is changed."""
    connection = database.connection
    found = _sealing(connection)
    if found is not None and found[0] == box.mark:
        return
    sql = "SELECT n, body FROM command ORDER BY n DESC LIMIT ?"
    tried = connection.execute(sql, (_LOOKED_AT,)).fetchall()
    if tried and not any(box.open_operation(n, sealed) for n, sealed in tried):
        count = "SELECT count(*) FROM command WHERE status = 0"
        raise OtherKey(int(connection.execute(count).fetchone()[0]))
    with database.transaction():
        _mark(connection, box, clean=1)


def mark_of(connection: Connection) -> bytes:
    """Return the mark of the key that a file is sealed by."""
    found = _sealing(connection)
    return b"" if found is None else found[0]


def _sealing(connection: Connection) -> tuple[bytes, int] | None:
    found: tuple[bytes, int] | None
    found = connection.execute("SELECT mark, clean FROM sealing").fetchone()
    return found


def _mark(connection: Connection, box: Box, clean: int) -> None:
    connection.execute("DELETE FROM sealing")
    connection.execute("INSERT INTO sealing (mark, clean) VALUES (?, ?)", (box.mark, clean))


def _clean(connection: Connection) -> None:
    """Write every page anew, and empty the log, where that was not done since it was sealed."""
    found = _sealing(connection)
    if found is None or found[1]:
        return
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.execute("UPDATE sealing SET clean = 1")
