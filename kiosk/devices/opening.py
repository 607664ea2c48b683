"""Opening a till's devices by its settings: the composition root of what is plugged in.

Owns that each one is opened apart: a setting that is wrong costs that device, never the till.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from common.errors import Problem, Refusal
from common.i18n import Translator
from common.seal import Sealer
from kiosk.clocks import Clocks
from kiosk.devices.devices import Devices
from kiosk.devices.display import Display, start_window
from kiosk.devices.printer import Printer
from kiosk.devices.scale import Scale
from kiosk.devices.scale_lines import scale_at
from kiosk.devices.settings import DeviceSettings, read_settings
from kiosk.printing.jobs import Jobs
from kiosk.printing.logo import read_logo
from kiosk.printing.paper import Picture
from kiosk.printing.printers import printer_at
from kiosk.printing.queue import PrintQueue
from kiosk.terminals.addresses import terminal_at
from kiosk.terminals.card_file import CardFile
from kiosk.terminals.cards import CardPayments
from kiosk.terminals.manual import ManualTerminal
from kiosk.terminals.terminal import Terminal

PAPERS: Final = "print"
"""The folder, in the post's, of papers that wait."""
DeviceT = TypeVar("DeviceT")


def open_devices(
    folder: Path, sealer: Sealer, clocks: Clocks, lang: str
) -> tuple[Devices, list[Problem]]:
    """Return a till's devices, and what is wrong with them; `lang`: the till's language."""
    problems: list[Problem] = []
    settings, problem = _tried(lambda: read_settings(folder), DeviceSettings())
    problems += problem
    t = Translator(settings.language or lang)
    printer, problem = _printer(folder, settings, sealer, t)
    problems += problem
    cards, problem = _cards(folder, settings, sealer, clocks)
    problems += problem
    scale, problem = _scale(settings)
    problems += problem
    display = Display(
        start_window(folder, settings.display) if settings.display.window else None,
        settings.display.greeting,
    )
    return Devices(cards, printer, scale, display, t), problems


def _printer(
    folder: Path, settings: DeviceSettings, sealer: Sealer, t: Translator
) -> tuple[Printer, list[Problem]]:
    wanted = settings.printer
    if not wanted.address:
        return Printer(t), []
    logo: Picture | None = None
    problems: list[Problem] = []
    if wanted.logo:
        path = folder / wanted.logo
        logo, problems = _tried(lambda: read_logo(path, wanted.columns), None)

    def open_queue() -> PrintQueue:
        send = printer_at(wanted.address)
        return PrintQueue(Jobs(folder / PAPERS, sealer), send)

    queue, problem = _tried(open_queue, None)
    printer = Printer(t, wanted, settings.drawer, queue, logo, *problem)
    return printer, [*problems, *problem]


def _cards(
    folder: Path, settings: DeviceSettings, sealer: Sealer, clocks: Clocks
) -> tuple[CardPayments, list[Problem]]:
    def open_terminal() -> Terminal:
        return terminal_at(settings.terminal.address, clocks.monotonic)

    by_hand: Terminal = ManualTerminal()
    terminal, problems = _tried(open_terminal, by_hand)
    cards = CardPayments(terminal, clocks, CardFile(folder, sealer))
    return cards, [*problems, *([cards.problem] if cards.problem else [])]


def _scale(settings: DeviceSettings) -> tuple[Scale, list[Problem]]:
    wanted = settings.scale
    if not wanted.address:
        return Scale(), []
    weigh, problem = _tried(lambda: scale_at(wanted.address, wanted.protocol), None)
    return Scale(weigh, wanted.address, *problem), problem


def _tried(make: Callable[[], DeviceT], otherwise: DeviceT) -> tuple[DeviceT, list[Problem]]:
    """Return what was made, else what there is without it, and why."""
    try:
        return make(), []
    except Refusal as refusal:
        return otherwise, [refusal.problem]
