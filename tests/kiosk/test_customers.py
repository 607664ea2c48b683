"""A customer is found by what people say of them, and what is on its way is found at once."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from common.models import Customer, encode_row
from kiosk.customers import Customers

AMELIE = Customer("01" * 16, "Amélie Lefèvre", "06 12 34 56 78", "amelie@example.org")
BRUNO = Customer("02" * 16, "Bruno Côté", "+33 7 98 76 54 32")
PORT = Customer(
    "03" * 16, "Épicerie du Port", vat_number="FR 40 303265045", siret="303 265 045 00011"
)
GONE = Customer("04" * 16, "Zoé Martin", active=False)
ALL = (AMELIE, BRUNO, PORT, GONE)


def customers(rows: Iterable[Customer] = ALL) -> Customers:
    """Return a fold of rows."""
    made = Customers()
    made.replace((row.id, encode_row(row)) for row in rows)
    return made


def found(text: str, among: Customers | None = None) -> list[str]:
    """Return the names that a text finds."""
    return [one.name for one in (among or customers()).find(text, 20)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("amelie", ["Amélie Lefèvre"]),
        ("lefevre am", ["Amélie Lefèvre"]),
        ("LEFÈ", ["Amélie Lefèvre"]),
        ("lefervre", ["Amélie Lefèvre"]),
        ("du port", ["Épicerie du Port"]),
        ("0612", ["Amélie Lefèvre"]),
        ("06 12 34", ["Amélie Lefèvre"]),
        ("06.12.34.56.78", ["Amélie Lefèvre"]),
        ("+33 6 12 34 56 78", ["Amélie Lefèvre"]),
        ("0033612345678", ["Amélie Lefèvre"]),
        ("5678", ["Amélie Lefèvre"]),
        ("07 98", ["Bruno Côté"]),
        ("example.org", ["Amélie Lefèvre"]),
        ("fr40303", ["Épicerie du Port"]),
        ("30326504500011", ["Épicerie du Port"]),
        ("zoe", []),
        ("nobody at all", []),
        ("", ["Amélie Lefèvre", "Bruno Côté", "Épicerie du Port"]),
        ("  +", ["Amélie Lefèvre", "Bruno Côté", "Épicerie du Port"]),
    ],
)
def test_they_are_found_by(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_one_that_is_changed_is_found_by_what_they_are_now() -> None:
    all_of_them = customers()
    row = replace(AMELIE, name="Amélie Martin", phone="")
    all_of_them.put(row.id, encode_row(row))
    assert found("martin", all_of_them) == ["Amélie Martin"]
    assert found("lefevre", all_of_them) == []
    assert found("0612", all_of_them) == []


def test_who_is_erased_is_found_no_more_not_even_misspelt() -> None:
    all_of_them = customers()
    assert found("lefervre", all_of_them) == ["Amélie Lefèvre"]
    all_of_them.drop(AMELIE.id)
    all_of_them.drop("09" * 16)
    assert found("lefervre", all_of_them) == []
    assert all_of_them.get(AMELIE.id) is None
    assert all_of_them._spelling is None or "lefevre" not in all_of_them._spelling._words


def test_what_is_on_its_way_is_laid_over_the_rows() -> None:
    all_of_them = customers()
    new = Customer("05" * 16, "Nadia Petit", "0611111111")
    changed = replace(BRUNO, name="Bruno Coté")
    assert all_of_them.set_pending([new, changed]) == {new.id, changed.id}
    assert all_of_them.set_pending([new, changed]) == set()
    assert found("nadia", all_of_them) == ["Nadia Petit"]
    assert all_of_them.get(BRUNO.id) == changed
    all_of_them.put(BRUNO.id, encode_row(BRUNO))
    assert all_of_them.get(BRUNO.id) == changed
    all_of_them.replace((row.id, encode_row(row)) for row in ALL)
    assert found("nadia", all_of_them) == ["Nadia Petit"]
    assert all_of_them.set_pending([]) == {new.id, changed.id}
    assert found("nadia", all_of_them) == []
    assert all_of_them.get(BRUNO.id) == BRUNO
    assert len(all_of_them) == 3


def test_a_row_that_nobody_can_read_hides_no_other() -> None:
    all_of_them = customers([])
    all_of_them.replace([("01" * 16, b'{"id":1}'), (BRUNO.id, encode_row(BRUNO))])
    assert found("", all_of_them) == [BRUNO.name]
