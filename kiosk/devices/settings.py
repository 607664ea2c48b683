"""Which devices a till has: `devices.toml` in its folder, parsed once into a frozen value.

Owns the settings and errors that name file, field and value. Opens no device. A till without the
file has a card terminal by hand, and nothing else.
"""

import tomllib
from enum import Enum
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from common.errors import Refusal
from kiosk.config import parse_size
from kiosk.printing.paper import NARROW, WIDE

FILE: Final = "devices.toml"
_BYTES: Final = 16 * 1024
_Text = Annotated[str, Meta(max_length=200)]


class Printing(Enum):
    """When a sale is printed. On request: French law since 1 August 2023."""

    ON_REQUEST = "on_request"
    ALWAYS = "always"


class Weighing(Enum):
    """What a scale speaks. Continuous: it sends lines such as "ST,GS,+  0.345kg" by itself.

    Toledo: it answers a "W", as the Toledo 8217 and many others do.
    """

    CONTINUOUS = "continuous"
    TOLEDO = "toledo"


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the sections: what they do not know is an error."""


class PrinterSettings(_Section, frozen=True):
    """`address`: as `printers.printer_at` takes it, "" for none. `logo`: a picture, "" for none.

    `qr`: the ticket's number stands on it for scanners, too. `customer_name`: the customer's name
    stands on it; else the reference alone.
    """

    address: _Text = ""
    paper_mm: int = 80
    printing: Printing = Printing.ON_REQUEST
    logo: _Text = ""
    qr: bool = False
    customer_name: bool = False

    @property
    def columns(self) -> int:
        """Return how many characters fit on a line."""
        return NARROW if self.paper_mm == 58 else WIDE


class DrawerSettings(_Section, frozen=True):
    """`opens_for_cash`: the printer kicks the drawer open when cash is taken or given back."""

    opens_for_cash: bool = True


class DisplaySettings(_Section, frozen=True):
    """The customer's screen: `window` as WIDTHxHEIGHT+LEFT+TOP, "" for none.

    `greeting`: what it says between two customers.
    """

    window: _Text = ""
    greeting: _Text = ""
    theme: Annotated[str, Meta(pattern=r"^(light|dark)\Z")] = "dark"


class ScaleSettings(_Section, frozen=True):
    """`address`: `serial:///DEVICE[?baud=9600]` or `simulated://GRAMS`, "" for none."""

    address: _Text = ""
    protocol: Weighing = Weighing.CONTINUOUS


class TerminalSettings(_Section, frozen=True):
    """`address`: `manual`, or `simulated://ANSWER[?after_s=2]` for trials."""

    address: _Text = "manual"


class DeviceSettings(_Section, frozen=True):
    """All of `devices.toml`. `language`: of papers and of the customer's screen, "" the till's."""

    language: Annotated[str, Meta(pattern=r"^(fr|en)?\Z")] = ""
    printer: PrinterSettings = PrinterSettings()
    drawer: DrawerSettings = DrawerSettings()
    display: DisplaySettings = DisplaySettings()
    scale: ScaleSettings = ScaleSettings()
    terminal: TerminalSettings = TerminalSettings()


def read_settings(folder: Path) -> DeviceSettings:
    """Return a till's settings, those of no devices where there is no file.

    Raises Refusal `settings_unreadable`, `setting_invalid`.
    """
    path = folder / FILE
    try:
        written = path.read_bytes()
        if len(written) > _BYTES:
            raise ValueError(f"{len(written)} bytes, at most {_BYTES}")
        raw = tomllib.loads(written.decode())
    except FileNotFoundError:
        return DeviceSettings()
    except (ValueError, OSError, RecursionError) as error:
        raise Refusal("settings_unreadable", file=str(path), reason=str(error)) from error
    try:
        settings = msgspec.convert(raw, DeviceSettings)
        _check(settings)
    except ValueError as error:
        raise Refusal("setting_invalid", file=str(path), reason=str(error)) from error
    return settings


def _check(settings: DeviceSettings) -> None:
    """Raise ValueError for what types alone do not tell."""
    if settings.printer.paper_mm not in (58, 80):
        raise ValueError(f"[printer] paper_mm is 58 or 80, not {settings.printer.paper_mm}")
    if settings.display.window:
        size = parse_size(settings.display.window)
        if size.left is None:
            raise ValueError("[display] window needs a place: WIDTHxHEIGHT+LEFT+TOP")
