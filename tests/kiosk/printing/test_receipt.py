"""A ticket's paper: byte for byte as kept, read back as a printer would, and as a picture."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from common.i18n import LANGUAGES, Translator
from common.models import CustomerRef, Payment
from common.rules import ticket_line
from kiosk.printing.escpos_bytes import drawer_bytes, sheet_bytes
from kiosk.printing.paper import NARROW, WIDE, Line, lines
from kiosk.printing.parts import signature_mark
from kiosk.printing.picture import Paper, picture, read_paper
from kiosk.printing.receipt import Receipt, receipt_sheet
from tests.common.msgids import ROOT
from tests.kiosk.printing.sold import receipt, ticket

KEPT = Path(__file__).parent / "kept"
PICTURES = ROOT / "docs" / "screens"
RETURNED = ticket(
    (ticket_line("a" * 32, "Chocolat noir", -2000, 250, 550),), (Payment("cash", -500, -500),)
)
RECEIPTS = {
    "sale": receipt(qr="https://exemple.fr/t/A1-123"),
    "copy": receipt(copy=2),
    "training": receipt(training=True, signature=""),
    "refund": receipt(ticket=RETURNED, refund_of="A1-98"),
}


def printed(made: Receipt, lang: str, columns: int = WIDE) -> tuple[bytes, Paper]:
    data = sheet_bytes(receipt_sheet(made, Translator(lang)), columns)
    return data, read_paper(data)


def words(paper: Paper) -> str:
    return "\n".join(line.text for line in texts(paper))


def texts(paper: Paper) -> list[Line]:
    return [line for line in paper.lines if isinstance(line, Line)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_is_to_the_byte_the_one_that_was_looked_at(name: str, lang: str) -> None:
    """`COMPTOIR_SCREENSHOTS=1` keeps it anew, with its picture, to be looked at."""
    data, paper = printed(RECEIPTS[name], lang)
    kept = KEPT / f"{name}-{lang}.bin"
    if os.environ.get("COMPTOIR_SCREENSHOTS"):
        kept.write_bytes(data)
        picture(paper).save(PICTURES / f"receipt-{name}-{lang}.png", optimize=True)
    assert data == kept.read_bytes()
    assert (PICTURES / f"receipt-{name}-{lang}.png").exists()


@pytest.mark.parametrize("columns", [WIDE, NARROW])
@pytest.mark.parametrize("name", RECEIPTS)
def test_a_printer_prints_what_was_laid_out(name: str, columns: int) -> None:
    sheet = receipt_sheet(RECEIPTS[name], Translator("fr"))
    paper = read_paper(sheet_bytes(sheet, columns))
    assert list(paper.lines) == list(lines(sheet.rows, columns))
    assert paper.cut


def test_a_receipt_says_what_the_law_asks() -> None:
    _, paper = printed(RECEIPTS["sale"], "fr")
    said = words(paper)
    for wanted in (
        *("Épicerie du Port", "SIRET 12345678900011", "FR00123456789", "3 quai de la Cloche"),
        *("A1-123", "26 novembre 2025 15:04", "Caisse 1", "Amélie", "2 × 2,50 €", "0,375 × 3,20 €"),
        *("5,5 %", "20 %", "25,19 €", "50,00 €", "24,81 €", "3 lignes", "comptoir 1.0", "26ci"),
    ):
        assert wanted in said, wanted


def test_every_payment_stands_on_paper_and_what_was_rounded() -> None:
    total = ticket().total_cents
    paid = (
        Payment("meal_voucher", 900, 900),
        Payment("cash", total - 901, 2_000),
        Payment("rounding", 1, 1),
    )
    rows = [line.text for line in texts(printed(receipt(ticket=ticket(payments=paid)), "fr")[1])]
    said = [" ".join(row.split()) for row in rows]
    at = next(place for place, row in enumerate(said) if row.startswith("Arrondi"))
    assert said[at : at + 4] == [
        "Arrondi des espèces -0,01 €",
        "Titre-restaurant 9,00 €",
        "Espèces 20,00 €",
        "À rendre 3,82 €",
    ]


def test_the_drawer_opens_for_cash_and_for_no_copy_and_no_training() -> None:
    by_card = ticket(payments=(Payment("card", ticket().total_cents, ticket().total_cents),))
    opens = {name: printed(made, "fr")[1].drawer for name, made in RECEIPTS.items()}
    assert opens == {"sale": True, "copy": False, "training": False, "refund": True}
    assert not printed(receipt(ticket=by_card), "fr")[1].drawer
    assert read_paper(drawer_bytes()) == Paper((), cut=False, drawer=True)


def test_a_copy_and_training_are_said_in_large_letters_at_both_ends() -> None:
    for name, text in (("copy", "DUPLICATA"), ("training", "MODE ÉCOLE")):
        _, paper = printed(RECEIPTS[name], "fr")
        printed_lines = texts(paper)
        places = [at for at, line in enumerate(printed_lines) if text in line.text]
        assert len(places) == 2
        assert places[0] == 0
        assert places[1] >= len(printed_lines) - 3
        assert all(printed_lines[at].large and printed_lines[at].bold for at in places)


def test_four_characters_of_the_signature_stand_on_paper() -> None:
    assert signature_mark("abcdefghijklmnopqrstu") == "cgms"
    assert signature_mark("ab") == ""


def test_what_is_no_command_of_ours_is_no_paper() -> None:
    for data in (b"\x1b\x99", b"\x07", b"text without an end", b"\x1bt\x00"):
        with pytest.raises(ValueError, match=r"command|end|page"):
            read_paper(data)


def test_a_picture_has_room_for_every_line() -> None:
    _, paper = printed(RECEIPTS["sale"], "fr")
    image = picture(paper)
    assert image.width == WIDE * 12 + 48
    black = [
        y
        for y in range(image.height)
        if min(image.crop((0, y, image.width, y + 1)).tobytes()) < 128
    ]
    assert black[0] > 10
    assert image.height - black[-1] > 10


WHOSE = CustomerRef("c1" * 16, "ab" * 32)


def test_a_customer_is_a_reference_on_paper_unless_the_name_is_wanted() -> None:
    ours = replace(receipt().ticket, customer=WHOSE)
    _, paper = printed(receipt(ticket=ours), "en")
    assert "C1C1C1C1" in words(paper)
    _, named = printed(receipt(ticket=ours, customer="Amélie Dubois"), "fr")
    assert "Amélie Dubois" in words(named)
    assert "C1C1C1C1" not in words(named)


def test_what_was_noted_is_printed_where_it_belongs() -> None:
    sold = ticket_line("a" * 32, "Cake", 1000, 2500, 550, note="cut in two")
    made = ticket((sold,), (Payment("card", 2500, 2500),))
    _, paper = printed(receipt(ticket=replace(made, note="For Saturday")), "en")
    said = [line.text.strip() for line in texts(paper)]
    assert said.index("cut in two") > said.index(next(each for each in said if "Cake" in each))
    assert "For Saturday" in said
