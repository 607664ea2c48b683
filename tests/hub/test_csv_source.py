"""Bytes become the same lines, however they were saved; damage is found before the first line."""

import codecs
import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.article_notices import ArticleFileError, Fault
from hub.csv_source import LINE_LIMIT_BYTES, Encoding, Line, Trouble, lines, survey

TEXT = "libellé;prix\r\nCrème brûlée;2,50\r\nŒufs à 3 €;1,20\r\n"
EXPECTED = ["libellé;prix", "Crème brûlée;2,50", "Œufs à 3 €;1,20"]
Saved = Callable[[bytes], Path]


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    def save(content: bytes) -> Path:
        path = tmp_path / "articles.csv"
        path.write_bytes(content)
        return path

    return save


def _texts(path: Path) -> list[str]:
    return [line.text for line in lines(survey(path))]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), Encoding.UTF_8),
        (codecs.BOM_UTF8 + TEXT.encode(), Encoding.UTF_8),
        (TEXT.encode("cp1252"), Encoding.WINDOWS_1252),
        (TEXT.encode("utf-16"), Encoding.UTF_16),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), Encoding.UTF_16),
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_every_encoding_gives_the_same_lines(
    saved: Saved, content: bytes, encoding: Encoding, compressed: bool
) -> None:
    path = saved(gzip.compress(content, mtime=0) if compressed else content)
    found = survey(path)
    assert (found.encoding, found.compressed) == (encoding, compressed)
    assert _texts(path) == EXPECTED


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_every_line_end_counts_the_same(saved: Saved, line_end: str, last: bool) -> None:
    content = line_end.join(EXPECTED) + (line_end if last else "")
    path = saved(content.encode())
    assert list(lines(survey(path))) == [Line(n, t) for n, t in enumerate(EXPECTED, 1)]


def test_only_line_ends_end_lines(saved: Saved) -> None:
    assert _texts(saved("a\x0bb\x0cc\x85d\u2028e\nf".encode())) == ["a\x0bb\x0cc\x85d\u2028e", "f"]


def test_one_foreign_line_does_not_decide_the_encoding(saved: Saved) -> None:
    path = saved("é\né\n".encode() + "Pâté".encode("cp1252") + "\né".encode())
    assert list(lines(survey(path))) == [
        Line(1, "é"),
        Line(2, "é"),
        Line(3, "Pâté", Trouble.OTHER_ENCODING),
        Line(4, "é"),
    ]


def test_a_trademark_behind_a_capital_stays_in_windows_1252(saved: Saved) -> None:
    # É® in Windows-1252 is also one letter of UTF-8 (ɮ).
    path = saved("Crème\nBrûlée\nNESCAFÉ®\n".encode("cp1252"))
    assert _texts(path) == ["Crème", "Brûlée", "NESCAFÉ®"]


def test_a_line_cut_inside_a_letter_is_undecodable(saved: Saved) -> None:
    found = list(lines(survey(saved("é\né\n".encode() + "Crème brû".encode()[:-1]))))
    assert [line.trouble for line in found] == [None, None, Trouble.UNDECODABLE]
    assert found[2].text == "Crème br\\xc3"


def test_bytes_that_windows_1252_lacks_are_undecodable(saved: Saved) -> None:
    found = list(lines(survey(saved(b"\xe9t\xe9\n\x81\x8d\n\xe9"))))
    assert [line.trouble for line in found] == [None, Trouble.UNDECODABLE, None]


def test_a_line_beyond_the_limit_is_told_and_cut(saved: Saved) -> None:
    long = b"x" * (3 * LINE_LIMIT_BYTES)
    found = list(lines(survey(saved(b"a\n" + long + b"\nb\n"))))
    assert [(line.number, line.trouble) for line in found] == [
        (1, None),
        (2, Trouble.TOO_LONG),
        (3, None),
    ]
    assert len(found[1].text) == 200


def test_a_line_at_the_limit_is_whole(saved: Saved) -> None:
    found = list(lines(survey(saved(b"x" * LINE_LIMIT_BYTES + b"\nb"))))
    assert [(len(line.text), line.trouble) for line in found] == [
        (LINE_LIMIT_BYTES, None),
        (1, None),
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.EMPTY),
        (gzip.compress(b"", mtime=0), Fault.EMPTY),
        (b"PK\x03\x04rest of a workbook", Fault.NOT_CSV),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Fault.NOT_CSV),
        (b"%PDF-1.7", Fault.NOT_CSV),
        (b"a;b\n1;\x00\x01", Fault.NOT_CSV),
        (gzip.compress(b"PK\x03\x04", mtime=0), Fault.NOT_CSV),
        (gzip.compress(TEXT.encode(), mtime=0)[:-6], Fault.DAMAGED_GZIP),
        (gzip.compress(TEXT.encode(), mtime=0)[:-8] + b"\0" * 8, Fault.DAMAGED_GZIP),
        (b"\x1f\x8b", Fault.DAMAGED_GZIP),
        (b"\x1f\x8bnonsense, all of it", Fault.DAMAGED_GZIP),
    ],
)
def test_a_file_that_is_no_text_is_refused_at_once(
    saved: Saved, content: bytes, fault: Fault
) -> None:
    with pytest.raises(ArticleFileError) as caught:
        survey(saved(content))
    assert caught.value.fault is fault
    assert "articles.csv" in str(caught.value)


def test_a_damaged_end_of_a_long_gzip_is_found_by_the_survey(saved: Saved) -> None:
    content = gzip.compress(b"".join(b"%d;x\n" % n for n in range(100_000)))
    with pytest.raises(ArticleFileError) as caught:
        survey(saved(content[:-20]))
    assert caught.value.fault is Fault.DAMAGED_GZIP


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(ArticleFileError) as caught:
            survey(path)
        assert caught.value.fault is Fault.CANNOT_OPEN
        assert caught.value.retryable


@pytest.mark.parametrize("compressed", [False, True])
def test_progress_counts_bytes_on_disk_up_to_all(saved: Saved, compressed: bool) -> None:
    content = b"".join(b"%d;article\n" % n for n in range(100_000))
    path = saved(gzip.compress(content, mtime=0) if compressed else content)
    steps: list[tuple[int, int]] = []
    assert sum(1 for _ in lines(survey(path), lambda *step: steps.append(step))) == 100_000
    total = path.stat().st_size
    assert {step[1] for step in steps} == {total}
    assert steps[-1] == (total, total)
    assert len(steps) > 10
    assert [step[0] for step in steps] == sorted(step[0] for step in steps)


def test_memory_stays_flat(saved: Saved) -> None:
    path = saved(b"3257980890627;Baguette;Pain;1,20;5,5;10;2\n" * 100_000)
    found = survey(path)
    tracemalloc.start()
    try:
        for _ in lines(found):
            pass
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 1_000_000 < found.total_bytes
