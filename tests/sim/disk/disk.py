"""A disk that fails, tears and loses power, under the SQLite that ships.

`load()` puts it below every connection of this process. Files below a machine's folder are held
back: what SQLite did not sync is not in the real file, and Python, which reads the real files, does
not see it. Files elsewhere are as ever. The C files beside this one do the work.

    machine = load().machine(folder)
    ...                             # open, write, commit
    machine.power_loss(seed=7)      # from now on every write fails
    ...                             # close what is open: nothing reaches the real files
    machine.thaw()                  # the next life; open again and see what is left
"""

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Literal, Self

from tests.sim.disk.building import NoDisk, loaded

__all__ = ["Counts", "Disk", "Machine", "NoDisk", "StillOpen", "load"]

Op = Literal["read", "write", "sync", "truncate", "delete", "open", "any"]
Effect = Literal["error", "full", "torn", "lost"]

_OPS: Final[Mapping[Op, int]] = MappingProxyType(
    {"read": 1, "write": 2, "sync": 4, "truncate": 8, "delete": 16, "open": 32, "any": 30}
)
_EFFECTS: Final[Mapping[Effect, int]] = MappingProxyType(
    {"error": 1, "full": 2, "torn": 3, "lost": 4}
)
_FITS: Final[Mapping[Effect, tuple[Op, ...]]] = MappingProxyType(
    {"error": tuple(_OPS), "full": ("write",), "torn": ("write",), "lost": ("sync",)}
)
UNTIL_HEALED: Final = -1
_U64: Final = (1 << 64) - 1


class StillOpen(Exception):
    """Files of the machine are open, or were opened before there was one."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened on a machine since it was registered. `ops` are those that change something:
    writes, syncs, truncates and deletes. What a dead machine was asked is not counted.
    """

    ops: int
    reads: int
    writes: int
    syncs: int
    truncates: int
    deletes: int
    opens: int
    bytes: int
    errors_read: int
    errors_write: int
    errors_sync: int
    errors_truncate: int
    errors_delete: int
    errors_open: int
    full: int
    torn: int
    lost_syncs: int
    kills: int
    power_losses: int
    sectors_lost: int
    sectors_kept: int


class _Counts(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int64) for name in Counts.__dataclass_fields__]


