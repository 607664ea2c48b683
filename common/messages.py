"""Every message between hub and kiosks, as frozen values.

Owns their fields; `wire.py` turns them into frames and back. Outbox ids, epochs and row ids are
lower-case hex; a digest is an integer mod 2²⁵⁶, as 64 hex characters in JSON. No behaviour.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple

from msgspec import Meta

from common.journal.record import KeyId, SignedRecord
from common.journal.witness import HEADS_AT_ONCE, RUNS_SAID, Conflict, Mark, Run
from common.models import Id, PersonId, TimeMs
from common.people import Role
from common.succession import AT_MOST, Succession
from common.topics import Profile

PROTOCOL: Final = 1
Hex16 = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
Topic = Annotated[str, Meta(pattern=r"^[a-z-]{1,32}\Z")]
Count = Annotated[int, Meta(ge=0, le=2**62)]


# Commands, as they travel; what they ask is `commands.py`'s.


@dataclass(frozen=True, slots=True)
class CommandBody:
    """What stands in a command's JSON, before its arguments are checked.

    `session`: what `LoggedIn` gave; `override`: what `Granted` gave. `person`: who did it, as the
    post says; all there is where the post logged in without the hub (`offline`).
    """

    id: Id
    kind: Annotated[str, Meta(max_length=64)]
    args: dict[str, Any]
    operator: Annotated[str, Meta(max_length=100)] = ""
    session: Annotated[str, Meta(max_length=64)] = ""
    override: Annotated[str, Meta(max_length=64)] = ""
    person: Annotated[str, Meta(max_length=64)] = ""
    offline: bool = False


class Command(NamedTuple):
    """A command frame: binary header, and the body's bytes as yet unread.

    `n` counts this outbox's commands from 1 without holes; `acked`: all up to it were replied to;
    `body_hash`: 16 bytes of BLAKE2b over the body. A tuple: a hub makes thousands a second.
    """

    outbox: Hex16
    n: int
    acked: int
    schema: int
    body_hash: bytes
    body: bytes


class Status(StrEnum):
    """How a command ended. Quarantined: kept by its bytes, without effect, the queue goes on."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Reply:
    """The hub's lasting answer to command `n`, sent after COMMIT.

    `topics`: the tseq up to which its changes stand, by topic. `flags`: codes of what looked odd.
    """

    outbox: Hex16
    n: Count
    status: Status
    gseq: Count
    topics: dict[str, int]
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


# Sync: how a replica follows.


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What a post keeps of the hub's journal: the newest head of each of its newest runs.

    `key`: the id of the hub's key that the post has pinned.
    """

    key: KeyId
    marks: Annotated[tuple[Mark, ...], Meta(max_length=RUNS_SAID)]


@dataclass(frozen=True, slots=True)
class Hello:
    """A kiosk's first word on a connection. `vector`: its tseq by topic, of `epoch`.

    `oldest_n`: from there on it still has every operation of its outbox; 0: it does not say.
    `witness`: None where the post keeps nothing of the journal.
    """

    protocol: int
    software: str
    outbox: Hex16
    epoch: str
    vector: dict[str, int]
    sent_ms: int
    oldest_n: Count = 0
    witness: Witnessed | None = None


@dataclass(frozen=True, slots=True)
class TopicMark:
    """Where a topic stands at the hub, and the oldest tseq its change log still reaches."""

    tseq: Count
    low: Count


@dataclass(frozen=True, slots=True)
class JournalNews:
    """Where the hub's journal stands, signed, and of which of the post's runs it is not the
    continuation: `against`. `head`: None where the journal has no line yet.

    `way`: how the hub's key followed the one that the post has pinned, nothing where it is that.
    """

    head: SignedRecord | None
    against: Annotated[tuple[Run, ...], Meta(max_length=RUNS_SAID)] = ()
    way: Annotated[tuple[Succession, ...], Meta(max_length=AT_MOST)] = ()


@dataclass(frozen=True, slots=True)
class Welcome:
    """The hub's answer to `Hello`, all of one committed state. `sent_ms` echoes the kiosk's.

    `covered_n`: two verified backups hold this outbox's operations up to there. `admission`: how
    often this post was let in again after it was revoked. `journal`: None for a post that keeps
    nothing of it.
    """

    protocol: int
    software: str
    epoch: Hex16
    gseq: Count
    last_n: Count
    profile: Profile
    topics: dict[str, TopicMark]
    device_id: Id
    device_number: int
    device_name: str
    broadcast_port: int
    hub_ms: int
    sent_ms: int
    covered_n: Count = 0
    admission: Count = 0
    journal: JournalNews | None = None


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """Ask for all rows of a topic; the hub sends at most `credit` bytes ahead.

    `tseq`: where the kiosk stands by now; it is given none that is older.
    """

    topic: Topic
    request: Count
    credit: Count
    tseq: Count = 0


@dataclass(frozen=True, slots=True)
class Credit:
    """So many more bytes of that snapshot may be sent."""

    topic: Topic
    request: Count
    credit: Count


@dataclass(frozen=True, slots=True)
class SnapshotBegin:
    """`rows` are to come; they equal the log at `tseq`. `last_n`: this outbox's, same moment.

    `head`: where the topic stands by now, where the snapshot was read for another kiosk before.
    """

    topic: Topic
    request: Count
    epoch: Hex16
    gseq: Count
    tseq: Count
    head: Count
    rows: Count
    last_n: Count


@dataclass(frozen=True, slots=True)
class SnapshotChunk:
    """Some rows of a snapshot, as (key, canonical bytes)."""

    topic: str
    request: int
    rows: list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class SnapshotEnd:
    """All rows were sent; `digest` is theirs."""

    topic: Topic
    request: Count
    rows: Count
    digest: str


@dataclass(frozen=True, slots=True)
class Since:
    """Ask for the changes of a topic after `tseq`."""

    topic: Topic
    request: Count
    tseq: Count


@dataclass(frozen=True, slots=True)
class SnapshotRequired:
    """The change log no longer reaches that far back: take a snapshot."""

    topic: Topic
    request: Count


class Change(NamedTuple):
    """One row's new bytes, or None where it is gone; caused by command `n` of `outbox`.

    A tuple, not a dataclass: followers make thousands a second.
    """

    key: str
    row: bytes | None
    outbox: str
    n: int


class Changes(NamedTuple):
    """Consecutive changes of one topic, the first numbered `first_tseq`. A tuple, as `Change`."""

    topic: str
    epoch: str
    gseq: int
    first_tseq: int
    changes: list[Change]

    @property
    def last_tseq(self) -> int:
        """Return the tseq of the last change."""
        return self.first_tseq + len(self.changes) - 1


@dataclass(frozen=True, slots=True)
class Delta:
    """An answer to `Since`; `more`: ask again from its end. `last_n` holds where no more is."""

    request: int
    last_n: int
    more: bool
    changes: Changes


@dataclass(frozen=True, slots=True)
class Announce:
    """A commit too large to broadcast: its changes reach `tseq`; fetch them by `Since`."""

    topic: Topic
    epoch: Hex16
    gseq: Count
    tseq: Count


@dataclass(frozen=True, slots=True)
class Pulse:
    """One topic in a heartbeat: (tseq, digest as 64 hex characters)."""

    tseq: Count
    digest: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Broadcast each second: where every topic of this profile stands."""

    epoch: Hex16
    gseq: Count
    hub_ms: int
    topics: dict[str, Pulse]


