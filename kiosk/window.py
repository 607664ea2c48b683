"""Opening the window of a post: its screen, or the pairing screen on its first day.

Joins session, pairing and what is drawn; Kivy is imported here, late, and nowhere above.
"""

import importlib.util
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

from common.errors import Problem, Refusal
from common.i18n import Translator
from kiosk import discover
from kiosk.camera import Camera, find_camera
from kiosk.config import parse_address
from kiosk.desks.pairing import OnDone, Pairing
from kiosk.device import Device, read_device
from kiosk.enrol import pair, pair_invited
from kiosk.found_hubs import FoundHubs, shown_fingerprint
from kiosk.kivy_setup import ScreenSettings, WindowSettings, prepare
from kiosk.opening import open_session
from kiosk.preferences import read_preferences, write_preferences
from kiosk.protection import OPEN, Lock
from kiosk.session import Session
from kiosk.speaker import Speaker, system_play
from kiosk.state import DeviceInfo


def show(folder: Path, t: Translator, settings: WindowSettings, lock: Lock = OPEN) -> None:
    """Show a post until its window is closed or the process is told to end. Raises Refusal."""
    if importlib.util.find_spec("kivy") is None:
        raise Refusal("no_kivy")
    prepare(settings, folder / "kivy")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if read_device(folder) is None:
        _show_pairing(folder, t)
    else:
        _show_post(folder, t, lock)


def _show_post(folder: Path, t: Translator, lock: Lock) -> None:
    from kiosk.app import run

    session = open_session(folder, lock=lock, lang=t.lang)
    try:
        with Speaker(system_play()) as speaker:
            keep = partial(write_preferences, folder)
            run(session, t, _settings(folder), on_chosen=keep, hear=speaker.play)
    finally:
        session.close()


def _settings(folder: Path) -> ScreenSettings:
    return ScreenSettings(read_preferences(folder))


def _show_pairing(folder: Path, t: Translator) -> None:
    from kiosk.app import run_pairing

    opened: list[Session] = []

    def open_paired() -> Session:
        opened.append(open_session(folder, lang=t.lang))
        return opened[-1]

    try:
        with _hubs() as found:
            source = find_camera()
            pairing = Pairing(
                partial(_enrol, folder),
                partial(_enrol_invited, folder),
                found.now,
                open_paired,
                None if source is None else partial(Camera, source),
            )
            on_chosen = partial(write_preferences, folder)
            run_pairing(pairing, t, _settings(folder), on_chosen=on_chosen)
    finally:
        for session in opened:
            session.close()


def _enrol(folder: Path, address: str, code: str, on_done: OnDone) -> None:
    """Pair by a typed code."""
    _in_a_thread(lambda: pair(folder, parse_address(address), code), address, on_done)


def _enrol_invited(folder: Path, qr_text: str, on_done: OnDone) -> None:
    """Pair by what a QR code says."""
    _in_a_thread(lambda: pair_invited(folder, qr_text), "", on_done)


def _in_a_thread(ask: Callable[[], Device], address: str, on_done: OnDone) -> None:
    """Pair in a thread of its own: the hub may take seconds to answer."""

    def work() -> None:
        try:
            device = ask()
        except Refusal as refusal:
            on_done(refusal.problem)
        except ValueError:
            on_done(Problem("hub_unreachable", {"address": address}))
        else:
            on_done(DeviceInfo(device.id, device.number, device.name, device.profile, series=""))

    Thread(target=work, name="pairing", daemon=True).start()


@contextmanager
def _hubs() -> Iterator[FoundHubs]:
    """Yield the hubs seen by now."""
    found = FoundHubs(shown_fingerprint)
    browser = discover.Browser(found.announced)
    browser.start()
    try:
        yield found
    finally:
        browser.stop()
        found.close()
