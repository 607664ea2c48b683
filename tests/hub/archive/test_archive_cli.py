"""`comptoir-hub journal archive`, `check-archive`, `purge`: with a running hub and without one."""

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from shop_processes import HubProcess, found_hub

from common.card import fingerprint
from hub.cli import main
from hub.folder import Folder
from hub.journal_verify import verify_file
from hub.store import HubRuns
from tests.hub.archive.rig import Archives, change, identify, settle
from tests.hub.journals import HUB, signing_keys
from tests.tamper.ledger import Ledger


def run(folder: Folder, *arguments: str, lang: str = "en", typed: str = "") -> Result:
    words = ["--data", str(folder.root), "--lang", lang, "journal", *arguments]
    return CliRunner().invoke(main, words, input=typed)


def done(folder: Folder, *arguments: str, lang: str = "en", typed: str = "") -> str:
    result = run(folder, *arguments, lang=lang, typed=typed)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def failed(folder: Folder, *arguments: str, lang: str = "en", typed: str = "") -> str:
    result = run(folder, *arguments, lang=lang, typed=typed)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    return result.stderr


@pytest.fixture
def old(tmp_path: Path) -> Archives:
    """Return a shop that sold in June 2015, stopped since."""
    ledger = Ledger(tmp_path)
    ledger.shop.clock.ms = int(datetime(2015, 6, 15, 12, tzinfo=UTC).timestamp() * 1000)
    return Archives(tmp_path, ledger.day())


@pytest.fixture
def archive(old: Archives) -> str:
    """Return the file of its archive."""
    path = str(old.root / "2015.zip")
    done(old.folder, "archive", "--period", "2015", "--out", path)
    return path


@pytest.mark.parametrize(
    ("lang", "said", "kept"),
    [("en", "Archived: ", "another disk"), ("fr", "Archivé : ", "un autre disque")],
)
def test_archive(old: Archives, lang: str, said: str, kept: str) -> None:
    path = old.root / "a.zip"
    text = done(old.folder, "archive", "--out", str(path), lang=lang)
    assert said.replace(" :", "\u00a0:") in text
    assert str(path) in text
    assert kept in text
    assert zipfile.is_zipfile(path)


def test_archive_for_programs(old: Archives) -> None:
    path = old.root / "a.zip"
    view = orjson.loads(done(old.folder, "archive", "--out", str(path), "--up-to", "9", "--json"))
    assert (view["first"], view["last"], view["tickets"], view["holds"]) == (1, 9, 4, True)
    assert view["path"] == str(path)


def test_archive_of_a_journal_that_does_not_hold(old: Archives) -> None:
    """It is made, recorded, and says so; the exit code says so, too."""
    seq = old.ledger.sale_line(0, 2)
    old.ledger.change_record(seq, '"label":"', '"label":"x')
    path = str(old.root / "a.zip")
    for lang, said in (
        ("en", f"first bad record: line {seq}"),
        ("fr", f"fautif\u00a0: ligne {seq}"),
    ):
        result = run(old.folder, "archive", "--out", f"{path}.{lang}", lang=lang)
        assert result.exit_code == 3
        assert said in result.stdout
    assert old.ledger.rows("SELECT count(*) FROM journal WHERE type = 'archive'") == [(2,)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--period", "2014"], "nothing to archive"),
        (["--period", "x"], "no period"),
        (["--out", "{root}/hub.toml"], "is there already"),
        (["--out", "{root}/no/a.zip"], "cannot be written"),
    ],
)
def test_what_cannot_be_archived_is_said(old: Archives, arguments: list[str], said: str) -> None:
    words = [word.format(root=old.root) for word in arguments]
    more = [] if "--out" in words else ["--out", str(old.root / "a.zip")]
    assert said in failed(old.folder, "archive", *words, *more)
    assert not (old.root / "a.zip").exists()


def test_a_line_and_a_period(old: Archives) -> None:
    path = str(old.root / "a.zip")
    result = run(old.folder, "archive", "--up-to", "3", "--period", "2015", "--out", path)
    assert result.exit_code == 2
    assert "not both" in result.stderr


def test_an_archive_that_the_hub_will_not_note_is_not_left(old: Archives) -> None:
    """The database takes nothing more: there is no archive of which nobody knows."""
    old.ledger.run("UPDATE meta SET value = 'x' WHERE name = 'gseq'")
    path = old.root / "a.zip"
    result = run(old.folder, "archive", "--out", str(path))
    assert result.exit_code == 1
    assert not path.exists()


@pytest.mark.parametrize(
    ("lang", "said", "same"),
    [
        ("en", "The archive holds.", "15 of its lines are still in the journal"),
        ("fr", "L’archive tient.", "15 de ses lignes sont encore dans le journal"),
    ],
)
def test_check_archive(old: Archives, archive: str, lang: str, said: str, same: str) -> None:
    text = done(old.folder, "check-archive", archive, lang=lang)
    assert said in text
    assert same in text
    view = orjson.loads(done(old.folder, "check-archive", archive, "--json"))
    assert (view["holds"], view["journal"]) == (
        True,
        {"noted": True, "lines": 15, "differs": None},
    )


