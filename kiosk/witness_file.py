"""The file in which a post keeps what it has seen of the hub's journal: `witness.jsonl`.

Lines are added durably, and now and then the file is written anew, whole or not at all. It is in
the clear, readable by its owner: digests, and how many lines there were. Of another stay in a shop
it is set aside. Owns the file; what a line says is `common/journal/witness_file.py`'s.
"""

import logging
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path
from typing import Final

from common.errors import Refusal
from common.journal.record import Signer
from common.journal.witness import Kept
from common.journal.witness_file import (
    VERSION,
    Contradiction,
    Whose,
    WitnessFile,
    contradiction_line,
    handed_over,
    head_line,
    lines_of,
    read_witness,
)
from common.seal import SigningKeys
from kiosk.device import Device, write_new, write_whole

_log = logging.getLogger(__name__)
NAME: Final = "witness.jsonl"


class WitnessBook:
    """The file of one post's folder. One owner thread after `read`."""

    def __init__(self, folder: Path, device: Device) -> None:
        self._path = folder / NAME
        self._device = device
        self._whose = _whose(device)

    def read(self) -> WitnessFile:
        """Return what the file holds of this stay; whatever cannot be read is as if not there."""
        held = self._read()
        if held is None:
            return WitnessFile(self._whose)
        whose = _whose(self._device, held.whose.identities)
        changed = whose != held.whose or bool(held.unread)
        self._whose = whose
        held = WitnessFile(whose, held.heads, held.contradictions)
        if changed:
            # Before anything is added behind half a line.
            self.replace(held)
        return held

    def _read(self) -> WitnessFile | None:
        try:
            held = read_file(self._path)
        except Refusal as refusal:
            _log.warning("%s", refusal)
            self._set_aside("damaged")
            return None
        if held is not None and held.whose.device_id != self._device.id:
            self._set_aside(held.whose.device_id[:8])
            return None
        return held

    def add(self, heads: Sequence[Kept], found: Sequence[Contradiction], /) -> bool:
        """Add lines; durable on return, False where the disk will not do."""
        lines = b"".join([*map(contradiction_line, found), *map(head_line, heads)])
        try:
            with open(os.open(self._path, os.O_WRONLY | os.O_APPEND), "ab", buffering=0) as file:
                before = file.seek(0, os.SEEK_END)
                try:
                    if file.write(lines) != len(lines):
                        raise OSError(ENOSPC, os.strerror(ENOSPC))
                    os.fsync(file.fileno())
                except OSError:
                    # Half a line would spoil the next one as well.
                    file.truncate(before)
                    raise
        except FileNotFoundError:
            return self.replace(WitnessFile(self._whose, tuple(heads), tuple(found)))
        except OSError as error:
            _log.warning("what was seen of the journal is not on disk: %s", error)
            return False
        return True

    def replace(self, held: WitnessFile, /) -> bool:
        """Write the file anew; durable on return, False where the disk will not do."""
        self._whose = held.whose
        try:
            write_whole(self._path, b"".join(lines_of(held)))
        except Refusal as refusal:
            _log.warning("%s", refusal)
            return False
        return True

    def _set_aside(self, mark: str) -> None:
        with suppress(OSError):
            self._path.rename(self._path.with_name(f"witness.{mark}.jsonl"))


def read_file(path: Path) -> WitnessFile | None:
    """Return what a post's own file says, None where there is none.

    Raises Refusal `witness_unreadable`.
    """
    try:
        return read_witness(path.read_bytes(), lenient=True)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Refusal("witness_unreadable", file=str(path), reason=reason) from error


def read_file_of(folder: Path, device: Device) -> WitnessFile:
    """Return what a post has seen of the journal in its present stay; nothing is that, too.

    Raises Refusal `witness_unreadable`.
    """
    held = read_file(folder / NAME)
    if held is None or held.whose.device_id != device.id:
        return WitnessFile(_whose(device))
    return held


def _whose(device: Device, pinned: tuple[str, ...] = ()) -> Whose:
    """Return whose file it is; `pinned`: the hub's keys that it names already."""
    identity = device.hub.identity
    identities = pinned if identity in pinned else (*pinned, identity)
    return Whose(VERSION, device.id, device.name, identities)


def now_ms() -> int:
    """Return the wall clock, ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


def hand_over(held: WitnessFile, signing: SigningKeys, file: Path, now_ms: int) -> None:
    """Write what a post has seen to a new file, signed by the post; durable on return.

    Raises Refusal `export_exists`, `disk_failed`.
    """
    handed = handed_over(lines_of(held), held.whose.device_id, Signer(signing), now_ms)
    write_new(file, handed)
