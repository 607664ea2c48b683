"""The keys that backups are sealed to: public ones in the hub's folder, private ones elsewhere.

Owns both kinds of files. `backup-keys/NAME.pub` holds a public key as hex: no secret, and outside
the database, which may be damaged on the day that it counts. A private key file is made once, kept
under a passphrase, and belongs on another medium than the hub's.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec
import orjson
from msgspec import Meta

from common import seal
from common.models import convert
from hub.folder import ConfigError, Folder

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PLACE: Final = b"backup key"
_KIND: Final = "comptoir backup key 1"
LEAST_PASSPHRASE: Final = 12
Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A registered key. `public`: 32 bytes."""

    name: str
    public: bytes


@dataclass(frozen=True, slots=True)
class _KeyFile:
    """A private key file: the secret sealed under Argon2id of a passphrase."""

    kind: str
    public: Hex32
    salt: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
    passes: Annotated[int, Meta(ge=1, le=64)]
    memory_bytes: Annotated[int, Meta(ge=8192, le=4 * 1024**3)]
    secret: Annotated[str, Meta(max_length=1000)]


def public_keys(folder: Folder) -> list[PublicKey]:
    """Return the registered keys by name; raises ConfigError for one that cannot be read."""
    found = []
    for path in sorted(folder.backup_keys.glob("*.pub")):
        try:
            public = bytes.fromhex(path.read_text("ascii").strip())
        except (OSError, ValueError):
            public = b""
        if len(public) != 32:
            raise ConfigError("backup_key_damaged", file=path)
        found.append(PublicKey(path.stem, public))
    return found


def require_free(folder: Folder, name: str) -> None:
    """Raise ConfigError where a name is taken or none."""
    if not _NAME.fullmatch(name):
        raise ConfigError("backup_key_name", name=repr(name))
    path = folder.backup_keys / f"{name}.pub"
    if os.path.lexists(path):
        raise ConfigError("file_exists", file=path)


def forget(folder: Folder, name: str) -> None:
    """Seal later backups to this key no more; raises ConfigError where there is none."""
    if name not in [key.name for key in public_keys(folder)]:
        raise ConfigError("backup_key_unknown", name=repr(name))
    (folder.backup_keys / f"{name}.pub").unlink()


def register(folder: Folder, name: str, public: bytes) -> None:
    """Seal later backups to this key, too; raises ConfigError where the name is taken or none."""
    require_free(folder, name)
    path = folder.backup_keys / f"{name}.pub"
    try:
        folder.backup_keys.mkdir(mode=0o700, exist_ok=True)
        _write_new(path, public.hex() + "\n")
    except FileExistsError:
        raise ConfigError("file_exists", file=path) from None
    except OSError as error:
        raise ConfigError("folder_unusable", folder=path.parent, reason=error.strerror) from error


def new_key_file(path: Path, passphrase: str, cost: seal.PinCost = seal.FILE_KEY_COST) -> bytes:
    """Make a private key file that is not there yet and return its public key.

    Raises ConfigError: the passphrase is too short, the file exists or cannot be made.
    """
    if len(passphrase) < LEAST_PASSPHRASE:
        raise ConfigError("passphrase_short", least=LEAST_PASSPHRASE)
    keys = seal.new_curve_keys()
    salt = seal.random_bytes(seal.SALT_BYTES)
    sealer = seal.Sealer(seal.passphrase_key(passphrase, salt, cost))
    content = _KeyFile(
        _KIND,
        keys.public.hex(),
        salt.hex(),
        cost.passes,
        cost.memory_bytes,
        sealer.seal(_PLACE, keys.secret).hex(),
    )
    try:
        _write_new(path, orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n")
    except FileExistsError:
        raise ConfigError("file_exists", file=path) from None
    except OSError as error:
        raise ConfigError("folder_unusable", folder=path.parent, reason=error.strerror) from error
    return keys.public


def open_key_file(path: Path, passphrase: str) -> seal.CurveKeys:
    """Return the keys of a private key file; raises ConfigError."""
    try:
        if path.exists() and not path.is_file():
            raise ValueError("no plain file")
        content = convert(orjson.loads(path.read_bytes()), _KeyFile)
        if content.kind != _KIND:
            raise ValueError(content.kind)
        sealed = bytes.fromhex(content.secret)
    except FileNotFoundError:
        raise ConfigError("key_missing", file=path) from None
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise ConfigError("key_unreadable", file=path, reason=error) from error
    cost = seal.PinCost(content.passes, content.memory_bytes)
    key = seal.passphrase_key(passphrase, bytes.fromhex(content.salt), cost)
    secret = seal.Sealer(key).open(_PLACE, sealed)
    if secret is None:
        raise ConfigError("passphrase_wrong", file=path)
    return seal.curve_keys_of(secret)


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there, for its owner only, durably; a link is there, too."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
