"""`docs/security.md` against the tests in `tests/attacks`."""

from pathlib import Path

import docs_attacks
import pytest

from tests.docs import pages

PAGE = pages.text("security.md")


def test_the_table_is_what_the_tests_say() -> None:
    found = docs_attacks.attacks()
    assert len(found) >= 30
    again = "run: .venv/bin/python packaging/docs_attacks.py"
    assert docs_attacks.filled(PAGE, found) == PAGE, again


def test_a_page_without_a_place_for_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        docs_attacks.filled(PAGE.replace("<!-- table: attacks -->", ""), [])


def test_an_attack_that_does_not_say_what_comes_of_it_is_refused(tmp_path: Path) -> None:
    mute = "@pytest.mark.attack\ndef test_x() -> None:\n    '''Something is tried.'''\n"
    (tmp_path / "test_mute.py").write_text(mute, "utf-8")
    with pytest.raises(ValueError, match=r"test_mute\.py: test_x"):
        docs_attacks.attacks(tmp_path)


def test_what_is_said_to_try_an_attacker_is_there() -> None:
    section = pages.section(PAGE, "Who might attack")
    named = {name for row in pages.rows(section) for name in pages.spans(row[-1])}
    assert len(named) >= 10
    there = {path.stem.removeprefix("test_") for path in docs_attacks.TESTS.glob("test_*.py")}
    assert named == there
