"""The hub's keys while it runs: who it is, what it signs, and the CURVE key that it has by now.

Owns the change to a new CURVE key: on disk first, then in what the hub says and signs. Closing the
old sockets and opening new ones is `server.py`'s, which looks here for a change.
"""

import logging
from collections.abc import Callable
from dataclasses import replace

from common import messages as m
from common import seal
from common.card import sign_card
from common.revocation import sign_revocation
from hub.config import Settings
from hub.key_files import Keys
from hub.records.devices import Device
from hub.records.doors import Revoked

_log = logging.getLogger(__name__)


class KeyRing:
    """`keep` writes a new CURVE pair to disk, with the time it was made, before it is used."""

    def __init__(
        self,
        keys: Keys,
        settings: Settings,
        epoch: Callable[[], str],
        now_ms: Callable[[], int],
        keep: Callable[[seal.CurveKeys, int], None] = lambda _keys, _since_ms: None,
    ) -> None:
        self._keys = keys
        self._settings = settings
        self._epoch = epoch
        self._now_ms = now_ms
        self._keep = keep
        self._changed = False

    @property
    def identity(self) -> seal.SigningKeys:
        """Return who the hub is."""
        return self._keys.identity

    @property
    def curve(self) -> seal.CurveKeys:
        """Return the CURVE pair of now."""
        return self._keys.curve

    @property
    def has_past(self) -> bool:
        """Return whether the identity followed another one."""
        return bool(self._keys.past)

    def card(self) -> m.Card:
        """Return the hub's card of this moment."""
        network, keys = self._settings.network, self._keys
        body = m.CardBody(
            keys.identity.public.hex(),
            keys.curve.public.hex(),
            self._settings.shop.name,
            self._epoch(),
            network.commands_port,
            network.enrolment_port,
            self._now_ms(),
            keys.curve_since_ms,
        )
        return sign_card(keys.identity, body, keys.past)

    def notice(self, device: Device, revoked: Revoked, curve_key: bytes) -> m.Revocation:
        """Return the notice that a post was taken out; `curve_key`: which of its keys it knows."""
        identity = self._keys.identity
        body = m.RevocationBody(
            identity.public.hex(),
            device.id,
            device.name,
            curve_key.hex(),
            self._epoch(),
            revoked.admission,
            revoked.revoked_ms,
            revoked.revoked_by,
        )
        return sign_revocation(identity, body)

    def rotate(self) -> None:
        """Have another CURVE key from now on; raises what `keep` raises, and nothing changed.

        Its time is later than the old one's whatever the clock says: posts believe later cards.
        """
        pair = seal.new_curve_keys()
        since_ms = max(self._now_ms(), self._keys.curve_since_ms + 1)
        self._keep(pair, since_ms)
        self._keys = replace(self._keys, curve=pair, curve_since_ms=since_ms)
        self._changed = True
        _log.info("the hub has a new CURVE key: %s", pair.public.hex()[:16])

    def take_change(self) -> seal.CurveKeys | None:
        """Return a CURVE pair that the sockets do not have yet, once."""
        changed, self._changed = self._changed, False
        return self._keys.curve if changed else None
