"""Papers of the cash session: byte for byte as kept, nothing that the record holds is missing."""

import os

import pytest

from common.i18n import LANGUAGES, Translator
from kiosk.printing.escpos_bytes import sheet_bytes
from kiosk.printing.paper import NARROW, WIDE, Line, lines
from kiosk.printing.picture import Paper, picture, read_paper
from kiosk.printing.till_paper import till_sheet
from tests.kiosk.printing.reported import PAPERS
from tests.kiosk.printing.test_receipt import KEPT, PICTURES


def printed(name: str, lang: str, columns: int = WIDE) -> tuple[bytes, Paper]:
    data = sheet_bytes(till_sheet(PAPERS[name], Translator(lang)), columns)
    return data, read_paper(data)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_to_the_byte_the_one_that_was_looked_at(name: str, lang: str) -> None:
    """`COMPTOIR_SCREENSHOTS=1` keeps it anew, with its picture, to be looked at."""
    data, paper = printed(name, lang)
    kept = KEPT / f"{name}-{lang}.bin"
    if os.environ.get("COMPTOIR_SCREENSHOTS"):
        kept.write_bytes(data)
        picture(paper).save(PICTURES / f"receipt-{name}-{lang}.png", optimize=True)
    assert data == kept.read_bytes()
    assert (PICTURES / f"receipt-{name}-{lang}.png").exists()


@pytest.mark.parametrize("columns", [WIDE, NARROW])
@pytest.mark.parametrize("name", PAPERS)
def test_a_printer_prints_what_was_laid_out(name: str, columns: int) -> None:
    sheet = till_sheet(PAPERS[name], Translator("fr"))
    paper = read_paper(sheet_bytes(sheet, columns))
    assert list(paper.lines) == list(lines(sheet.rows, columns))
    assert paper.cut
    assert not paper.drawer


def test_a_z_says_all_that_its_record_holds() -> None:
    _, paper = printed("z", "fr")
    said = "\n".join(line.text for line in paper.lines if isinstance(line, Line))
    for wanted in (
        *("Clôture Z n° 12", "Épicerie du Port", "SIRET 12345678900011", "Caisse 1", "Amélie"),
        *("75,57 €", "-15,80 €", "50,38 €", "25,19 €", "150,00 €", "130,00 €", "130,38 €"),
        *("-0,38 €", "1 234 567,89 €", "1 240 000,00 €", "17-58", "26ci"),
    ):
        assert wanted in said, wanted


def test_what_may_be_missing_is_said() -> None:
    said = {name: "may lack something" in str(printed(name, "en")[1].lines) for name in PAPERS}
    assert said == {"z": False, "x": True, "cash-out": False, "cash-session": False}
