"""Article files nobody wrote by hand: what csv writes, real catalogues, garbage and damage."""

import csv
import gzip
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.article_csv import ArticleLine, Reject, read
from hub.article_notices import ArticleFileError
from hub.csv_source import Encoding

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
HEADINGS = "code_barres;libelle;categorie;prix_ttc;tva;stock;stock_min"
FRENCH = (
    f"{HEADINGS}\r\n3257980890627;Baguettes précuites;Pain;1,20;5,5;107;7\r\n"
    "3077051400681;Cabernet d’Anjou;Vin, bière;11,52 €;20 %;12,5;\r\n"
)


@given(
    st.lists(
        st.tuples(
            st.text(st.sampled_from('abcé ";,&\n'), max_size=20).map(lambda text: f"Art {text}"),
            st.integers(0, 10**9),
            st.integers(-(10**6), 10**6),
        ),
        max_size=6,
    ),
    st.sampled_from([";", ",", "\t"]),
)
def test_what_the_csv_module_writes_is_read_back(
    rows: list[tuple[str, int, int]], separator: str
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "articles.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=separator)
            writer.writerow(["ean", "nom", "prix", "tva", "stock"])
            for number, (name, cents, stock) in enumerate(rows, 1):
                writer.writerow([number, name, f"{cents / 100:.2f}", "5.5", f"{stock / 1000:.3f}"])
        found = list(read(path))
    assert [
        (each.code, each.name, each.price_cents, each.stock_thousandths)
        for each in found
        if isinstance(each, ArticleLine)
    ] == [
        (str(number), " ".join(name.split()), cents, stock)
        for number, (name, cents, stock) in enumerate(rows, 1)
    ]


@given(
    st.binary(max_size=400)
    | st.binary(max_size=200).map(lambda tail: HEADINGS.encode() + b"\n" + tail)
    | st.binary(max_size=200).map(gzip.compress)
    | st.binary(max_size=200).map(lambda tail: b"\x1f\x8b\x08\x00" + tail)
    | st.text(st.sampled_from('1;,"\n\r &#x;é\t'), max_size=200).map(
        lambda tail: f"{HEADINGS}\n{tail}".encode()
    )
)
def test_garbage_gives_rejects_or_the_one_error(content: bytes) -> None:
    assert all(_outcome(content))


@given(st.data())
def test_a_damaged_file_gives_rejects_or_the_one_error(data: st.DataObject) -> None:
    encoded = FRENCH.encode(data.draw(st.sampled_from(["utf-8", "cp1252", "utf-16"])))
    content = bytearray(gzip.compress(encoded, mtime=0) if data.draw(st.booleans()) else encoded)
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    assert all(_outcome(bytes(content)))


def _outcome(content: bytes) -> list[str]:
    """Return the names and reasons of a file, or the text of the one error it may raise."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "articles.csv"
        path.write_bytes(content)
        try:
            return [each.text() if isinstance(each, Reject) else each.name for each in read(path)]
        except ArticleFileError as error:
            return [error.text()]


@pytest.mark.parametrize(
    ("name", "articles", "warnings", "encoding"),
    [
        ("articles-20k.csv", 20_000, {"wrong_check_digit": 5, "name_repaired": 1}, "utf-8"),
        (
            "articles-100k.csv.gz",
            100_000,
            {"wrong_check_digit": 41, "name_repaired": 1, "name_damaged": 1},
            "utf-8",
        ),
    ],
)
def test_real_articles_are_all_taken(
    name: str, articles: int, warnings: dict[str, int], encoding: Encoding
) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the real articles are not here: {path}")
    taken = 0
    told: Counter[str] = Counter()
    for each in read(path):
        assert isinstance(each, ArticleLine)
        assert "&quot" not in each.name
        taken += 1
        told.update(warning.kind.value for warning in each.warnings)
    assert (taken, dict(told)) == (articles, warnings)
    assert read(path).format.encoding == encoding


@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_real_articles_survive_another_dialect(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    path = SHARED / "articles-20k.csv"
    if not path.exists():
        pytest.skip(f"the real articles are not here: {path}")
    original = path.read_text("utf-8-sig").splitlines()[:3000]
    kept = [text for text in original if text == text.encode(encoding, "ignore").decode(encoding)]
    assert len(kept) > 2900
    plain, copy = tmp_path / "plain.csv", tmp_path / "copy.csv"
    plain.write_text("\n".join(kept), "utf-8")
    with copy.open("w", encoding=encoding, newline="") as file:
        rows = csv.reader(kept, delimiter=";")
        csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    assert list(read(copy)) == list(read(plain))
    assert read(copy).format.encoding == encoding
