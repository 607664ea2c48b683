"""A post's private keys: one file each, for their owner's eyes only.

Owns the folder `keys` (0700) and its files (0600), and puts right what others could read. Keys are
made on the post and never leave it; they are kept only once a hub has enrolled them.
"""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from common import seal
from common.errors import Problem, Refusal
from kiosk.device import write_whole
from kiosk.protection import OPEN, Lock, begin, end, protection

FOLDER: Final = "keys"
FIRST: Final = "sign.key"
FIRST_NEXT: Final = "sign.next.key"
SECOND: Final = "sign-p256.key"
SECOND_NEXT: Final = "sign-p256.next.key"
_CHANGING: Final = "sign.changing"
"""There while the signing keys that follow take the place of those in force."""
_STORE: Final = "store.key"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """A post's CURVE pair, by which the hub admits it, and its signing pair."""

    curve: seal.CurveKeys
    signing: seal.SigningKeys


def new_keys() -> DeviceKeys:
    """Return fresh keys, on no disk yet."""
    return DeviceKeys(seal.new_curve_keys(), seal.new_signing_keys())


def write_keys(folder: Path, keys: DeviceKeys, lock: Lock = OPEN) -> None:
    """Keep keys in a post's folder. Raises Refusal `disk_failed`, `keys_locked`."""
    place = folder / FOLDER
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if lock is OPEN and protection(folder) is not None:
        raise Refusal("keys_locked")
    write_key(place / "curve.key", keys.curve.secret, lock)
    write_key(place / FIRST, keys.signing.secret, lock)


def read_keys(folder: Path, lock: Lock = OPEN) -> DeviceKeys:
    """Return a post's keys. Raises Refusal `unreadable_device`, `keys_locked`."""
    place = folder / FOLDER
    curve = seal.curve_keys_of(read_key(place / "curve.key", lock))
    return DeviceKeys(curve, seal.signing_keys_of(_signing_secret(place, lock)))


def _signing_secret(place: Path, lock: Lock) -> bytes:
    """Return by what a post signs, also while that is being changed by somebody else."""
    if (place / _CHANGING).exists():
        with suppress(Refusal):
            return read_key(place / FIRST_NEXT, lock)
    return read_key(place / FIRST, lock)


def begin_change(folder: Path, with_second: bool) -> None:
    """Let the signing keys that follow take the place of those in force; raises `disk_failed`."""
    write_whole(folder / FOLDER / _CHANGING, b"2\n" if with_second else b"1\n")


def settle_change(folder: Path, lock: Lock = OPEN) -> None:
    """End what `begin_change` began, wherever it was interrupted; raises Refusal as `read_keys`.

    For whoever is alone on the folder.
    """
    place = folder / FOLDER
    changing = place / _CHANGING
    if not changing.exists():
        return
    with_second = changing.read_bytes().startswith(b"2")
    _replace(place / FIRST_NEXT, place / FIRST, lock)
    if with_second:
        _replace(place / SECOND_NEXT, place / SECOND, lock)
    else:
        (place / SECOND_NEXT).unlink(missing_ok=True)
        (place / SECOND).unlink(missing_ok=True)
    changing.unlink()


def _replace(following: Path, path: Path, lock: Lock) -> None:
    # Sealed for its name: written anew, not renamed.
    if following.exists():
        write_key(path, read_key(following, lock), lock)
        following.unlink()


def protect(folder: Path, passphrase: str, cost: seal.PinCost = seal.FILE_KEY_COST) -> None:
    """Seal every key of a post that does not run, by a passphrase.

    Where that was begun before, it is finished, by the same passphrase.

    Raises Refusal: what `protection.begin` and reading and writing raise.
    """
    if protection(folder) is None:
        read_keys(folder)
    _rewrite(folder, begin(folder, passphrase, cost), sealed=True)


def unprotect(folder: Path, lock: Lock) -> None:
    """Open every key of a post that does not run."""
    _rewrite(folder, lock, sealed=False)
    end(folder)


def _rewrite(folder: Path, lock: Lock, sealed: bool) -> None:
    for path in sorted((folder / FOLDER).glob("*.key")):
        try:
            secret = read_key(path, lock)
        except Refusal:
            if path.name == "store.damaged.key":
                continue
            raise
        write_key(path, secret, lock if sealed else OPEN)


def read_store_keys(folder: Path, lock: Lock = OPEN) -> list[bytes]:
    """Return the key that seals what a post keeps, made where there is none yet, then older ones.

    32 bytes each. Older ones are whatever was put beside as `store.….key`. A key that is damaged is
    kept aside: what it sealed is told of when it is opened. Raises Refusal `disk_failed`,
    `unreadable_device`.
    """
    path = folder / FOLDER / _STORE
    older = []
    for other in sorted(path.parent.glob("store.?*.key")):
        with suppress(Refusal):
            older.append(read_key(other, lock))
    try:
        return [read_key(path, lock), *older]
    except Refusal as refusal:
        if isinstance(refusal.__cause__, ValueError):
            path.replace(path.with_name("store.damaged.key"))
        elif not isinstance(refusal.__cause__, FileNotFoundError):
            raise
    secret = seal.random_bytes(seal.STORE_KEY_BYTES)
    write_key(path, secret, lock)
    return [secret, *older]


def close_to_others(folder: Path) -> Problem | None:
    """Take from other users what they could do with the keys; return a problem to show, or None.

    Windows keeps a user's folders to the user: nothing is looked at there.
    """
    place = folder / FOLDER
    if os.name != "posix" or not place.is_dir():
        return None
    open_ones = [path for path in (place, *place.iterdir()) if path.stat().st_mode & _OTHERS]
    for path in open_ones:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
    return Problem("keys_were_readable", {"path": str(open_ones[0])}) if open_ones else None


def write_key(path: Path, secret: bytes, lock: Lock) -> None:
    """Put a key file in place, whole. Raises Refusal `disk_failed`."""
    write_whole(path, lock.close(path.name, secret).encode() + b"\n")


def read_key(path: Path, lock: Lock) -> bytes:
    """Return the secret of a key file, 32 bytes. Raises Refusal `unreadable_device`."""
    try:
        secret = lock.open(path.name, path.read_text("ascii").strip())
        if len(secret) != 32:
            raise ValueError(f"a key has 32 bytes, not {len(secret)}")
    except (OSError, ValueError) as error:
        raise Refusal("unreadable_device", file=str(path), reason=str(error)) from error
    return secret
