"""Somebody listens between a till and its hub while it is paired, logs in and sells."""

import base64
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from shop_processes import HubProcess, KioskProcess, found_hub

from common import messages as m
from common import seal, wire
from hub.config import read_settings
from hub.folder import Folder
from hub.local import run_locally, set_pin_locally
from tests.attacks.wiretap import HOST, Wiretap, found_in
from tests.net.conftest import Street, street

pytestmark = [pytest.mark.attack, pytest.mark.net]
__all__ = ["street"]
PIN = "407193"
CASHIER = {"person": f"{7:032x}", "name": "Zéphyrine Aubépin", "role": "cashier"}
ARTICLE = {
    "code": "3017620422003",
    "name": "Confiture de mirabelles",
    "category": "Épicerie",
    "price_cents": 987_654,
    "vat_bp": 550,
    "stock_milli": 77_000,
}
SECRETS: dict[str, str | int] = {
    "article": "Confiture de mirabelles",
    "barcode": "3017620422003",
    "category": "Épicerie",
    "price": 987_654,
    "price, as shown": "9876.54",
    "price, as shown in French": "9876,54",
    "operator": "Zéphyrine",
    "pin": PIN,
    "kind": "sale.record",
    "words": "quantity_milli",
}


@pytest.fixture
def folder(street: Street) -> Folder:
    folder = found_hub(street.root / "hub", "Essai", ("127.0.0.1", HOST))
    run_locally(folder, [("catalogue.put", {"entries": [ARTICLE]})], lambda _: None)
    run_locally(folder, [("person.put", CASHIER)], lambda _: None)
    set_pin_locally(folder, CASHIER["person"], PIN)
    return folder


@pytest.fixture
def tap(folder: Folder) -> Iterator[Wiretap]:
    network = read_settings(folder).network
    names = ("commands", "card", "enrolment", "till", "depot", "office")
    tap = Wiretap(network.host, [getattr(network, f"{name}_port") for name in names])
    yield tap
    tap.close()


def sold(hub: HubProcess, till: KioskProcess) -> dict[str, Any]:
    """Log in and sell; return the ticket once the hub has it and its row has come back."""
    till.wait_online()
    assert till.wait_tag(till.do("login", person=CASHIER["name"], pin=PIN))["taken"]
    lines = [{"code": ARTICLE["code"], "quantity_milli": 1000}]
    event = till.wait_tag(till.do("sell", lines=lines, payment="card"))
    assert event["event"] == "sold", event
    till.wait_online()
    till.wait_equal(hub.heads())
    return dict(event["ticket"])


def test_listening_to_pairing_a_log_in_and_a_sale(
    street: Street, folder: Folder, tap: Wiretap
) -> None:
    """Every byte of a pairing, a log-in and a sale is kept: no name, price or PIN is in them."""
    hub = street.hub(folder)
    hub.pair(street.root / "till", "till", "Caisse 1", HOST)
    till = street.again("till")
    ticket = sold(hub, till)
    ways = tap.heard()
    assert sum(map(len, ways)) > 10_000
    assert len(ways) >= 6  # card, enrolment, commands and broadcasts, both ways
    assert found_in(SECRETS, ways) == set()
    # The hub's card is the one thing that is said in the clear: the tap does hear what is said.
    assert found_in({"shop": "Essai"}, ways) == {"shop"}
    assert found_in({"article": ticket["lines"][0]["label"]}, [orjson.dumps(ticket)])


def test_the_listener_would_find_it() -> None:
    """The same sale on a wire without encryption: each of its secrets is found, however written."""
    args = {"ticket": {"operator": "Zéphyrine", "lines": [ARTICLE], "quantity_milli": 1}}
    shown = {"a": "9876.54", "b": "9876,54"}
    body = orjson.dumps({"id": "0" * 32, "kind": "sale.record", "args": args | shown})
    command = m.Command("0" * 32, 1, 0, 1, wire.body_hash(body), body)
    login = wire.encode(m.Login(1, CASHIER["person"], PIN))
    frames = [wire.encode_command(command), login]
    assert found_in(SECRETS, frames) == set(SECRETS)
    noise = seal.random_bytes(300_000)
    assert found_in(SECRETS, [noise]) == set()
    for before in range(3):
        for written in (
            base64.b64encode(bytes(before) + b"Confiture de mirabelles !"),
            "Confiture de mirabelles".encode("utf-16-le"),
            b"Confiture de mirabelles".hex().encode(),
            b"Confiture de mirabelles"[::-1],
        ):
            assert found_in(SECRETS, [noise + written + noise]) == {"article"}
    assert found_in({"price": 987_654}, [(987_654).to_bytes(4, "little")]) == {"price"}
