"""An archive as it is written: one pass over the journal, a zip that has its name once it is whole.

Owns the file: its parts, their digests, and that nothing half made is left behind. What stands in
each part is `verifier.py`'s. Memory does not grow with the journal: the lines go straight into the
zip, what stands beside them waits in unnamed files on the same disk.
"""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from common.errors import Refusal
from common.journal import canon
from common.journal.entry import Line
from common.journal.record import SignedRecord
from hub.archive import verifier
from hub.store import sync_folder

COMPRESSION: Final = 4
"""Of 1 to 9: more takes longer by far, and what is signed does not get much smaller."""
_CHUNK: Final = 1 << 20
_BESIDE: Final = (verifier.SEALS, *verifier.TABLES)
_HERE: Final = Path(__file__).parent
WORDS: Final = ("LISEZMOI.txt", "README.txt", verifier.VERIFIER)
"""What is the same in every archive."""


class ArchiveError(Refusal):
    """An archive cannot be made, or used."""


class ArchiveWriter:
    """One archive being written. Use `new_archive`; raises ArchiveError for what a disk says."""

    def __init__(self, path: Path, part: Path, file: IO[bytes], made: zipfile.ZipFile) -> None:
        self.path = path
        self.manifest = ""
        self._part = part
        self._file = file
        self._zip = made
        self._digests: dict[str, dict[str, Any]] = {}
        self._beside: dict[str, IO[bytes]] = {}

    def begin(self, opened: ExitStack) -> None:
        """Write what is the same in every archive; have what is opened for the rest closed."""
        for name in WORDS:
            self._put(name, (_HERE / name).read_bytes())
        for name in _BESIDE:
            waiting = tempfile.TemporaryFile(dir=self.path.parent)  # noqa: SIM115
            opened.callback(_close, waiting)
            self._beside[name] = waiting
        for name in verifier.TABLES:
            self._beside[name].write(verifier.table_head(name))
        self._lines = _Hashed(self._zip.open(verifier.LINES, "w", force_zip64=True))
        opened.callback(_close, self._lines)

    def line(self, line: Line) -> None:
        """Write a line of the journal, and what it makes in the tables."""
        kept = verifier.Line(line.seq, line.body, line.digest, line.record)
        with writable(self.path):
            self._lines.write(verifier.line_text(kept))
            for name, row in verifier.rows_of(kept):
                self._beside[name].write(row)

    def seal(self, seq: int, seal: SignedRecord) -> None:
        """Write a seal, kept under the line `seq`."""
        text = verifier.seal_text(seq, seal.body, dict(seal.signatures))
        with writable(self.path):
            self._beside[verifier.SEALS].write(text)

    def finish(
        self,
        small: Mapping[str, bytes],
        manifest: Callable[[Mapping[str, Any]], bytes],
        sign: Callable[[bytes], SignedRecord],
    ) -> None:
        """Put the rest into the archive, sign it, and give it its name.

        `small`: other files; `manifest`: its bytes, told every file's size and digest.
        """
        with writable(self.path):
            self._digests[verifier.LINES] = self._lines.end()
            for name, file in self._beside.items():
                self._copy(name, file)
            for name, content in small.items():
                self._put(name, content)
            body = manifest(self._digests)
            self.manifest = canon.digest(body)
            signatures = canon.canonical({"signatures": dict(sign(body).signatures)})
            self._zip.writestr(verifier.MANIFEST, body)
            self._zip.writestr(verifier.SIGNATURE, signatures)
            self._zip.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            require_new(self.path)
            self._part.rename(self.path)
            sync_folder(self.path.parent)

    def _put(self, name: str, content: bytes) -> None:
        self._zip.writestr(name, content)
        found = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        self._digests[name] = found

    def _copy(self, name: str, file: IO[bytes]) -> None:
        file.seek(0)
        target = _Hashed(self._zip.open(name, "w", force_zip64=True))
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            target.write(chunk)
        self._digests[name] = target.end()


class _Hashed:
    """A file of the zip, with size and digest of what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._found = hashlib.sha256()
        self._bytes = 0

    def write(self, content: bytes) -> None:
        """Write more."""
        self._file.write(content)
        self._found.update(content)
        self._bytes += len(content)

    def close(self) -> None:
        """Close it."""
        self._file.close()

    def end(self) -> dict[str, Any]:
        """Close it; return what the manifest says of it."""
        self.close()
        return {"bytes": self._bytes, "sha256": self._found.hexdigest()}


@contextmanager
def new_archive(path: Path) -> Iterator[ArchiveWriter]:
    """Begin an archive; one that was not `finish`ed leaves nothing behind.

    Raises ArchiveError where its file exists, or cannot be written.
    """
    require_new(path)
    with ExitStack() as opened:
        with writable(path):
            handle, name = tempfile.mkstemp(".part", f"{path.name}.", path.parent)
            part = Path(name)
            opened.callback(_remove, part)
            file = os.fdopen(handle, "wb")
            opened.callback(_close, file)
            made = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION)
            opened.callback(_close, made)
            writer = ArchiveWriter(path, part, file, made)
            writer.begin(opened)
        yield writer


def _close(opened: Any) -> None:
    """Close a file. Where a disk is full, closing says so once more: nobody needs to hear it."""
    with suppress(OSError, ValueError):
        opened.close()


def _remove(part: Path) -> None:
    with suppress(OSError):
        part.unlink(missing_ok=True)


def require_new(path: Path) -> None:
    """Refuse a name that something has already; raises ArchiveError."""
    if not path.name.isprintable() or len(path.name.encode()) > 240:
        raise ArchiveError("path_unusable", file=repr(path.name), reason="its name")
    if os.path.lexists(path):
        raise ArchiveError("file_exists", file=path)


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Turn what a disk says into words."""
    try:
        yield
    except OSError as error:
        raise ArchiveError(
            "archive_unwritable", file=path, reason=error.strerror or error
        ) from error
