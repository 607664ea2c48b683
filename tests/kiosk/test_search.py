"""What people type finds what they mean, best first, however the index came to be."""

import unicodedata
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.search import Folder, SearchIndex, sort_lines

FOLD = Folder()
NAMES = {
    "a": "Pâté de campagne",
    "b": "Pain d'épices",
    "c": "Crème de marrons",
    "d": "Coca-Cola 1,5 L",
    "e": "Œufs plein air",
    "f": "Campagnard, fromage",
    "g": "PAIN COMPLET",
    "h": "Straße №5 ½",
    "i": "T-shirt (M)",
}


def index_of(names: dict[str, str], codes: dict[str, tuple[str, ...]] | None = None) -> SearchIndex:
    lines = [FOLD.line(name, (codes or {}).get(key, ())) for key, name in names.items()]
    index = SearchIndex()
    index.replace(*sort_lines(lines, list(names)))
    return index


def ids(index: SearchIndex, words: list[str]) -> list[str]:
    return list(chain.from_iterable(index.find(words)))


def found(index: SearchIndex, text: str) -> str:
    return "".join(ids(index, FOLD.words(text)))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Crème BRÛLÉE", "creme brulee"),
        ("cœur, ex æquo!", "coeur ex aequo"),
        ("L'Œuvre", "l oeuvre"),
        ("Straße", "strasse"),
        ("  Łódź -- smørrebrød  ", "lodz smorrebrod"),
        ("1,5 L ½ m²", "1 5 l 1 2 m2"),
        ("cafe\u0301", "cafe"),
        ("ﬁlet", "filet"),
        ("İzmir", "izmir"),
        ("Ёлка", "елка"),
        ("", ""),
        ("!?", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert FOLD(text) == folded


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert FOLD(FOLD(text)) == FOLD(text)


@given(st.text(max_size=30))
def test_folding_forgives_case_and_composition(text: str) -> None:
    assert FOLD(text) == FOLD(unicodedata.normalize("NFD", text))
    assert FOLD(text.upper().lower()) == FOLD(text.lower())


def test_a_line_holds_words_joined_words_and_codes() -> None:
    assert FOLD.line("Coca-Cola d'été -", ["EAU-1", "20"]) == (
        " coca cola d ete cocacola dete\teau-1\t20"
    )


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("pain", "gb"),
        ("pa", "gbaf"),
        ("PÂTÉ", "a"),
        ("camp", "fa"),
        ("campagne pate", "a"),
        ("de cre", "c"),
        ("cola", "d"),
        ("cocacola", "d"),
        ("coca cola", "d"),
        ("coca-cola", "d"),
        ("depices", "b"),
        ("oeufs", "e"),
        ("œuf", "e"),
        ("strasse", "h"),
        ("tshirt", "i"),
        ("omplet", "g"),
        ("ne", "a"),
        ("pain zzz", ""),
        ("zzz", ""),
    ],
)
def test_find(text: str, ids: str) -> None:
    assert found(index_of(NAMES), text) == ids


def test_ranks_name_then_word_then_anywhere() -> None:
    names = {"a": "Choux", "b": "Sac à chou", "c": "Cachou", "d": "Chou", "e": "Babouche, chou"}
    assert found(index_of(names), "chou") == "dae" + "b" + "c"


def test_no_word_finds_all_by_name() -> None:
    assert found(index_of(NAMES), " , ") == "fdcegbahi"


def test_finds_codes_and_parts_of_codes() -> None:
    codes: dict[str, tuple[str, ...]] = {"a": ("3760091720123",), "b": ("EAU-15",)}
    index = index_of(NAMES, codes)
    assert found(index, "3760091720123") == "a"
    assert found(index, "720") == "a"
    assert found(index, "eau-15") == "b"
    assert found(index, "pain eau") == "b"


def test_equal_names_stand_by_id() -> None:
    index = index_of(dict.fromkeys("cab", "Thé"))
    assert found(index, "") == "abc"
    index.add(FOLD.line("Thé", ()), "aa")
    assert ids(index, []) == ["a", "aa", "b", "c"]


