"""Importing where no hub runs: what is taken, where rejects go, and what a second time changes."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console as Terminal

from common import messages as m
from common.i18n import Translator
from common.models import Article, Category, StockLevel, decode_row
from hub.article_notices import ArticleFileError
from hub.changes import ChangeLogBook
from hub.config import NetworkSettings, Settings
from hub.folder import Folder
from hub.import_cli import import_file
from hub.importing import BATCH, UNSORTED, ImportReport, batches, entries, rejects_path
from hub.local import run_locally
from hub.service import found, only_hub
from hub.store import HubRuns, Store

HEADINGS = "code_barres;libelle;categorie;prix_ttc;tva;stock;stock_min\n"
THREE = HEADINGS + (
    "3257980128340;Café moulu;Épicerie;4,20;5,5;12;3\n"
    "3257980128357;Pain de mie;;2,50;5,5;;\n"
    "LOT-7;Savon;Hygiène;1,99;20;-2;1\n"
)
BAD = "LOT-8;;Hygiène;1,99;20;0;0\nLOT-9;Riz;Épicerie;deux;5,5;0;0\n"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "hub")
    found(folder, Settings(network=NetworkSettings(host="127.0.0.1", announce=False)))
    return folder


def run(
    folder: Folder, text: str, rejects: Path | None = None, name: str = "articles.csv"
) -> tuple[ImportReport, str]:
    """Import a file of this text; return the report and what the terminal showed."""
    source = folder.root.parent / name
    source.write_text(text, "utf-8")
    shown = StringIO()
    terminal = Terminal(file=shown, width=200)
    report = import_file(folder, source, rejects, Translator("fr"), terminal)
    assert source.read_text("utf-8") == text, "the file that was read is as it was"
    return report, shown.getvalue()


def shop(folder: Folder) -> dict[str, tuple[Article, StockLevel | None]]:
    """Return articles and stock as they are published, by code."""
    store = Store.open(folder.database)
    rows: dict[str, list[bytes]] = {"articles": [], "stock": []}
    for topic, row in store.db.execute("SELECT topic, row FROM live_row"):
        if topic in rows:
            rows[topic].append(bytes(row))
    store.close()
    levels = {}
    for raw in rows["stock"]:
        level = decode_row(raw, StockLevel)
        levels[level.article_id] = level
    articles = [decode_row(raw, Article) for raw in rows["articles"]]
    return {a.codes[0]: (a, levels.get(a.id)) for a in articles}


def gseq(folder: Folder) -> int:
    store = Store.open(folder.database)
    try:
        return ChangeLogBook(store).gseq
    finally:
        store.close()


def test_a_small_file_becomes_the_catalogue(folder: Folder) -> None:
    report, shown = run(folder, THREE)
    assert (report.taken, report.rejects, report.refused) == (3, [], [])
    assert "3 lignes" in shown
    known = shop(folder)
    coffee, level = known["3257980128340"]
    assert (coffee.name, coffee.price_cents, coffee.vat_bp) == ("Café moulu", 420, 550)
    assert level is not None
    assert (level.quantity_milli, level.minimum_milli) == (12000, 3000)
    soap = known["LOT-7"][1]
    assert soap is not None
    assert soap.quantity_milli == -2000
    assert not (folder.root.parent / "articles-rejets.csv").exists()


def test_imported_again_it_updates_and_leaves_stock_alone(folder: Folder) -> None:
    run(folder, THREE)
    before, at = shop(folder), gseq(folder)
    run(folder, THREE)
    assert (shop(folder), gseq(folder)) == (before, at)  # nothing new: nothing published
    report, _ = run(folder, THREE.replace("4,20", "4,50").replace(";12;3", ";99;5"))
    assert report.taken == 3
    after = shop(folder)
    assert {code: article.id for code, (article, _) in after.items()} == {
        code: article.id for code, (article, _) in before.items()
    }
    coffee, level = after["3257980128340"]
    assert coffee.price_cents == 450
    assert level is not None
    assert (level.quantity_milli, level.minimum_milli) == (12000, 5000)
    assert after["LOT-7"] == before["LOT-7"]


def test_sub_categories_come_with_the_articles(folder: Folder) -> None:
    lines = (
        "code;nom;rayon;sous-rayon;prix ttc;tva",
        "A1;Rouge;Boissons;Vins;5;20",
        "A2;Bleu;Fromages > Frais;;5;20",
        "A3;Eau;Boissons > Eaux;Plates;1;20",
    )
    report, _ = run(folder, "\n".join(lines))
    assert (report.taken, [reject.line for reject in report.rejects]) == (2, [4])
    store = Store.open(folder.database)
    rows = [
        decode_row(bytes(row), Category)
        for (row,) in store.db.execute("SELECT row FROM live_row WHERE topic = 'categories'")
    ]
    store.close()
    names = {row.id: row.name for row in rows}
    assert {(names.get(row.parent_id, ""), row.name) for row in rows} == {
        ("", "Boissons"),
        ("Boissons", "Vins"),
        ("", "Fromages"),
        ("Fromages", "Frais"),
    }


def rejected(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


@pytest.mark.parametrize("where", [None, "told.csv", "articles.csv"])
def test_rejects_are_written_beside_or_where_told(folder: Folder, where: str | None) -> None:
    told = None if where is None else folder.root.parent / where
    report, shown = run(folder, THREE + BAD, told)
    beside = folder.root.parent / "articles-rejets.csv"
    path = told if told is not None and where == "told.csv" else beside
    assert (report.taken, len(report.rejects)) == (3, 2)
    heading, *lines = rejected(path)
    assert len(heading) == 3
    assert [line[0] for line in lines] == ["5", "6"]
    assert [line[2] for line in lines] == BAD.splitlines()
    assert str(path) in shown
    assert beside.exists() == (path == beside)
    assert set(shop(folder)) == {"3257980128340", "3257980128357", "LOT-7"}


def test_rejects_go_to_the_working_folder_where_theirs_is_no_place(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    _, shown = run(folder, THREE + BAD, tmp_path / "none" / "r.csv")
    assert len(rejected(tmp_path / "r.csv")) == 3
    assert str(tmp_path / "r.csv") in shown


def test_corrected_rejects_can_be_imported(folder: Folder) -> None:
    run(folder, THREE + BAD)
    report, _ = run(folder, HEADINGS + BAD.replace(";;", ";Gel;", 1).replace("deux", "2"))
    assert (report.taken, len(shop(folder))) == (2, 5)


def test_a_file_that_is_none_takes_nothing(folder: Folder) -> None:
    for text in ("", "a;b;c\n1;2;3\n", "PK\x03\x04 xlsx"):
        with pytest.raises(ArticleFileError):
            run(folder, text)
    assert gseq(folder) == 0


def test_what_the_hub_refuses_is_counted_apart() -> None:
    report = ImportReport(sizes=[200, 7])
    report.note(m.Reply("0" * 32, 1, m.Status.ACCEPTED, 1, {}))
    report.note(m.Reply("0" * 32, 2, m.Status.REFUSED, 1, {}, "unknown_article"))
    assert report.taken == 200
    assert [reply.n for reply in report.refused] == [2]


def test_lines_go_in_batches_and_without_category_to_one(folder: Folder) -> None:
    lines = "".join(f"C{n};Nom;;1;20;0;0\n" for n in range(BATCH + 1))
    report, _ = run(folder, HEADINGS + lines)
    assert report.sizes == [BATCH, 1]
    assert (report.taken, len(shop(folder))) == (BATCH + 1, BATCH + 1)
    assert list(batches(entries([], report), report)) == []
    store = Store.open(folder.database)
    names = [row[0] for row in store.db.execute("SELECT name FROM category")]
    store.close()
    assert names == [UNSORTED]


def test_nothing_is_taken_locally_while_a_hub_runs(folder: Folder) -> None:
    taken: list[int] = []

    def commands() -> Iterator[tuple[str, dict[str, Any]]]:
        for n in range(3):
            taken.append(n)
            yield "price.set", {}

    with only_hub(folder), pytest.raises(HubRuns):
        run_locally(folder, commands(), lambda _reply: None)
    assert taken == [], "the commands are still all there, for the hub that runs"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.csv", "a-rejets.csv"), ("a.csv.gz", "a-rejets.csv"), ("a", "a-rejets.csv")],
)
def test_rejects_lie_beside_their_file(name: str, expected: str) -> None:
    assert rejects_path(Path("some") / name) == Path("some") / expected
