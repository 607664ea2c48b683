"""How one identity of the hub follows another: a statement that the one before has signed.

Owns what is signed, and finding a way from one key to another over several statements. Posts that
have pinned a key follow it by these, and so does whoever verifies the journal. Keeps nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import orjson
from msgspec import Meta

from common import seal

PublicHex = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
AT_MOST: Final = 16
"""So many changes of a key are told; a shop that has more has been told the older ones."""
_SIGNED_AS: Final = b"comptoir/succession/1\0"


@dataclass(frozen=True, slots=True)
class Succession:
    """`before` says that `after` takes its place from `since_ms` on. Keys: Ed25519, 32 bytes hex.

    `signature`: by `before`; "" where that was lost, which nobody but the hub's owner says.
    """

    before: PublicHex
    after: PublicHex
    since_ms: Annotated[int, Meta(ge=0, lt=2**47)]
    signature: Annotated[str, Meta(pattern=r"^([0-9a-f]{128})?\Z")] = ""


def vouch(before: seal.SigningKeys, after: bytes, since_ms: int) -> Succession:
    """Return the statement by which a key names the one that follows it, 32 bytes."""
    said = Succession(before.public.hex(), after.hex(), since_ms)
    return Succession(said.before, said.after, since_ms, seal.sign(before, _bytes(said)).hex())


def is_vouched(said: Succession) -> bool:
    """Return whether the key before has signed it."""
    signature = bytes.fromhex(said.signature)
    return seal.verifies(bytes.fromhex(said.before), _bytes(said), signature)


def follow(pinned: str, said: Iterable[Succession]) -> str:
    """Return the newest key that follows a pinned one, both hex; it itself where none does.

    What is not signed by the key that it begins with leads nowhere. In any order.
    """
    known = {one.before: one.after for one in said if is_vouched(one)}
    newest, seen = pinned, {pinned}
    while (after := known.get(newest)) is not None and after not in seen:
        newest = after
        seen.add(after)
    return newest


def leads(before: str, after: str, said: Iterable[Succession]) -> bool:
    """Return whether one key follows another, those counted that were lost on the way."""
    known = {one.before: one.after for one in said}
    at: str | None = before
    while at is not None and at != after:
        at = known.pop(at, None)
    return at is not None


def way(before: str, after: str, said: Sequence[Succession]) -> tuple[Succession, ...]:
    """Return the statements that lead from one key to another, in order; none where none do."""
    known = {one.before: one for one in said if is_vouched(one)}
    found: list[Succession] = []
    at = before
    while at != after:
        step = known.pop(at, None)
        if step is None:
            return ()
        found.append(step)
        at = step.after
    return tuple(found)


def _bytes(said: Succession) -> bytes:
    plain = {"after": said.after, "before": said.before, "since_ms": said.since_ms}
    return _SIGNED_AS + orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
