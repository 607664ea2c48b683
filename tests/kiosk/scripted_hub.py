"""A conversation on real files, and a hub that says what a test tells it to say."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from common import messages as m
from common import wire
from common.topics import TOPICS_OF, Profile
from kiosk.conversation import Conversation, Turn
from kiosk.outbox import Outbox
from kiosk.presence import Way
from kiosk.replica import Replica
from tests.kiosk.post import BOX, OTHER, Disk, HandClocks, digest_hex, maker

TOPICS = TOPICS_OF[Profile.TILL]
EPOCH, NEWER, OLDER = "5" * 32, "6" * 32, "4" * 32
PORT = 47803
MessageT = TypeVar("MessageT")


class Scripted:
    """One till. `said` gathers what it sent, decoded, until it is taken."""

    def __init__(self, folder: Path) -> None:
        self.hand = HandClocks()
        self.disk = Disk()
        self.outbox = Outbox(folder / "outbox.db", maker(disk=self.disk))
        self.replica = Replica(folder / "replica.db", self.outbox.id, BOX)
        self.talk = self.new_conversation()
        self.said: list[Any] = []
        self.turns: list[Turn] = []

    def new_conversation(self) -> Conversation:
        """Return a conversation on what is on disk, as after a restart."""
        return Conversation(TOPICS, self.outbox, self.replica, self.hand.clocks)

    def close(self) -> None:
        self.replica.close()
        self.outbox.close()

    # What the shell does.

    def turn(self, frames: Iterable[tuple[Way, bytes]] = ()) -> Turn:
        """Take a turn and gather what it says."""
        turn = self.talk.turn(list(frames))
        self.said += [wire.decode(frame) for frame in turn.out]
        self.turns.append(turn)
        return turn

    def open(self, *ways: Way) -> None:
        """Open ways, both where none is named."""
        for way in ways or (Way.COMMANDS, Way.BROADCASTS):
            self.talk.opened(way)
        self.turn()

    def wait(self, seconds: float) -> None:
        """Let time pass, with a turn each half second."""
        for _ in range(round(seconds * 2)):
            self.hand.sleep(0.5)
            self.turn()

    def hear(self, *messages: Any) -> Turn:
        """Take messages of the command way in one turn."""
        return self.turn((Way.COMMANDS, _frame(message)) for message in messages)

    def hear_broadcast(self, *messages: Any) -> Turn:
        """Take broadcasts in one turn."""
        return self.turn((Way.BROADCASTS, _broadcast(message)) for message in messages)

    def take(self, kind: type[MessageT]) -> list[MessageT]:
        """Return what was said of a kind, and forget it."""
        taken = [message for message in self.said if isinstance(message, kind)]
        self.said = [message for message in self.said if not isinstance(message, kind)]
        return taken

    # What the hub says.

    def welcome(
        self,
        hello: m.Hello,
        tseq: dict[str, int] | None = None,
        epoch: str = EPOCH,
        last_n: int = 0,
        covered_n: int = 0,
    ) -> m.Welcome:
        """Return a welcome; topics stand at 0 where not named."""
        marks = {topic: m.TopicMark((tseq or {}).get(topic, 0), 0) for topic in TOPICS}
        hub_ms = self.hand.wall
        return m.Welcome(
            protocol=m.PROTOCOL,
            software="scripted",
            epoch=epoch,
            gseq=1,
            last_n=last_n,
            profile=Profile.TILL,
            topics=marks,
            device_id="d" * 32,
            device_number=7,
            device_name="Caisse 7",
            broadcast_port=PORT,
            hub_ms=hub_ms,
            sent_ms=hello.sent_ms,
            covered_n=covered_n,
        )

    def go_live(self, epoch: str = EPOCH, last_n: int = 0) -> None:
        """Open both ways and answer everything with empty topics."""
        self.open()
        (hello,) = self.take(m.Hello)
        self.hear(self.welcome(hello, epoch=epoch, last_n=last_n))
        for ask in self.take(m.SnapshotRequest):
            self.hear(*snapshot(ask, {}, 0, epoch=epoch, last_n=last_n))


def snapshot(
    ask: m.SnapshotRequest,
    rows: dict[str, bytes],
    tseq: int,
    epoch: str = EPOCH,
    last_n: int = 0,
) -> list[Any]:
    """Return a whole answer to a request."""
    topic, request = ask.topic, ask.request
    begin = m.SnapshotBegin(topic, request, epoch, 1, tseq, tseq, len(rows), last_n)
    end = m.SnapshotEnd(topic, request, len(rows), digest_hex(rows))
    return [begin, m.SnapshotChunk(topic, request, list(rows.items())), end]


def changes(
    topic: str, first: int, *rows: tuple[str, bytes | None], epoch: str = EPOCH
) -> m.Changes:
    """Return a broadcast of another post's changes."""
    run = [m.Change(key, row, OTHER, 1) for key, row in rows]
    return m.Changes(topic, epoch, 1, first, run)


def heartbeat(pulses: dict[str, tuple[int, dict[str, bytes]]], epoch: str = EPOCH) -> m.Heartbeat:
    """Return a heartbeat; `pulses`: topic → (tseq, rows), the others empty."""
    stands = {topic: pulses.get(topic, (0, {})) for topic in TOPICS}
    said = {topic: m.Pulse(tseq, digest_hex(rows)) for topic, (tseq, rows) in stands.items()}
    return m.Heartbeat(epoch, 1, 0, said)


def _frame(message: Any) -> bytes:
    if isinstance(message, bytes):
        return message
    if isinstance(message, m.Reply):
        return wire.encode_reply(message.outbox, message.n, wire.encode_reply_body(message))
    if isinstance(message, m.SnapshotChunk):
        packed = wire.pack_rows(message.rows)
        return wire.encode_chunk(message.topic, message.request, len(message.rows), packed)
    if isinstance(message, m.Delta):
        frame = wire.encode_changes(message.changes)
        return wire.encode_delta(message.request, message.last_n, message.more, frame)
    return wire.encode(message)


def _broadcast(message: Any) -> bytes:
    if isinstance(message, bytes):
        return message
    if isinstance(message, m.Changes):
        return wire.encode_changes(message)
    topic = b"hb\0" if isinstance(message, m.Heartbeat) else message.topic.encode() + b"\0"
    return wire.encode_broadcast(topic, message)
