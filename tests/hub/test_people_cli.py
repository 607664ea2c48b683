"""`comptoir-hub people` and `audit`, on the folder of a hub that is stopped."""

from contextlib import closing
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import seal
from hub.audit import audit_file
from hub.cli import main
from hub.folder import Folder
from hub.key_files import read_keys
from tests.hub.test_cli import failed, made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return made(tmp_path / "hub")


def run(root: Path, *arguments: str, typed: str = "", lang: str = "en") -> Result:
    arguments = ("--data", str(root), "--lang", lang, *arguments)
    return CliRunner().invoke(main, arguments, input=typed)


def done(result: Result) -> str:
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def hire(root: Path, name: str, role: str, pin: str = "4711") -> str:
    return done(run(root, "people", "add", name, "--role", role, "--pin-stdin", typed=f"{pin}\n"))


@pytest.mark.parametrize(("lang", "said"), [("fr", "première personne"), ("en", "first person")])
def test_a_new_shop_has_nobody_and_says_how_to_begin(root: Path, lang: str, said: str) -> None:
    assert said in done(run(root, "people", lang=lang))
    again = run(root.with_name("other"), "init", lang=lang)
    assert said in done(again)
    assert "people add" in again.stdout


def test_people_are_added_changed_and_listed(root: Path) -> None:
    assert "Amélie is there: administrator." in hire(root, "Amélie", "admin")
    hire(root, "Paul", "cashier", "2580")
    done(run(root, "people", "role", "paul", "seller"))
    done(run(root, "people", "rename", "Paul", "Paul D."))
    done(run(root, "people", "disable", "Paul D."))
    listed = orjson.loads(done(run(root, "people", "--json")))
    assert [(p["name"], p["role"], p["active"], p["has_pin"]) for p in listed] == [
        ("Amélie", "admin", True, True),
        ("Paul D.", "seller", False, True),
    ]
    assert "disabled" in done(run(root, "people"))
    assert "vendeur" in done(run(root, "people", lang="fr"))
    done(run(root, "people", "enable", "Paul D."))
    assert audit_file(Folder(root).database) == []


def test_a_pin_is_asked_for_twice_and_not_shown(root: Path) -> None:
    said = done(run(root, "people", "add", "Amélie", "--role", "admin", typed="4711\n4711\n"))
    assert "4711" not in said
    wrong = run(root, "people", "pin", "Amélie", typed="2580\n2581\n")
    assert wrong.exit_code == 1
    keys = read_keys(Folder(root))
    with closing(sqlite3.connect(Folder(root).database)) as db:
        (verifier,) = db.execute("SELECT verifier FROM pin").fetchone()
    pepper = seal.pin_pepper(keys.identity.secret)
    assert seal.pin_fits(verifier, "4711", pepper)
    assert not seal.pin_fits(verifier, "2580", pepper)


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("add", "Paul", "--role", "cashier", "--pin-stdin"), "1234", "guess"),
        (("add", "Paul", "--role", "cashier", "--pin-stdin"), "12", "4 to 12 digits"),
        (("add", "amélie", "--role", "cashier", "--no-pin"), "", "already"),
        (("add", "x" * 61, "--role", "cashier", "--no-pin"), "", "60 characters"),
        (("pin", "Nobody", "--pin-stdin"), "4711", "no person"),
        (("role", "Am", "cashier"), "", "last administrator"),
        (("disable", "Amélie"), "", "last administrator"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(
    root: Path, arguments: tuple[str, ...], typed: str, said: str
) -> None:
    hire(root, "Amélie", "admin")
    before = done(run(root, "people", "--json"))
    assert said in failed(run(root, "people", *arguments, typed=typed))
    assert done(run(root, "people", "--json")) == before


def test_a_part_of_a_name_must_mean_one(root: Path) -> None:
    hire(root, "Anne A.", "admin")
    hire(root, "Anne B.", "cashier", "2580")
    assert "Anne A., Anne B." in failed(run(root, "people", "disable", "anne"))
    done(run(root, "people", "disable", "B."))


def test_the_trail_tells_of_it_without_any_pin(root: Path) -> None:
    hire(root, "Amélie", "admin", "918273")
    found = orjson.loads(done(run(root, "audit", "--json")))
    assert [(entry["action"], entry["device"]) for entry in found] == [
        ("person.put", "console"),
        ("pin", "console"),
    ]
    assert "918273" not in done(run(root, "audit", "--json"))
    shown = done(run(root, "audit", "--action", "pin", "--since", "1d"))
    assert "new PIN" in shown
    assert "nouveau code" in done(run(root, "audit", lang="fr"))
    assert "Nothing" in done(run(root, "audit", "--person", "Zoé"))
    assert run(root, "audit", "--since", "yesterday").exit_code == 2
