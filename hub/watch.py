"""What the hub notices about its posts: who is there, who fell silent, whose clock is off.

A post that falls silent without a goodbye is one alert, and one more when it is back. Hearing a
message costs one note in memory; when posts were last heard goes to disk once a minute, all
together, and what a restart must know (who said goodbye, whose silence was told) when it changes.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from common import messages as m
from common.topics import KIOSK_PROFILES
from hub.alerts import AlertBook, Notice
from hub.records import devices, presence
from hub.records.devices import ACTIVE, Device
from hub.store import FAULTS, Connection, Store
from hub.watched import Post, PostView, Presence, State, duration, post_of

_log = logging.getLogger(__name__)
SEEN_S: Final = 60.0
"""So late may be what is on disk of when a post was last heard."""
PAIR_PAUSE_S: Final = 600.0
"""Between two alerts that the same post fell silent: one that comes and goes is no storm."""
STEP_S: Final = 2.0
"""The most silence that counts between two looks: a hub that itself stood still heard nobody."""
CLOCK_LIMIT_MS: Final = 60_000
CLOCK_AGAIN_MS: Final = 86_400_000
CLOCK_GROWN: Final = 10
SHOWN_SILENT_S: Final = 30
"""After so long a post is shown as silent where the settings raise no alerts about it."""
_CLOCK_MOST_MS: Final = 10**13


@dataclass(slots=True)
class _Plan:
    """What one look wants on disk; nothing in memory moves before it is there."""

    notices: list[Notice] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)
    clocks: dict[str, tuple[int, int]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.notices or self.states or self.clocks or self.seen)


class Watch:
    """Watches the posts of one store; `tick` is called about once a second. `silent_s`: 0: off."""

    def __init__(
        self,
        store: Store,
        alerts: AlertBook,
        silent_s: int,
        now_ms: Callable[[], int],
        clock: Callable[[], float],
    ) -> None:
        self._alerts = alerts
        self._silent_s = silent_s
        self._shown_s = silent_s or SHOWN_SILENT_S
        self._now_ms = now_ms
        self._clock = clock
        self._looked_s = self._kept_s = clock()
        seen, notes = presence.seen(store.db), presence.notes(store.db)
        self._posts = {
            device.id: post_of(device, seen.get(device.id), notes.get(device.id, {}))
            for device in devices.devices(store.db)
        }

    # What messages bring.

    def heard(self, device: Device) -> None:
        """Note that a message of a device came."""
        post = self._posts.get(device.id)
        if post is None:
            post = self._posts[device.id] = post_of(device, None, {})
        post.heard_s = self._clock()

    def goodbye(self, device: Device) -> None:
        """Note that a post is switched off as it should be; after `heard`."""
        post = self._posts[device.id]
        post.heard_s = None
        post.goodbye_ms = self._now_ms()

    def clock_of(self, device: Device, diff_ms: int | None) -> None:
        """Note how far a post knows its clock to be behind the hub's; after `heard`."""
        if diff_ms is not None:
            most = max(-_CLOCK_MOST_MS, min(diff_ms, _CLOCK_MOST_MS))
            self._posts[device.id].clock_diff_ms = most

    def readmit(self, device: Device) -> None:
        """Take a device whose state changed: one that is let in no more is missed by nobody, and
        one that is let in again is expected once it was heard."""
        post = self._posts.get(device.id)
        seen_ms = None if post is None or not self._ever(post) else self._heard_ms(post)
        self._posts[device.id] = replace(post_of(device, seen_ms, {}), state=State.NEW)

    # What time brings.

    def tick(self) -> list[m.Changes]:
        """Look at every post, and keep what changed; return what to broadcast."""
        now_s, now_ms = self._clock(), self._now_ms()
        step_s = min(max(0.0, now_s - self._looked_s), STEP_S)
        self._looked_s = now_s
        plan = _Plan()
        for post in self._kiosks():
            self._count(post, step_s)
            self._look(post, plan, now_s)
            _look_at_clock(post, plan, now_ms)
        keeps = now_s - self._kept_s >= SEEN_S
        for post in self._kiosks():
            if keeps or post.device.id in plan.states:
                self._see(post, plan)
        if not plan:
            return []
        try:
            changes = self._alerts.commit(plan.notices, lambda db: self._write(db, plan))
        except FAULTS as error:
            _log.warning("what is known of the posts was not kept: %s", error)
            return []
        if keeps:
            self._kept_s = now_s
        self._follow(plan, now_s)
        return changes

    def _count(self, post: Post, step_s: float) -> None:
        """Begin a silence anew where the post was heard since the last look, else lengthen it."""
        again = post.heard_s != post.counted_s or post.goodbye_ms is not None
        if post.heard_s is not None and again:
            post.counted_s = post.heard_s
            post.quiet_s = 0.0
            post.goodbye_ms = None
            post.counted_silence = False
        else:
            post.quiet_s += step_s

    def _look(self, post: Post, plan: _Plan, now_s: float) -> None:
        """Plan what follows from a post being there, gone or silent."""
        gone = post.goodbye_ms is not None
        here = gone or (post.heard_s is not None and post.quiet_s < self._shown_s)
        name = post.device.name
        if here:
            state = State.AWAY if gone else State.EXPECTED
            if post.state is not state:
                plan.states[post.device.id] = state
            if post.state is State.SILENT:
                away_ms = self._heard_ms(post) - (post.seen_ms or 0)
                plan.notices.append(Notice("post_back", f"{name}, {duration(away_ms)}", name))
            return
        if post.state is not State.EXPECTED or not 0 < self._silent_s <= post.quiet_s:
            return
        if not post.counted_silence:
            post.counted_silence = True
            post.silences += 1
        if post.told_s is None or now_s - post.told_s >= PAIR_PAUSE_S:
            silence_ms = self._now_ms() - self._heard_ms(post)
            plan.states[post.device.id] = State.SILENT
            plan.notices.append(Notice("post_silent", f"{name}, {duration(silence_ms)}", name))

    def _see(self, post: Post, plan: _Plan) -> None:
        """Plan to keep when a post was last heard, where that is not on disk yet."""
        if post.heard_s is not None:
            if post.heard_s != post.stored_s:
                plan.seen[post.device.id] = self._heard_ms(post)
        elif post.goodbye_ms is not None and post.goodbye_ms != post.seen_ms:
            plan.seen[post.device.id] = post.goodbye_ms

    def _write(self, db: Connection, plan: _Plan) -> None:
        noted = []
        for id_ in {**plan.states, **plan.clocks}:
            post = self._posts[id_]
            told_ms, told_at_ms = plan.clocks.get(id_, (post.told_clock_ms, post.told_clock_at_ms))
            state = plan.states.get(id_, post.state)
            noted.append((id_, {"state": state, "clock_ms": told_ms, "clock_at_ms": told_at_ms}))
        presence.put_notes(db, noted)
        presence.put_seen(db, plan.seen.items())

    def _follow(self, plan: _Plan, now_s: float) -> None:
        """Move on to what is committed."""
        for notice in plan.notices:
            _log.info("%s: %s", notice.code, notice.subject)
        for id_, state in plan.states.items():
            self._posts[id_].state = state
            if state is State.SILENT:
                self._posts[id_].told_s = now_s
        for id_, (told_ms, told_at_ms) in plan.clocks.items():
            self._posts[id_].told_clock_ms = told_ms
            self._posts[id_].told_clock_at_ms = told_at_ms
        for id_, seen_ms in plan.seen.items():
            self._posts[id_].seen_ms = seen_ms
            self._posts[id_].stored_s = self._posts[id_].heard_s

    # What is shown.

    def view(self, device: Device) -> PostView:
        """Return how a post stands."""
        post = self._posts.get(device.id) or post_of(device, None, {})
        heard_ms = self._heard_ms(post) if self._ever(post) else None
        presence = self._presence(post) if device.state == ACTIVE else Presence.AWAY
        return PostView(device, presence, heard_ms, post.clock_diff_ms, post.silences)

    def silent(self) -> list[PostView]:
        """Return the posts that are silent, by number."""
        views = [self.view(post.device) for post in self._kiosks()]
        silent = [view for view in views if view.presence is Presence.SILENT]
        return sorted(silent, key=lambda view: view.device.number)

    def _presence(self, post: Post) -> Presence:
        if not self._ever(post):
            return Presence.NEVER
        heard = post.heard_s is not None
        if post.goodbye_ms is not None and not heard:
            return Presence.AWAY
        if heard and (post.heard_s != post.counted_s or post.quiet_s < self._shown_s):
            return Presence.HERE
        if not heard and post.state is State.AWAY:
            return Presence.AWAY
        if post.state is State.SILENT or post.quiet_s >= self._shown_s:
            return Presence.SILENT
        return Presence.AWAITED

    def _ever(self, post: Post) -> bool:
        return any(at is not None for at in (post.heard_s, post.goodbye_ms, post.seen_ms))

    def _heard_ms(self, post: Post) -> int:
        """Return when a post was last heard by today's clock: a clock set right moves it, too."""
        now_ms = self._now_ms()
        if post.heard_s is not None:
            return now_ms - round((self._clock() - post.heard_s) * 1000)
        last_ms = post.seen_ms if post.goodbye_ms is None else post.goodbye_ms
        return now_ms if last_ms is None else last_ms

    def _kiosks(self) -> list[Post]:
        return [
            post
            for post in self._posts.values()
            if post.device.profile in KIOSK_PROFILES and post.device.state == ACTIVE
        ]


def _look_at_clock(post: Post, plan: _Plan, now_ms: int) -> None:
    """Plan an alert about a clock: one a day, or where it is ten times as far off as was told."""
    diff_ms = post.clock_diff_ms
    if diff_ms is None or post.heard_s is None or abs(diff_ms) <= CLOCK_LIMIT_MS:
        return
    told_lately = 0 <= now_ms - post.told_clock_at_ms < CLOCK_AGAIN_MS
    if told_lately and abs(diff_ms) < CLOCK_GROWN * post.told_clock_ms:
        return
    plan.clocks[post.device.id] = (abs(diff_ms), now_ms)
    name = post.device.name
    # Seen from the post: what its clock shows more than the hub's.
    subject = f"{name}, {round(-diff_ms / 1000):+} s".replace("-", "−")
    plan.notices.append(Notice("clock_differs", subject, name))