class Disk:
    """The disk below this process's SQLite."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self._ops = ctypes.c_int64.in_dll(library, "sd_ops")

    @property
    def ops(self) -> int:
        """Return how many operations changed something, on all machines so far."""
        return self._ops.value

    def machine(self, folder: Path) -> "Machine":
        """Hold back what lies below an existing folder; a deeper machine's folder is its own.

        Raises StillOpen where a database in it is open already.
        """
        return Machine(self._library, folder)

    def seed(self, seed: int) -> None:
        """Let SQLite's own random numbers (a WAL's salts, `random()`) follow from a seed."""
        self._library.sd_seed(seed & _U64)


class Machine:
    """The files below a folder, as one computer has them."""

    def __init__(self, library: ctypes.CDLL, folder: Path) -> None:
        self.folder = folder.resolve()
        self._library = library
        handle = library.sd_machine(bytes(self.folder))
        if not handle:
            raise StillOpen(f"a database in {self.folder} was opened before it was a machine's")
        self._known: int | None = handle
        self._frozen = library.sd_frozen(handle).contents

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.forget()

    @property
    def frozen(self) -> bool:
        """Return whether the machine is dead: it reads, and fails at everything else."""
        return bool(self._frozen.value)

    @property
    def open_files(self) -> int:
        """Return how many of its files are open."""
        return int(self._library.sd_open_files(self._handle))

    def counts(self) -> Counts:
        """Return what happened so far."""
        found = _Counts()
        self._library.sd_counts(self._handle, ctypes.byref(found))
        return Counts(**{name: getattr(found, name) for name in Counts.__dataclass_fields__})

    # Deaths. The dead stay dead until `thaw`; close their connections first.

    def kill(self) -> None:
        """End the process: the operating system lives on and writes back all it was given."""
        self._library.sd_kill(self._handle)

    def power_loss(self, seed: int | None) -> None:
        """Lose power: of what was not synced, coins decide what the disk has; None: nothing."""
        self._library.sd_power_loss(self._handle, seed is not None, (seed or 0) & _U64)

    def die_at(
        self,
        op: Op,
        countdown: int,
        *,
        before: bool = False,
        power: bool = False,
        seed: int | None = None,
    ) -> None:
        """Die at the countdown-th such operation from now (1: the next), before or after doing it.

        Killed, or with `power` as `power_loss(seed)`. The operation itself fails with
        SQLITE_IOERR either way. A second call replaces the first; a countdown of 0 disarms.
        """
        self._library.sd_die_at(
            *(self._handle, _OPS[op], countdown, before, power, seed is not None),
            (seed or 0) & _U64,
        )

    def thaw(self) -> None:
        """Begin the next life: what was armed is off, and files are what the disk has.

        A full disk stays full. Raises StillOpen while files are open.
        """
        still = self._library.sd_thaw(self._handle)
        if still:
            raise StillOpen(f"{still} files in {self.folder} are open")

    # Faults of the living.

    def fail(self, op: Op, countdown: int = 1, times: int = 1, effect: Effect = "error") -> None:
        """Let the countdown-th such operation from now fail, and the `times` - 1 after it.

        `times` may be UNTIL_HEALED. "error" is SQLITE_IOERR_... (SQLITE_CANTOPEN of "open"), "full"
        SQLITE_FULL of a write, "torn" a write that gets half done and fails, "lost" a sync that
        fails and drops what it was to write, as Linux does. Raises ValueError for what does not go
        together; there may be 16 rules at a time.
        """
        if op not in _FITS[effect] or countdown < 1:
            raise ValueError(f"no {effect!r} at {op!r} {countdown}")
        if not self._library.sd_fail(self._handle, _OPS[op], countdown, times, _EFFECTS[effect]):
            raise ValueError("more than 16 rules")

    def heal(self) -> None:
        """Drop every rule of `fail`."""
        self._library.sd_heal(self._handle)

    def full(self, is_full: bool = True) -> None:
        """Let every write that would make a file longer fail with SQLITE_FULL, until released."""
        self._library.sd_full(self._handle, is_full)

    def trickle(self, seed: int | None) -> None:
        """Let about half of what is written reach the real file at once, by coin; None: nothing."""
        self._library.sd_trickle(self._handle, seed is not None, (seed or 0) & _U64)

    def forget(self) -> None:
        """Be no machine any more; what is still open is written straight through from now on."""
        if self._known is not None:
            self._library.sd_forget(self._known)
            self._known, self._frozen = None, ctypes.c_int()

    @property
    def _handle(self) -> int:
        if self._known is None:
            raise ValueError(f"{self.folder} was forgotten")
        return self._known


@cache
def load() -> Disk:
    """Put the disk below this process's SQLite, once; raises NoDisk where that cannot be."""
    library = loaded()
    handle, number, flag, seed = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int, ctypes.c_uint64
    for name, returns, *takes in (
        ("sd_machine", handle, ctypes.c_char_p),
        ("sd_forget", None, handle),
        ("sd_kill", None, handle),
        ("sd_power_loss", None, handle, flag, seed),
        ("sd_die_at", None, handle, flag, number, flag, flag, flag, seed),
        ("sd_fail", flag, handle, flag, number, number, flag),
        ("sd_heal", None, handle),
        ("sd_full", None, handle, flag),
        ("sd_trickle", None, handle, flag, seed),
        ("sd_thaw", flag, handle),
        ("sd_open_files", flag, handle),
        ("sd_frozen", ctypes.POINTER(flag), handle),
        ("sd_counts", None, handle, ctypes.POINTER(_Counts)),
        ("sd_seed", None, seed),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = returns, takes
    return Disk(library)
