"""The customer's window: every view at every size in both languages and themes, and its process."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from common.i18n import LANGUAGES, Translator
from common.models import Payment, Shop
from kiosk.basket import Basket
from kiosk.discount import Discount
from kiosk.views.customer import CustomerView, basket_shown, greeting, paid_shown
from tests.kiosk.printing.sold import ticket
from tests.kiosk.shop_rows import article
from tests.ui import layout
from tests.ui.hands import Hands
from tests.ui.test_screens import FOR_DOCS, squeeze

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]

SHOP = Shop("shop", "Épicerie du Port")
SIZES = [(800, 480), (1024, 600), (1280, 800), (1920, 1080)]
NAMES = (
    "Baguette tradition",
    "Beurre demi-sel 250 g",
    "Chocolat noir 70 % aux éclats de fèves de cacao",
    "Bananes, le kg",
    "Café moulu",
)


def basket(lines: int) -> Basket:
    """Return a sale of so many lines, one of them weighed, one with a discount."""
    made = Basket()
    for n in range(lines):
        made = made.add(
            article(n, name=NAMES[n % len(NAMES)], price_cents=120 + 85 * n),
            345 if n % 5 == 3 else 1000 * (1 + n % 3 // 2),
        )
    return made.discount_line(1, Discount(bp=1000)) if lines else made


_BY_CARD = Payment("card", ticket().total_cents, ticket().total_cents)
VIEWS: dict[str, Callable[[Translator], CustomerView]] = {
    "greeting": lambda t: greeting(SHOP, "", False, t),
    "sale": lambda t: basket_shown(basket(4), SHOP, False, t),
    "sale-long": lambda t: basket_shown(basket(23), SHOP, False, t),
    "paid": lambda t: paid_shown(ticket(), SHOP, False, t),
    "paid-card": lambda t: paid_shown(ticket(payments=(_BY_CARD,)), SHOP, False, t),
    "training": lambda t: basket_shown(basket(2), SHOP, True, t),
}


class Customer:
    """The customer's screen in the window under test, with the eyes of `Hands`."""

    def __init__(self, size: tuple[int, int], theme: str) -> None:
        from kivy.base import EventLoop
        from kivy.core.window import Window

        from kiosk.customer_app import open_screen

        self._window, self._idle = Window, EventLoop.idle
        if tuple(Window.size) != size:
            Window.size = size
            self.frames(2)
        self.screen = open_screen(theme)
        Window.add_widget(self.screen)
        self.frames()

    def widgets(self, under: Any = None) -> Iterator[Any]:
        eyes: Any = self
        return Hands.widgets(eyes, under)

    def texts(self) -> list[str]:
        eyes: Any = self
        return Hands.texts(eyes)

    def cover(self) -> None:
        """Return that nothing lies over it."""

    def show(self, view: CustomerView) -> None:
        self.screen.show(view)
        self.frames()

    def frames(self, count: int = 4) -> None:
        for _ in range(count):
            self._idle()

    def shot(self, path: Path) -> None:
        taken = self._window.screenshot(name=str(path.with_suffix(".tmp.png")))
        os.replace(taken, path)

    def close(self) -> None:
        self._window.remove_widget(self.screen)


Opener = Callable[..., Customer]


@pytest.fixture
def open_customer(window: None) -> Iterator[Opener]:
    opened: list[Customer] = []

    def open_one(size: tuple[int, int], theme: str = "dark") -> Customer:
        opened.append(Customer(size, theme))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("size", "theme"), [*((size, "dark") for size in SIZES), (SIZES[1], "light")], ids=str
)
def test_every_view(
    open_customer: Opener, shots: Path, size: tuple[int, int], theme: str, lang: str
) -> None:
    customer = open_customer(size, theme)
    found: dict[str, list[str]] = {}
    for name, make in VIEWS.items():
        customer.show(make(Translator(lang)))
        eyes: Any = customer
        # A name of an article may be cut, nothing else.
        found[name] = [
            fault for fault in layout.faults(eyes) if not any(each in fault for each in NAMES)
        ]
        if FOR_DOCS and size == SIZES[1] and (theme == "dark" or name == "sale"):
            mark = "" if theme == "dark" else f"-{theme}"
            file = shots / f"customer-{name}{mark}-{lang}.png"
            customer.shot(file)
            squeeze(file)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_it_shows_the_last_lines_and_counts_those_before(open_customer: Opener) -> None:
    t = Translator("en")
    customer = open_customer((800, 480))
    customer.show(basket_shown(basket(23), SHOP, False, t))
    texts = customer.texts()
    assert "14 lines before" in texts
    assert "To pay" in texts
    tops = [row.top for row in customer.widgets() if type(row).__name__ == "CustomerRow"]
    assert len(tops) == 9
    assert tops == sorted(set(tops), reverse=True)
    customer.show(paid_shown(ticket(), SHOP, False, t))
    texts = customer.texts()
    assert [each for each in texts if "€" in each] == ["€25.19", "€24.81"]
    assert "To pay" not in texts


def test_an_exercise_is_said_on_every_view(open_customer: Opener) -> None:
    t = Translator("en")
    customer = open_customer((800, 480))
    for view in (greeting(SHOP, "Hello", True, t), paid_shown(ticket(), SHOP, True, t)):
        customer.show(view)
        assert any("TRAINING" in text for text in customer.texts())
        customer.show(replace(view, stamp=""))
        assert not any("TRAINING" in text for text in customer.texts())


def test_the_window_is_a_process_that_ends_with_what_it_reads(window: None, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kiosk.customer", "--window", "800x480+0+0"]
    process = subprocess.Popen(
        [*command, "--home", str(tmp_path / "kivy")],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "SDL_VIDEODRIVER": "offscreen"},
    )
    lines = [b"no view\n"]
    lines += [msgspec.json.encode(make(Translator("fr"))) + b"\n" for make in VIEWS.values()]
    _, said = process.communicate(b"".join(lines), timeout=60)
    assert process.returncode == 0, said.decode()
    assert b"Traceback" not in said