# The rest of the conversation.


@dataclass(frozen=True, slots=True)
class Expect:
    """There is a hole before what was sent: send from `n` on."""

    outbox: Hex16
    n: Count


@dataclass(frozen=True, slots=True)
class Ping:
    """Is the command way open? Also measures clocks.

    `clock_diff_ms`: hub time minus this post's, as far as the post knows by now. `head_seq`: the
    newest line of the journal that it keeps a head of, 0: none, None: it keeps none at all.
    """

    sent_ms: int
    clock_diff_ms: int | None = None
    head_seq: Count | None = None


@dataclass(frozen=True, slots=True)
class Pong:
    """Echoes the ping's `sent_ms` with the hub's time. `covered_n`: as in `Welcome`.

    `head`: the journal's newest seal, where the ping named an older one.
    """

    sent_ms: int
    hub_ms: int
    covered_n: Count = 0
    head: SignedRecord | None = None


@dataclass(frozen=True, slots=True)
class HeadsRequest:
    """The hub asks for the heads of a run from line `after` to line `to`: they are not what its
    journal says, or are of lines that a restore has lost."""

    run: Run
    after: Count
    to: Count


@dataclass(frozen=True, slots=True)
class Heads:
    """Heads of a run, in order: evenly chosen where there are more than fit, the first and the last
    among them."""

    run: Run
    seals: Annotated[tuple[SignedRecord, ...], Meta(max_length=HEADS_AT_ONCE)]


@dataclass(frozen=True, slots=True)
class Contradicted:
    """The hub has noted that its journal contradicts a run, from a line after `after` on, and no
    later than `by`."""

    run: Run
    code: Conflict
    after: Count
    by: Count


@dataclass(frozen=True, slots=True)
class Goodbye:
    """A post is switched off as it should be: its silence is no alarm."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question that changes nothing a replica holds; `request` comes back in the answer."""

    request: Count
    kind: Annotated[str, Meta(max_length=64)]
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """`result`, or a `code` of the error table with its params."""

    request: Count
    result: Any = None
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that the hub will not take at all."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


# People: never commands, so that a PIN is in no outbox, no hash, no log and no repr.

Pin = Annotated[str, Meta(max_length=64)]


