"""Questions that change nothing a replica holds: one table kind → who may ask → answer.

Owns what the hub's own command line and the kiosks may ask. Answers are plain JSON values.
"""

import base64
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final

from msgspec import Meta

from common import VERSION, seal, wire
from common import messages as m
from common.card import fingerprint
from common.errors import Problem, Refusal
from common.export import Exported
from common.journal.kinds import Period
from common.models import Id, convert
from common.pictures import ANSWER_BYTES, AT_ONCE, Pictured
from common.topics import KIOSK_PROFILES, TOPICS_OF, Profile
from hub import quarantine
from hub.admission import Admission
from hub.changes import ChangeLogBook
from hub.closings import Closings
from hub.collecting import Collecting
from hub.drawers import drawers
from hub.journal_check import JournalCheck
from hub.pairing import PairingDesk
from hub.records import backups, devices, people, pictures, sales, trail
from hub.records.devices import Device
from hub.space import Space
from hub.store import Store, sqlite_version
from hub.watch import CLOCK_LIMIT_MS, Watch
from hub.watched import PostView, Presence

TICKETS_BYTES: Final = 2 * 1024 * 1024
"""Of tickets in one answer: a kiosk takes no frame beyond `wire.BROADCAST_BYTES`."""


@dataclass(slots=True)
class Desk:
    """What answers are made from."""

    store: Store
    log: ChangeLogBook
    pairing: PairingDesk
    watch: Watch
    space: Space
    counters: Callable[[], dict[str, int]]
    now_ms: Callable[[], int]
    started_ms: int
    shop_name: str
    identity: str
    admission: Admission
    collecting: Collecting
    closings: Closings
    check: JournalCheck


@dataclass(frozen=True, slots=True)
class _NoArguments:
    pass


@dataclass(frozen=True, slots=True)
class _Pair:
    """`key`, `salt`: hex; the code itself stays in the terminal that made it."""

    profile: Profile
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    salt: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]


@dataclass(frozen=True, slots=True)
class _Code:
    number: int


@dataclass(frozen=True, slots=True)
class _Page:
    before_ms: Annotated[int, Meta(ge=0, le=2**47)]
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


def _status(desk: Desk, _: _NoArguments) -> Any:
    posts = _posts(desk)
    return {
        "shop": desk.shop_name,
        "fingerprint": fingerprint(desk.identity),
        "version": VERSION,
        "sqlite": sqlite_version(),
        "epoch": desk.log.epoch,
        "gseq": desk.log.gseq,
        "started_ms": desk.started_ms,
        "now_ms": desk.now_ms(),
        "topics": {
            topic: {"tseq": head.tseq, "low": head.low, "digest": f"{head.digest:064x}"}
            for topic, head in desk.log.heads.items()
        },
        "devices": len(posts),
        "connected": sum(post.presence is Presence.HERE for post in posts),
        "silent": [_about(post) for post in posts if post.presence is Presence.SILENT],
        "clocks": [_about(post) for post in posts if _is_clock_off(post)],
        "quarantined": devices.quarantined(desk.store.db),
        "people": len(people.people(desk.store.db)),
        "peopled": people.has_pins(desk.store.db),
        "disk": {
            "folder": str(desk.store.path.parent),
            "free_bytes": desk.space.free,
            "low": _plain(desk.space.refusal()),
        },
        "backup_ms": next((made.made_ms for made in backups.backups(desk.store.db)), None),
        "counters": desk.counters(),
    }


def _devices(desk: Desk, _: _NoArguments) -> Any:
    return [
        {
            "id": post.device.id,
            "profile": post.device.profile.value,
            "state": post.device.state,
            "enrolled_ms": post.device.enrolled_ms,
            "presence": post.presence.value,
            "silences": post.silences,
            **_about(post),
        }
        for post in _posts(desk)
    ]


def _posts(desk: Desk) -> list[PostView]:
    known = devices.devices(desk.store.db)
    return [desk.watch.view(device) for device in known if device.profile in KIOSK_PROFILES]


