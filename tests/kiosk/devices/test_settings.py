"""`devices.toml`: what it may say, and errors that name file and field."""

from pathlib import Path

import pytest

from common.errors import Refusal
from kiosk.devices.settings import FILE, DeviceSettings, Printing, Weighing, read_settings

WHOLE = """
language = "fr"

[printer]
address = "tcp://192.168.1.50"
paper_mm = 58
printing = "always"
logo = "logo.png"
qr = true

[drawer]
opens_for_cash = false

[display]
window = "800x480+1280+0"
greeting = "Bienvenue au port !"
theme = "light"

[scale]
address = "serial:///dev/ttyUSB1?baud=9600"
protocol = "toledo"

[terminal]
address = "simulated://accept?after_s=3"
"""


def test_a_till_without_the_file_has_no_devices(tmp_path: Path) -> None:
    settings = read_settings(tmp_path)
    assert settings == DeviceSettings()
    assert (settings.printer.address, settings.scale.address, settings.display.window) == ("",) * 3
    assert settings.terminal.address == "manual"
    assert settings.printer.printing is Printing.ON_REQUEST


def test_everything_can_be_set(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(WHOLE, "utf-8")
    settings = read_settings(tmp_path)
    assert settings.printer.columns == 32
    assert settings.printer.printing is Printing.ALWAYS
    assert settings.scale.protocol is Weighing.TOLEDO
    assert settings.display.greeting == "Bienvenue au port !"
    assert not settings.drawer.opens_for_cash


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("[printer\n", "settings_unreadable", "line 1"),
        ("\x00", "settings_unreadable", ""),
        ("a = '" + "x" * 20_000 + "'", "settings_unreadable", "16384"),
        ('[printer]\nadress = "x"', "setting_invalid", "adress"),
        ('[printers]\naddress = "x"', "setting_invalid", "printers"),
        ('[printer]\nprinting = "never"', "setting_invalid", "$.printer.printing"),
        ("[printer]\npaper_mm = 76", "setting_invalid", "58 or 80"),
        ('[display]\nwindow = "big"', "setting_invalid", "'big'"),
        ('[display]\nwindow = "800x480"', "setting_invalid", "place"),
        ('[scale]\nprotocol = "dialog"', "setting_invalid", "$.scale.protocol"),
        ('language = "de"', "setting_invalid", "$.language"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, code: str, named: str) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")
    with pytest.raises(Refusal) as refused:
        read_settings(tmp_path)
    problem = refused.value.problem
    assert problem.code == code
    assert problem.params["file"] == str(tmp_path / FILE)
    assert named in problem.params["reason"]
