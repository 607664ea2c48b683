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
    """The allow-set. `enrolment_open` is asked at each knock there.

    A device that is to have a new key has two of them, each of which enters under a name of its
    own: by the name the hub knows which of them opened a connection.
    """

    def __init__(self, devices: Iterable[Device]) -> None:
        self._user_of: dict[bytes, str] = {}
        self._by_user: dict[str, Device] = {}
        self._names: dict[str, dict[bytes, str]] = {}
        self._named: dict[str, int] = {}
        self.enrolment_open = False
        for device in devices:
            self.admit(device)

    def admit(self, device: Device) -> None:
        """Let an enrolled device in from now on by the keys that it has now, and by no others.

        A key keeps its name as long as the device has it; one that it is given enters under another
        name, so that a connection that an older key opened is not heard any more.
        """
        self.dismiss(device.id)
        known = self._names.get(device.id, {})
        keys = [key for key in (device.curve_key, device.new_key) if key is not None]
        names = {key: known.get(key) or self._new_name(device.id) for key in keys}
        self._names[device.id] = names
        if device.state == ACTIVE:
            self._user_of |= names
            self._by_user |= dict.fromkeys(names.values(), device)

    def dismiss(self, device_id: str) -> None:
        """Let a device in no more; what its open connections say is not heard from now on."""
        for key, user in self._names.get(device_id, {}).items():
            self._user_of.pop(key, None)
            self._by_user.pop(user, None)

    def device(self, user_id: str) -> Device | None:
        """Return the device that a connection was admitted as, if it still is."""
        return self._by_user.get(user_id)

    def came_by_new_key(self, user_id: str) -> bool:
        """Return whether a connection was opened by the new key of a device that has two."""
        device = self._by_user.get(user_id)
        if device is None or device.new_key is None:
            return False
        return self._names[device.id][device.new_key] == user_id

    def decide(self, knock: Knock) -> str | None:
        """Return the user id under which a peer enters, or None to refuse it."""
        if knock.domain == CARD:
            return "anyone" if knock.mechanism == b"NULL" else None
        if knock.mechanism != b"CURVE" or len(knock.credentials) != 1:
            return None
        key = knock.credentials[0]
        if knock.domain == ENROLMENT:
            return key.hex() if self.enrolment_open else None
        user = self._user_of.get(key)
        if user is None:
            return None
        profile = self._by_user[user].profile
        own = profile.value if profile in KIOSK_PROFILES else None
        return user if knock.domain in (COMMANDS, own) else None

    def _new_name(self, device_id: str) -> str:
        times = self._named.get(device_id, 0)
        self._named[device_id] = times + 1
        return f"{device_id}-{times}" if times else device_id
