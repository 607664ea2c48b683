"""A day at one till in real processes: from its float to its Z, and killed in between.

The Z is held against what this test itself adds up, the hub's database, and `journal verify`.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from shop_processes import HubProcess, KioskProcess

from common.sample import sample_shop
from hub.audit import audit_file
from tests.net.conftest import Street
from tests.net.ledger import read_ledger
from tests.net.test_admission import admin

pytestmark = [pytest.mark.net]
NAME = "Caisse 1"
FLOAT, PUT_IN, TAKEN_OUT = 15_000, 2_500, 4_000


@dataclass(slots=True)
class Added:
    """What a person with a pencil adds up of what the till said."""

    tickets: list[dict[str, Any]] = field(default_factory=list)
    methods: Counter[str] = field(default_factory=Counter)
    rates: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, ticket: dict[str, Any]) -> None:
        """Add a ticket."""
        self.tickets.append(ticket)
        for payment in ticket["payments"]:
            self.methods[payment["method"]] += payment["amount_cents"]
        for vat in ticket["vat"]:
            held = self.rates.setdefault(str(vat["vat_bp"]), Counter())
            for name in ("base_cents", "vat_cents", "total_cents"):
                held[name] += vat[name]

    @property
    def net_cents(self) -> int:
        """Return what came in."""
        return sum(ticket["total_cents"] for ticket in self.tickets)

    @property
    def cash_cents(self) -> int:
        """Return what must be in the drawer."""
        return FLOAT + PUT_IN - TAKEN_OUT + self.methods["cash"]


def sell(till: KioskProcess, added: Added, codes: list[str], payment: str) -> dict[str, Any]:
    """Sell one of each."""
    lines = [{"code": code} for code in codes]
    ticket: dict[str, Any] = till.ask("sell", lines=lines, payment=payment)["ticket"]
    added.add(ticket)
    return ticket


def killed(street: Street, till: KioskProcess) -> KioskProcess:
    """End the till's process at once, and start it again."""
    till.kill()
    return street.again(NAME)


def agree(hub: HubProcess, added: Added, z: dict[str, Any]) -> None:
    """Hold the Z against the pencil, and the hub against both."""
    sums = z["sums"]
    assert sums["tickets"]["tickets"] == len(added.tickets)
    assert sums["tickets"]["by_method"] == dict(added.methods)
    assert sums["tickets"]["by_rate"] == {rate: dict(c) for rate, c in added.rates.items()}
    assert sums["tickets"]["net_cents"] == z["net_cents"] == added.net_cents
    assert z["absolute_cents"] == sum(abs(t["total_cents"]) for t in added.tickets)
    assert z["expected_cents"] == added.cash_cents
    verified = orjson.loads(admin(hub, "journal", "verify", "--json"))
    assert verified["holds"]
    assert verified["totals"]["net_cents"] == added.net_cents
    assert verified["totals"]["by_rate"] == sums["tickets"]["by_rate"]
    assert (verified["unproved"], verified["exercises"]) == (0, 1)
    ledger = read_ledger(hub.folder.database)
    assert ledger.tickets == {t["id"]: t["total_cents"] for t in added.tickets}
    assert ledger.takings_cents == added.net_cents
    assert list(ledger.faults()) == []


def test_a_day_through_kills_ends_in_a_z_that_agrees_to_the_cent(street: Street) -> None:
    folder = street.folder()
    hub = street.hub(folder)
    till = street.post(hub, "till", NAME)
    codes = [article.code for article in sample_shop(1, 60).articles]
    added = Added()

    till.ask("open_session", float_cents=FLOAT)
    bought = sell(till, added, codes[:8], "cash")
    sell(till, added, codes[8:10], "card")
    till.ask("training", on=True)
    exercise = till.ask("sell", lines=[{"code": codes[0]}], payment="cash")["ticket"]
    till.ask("training", on=False)
    till = killed(street, till)
    till.ask("cash_in", amount_cents=PUT_IN, reason="change")
    part = [{"code": codes[1]}]
    refund = till.ask("refund", ticket=bought["id"], lines=part, payment="cash", reason="broken")
    added.add(refund["ticket"])
    till = killed(street, till)
    assert till.ask("sums")["session_open"]
    till.ask("void", lines=[{"code": codes[3]}], extent="basket", reason="left")
    assert till.ask("copy", ticket=bought["id"])["data"]["n"] == 1
    # The hub is gone: the till goes on, and is killed as it does.
    hub.end(9)
    till.ask("drawer", reason="change")
    till.ask("cash_out", amount_cents=TAKEN_OUT, reason="bank")
    sell(till, added, codes[20:28], "cash")
    till = killed(street, till)
    x = till.ask("x")["data"]
    sell(till, added, codes[30:31], "cash")
    z = till.ask("z", counted_cents=added.cash_cents - 5)["data"]
    assert not till.ask("sums")["session_open"]
    hub = street.hub(folder)
    till.wait_online(60)

    assert x["sums"]["tickets"]["tickets"] == len(added.tickets) - 1
    assert (z["first_seq"], z["difference_cents"], z["lacks"]) == (1, -5, "")
    sums = z["sums"]
    assert sums["refunds"] == {"count": 1, "cents": refund["ticket"]["total_cents"]}
    assert (sums["copies"], sums["drawers"], sums["voids"]["count"]) == (1, 1, 1)
    assert (sums["cash_in"]["cents"], sums["cash_out"]["cents"]) == (PUT_IN, TAKEN_OUT)
    agree(hub, added, z)
    assert exercise["series"].endswith("-ECOLE")
    rows = {row["id"]: row for row in till.ask("rows", topic="sales")["rows"]}
    assert exercise["id"] not in rows
    assert rows[refund["ticket"]["id"]]["refunds"]["id"] == bought["id"]
    assert till.end() == 0
    assert hub.end() == 0
    assert audit_file(folder.database) == []
