"""This post's place in the shop: the notice that it was taken out, and what that means here.

Owns which notice counts (signed by the pinned hub, for this post, one of its keys, and its present
stay in the shop) and the file that keeps it, so that an erasure that was interrupted is finished at
the next start. A handshake that is refused is no notice. Erasing is the stores'.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import orjson

from common import messages as m
from common.enrolment import raw_key
from common.errors import Refusal
from common.models import convert
from common.revocation import read_revocation
from kiosk.device import Device, write_whole
from kiosk.key_chain import KeyChain

_log = logging.getLogger(__name__)
_FILE: Final = "revoked.json"


@dataclass(frozen=True, slots=True)
class Revoked:
    """That this post was taken out of the shop: when (ms since 1970 UTC) and by whom, "" unsaid."""

    at_ms: int
    by: str


class Membership:
    """What is known of it; the link's thread alone. `folder`: the post's, None: on no disk."""

    def __init__(self, device: Device, chain: KeyChain, folder: Path | None = None) -> None:
        self.chain = chain
        self._folder = folder
        self.revoked = revoked_of(folder, device)

    def heed(self, notice: m.Revocation, device: Device) -> bool:
        """Take a notice; return whether it is news and counts: then everything is to be erased.

        One that does not count changes nothing, and is logged.
        """
        try:
            body = read_revocation(notice, raw_key(device.hub.identity))
        except Refusal as refusal:
            _log.warning("%s", refusal)
            return False
        if not _concerns(body, device, self.chain.public_keys()):
            _log.warning("a notice for another post, or of an earlier stay, changes nothing")
            return False
        if self.revoked is not None:
            return False
        self.revoked = _revoked(body)
        self._keep(notice)
        return True

    def welcomed(self, welcome: m.Welcome, device: Device) -> None:
        """The hub let this post in: whatever was, it is in the shop."""
        if self.revoked is None or welcome.epoch < device.epoch:
            return
        self.revoked = None
        if self._folder is not None:
            (self._folder / _FILE).unlink(missing_ok=True)

    def _keep(self, notice: m.Revocation) -> None:
        if self._folder is None:
            return
        try:
            write_whole(self._folder / _FILE, orjson.dumps(notice))
        except Refusal as refusal:
            # The erasure goes on, and makes room; without the file the hub is asked again.
            _log.warning("%s", refusal)


def revoked_of(folder: Path | None, device: Device) -> Revoked | None:
    """Return what a post's folder keeps of it, where that is its hub's word and for this post."""
    if folder is None:
        return None
    try:
        notice = convert(orjson.loads((folder / _FILE).read_bytes()), m.Revocation)
        body = read_revocation(notice, raw_key(device.hub.identity))
    except (OSError, ValueError, msgspec.ValidationError, Refusal):
        return None
    # Its key was one of this post's when it came; keys may have changed since.
    return _revoked(body) if body.device_id == device.id else None


def _concerns(body: m.RevocationBody, device: Device, keys: list[bytes]) -> bool:
    """Return whether a notice of the hub is for this post, and not of a stay that is past.

    A later epoch is a later stay whatever the count says: a hub that is restored counts anew.
    """
    own = body.device_id == device.id and raw_key(body.curve_key) in keys
    return own and (body.epoch, body.admission) >= (device.epoch, device.admission)


def _revoked(body: m.RevocationBody) -> Revoked:
    return Revoked(body.revoked_ms, body.by)
