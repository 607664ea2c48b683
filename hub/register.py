"""The register of posts in the database: enrolling, revoking, bringing back, changing keys.

Owns the numbers that posts are given. Each call is one commit; who is let in follows it, in
`doors.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from common.errors import Refusal
from common.journal.event import Value, What
from common.topics import KIOSK_PROFILES
from hub.journal import JournalBook
from hub.records import devices, doors, sessions, trail
from hub.records.devices import ACTIVE, REVOKED, Device
from hub.records.doors import Revoked
from hub.store import Connection, Store


class Register:
    """Writes what is enrolled into one store; who comes and goes stands in the journal as well."""

    def __init__(self, store: Store, journal: JournalBook) -> None:
        self._store = store
        self._journal = journal
        known = devices.devices(store.db)
        self._numbers = max((device.number for device in known), default=0)

    def next_number(self) -> int:
        """Return the number of the post that is enrolled next."""
        return self._numbers + 1

    def enrol(self, device: Device) -> None:
        """Enrol a post; its number is given once, even where it is revoked later."""
        with self._journaled(device, "enrolled", device.enrolled_ms) as db:
            devices.add_device(db, device)
            trail.add(db, trail.Entry(device.enrolled_ms, "pairing", device.id))
        self._numbers = device.number

    def posts(self) -> list[Device]:
        """Return every post, by number."""
        return [d for d in devices.devices(self._store.db) if d.profile in KIOSK_PROFILES]

    def post(self, device_id: str) -> Device:
        """Return a post; raises Refusal for one that is not known."""
        device = devices.device(self._store.db, device_id)
        if device is None or device.profile not in KIOSK_PROFILES:
            raise Refusal("unknown_device", device=device_id[:8])
        return device

    def revoke(self, device_id: str, by: str, now_ms: int) -> Device:
        """Take a post out, with whoever is logged in there; return it. Raises as `post`."""
        post = self.post(device_id)
        with self._journaled(post, "revoked", now_ms, by=by) as db:
            devices.set_state(db, device_id, REVOKED)
            doors.add_revocation(db, device_id, Revoked(post.admission, now_ms, by))
            sessions.end_of_device(db, device_id, now_ms)
            _note(db, now_ms, "device.revoked", post, {"by": by})
        return self.post(device_id)

    def reinstate(self, device_id: str, now_ms: int) -> Device:
        """Bring a post back; return it. Raises Refusal for one that is not known."""
        post = self.post(device_id)
        with self._journaled(post, "reinstated", now_ms) as db:
            devices.set_state(db, device_id, ACTIVE)
            doors.end_revocation(db, device_id, now_ms)
            _note(db, now_ms, "device.active", post)
        return self.post(device_id)

    def revocation(self, device_id: str) -> Revoked | None:
        """Return how a post was taken out that is out."""
        return doors.revocation(self._store.db, device_id)

    # Keys.

    def set_keys(self, device_id: str, now_ms: int, curve_key: bytes) -> Device:
        """Give a post a new CURVE key, 32 bytes; return the post.

        By which key it signs is its own word, in its records.
        Raises Refusal for a post that is not known, or a key that is another's.
        """
        post = self.post(device_id)
        self._require_own(post, curve_key)
        with self._store.group() as db:
            devices.set_keys(db, device_id, curve_key, post.sign_key)
            doors.drop_new_key(db, device_id)
            _note(db, now_ms, "device.keys", post)
        return self.post(device_id)

    def ask_new_key(self, device_id: str, now_ms: int) -> Device:
        """Note that a post is to have a new key; return it. Raises as `post`."""
        post = self.post(device_id)
        with self._store.group() as db:
            doors.ask_new_key(db, device_id, now_ms)
            _note(db, now_ms, "device.key_asked", post)
        return self.post(device_id)

    def is_asked(self, device_id: str) -> bool:
        """Return whether a post is to have a new key."""
        return doors.is_asked(self._store.db, device_id)

    def put_new_key(self, device_id: str, curve_key: bytes) -> Device:
        """Note the key that a post offers beside its own; raises as `set_keys`."""
        self._require_own(self.post(device_id), curve_key)
        with self._store.group() as db:
            doors.put_new_key(db, device_id, curve_key)
        return self.post(device_id)

    # What is told of in the audit trail, and lies elsewhere.

    def change_hub_key(self, now_ms: int, change: Callable[[], None]) -> None:
        """Tell that the hub has another key, and change it; where it cannot be told, it is not."""
        with self._store.group() as db:
            trail.add(db, trail.Entry(now_ms, "hub.key"))
            change()

    def note_collected(self, post: Device, now_ms: int, operations: int) -> None:
        """Tell that operations were brought from a post by a file."""
        with self._store.group() as db:
            _note(db, now_ms, "device.collected", post, {"operations": operations})

    @contextmanager
    def _journaled(
        self, post: Device, how: str, now_ms: int, **more: Value
    ) -> Iterator[Connection]:
        """Commit what becomes of a post, with a line of the journal."""
        draft = self._journal.draft()
        said: dict[str, Value] = {"post": post.id, "number": post.number, "name": post.name}
        with self._store.group() as db:
            yield db
            draft.event(What.POST, now_ms, **said, how=how, **more)
            draft.write(self._store.meta("epoch"), now_ms)
        self._journal.committed(draft)

    def _require_own(self, post: Device, curve_key: bytes) -> None:
        for other in devices.devices(self._store.db):
            if curve_key in (other.curve_key, other.new_key) and other.id != post.id:
                raise Refusal("key_of_another", device=post.name, other=other.name)


def _note(
    db: Connection, now_ms: int, action: str, post: Device, details: Mapping[str, Any] | None = None
) -> None:
    trail.add(db, trail.Entry(now_ms, action, post.id, subject=post.name, details=details or {}))
