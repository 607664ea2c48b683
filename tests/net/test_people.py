"""People at a post in real processes: a hub, a till over JSON lines, PINs as slow as they are."""

from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from shop_processes import KioskProcess

from common.sample import sample_shop
from hub.local import run_locally, set_pin_locally
from tests.net.conftest import Street

pytestmark = [pytest.mark.net]
PIN = "407193"
NAME = "Caisse 1"
PATIENCE_S = 30.0
AMELIE = {"person": f"{1:032x}", "name": "Amélie", "role": "cashier"}


def _sell(till: KioskProcess) -> int:
    lines = [{"code": sample_shop(1, 5).articles[0].code, "quantity_milli": 1000}]
    return till.do("sell", lines=lines, payment="card")


def _log_in(till: KioskProcess, pin: str = PIN) -> dict[str, Any]:
    return till.wait_tag(till.do("login", person="Amélie", pin=pin))


def _who(till: KioskProcess) -> str:
    at: str = till.ask("state")["state"]["who"]["at"]
    return at


def _reply(till: KioskProcess, tag: int) -> dict[str, Any]:
    return till.wait(lambda event: event["event"] == "reply" and event.get("tag") == tag)


@pytest.mark.timeout(120)
def test_a_cashiers_day_with_a_hub_that_goes_and_comes(street: Street, tmp_path: Path) -> None:
    folder = street.folder(articles=5)
    run_locally(folder, [("person.put", AMELIE)], lambda reply: None)
    set_pin_locally(folder, AMELIE["person"], PIN)
    hub = street.hub(folder)
    till = street.post(hub, "till", NAME)
    assert _who(till) == "nobody"
    assert till.wait_tag(_sell(till))["code"] == "login_needed"

    wrong = _log_in(till, "407192")
    assert (wrong["taken"], wrong["problem"]["code"]) == (False, "wrong_pin")
    assert _log_in(till)["taken"]
    assert _who(till) == "online"
    sold = _sell(till)
    assert till.wait_tag(sold)["ticket"]["operator"] == "Amélie"
    assert _reply(till, sold)["flags"] == []

    till.ask("lock")
    assert _who(till) == "locked"
    assert _log_in(till)["taken"]
    # The post has to have made its verifier before the hub goes: one look after the other.
    end = monotonic() + PATIENCE_S
    while not (street.root / NAME / "people.sealed").exists():
        assert monotonic() < end, "the post made no verifier"
        till.ask("state")
    till.ask("logout")
    hub.kill()
    till.wait_offline()
    assert not _log_in(till, "407192")["taken"]
    assert _log_in(till)["taken"]
    assert _who(till) == "offline"
    sold = _sell(till)
    assert till.wait_tag(sold)["ticket"]["operator_id"] == AMELIE["person"]

    hub = street.hub(folder)
    assert _reply(till, sold)["flags"] == ["offline_session"]
    assert _log_in(till)["taken"]
    assert _who(till) == "online"
    assert till.end() == 0
    assert hub.end() == 0
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert PIN.encode() not in path.read_bytes(), path
