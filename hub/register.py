"""The register of posts in the database: enrolling, revoking, bringing back, changing keys.

Owns the numbers that posts are given. Each call is one commit; who is let in follows it, in
`doors.py`.
"""

from common.errors import Refusal
from common.topics import KIOSK_PROFILES
from hub.records import devices, trail
from hub.records.devices import ACTIVE, REVOKED, Device
from hub.store import Store


class Register:
    """Writes what is enrolled into one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        known = devices.devices(store.db)
        self._numbers = max((device.number for device in known), default=0)

    def next_number(self) -> int:
        """Return the number of the post that is enrolled next."""
        return self._numbers + 1

    def enrol(self, device: Device) -> None:
        """Enrol a post; its number is given once, even where it is revoked later."""
        with self._store.group() as db:
            devices.add_device(db, device)
            trail.add(db, trail.Entry(device.enrolled_ms, "pairing", device.id))
        self._numbers = device.number

    def set_state(self, device_id: str, state: str) -> Device:
        """Revoke a post, or bring it back; return it. Raises Refusal for one that is not known."""
        if state not in (ACTIVE, REVOKED):
            raise ValueError(f"no state of a post: {state}")
        self._post(device_id)
        with self._store.group() as db:
            devices.set_state(db, device_id, state)
        return self._post(device_id)

    def set_keys(self, device_id: str, curve_key: bytes, sign_key: bytes | None = None) -> Device:
        """Give a post new keys, 32 bytes each; None keeps the signing key. Returns the post.

        Raises Refusal for a post that is not known, or a key that is another's.
        """
        post = self._post(device_id)
        for other in devices.devices(self._store.db):
            if other.curve_key == curve_key and other.id != device_id:
                raise Refusal("key_of_another", device=post.name, other=other.name)
        with self._store.group() as db:
            devices.set_keys(db, device_id, curve_key, sign_key or post.sign_key)
        return self._post(device_id)

    def _post(self, device_id: str) -> Device:
        device = devices.device(self._store.db, device_id)
        if device is None or device.profile not in KIOSK_PROFILES:
            raise Refusal("unknown_device", device=device_id[:8])
        return device