def test_check_archive_where_something_differs(old: Archives, archive: str) -> None:
    seq = old.ledger.sale_line(0, 2)
    old.ledger.change_record(seq, '"label":"', '"label":"x')
    result = run(old.folder, "check-archive", archive)
    assert result.exit_code == 1
    assert "The archive holds." in result.stdout
    assert f"NOT what the journal holds, from line {seq} on" in result.stdout
    change(Path(archive), "README.txt", lambda text: text + b"!")
    result = run(old.folder, "check-archive", archive, lang="fr")
    assert result.exit_code == 1
    assert "NE tient PAS" in result.stdout


def test_check_archive_of_another_shop(old: Archives, archive: str, tmp_path: Path) -> None:
    other = settle(tmp_path / "other")
    (other.keys / "identity.key").write_text("11" * 32 + "\n")
    result = run(other, "check-archive", archive)
    assert result.exit_code == 1
    assert "the one that you named does not lead" in result.stdout
    assert "no database here" in result.stdout
    assert "There is no archive" in failed(other, "check-archive", "nowhere.zip")
    assert "is no archive" in failed(other, "check-archive", str(other.settings))


@pytest.mark.parametrize(("lang", "said"), [("en", "Taken out"), ("fr", "C’est retiré")])
def test_purge(old: Archives, archive: str, lang: str, said: str) -> None:
    text = done(old.folder, "purge", "--archive", archive, lang=lang, typed="2015.zip\n")
    assert said in text
    report = verify_file(old.ledger.path, HUB.public)
    assert (report.flaws, report.purged) == ((), 15)
    assert "line 15 are in archives only" in done(old.folder, "verify")
    assert orjson.loads(done(old.folder, "verify", "--json"))["purged"] == 15
    assert "3 of its lines" in done(old.folder, "check-archive", archive)


def test_purge_without_a_question(old: Archives, archive: str) -> None:
    assert "Taken out" in done(old.folder, "purge", "--archive", archive, "--yes")


@pytest.mark.parametrize("typed", ["", "yes\n", "2014.zip\n"])
@pytest.mark.parametrize("options", [[], ["--keep-years", "5"], ["--keep-years", "5", "--yes"]])
def test_purge_that_is_not_confirmed(
    old: Archives, archive: str, typed: str, options: list[str]
) -> None:
    """Less than six years is asked about whatever the options say."""
    text = failed(old.folder, "purge", "--archive", archive, *options, typed=typed)
    assert "nothing was taken out" in text or "Aborted" in text
    assert verify_file(old.ledger.path, HUB.public).purged == 0


def test_purge_of_less_than_six_years_says_what_the_law_wants(old: Archives, archive: str) -> None:
    words = ["purge", "--archive", archive, "--keep-years", "5", "--yes"]
    assert "six years" in done(old.folder, *words, typed="2015.zip\n")


def test_purge_of_less_than_a_year_is_no_option(old: Archives, archive: str) -> None:
    result = run(old.folder, "purge", "--archive", archive, "--keep-years", "0")
    assert result.exit_code == 2


def test_purge_of_what_is_young(tmp_path: Path) -> None:
    """By this computer's own clock."""
    ledger = Ledger(tmp_path)
    ledger.shop.clock.ms = round(datetime.now(UTC).timestamp() * 1000) - 86_400_000
    young = Archives(tmp_path, ledger.day())
    path = str(tmp_path / "a.zip")
    done(young.folder, "archive", "--out", path)
    assert "older than 6 years" in failed(young.folder, "purge", "--archive", path, "--yes")


@pytest.mark.parametrize(
    ("lang", "said", "hint"),
    [
        ("en", "a key to which none leads that is known to be the hub's", "another hub's"),
        ("fr", "aucune clé connue du poste central", "d’un autre poste central"),
    ],
)
def test_a_replaced_key_of_the_hubs_is_said_with_both(
    old: Archives, lang: str, said: str, hint: str
) -> None:
    """The journal's own, by which it is sealed, and the one that lies there now."""
    identify(old.folder, signing_keys(77))
    result = run(old.folder, "verify", lang=lang)
    assert result.exit_code == 1
    assert said in result.stdout
    assert hint in result.stdout
    for key in (HUB, signing_keys(77)):
        assert fingerprint(key.public.hex()) in result.stdout


# A hub that runs.


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Folder]:
    folder = found_hub(tmp_path / "hub")
    hub = HubProcess(folder)
    try:
        yield folder
    finally:
        hub.end()


def test_a_running_hub_notes_its_archive_and_is_not_purged(running: Folder, tmp_path: Path) -> None:
    path = str(tmp_path / "a.zip")
    done(running, "archive", "--out", path)
    view = orjson.loads(done(running, "check-archive", path, "--json"))
    assert (view["holds"], view["journal"]["noted"]) == (True, True)
    assert HubRuns("hub_runs", folder=running.root).problem.text() in failed(
        running, "purge", "--archive", path, "--yes"
    )
    trail = CliRunner().invoke(main, ["--data", str(running.root), "--lang", "en", "audit"])
    assert "archive of the journal" in trail.stdout
