"""`comptoir-hub customers`: the list, all that is known of one, and forgetting them."""

from contextlib import closing
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.journal.customer import CommittedCustomer, CustomerOpening, reference
from common.models import Customer, convert
from hub.audit import audit_file
from hub.cli import main
from hub.customer_list import meant
from hub.folder import Folder
from hub.local import run_locally
from tests.hub.test_cli import failed, made

AMELIE = Customer("c1" * 16, "Amélie Dubois", "06 12 34 56 78", note="regular")
PORT = Customer("c2" * 16, "Épicerie du Port", vat_number="FR40303265045", active=False)
PAUL = Customer("c3" * 16, "Paul Dubois")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made_at = made(tmp_path / "hub")
    puts = [("customer.put", {"customer": one}) for one in (AMELIE, PORT, PAUL)]
    run_locally(Folder(made_at), puts, lambda reply: None)
    return made_at


def run(root: Path, *arguments: str, typed: str = "", lang: str = "en") -> Result:
    arguments = ("--data", str(root), "--lang", lang, "customers", *arguments)
    return CliRunner().invoke(main, arguments, input=typed)


def done(result: Result) -> str:
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def names(root: Path) -> list[str]:
    return [one["name"] for one in orjson.loads(done(run(root, "--json")))]


def test_they_are_listed(root: Path) -> None:
    assert names(root) == ["Amélie Dubois", "Paul Dubois", "Épicerie du Port"]
    said = done(run(root))
    assert "06 12 34 56 78" in said
    assert "disabled" in said
    assert "N° de TVA" in done(run(root, lang="fr"))


def test_a_new_shop_has_none(tmp_path: Path) -> None:
    assert "No customer yet." in done(run(made(tmp_path / "new")))


def test_all_that_is_known_of_one(root: Path) -> None:
    said = done(run(root, "show", "amélie"))
    for told in ("Amélie Dubois", "06 12 34 56 78", "regular", AMELIE.id, "No ticket"):
        assert told in said


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("amélie dubois", AMELIE),
        ("0612345678", AMELIE),
        (PAUL.id, PAUL),
        (PORT.id[-12:], PORT),
        ("port", PORT),
    ],
)
def test_who_is_meant(who: str, found: Customer) -> None:
    assert meant([AMELIE, PORT, PAUL], who) == found


@pytest.mark.parametrize(
    ("who", "said"), [("dubois", "means several customers"), ("nobody", "no customer nobody")]
)
def test_who_is_not_clear_is_told_and_nothing_is_done(root: Path, who: str, said: str) -> None:
    assert said in failed(run(root, "erase", who, "--yes"))
    assert len(names(root)) == 3


def test_one_is_forgotten_once_it_is_confirmed(root: Path) -> None:
    assert "?" in done(run(root, "erase", "amélie", typed="n\n"))
    assert len(names(root)) == 3
    assert "Amélie Dubois is forgotten." in done(run(root, "erase", "amélie", typed="y\n"))
    assert names(root) == ["Paul Dubois", "Épicerie du Port"]
    assert audit_file(Folder(root).database) == []


def test_what_is_shown_proves_the_ticket(root: Path) -> None:
    opening = CustomerOpening("ab" * 32, CommittedCustomer(AMELIE.id, AMELIE.name))
    ticket = {
        "id": "71" * 16,
        "series": "T1",
        "number": 7,
        "business_date": "2026-03-03",
        "total_cents": 250,
        "customer": reference(opening),
    }
    _keep(root, ticket, opening)
    assert "T1-7" in done(run(root, "show", "amélie"))
    known = orjson.loads(done(run(root, "show", "amélie", "--json")))
    (named,) = known["tickets"]
    assert reference(convert(named["opening"], CustomerOpening)).commitment == named["commitment"]


def _keep(root: Path, said: dict[str, object], opening: CustomerOpening) -> None:
    """Put a ticket and what opens its commitment straight into the tables."""
    rest = {"at_ms": 1, "utc_offset_min": 0, "clock_diff_ms": 0, "operator": "", "vat": []}
    line = {"article_id": "", "label": "Cake", "quantity_milli": 1000, "unit_price_cents": 250}
    lines = [{**line, "vat_bp": 550, "total_cents": 250}]
    body = orjson.dumps({**said, **rest, "location_id": "main", "lines": lines, "payments": []})
    with closing(sqlite3.connect(Folder(root).database, isolation_level=None)) as db:
        db.execute(
            "INSERT INTO ticket VALUES (?, 'T1', 7, '', '2026-03-03', 1, 1, 250, ?)",
            (said["id"], body),
        )
        db.execute(
            "INSERT INTO customer_opening VALUES (?, ?, ?, ?)",
            (said["id"], AMELIE.id, opening.salt, orjson.dumps(opening.customer).decode()),
        )
