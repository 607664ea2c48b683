"""Good quoting is read as the csv module reads it; broken quoting costs one record at most."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.article_notices import Reason, Remark
from hub.csv_records import JOINED_LINES_LIMIT, Record, Shape, records, split_fields
from hub.csv_source import Line, Trouble

SEPARATORS = [";", ",", "\t"]


def _is_number(text: str) -> bool:
    return text.replace(",", "").isdigit()


def _plausible(fields: Sequence[str]) -> bool:
    """Code, name, category, price, stock: code and price are numbers, name and category are not."""
    code, name, category, price, _ = fields
    return _is_number(code) and _is_number(price) and not (_is_number(name) or _is_number(category))


CODE_FIRST = Shape(";", 5, 0, 1, _plausible)
NAME_FIRST = Shape(";", 5, 1, 1, lambda fields: _plausible([fields[1], fields[0], *fields[2:]]))


def _records(*texts: str, shape: Shape = CODE_FIRST) -> list[Record]:
    return list(records((Line(n, text) for n, text in enumerate(texts, 1)), shape))


def _kinds(record: Record) -> list[str]:
    return [notice.kind for notice in record.remarks]


@pytest.mark.parametrize("separator", SEPARATORS)
@given(row=st.lists(st.text(st.sampled_from(' ab";,\té\n')), min_size=2, max_size=6))
def test_well_formed_quoting_reads_as_the_csv_module_reads_it(
    separator: str, row: list[str]
) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator="").writerow(row)
    split = split_fields(file.getvalue(), separator)
    assert split.fields == row
    assert not split.unclosed
    assert not split.loose


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('1;Écran 22";x', ["1", 'Écran 22"', "x"]),
        ('1;"Écran 22"";x', ["1", 'Écran 22"', "x"]),
        ('1;"Le "grand" pain";x', ["1", 'Le "grand" pain', "x"]),
        ('1; "Pain; tranché" ;x', ["1", "Pain; tranché", "x"]),
        ('"";"";""', ["", "", ""]),
        ('1;"a";', ["1", "a", ""]),
        ('1;="325";x', ["1", '="325"', "x"]),
    ],
)
def test_loose_quoting_is_read_as_it_was_meant(text: str, fields: list[str]) -> None:
    split = split_fields(text, ";")
    assert split.fields == fields
    assert not split.unclosed


def test_plain_records_and_blank_lines() -> None:
    found = _records("1;Pain;B;1,20;5", "", " \t", ";;;;", '"";;;;', "2;Lait;C;0,90;7")
    assert [(r.line, r.fields) for r in found] == [
        (1, ["1", "Pain", "B", "1,20", "5"]),
        (6, ["2", "Lait", "C", "0,90", "7"]),
    ]


def test_a_field_may_run_over_lines() -> None:
    found = _records('1;"Pain', "", 'tranché";B;1,20;5', "2;Lait;C;0,90;7")
    assert found[0].fields == ["1", "Pain\n\ntranché", "B", "1,20", "5"]
    assert found[0].raw == '1;"Pain\n\ntranché";B;1,20;5'
    assert [record.line for record in found] == [1, 4]


def test_a_first_field_may_run_over_lines() -> None:
    found = _records('"Pain', 'tranché";1;B;1,20;5', "Lait;2;C;0,90;7", shape=NAME_FIRST)
    assert [r.fields[0] for r in found] == ["Pain\ntranché", "Lait"]


def test_a_field_may_run_on_behind_a_quotation_mark() -> None:
    found = _records('1;"Écran 22""', 'plat";B;1,20;5')
    assert [r.fields[1] for r in found] == ['Écran 22"\nplat']


def test_two_fields_may_run_over_lines() -> None:
    found = _records('1;"Pain', 'tranché";"Bou', 'langerie";1,20;5')
    assert [r.fields for r in found] == [["1", "Pain\ntranché", "Bou\nlangerie", "1,20", "5"]]


def test_an_unmatched_quote_in_a_whole_line_is_left_out() -> None:
    found = _records('1;"Pain;B;1,20;5', '2;"Lait";"C;0,90;7', "3;Sel;E;1,00;1")
    assert [r.fields[1:3] for r in found] == [["Pain", "B"], ["Lait", "C"], ["Sel", "E"]]
    assert _kinds(found[0]) == [Remark.LITERAL_QUOTE]


def test_an_unmatched_quote_before_quoted_fields_is_left_out() -> None:
    found = _records('1;"Pain;"Boulangerie";1,20;5')
    assert found[0].fields == ["1", "Pain", "Boulangerie", "1,20", "5"]


@pytest.mark.parametrize(
    "following", ["2;Lait;C;0,90;7", '2;"Lait";"C";0,90;7', '2;Lait";C;0,90;7']
)
def test_an_unmatched_quote_never_takes_the_next_record(following: str) -> None:
    found = _records('1;"Pain', following)
    assert [(r.line, r.refusal and r.refusal.kind) for r in found] == [
        (1, Reason.UNMATCHED_QUOTE),
        (2, None),
    ]


def test_an_open_quote_at_the_end_of_the_file_is_refused() -> None:
    found = _records("1;Pain;B;1,20;5", '2;"Lait')
    assert found[1].refusal is not None
    assert found[1].refusal.kind is Reason.UNMATCHED_QUOTE


def test_a_field_that_runs_on_for_too_long_is_refused() -> None:
    middle = ["text"] * JOINED_LINES_LIMIT
    found = _records('1;"Pain', *middle, 'end";B;1,20;5', "2;Lait;C;0,90;7")
    assert found[0].refusal is not None
    assert found[-1].fields[1] == "Lait"


@given(
    st.lists(st.booleans(), min_size=1, max_size=8),
    st.integers(0, 7),
    st.integers(0, 40),
    st.integers(1, 3),
)
def test_quotes_put_anywhere_cost_no_other_record(
    quoted: list[bool], victim: int, place: int, count: int
) -> None:
    texts = [
        f'{n};"Pain {n}";"B";{n},20;5' if q else f"{n};Pain {n};B;{n},20;5"
        for n, q in enumerate(quoted, 1)
    ]
    victim %= len(texts)
    whole = texts[victim]
    place %= len(whole) + 1
    texts[victim] = whole[:place] + '"' * count + whole[place:]
    found = {r.line: r for r in _records(*texts)}
    for number in range(1, len(texts) + 1):
        if number != victim + 1:
            assert found[number].refusal is None
            assert found[number].fields[:2] == [str(number), f"Pain {number}"]


def test_a_name_cut_by_an_entity_is_put_together() -> None:
    found = _records("1;Pain &quot;bio&quot;;B;1,20;5", "2;Rillettes d&#39;oie;C;0,90;7")
    assert [r.fields[1] for r in found] == ["Pain &quot;bio&quot;", "Rillettes d&#39;oie"]
    assert _kinds(found[0]) == [Remark.ENTITY_REJOINED]


def test_a_name_with_an_ampersand_at_its_end_is_not_joined() -> None:
    assert _records("1;Nature&Moi;B;1,20;5")[0].fields == ["1", "Nature&Moi", "B", "1,20", "5"]


def test_empty_cells_to_the_right_are_dropped() -> None:
    record = _records("1;Pain;B;1,20;5;; ;")[0]
    assert record.fields == ["1", "Pain", "B", "1,20", "5"]
    assert not record.remarks


def test_missing_cells_to_the_right_are_empty() -> None:
    record = _records("1;Pain;B;1,20")[0]
    assert record.fields == ["1", "Pain", "B", "1,20", ""]
    assert _kinds(record) == [Remark.SHORT_LINE]


@pytest.mark.parametrize("text", ["1;Pain B;1,20;5", "1;Pain", "1;Pain;B;1,20;5;6", "Total"])
def test_other_counts_of_fields_are_refused(text: str) -> None:
    record = _records(text)[0]
    assert record.refusal is not None
    assert record.refusal.kind is Reason.WRONG_COLUMN_COUNT
    assert dict(record.refusal.arguments) == {"found": text.count(";") + 1, "expected": 5}


def test_lines_in_trouble() -> None:
    source = [
        Line(1, "1;Pain;B;1,20;5", Trouble.OTHER_ENCODING),
        Line(2, "xxx", Trouble.TOO_LONG),
        Line(3, "yyy", Trouble.UNDECODABLE),
    ]
    found = list(records(iter(source), CODE_FIRST))
    assert _kinds(found[0]) == [Remark.OTHER_ENCODING]
    assert [r.refusal and r.refusal.kind for r in found] == [
        None,
        Reason.LINE_TOO_LONG,
        Reason.UNDECODABLE,
    ]
