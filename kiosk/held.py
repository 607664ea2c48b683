"""Requests made while a person was logged in without the hub: kept until that person has been.

Owns their file (`held.sealed`) and that each is handed over once: it goes into the outbox under the
id that it was made with, so that one handed over twice, by a post that died in between, is taken
once. A request may be refused, so nothing of the shop's is lost with the file.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from common import seal
from common.errors import Refusal
from common.models import convert
from kiosk.device import write_whole

_log = logging.getLogger(__name__)
_FILE: Final = "held.sealed"
_PLACE: Final = b"held"
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class HeldRequest:
    """One request. `id`: the operation's own; `person`: who made it, `name` by which name."""

    id: str
    kind: str
    args: dict[str, Any] = field(repr=False)
    person: str
    name: str
    made_ms: int


class Held:
    """The requests held, oldest first, in `file`; without one, as long as the program runs."""

    def __init__(self, file: "HeldFile | None" = None) -> None:
        self._file = file
        self._requests = [] if file is None else file.read()

    def __len__(self) -> int:
        return len(self._requests)

    def all(self) -> tuple[HeldRequest, ...]:
        """Return them all."""
        return tuple(self._requests)

    def add(self, request: HeldRequest) -> None:
        """Keep a request, durably. Raises Refusal `too_many_held`, `disk_failed`."""
        if len(self._requests) >= MOST:
            raise Refusal("too_many_held", limit=MOST)
        self._write([*self._requests, request])

    def drop(self, request_id: str) -> None:
        """Give one up. Raises Refusal `disk_failed`, and it stays."""
        self._write([each for each in self._requests if each.id != request_id])

    def hand_over(self, person: str, send: Callable[[HeldRequest], None]) -> int:
        """Send what `person` made, in order, and forget it; return how many.

        What `send` refuses stays here with what comes after it.
        """
        sent: set[str] = set()
        try:
            for request in self._requests:
                if request.person == person:
                    send(request)
                    sent.add(request.id)
        except Refusal as refusal:
            _log.warning("requests stay held: %s", refusal)
        if sent:
            try:
                self._write([each for each in self._requests if each.id not in sent])
            except Refusal as refusal:
                # Handed over again after the next start; the hub knows them by their ids.
                _log.warning("%s", refusal)
                self._requests = [each for each in self._requests if each.id not in sent]
        return len(sent)

    def _write(self, requests: list[HeldRequest]) -> None:
        if self._file is not None:
            self._file.write(requests)
        self._requests = requests


class HeldFile:
    """The file in a post's folder, under this post's own seal."""

    def __init__(self, folder: Path, sealer: seal.Sealer) -> None:
        self._path = folder / _FILE
        self._sealer = sealer

    def write(self, requests: list[HeldRequest]) -> None:
        """Keep these, durably. Raises Refusal `disk_failed`."""
        write_whole(self._path, self._sealer.seal(_PLACE, orjson.dumps(requests)))

    def read(self) -> list[HeldRequest]:
        """Return what is kept, nothing where it cannot be read."""
        try:
            plain = self._sealer.open(_PLACE, self._path.read_bytes())
            return convert(orjson.loads(plain or b""), list[HeldRequest])
        except FileNotFoundError:
            return []
        except (OSError, ValueError, msgspec.ValidationError) as error:
            _log.warning("%s cannot be read: %s", self._path, error)
            return []
