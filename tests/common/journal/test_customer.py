"""A ticket names its customer by a commitment: whoever has the salt can prove it, nobody else."""

from dataclasses import replace
from hashlib import blake2b
from typing import Any

import orjson
import pytest

from common.journal import canon
from common.journal.customer import SALT_BYTES, opening_of, reference
from common.journal.sale import SaleData
from common.models import Customer, convert

SALT = bytes(range(SALT_BYTES))
WHO = Customer(
    "c1" * 16, "Amélie Lefèvre", "06 12 34 56 78", "amelie@example.org", "1 quai du Port", "regular"
)


def test_it_is_computed_with_nothing_but_a_digest_and_json() -> None:
    fields = {
        "address": "1 quai du Port",
        "email": "amelie@example.org",
        "id": "c1" * 16,
        "name": "Amélie Lefèvre",
        "phone": "06 12 34 56 78",
        "siret": "",
        "v": 1,
        "vat_number": "",
    }
    body = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    expected = blake2b(b"comptoir/customer/1\0" + SALT + body, digest_size=32).hexdigest()
    assert reference(opening_of(WHO, SALT)).commitment == expected


@pytest.mark.parametrize(
    "other", [{"name": "Amelie Lefèvre"}, {"phone": ""}, {"siret": "1"}, {"id": "c2" * 16}]
)
def test_it_is_of_one_customer_as_they_were(other: dict[str, Any]) -> None:
    changed = opening_of(replace(WHO, **other), SALT)
    assert reference(changed).commitment != reference(opening_of(WHO, SALT)).commitment


def test_without_the_salt_two_tickets_of_one_customer_have_nothing_in_common_but_the_id() -> None:
    first, second = (reference(opening_of(WHO, salt)) for salt in (SALT, SALT[::-1]))
    assert first.id == second.id
    assert first.commitment != second.commitment


def test_what_the_shop_notes_for_itself_is_not_committed_to() -> None:
    other = replace(WHO, note="pays late", active=False)
    assert reference(opening_of(other, SALT)) == reference(opening_of(WHO, SALT))


@pytest.mark.parametrize("salt", [b"", SALT[:-1], SALT + b"\0"])
def test_a_salt_is_as_long_as_the_digest(salt: bytes) -> None:
    with pytest.raises(ValueError, match="salt"):
        opening_of(WHO, salt)


OLDER = (
    b'{"line_vat_cents":[13],"ticket":{"at_ms":1,"business_date":"2026-03-03","clock_diff_ms":0,'
    b'"id":"11111111111111111111111111111111","lines":[{"article_id":"","code":"","discount_cents":0,'
    b'"label":"Pain","quantity_milli":1000,"total_cents":250,"unit_price_cents":250,"vat_bp":550}],'
    b'"location_id":"main","number":1,"operator":"","operator_id":"","payments":[],"series":"T1",'
    b'"total_cents":250,"utc_offset_min":60,"vat":[]}}'
)
"""A sale as records held it before there were customers and notes."""


def test_a_record_of_before_is_read_as_it_is_and_keeps_its_bytes() -> None:
    value = canon.read_canonical(OLDER)
    ticket = convert(value, SaleData).ticket
    assert (ticket.customer, ticket.note, ticket.lines[0].note) == (None, "", "")
    assert canon.canonical(value) == OLDER
