"""The shop's network: two ways between each post and the hub, and what goes wrong on them.

Owns frames on their way: how long they take, which are lost, doubled or held back. Frames of one
direction of one way keep their order, as on a socket, and those of one moment most often arrive
together; everything else may overtake. A way that is cut takes what is on it along.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from common.topics import Profile
from kiosk.presence import Way
from tests.sim.agenda import Agenda
from tests.sim.garbling import garble
from tests.sim.releases import Speech, spoken

LATENCY_S = (0.0002, 0.004)
DIAL_AGAIN_S = (0.1, 1.5)
REFUSED_AGAIN_S = (2.0, 5.0)
TOGETHER = 0.8
"""How likely a frame arrives with the one that left just before it."""
HIGH_WATER = 30
"""Broadcast frames on their way to one post, or unread by it; beyond it the hub's side drops."""


class HubDoor(Protocol):
    """The hub's side of the network."""

    @property
    def up(self) -> bool:
        """Return whether a hub process runs."""

    def admits(self, way: Way, profile: Profile, curve_key: bytes) -> str | None:
        """Return the user id under which a key enters, None to refuse it."""

    def hear(self, peer: bytes, user_id: str, frame: bytes) -> None:
        """Take a frame of the command way."""


class PostDoor(Protocol):
    """A post's side of the network."""

    number: int
    profile: Profile

    @property
    def curve_key(self) -> bytes:
        """Return the public key it knocks with."""

    @property
    def unread(self) -> int:
        """Return how many frames it has not read."""

    def opened(self, way: Way) -> None:
        """A way is open."""

    def closed(self, way: Way, refused: bool) -> None:
        """A way is shut."""

    def arrived(self, way: Way, frame: bytes) -> None:
        """A frame is there."""


@dataclass(slots=True)
class Weather:
    """What a line suffers from at the moment. Rates are probabilities a frame."""

    drop: float = 0.0
    double: float = 0.0
    late_s: float = 0.0
    shut: bool = False
    up_held: bool = False
    down_held: bool = False
    speech: Speech | None = None
    garble: int = 0


@dataclass(slots=True)
class Parcel:
    """Frames of one direction that left at one moment and arrive at one."""

    left_s: float = -1.0
    life: int = -1
    frames: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """One way of one post. `life` counts connections; frames of an older one are lost."""

    post: PostDoor
    way: Way
    weather: Weather = field(default_factory=Weather)
    wanted: bool = False
    life: int = 0
    is_open: bool = False
    user_id: str = ""
    on_way: int = 0
    up_free_s: float = 0.0
    down_free_s: float = 0.0
    up_parcel: Parcel = field(default_factory=Parcel)
    down_parcel: Parcel = field(default_factory=Parcel)
    held: list[tuple[bool, bytes]] = field(default_factory=list)

    @property
    def peer(self) -> bytes:
        """Return the route to this connection, as the hub sees it."""
        return b"%d.%s.%d" % (self.post.number, self.way.value.encode(), self.life)