def test_removing_what_is_not_there_is_a_fault() -> None:
    with pytest.raises(KeyError, match="z"):
        index_of(NAMES).remove(FOLD.line("Pain complet", ()), "z")
    with pytest.raises(KeyError, match="z"):
        index_of({}).remove(FOLD.line("Pain complet", ()), "z")


def reference(lines: dict[str, str], words: list[str]) -> list[str]:
    """Return what `find` promises, said the slow way."""

    def rank(line: str) -> int | None:
        if line.startswith(f" {' '.join(words)}"):
            return 0
        if all(f" {word}" in line for word in words):
            return 1
        return 2 if all(word in line for word in words) else None

    ranked = [(rank(line), line, key) for key, line in lines.items()]
    return [key for at, _, key in sorted(r for r in ranked if r[0] is not None)]


phrases = st.lists(st.text("abé-' ", max_size=5), max_size=4).map(" ".join)
keys = st.text("xyz", min_size=1, max_size=3)


@given(
    before=st.dictionaries(keys, phrases, max_size=8),
    after=st.dictionaries(keys, phrases, max_size=8),
    text=phrases,
)
def test_finds_what_the_slow_way_finds(
    before: dict[str, str], after: dict[str, str], text: str
) -> None:
    index = index_of(before)
    for key, name in before.items():
        if after.get(key) != name:
            index.remove(FOLD.line(name, ()), key)
    for key, name in after.items():
        if before.get(key) != name:
            index.add(FOLD.line(name, ()), key)
    typed = FOLD.words(text)
    lines = {key: FOLD.line(name, ()) for key, name in after.items()}
    expected = (
        reference(lines, typed)
        if typed
        else [key for _, key in sorted((line, key) for key, line in lines.items())]
    )
    assert ids(index, typed) == expected
    assert len(index) == len(after)


queries = st.tuples(phrases, st.integers(0, 3))
changes = st.tuples(keys, phrases)


@given(
    names=st.dictionaries(keys, phrases, max_size=8),
    steps=st.lists(st.one_of(queries.map(list), changes), max_size=8),
)
def test_what_was_found_before_changes_nothing(
    names: dict[str, str], steps: list[list[Any] | tuple[str, str]]
) -> None:
    """Typing narrows what was found; names change between two letters, and during a look."""
    index = index_of(names)
    begun: list[Iterator[list[str]]] = []
    for step in steps:
        if isinstance(step, tuple):
            key, name = step
            if key in names:
                index.remove(FOLD.line(names[key], ()), key)
            names[key] = name
            index.add(FOLD.line(name, ()), key)
            for looking in begun:
                list(looking)  # Of a listing that is over: whatever it says, it leaves no trace.
            begun.clear()
            continue
        text, parts = step
        typed = FOLD.words(text)
        if parts:
            looking = index.find(typed)
            list(islice(looking, parts))
            begun.append(looking)
        elif typed:
            lines = {key: FOLD.line(name, ()) for key, name in names.items()}
            assert ids(index, typed) == reference(lines, typed)


def test_a_look_that_a_new_name_overtook_leaves_no_trace() -> None:
    index = index_of({"a": "Le pain"})
    looking = index.find(["pa"])
    assert list(islice(looking, 2)) == [[], ["a"]]
    index.add(FOLD.line("Avocat", ()), "b")
    list(looking)
    assert ids(index, ["pain"]) == ["a"]


def test_blocks_keep_the_order() -> None:
    """More articles than one block, and hits of each rank in the last one."""
    names = {f"{at:05d}": f"Article {at:05d}" for at in range(4_500)}
    names |= {"zz1": "Zeste de mot", "zz2": "Mot", "zz3": "Zut, motte", "zz4": "Zamot"}
    index = index_of(names)
    assert ids(index, ["mot"]) == ["zz2", "zz1", "zz3", "zz4"]
    assert ids(index, ["art", "04499"]) == ["04499"]
