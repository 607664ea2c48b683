"""The hand that serves at a till in a window, and the clock that is held beside it.

Imported once Kivy is set up. A frame's work is its time without the wait for its turn.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from kivy.base import EventLoop, runTouchApp
from kivy.clock import Clock
from kivy.core.window import Window

from common.i18n import Translator
from kiosk.app import Stage, system_wall
from kiosk.desks.paying import SETTLE_MS
from kiosk.kivy_setup import ScreenSettings
from kiosk.opening import open_session
from kiosk.state import LinkStatus
from kiosk.widgets.key import Key

PATIENCE_S: Final = 60.0
SHOWN_S: Final = 10.0
PAUSE_MS: Final = (40, 120)
ENTER: Final = (13, 40)
TYPED: Final = (
    "lait demi",
    "chocolat noir",
    "café",
    "choclat",
    "eau gazeuse",
    "376",
    "pain",
    "biére",
    "s",
    "yaourt natrue",
)


@dataclass(frozen=True, slots=True)
class Act:
    """Something done at the till: `kind` names its figure, "" where none is kept of it.

    `shown` says whether what it comes to is in view; `wait_ms`: not sooner after the one before.
    """

    kind: str
    do: Callable[[], None]
    shown: Callable[[], bool]
    wait_ms: int = 0


class TillHand:
    """One till in its window."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._random = Random(seed)
        self._slept_ns = 0
        self._flips = 0
        self._drawn: list[float] = []
        self._time_waits()
        EventLoop.ensure_window()
        Window.bind(on_flip=self._flipped)
        self.session = open_session(folder)
        self.stage = Stage(ScreenSettings(letters_by_touch=False), Translator("fr"), system_wall())
        # All that Kivy starts but its loop, which is `_frame`.
        runTouchApp(self.stage.root, embedded=True)
        self.stage.open_post(self.session)

    @property
    def screen(self) -> Any:
        """Return the till's screen."""
        return self.stage.screen

    def close(self) -> None:
        """Let go of the post."""
        self.stage.close()
        self.session.close()

    def wait_for(self, topic: str, tseq: int) -> None:
        """Let frames pass until this post is live with a topic at `tseq`."""
        end = time.monotonic() + PATIENCE_S
        while (
            self.session.state.link is not LinkStatus.ONLINE
            or self.session.stand(topic).tseq < tseq
        ):
            if time.monotonic() > end:
                raise TimeoutError(f"not at {topic} {tseq}: {self.session.state}")
            self._frame()

    def serve(self, enough: Callable[[], bool]) -> dict[str, Any]:
        """Serve one customer after the other; return ms and CPU ms by what was done, frames too."""
        self._drawn.clear()
        took: defaultdict[str, list[float]] = defaultdict(list)
        worked: defaultdict[str, list[float]] = defaultdict(list)
        for act in self._customers():
            if enough():
                break
            wait_ms = max(act.wait_ms, self._random.randint(*PAUSE_MS))
            due_ns = time.monotonic_ns() + 1_000_000 * wait_ms
            while time.monotonic_ns() < due_ns:
                self._frame()
            began_ns = time.process_time_ns()
            self._do(act, due_ns)
            if act.kind:
                took[act.kind].append((time.monotonic_ns() - due_ns) / 1e6)
                worked[act.kind].append((time.process_time_ns() - began_ns) / 1e6)
        return {
            "took": dict(took),
            "cpu": dict(worked),
            "frames": self._drawn,
            "faults": self.stage.faults.count,
        }

    def _do(self, act: Act, due_ns: int) -> None:
        """Do something, and let frames pass until what it comes to has been drawn."""
        act.do()
        self._frame()
        while not act.shown():
            if time.monotonic_ns() > due_ns + SHOWN_S * 1e9:
                raise TimeoutError(f"{act.kind or 'something'} came to nothing")
            self._frame()

    # What a customer wants.

    def _customers(self) -> Iterator[Act]:
        while True:
            for text in TYPED:
                yield from self._customer(text)

    def _customer(self, text: str) -> Iterator[Act]:
        for _ in range(4):
            yield self._tap_tile()
            yield self._scan()
        yield from self._search(text)
        yield self._tap_tile()
        screen = self.screen
        yield self._touch("", lambda: self._key("cash"), lambda: screen.mode == "cash")
        yield self._touch(
            "paid",
            lambda: self._key("check"),
            lambda: screen.mode == "sell" and screen.ids.hand.done and not screen.ids.hand.filled,
            SETTLE_MS + 50,
        )

    def _tap_tile(self) -> Act:
        def tile() -> Any:
            grid = self.screen.ids.grid
            return self._random.choice([each for each in grid.children if each.article_id])

        return self._touch("tap", tile, self._another_sum())

    def _scan(self) -> Act:
        ids = self.session.catalogue.search_ids(limit=5_000)

        def do() -> None:
            article = self.session.catalogue.article(self._random.choice(ids))
            assert article is not None
            for digit in article.codes[0]:
                self._type(ord(digit), 29 + (int(digit) or 10), digit)
            self._type(*ENTER, "")

        return Act("scan", do, self._another_sum())

    def _search(self, text: str) -> Iterator[Act]:
        screen = self.screen
        field = screen.ids.search.ids.input
        field.focus = True
        for end in range(1, len(text) + 1):
            yield Act("search", partial(self._type_letter, text[end - 1]), self._finds(text[:end]))
        field.focus = False
        # "376" and a typing error may find nothing to touch.
        yield Act("", screen.ids.search.empty, lambda: bool(self._in_view()))

    # Hands and eyes.

    def _another_sum(self) -> Callable[[], bool]:
        hand, before = self.screen.ids.hand, self.screen.ids.hand.sum
        return lambda: hand.sum != before and bool(hand.ids.lines.rows)

    def _finds(self, text: str) -> Callable[[], bool]:
        screen = self.screen
        return lambda: screen.ids.search.text == text and self._in_view() == screen.desk.shelf.ids()

    def _in_view(self) -> list[str]:
        tiles = reversed(self.screen.ids.grid.children)
        return [tile.article_id for tile in tiles if tile.article_id]

    def _key(self, icon: str) -> Any:
        for each in self.screen.ids.hand.walk():
            if isinstance(each, Key) and each.icon == icon and each.width > 1 and not each.disabled:
                return each
        raise LookupError(f"no key with the sign {icon}")

    def _touch(
        self, kind: str, target: Callable[[], Any], shown: Callable[[], bool], wait_ms: int = 0
    ) -> Act:
        def do() -> None:
            widget = target()
            x, y = widget.to_window(*widget.center)
            place = (x, Window.height - y)
            Window.dispatch("on_mouse_down", *place, "left", [])
            Window.dispatch("on_mouse_up", *place, "left", [])

        return Act(kind, do, shown, wait_ms)

    def _type_letter(self, letter: str) -> None:
        self._type(ord(letter), 0, letter)

    @staticmethod
    def _type(key: int, scancode: int, text: str) -> None:
        Window.dispatch("on_key_down", key, scancode, text, [])
        if text:
            Window.dispatch("on_textinput", text)
        Window.dispatch("on_key_up", key, scancode)

    # Frames.

    def _frame(self) -> None:
        """Do what Kivy's own loop does in a frame; note how long it worked, if it drew."""
        slept_ns, began_ns, flips = self._slept_ns, time.monotonic_ns(), self._flips
        EventLoop.idle()
        Window.mainloop()
        if self._flips != flips:
            waited_ns = self._slept_ns - slept_ns
            self._drawn.append((time.monotonic_ns() - began_ns - waited_ns) / 1e6)

    def _flipped(self, *_: object) -> None:
        self._flips += 1

    def _time_waits(self) -> None:
        idle = Clock.idle

        def timed() -> float:
            began_ns = time.monotonic_ns()
            now: float = idle()
            self._slept_ns += time.monotonic_ns() - began_ns
            return now

        Clock.idle = timed
