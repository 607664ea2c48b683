"""`comptoir-hub categories`, on the folder of a stopped hub: listed, added, moved, removed."""

from pathlib import Path

import orjson
import pytest

from common.models import CATEGORY_COLOURS
from hub.audit import audit_file
from hub.folder import Folder
from kiosk.theme import LIGHT
from tests.hub.test_cli import made
from tests.hub.test_price_cli import done, run

Shown = list[tuple[str, str, str, int]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a hub's folder with an article in `Boissons` and one in `Vins`."""
    folder = made(tmp_path / "hub")
    articles = tmp_path / "articles.csv"
    rows = "1;Eau;Boissons;1;5.5\n2;Rouge;Vins;5;20\n"
    articles.write_text(f"code;name;category;price;vat\n{rows}", "utf-8")
    done(run(folder, "import-articles", str(articles)))
    return folder


def listed(root: Path) -> Shown:
    rows = orjson.loads(done(run(root, "categories", "--json")))
    return [(row["parent"], row["name"], row["colour"], row["articles"]) for row in rows]


def test_they_are_added_moved_and_listed(root: Path) -> None:
    assert listed(root) == [("", "Boissons", "orange", 1), ("", "Vins", "blue", 1)]
    done(run(root, "categories", "set", "Vins", "--under", "Boissons", "--colour", "purple"))
    said = done(run(root, "categories", "add", "Eaux", "--under", "Boissons", "--rank", "0"))
    assert "Eaux is a category now." in said
    assert listed(root) == [
        ("", "Boissons", "orange", 1),
        ("Boissons", "Eaux", "orange", 0),
        ("Boissons", "Vins", "purple", 1),
    ]
    done(run(root, "categories", "set", "Boissons > Eaux", "--name", "Sources", "--top"))
    assert [row[:2] for row in listed(root)][-1] == ("", "Sources")
    assert "   Vins" in done(run(root, "categories"))
    assert audit_file(Folder(root).database) == []


def test_one_made_by_mistake_is_removed(root: Path) -> None:
    for name, under in (("Vns", "Boissons"), ("Boisons", "Vins")):
        done(run(root, "categories", "add", name, "--under", under))
    before = listed(root)
    said = done(run(root, "categories", "remove", "Boissons > Vns"))
    assert "Vns is removed, on all posts. What a till still makes for it goes to Boissons." in said
    said = done(run(root, "categories", "remove", "Boisons", "--into", "Boissons", lang="fr"))
    assert "Boisons est supprimée" in said
    assert listed(root) == [row for row in before if row[1] in ("Boissons", "Vins")]
    assert "remove a category: Vns" in done(run(root, "audit"))
    assert audit_file(Folder(root).database) == []


def test_one_that_is_in_use_is_not_and_how_many_stand_there_is_said(root: Path) -> None:
    done(run(root, "categories", "add", "Eaux", "--under", "Boissons"))
    result = run(root, "categories", "remove", "Boissons", lang="fr")
    assert result.exit_code == 1
    assert "Boissons n’est pas vide. Articles\u00a0: 1" in result.stderr
    assert "Sous-catégories\u00a0: 1." in result.stderr
    assert len(listed(root)) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "Fromages", "--top"), "Category Fromages does not exist."),
        (("set", "Vins", "--under", "Vins"), "Vins cannot be a part of itself."),
        (("add", "Vins"), "There is a category Vins in that place already."),
        (("add", "Rouges", "--under", "Eaux"), "Rouges cannot be put under Eaux"),
        (("set", "Boissons", "--under", "Vins"), "Boissons has categories under it"),
        (("remove", "Fromages"), "Category Fromages does not exist."),
        (("remove", "Eaux", "--into", "Fromages"), "Category Fromages does not exist."),
        (("remove", "Eaux", "--into", "Eaux"), "cannot go there when it is removed"),
        (("set", "Bio", "--rank", "1"), "Bio means several categories: Boissons > Bio, Vins > Bio"),
    ],
)
def test_what_cannot_be_is_said(root: Path, arguments: tuple[str, ...], said: str) -> None:
    for name, under in (("Eaux", "Boissons"), ("Bio", "Boissons"), ("Bio", "Vins")):
        done(run(root, "categories", "add", name, "--under", under))
    before = listed(root)
    result = run(root, "categories", *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert listed(root) == before


@pytest.mark.parametrize("name", ["", " ", "A > B", "x" * 201])
def test_what_is_no_name_is_not_taken(root: Path, name: str) -> None:
    assert run(root, "categories", "add", name).exit_code == 2
    assert len(listed(root)) == 2


def test_the_colours_are_those_of_the_kiosks() -> None:
    assert set(CATEGORY_COLOURS) == set(LIGHT.tones) - {"plain", "accent", "go", "warn", "danger"}
