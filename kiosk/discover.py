"""Finding hubs on the local network by zeroconf.

Owns the browsing and nothing else: what it finds are hints. Nothing in them is trusted before a
pairing code has proved it. Without a network there is nothing to find, which is no error.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Lock
from typing import Any, Final

from zeroconf import InterfaceChoice, IPVersion, ServiceBrowser, ServiceListener, Zeroconf

from kiosk.config import Address

SERVICE: Final = "_comptoir._tcp.local."
_ASK_MS: Final = 2000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class FoundHub:
    """A hub that announces itself: the shop's name as it says, and its card socket."""

    name: str
    address: Address


class Browser(ServiceListener):
    """Browses until stopped. `on_change(hubs)` is called from zeroconf's thread."""

    def __init__(
        self,
        on_change: Callable[[tuple[FoundHub, ...]], None],
        interfaces: Sequence[str] | InterfaceChoice = InterfaceChoice.All,
    ) -> None:
        self._on_change = on_change
        self._interfaces: Any = interfaces
        self._found: dict[str, FoundHub] = {}
        self._lock = Lock()
        self._zeroconf: Zeroconf | None = None

    def start(self) -> bool:
        """Begin; False without a usable network."""
        try:
            self._zeroconf = Zeroconf(interfaces=self._interfaces, ip_version=IPVersion.V4Only)
            ServiceBrowser(self._zeroconf, SERVICE, self)
        except OSError as error:
            _log.info("no hub can be looked for: %s", error)
            self.stop()
            return False
        return True

    def stop(self) -> None:
        """End."""
        if self._zeroconf is not None:
            self._zeroconf.close()
            self._zeroconf = None

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Take a hub that announces itself (called by zeroconf)."""
        info = zc.get_service_info(type_, name, timeout=_ASK_MS)
        hosts = info.parsed_addresses(IPVersion.V4Only) if info is not None else []
        if info is None or not hosts or not info.port:
            return
        shop = (info.properties.get(b"shop") or b"").decode("utf-8", "replace")
        address = Address(hosts[0], info.port)
        self._change(name, FoundHub(shop or name.removesuffix(f".{SERVICE}"), address))

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Take what a hub says anew (called by zeroconf)."""
        self.add_service(zc, type_, name)

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:  # noqa: ARG002
        """Forget a hub that says goodbye (called by zeroconf)."""
        self._change(name, None)

    def _change(self, name: str, hub: FoundHub | None) -> None:
        with self._lock:
            if hub is None:
                self._found.pop(name, None)
            else:
                self._found[name] = hub
            hubs = tuple(sorted(set(self._found.values())))
        self._on_change(hubs)


def find_hubs(
    timeout_s: float,
    interfaces: Sequence[str] | InterfaceChoice = InterfaceChoice.All,
    settle_s: float = 0.0,
) -> tuple[FoundHub, ...]:
    """Return the hubs that announce themselves, or none in time.

    `settle_s`: how long others may take once there is one: the first to answer may be a false one.
    """
    news = Condition()
    found: list[tuple[FoundHub, ...]] = [()]

    def changed(hubs: tuple[FoundHub, ...]) -> None:
        with news:
            found[0] = hubs
            news.notify_all()

    browser = Browser(changed, interfaces)
    if not browser.start():
        return ()
    try:
        with news:
            # What was seen then: a hub that leaves meanwhile must not make it nothing.
            first = news.wait_for(lambda: found[0], timeout_s)
            if first and settle_s:
                news.wait_for(lambda: False, settle_s)
            return tuple(sorted({*first, *found[0]}))
    finally:
        browser.stop()
