"""`comptoir-hub pair` and `comptoir-kiosk pair --qr`, as an administrator runs them."""

import os
import pty
import re
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from child_processes import ROOT
from shop_processes import HubProcess

from common.card import fingerprint
from hub.key_files import read_keys
from kiosk.device import read_device
from tests import forked
from tests.net.conftest import Street

pytestmark = [pytest.mark.net, pytest.mark.skipif(os.name != "posix", reason="needs a terminal")]
PATIENCE_S = 30.0


class Terminal:
    """`comptoir-hub pair` in a terminal of its own, 80 columns wide."""

    def __init__(self, hub: HubProcess, *arguments: str) -> None:
        import fcntl
        import termios

        self._reading, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
        words = ["-m", "hub", "--data", str(hub.folder.root), "--lang", "en", "pair"]
        words += ["--profile", "till", "--name", "Caisse 1", *arguments]
        environment = {**os.environ, "TERM": "xterm", "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, stdout=terminal, stderr=terminal, env=environment
        )
        os.close(terminal)
        self.printed = ""

    def read_until(self, text: str) -> str:
        """Return all that was printed, once it holds `text`."""
        end = time.monotonic() + PATIENCE_S
        while text not in self.printed:
            assert time.monotonic() < end, self.printed
            try:
                self.printed += os.read(self._reading, 65_536).decode(errors="replace")
            except OSError:  # the other end is closed
                assert text in self.printed, self.printed
        return self.printed

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._reading)


@pytest.fixture
def hub(street: Street) -> HubProcess:
    return street.hub(street.folder(articles=0))


@pytest.fixture
def terminal(hub: HubProcess) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_one(*arguments: str) -> Terminal:
        opened.append(Terminal(hub, *arguments))
        return opened[-1]

    yield open_one
    for each in opened:
        each.end()


def ran(*words: str) -> "subprocess.CompletedProcess[str]":
    return forked.run(*words)


def test_a_post_is_paired_by_what_the_qr_code_says(street: Street, hub: HubProcess) -> None:
    root = str(hub.folder.root)
    given = ran("hub", "--data", root, "pair", "--profile", "depot", "--name", "Dépôt", "--json")
    shown: dict[str, Any] = orjson.loads(given.stdout)
    post = street.root / "post"
    done = ran("kiosk", "--data", str(post), "--lang", "en", "pair", "--qr", shown["qr"].lower())
    assert (done.returncode, done.stderr) == (0, "")
    assert "Dépôt" in done.stdout
    device = read_device(post)
    assert device is not None
    assert device.hub.identity == read_keys(hub.folder).identity.public.hex()
    assert shown["fingerprint"] == fingerprint(device.hub.identity)
    again = ran("kiosk", "--data", str(post / "2"), "--lang", "en", "pair", "--qr", shown["qr"])
    assert again.returncode == 1
    assert "No pairing code is open on the hub." in again.stderr
    garbled = ran(
        "kiosk", "--data", str(post / "2"), "--lang", "fr", "pair", "--qr", shown["qr"][:-1]
    )
    assert garbled.returncode == 1
    assert "Ce n’est pas un code QR d’association" in garbled.stderr


def test_the_terminal_shows_code_fingerprint_and_qr_code_and_takes_the_image_away(
    street: Street, hub: HubProcess, terminal: Callable[..., Terminal]
) -> None:
    picture = street.root / "code.png"
    shown = terminal("--qr-image", str(picture))
    printed = shown.read_until("valid for")
    assert fingerprint(read_keys(hub.folder).identity.public.hex()) in printed
    assert "█▀▀▀▀▀█" in printed
    assert picture.stat().st_mode & 0o777 == 0o600
    code = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", printed)
    assert code is not None
    address = f"127.0.0.1:{hub.network.card_port}"
    post = str(street.root / "post")
    done = ran("kiosk", "--data", post, "pair", "--hub", address, "--code", code[0])
    assert (done.returncode, done.stderr) == (0, ""), printed
    shown.read_until("Caisse 1 is paired")
    assert shown.process.wait(PATIENCE_S) == 0
    assert not picture.exists()


def test_a_command_that_is_told_to_end_takes_its_image_along(
    street: Street, terminal: Callable[..., Terminal]
) -> None:
    picture = street.root / "code.svg"
    shown = terminal("--qr-image", str(picture), "--no-qr")
    printed = shown.read_until("valid for")
    assert "█▀▀▀▀▀█" not in printed
    assert picture.exists()
    shown.process.send_signal(signal.SIGTERM)
    assert shown.process.wait(PATIENCE_S) == 1
    assert not picture.exists()


def test_an_image_that_is_there_already_costs_no_code(
    street: Street, hub: HubProcess, terminal: Callable[..., Terminal]
) -> None:
    picture = street.root / "holiday.png"
    picture.write_text("sea")
    shown = terminal("--qr-image", str(picture))
    shown.read_until("exists already")
    assert shown.process.wait(PATIENCE_S) == 1
    assert picture.read_text() == "sea"
    with hub.console() as console:
        assert console.ask("code", {"number": 1})["state"] == "expired", "none was given out"