def _about(post: PostView) -> dict[str, Any]:
    return {
        "number": post.device.number,
        "name": post.device.name,
        "heard_ms": post.heard_ms,
        "clock_diff_ms": post.clock_diff_ms,
    }


def _is_clock_off(post: PostView) -> bool:
    known = post.presence is Presence.HERE and post.clock_diff_ms is not None
    return known and abs(post.clock_diff_ms or 0) > CLOCK_LIMIT_MS


def _plain(problem: Problem | None) -> dict[str, Any] | None:
    return None if problem is None else {"code": problem.code, "params": problem.params}


def _pair(desk: Desk, args: _Pair) -> Any:
    if args.profile not in KIOSK_PROFILES:
        raise Refusal("profile_not_allowed", profile=args.profile, kind="pair")
    key, salt = bytes.fromhex(args.key), bytes.fromhex(args.salt)
    if len(salt) != seal.SALT_BYTES:
        raise Refusal("malformed", reason="salt")
    number = desk.pairing.give_out(key, salt, args.profile, args.name)
    return asdict(desk.pairing.look(number))


def _drawers(desk: Desk, _: _NoArguments) -> Any:
    return drawers(desk.store.db, desk.check.standing)


def _code(desk: Desk, args: _Code) -> Any:
    return asdict(desk.pairing.look(args.number))


def _tickets(desk: Desk, args: _Page) -> Any:
    return sales.tickets_before(desk.store.db, args.before_ms, args.limit, TICKETS_BYTES)


@dataclass(frozen=True, slots=True)
class _Pictures:
    pictures: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=AT_ONCE)]


def _pictures(desk: Desk, args: _Pictures) -> Any:
    found = pictures.contents(desk.store.db, args.pictures, ANSWER_BYTES)
    return {
        name: None if content is None else base64.b64encode(content).decode()
        for name, content in found.items()
    }


@dataclass(frozen=True, slots=True)
class _Kept:
    """`ref`: as alerts show it, for what it names, with its bytes; "": the list, without."""

    ref: Annotated[str, Meta(max_length=100)] = ""


def _quarantine(desk: Desk, args: _Kept) -> Any:
    return quarantine.listing(desk.store.db, args.ref)


def _people(desk: Desk, _: _NoArguments) -> Any:
    return [asdict(person) for person in people.people(desk.store.db)]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """As `trail.Wanted`."""

    since_ms: Annotated[int, Meta(ge=-(2**47), le=2**47)] = 0
    device: Annotated[str, Meta(max_length=100)] = ""
    person: Annotated[str, Meta(max_length=100)] = ""
    action: Annotated[str, Meta(max_length=64)] = ""
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 100


def _audit(desk: Desk, args: _Wanted) -> Any:
    wanted = trail.Wanted(args.since_ms, args.device, args.person, args.action, args.limit)
    return trail.entries(desk.store.db, wanted)


# Who may come in, and what is brought from a post.


@dataclass(frozen=True, slots=True)
class _Revoke:
    """`by`: who does it, as the post will say."""

    device: Id
    by: Annotated[str, Meta(max_length=100)] = ""


@dataclass(frozen=True, slots=True)
class _Post:
    device: Id


def _revoke(desk: Desk, args: _Revoke) -> Any:
    return {"name": desk.admission.revoke(args.device, args.by).name}


def _reinstate(desk: Desk, args: _Post) -> Any:
    return {"name": desk.admission.reinstate(args.device).name}


def _new_device_key(desk: Desk, args: _Post) -> Any:
    return {"here": desk.admission.ask_new_key(args.device)}


def _new_hub_key(desk: Desk, _: _NoArguments) -> Any:
    if desk.pairing.open:
        raise Refusal("code_is_out")
    desk.admission.rotate_hub_key()
    return {}


@dataclass(frozen=True, slots=True)
class _Operation:
    """`body`: its bytes, deflated, as base64; `signature`: hex."""

    n: m.Count
    schema: Annotated[int, Meta(ge=0, le=65535)]
    body: str
    signature: Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]


