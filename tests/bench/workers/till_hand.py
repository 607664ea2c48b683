"""The hand that serves at a till in a window, and the clock that is held beside it.

Imported once Kivy is set up. A frame's work is its time without the wait for its turn.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from kivy.base import EventLoop, runTouchApp
from kivy.clock import Clock
from kivy.core.window import Window

from common.i18n import Translator
from kiosk.app import Stage, system_wall
from kiosk.desks.till import SETTLE_MS
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
        self._time_waits()
        EventLoop.ensure_window()
        self.session = open_session(folder)
        self.stage = Stage(ScreenSettings(letters_by_touch=False), Translator("fr"), system_wall())
        # All that Kivy starts but its loop, which is `_frame`.
        runTouchApp(self.stage.root, embedded=True)
        self.stage.open_post(self.session)
        self._turn = 0

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
        """Serve one customer after the other; return ms by what was done, and each frame's."""
        took: defaultdict[str, list[float]] = defaultdict(list)
        frames: list[float] = []
        while True:
            for act in self._customer():
                if enough():
                    return {"took": dict(took), "frames": frames, "faults": self.stage.faults.count}
                due_ns = time.monotonic_ns() + 1_000_000 * max(
                    act.wait_ms, self._random.randint(*PAUSE_MS)
                )
                while time.monotonic_ns() < due_ns:
                    frames.append(self._frame())
                act.do()
                end_ns = due_ns + int(SHOWN_S * 1e9)
                while not act.shown():
                    if time.monotonic_ns() > end_ns:
                        raise TimeoutError(f"{act.kind or 'something'} came to nothing")
                    frames.append(self._frame())
                if act.kind:
                    took[act.kind].append((time.monotonic_ns() - due_ns) / 1e6)

    # What a customer wants.

    def _customer(self) -> Iterator[Act]:
        self._turn += 1
        for _ in range(4):
            yield self._tap_tile()
            yield self._scan()
        yield from self._search(TYPED[self._turn % len(TYPED)])
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
            return self._random.choice([each for each in self.screen.ids.grid.children if each.name])

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
            so_far = text[:end]
            yield Act(
                "search",
                lambda letter=so_far[-1]: self._type(ord(letter), 0, letter),
                lambda so_far=so_far: (
                    screen.ids.search.text == so_far and self._in_view() == screen.desk.shelf.ids()
                ),
            )
        field.focus = False
        # "376" and a typing error may find nothing to touch.
        yield Act("", screen.ids.search.empty, lambda: bool(self._in_view()))

    # Hands and eyes.

    def _another_sum(self) -> Callable[[], bool]:
        hand, before = self.screen.ids.hand, self.screen.ids.hand.sum
        return lambda: hand.sum != before and bool(hand.ids.lines.rows)

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

    @staticmethod
    def _type(key: int, scancode: int, text: str) -> None:
        Window.dispatch("on_key_down", key, scancode, text, [])
        if text:
            Window.dispatch("on_textinput", text)
        Window.dispatch("on_key_up", key, scancode)

    # Frames.

    def _frame(self) -> float:
        """Do what Kivy's own loop does in a frame; return how long it worked, ms."""
        slept_ns, began_ns = self._slept_ns, time.monotonic_ns()
        EventLoop.idle()
        Window.mainloop()
        return (time.monotonic_ns() - began_ns - (self._slept_ns - slept_ns)) / 1e6

    def _time_waits(self) -> None:
        idle = Clock.idle

        def timed() -> float:
            began_ns = time.monotonic_ns()
            now: float = idle()
            self._slept_ns += time.monotonic_ns() - began_ns
            return now

        Clock.idle = timed
