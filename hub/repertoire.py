"""What a hub can do: the kinds of commands that it knows, and the handler of each.

Owns how a command's bytes are read and who may have it done. A simulation hands in other tables,
of an older hub or a newer one; everybody else uses those of this release.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson

from common import messages as m
from common import wire
from common.commands import CommandKind, Nature
from common.errors import Refusal
from common.models import convert
from hub.authority import Authority, check_profile
from hub.records import devices, trail

if TYPE_CHECKING:
    from hub.work import Work

DAY_MS: Final = 86_400_000
REQUEST_DAYS: Final = 60
"""So old are the oldest requests that are known again. Their ids, UUIDv7, sort by time."""
LISTED: Final = 5
"""A request's list that is longer stands in the audit trail by how many it holds."""
WRITTEN: Final = 1_000
"""A text that is longer, by how many characters: a picture is one."""
DROPPED_AT_ONCE: Final = 10
"""More than come in by one request, so that the table does not grow for ever."""


class Repertoire:
    """Two tables: name → kind, name → handler."""

    __slots__ = ("_authority", "_handlers", "_kinds")

    def __init__(
        self,
        kinds: Mapping[str, CommandKind],
        handlers: Mapping[str, Callable[["Work", Any], None]],
    ) -> None:
        if missing := kinds.keys() - handlers.keys():
            raise ValueError(f"kinds without handler: {sorted(missing)}")
        self._kinds = kinds
        self._handlers = handlers
        self._authority = Authority()

    def read(self, command: m.Command) -> tuple[m.CommandBody, CommandKind, Any]:
        """Return body, kind and checked arguments; raises Refusal with what cannot be read."""
        if wire.body_hash(command.body) != command.body_hash:
            raise Refusal("unreadable_command", reason="its hash does not fit")
        try:
            body = convert(orjson.loads(command.body), m.CommandBody)
        except ValueError as error:
            raise Refusal("unreadable_command", reason=str(error)) from error
        kind = self._kinds.get(body.kind)
        if kind is None:
            raise Refusal("unknown_command", kind=body.kind)
        arguments = kind.schemas.get(command.schema)
        if arguments is None:
            raise Refusal("unknown_schema", kind=body.kind, schema=command.schema)
        try:
            return body, kind, convert(body.args, arguments)
        except ValueError as error:
            raise Refusal("unreadable_command", reason=str(error)) from error

    def perform(self, work: "Work", body: m.CommandBody, kind: CommandKind, args: Any) -> None:
        """Do what was read, in the savepoint that is open; raises Refusal.

        A request that took effect before, under another number, has none now.
        """
        check_profile(work, kind)
        if kind.nature is Nature.REQUEST and work.device.state == devices.REVOKED:
            # Brought by a file: what happened counts, what it wanted does not any more.
            raise Refusal("post_revoked")
        if kind.nature is Nature.FACT:
            work.acting = self._authority.acting(work, body, kind)
            self._handlers[kind.name](work, args)
        elif _is_new(work, body.id):
            work.acting = self._authority.acting(work, body, kind)
            self._handlers[kind.name](work, args)
            trail.add(work.db, _done(work, body, kind))


def _done(work: "Work", body: m.CommandBody, kind: CommandKind) -> trail.Entry:
    """Return what the audit trail says of a request that took effect."""
    acting = work.acting
    by = {"allowed_by": acting.allowed_by} if acting.allowed_by else {}
    args = {name: _told(value) for name, value in body.args.items()}
    details = {"operation": body.id, "args": args, **by}
    who = (work.device.id, acting.person, work.subject or acting.name)
    return trail.Entry(work.now_ms, kind.name, *who, details=details)


def _told(value: Any) -> Any:
    """Return what the trail says of an argument: of what is long, how long it is."""
    long = (isinstance(value, list) and len(value) > LISTED) or (
        isinstance(value, str) and len(value) > WRITTEN
    )
    return len(value) if long else value


def _is_new(work: "Work", request_id: str) -> bool:
    """Note a request; False where it took effect before. What is noted is bounded here, too."""
    oldest_ms = max(0, work.now_ms - REQUEST_DAYS * DAY_MS)
    devices.drop_old_requests(work.db, f"{oldest_ms:012x}", DROPPED_AT_ONCE)
    return devices.take_request(work.db, request_id)
