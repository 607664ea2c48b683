"""Pictures of articles and categories: what a screen looks for, what is asked of the hub.

Owns which pictures are asked for next, a few at a time and never faster than the hub likes: first
those that a screen looks for, then all others that rows name, as far as there is room. Files are
read and written by a thread of their own, so that no frame waits; nothing here draws.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from common import messages as m
from common.models import convert
from common.pictures import AT_ONCE
from kiosk.picture_files import PictureFiles, Raster, Stored, side_for
from kiosk.state import LinkStatus
from kiosk.worker import Work, Worker

KIND: Final = "pictures"
ANSWER_S: Final = 10.0
FIRST: Final = 2**33
"""From here its questions are numbered; those for drawers and old tickets from below."""
BURST: Final = 100
PER_S: Final = 10.0
"""So many questions at once, and so many a second after them: half of what the hub bears."""
LOOKED_FOR: Final = 64
"""Pictures that screens wait for: some pages of tiles. The ones asked for first are forgotten."""
READY: Final = 32
"""Pixels that wait to be fetched by a screen."""
A_FRAME: Final = 6
"""So many pictures are handed to a screen between two frames: each is some 0.5 ms of drawing."""

_Sized = tuple[str, int]
"""A picture's name, and how many pixels of it along an edge."""


class Pictures:
    """`files`: None for a post that keeps none, and asks for none.

    `named` gives what the rows name. `ask` puts a question to the hub; `changed` is told, by any
    thread, that `tick` has something to do. `make_worker`: who reads and writes files.
    """

    def __init__(
        self,
        files: PictureFiles | None,
        named: Callable[[], Iterable[str]],
        ask: Callable[[m.Query], None],
        monotonic: Callable[[], float],
        changed: Callable[[], None] = lambda: None,
        make_worker: Callable[[Callable[[], None]], Worker] = lambda done: Worker(done, "pictures"),
    ) -> None:
        self._files = files
        self._named = named
        self._ask = ask
        self._monotonic = monotonic
        self._worker = None if files is None else make_worker(changed)
        self._held: set[str] = set()
        self._opened = False
        self._online = self._unwilling = self._full = False
        self._looked: dict[_Sized, None] = {}
        self._loading: set[_Sized] = set()
        self._ready: dict[_Sized, Raster] = {}
        self._arrived: dict[str, None] = {}
        self._others: OrderedDict[str, None] = OrderedDict()
        self._absent: set[str] = set()
        self._request = FIRST
        self._asked: tuple[str, ...] = ()
        self._until_s = 0.0
        self._left, self._left_s = float(BURST), monotonic()
        if files is not None:
            self._do(files.open, self._is_open)

    # What screens ask.

    def look(self, picture: str, room_px: float) -> Raster | None:
        """Return a picture's pixels for a room so high, once: whoever draws it keeps what it drew.

        None: it is being fetched, and `take_arrived` names it once it is there.
        """
        sized = (picture, side_for(room_px))
        raster = self._ready.pop(sized, None)
        if raster is None and self._files is not None:
            self._looked.pop(sized, None)
            self._looked[sized] = None
            if len(self._looked) > LOOKED_FOR:
                del self._looked[next(iter(self._looked))]
            self._load(sized)
        return raster

    def take_arrived(self) -> frozenset[str]:
        """Return the next few pictures that were looked for and are there now."""
        names = list(self._arrived)[:A_FRAME]
        for name in names:
            del self._arrived[name]
        return frozenset(names)

    # What the session tells.

    def rows_changed(
        self,
        touched: Mapping[str, frozenset[str]],
        replaced: frozenset[str],
        of: Callable[[str, str], str],
    ) -> None:
        """Rows changed: ask for what they name. `of(topic, key)`: which picture a row names."""
        if self._files is None:
            return
        if replaced & {"articles", "categories"}:
            self._want(self._named())
        else:
            keys = [
                (topic, key)
                for topic in ("articles", "categories")
                for key in touched.get(topic, ())
            ]
            self._want(of(topic, key) for topic, key in keys)

    def link(self, status: LinkStatus) -> None:
        """The link stands otherwise: once the hub is back, everything missing is asked anew."""
        online = status is LinkStatus.ONLINE
        if online and not self._online and self._files is not None:
            self._unwilling = self._full = False
            self._absent.clear()
            named = set(self._named())
            self._do(partial(self._files.keep_only, named), self._held.difference_update)
            self._want(named)
        if not online:
            self._asked = ()
        self._online = online

    def hear(self, answer: m.Answer) -> None:
        """Take the hub's answer to the last question."""
        if self._files is None or answer.request != self._request or not self._asked:
            return
        asked, self._asked = self._asked, ()
        try:
            given = convert(answer.result, dict[str, str | None]) if not answer.code else None
        except ValueError:
            given = None
        if given is None:
            # An older hub, or one that is busy: asked again once it is met again.
            self._unwilling = True
            return
        told = [name for name in asked if name in given]
        self._absent.update(name for name in told if given[name] is None)
        brought = {name: packed for name in told if (packed := given[name]) is not None}
        self._want(name for name in asked if name not in given)
        wanted = frozenset(name for name, _ in self._looked)
        self._do(partial(self._files.store, brought, wanted), self._stored)

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds `tick` has something to do, None for never."""
        if self._arrived:
            return 0.0
        if self._asked:
            return max(0.0, self._until_s - self._monotonic())
        if not self._may_ask or not (self._wanted or self._others):
            return None
        return max(0.0, (1.0 - self._tokens()) / PER_S)

    def tick(self) -> None:
        """Take what files and hub have given, and ask for what is missing."""
        if self._worker is None:
            return
        self._worker.take()
        if self._asked and self._monotonic() >= self._until_s:
            self._want(self._asked)
            self._asked = ()
        if not self._asked and self._may_ask and self._tokens() >= 1.0:
            self._ask_next()

    def close(self) -> None:
        """Read and write nothing any more."""
        if self._worker is not None:
            self._worker.close()

    # Inside.

    @property
    def _may_ask(self) -> bool:
        return self._online and self._opened and not self._unwilling

    @property
    def _wanted(self) -> list[str]:
        """Return what screens wait for and is not here, the newest first."""
        names = dict.fromkeys(name for name, _ in reversed(self._looked))
        return [name for name in names if name not in self._held and name not in self._absent]

    def _ask_next(self) -> None:
        wanted = self._wanted[:AT_ONCE]
        while len(wanted) < AT_ONCE and self._others and not self._full:
            name, _ = self._others.popitem(last=False)
            if name not in self._held and name not in self._absent and name not in wanted:
                wanted.append(name)
        if not wanted:
            return
        self._left = self._tokens() - 1.0
        self._left_s = self._monotonic()
        self._request += 1
        self._asked, self._until_s = tuple(wanted), self._monotonic() + ANSWER_S
        self._ask(m.Query(self._request, KIND, {"pictures": wanted}))

    def _tokens(self) -> float:
        return min(float(BURST), self._left + (self._monotonic() - self._left_s) * PER_S)

    def _want(self, pictures: Iterable[str]) -> None:
        for name in pictures:
            if name and name not in self._held and name not in self._absent:
                self._others[name] = None

    def _is_open(self, kept: frozenset[str]) -> None:
        self._held.update(kept)
        self._opened = True
        for sized in list(self._looked):
            self._load(sized)

    def _stored(self, stored: Stored) -> None:
        self._held -= stored.gone
        self._held |= stored.kept
        self._absent |= stored.unsound
        self._full = self._full or stored.full
        for sized in [each for each in self._looked if each[0] in stored.kept]:
            self._load(sized)

    def _load(self, sized: _Sized) -> None:
        """Have a picture's pixels read, where it is here."""
        if self._files is not None and sized[0] in self._held and sized not in self._loading:
            self._loading.add(sized)
            self._do(partial(self._files.load, *sized), partial(self._loaded, sized))

    def _loaded(self, sized: _Sized, raster: Raster | None) -> None:
        self._loading.discard(sized)
        if raster is None:
            self._held.discard(sized[0])  # Asked anew: a screen looks for it.
            return
        self._looked.pop(sized, None)
        self._ready[sized] = raster
        self._arrived[sized[0]] = None
        if len(self._ready) > READY:
            oldest = next(iter(self._ready))
            del self._ready[oldest]
            if all(name != oldest[0] for name, _ in self._ready):
                self._arrived.pop(oldest[0], None)

    @property
    def _do(self) -> Work:
        assert self._worker is not None
        return self._worker.do
