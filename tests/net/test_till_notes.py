"""What a till notes by itself, in real processes: a hub, a headless till with people, a cut."""

from pathlib import Path
from time import monotonic
from typing import Any

import orjson
import pytest
from shop_processes import HubProcess, KioskProcess

from common.p256 import is_available
from common.sample import sample_shop
from hub.folder import Folder
from hub.local import run_locally, set_pin_locally
from tests.net.conftest import Street
from tests.net.test_admission import kiosk
from tests.net.test_hub_process import comptoir

pytestmark = [pytest.mark.net]
PIN = "407193"
NAME = "Caisse 1"
PATIENCE_S = 30.0
AMELIE = {"person": f"{1:032x}", "name": "Amélie", "role": "cashier"}
CODE = sample_shop(1, 5).articles[0].code


def staffed(street: Street) -> Folder:
    """Make a hub with one cashier."""
    folder = street.folder(articles=5)
    run_locally(folder, [("person.put", AMELIE)], lambda reply: None)
    set_pin_locally(folder, AMELIE["person"], PIN)
    return folder


def log_in(till: KioskProcess) -> None:
    assert till.wait_tag(till.do("login", person="Amélie", pin=PIN))["taken"]


def sell(till: KioskProcess, taken: bool = True) -> None:
    """Sell something; `taken`: wait for the hub's reply as well."""
    tag = till.do("sell", lines=[{"code": CODE, "quantity_milli": 1000}], payment="card")
    end = "reply" if taken else "sold"
    till.wait(lambda event: event["event"] == end and event.get("tag") == tag)


def lines(folder: Folder, *options: str) -> list[dict[str, Any]]:
    """Return lines of the journal as an auditor sees them."""
    done = comptoir(folder, "journal", "show", "--json", "--limit", "1000", *options)
    assert (done.returncode, done.stderr) == (0, "")
    found: list[dict[str, Any]] = orjson.loads(done.stdout)
    return found


def told(folder: Folder) -> list[str]:
    """Return what the till's lines say, in the order of its chain."""
    taken = [line for line in lines(folder) if line["record"]]
    assert [line["seq"] for line in taken] == list(range(1, len(taken) + 1))
    return [line["data"].get("what", line["record"]) for line in taken]


def verified(folder: Folder) -> dict[str, Any]:
    done = comptoir(folder, "journal", "verify", "--json")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    report: dict[str, Any] = orjson.loads(done.stdout)
    return report


def wait_told(folder: Folder, last: str) -> None:
    """Wait until the hub has a line of the till that says this last."""
    end = monotonic() + PATIENCE_S
    while told(folder)[-1] != last:
        assert monotonic() < end, told(folder)


def wait_waiting(till: KioskProcess, waiting: int) -> None:
    """Wait until so many operations wait on a till: what it has noted is on its disk."""
    if till.ask("state")["state"]["waiting"] != waiting:
        till.wait(lambda event: event["event"] == "state" and event["state"]["waiting"] == waiting)


@pytest.mark.timeout(180)
def test_a_day_with_a_cut_is_in_the_journal_in_order_and_it_holds(
    street: Street, tmp_path: Path
) -> None:
    folder = staffed(street)
    hub = street.hub(folder)
    till = street.post(hub, "till", NAME)
    log_in(till)
    sell(till)
    end = monotonic() + PATIENCE_S
    while not (street.root / NAME / "people.sealed").exists():
        assert monotonic() < end, "the post made no verifier"
        till.ask("state")
    hub.kill()
    till.wait_offline()
    sell(till, taken=False)
    wait_waiting(till, 2)  # The sale, and that the hub is away: after some seconds.
    hub = street.hub(folder)
    till.wait_online()
    log_in(till)
    sell(till)
    till.ask("logout")
    wait_told(folder, "logout")
    said = told(folder)
    assert said[:3] == ["opened", "login", "sale"]
    assert sorted(said[3:5]) == ["offline_start", "sale"]
    assert said[5:] == ["offline_end", "login", "sale", "logout"]
    assert till.end() == 0
    assert hub.end() == 0
    own = [line["data"]["what"] for line in lines(folder, "--type", "event") if not line["record"]]
    assert own == ["person", "pin", "hub_start", "post", "hub_start", "hub_stop"]
    assert verified(folder)["holds"]


def rotated(hub: HubProcess, till: KioskProcess, chains: int) -> None:
    """Have a till change its keys, and wait until it signs by the new ones."""
    assert comptoir(hub.folder, "rotate-device-key", NAME).returncode == 0
    end = monotonic() + PATIENCE_S
    while len(keys(hub.folder)) < chains:
        sell(till)
        assert monotonic() < end, keys(hub.folder)


def keys(folder: Folder) -> list[str]:
    """Return what the journal says of the keys of tills."""
    return [line["data"]["why"] for line in lines(folder, "--type", "key")]


@pytest.mark.timeout(180)
def test_a_till_changes_its_signing_key_while_it_sells(street: Street) -> None:
    hub = street.hub(street.folder(articles=5))
    till = street.post(hub, "till", NAME)
    sell(till)
    before = (street.root / NAME / "keys" / "sign.key").read_text()
    rotated(hub, till, chains=2)
    end = monotonic() + PATIENCE_S
    while (street.root / NAME / "keys" / "sign.key").read_text() == before:
        assert monotonic() < end
        till.ask("state")
    sell(till)
    assert keys(hub.folder) == ["paired", "vouched"]
    till.end()
    till = street.again(NAME)
    till.wait_online()
    sell(till)
    # What it hands over by a file is signed by the new key, too.
    till.end()
    file = street.root / "till.jsonl"
    kiosk("export-undelivered", str(file), "--data", str(street.root / NAME))
    collected = comptoir(hub.folder, "collect", str(file), "--json")
    assert (collected.returncode, collected.stderr) == (0, "")
    report = verified(hub.folder)
    assert (report["holds"], report["invalid"]) == (True, 0)


@pytest.mark.timeout(180)
@pytest.mark.skipif(not is_available(), reason="cryptography is not installed")
def test_a_till_signs_twice_where_that_is_wished(street: Street) -> None:
    hub = street.hub(street.folder(articles=5))
    till = street.post(hub, "till", NAME)
    sell(till)
    till.end()
    said = kiosk("second-signature", "on", "--data", str(street.root / NAME))
    assert "signs twice" in said
    till = street.again(NAME)
    till.wait_online()
    end = monotonic() + PATIENCE_S
    while borne(hub.folder) == 0:
        sell(till)
        assert monotonic() < end
    report = verified(hub.folder)
    assert (report["holds"], report["invalid"]) == (True, 0)


def borne(folder: Folder) -> int:
    """Return how many records bear the second signature."""
    found = {one["algorithm"]: one["records"] for one in verified(folder)["algorithms"]}
    return int(found.get("ecdsa-p256", 0))
