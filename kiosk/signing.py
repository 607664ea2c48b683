"""By which keys a till signs its records: those in force, and those that follow them.

Owns their files beside `keys.py`'s. Keys that follow are on disk first, then named by a record that
those in force have signed; they are in force once the hub has that record. Interrupted anywhere,
the keys on disk are ones that the hub knows: what was not answered is named again at the next
start. A second signature is switched on and off the same way.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from common import seal
from common.errors import Refusal
from common.journal.keys import RotatedData
from common.journal.record import Signer
from common.p256 import P256Keys, is_available, new_p256_keys, p256_keys_of
from kiosk.device import write_whole
from kiosk.keys import (
    FIRST_NEXT,
    FOLDER,
    SECOND,
    SECOND_NEXT,
    DeviceKeys,
    begin_change,
    read_key,
    settle_change,
    write_key,
)
from kiosk.protection import OPEN, Lock

_log = logging.getLogger(__name__)
_WISH: Final = "signing.json"
KeysT = TypeVar("KeysT")


class Signing:
    """One post's signing keys. `folder`: the post's, None: on no disk; `lock`: what seals files.

    The screens' thread alone, but for `pair`, which the link's reads.
    """

    def __init__(self, keys: DeviceKeys, folder: Path | None = None, lock: Lock = OPEN) -> None:
        self._folder = folder
        self._lock = lock
        self.pair = keys.signing
        self._second = self._read(SECOND, _p256)
        self._first_next = self._read(FIRST_NEXT, seal.signing_keys_of)
        self._second_next = self._read(SECOND_NEXT, _p256)
        self._without = self._exists(SECOND) and self._second is None
        if wants_second(folder) and self._second is None and self._second_next is None:
            self._make_second()
        self.signer = Signer(self.pair, self._second)

    def ask(self) -> None:
        """Make keys that follow, unless there are some; raises Refusal where the disk fails."""
        if self._first_next is None:
            made = seal.new_signing_keys()
            self._write(FIRST_NEXT, made.secret)
            self._first_next = made
        if self._second is not None and self._second_next is None:
            self._make_second()

    def following(self) -> RotatedData | None:
        """Return what is to be named by a record; None where the keys in force stay."""
        signer = self._following()
        if signer.keys == self.signer.keys and not self._without:
            return None
        return RotatedData(dict(signer.keys), dict(signer.publics))

    def known(self) -> None:
        """The hub has the record that names the keys that follow: they are in force from now on.

        Raises Refusal where the disk fails; the files are then put right at the next start.
        """
        signer, pair = self._following(), self._first_next or self.pair
        second = self._wanted_second()
        if self._folder is not None:
            begin_change(self._folder, with_second=second is not None)
            settle_change(self._folder, self._lock)
        self.signer, self.pair, self._second = signer, pair, second
        self._first_next = self._second_next = None
        self._without = False
        _log.info("this post signs by other keys")

    def _following(self) -> Signer:
        return Signer(self._first_next or self.pair, self._wanted_second())

    def _wanted_second(self) -> P256Keys | None:
        if self._folder is not None and not wants_second(self._folder):
            return None
        return self._second_next or self._second

    def _make_second(self) -> None:
        if not is_available():
            _log.warning("no second signature: the package cryptography is not installed")
            return
        made = new_p256_keys()
        self._write(SECOND_NEXT, made.secret)
        self._second_next = made

    # Files.

    def _exists(self, name: str) -> bool:
        return self._folder is not None and (self._folder / FOLDER / name).exists()

    def _read(self, name: str, make: Callable[[bytes], KeysT | None]) -> KeysT | None:
        if self._folder is None or not self._exists(name):
            return None
        try:
            return make(read_key(self._folder / FOLDER / name, self._lock))
        except (Refusal, ValueError) as problem:
            # Those in force are whole; others are made where they are wanted.
            _log.warning("%s: %s", name, problem)
            return None

    def _write(self, name: str, secret: bytes) -> None:
        if self._folder is not None:
            write_key(self._folder / FOLDER / name, secret, self._lock)


def wants_second(folder: Path | None) -> bool:
    """Return whether records are to bear a second signature; what cannot be read is no wish."""
    if folder is None:
        return False
    try:
        wish = msgspec.json.decode((folder / _WISH).read_bytes(), type=dict[str, bool])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return wish.get("second", False)


def want_second(folder: Path, wanted: bool) -> None:
    """Note whether records are to bear a second signature, from the next start on.

    Raises Refusal `second_needs_package`, `disk_failed`.
    """
    if wanted and not is_available():
        raise Refusal("second_needs_package")
    write_whole(folder / _WISH, msgspec.json.encode({"second": wanted}) + b"\n")


def _p256(secret: bytes) -> P256Keys | None:
    return p256_keys_of(secret) if is_available() else None
