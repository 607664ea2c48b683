"""The file of verifiers (`people.sealed`) and its mark (`keys/people.mark`), both sealed.

Owns that an older copy of the file is worth nothing: each writing has a number, the mark has it as
well, and goes to the disk first. A file that is not of the mark's number, is another post's, or
does not open under this post's key is as good as none: everybody asks the hub again. Both files
put back together are not noticed; whoever can do that has the key, and needs no file to try PINs.
"""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec
import orjson

from common import seal
from common.errors import Refusal
from common.models import convert
from kiosk.device import write_whole
from kiosk.verifiers import Remembered, Verifier, wait_s

_log = logging.getLogger(__name__)
_FILE: Final = "people.sealed"
_MARK: Final = "people.mark"
_PLACE: Final = b"people"
_MARK_PLACE: Final = b"people's mark"


@dataclass(frozen=True, slots=True)
class _Content:
    """What is sealed. `number`: of this writing; `device`: whose it is."""

    device: str
    number: int
    remembered: Remembered


class VerifierFile:
    """The verifiers of the post in `folder`, under this post's own seal."""

    def __init__(self, folder: Path, device_id: str, sealer: seal.Sealer) -> None:
        self._path = folder / _FILE
        self._mark = folder / "keys" / _MARK
        self._device_id = device_id
        self._sealer = sealer
        self._number = 0

    def read(self) -> Remembered:
        """Return what is kept, nothing where it cannot be trusted."""
        mark, content = self._read_mark(), self._read_file()
        self._number = max(mark, 0 if content is None else content.number)
        if content is None:
            return Remembered()
        if content.device != self._device_id or content.number not in (mark, mark - 1):
            _log.warning("%s is an older copy, or another post's: it is not used", self._path)
            return Remembered()
        if content.number == mark:
            return content.remembered
        # The post died between the two, on its way to note something: a try, for all one knows.
        return self._one_try_more(content.remembered)

    def write(self, remembered: Remembered) -> None:
        """Keep this instead, durably. Raises Refusal `disk_failed`."""
        self._number += 1
        number = str(self._number).encode()
        write_whole(self._mark, self._sealer.seal(_MARK_PLACE, number))
        content = _Content(self._device_id, self._number, remembered)
        write_whole(self._path, self._sealer.seal(_PLACE, orjson.dumps(content)))

    def _one_try_more(self, remembered: Remembered) -> Remembered:
        people = tuple(_tried(each, remembered.latest_ms) for each in remembered.people)
        more = Remembered(people, remembered.latest_ms)
        try:
            self.write(more)
        except Refusal as refusal:
            _log.warning("%s", refusal)
        return more

    def _read_mark(self) -> int:
        """Return the number of the newest writing, -1 where there is none to be read."""
        try:
            return int(self._sealer.open(_MARK_PLACE, self._mark.read_bytes()) or b"-1")
        except (OSError, ValueError):
            return -1

    def _read_file(self) -> _Content | None:
        try:
            plain = self._sealer.open(_PLACE, self._path.read_bytes())
            return convert(orjson.loads(plain or b""), _Content)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, msgspec.ValidationError) as error:
            _log.warning("%s cannot be read: %s", self._path, error)
            return None


def _tried(verifier: Verifier, now_ms: int) -> Verifier:
    tries = verifier.tries + 1
    wait_until_ms = max(verifier.wait_until_ms, now_ms + 1000 * wait_s(tries))
    return replace(verifier, tries=tries, wait_until_ms=wait_until_ms)
