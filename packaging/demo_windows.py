"""The demo in windows: a till and a depot beside each other, paired with the demo's hub."""

import os
import subprocess
import sys
from pathlib import Path

from child_processes import ROOT, ShopError
from rich.console import Console as Terminal
from shop_processes import HubProcess

from common.i18n import Translator

POSTS = (("till", "Caisse 1", "1080x760+10+40"), ("depot", "Dépôt", "800x960+1105+40"))


def show(root: Path, hub: HubProcess, t: Translator, terminal: Terminal) -> None:
    """Open both windows and wait until one is closed; the hub ends with them."""
    windows: list[subprocess.Popen[bytes]] = []
    try:
        for profile, name, size in POSTS:
            folder = root / profile
            hub.pair(folder, profile, name)
            windows.append(_window(folder, size, t.lang))
        terminal.print(t("The shop is open: sell on the till, and watch the depot."))
        terminal.print(t("Close a window to end the demo."), style="dim")
        _wait_for_any(windows)
    except KeyboardInterrupt:
        pass
    finally:
        for window in windows:
            window.terminate()
        codes = [window.wait(15) for window in windows]
        hub.end()
    if any(code > 0 for code in codes):
        raise ShopError(t("A window ended with an error; see above."))
    terminal.print(t("The shop is closed."))


def _window(folder: Path, size: str, lang: str) -> "subprocess.Popen[bytes]":
    arguments = ("--data", str(folder), "--lang", lang, "--windowed", "--size", size)
    return subprocess.Popen(
        [sys.executable, "-m", "kiosk", *arguments], cwd=ROOT, env=dict(os.environ)
    )


def _wait_for_any(windows: "list[subprocess.Popen[bytes]]") -> None:
    while all(window.poll() is None for window in windows):
        for window in windows:
            try:
                window.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
