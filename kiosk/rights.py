"""What the person at a post may do, and what a second person has allowed for once.

Owns the permissions in hand, and what an operation says of who did it. Whose PIN was right is found
out before; the hub looks at all of it again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from common.commands import Nature
from common.errors import Refusal
from common.permits import ASKED
from kiosk.state import At, Who


class Right(Enum):
    """Whether the person at the post may do something. `ASK`: somebody else may allow it."""

    YES = "yes"
    ASK = "ask"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Signature:
    """What an operation says of who did it: nothing where the shop has nobody with a PIN."""

    person: str = ""
    name: str = ""
    session: str = field(default="", repr=False)
    override: str = field(default="", repr=False)
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission that `person` gave for one action. `until_ms`: hub time.

    `token`: what the hub knows it by; the person's id where the hub was away (`offline`).
    """

    token: str = field(repr=False)
    person: str
    until_ms: int
    offline: bool = False


class Rights:
    """The rights at one post. `hub_ms`: the hub's time, as far as known."""

    def __init__(self, hub_ms: Callable[[], int]) -> None:
        self._hub_ms = hub_ms
        self._grants: dict[str, Grant] = {}

    def clear(self) -> None:
        """Nobody has allowed anything to whoever comes."""
        self._grants.clear()

    def add(self, kind: str, grant: Grant) -> None:
        """One action of `kind` is allowed."""
        self._grants[kind] = grant

    def grant(self, kind: str) -> Grant | None:
        """Return the permission for the next action of `kind`."""
        grant = self._grants.get(kind)
        if grant is not None and self._hub_ms() >= grant.until_ms:
            del self._grants[kind]
            return None
        return grant

    def may(self, who: Who, kind: str) -> Right:
        """Return whether the person may do this; where the hub is not asked, only for facts."""
        if who.at is At.OPEN:
            return Right.YES
        if not who.here:
            return Right.NO
        command = ASKED[kind]
        if who.role in command.roles or self.grant(kind) is not None:
            return Right.YES
        can_ask = who.at is At.ONLINE or command.nature is Nature.FACT
        return Right.ASK if can_ask else Right.NO

    def check(self, who: Who, kind: str) -> None:
        """Raise Refusal `login_needed` or `not_allowed` where the person may not do this."""
        if who.shut:
            raise Refusal("login_needed", kind=kind)
        if self.may(who, kind) is not Right.YES:
            raise Refusal("not_allowed", person=who.name, kind=kind)

    def sign(self, who: Who, session: str, kind: str) -> Signature:
        """Return what an operation of now says of who did it, and by whose permission."""
        if not who.here:
            return Signature()
        offline = who.at is At.OFFLINE
        grant = None if who.role in ASKED[kind].roles else self.grant(kind)
        if grant is None:
            return Signature(who.person, who.name, session, "", offline)
        return Signature(who.person, who.name, session, grant.token, offline or grant.offline)

    def spend(self, kind: str) -> None:
        """An action of `kind` is on disk: what allowed it allows no other."""
        self._grants.pop(kind, None)
