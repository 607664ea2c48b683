"""The one port that is bound only when somebody pairs: taken by another, it stops no sale."""

import socket
import time

import pytest
from shop_processes import HOST

from common import seal
from tests.net.conftest import Street

pytestmark = [pytest.mark.net]


def test_a_pairing_port_in_use_costs_the_code_and_not_the_hub(street: Street) -> None:
    hub = street.hub(street.folder(articles=0))
    with socket.socket() as taken:
        taken.bind((HOST, hub.network.enrolment_port))
        taken.listen()
        with hub.console() as console:
            key = {"key": bytes(32).hex(), "salt": bytes(seal.SALT_BYTES).hex()}
            view = console.ask("pair", {"profile": "till", "name": "Caisse 1", **key})
            until = time.monotonic() + 10
            while view["state"] == "out" and time.monotonic() < until:
                view = console.ask("code", {"number": view["number"]})
            assert view["state"] == "expired"
        assert hub.heads()["articles"][0] == 0
    hub.pair(street.root / "till", "till", "Caisse 1")
