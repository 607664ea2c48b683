"""`comptoir-hub journal records`: what an accountant finds of what tills recorded beside sales."""

from pathlib import Path
from shutil import copyfile
from typing import Any

import orjson
import pytest

from common.journal.void import Voided
from common.models import Payment, original_of
from common.rules import refund_line
from tests.flows.signed_till import SignedTill
from tests.hub.test_cli import made, run
from tests.hub.test_people_cli import done

DAY_S = 86_400


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of a hub with a day of one till."""
    till = SignedTill(tmp_path)
    counter = till.counter
    counter.open_session(10_000)
    sold = till.sell(till.line(0, 2000))
    (line,) = sold.lines
    back = refund_line(line, 1000)
    paid = Payment("cash", back.total_cents, back.total_cents)
    counter.refund(original_of(sold), (back,), (paid,), "broken")
    counter.void(Voided.BASKET, (till.line(1),), "left")
    counter.copy(sold)
    counter.open_drawer("change")
    counter.training = True
    counter.cash_in(1, "try")
    counter.training = False
    till.clocks.sleep(DAY_S)
    counter.cash_in(2_000, "change")
    counter.cash_out(500, "flowers")
    counter.z(0)
    till.deliver()
    till.close()
    folder = made(tmp_path / "hub")
    copyfile(till.shop.path, folder / "comptoir.db")
    return folder


def listed(root: Path, *arguments: str) -> list[dict[str, Any]]:
    said = done(run(root, "journal", "records", "--json", *arguments))
    found: list[dict[str, Any]] = orjson.loads(said)
    return found


def test_everything_but_sales_is_listed_in_order(root: Path) -> None:
    found = listed(root)
    assert [each["type"] for each in found] == [
        *("opened", "session_opened", "refund", "void", "copy", "drawer"),
        *("opened", "training", "cash_in", "cash_out", "z"),
    ]
    assert [each["line"] for each in found] == sorted(each["line"] for each in found)
    assert found[2]["data"]["reason"] == "broken"
    assert (
        found[-1]["data"]["difference_cents"]
        == found[-1]["data"]["counted_cents"] - (found[-1]["data"]["expected_cents"])
    )


@pytest.mark.parametrize(
    ("arguments", "types"),
    [
        (("--type", "cash_in"), ["cash_in"]),
        (("--type", "cash_in", "--type", "cash_out"), ["cash_in", "cash_out"]),
        (("--from", "2026-03-04"), ["cash_in", "cash_out", "z"]),
        (("--to", "2026-03-03", "--type", "z"), []),
        (("--till", "till 1", "--type", "drawer"), ["drawer"]),
        (("--till", "till 2"), []),
        (("--limit", "2"), ["cash_out", "z"]),
    ],
)
def test_it_is_narrowed_down(root: Path, arguments: tuple[str, ...], types: list[str]) -> None:
    assert [each["type"] for each in listed(root, *arguments)] == types


def test_a_person_reads_amounts_reasons_and_which_ticket(root: Path) -> None:
    lines = done(run(root, "journal", "records")).splitlines()
    (refund,) = [line for line in lines if "Refund" in line]
    assert "2.51" in refund
    assert "broken" in refund
    assert any("Exercise: Cash put in" in line and "0.01" in line for line in lines)
    assert any("Drawer opened" in line and "change" in line for line in lines)


def test_in_french(root: Path) -> None:
    out = done(run(root, "journal", "records", "--type", "cash_out", lang="fr"))
    assert "Retrait d’espèces" in out
    none = done(run(root, "journal", "records", "--till", "x", lang="fr"))
    assert "Rien n’a été enregistré." in none


@pytest.mark.parametrize("arguments", [("--type", "sale"), ("--from", "yesterday")])
def test_what_is_no_type_or_date_is_said(root: Path, arguments: tuple[str, str]) -> None:
    said = run(root, "journal", "records", *arguments)
    assert said.exit_code == 2
    assert arguments[1] in said.stderr
