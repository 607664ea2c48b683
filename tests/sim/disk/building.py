"""The disk's library: compiled once for all test processes, and loaded into SQLite.

Owns where the compiled file lies (a folder of this user's own below the system's temporary one,
under the hash of its sources) and what a machine without compiler is told.
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

import peewee

sqlite3 = peewee.sqlite3  # type: ignore[attr-defined] # its stubs leave it out

_FOLDER: Final = Path(__file__).resolve().parent
_SOURCES: Final = ("simdisk.c", "image.c", "machine.c")
_FLAGS: Final = ("-O2", "-shared", "-fPIC", "-fvisibility=hidden")


class NoDisk(Exception):
    """This machine cannot have the disk; the sentence says what is missing."""


def loaded() -> ctypes.CDLL:
    """Return the library, as SQLite has it: from now on its files go through it; raises NoDisk."""
    library = _compiled()
    with closing(sqlite3.connect(":memory:")) as db:
        if not hasattr(db, "enable_load_extension"):
            raise NoDisk("this Python's SQLite cannot load extensions")
        db.enable_load_extension(True)
        try:
            db.load_extension(str(library))
        except sqlite3.Error as error:
            raise NoDisk(f"SQLite does not load {library}: {error}") from error
    return ctypes.CDLL(str(library))


def _compiled() -> Path:
    if os.name != "posix":
        raise NoDisk("the disk for tests is written for POSIX systems")
    digest = hashlib.sha256(" ".join(_FLAGS).encode())
    for name in (*_SOURCES, "simdisk.h"):
        digest.update((_FOLDER / name).read_bytes())
    folder = _own_folder()
    # SQLite finds the entry point by the name up to the first character that is no letter.
    library = folder / digest.hexdigest()[:20] / "simdisk.so"
    if not library.exists():
        library.parent.mkdir(exist_ok=True)
        _compile(library)
    return library


def _own_folder() -> Path:
    """Return a folder nobody else writes in: what lies there is loaded as code."""
    folder = Path(tempfile.gettempdir()) / f"comptoir-simdisk-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o022 or folder.is_symlink():
        raise NoDisk(f"{folder} is not this user's alone")
    return folder


def _compile(library: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NoDisk("there is no C compiler here: install gcc, libc6-dev and libsqlite3-dev")
    with tempfile.TemporaryDirectory(dir=library.parent) as scratch:
        made = Path(scratch) / "simdisk.so"
        sources = [str(_FOLDER / name) for name in _SOURCES]
        command = [compiler, *_FLAGS, "-o", str(made), *sources]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["without a word"])[0]
            raise NoDisk(f"the disk does not compile (libsqlite3-dev and libc6-dev?): {reason}")
        os.replace(made, library)  # Several workers may make it at once: each a whole one.
