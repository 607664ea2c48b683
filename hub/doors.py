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
        self._by_user: dict[str, Device] = {}
        self._rekeyed: dict[str, int] = {}
        self.enrolment_open = False
        for device in devices:
            self.admit(device)

    def admit(self, device: Device) -> None:
        """Let an enrolled device in from now on."""
        if device.state == ACTIVE:
            self._by_key[device.curve_key] = device
            self._by_user[self._user(device.id)] = device

    def dismiss(self, device_id: str) -> None:
        """Let a device in no more; what its open connections say is not heard from now on."""
        device = self._by_user.pop(self._user(device_id), None)
        if device is not None:
            del self._by_key[device.curve_key]

    def rekey(self, device: Device) -> None:
        """Let a device in by the key that it has now, and no more by the one it had.

        It enters under another name from now on, so that a connection that the old key opened is
        not heard any more.
        """
        self.dismiss(device.id)
        self._rekeyed[device.id] = self._rekeyed.get(device.id, 0) + 1
        self.admit(device)

    def device(self, user_id: str) -> Device | None:
        """Return the device that a connection was admitted as, if it still is."""
        return self._by_user.get(user_id)

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
        return self._user(device.id) if knock.domain in (COMMANDS, own) else None

    def _user(self, device_id: str) -> str:
        times = self._rekeyed.get(device_id)
        return f"{device_id}-{times}" if times else device_id