class Network:
    """All lines of a shop. `harm` counts by kind what really happened to frames."""

    def __init__(self, agenda: Agenda, rng: Random, harm: Counter[str]) -> None:
        self._agenda = agenda
        self._rng = rng
        self._harm = harm
        self._hub: HubDoor | None = None
        self.lines: dict[tuple[int, Way], Line] = {}
        self._by_peer: dict[bytes, Line] = {}
        self.inspect: Callable[[Line, bytes], None] = lambda _line, _frame: None
        self.on_garbled: Callable[[Line, str, bool], None] = lambda _line, _topic, _snapshot: None

    def join_hub(self, hub: HubDoor) -> None:
        """Put the hub on the network."""
        self._hub = hub

    def join(self, post: PostDoor) -> None:
        """Put a post on the network; nothing is connected yet."""
        for way in Way:
            self.lines[post.number, way] = Line(post, way)

    # Connections.

    def dial(self, number: int, way: Way) -> None:
        """Connect, and again until it works."""
        line = self.lines[number, way]
        line.wanted = True
        self._later(self._rng.uniform(*LATENCY_S), line, self._handshake)

    def hang_up(self, number: int) -> None:
        """The post's process is gone: so are its connections."""
        for way in Way:
            line = self.lines[number, way]
            line.wanted = False
            self._break(line)

    def cut(self, line: Line, refused: bool = False) -> None:
        """Break a connection; the post knows at once, the hub never."""
        if not line.is_open:
            return
        self._break(line)
        line.post.closed(line.way, refused)
        if line.wanted:
            pause = REFUSED_AGAIN_S if refused else DIAL_AGAIN_S
            self._later(self._rng.uniform(*pause), line, self._handshake)

    def cut_post(self, number: int) -> None:
        """Break both connections of a post."""
        for way in Way:
            self.cut(self.lines[number, way])

    def cut_all(self) -> None:
        """The hub's process is gone."""
        for line in self.lines.values():
            self.cut(line)

    def _later(self, delay_s: float, line: Line, action: Callable[[Line], None]) -> None:
        life = line.life

        def act() -> None:
            if line.life == life:
                action(line)

        self._agenda.after(delay_s, act)

    def _handshake(self, line: Line) -> None:
        hub = self._hub
        weather = line.weather
        away = hub is None or not hub.up or weather.shut or weather.up_held or weather.down_held
        if line.is_open or not line.wanted:
            return
        if away or hub is None:
            self._later(self._rng.uniform(*DIAL_AGAIN_S), line, self._handshake)
            return
        user_id = hub.admits(line.way, line.post.profile, line.post.curve_key)
        if user_id is None:
            self._harm["knock refused"] += 1
            line.post.closed(line.way, True)
            self._later(self._rng.uniform(*REFUSED_AGAIN_S), line, self._handshake)
            return
        self._break(line)
        line.is_open, line.user_id = True, user_id
        self._by_peer[line.peer] = line
        line.post.opened(line.way)

    def _break(self, line: Line) -> None:
        self._by_peer.pop(line.peer, None)
        line.life += 1
        line.is_open = False
        line.on_way = 0
        line.held.clear()
        line.up_free_s = line.down_free_s = 0.0

    # Frames.

    def up(self, number: int, frame: bytes) -> None:
        """Send a frame to the hub."""
        line = self.lines[number, Way.COMMANDS]
        if line.is_open:
            self._say(line, frame, up=True)

    def answer(self, peer: bytes, frame: bytes) -> None:
        """Send a frame to a connection of the command way; nothing where it is gone."""
        line = self._by_peer.get(peer)
        if line is not None:
            self._say(line, frame, up=False)

    def _say(self, line: Line, frame: bytes, up: bool) -> None:
        speech = line.weather.speech
        if speech is None:
            self._send(line, frame, up)
            return
        for told in spoken(frame, speech):
            self._harm[f"frame of {speech.value} software"] += told != frame
            self._send(line, told, up)

    def broadcast(self, line: Line, frame: bytes) -> None:
        """Send a broadcast to one subscriber; dropped above the high-water mark."""
        if not line.is_open:
            return
        if line.on_way + line.post.unread >= HIGH_WATER:
            self._harm["high-water mark"] += 1
            return
        self._send(line, frame, up=False)

    def _send(self, line: Line, frame: bytes, up: bool) -> None:
        weather, rng = line.weather, self._rng
        if weather.up_held if up else weather.down_held:
            self._harm["held one way"] += 1
            line.held.append((up, frame))
            return
        if weather.drop and rng.random() < weather.drop:
            self._harm["frame dropped"] += 1
            return
        self._carry(line, frame, up)
        if weather.double and rng.random() < weather.double:
            self._harm["frame doubled"] += 1
            self._carry(line, frame, up)

    def _carry(self, line: Line, frame: bytes, up: bool) -> None:
        rng, now_s = self._rng, self._agenda.now_s
        line.on_way += not up
        before = line.up_parcel if up else line.down_parcel
        if (before.left_s, before.life) == (now_s, line.life) and rng.random() < TOGETHER:
            before.frames.append(frame)
            return
        parcel = Parcel(now_s, line.life, [frame])
        delay_s = rng.uniform(*LATENCY_S)
        if line.weather.late_s:
            delay_s += rng.random() * line.weather.late_s
            self._harm["frame late"] += 1
        free_s = line.up_free_s if up else line.down_free_s
        at_s = max(free_s, now_s + delay_s)
        if up:
            line.up_free_s, line.up_parcel = at_s, parcel
        else:
            line.down_free_s, line.down_parcel = at_s, parcel
        self._agenda.after(at_s - now_s, lambda: self._arrive(line, parcel, up))

    def _arrive(self, line: Line, parcel: Parcel, up: bool) -> None:
        if line.life != parcel.life:
            return
        for frame in parcel.frames:
            if not up:
                line.on_way -= 1
                self.inspect(line, frame)
                told = self._garbled(line, frame) if line.weather.garble else frame
                line.post.arrived(line.way, told)
            elif self._hub is not None and self._hub.up:
                self._hub.hear(line.peer, line.user_id, frame)

    def _garbled(self, line: Line, frame: bytes) -> bytes:
        """Return a frame with one bit of a row another one; a frame without rows as it is."""
        garbled = garble(frame, line.way is Way.BROADCASTS, self._rng)
        if garbled is None:
            return frame
        line.weather.garble -= 1
        self._harm["row altered on its way"] += 1
        self.on_garbled(line, garbled.topic, garbled.in_snapshot)
        return garbled.frame

    def release(self, line: Line, lost: bool) -> None:
        """End a one-way cut: what was held arrives late, or went with the connection."""
        line.weather.up_held = line.weather.down_held = False
        if lost:
            self.cut(line)
            return
        held, line.held = line.held, []
        for up, frame in held:
            self._carry(line, frame, up)

    def calm(self) -> None:
        """Let every line work as it should from now on."""
        for line in self.lines.values():
            held = line.weather.up_held or line.weather.down_held
            line.weather = Weather()
            if held:
                self.release(line, lost=True)
