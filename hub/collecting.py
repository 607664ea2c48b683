"""Operations that an administrator brings from a post by a file: taken as if it had sent them.

Owns that each is the post's own, by its signature, and that it goes the way of every command, so
that one that was taken before is not taken twice. Of a post that is out only facts are taken.
"""

from collections.abc import Callable, Collection, Sequence

from common import messages as m
from common import wire
from common.errors import Refusal
from common.export import Exported, is_of
from hub.pipeline import Pipeline, Received
from hub.records.devices import Device
from hub.register import Register


class Collecting:
    """`sign_keys`: by which a post may sign; `on_changes`: broadcast what became of a commit."""

    def __init__(
        self,
        register: Register,
        pipeline: Pipeline,
        sign_keys: Callable[[Device], Collection[bytes]],
        now_ms: Callable[[], int],
    ) -> None:
        self._register = register
        self._sign_keys = sign_keys
        self._now_ms = now_ms
        self._pipeline = pipeline
        self.on_changes: Callable[[Sequence[m.Changes]], None] = lambda _changes: None

    def take(self, operations: Sequence[tuple[Exported, bytes]]) -> list[m.Reply]:
        """Take operations of one post and outbox, with their signatures, in order; return replies.

        Raises Refusal `unknown_device`, `operation_unproved`, before any of them is taken, and with
        what the hub says to an operation that it does not take now.
        """
        batch = []
        for operation, signature in operations:
            post = self._register.post(operation.device_id)
            if not any(is_of(operation, key, signature) for key in self._sign_keys(post)):
                raise Refusal("operation_unproved", n=operation.n, device=post.name)
            hash_ = wire.body_hash(operation.body)
            command = m.Command(
                operation.outbox, operation.n, 0, operation.schema, hash_, operation.body
            )
            batch.append(Received(post, command, b""))
        if not batch:
            return []
        first = operations[0][0]
        self.on_changes(self._pipeline.skip(first.outbox, batch[0].device, first.oldest_n))
        released = self._pipeline.run(batch)
        self.on_changes(released.changes)
        self._register.note_collected(batch[0].device, self._now_ms(), released.taken)
        return [_reply(frame) for _, frame in released.answers]


def _reply(frame: bytes) -> m.Reply:
    said = wire.decode(frame)
    if isinstance(said, m.Reply):
        return said
    if isinstance(said, m.Expect):
        raise Refusal("export_gap", n=said.n)
    raise Refusal(said.code, **said.params)