@dataclass(frozen=True, slots=True)
class Login:
    """A person wants to work on this post."""

    request: Count
    person: Id
    pin: Pin = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The session, a secret of this post and the hub; whoever was logged in here no longer is."""

    request: Count
    session: Hex16 = field(repr=False)
    person: Id
    role: Role
    expires_ms: TimeMs


@dataclass(frozen=True, slots=True)
class Logout:
    """The session ends. It has no answer."""

    session: Hex16 = field(repr=False)


@dataclass(frozen=True, slots=True)
class Override:
    """A second person allows one action of `kind` to whoever holds the session."""

    request: Count
    person: Id
    pin: Pin = field(repr=False)
    kind: Annotated[str, Meta(max_length=64)]
    session: Hex16 = field(repr=False)


@dataclass(frozen=True, slots=True)
class Granted:
    """Good for one command of `kind` in that session, once."""

    request: Count
    grant: Hex16 = field(repr=False)
    person: Id
    kind: str
    expires_ms: TimeMs


@dataclass(frozen=True, slots=True)
class SetPin:
    """A person has a new PIN: one's own, or that of somebody whom one may administer.

    `session`: of whoever does it; "" from the console.
    """

    request: Count
    person: Id
    pin: Pin = field(repr=False)
    session: PersonId = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PinSet:
    """The PIN holds from now on; sessions of that person have ended, but for the one that asked."""

    request: Count
    person: Id


@dataclass(frozen=True, slots=True)
class Denied:
    """No. `params`: `retry_ms`, where a later try is possible."""

    request: Count
    code: str
    params: dict[str, Any] = field(default_factory=dict)


# Pairing, and the card.


@dataclass(frozen=True, slots=True)
class CardRequest:
    """Asks the card socket who this hub is."""


@dataclass(frozen=True, slots=True)
class Card:
    """The hub's signed card. Keys: 32 bytes as hex. Nothing in it is trusted before it is proved.

    `signature`: Ed25519 of the identity over the body's bytes. `past`: how it followed older ones.
    """

    body: str
    signature: str
    past: Annotated[tuple[Succession, ...], Meta(max_length=AT_MOST)] = ()


@dataclass(frozen=True, slots=True)
class CardBody:
    """What a card says: who the hub is, its current CURVE key, where its sockets are.

    `curve_since_ms`: when that key was made; a card of an older key is not believed any more.
    """

    identity: str
    curve_key: str
    shop: str
    epoch: Hex16
    commands_port: int
    enrolment_port: int
    issued_ms: int
    curve_since_ms: Count = 0


@dataclass(frozen=True, slots=True)
class EnrolHello:
    """A kiosk that has a code: its two public keys and its nonce (hex)."""

    curve_key: str
    sign_key: str
    nonce: str


@dataclass(frozen=True, slots=True)
class EnrolChallenge:
    """The hub's nonce, and the salt under which the code becomes a key."""

    nonce: str
    salt: str
    identity: str
    hub_curve_key: str


@dataclass(frozen=True, slots=True)
class EnrolProof:
    """The kiosk's MAC over both sides' keys and nonces, and its signature over the same."""

    mac: str
    signature: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The hub's MAC over the same transcript, and who the device now is."""

    mac: str
    device_id: Id
    device_number: int
    device_name: str
    profile: Profile


# Who is in the shop no more, and who has another key.


@dataclass(frozen=True, slots=True)
class RevocationRequest:
    """Asks the card socket whether the post of this CURVE key (hex) was taken out of the shop."""

    curve_key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


@dataclass(frozen=True, slots=True)
class Revocation:
    """The hub's signed notice that a post was taken out; `body` is the JSON of a RevocationBody."""

    body: str
    signature: str


@dataclass(frozen=True, slots=True)
class RevocationBody:
    """What such a notice says: which post, by which of its keys (hex), when, and by whom.

    `epoch`, `admission`: of which stay in the shop it is the end; both as in `Welcome`.
    """

    identity: str
    device_id: Id
    device_name: str
    curve_key: str
    epoch: Hex16
    admission: Count
    revoked_ms: TimeMs
    by: Annotated[str, Meta(max_length=100)] = ""


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """The hub asks a post for a new CURVE key."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A post's new CURVE key (hex), signed by its Ed25519 key together with the one it replaces."""

    curve_key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    signature: Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]


@dataclass(frozen=True, slots=True)
class KeyTaken:
    """The hub lets the post in by this key, too: come by it, and the old one ends."""

    curve_key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


Message = (
    Command
    | Reply
    | Hello
    | Welcome
    | SnapshotRequest
    | Credit
    | SnapshotBegin
    | SnapshotChunk
    | SnapshotEnd
    | Since
    | SnapshotRequired
    | Changes
    | Delta
    | Announce
    | Heartbeat
    | Expect
    | Ping
    | Pong
    | HeadsRequest
    | Heads
    | Contradicted
    | Goodbye
    | Query
    | Answer
    | Refused
    | Login
    | LoggedIn
    | Logout
    | Override
    | Granted
    | SetPin
    | PinSet
    | Denied
    | CardRequest
    | Card
    | EnrolHello
    | EnrolChallenge
    | EnrolProof
    | Enrolled
    | RevocationRequest
    | Revocation
    | KeyRequest
    | NewKey
    | KeyTaken
)
