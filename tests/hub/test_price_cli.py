"""`comptoir-hub price`, on the folder of a hub that is stopped: now, to come, listed, cancelled."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from hub.audit import audit_file
from hub.cli import main
from hub.folder import Folder
from tests.hub.test_cli import made

TO_COME = "2099-12-01T08:00:00+00:00"
TO_COME_MS = 4_099_795_200_000


def run(root: Path, *arguments: str, lang: str = "en") -> Result:
    return CliRunner().invoke(main, ["--data", str(root), "--lang", lang, *arguments])


def done(result: Result) -> str:
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a hub's folder with one article, 376 at 1.10."""
    folder = made(tmp_path / "hub")
    articles = tmp_path / "articles.csv"
    articles.write_text("code;name;category;price;vat\n376;Pain;Tout;1.10;5.5\n", "utf-8")
    done(run(folder, "import-articles", str(articles)))
    return folder


def listed(root: Path) -> list[tuple[str, int, int, int]]:
    rows = orjson.loads(done(run(root, "price", "--json")))
    return [(r["code"], r["now_cents"], r["price_cents"], r["from_ms"]) for r in rows]


def test_a_price_is_set_now(root: Path) -> None:
    assert "Pain costs €1.20." in done(run(root, "price", "set", "376", "1.20"))
    assert "coûte 1,30" in done(run(root, "price", "set", "376", "1,30", lang="fr"))
    assert listed(root) == []
    assert "No price is scheduled." in done(run(root, "price"))


def test_a_price_to_come_is_listed_and_cancelled(root: Path) -> None:
    said = done(run(root, "price", "set", "376", "1.20", "--from", TO_COME))
    assert said.startswith("Pain will cost €1.20 from 2099-12-01")
    done(run(root, "price", "set", "376", "1.30", "--from", "2099-12-02T08:00:00+00:00"))
    assert listed(root) == [
        ("376", 110, 120, TO_COME_MS),
        ("376", 110, 130, TO_COME_MS + 86_400_000),
    ]
    assert "€1.30" in done(run(root, "price"))
    done(run(root, "price", "cancel", "376", "--from", TO_COME))
    assert [row[2] for row in listed(root)] == [130]
    assert "Pain stays at its price." in done(run(root, "price", "cancel", "376"))
    assert listed(root) == []
    assert audit_file(Folder(root).database) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "377", "1"), "Article 377 is not in the catalogue."),
        (("set", "376", "cheap"), "“cheap” cannot be read as a price."),
        (("set", "376", "1", "--from", "2020-01-01"), "a moment that is over: 2020-01-01"),
        (("cancel", "376"), "That scheduled price is not there"),
    ],
)
def test_what_cannot_be_says_why(root: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run(root, "price", *arguments)
    assert result.exit_code == 1
    assert said in result.stderr


def test_what_is_no_moment_is_told_how_one_is_written(root: Path) -> None:
    result = run(root, "price", "set", "376", "1", "--from", "tomorrow")
    assert result.exit_code == 2
    assert "2026-12-01T08:00" in result.stderr
