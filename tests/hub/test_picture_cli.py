"""`comptoir-hub pictures`, on the folder of a hub that is stopped: in, out, away, restored."""

import unicodedata
from pathlib import Path

import orjson
import pytest
from sample_pictures import draw

from common.pictures import AIM_BYTES
from hub.audit import audit_file
from hub.folder import Folder
from hub.picture_making import make
from tests.hub.test_cli import made
from tests.hub.test_price_cli import done, run

BREAD = "3017620422003"
Shown = list[tuple[str, str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a hub's folder with two articles, each in a category of its own, and a part."""
    folder = made(tmp_path / "hub")
    articles = tmp_path / "articles.csv"
    rows = f"{BREAD};Pain;Boulangerie;1;5.5\nA/1;Rouge;Épicerie;5;20\n"
    articles.write_text(f"code;name;category;price;vat\n{rows}", "utf-8")
    done(run(folder, "import-articles", str(articles)))
    done(run(folder, "categories", "add", "Bio", "--under", "Boulangerie"))
    return folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder with a picture for the bread and one for a category."""
    folder = tmp_path / "photos"
    folder.mkdir()
    draw("Pain", "amber").save(folder / f"{BREAD}.jpg")
    # As some systems write names: the accent is a sign of its own.
    draw("Épicerie", "orange").save(folder / unicodedata.normalize("NFD", "Épicerie.png"))
    return folder


def listed(root: Path) -> Shown:
    rows = orjson.loads(done(run(root, "pictures", "--json")))
    assert all(0 < row["size_bytes"] <= AIM_BYTES for row in rows)
    return [(row["of"], row["name"], row["called"]) for row in rows]


BOTH = [("categories", "Épicerie", "Épicerie"), ("articles", "Pain", BREAD)]


def test_they_come_in_are_listed_and_go(root: Path, photos: Path) -> None:
    assert listed(root) == []
    assert "No picture yet." in done(run(root, "pictures"))
    (photos / ".DS_Store").write_bytes(b"?")
    (photos / "Thumbs.db").write_bytes(b"?")
    (photos / "old").mkdir()
    assert "2 pictures were taken." in done(run(root, "pictures", "import", str(photos)))
    assert listed(root) == BOTH
    assert "Pain" in done(run(root, "pictures"))
    said = done(run(root, "pictures", "import", str(photos)))
    assert "0 pictures were taken." in said
    assert "2 were there already." in said
    assert "Pain has no picture any more." in done(run(root, "pictures", "remove", BREAD))
    assert listed(root) == BOTH[:1]
    done(run(root, "pictures", "remove", "Épicerie"))
    assert listed(root) == []
    assert audit_file(Folder(root).database) == []


def test_another_one_takes_its_place(root: Path, photos: Path) -> None:
    done(run(root, "pictures", "import", str(photos)))
    draw("Brioche", "amber").save(photos / f"{BREAD}.jpg")
    said = done(run(root, "pictures", "import", str(photos)))
    assert "1 picture was taken." in said
    assert listed(root) == BOTH
    assert audit_file(Folder(root).database) == []


def test_those_that_will_not_do_are_named_and_the_others_come_in(root: Path, photos: Path) -> None:
    for name in ("Boulangerie.jpg", "9999.jpg", "Bio.txt", "A.jpg"):
        (photos / name).write_bytes(b"no picture")
    draw("Pain", "amber").save(photos / f"{BREAD}.png")
    result = run(root, "pictures", "import", str(photos))
    assert (result.exit_code, result.stderr) == (3, "")
    assert "2 pictures were taken." in result.stdout
    for said in (
        "Boulangerie.jpg cannot be read as a picture",
        "Bio.txt cannot be read as a picture",
        "9999.jpg: no article has this code, and no category this name.",
        "A.jpg: no article has this code",
        f"{BREAD}.png and {BREAD}.jpg are pictures of the same: Pain.",
    ):
        assert said in result.stdout
    assert listed(root) == BOTH


def test_a_name_that_two_parts_have_is_told(root: Path, photos: Path) -> None:
    done(run(root, "categories", "add", "Bio", "--under", "Épicerie"))
    draw("Bio", "green").save(photos / "Bio.jpg")
    result = run(root, "pictures", "import", str(photos))
    assert result.exit_code == 3
    assert "Bio means several categories: Boulangerie > Bio, Épicerie > Bio" in result.stdout
    rows = orjson.loads(done(run(root, "categories", "--json")))
    bio = next(row["id"] for row in rows if row["parent"] == "Boulangerie")
    (photos / "Bio.jpg").rename(photos / f"{bio}.jpg")
    assert "1 picture was taken." in done(run(root, "pictures", "import", str(photos)))
    assert ("categories", "Bio", bio) in listed(root), "by its name alone it is not to be told"


def test_what_goes_out_comes_in_again_as_it_was(root: Path, photos: Path, tmp_path: Path) -> None:
    rows = orjson.loads(done(run(root, "pictures", "--json")))
    draw("Rouge", "red").save(photos / "out.jpg")
    done(run(root, "pictures", "remove", "A/1"))
    (photos / "out.jpg").unlink()
    done(run(root, "pictures", "import", str(photos)))
    out = tmp_path / "out"
    out.mkdir()
    (out / "kept.txt").write_text("mine")
    assert "2 pictures lie in" in done(run(root, "pictures", "export", str(out)))
    assert sorted(path.name for path in out.iterdir()) == [
        f"{BREAD}.jpg",
        "kept.txt",
        "Épicerie.jpg",
    ]
    (out / "kept.txt").unlink()
    before = listed(root)
    done(run(root, "pictures", "remove", BREAD, "Épicerie"))
    done(run(root, "pictures", "import", str(out)))
    assert listed(root) == before
    assert rows == []
    assert (out / f"{BREAD}.jpg").read_bytes() == make(photos / f"{BREAD}.jpg")
    done(run(root, "pictures", "export", str(out)))


def test_nothing_that_lies_there_is_written_over(root: Path, photos: Path, tmp_path: Path) -> None:
    done(run(root, "pictures", "import", str(photos)))
    out = tmp_path / "out"
    out.mkdir()
    (out / f"{BREAD}.jpg").write_bytes(b"mine")
    result = run(root, "pictures", "export", str(out))
    assert result.exit_code == 1
    assert f"{BREAD}.jpg" in result.stderr.replace("\n", "")
    assert [path.name for path in out.iterdir()] == [f"{BREAD}.jpg"]
    assert (out / f"{BREAD}.jpg").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("remove", "Fromages"), "Category Fromages does not exist."),
        (("remove", BREAD, "Fromages"), "Category Fromages does not exist."),
    ],
)
def test_what_cannot_be_is_said(
    root: Path, photos: Path, arguments: tuple[str, ...], said: str
) -> None:
    done(run(root, "pictures", "import", str(photos)))
    result = run(root, "pictures", *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert listed(root) == BOTH


def test_an_empty_folder_is_told(root: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    result = run(root, "pictures", "import", str(empty))
    assert result.exit_code == 1
    assert "There is no file in" in result.stderr


def test_a_restored_backup_has_them(root: Path, photos: Path) -> None:
    done(run(root, "pictures", "import", str(photos)))
    made_backup = orjson.loads(done(run(root, "backup", "--json")))["path"]
    done(run(root, "pictures", "remove", BREAD, "Épicerie"))
    assert listed(root) == []
    done(run(root, "restore", made_backup))
    assert listed(root) == BOTH
    assert audit_file(Folder(root).database) == []
