"""Who gets in: the ZAP decisions, as a pure table over the enrolled devices.

Owns the allow-set: which CURVE key may enter which domain, and under which name. Each socket has a
domain; a key that is not enrolled for it does not get past the handshake.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from common.topics import KIOSK_PROFILES
from hub.records.devices import ACTIVE, Device

COMMANDS: Final = "commands"
CARD: Final = "card"
ENROLMENT: Final = "enrolment"


@dataclass(frozen=True, slots=True)
class Knock:
    """A peer at a socket's door. `credentials`: for CURVE its 32-byte public key."""

    domain: str
    mechanism: bytes
    credentials: tuple[bytes, ...]


class Doors:
    """The allow-set. `enrolment_open` is asked at each knock there."""

    def __init__(self, devices: Iterable[Device]) -> None:
        self._by_key: dict[bytes, Device] = {}
        self._by_id: dict[str, Device] = {}
        self.enrolment_open = False
        for device in devices:
            self.admit(device)

    def admit(self, device: Device) -> None:
        """Let an enrolled device in from now on."""
        if device.state == ACTIVE:
            self._by_key[device.curve_key] = device
            self._by_id[device.id] = device

    def device(self, user_id: str) -> Device | None:
        """Return the device that a connection was admitted as, if it still is."""
        return self._by_id.get(user_id)

    def decide(self, knock: Knock) -> str | None:
        """Return the user id under which a peer enters, or None to refuse it."""
        if knock.domain == CARD:
            return "anyone" if knock.mechanism == b"NULL" else None
        if knock.mechanism != b"CURVE" or len(knock.credentials) != 1:
            return None
        key = knock.credentials[0]
        if knock.domain == ENROLMENT:
            return key.hex() if self.enrolment_open else None
        device = self._by_key.get(key)
        if device is None:
            return None
        own = device.profile.value if device.profile in KIOSK_PROFILES else None
        return device.id if knock.domain in (COMMANDS, own) else None
