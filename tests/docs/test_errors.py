"""`docs/errors.md` against the tables of errors."""

import re

import docs_errors
import pytest

from common.errors import ERRORS
from common.i18n import Translator
from tests.docs import pages

PAGE = pages.text("errors.md")


def test_the_tables_are_those_of_the_code() -> None:
    assert docs_errors.filled(PAGE) == PAGE, "run: .venv/bin/python packaging/docs_errors.py"


def test_every_code_stands_in_one_of_them() -> None:
    first = [pages.spans(row[0])[0] for row in pages.rows(PAGE)]
    assert set(ERRORS) <= set(first)
    # A remark and an error may share a name; no two errors may.
    assert len([code for code in first if code in ERRORS]) >= len(ERRORS)


def test_a_page_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="wire"):
        docs_errors.filled(PAGE.replace("<!-- table: wire -->", ""))


@pytest.mark.parametrize(("page", "lang"), [("operations.md", "en"), ("operations.fr.md", "fr")])
def test_the_messages_that_operations_explain_are_the_ones_that_are_shown(
    page: str, lang: str
) -> None:
    """A quoted message stands in the texts as shown, `…` for what differs; figures may differ."""
    t = Translator(lang)
    shown = [re.sub(r"\{\w+\}|\d+", "0", t(kind.text)) for kind in ERRORS.values()]
    title = pages.headings(pages.text(page))[-1]
    first = [row[0] for row in pages.rows(pages.section(pages.text(page), title))]
    quoted = [span for cell in first for span in pages.spans(cell) if " " in span and "…" in span]
    assert len(quoted) >= 8
    lost = [
        said
        for said in quoted
        if not any(
            all(re.sub(r"\d+", "0", part).strip() in text for part in said.split("…"))
            for text in shown
        )
    ]
    assert lost == []
