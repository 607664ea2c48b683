"""Another identity for a hub that is stopped: made, vouched for by the one before, put in place.

Owns the order of the files. Wherever it is interrupted, the hub has one identity, the old one or
the new one, and what leads to it: the statement of the old key is on disk before the new key takes
its place. A key that is lost vouches for nothing; that an administrator says so is kept as well.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import orjson

from common import seal
from common.errors import Refusal
from common.succession import Succession, vouch
from hub.folder import ConfigError, Folder
from hub.key_files import read_keys, read_past, read_secret, write_secret
from hub.store import sync_folder

_OTHERS: Final = ("curve", "console")


def rotate(folder: Folder, now_ms: int) -> Succession:
    """Give the hub another identity, and return what leads to it; hold the folder's lock.

    Raises ConfigError, and the hub has the identity that it had.
    """
    settle(folder)
    keys = read_keys(folder)
    following = seal.new_signing_keys()
    said = vouch(keys.identity, following.public, now_ms)
    with _told(folder.pepper):
        # PINs are kept under a secret of the first identity, which they outlive.
        _write(folder.pepper, keys.pepper)
    _put(folder, following, (*keys.past, said))
    return said


def replace_lost(folder: Folder, known: str, now_ms: int) -> tuple[Succession, list[str]]:
    """Give a hub another identity whose own is gone; return what was said of it, and other keys
    that were gone as well and are new.

    `known`: the key by which posts and the journal know it, as hex. Raises Refusal `identity_there`
    where that is not gone, ConfigError.
    """
    with _told(folder.keys):
        folder.keys.mkdir(mode=0o700, exist_ok=True)
    settle(folder)
    if _public(folder) == known:
        raise Refusal("identity_there", file=folder.identity)
    made = [name for name in _OTHERS if not (folder.keys / f"{name}.key").exists()]
    with _told(folder.identity):
        if folder.identity.exists():
            stamp = datetime.fromtimestamp(now_ms // 1000, UTC).strftime("%Y%m%d-%H%M%S")
            folder.identity.rename(folder.identity.with_name(f"identity.replaced-{stamp}.key"))
        for name in made:
            write_secret(folder.keys / f"{name}.key", seal.new_curve_keys().secret)
    following = seal.new_signing_keys()
    said = Succession(known, following.public.hex(), now_ms)
    _put(folder, following, (*read_past(folder), said))
    return said, made


def settle(folder: Folder) -> None:
    """End a change that was interrupted: forward where the old key has said so, else back."""
    if not folder.next_identity.exists():
        return
    following = seal.signing_keys_of(read_secret(folder.next_identity)[0])
    past = read_past(folder)
    with _told(folder.identity):
        if past and past[-1].after == following.public.hex():
            os.replace(folder.next_identity, folder.identity)
        else:
            folder.next_identity.unlink()
        sync_folder(folder.keys)


def _put(folder: Folder, following: seal.SigningKeys, past: Sequence[Succession]) -> None:
    with _told(folder.next_identity):
        _write(folder.next_identity, following.secret)
        beside = folder.past.with_name(folder.past.name + ".new")
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(orjson.dumps(msgspec.to_builtins(past), option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, folder.past)
        sync_folder(folder.keys)
    settle(folder)


def _write(path: Path, secret: bytes) -> None:
    """Put a key file in place, whole, over what an interrupted change has left."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    write_secret(beside, secret)
    os.replace(beside, path)


def _public(folder: Folder) -> str:
    """Return the identity's public key as hex, "" where it is gone or damaged."""
    try:
        return seal.signing_keys_of(read_secret(folder.identity)[0]).public.hex()
    except ConfigError:
        return ""


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError("key_unwritable", file=path, reason=error.strerror) from error
