"""Finding hubs by zeroconf, on the loopback interface only."""

import gc
import socket
import time
from threading import Condition

import pytest
from zeroconf import ServiceInfo, Zeroconf

from hub.announce import Announcer
from kiosk.config import Address
from kiosk.discover import SERVICE, Browser, FoundHub, find_hubs

LOOPBACK = ["127.0.0.1"]
PATIENCE_S = 15.0


def test_an_announced_hub_is_found_by_its_shops_name() -> None:
    announcer = Announcer("Épicerie des Tilleuls", "127.0.0.1", 41801)
    announcer.start()
    wanted = FoundHub("Épicerie des Tilleuls", Address("127.0.0.1", 41801))
    hubs: tuple[FoundHub, ...] = ()
    try:
        deadline = time.monotonic() + PATIENCE_S
        # Another test's hub may be on the same interface, and answer first.
        while wanted not in hubs and time.monotonic() < deadline:
            hubs = find_hubs(deadline - time.monotonic(), LOOPBACK)
    finally:
        announcer.stop()
    assert wanted in hubs


def test_who_answers_second_is_found_as_well() -> None:
    announcers = [Announcer(f"Boutique {port}", "127.0.0.1", port) for port in (41803, 41804)]
    wanted = {Address("127.0.0.1", port) for port in (41803, 41804)}
    for announcer in announcers:
        announcer.start()
    try:
        hubs = find_hubs(PATIENCE_S, LOOPBACK, settle_s=1.0)
        deadline = time.monotonic() + PATIENCE_S
        # On a slow machine a second is little.
        while not wanted <= {hub.address for hub in hubs} and time.monotonic() < deadline:
            hubs = find_hubs(deadline - time.monotonic(), LOOPBACK, settle_s=1.0)
    finally:
        for announcer in announcers:
            announcer.stop()
    assert wanted <= {hub.address for hub in hubs}


def test_hubs_come_and_go() -> None:
    news = Condition()
    seen: list[tuple[FoundHub, ...]] = [()]

    def changed(hubs: tuple[FoundHub, ...]) -> None:
        with news:
            seen[0] = hubs
            news.notify_all()

    info = ServiceInfo(
        SERVICE,
        f"No shop {socket.gethostname()}.{SERVICE}",
        port=41802,
        addresses=[socket.inet_aton("127.0.0.1")],
        server="here.local.",
    )
    hub = FoundHub(f"No shop {socket.gethostname()}", Address("127.0.0.1", 41802))
    browser = Browser(changed, LOOPBACK)
    assert browser.start()
    announcing = Zeroconf(interfaces=LOOPBACK)
    try:
        announcing.register_service(info)
        with news:
            assert news.wait_for(lambda: hub in seen[0], PATIENCE_S)
        announcing.unregister_service(info)
        with news:
            assert news.wait_for(lambda: hub not in seen[0], PATIENCE_S)
    finally:
        announcing.close()
        browser.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_the_network_it_was_told_nothing_is_found_and_nothing_fails() -> None:
    assert find_hubs(0.1, ["203.0.113.7"]) == ()
    # zeroconf leaves a socket to the collector when it fails: here, where that is expected.
    gc.collect()
