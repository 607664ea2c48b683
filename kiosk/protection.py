"""How a post's key files are protected: not at all but by their rights, or by a passphrase.

Owns the ways there are, each a `Lock`, and the file that says which one (`keys/protection.json`;
none: the files are open). A key file says by itself whether it is sealed, so that a change of ways
that power cut short is read and finished. The key files themselves are `keys.py`'s.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Protocol

import msgspec
import orjson
from msgspec import Meta

from common import seal
from common.errors import Refusal
from common.models import convert
from kiosk.device import write_whole

LEAST_PASSPHRASE: Final = 12
_FILE: Final = "keys/protection.json"
_SEALED: Final = "sealed "
_CHECK: Final = b"protection"


class Lock(Protocol):
    """Turns secrets into the text of key files and back."""

    def close(self, name: str, secret: bytes, /) -> str:
        """Return the text of the key file `name`."""

    def open(self, name: str, text: str, /) -> bytes:
        """Return its secret; raises ValueError for damage, Refusal `keys_locked`."""


class OpenFiles:
    """The files alone: who can read them has the keys."""

    def close(self, _name: str, secret: bytes, /) -> str:
        """Return a secret as hex."""
        return secret.hex()

    def open(self, _name: str, text: str, /) -> bytes:
        """Return the secret of hex; raises ValueError, Refusal `keys_locked`."""
        if text.startswith(_SEALED):
            raise Refusal("keys_locked")
        return bytes.fromhex(text)


class SealedFiles:
    """The files sealed under one key; open ones are read as well, until they are sealed."""

    def __init__(self, sealer: seal.Sealer) -> None:
        self._sealer = sealer

    def close(self, name: str, secret: bytes, /) -> str:
        """Return a secret sealed for its name."""
        return _SEALED + self._sealer.seal(name.encode(), secret).hex()

    def open(self, name: str, text: str, /) -> bytes:
        """Return the secret; raises ValueError."""
        if not text.startswith(_SEALED):
            return bytes.fromhex(text)
        secret = self._sealer.open(name.encode(), bytes.fromhex(text.removeprefix(_SEALED)))
        if secret is None:
            raise ValueError("it does not open")
        return secret


OPEN: Final[Lock] = OpenFiles()


@dataclass(frozen=True, slots=True)
class Protection:
    """The file: which way, what a passphrase is stretched by, and a value that only it opens."""

    way: str
    salt: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
    passes: Annotated[int, Meta(ge=1, le=64)]
    memory_bytes: Annotated[int, Meta(ge=8192, le=4 * 1024**3)]
    check: Annotated[str, Meta(pattern=r"^([0-9a-f]{2}){1,200}\Z")]


def protection(folder: Path) -> Protection | None:
    """Return how a post's keys are protected, None for open files.

    Raises Refusal `unreadable_device`.
    """
    path = folder / _FILE
    try:
        found = convert(orjson.loads(path.read_bytes()), Protection)
        if found.way not in WAYS:
            raise ValueError(f"{found.way!r} is no way of this release")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise Refusal("unreadable_device", file=str(path), reason=str(error)) from error
    return found


def unlock(folder: Path, passphrase: str) -> Lock:
    """Return what opens a post's keys; takes a second. Raises Refusal `passphrase_wrong`."""
    found = protection(folder)
    return OPEN if found is None else WAYS[found.way](found, passphrase)


def begin(folder: Path, passphrase: str, cost: seal.PinCost = seal.FILE_KEY_COST) -> Lock:
    """Make or find the file for a passphrase; return by what the keys are sealed from now on.

    Raises Refusal: `passphrase_short`, `passphrase_wrong` where another was begun, `disk_failed`.
    """
    if protection(folder) is not None:
        return unlock(folder, passphrase)
    if len(passphrase) < LEAST_PASSPHRASE:
        raise Refusal("passphrase_short", least=LEAST_PASSPHRASE)
    salt = seal.random_bytes(seal.SALT_BYTES)
    sealer = seal.Sealer(seal.passphrase_key(passphrase, salt, cost))
    check = sealer.seal(_CHECK, b"").hex()
    made = Protection("passphrase", salt.hex(), cost.passes, cost.memory_bytes, check)
    write_whole(folder / _FILE, orjson.dumps(made, option=orjson.OPT_INDENT_2))
    return SealedFiles(sealer)


def end(folder: Path) -> None:
    """Remove the file, once every key file is open."""
    (folder / _FILE).unlink(missing_ok=True)


def _by_passphrase(found: Protection, passphrase: str) -> Lock:
    cost = seal.PinCost(found.passes, found.memory_bytes)
    sealer = seal.Sealer(seal.passphrase_key(passphrase, bytes.fromhex(found.salt), cost))
    if sealer.open(_CHECK, bytes.fromhex(found.check)) is None:
        raise Refusal("passphrase_wrong", file=_FILE)
    return SealedFiles(sealer)


WAYS: Final[Mapping[str, Callable[[Protection, str], Lock]]] = MappingProxyType(
    {"passphrase": _by_passphrase}
)
"""Way → what opens the keys, by what was asked for at the start."""
