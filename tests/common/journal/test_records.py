"""Records: their bytes, for ever, and what is made and read of them."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.journal import canon
from common.journal.kinds import RecordType
from common.journal.opened import OpenedData
from common.journal.record import ChainHead, SignedRecord, Signer, read_record, signed_by
from common.journal.sale import line_vat_cents, sale_data, ticket_of
from common.journal.till_tally import TillTally
from common.models import Payment, Ticket, convert
from common.money import vat_lines
from common.rules import ticket_line, total_cents
from kiosk.book import Book
from kiosk.journal import Writer
from kiosk.outbox_chain import Chain
from tests.common.strategies import JSON, whole
from tests.hub.journals import AT_MS, SHOP, Pen, signing_keys, write_sale

GOLDEN = (
    '{"at_ms":1772545920000,"business_date":"2026-03-03","chain":"00000000000000000000000000000007",'
    '"clock_diff_ms":-12,"data":{"line_vat_cents":[12],"ticket":{"at_ms":1772545920000,'
    '"business_date":"2026-03-03","clock_diff_ms":-12,"customer":null,'
    '"id":"01900000000070008000000000000001","lines":[{"article_id":"",'
    '"code":"","discount_cents":0,"label":"Pâté “maison”",'
    '"note":"","quantity_milli":1000,"total_cents":230,"unit_price_cents":230,"vat_bp":550}],'
    '"location_id":"main","note":"","number":1,"operator":"Amélie","operator_id":"","payments":[{"amount_cents":230,'
    '"given_cents":500,"method":"cash"}],"series":"07-ABCD","total_cents":230,'
    '"utc_offset_min":60,"vat":[{"base_cents":218,"total_cents":230,"vat_bp":550,"vat_cents":12}]}}'
    ',"device":"0000000000000000000000000000000d","device_name":"till 7",'
    '"keys":{"ed25519":"KEY"},"operator":"Amélie","previous":"PREVIOUS","seq":2,'
    '"shop":{"address":"1 quai du Port","name":"Épicerie du Port","siret":"12345678900011",'
    '"vat_number":"FR12345678901"},"software":"comptoir 0.1.0","type":"sale","type_seq":1,'
    '"utc_offset_min":60,"v":1}'
)


def sold(labels: tuple[str, ...] = ("Pâté “maison”",), number: int = 1, cents: int = 230) -> Ticket:
    """Return a ticket of lines of one article each."""
    lines = tuple(ticket_line("", label, 1000, cents, 550) for label in labels)
    total = total_cents(lines)
    return Ticket(
        f"0190000000007000800000000000{number:04x}",
        "07-ABCD",
        number,
        AT_MS,
        60,
        "2026-03-03",
        -12,
        "Amélie",
        "main",
        lines,
        vat_lines((line.vat_bp, line.total_cents) for line in lines),
        (Payment("cash", total, total + 270),),
        total,
    )


def pen() -> Pen:
    return Pen(7, "0" * 31 + "d")


def test_the_bytes_of_a_sale_are_these_for_ever() -> None:
    """Whoever changes them breaks the verification of every journal there is."""
    opened, sale = pen().records(sold())
    key = canon.key_id(signing_keys(7).public)
    expected = GOLDEN.replace("KEY", key).replace("PREVIOUS", canon.digest(opened.body.encode()))
    assert sale.body == expected
    assert signed_by(sale, {"ed25519": key}, {key: signing_keys(7).public})


def test_a_sale_without_customer_and_notes_is_read_as_before() -> None:
    """Journals of before their fields keep their bytes, and say what they said."""
    _, sale = pen().records(sold())
    before = sale.body.replace('"customer":null,', "").replace('"note":"",', "")
    assert '"note"' not in before
    assert ticket_of(read_record(before)) == ticket_of(read_record(sale.body))


def test_the_digest_and_the_signed_message_are_these_for_ever() -> None:
    assert canon.digest(b"{}") == (
        "c09da522dac261c3d2566230bed10d2f3ef13f8e7654576c12e857e07f786098"
    )
    assert canon.signed_message(b"{}") == b"comptoir/journal/1\x00{}"


def test_a_chain_begins_with_why_and_counts_each_type() -> None:
    till = pen()
    till.begin("ab" * 16, OpenedData("set_back", "cd" * 16, 41, "ef" * 32))
    opened, first = (read_record(signed.body) for signed in till.records(sold()))
    (second,) = (read_record(signed.body) for signed in till.records(sold(number=2)))
    assert [r.type for r in (opened, first, second)] == ["opened", "sale", "sale"]
    assert convert(opened.data, OpenedData).after_seq == 41
    assert [r.seq for r in (opened, first, second)] == [1, 2, 3]
    assert [r.type_seq for r in (opened, first, second)] == [1, 1, 2]
    assert opened.previous == canon.GENESIS
    assert ticket_of(second) == sold(number=2)


def test_what_no_key_signed_does_not_hold() -> None:
    key = canon.key_id(signing_keys(7).public)
    keys, publics = {"ed25519": key}, {key: signing_keys(7).public}
    _, sale = pen().records(sold())
    assert signed_by(sale, keys, publics)
    assert not signed_by(replace(sale, body=sale.body.replace("230", "130")), keys, publics)
    assert not signed_by(replace(sale, signatures={}), keys, publics)
    assert not signed_by(sale, {**keys, "ecdsa-p256": key}, publics)
    assert not signed_by(sale, keys, {key: signing_keys(8).public})


@given(JSON)
def test_canonical_bytes_are_read_back_and_need_no_library_of_ours(value: object) -> None:
    body = canon.canonical(value)
    assert canon.read_canonical(body) == value
    plain = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert plain.encode() == body


@pytest.mark.parametrize(
    "body", [b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1.5}', b'{"a":1}\n', b"{", b'{"a":1,"a":1}']
)
def test_any_other_form_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"canonical|integer|JSON|unexpected|expected|object"):
        canon.read_canonical(body)


def test_no_fraction_is_ever_signed() -> None:
    with pytest.raises(ValueError, match="no integer"):
        canon.canonical({"amount": 1.0})


@given(st.data())
def test_a_record_of_any_ticket_is_read_back(data: st.DataObject) -> None:
    ticket = data.draw(whole(Ticket))
    chain = Chain(ChainHead("ab" * 16), OpenedData("first"))
    book = Book("07-ABCD", 1, chain, TillTally())
    signer = Signer(signing_keys(7))
    written = write_sale(book, ticket, Writer("0" * 32, "till", SHOP), signer)
    record = read_record(written.records[-1].body)
    assert record.type is RecordType.SALE
    assert ticket_of(record) == ticket
    assert written.book.chain.head == ChainHead(
        "ab" * 16,
        2,
        canon.digest(written.records[-1].body.encode()),
        {"opened": 1, "sale": 1},
    )
    assert sale_data(ticket).line_vat_cents == line_vat_cents(ticket)


@given(
    st.lists(st.tuples(st.integers(1, 99_999), st.sampled_from([0, 550, 1000, 2000])), min_size=1)
)
def test_the_vat_of_lines_sums_up_to_the_tickets(parts: list[tuple[int, int]]) -> None:
    lines = tuple(ticket_line("", "x", 1000, cents, rate) for cents, rate in parts)
    vat = vat_lines((line.vat_bp, line.total_cents) for line in lines)
    ticket = replace(sold(), lines=lines, vat=vat)
    by_line = line_vat_cents(ticket)
    for rate in vat:
        share = sum(v for v, line in zip(by_line, lines, strict=True) if line.vat_bp == rate.vat_bp)
        assert share == rate.vat_cents


def test_a_record_is_as_it_was_sent() -> None:
    _, sale = pen().records(sold(('a"b\\c\n\u2028é😀',)))
    assert (
        convert(
            json.loads(json.dumps({"body": sale.body, "signatures": sale.signatures})), SignedRecord
        )
        == sale
    )
