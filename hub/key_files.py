"""The hub's private keys as they lie in its folder, and the public past of its identity.

Owns their files: made new and for their owner only, replaced whole or not at all, refused where
others can read them. What a key is for, its users say.
"""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from common import seal
from common.models import convert
from common.p256 import P256Keys, is_available, new_p256_keys, p256_keys_of
from common.succession import Succession
from hub.config import Settings
from hub.folder import ConfigError, Folder


@dataclass(frozen=True, slots=True)
class Keys:
    """The hub's identity (Ed25519), its CURVE pair, and the pair of its own command line.

    `curve_since_ms`: when the CURVE pair was made; 0 for one of the hub's first day. `past`: how
    the identity followed older ones. `own_pepper`: that of PINs, where it is of an older identity.
    `second`: the pair of the journal's second signature, where there is one.
    """

    identity: seal.SigningKeys
    curve: seal.CurveKeys
    console: seal.CurveKeys
    curve_since_ms: int = 0
    past: tuple[Succession, ...] = ()
    own_pepper: bytes = field(default=b"", repr=False)
    second: P256Keys | None = None

    @property
    def identities(self) -> frozenset[bytes]:
        """Return the public keys by which this hub is, or was, known; 32 bytes each."""
        before = (bytes.fromhex(said.before) for said in self.past)
        return frozenset((self.identity.public, *before))

    @property
    def pepper(self) -> bytes:
        """Return what is mixed into PINs."""
        return self.own_pepper or seal.pin_pepper(self.identity.secret)


def make_keys(folder: Folder) -> Keys:
    """Make the hub's keys; raises ConfigError where some exist."""
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
        if folder.keys.exists():
            raise ConfigError("keys_exist", folder=folder.keys)
        folder.keys.mkdir(mode=0o700)
    except OSError as error:
        raise ConfigError("folder_unusable", folder=folder.root, reason=error.strerror) from error
    keys = Keys(seal.new_signing_keys(), seal.new_curve_keys(), seal.new_curve_keys())
    for name, secret in (
        ("identity", keys.identity.secret),
        ("curve", keys.curve.secret),
        ("console", keys.console.secret),
    ):
        write_secret(folder.keys / f"{name}.key", secret)
    return keys


def read_keys(folder: Folder) -> Keys:
    """Return the hub's keys; raises ConfigError: absent, damaged, or readable by others."""
    curve, console = (read_secret(folder.keys / f"{name}.key") for name in ("curve", "console"))
    past = read_past(folder)
    return Keys(
        _identity(folder, past),
        seal.curve_keys_of(curve[0]),
        seal.curve_keys_of(console[0]),
        curve[1],
        past,
        _pepper(folder),
        _second(folder),
    )


def _identity(folder: Folder, past: Sequence[Succession]) -> seal.SigningKeys:
    """Return the hub's identity: the next one, where a statement that leads to it is on disk."""
    if folder.next_identity.exists():
        following = seal.signing_keys_of(read_secret(folder.next_identity)[0])
        if past and past[-1].after == following.public.hex():
            return following
    return seal.signing_keys_of(read_secret(folder.identity)[0])


def _second(folder: Folder) -> P256Keys | None:
    """Return the second pair, where it is there and of use on this machine."""
    if not folder.second.exists() or not is_available():
        return None
    secret, _ = read_secret(folder.second)
    try:
        return p256_keys_of(secret)
    except ValueError as error:
        raise ConfigError("key_damaged", file=folder.second) from error


def make_second(folder: Folder, settings: Settings) -> None:
    """Make the pair of the second signature, where it is wanted and not there; raises ConfigError.

    `second_unavailable`: it is wanted, and this machine has no library for it.
    """
    if not settings.journal.second_signature:
        return
    if not is_available():
        raise ConfigError("second_unavailable", file=folder.settings)
    if not folder.second.exists():
        try:
            write_secret(folder.second, new_p256_keys().secret)
        except OSError as error:
            reason = error.strerror
            raise ConfigError("key_unwritable", file=folder.second, reason=reason) from error


def _pepper(folder: Folder) -> bytes:
    return read_secret(folder.pepper)[0] if folder.pepper.exists() else b""


def read_past(folder: Folder) -> tuple[Succession, ...]:
    """Return how the hub's identity followed older ones; raises ConfigError."""
    try:
        written = folder.past.read_bytes()
        return convert(orjson.loads(written), tuple[Succession, ...])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise ConfigError("key_unreadable", file=folder.past, reason=error) from error


def write_curve(folder: Folder, curve: seal.CurveKeys, since_ms: int) -> None:
    """Put a new CURVE pair in place of the old one, whole or not at all; raises ConfigError."""
    path = folder.keys / "curve.key"
    beside = path.with_name(path.name + ".new")
    try:
        beside.unlink(missing_ok=True)
        write_secret(beside, curve.secret, f"{since_ms}\n")
        os.replace(beside, path)
    except OSError as error:
        raise ConfigError("key_unwritable", file=path, reason=error.strerror) from error


def write_secret(path: Path, secret: bytes, more: str = "") -> None:
    """Write a key file that is new, for its owner only; raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secret.hex() + "\n" + more)
        file.flush()
        os.fsync(file.fileno())


def read_secret(path: Path) -> tuple[bytes, int]:
    """Return a key, and since when it is the hub's (ms; 0: since its first day).

    Raises ConfigError: absent, damaged, or readable by others.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        lines = path.read_text("ascii").strip().partition("\n")
    except FileNotFoundError:
        raise ConfigError("key_missing", file=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("key_unreadable", file=path, reason=error) from error
    if os.name == "posix" and mode & 0o077:
        raise ConfigError("key_open", file=path, mode=f"{mode:o}")
    try:
        text, _, since = lines
        secret, since_ms = bytes.fromhex(text.strip()), int(since or 0)
    except ValueError:
        secret, since_ms = b"", 0
    if len(secret) != 32 or not 0 <= since_ms < 2**47:
        raise ConfigError("key_damaged", file=path)
    return secret, since_ms
