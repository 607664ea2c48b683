"""What one peer may ask of a hub, and all of them together: every such number, in one table.

Owns values, units and reasons, and no behaviour: `budgets.py` and `fair_queue.py` count, `peers.py`
knows connections, `sync.py` bounds snapshots, `server.py` sets what libzmq enforces. Each stands in
`docs/protocol.md`, too; a test compares.
"""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rate:
    """What one post may spend: `burst` at once, given back at `per_s` a second.

    `reason`: why no post that works comes near. Bytes where the name says so, else messages.
    """

    name: str
    per_s: float
    burst: float
    reason: str


COMMANDS: Final = Rate(
    "commands", 2_000, 20_000, "a post has 64 on their way and writes each reply to its disk"
)
BYTES: Final = Rate("bytes", 8 * MIB, 32 * MIB, "5,000 tickets of eight lines are 10 MiB")
SYNC: Final = Rate("sync", 100, 1_000, "a hello, then a page of 256 KiB for each topic")
SNAPSHOTS: Final = Rate("snapshots", 1, 64, "once a topic, and again after 10 s without an answer")
QUERIES: Final = Rate("queries", 20, 200, "somebody turns a page, or types a command")
LOGINS: Final = Rate("logins", 2, 120, "somebody types a PIN; who guesses is slowed much sooner")
WORDS: Final = Rate("words", 1_000, 5_000, "a ping each 2 s, credit for each 256 KiB")
MALFORMED: Final = Rate("malformed", 1, 20, "none: both sides are made of one table")
TOLD: Final = Rate("told", 1, 20, "how often a post is told to slow down before it is cut off")
RATES: Final = (COMMANDS, BYTES, SYNC, SNAPSHOTS, QUERIES, LOGINS, WORDS, MALFORMED, TOLD)

CUT_OFF_S: Final = 30.0
"""So long a post that went on is let in no more; then it may try again."""
CUT_OFF_PAUSE_S: Final = 600.0
"""Between two alerts about the same post being cut off."""

# Commands and questions that wait, in memory.
QUEUE_LIMIT: Final = 20_000
"""Commands waiting for a commit; beyond, a peer's are dropped and come again from its outbox."""
QUEUE_BYTES: Final = 256 * MIB
SHARE_COMMANDS: Final = 1_024
"""Of one post among them: sixteen times what a post has on its way."""
SHARE_BYTES: Final = 32 * MIB
GROUP_BYTES: Final = 512 * 1024
"""Of commands in one COMMIT, so that none lasts: 256 tickets of eight lines, ten long lists."""
ASKED_AT_ONCE: Final = 4
"""Questions and pages answered between two COMMITs; the others wait their turn."""
ASKS_LIMIT: Final = 10_000
"""Questions waiting for their turn."""
SHARE_ASKS: Final = 200
"""Of one post among them."""

# Snapshots.
CREDIT_LIMIT: Final = 8 * MIB
PUMP_CHUNKS: Final = 16
IDLE_S: Final = 60.0
CONNECTIONS: Final = 4_096
"""The most connections whose outbox is remembered: those that were heard last."""
SNAPSHOTS_AT_ONCE: Final = 32
"""On their way to one post: each of its topics, over a few connections that died."""

# Connections.
DRAIN: Final = 256
"""The most messages taken from a socket in one turn."""
DRAIN_BYTES: Final = 1 * MIB
"""And about so many bytes of them."""
STRANGERS_DRAIN: Final = 32
"""The same, of the sockets that anyone can reach: they must not keep posts waiting."""
CONNECTIONS_OF_ONE: Final = 16
"""Of one post at a time, commands and broadcasts together; beyond, its oldest is ended."""
UNKNOWN: Final = 1_024
"""Connections of one socket that no post was heard on yet; beyond, the oldest is ended."""
STRANGERS: Final = 128
"""Connections of the card socket, and of the enrolment socket."""
STRANGERS_S: Final = 30.0
"""After so long a connection of theirs is ended."""
UNREAD_BYTES: Final = 32 * MIB
"""What came in over one connection and is no whole message yet: a message has one frame."""
FORGIVEN_BYTES: Final = 256
"""Of them, at each look: a post that only listens still says that it is there."""
LOOK_S: Final = 0.25
"""Between two looks at what came in: a fast line brings tens of megabytes meanwhile."""
TOPIC_BYTES: Final = 1_024
"""The largest frame that a broadcast socket or the card's takes."""
UNSENT: Final = 1_000
"""Answers that wait for one connection; beyond, it does not read, and is ended."""
UNTAKEN: Final = 128
"""Messages of one connection that wait to be taken; beyond, TCP holds it back."""
CARD_S: Final = 1.0
"""A card is signed at most so often."""
