"""Devices for screens under test: a printer whose papers stay, a scale that answers, a window.

Each keeps what it was told, and stands as a test says.
"""

from collections.abc import Callable
from dataclasses import replace

from common.errors import Problem
from common.i18n import Translator
from kiosk.devices.devices import Devices
from kiosk.devices.display import Display, DisplayView
from kiosk.devices.printer import Printer
from kiosk.devices.scale import Scale, ScaleView
from kiosk.devices.settings import PrinterSettings
from kiosk.printing.queue import PrinterView
from kiosk.views.customer import CustomerView, StrayKey

ADDRESS = "tcp://192.168.1.50"


class FakeQueue:
    """A print queue before a printer that prints nothing."""

    def __init__(self) -> None:
        self.on_change: Callable[[], None] = lambda: None
        self.shown = PrinterView()
        self.papers: list[str] = []
        self.kicks = 0
        self.told: list[str] = []

    def put(self, title: str, _data: bytes) -> None:
        """Keep a paper."""
        self.papers.append(title)
        self.shown = replace(self.shown, waiting=len(self.papers))

    def kick(self, _data: bytes) -> None:
        """Count."""
        self.kicks += 1

    def view(self) -> PrinterView:
        """Return what a test says."""
        return self.shown

    def retry(self) -> None:
        """Print what waits."""
        self.told.append("retry")
        self.papers.clear()
        self.shown = replace(self.shown, waiting=0, problem=None)

    def print_doubtful(self) -> None:
        """Print what may be out."""
        self.told.append("print_doubtful")
        self.shown = replace(self.shown, doubtful=())

    def drop_doubtful(self) -> None:
        """Forget what may be out."""
        self.told.append("drop_doubtful")
        self.shown = replace(self.shown, doubtful=())

    def drop_waiting(self) -> None:
        """Forget what waits."""
        self.told.append("drop_waiting")
        self.papers.clear()
        self.shown = replace(self.shown, waiting=0, problem=None)

    def close(self) -> None:
        """Hold nothing."""

    def off(self) -> None:
        """Be off, with papers waiting."""
        problem = Problem("printer_unreachable", {"printer": ADDRESS, "reason": "timed out"})
        self.shown = replace(self.shown, problem=problem)


class FakeScale(Scale):
    """Answers when a test says so."""

    def __init__(self) -> None:
        super().__init__(lambda: 0, "serial:///dev/ttyUSB0")
        self._news = False

    def ask(self) -> None:
        """Begin."""
        self._view = ScaleView(wanted=True, weighing=True)

    def answer(self, milli: int = 0, problem: Problem | None = None) -> None:
        """Say a weight, or why there is none."""
        self._milli = milli or None
        self._view = ScaleView(wanted=True, problem=problem)
        self._news = True

    def poll(self) -> bool:
        """Return whether it has answered since."""
        news, self._news = self._news, False
        return news


class FakeDisplay(Display):
    """A customer's screen; `seen`: what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[CustomerView] = []
        self.keys: list[StrayKey] = []
        self.problem: Problem | None = None

    @property
    def there(self) -> bool:
        """Return yes."""
        return True

    def show(self, view: CustomerView) -> None:
        """Keep it."""
        if not self.seen or self.seen[-1] != view:
            self.seen.append(view)

    def view(self) -> DisplayView:
        """Return how it stands."""
        return DisplayView(True, self.problem)

    def take_keys(self) -> list[StrayKey]:
        """Return what a test has typed there."""
        keys, self.keys = self.keys, []
        return keys

    def restart(self) -> None:
        """Be there again."""
        self.problem = None


class FakeDevices(Devices):
    """All of them. `queue`, `weighs`, `customer`: what they were told, and how they stand."""

    def __init__(self, devices: Devices, lang: str) -> None:
        t = Translator(lang)
        self.queue, self.weighs, self.customer = FakeQueue(), FakeScale(), FakeDisplay()
        printer = Printer(t, PrinterSettings(address=ADDRESS), queue=self.queue)  # type: ignore[arg-type]
        super().__init__(devices.cards, printer, self.weighs, self.customer, t)
