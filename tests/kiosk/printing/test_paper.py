"""Rows in a fixed width: nothing is cut off that matters, and a printer has every character."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.printing.paper import (
    ENCODING,
    NARROW,
    WIDE,
    Line,
    Pair,
    Rule,
    Table,
    Text,
    lines,
    printable,
)

texts = st.text(max_size=120)
rows = st.one_of(
    st.builds(Text, texts, st.booleans(), st.booleans(), st.booleans()),
    st.builds(Pair, texts, st.text(max_size=20), st.booleans(), st.booleans()),
    st.builds(Table, st.lists(texts, min_size=1, max_size=6).map(tuple)),
    st.just(Rule()),
)


@given(st.lists(rows, max_size=8), st.sampled_from([NARROW, WIDE]))
def test_every_line_fits_and_can_be_printed(
    made: list[Text | Pair | Table | Rule], columns: int
) -> None:
    for line in lines(made, columns):
        assert isinstance(line, Line)
        assert len(line.text) <= columns
        assert line.text.encode(ENCODING).decode(ENCODING) == line.text
        assert "\n" not in line.text


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=0x17F), max_size=90),
    st.integers(0, 10**9),
)
def test_an_amount_stands_at_the_right_whole(label: str, cents: int) -> None:
    amount = f"{cents / 100:.2f} €"
    *_, last = lines([Pair(label, amount)], WIDE)
    assert isinstance(last, Line)
    assert last.text.endswith(" " + amount)
    assert len(last.text) == WIDE


def test_no_word_of_a_label_is_lost() -> None:
    label = "Chocolat noir aux éclats de fèves de cacao et à la fleur de sel de Guérande"
    printed = list(lines([Pair(label, "12,50 €")], NARROW))
    assert " ".join(line.text for line in printed if isinstance(line, Line)).split() == [
        *label.split(),
        "12,50",
        "€",
    ]


def test_what_a_printer_lacks_is_replaced_by_what_it_has() -> None:
    assert printable("1\u202f234,50\u00a0€") == "1 234,50 €"
    assert printable("crème brûlée, œufs, l’été, Š") == "crème brûlée, œufs, l’été, Š"
    assert printable("ő ﬁn \u2212 3") == "o fin - 3"
    assert printable("日\n茶\x1b") == "? ? "
    assert printable("e\u0301") == "é"


def test_a_narrow_amount_gets_its_own_line() -> None:
    (text, amount) = lines([Pair("Pommes de terre", "123 456 789,00 €")], 20)
    assert isinstance(text, Line)
    assert isinstance(amount, Line)
    assert (text.text, amount.text) == ("Pommes de terre", "    123 456 789,00 €")
