"""Who may come in, changed while the hub runs: posts taken out, let in again, given new keys.

Owns the order of each change: the commit, then the doors, then what is said of it. What is to be
sent, and whose broadcasts are to be cut, is left for the shell to take. No socket.
"""

import logging
from collections.abc import Callable, Collection
from typing import Any

from common import messages as m
from common import wire
from common.errors import Refusal
from common.new_key import is_proved
from common.topics import Profile
from hub.callers import Callers
from hub.doors import Doors
from hub.keyring import KeyRing
from hub.records.devices import REVOKED, Device
from hub.register import Register
from hub.watch import Watch

_log = logging.getLogger(__name__)
Answers = list[tuple[bytes, bytes]]


class Admission:
    """Changes who may come in. `sign_keys`: by which a post may sign; `on_dismissed(device_id)`:
    forget what came from it by now; `on_new_hub_key()`: forget the card of before.

    Every method that changes something raises Refusal `unknown_device`, or what the driver raises;
    then nothing has changed.
    """

    def __init__(
        self,
        register: Register,
        doors: Doors,
        watch: Watch,
        ring: KeyRing,
        sign_keys: Callable[[Device], Collection[bytes]],
        now_ms: Callable[[], int],
    ) -> None:
        self._register = register
        self._doors = doors
        self._watch = watch
        self._ring = ring
        self._sign_keys = sign_keys
        self._now_ms = now_ms
        self._callers = Callers()
        self._out: dict[bytes, str] = {}
        self._answers: Answers = []
        self._cut: set[Profile] = set()
        self.on_dismissed: Callable[[str], None] = lambda _device_id: None
        self.on_new_hub_key: Callable[[], None] = lambda: None
        for post in register.posts():
            self._note_keys(post)

    @property
    def busy(self) -> bool:
        """Return whether something is to be sent."""
        return bool(self._answers)

    def take_answers(self) -> Answers:
        """Return what is to be sent, as (peer, frame), once."""
        answers, self._answers = self._answers, []
        return answers

    def take_cut(self) -> set[Profile]:
        """Return whose broadcasts go to somebody who may not hear them any more, once.

        A PUB cannot let go of one subscriber: all are cut, and those that may come back at once.
        """
        cut, self._cut = self._cut, set()
        return cut

    # Taken out, and let in again.

    def revoke(self, device_id: str, by: str = "") -> Device:
        """Let a post in no more, and tell it; return it."""
        post = self._register.revoke(device_id, by, self._now_ms())
        self._say(post, self._notice(post, post.curve_key))
        self._doors.dismiss(device_id)
        self._forget(post)
        self._watch.readmit(post)
        self._note_keys(post)
        _log.info("revoked %s", post.name)
        return post

    def reinstate(self, device_id: str) -> Device:
        """Let a revoked post in again by its keys; return it."""
        post = self._register.reinstate(device_id, self._now_ms())
        self._doors.admit(post)
        self._watch.readmit(post)
        self._note_keys(post)
        _log.info("reinstated %s", post.name)
        return post

    def notice_for(self, curve_key: bytes) -> m.Revocation | None:
        """Return the notice for the post of a key, where it is out."""
        device_id = self._out.get(curve_key)
        if device_id is None:
            return None
        return self._notice(self._register.post(device_id), curve_key)

    # Keys.

    def rekey(self, device_id: str, curve_key: bytes) -> None:
        """Let a post in by a new key and not by its old one, without asking it."""
        post = self._register.set_keys(device_id, self._now_ms(), curve_key)
        self._doors.admit(post)
        self._forget(post)
        self._note_keys(post)
        _log.info("%s has a new key", post.name)

    def ask_new_key(self, device_id: str) -> bool:
        """Ask a post for a new key, now or as soon as it is here; return whether it is here.

        Raises Refusal `device_revoked` as well.
        """
        post = self._register.post(device_id)
        if post.state == REVOKED:
            raise Refusal("device_revoked", name=post.name)
        post = self._register.ask_new_key(device_id, self._now_ms())
        self._doors.admit(post)
        return self._say(post, m.KeyRequest())

    def offer(self, peer: bytes, post: Device, offer: m.NewKey) -> Answers:
        """Let a post in by the key that it offers, too; raises Refusal `key_unproved`."""
        identity = self._ring.identity.public
        keys = self._sign_keys(post)
        if not any(is_proved(offer, key, identity, post.id, post.curve_key) for key in keys):
            raise Refusal("key_unproved", device=post.name)
        if self._register.is_asked(post.id):
            post = self._register.put_new_key(post.id, bytes.fromhex(offer.curve_key))
            self._doors.admit(post)
            return [(peer, wire.encode(m.KeyTaken(offer.curve_key)))]
        return []

    def greet(self, peer: bytes, user_id: str, post: Device) -> tuple[Device, Answers]:
        """A post says hello: end its old key where it came by the new one, else ask or remind.

        Returns the post as it is now, and what to say besides the welcome: the card as well, where
        the hub has another identity than the post may have been paired with.
        """
        post, about_key = self._greet(peer, user_id, post)
        card = [(peer, wire.encode(self._ring.card()))] if self._ring.has_past else []
        return post, about_key + card

    def _greet(self, peer: bytes, user_id: str, post: Device) -> tuple[Device, Answers]:
        self._callers.note(post.id, peer)
        if self._doors.came_by_new_key(user_id):
            assert post.new_key is not None
            post = self._register.set_keys(post.id, self._now_ms(), post.new_key)
            self._doors.admit(post)
            self._callers.forget(post.id)
            self._callers.note(post.id, peer)
            self._cut.add(post.profile)
            _log.info("%s comes by its new key; the old one opens nothing", post.name)
        elif post.new_key is not None:
            return post, [(peer, wire.encode(m.KeyTaken(post.new_key.hex())))]
        elif self._register.is_asked(post.id):
            return post, [(peer, wire.encode(m.KeyRequest()))]
        return post, []

    def rotate_hub_key(self) -> None:
        """Give the hub another CURVE key, and tell every post by its card."""
        self._register.change_hub_key(self._now_ms(), self._ring.rotate)
        self.on_new_hub_key()
        card = wire.encode(self._ring.card())
        self._answers += [(peer, card) for peer in self._callers.everybody()]

    # Inside.

    def _notice(self, post: Device, curve_key: bytes) -> m.Revocation | None:
        revoked = self._register.revocation(post.id)
        return None if revoked is None else self._ring.notice(post, revoked, curve_key)

    def _say(self, post: Device, message: Any) -> bool:
        peers = self._callers.of(post.id) if message is not None else ()
        self._answers += [(peer, wire.encode(message)) for peer in peers]
        return bool(peers)

    def _forget(self, post: Device) -> None:
        self._callers.forget(post.id)
        self._cut.add(post.profile)
        self.on_dismissed(post.id)

    def _note_keys(self, post: Device) -> None:
        """Remember by which keys a post may ask whether it is out."""
        for key in [key for key, device_id in self._out.items() if device_id == post.id]:
            del self._out[key]
        if post.state == REVOKED:
            for key in filter(None, (post.curve_key, post.new_key)):
                self._out[key] = post.id
