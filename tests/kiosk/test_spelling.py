"""What was meant by a mistyped word: near words are found, and what is right stays what it is."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.models import Article, encode_row
from kiosk.articles import FEW
from kiosk.catalogue import Catalogue
from kiosk.search import Folder
from kiosk.spelling import Spelling

NAMES = ("Chocolat noir", "Chocolat au lait", "Fromage de chèvre", "Camembert", "Spaghetti n°5")
words = st.text(string.ascii_lowercase, min_size=1, max_size=12)


def catalogue_of(*names: str) -> Catalogue:
    catalogue = Catalogue()
    rows = [Article(f"{n:032x}", name, "c" * 32, 100, 550) for n, name in enumerate(names)]
    catalogue.replace("articles", [(row.id, encode_row(row)) for row in rows])
    return catalogue


def found(catalogue: Catalogue, text: str) -> list[str]:
    return [article.name for article in catalogue.search(text)]


def spelling_of(*names: str) -> Spelling:
    spelling, fold = Spelling(), Folder()
    spelling.replace([fold.line(name, ()) for name in names])
    return spelling


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("choclat", "Chocolat noir"),  # one too few
        ("choccolat noir", "Chocolat noir"),  # one too many
        ("frimage", "Fromage de chèvre"),  # another one
        ("chocoalt", "Chocolat noir"),  # two that changed places
        ("camenbetr", "Camembert"),  # two slips in a long word
        ("chocola nior", "Chocolat noir"),
        ("spageti", "Spaghetti n°5"),
        ("Fromâge de chevrre", "Fromage de chèvre"),
        ("fromge d", "Fromage de chèvre"),  # while the rest is being typed
    ],
)
def test_a_mistyped_word_finds_what_was_meant(typed: str, meant: str) -> None:
    assert meant in found(catalogue_of(*NAMES), typed)


@pytest.mark.parametrize("typed", ["xyzq", "lai", "noi", "cho", "n6", "3257980890628"])
def test_short_words_and_digits_are_taken_as_they_are(typed: str) -> None:
    catalogue = catalogue_of(*NAMES, "Thé 3257980890627")
    assert all(Folder()(typed) in Folder()(name) for name in found(catalogue, typed))


def test_what_is_typed_right_stands_before_what_is_near() -> None:
    catalogue = catalogue_of("Camenbert fermier", "Camembert", "Camembert au lait cru")
    assert found(catalogue, "camenbert") == [
        "Camenbert fermier",
        "Camembert",
        "Camembert au lait cru",
    ]


def test_where_enough_is_found_nothing_else_is_looked_for() -> None:
    many = [f"Chocolat {n}" for n in range(FEW)]
    assert "Chocolaterie" not in found(catalogue_of(*many, "Chicolat"), "chocolat ")
    assert found(catalogue_of(*many, "Chicolat"), "chocolat") == sorted(many)


def test_nothing_is_told_twice() -> None:
    names = found(catalogue_of(*NAMES, "Chocolats"), "choclat")
    assert sorted(names) == sorted(set(names))


def test_a_new_article_is_found_by_its_mistyped_name_at_once() -> None:
    catalogue = catalogue_of(*NAMES)
    assert found(catalogue, "brioce") == []
    row = Article("f" * 32, "Brioche", "c" * 32, 100, 550)
    catalogue.put("articles", row.id, encode_row(row))
    assert found(catalogue, "brioce") == ["Brioche"]
    catalogue.drop("articles", row.id)
    assert found(catalogue, "brioce") == []


@given(st.lists(words, min_size=1, max_size=30), st.data())
def test_one_slip_in_a_long_word_is_always_forgiven(known: list[str], data: st.DataObject) -> None:
    word = data.draw(st.text(string.ascii_lowercase, min_size=5, max_size=12))
    place = data.draw(st.integers(0, len(word) - 2))
    slips = {
        word[:place] + word[place + 1 :],
        word[:place] + "z" + word[place:],
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    }
    for slip in slips - {word}:
        alone = spelling_of(word)
        meant = [text for (text,) in alone.meant([slip])]
        assert any(word.startswith(text) for text in meant) or word.startswith(slip)
    assert list(spelling_of(*[word] * 3, *known).meant([word])) == []


def test_words_are_learnt_a_little_at_a_time_and_new_names_meanwhile() -> None:
    catalogue = catalogue_of(*(f"Article {name}" for name in NAMES * 2_000))
    steps = 0
    while catalogue.learn_words():
        steps += 1
        if steps == 1:
            new = Article("f" * 32, "Rutabaga", "c" * 32, 100, 550)
            catalogue.put("articles", new.id, encode_row(new))
    assert steps > 1
    assert found(catalogue, "rutabgaa") == ["Rutabaga"]
    assert found(catalogue, "spagheti") == ["Article Spaghetti n°5"] * 200
