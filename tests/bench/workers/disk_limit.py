"""What no kiosk can beat at filling its replica: one process that reads, encodes and inserts.

Rows come from the hub's database and go into the kiosk's own replica schema, under its own pragmas,
in one transaction. No network, no digest, no second thread.
"""

import time
from pathlib import Path
from typing import Any, Final

from common import wire
from common.messages import Change, Changes
from hub.store import Store
from kiosk.database import Database
from kiosk.replica_file import PRAGMAS, TABLES
from tests.bench.workers.channel import Channel

FETCH: Final = 500
SLOT: Final = 1
PUT: Final = (
    f"INSERT INTO row (slot, key, row) VALUES ({SLOT}, ?, ?)"
    " ON CONFLICT (slot, key) DO UPDATE SET row = excluded.row"
)


def snapshot(hub: Path, replica: Path, topics: list[str]) -> float:
    """Copy whole topics, each packed into frames as the hub's snapshots are; return the seconds."""
    store = Store.open(hub)
    begun = time.perf_counter()
    database = Database(replica, PRAGMAS, TABLES)
    with database.transaction() as connection:
        for slot, topic in enumerate(topics, SLOT):
            rows = store.db.execute(
                "SELECT key, row FROM live_row WHERE topic = ? ORDER BY key", (topic,)
            )
            while run := rows.fetchmany(FETCH):
                wire.encode_chunk(topic, 1, len(run), wire.pack_rows(run))
                connection.executemany(
                    f"INSERT INTO row (slot, key, row) VALUES ({slot:d}, ?, ?)", run
                )
    elapsed_s = time.perf_counter() - begun
    database.close()
    store.close()
    return elapsed_s


def changes(hub: Path, replica: Path, topic: str, tseq: int) -> float:
    """Copy the changes of a topic after `tseq`, encoded as the hub's answers; return the seconds.

    The replica already holds the topic's rows.
    """
    snapshot(hub, replica, [topic])
    store = Store.open(hub)
    begun = time.perf_counter()
    database = Database(replica, PRAGMAS, TABLES)
    with database.transaction() as connection:
        found = store.db.execute(
            "SELECT gseq, key, row, outbox_id, n FROM change WHERE topic = ? AND tseq > ?"
            " ORDER BY tseq",
            (topic, tseq),
        )
        while run := found.fetchmany(FETCH):
            page = [Change(key, row, outbox, n) for _, key, row, outbox, n in run]
            wire.encode_changes(Changes(topic, "0" * 32, run[-1][0], tseq + 1, page))
            connection.executemany(PUT, [(change.key, change.row) for change in page])
    elapsed_s = time.perf_counter() - begun
    database.close()
    store.close()
    return elapsed_s


def main() -> None:
    """Measure what the benchmark asks."""
    channel = Channel()
    config: dict[str, Any] = channel.config
    hub, replica = Path(config["hub"]), Path(config["replica"])
    if "topics" in config:
        elapsed_s = snapshot(hub, replica, config["topics"])
    else:
        elapsed_s = changes(hub, replica, config["topic"], config["tseq"])
    channel.say("done", elapsed_s=elapsed_s)


if __name__ == "__main__":
    main()
