"""A post's outbox and a hub that takes its commands, as models around the shipped `Outgoing`.

Owns a channel that loses, repeats and reorders what a test tells it to, a post that can be
restarted on its disk, and a hub that can be set back to a backup. Nothing here sleeps or sends.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from common import messages as m
from common.outgoing import Outgoing, Queued
from common.wire import body_hash

OUTBOX = "0b" * 16


@dataclass(slots=True)
class ModelHub:
    """Takes each number once, in order. `effects`: the numbers, as their effects happened."""

    effects: list[int] = field(default_factory=list)
    busy: bool = False

    @property
    def last_n(self) -> int:
        """Return how far the outbox was taken."""
        return len(self.effects)

    def take(self, command: m.Command) -> m.Reply | m.Expect | None:
        """Answer as the hub does: reply, hole, or nothing while its disk is full."""
        if command.n > self.last_n + 1:
            return m.Expect(OUTBOX, self.last_n + 1)
        if command.n == self.last_n + 1:
            if self.busy:
                return None
            self.effects.append(command.n)
        return m.Reply(OUTBOX, command.n, m.Status.ACCEPTED, command.n, {})


@dataclass(slots=True)
class Disk:
    """What a post has on disk: every command, and which of them have their reply."""

    commands: list[Queued] = field(default_factory=list)
    replied: set[int] = field(default_factory=set)

    @property
    def acked(self) -> int:
        """Return the number up to which every command has its reply."""
        unanswered = [entry.n for entry in self.commands if entry.n not in self.replied]
        return min(unanswered, default=len(self.commands) + 1) - 1


class Twin:
    """A post and a hub with two one-way channels between them."""

    def __init__(self, window: int = 8) -> None:
        self.hub = ModelHub()
        self.disk = Disk()
        self.now_s = 1000.0
        self.sent = 0
        self.to_hub: list[m.Command] = []
        self.to_post: list[m.Reply | m.Expect] = []
        self._window = window
        self.outgoing = self._outgoing_on_disk()

    def _outgoing_on_disk(self) -> Outgoing:
        disk = self.disk
        waiting = [entry for entry in disk.commands if entry.n not in disk.replied]
        last = len(disk.commands)
        clock: Callable[[], float] = lambda: self.now_s  # noqa: E731
        return Outgoing(OUTBOX, waiting, disk.acked, clock, self._window, last)

    # What can happen.

    def add(self) -> None:
        """Somebody sells something."""
        n = len(self.disk.commands) + 1
        body = b"%d" % n
        entry = Queued(n, 1, body_hash(body), body)
        self.disk.commands.append(entry)
        self.outgoing.add(entry)

    def send(self) -> None:
        """The post sends what is to be sent now."""
        commands = self.outgoing.take()
        self.sent += len(commands)
        self.to_hub += commands

    def hub_takes(self, place: int = 0) -> None:
        """The hub gets one message; its answer is on its way."""
        if self.to_hub:
            answer = self.hub.take(self.to_hub.pop(place % len(self.to_hub)))
            if answer is not None:
                self.to_post.append(answer)

    def post_hears(self, place: int = 0, keep: bool = False) -> None:
        """The post gets one answer, in any order; `keep`: it will come once more."""
        if self.to_post:
            place %= len(self.to_post)
            answer = self.to_post[place] if keep else self.to_post.pop(place)
            if isinstance(answer, m.Reply):
                self.disk.replied.add(answer.n)
                self.outgoing.reply(answer)
            else:
                self.outgoing.expect(answer)

    def lose(self, place: int, of_hub: bool) -> None:
        """A message is lost."""
        channel: list[m.Command] | list[m.Reply | m.Expect]
        channel = self.to_hub if of_hub else self.to_post
        if channel:
            del channel[place % len(channel)]

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now_s += seconds

    def reconnect(self) -> None:
        """The connection is made anew: what was on its way is gone."""
        self.to_hub.clear()
        self.to_post.clear()
        self.outgoing.disconnected()
        first = self.outgoing.welcome(self.hub.last_n)
        if first is not None:
            self.disk.replied -= set(range(first, len(self.disk.commands) + 1))
            again = [entry for entry in self.disk.commands if entry.n >= first]
            self.outgoing.restore(again, acked=first - 1)

    def restart(self) -> None:
        """The post is switched off and on: only its disk is left."""
        self.outgoing = self._outgoing_on_disk()
        self.reconnect()

    def restore_hub(self, lost: int) -> None:
        """The hub comes back from a backup that lacks its last commands."""
        del self.hub.effects[max(0, len(self.hub.effects) - lost) :]
        self.reconnect()

    def settle(self) -> None:
        """Let everything through, and time pass, until nothing moves any more."""
        self.hub.busy = False
        for _ in range(40 * len(self.disk.commands) + 40):
            self.send()
            self.hub_takes()
            self.post_hears()
            self.wait(0.2)
