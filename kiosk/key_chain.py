"""A post's CURVE keys on their way from one to the next: the one in use, one offered to the hub,
and the one before.

Owns their files beside `keys.py`'s, and which of them to knock with. A key is given up only once
the hub has welcomed the post by the next one; until then, and wherever the change was interrupted,
the post knocks with each in turn. The one before is kept for a hub that is restored from a backup.
"""

import logging
from pathlib import Path
from typing import Final

from common import seal
from common.errors import Refusal
from kiosk.keys import FOLDER, DeviceKeys, read_key, write_key
from kiosk.protection import OPEN, Lock

_log = logging.getLogger(__name__)
_FILES: Final = {"current": "curve.key", "offered": "curve.next.key", "former": "curve.former.key"}


class KeyChain:
    """One post's keys; the link's thread alone. `folder`: the post's, None: on no disk; `lock`:
    what its key files are sealed by."""

    def __init__(self, keys: DeviceKeys, folder: Path | None = None, lock: Lock = OPEN) -> None:
        self._folder = folder
        self._lock = lock
        self._keys: dict[str, seal.CurveKeys] = {"current": keys.curve}
        for place in ("offered", "former"):
            if (kept := self._read(place)) is not None:
                self._keys[place] = kept
        self._place = "current"

    @property
    def knocking(self) -> seal.CurveKeys:
        """Return the key to knock with."""
        return self._keys[self._place]

    def public_keys(self) -> list[bytes]:
        """Return every key by which the hub may know this post."""
        return [pair.public for pair in self._keys.values()]

    def refused(self) -> bool:
        """The hub refuses this key: take another one; False where there is no other."""
        places = [place for place in _FILES if place in self._keys]
        self._place = places[(places.index(self._place) + 1) % len(places)]
        return len(places) > 1

    def welcomed(self) -> None:
        """The hub welcomed this post by the key it knocked with: that is the one in use now.

        Raises Refusal where the disk fails; then every key is where it was, here and on disk.
        """
        if self._place == "current":
            return
        before, now = self._keys["current"], self.knocking
        # In this order: whenever it is interrupted, both keys are on disk.
        self._write("offered", now)
        self._write("former", before)
        self._write("current", now)
        self._drop("offered")
        self._keys = {"current": now, "former": before}
        self._place = "current"
        _log.info("this post has a new key")

    def offer(self) -> tuple[bytes, bytes]:
        """Return (the key in use, a new one), both public; the new one is on disk.

        Raises Refusal where the disk fails.
        """
        if "offered" not in self._keys:
            made = seal.new_curve_keys()
            self._write("offered", made)
            self._keys["offered"] = made
        return self._keys["current"].public, self._keys["offered"].public

    def taken(self, public: bytes) -> bool:
        """The hub lets this post in by an offered key, too: knock with it; False for another's."""
        offered = self._keys.get("offered")
        if offered is None or offered.public != public or self._place == "offered":
            return False
        self._place = "offered"
        return True

    # Files.

    def _read(self, place: str) -> seal.CurveKeys | None:
        path = self._path(place)
        if path is None or not path.exists():
            return None
        try:
            return seal.curve_keys_of(read_key(path, self._lock))
        except Refusal as refusal:
            # The one in use is whole; without this one the post may have to be paired again.
            _log.warning("%s", refusal)
            return None

    def _write(self, place: str, pair: seal.CurveKeys) -> None:
        if (path := self._path(place)) is not None:
            write_key(path, pair.secret, self._lock)

    def _drop(self, place: str) -> None:
        if (path := self._path(place)) is not None:
            path.unlink(missing_ok=True)

    def _path(self, place: str) -> Path | None:
        return None if self._folder is None else self._folder / FOLDER / _FILES[place]