@dataclass(frozen=True, slots=True)
class _Collect:
    device: Id
    outbox: m.Hex16
    oldest_n: m.Count
    operations: Annotated[tuple[_Operation, ...], Meta(max_length=500)]


def _collect(desk: Desk, args: _Collect) -> Any:
    exported = [
        (
            Exported(args.device, args.outbox, args.oldest_n, one.n, one.schema, _body(one.body)),
            bytes.fromhex(one.signature),
        )
        for one in args.operations
    ]
    replies = desk.collecting.take(exported)
    return [{"n": r.n, "status": r.status.value, **_plain_problem(r)} for r in replies]


def _plain_problem(reply: m.Reply) -> dict[str, Any]:
    return {"code": reply.code, "params": reply.params}


def _body(packed: str) -> bytes:
    """Return a body as the post has it; raises Refusal for what is none."""
    try:
        inflating = zlib.decompressobj()
        body = inflating.decompress(base64.b64decode(packed, validate=True), wire.COMMAND_BYTES)
    except (ValueError, zlib.error) as error:
        raise Refusal("malformed", reason=str(error)) from error
    if not inflating.eof:
        raise Refusal("operation_too_large", size=len(packed), limit=wire.COMMAND_BYTES)
    return body


@dataclass(frozen=True, slots=True)
class _Close:
    period: Period


def _close(desk: Desk, args: _Close) -> Any:
    return desk.closings.close(args.period)


@dataclass(frozen=True, slots=True)
class QueryKind:
    """One line of the table."""

    arguments: type[Any]
    answer: Callable[[Desk, Any], Any]
    profiles: frozenset[Profile]


_CONSOLE: Final = frozenset({Profile.CONSOLE})
_MANAGING: Final = frozenset({Profile.OFFICE, Profile.CONSOLE})
_SELLING: Final = frozenset({Profile.TILL, Profile.OFFICE, Profile.CONSOLE})
_SHELVED: Final = frozenset(profile for profile in Profile if {*Pictured} & {*TOPICS_OF[profile]})
"""Who sees rows that name pictures."""
QUERIES: Final[Mapping[str, QueryKind]] = {
    "status": QueryKind(_NoArguments, _status, _CONSOLE),
    "devices": QueryKind(_NoArguments, _devices, _CONSOLE),
    "pair": QueryKind(_Pair, _pair, _CONSOLE),
    "code": QueryKind(_Code, _code, _CONSOLE),
    "tickets": QueryKind(_Page, _tickets, _SELLING),
    "pictures": QueryKind(_Pictures, _pictures, _SHELVED),
    "drawers": QueryKind(_NoArguments, _drawers, _MANAGING),
    "quarantine": QueryKind(_Kept, _quarantine, _MANAGING),
    "people": QueryKind(_NoArguments, _people, _CONSOLE),
    "audit": QueryKind(_Wanted, _audit, _CONSOLE),
    "revoke": QueryKind(_Revoke, _revoke, _CONSOLE),
    "reinstate": QueryKind(_Post, _reinstate, _CONSOLE),
    "new_device_key": QueryKind(_Post, _new_device_key, _CONSOLE),
    "new_hub_key": QueryKind(_NoArguments, _new_hub_key, _CONSOLE),
    "collect": QueryKind(_Collect, _collect, _CONSOLE),
    "close": QueryKind(_Close, _close, _CONSOLE),
}


def answer(desk: Desk, device: Device, query: m.Query) -> m.Answer:
    """Return the answer to a device's question; a refusal is an answer, too."""
    kind = QUERIES.get(query.kind)
    try:
        if kind is None:
            raise Refusal("unknown_query", kind=query.kind)
        if device.profile not in kind.profiles:
            raise Refusal("profile_not_allowed", profile=device.profile, kind=query.kind)
        try:
            arguments = convert(query.args, kind.arguments)
        except ValueError as error:
            raise Refusal("malformed", reason=str(error)) from error
        return m.Answer(query.request, kind.answer(desk, arguments))
    except Refusal as refusal:
        return m.Answer(query.request, None, refusal.problem.code, refusal.problem.params)
