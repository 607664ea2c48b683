"""What a kiosk is started with, parsed once: its folder, where a hub is, how it shows itself.

Owns the folder's default and its lock, and the reading of addresses and sizes as people type them.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from platformdirs import user_data_path

from common.card import CARD_PORT
from common.errors import Refusal

APP: Final = "comptoir-kiosk"
_LOCK: Final = "kiosk.lock"


@dataclass(frozen=True, slots=True)
class Address:
    """A hub's card socket."""

    host: str
    card_port: int = CARD_PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.card_port}"


@dataclass(frozen=True, slots=True)
class Size:
    """A window's size in pixels, and its place on the screen where that is wanted."""

    width: int
    height: int
    left: int | None = None
    top: int | None = None


def default_folder() -> Path:
    """Return where a post's files lie unless it is told otherwise."""
    return user_data_path(APP, appauthor=False)


def make_folder(folder: Path) -> Path:
    """Make a post's folder, closed to others; raises Refusal `disk_failed`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refusal("disk_failed", file=str(folder), reason=reason) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Refusal("disk_failed", file=str(folder), reason="no permission to write")
    return folder


@contextmanager
def only_kiosk(folder: Path) -> Iterator[None]:
    """Hold a folder's lock; raises Refusal `folder_in_use` where another kiosk runs on it."""
    lock = FileLock(folder / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Refusal("folder_in_use", folder=str(folder)) from None
    try:
        yield
    finally:
        lock.release()


def is_in_use(folder: Path) -> bool:
    """Return whether a kiosk runs on a folder."""
    if not (folder / _LOCK).exists():
        return False
    try:
        with only_kiosk(folder):
            return False
    except Refusal:
        return True


def parse_address(text: str) -> Address:
    """Return HOST, HOST:PORT, [IPv6] or [IPv6]:PORT; raises ValueError saying what is wrong."""
    host, port = text.strip(), ""
    if host.startswith("["):
        host, bracket, rest = host[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError(f"{text!r} is no address: write [IPv6]:PORT")
        port = rest[1:]
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    if not host or any(c.isspace() or c in "/@[]" for c in host) or not _may_be_host(host):
        raise ValueError(f"{text!r} is no address: write HOST or HOST:PORT")
    if not port:
        return Address(host)
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise ValueError(f"{port!r} is no port: a number from 1 to 65535")
    return Address(host, int(port))


def _may_be_host(host: str) -> bool:
    """Return whether a host with colons is an IPv6 address; names are resolved later."""
    if ":" not in host:
        return True
    try:
        IPv6Address(host)
    except ValueError:
        return False
    return True


_GEOMETRY: Final = re.compile(r"(\d{3,5})x(\d{3,5})(?:\+(\d{1,5})\+(\d{1,5}))?", re.ASCII)


def parse_size(text: str) -> Size:
    """Return WIDTHxHEIGHT[+LEFT+TOP]; raises ValueError saying what is wrong."""
    found = _GEOMETRY.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(
            f"{text!r} is no size: write WIDTHxHEIGHT or WIDTHxHEIGHT+LEFT+TOP, such as 1280x800"
        )
    width, height, left, top = (None if part is None else int(part) for part in found.groups())
    assert width is not None
    assert height is not None
    if not (320 <= width <= 16_384 and 240 <= height <= 16_384):
        raise ValueError(f"{text!r} is out of range: from 320x240 to 16384x16384")
    return Size(width, height, left, top)
