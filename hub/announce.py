"""Tells the network by zeroconf where the hub's card socket is: a hint that nobody has to trust."""

import ipaddress
import logging
import socket
from threading import Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, Zeroconf

SERVICE: Final = "_comptoir._tcp.local."
_log = logging.getLogger(__name__)


class Announcer:
    """Announces one hub on the addresses it listens on, by a thread of its own.

    To ask whether the name is free takes 1.7 s, in which posts could have come back.
    """

    def __init__(self, shop: str, host: str, card_port: int) -> None:
        self._shop = shop
        self._host = host
        self._card_port = card_port
        self._zeroconf: Zeroconf | None = None
        self._thread = Thread(target=self._announce, name="announce", daemon=True)

    def start(self) -> None:
        """Begin; without a usable network the hub runs on and only this is missing."""
        self._thread.start()

    def stop(self) -> None:
        """Take the announcement back."""
        if self._thread.is_alive():
            self._thread.join()
        self._close()

    def _announce(self) -> None:
        # Here, and not for each command of the hub: it takes longer than most of them.
        from zeroconf import Error, InterfaceChoice, Zeroconf

        every = self._host == "*"
        try:
            interfaces = InterfaceChoice.All if every else [str(ipaddress.ip_address(self._host))]
            self._zeroconf = Zeroconf(interfaces=interfaces)
            self._zeroconf.register_service(self._info(every), allow_name_change=True)
        except (OSError, ValueError, Error) as error:
            _log.warning("not announced by zeroconf: %s", error)
            self._close()

    def _close(self) -> None:
        if self._zeroconf is not None:
            self._zeroconf.close()
            self._zeroconf = None

    def _info(self, every: bool) -> "ServiceInfo":
        from zeroconf import ServiceInfo

        addresses = None if every else [ipaddress.ip_address(self._host).packed]
        label = self._shop.encode()[:50].decode(errors="ignore").replace(".", " ")
        return ServiceInfo(
            SERVICE,
            f"{label}.{SERVICE}",
            port=self._card_port,
            addresses=addresses,
            properties={"shop": self._shop[:100]},
            server=f"{socket.gethostname().split('.')[0]}.local.",
            host_ttl=60,
        )
