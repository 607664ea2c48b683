"""The table of safeguards still fits the shipping code, and a copy runs what stands in the copy."""

import shutil
from collections import Counter
from pathlib import Path
from threading import Event

import pytest

from tests.sim.guard import Edit, Safeguard
from tests.sim.guards import SAFEGUARDS
from tests.sim.safeguards import (
    ROOT,
    Unusable,
    Verdict,
    apply,
    copy_tree,
    edited,
    imported_from,
    judge,
    line,
    require_own_imports,
    run,
)

SHIPPED = ("common/", "hub/", "kiosk/")
RUNS = pytest.mark.skipif(
    not (shutil.which("cc") or shutil.which("gcc")), reason="the simulated disk is compiled"
)
BY_NAME = {safeguard.name: safeguard for safeguard in SAFEGUARDS}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the tree."""
    folder = tmp_path_factory.mktemp("copy")
    copy_tree(folder)
    return folder


@pytest.mark.parametrize("safeguard", SAFEGUARDS, ids=lambda safeguard: safeguard.name)
def test_every_edit_fits_once_and_leaves_a_program(safeguard: Safeguard, tmp_path: Path) -> None:
    for name in safeguard.files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((ROOT / name).read_text("utf-8"), "utf-8")
    before = apply(safeguard, tmp_path)
    for name in safeguard.files:
        text = (tmp_path / name).read_text("utf-8")
        compile(text, name, "exec")
        assert text != (ROOT / name).read_text("utf-8")
        assert before[tmp_path / name] == (ROOT / name).read_text("utf-8")


def test_shipping_code_is_switched_off_and_nothing_else() -> None:
    files = {name for safeguard in SAFEGUARDS for name in safeguard.files}
    assert [name for name in sorted(files) if not name.startswith(SHIPPED)] == []


def test_every_name_stands_once() -> None:
    assert [name for name, count in Counter(s.name for s in SAFEGUARDS).items() if count > 1] == []


@pytest.mark.parametrize(("text", "times"), [("no such line", 0), ("x = 1\nx = 1\n", 2)])
def test_an_edit_that_does_not_fit_is_named(text: str, times: int) -> None:
    with pytest.raises(Unusable, match=f"dedupe: its text stands {times} times in hub/a.py"):
        edited(text, "dedupe", Edit("hub/a.py", "x = 1\n", "x = 2\n"))


def test_a_childs_modules_are_the_copys(tree: Path) -> None:
    found = imported_from(tree)
    assert len(found) == 4
    assert all(path.is_relative_to(tree) for path in found)
    require_own_imports(tree)


def test_modules_from_elsewhere_are_seen(tmp_path: Path) -> None:
    """Without a copy the child imports what is installed: that must never pass for a copy."""
    (tmp_path / "tests" / "sim").mkdir(parents=True)
    (tmp_path / "tests" / "sim" / "story.py").write_text("")
    with pytest.raises(Unusable, match="imports"):
        require_own_imports(tmp_path)


def test_a_simulation_that_does_not_run_is_no_catch() -> None:
    head = '"""The hub\'s core'
    broken = Safeguard("broken", "", (Edit("hub/hub.py", head, "raise OSError\n" + head),))
    with pytest.raises(Unusable, match="does not start"):
        judge(broken, 1, Event())


@RUNS
def test_what_falls_over_is_no_catch() -> None:
    turn = "        sent = Sent(broadcasts=self._take_news())\n"
    wrong = Safeguard("wrong", "", (Edit("hub/hub.py", turn, "        nobody()\n" + turn),))
    with pytest.raises(Unusable, match="what stands in its place is wrong: NameError"):
        judge(wrong, 1, Event())


@RUNS
def test_one_that_changes_nothing_is_not_caught(capsys: pytest.CaptureFixture[str]) -> None:
    idle = Safeguard("idle", "", (Edit("hub/hub.py", '"""The hub\'s core', '"""A hub\'s core'),))
    assert run([idle], limit=1, jobs=1, as_json=False) == 1
    assert "NOT in 1 seeds" in capsys.readouterr().out


@RUNS
@pytest.mark.slow
def test_a_safeguard_that_is_off_is_seen(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([BY_NAME["no hole before a command"]], limit=20, jobs=1, as_json=False) == 0
    assert "caught" in capsys.readouterr().out


def test_a_line_says_how_many_seeds_it_took() -> None:
    caught = Verdict("dedupe", ("hub/pipeline.py",), 3, "at 1.0 s: twice", 2.0)
    assert "caught, seeds: 3" in line(caught)
    assert line(caught).endswith("at 1.0 s: twice")
