"""What packaging/dev.py decides by itself: which Python, how `.venv` is made, when it is current,
which commands it hands over to, and what it says. Nothing here installs or fetches anything.
"""

import ast
import os
import string
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import dev
import pytest
from dev_venv import INPUTS, SUPPORTED, Python, Venv, candidates, choose, first_trouble, probe, ways
from dev_words import FRENCH, Stop, Words, language_of

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = sorted((ROOT / "packaging").glob("dev*.py"))
ENGLISH = Words("en")
OLD = Python("/old/python3", (3, 9))
NEW = Python("/new/python3", (3, 14))
GOOD = Python("/good/python3", (3, 12))


def picked(answers: Mapping[str, Python]) -> Python | None:
    """Return what `choose` picks when only the named commands exist, seen from too old a Python."""
    return choose(OLD, candidates(windows=False), lambda command: answers.get(command[0]))


class TestWhichPython:
    @pytest.mark.parametrize("version", SUPPORTED)
    def test_the_running_one_when_it_is_supported(self, version: tuple[int, int]) -> None:
        here = Python("/here", version)
        assert choose(here, [["python3.13"]], lambda _: GOOD) == here

    @pytest.mark.parametrize("here", [OLD, NEW])
    def test_another_when_it_is_too_old_or_too_new(self, here: Python) -> None:
        assert choose(here, [["python3.12"]], lambda _: GOOD) == GOOD

    def test_newest_first(self) -> None:
        assert [command[0] for command in candidates(windows=False)] == [
            "python3.13",
            "python3.12",
            "python3.11",
        ]
        assert candidates(windows=True)[0] == ["py", "-3.13"]

    def test_none_when_there_is_none(self) -> None:
        assert picked({}) is None

    def test_a_name_is_not_believed(self) -> None:
        """A `python3.13` that turns out to be another version is passed over."""
        assert picked({"python3.13": NEW, "python3.11": GOOD}) == GOOD

    def test_probe_tells_path_and_version(self) -> None:
        answer = probe([sys.executable])
        assert answer is not None
        assert answer.version == sys.version_info[:2]
        assert Path(answer.executable).exists()

    def test_probe_survives_what_is_no_python(self, tmp_path: Path) -> None:
        broken = tmp_path / "python3.13"
        broken.write_text("#!/bin/sh\nexit 127\n")
        broken.chmod(0o755)
        assert probe([str(broken)]) is None
        assert probe([str(tmp_path / "missing")]) is None


class TestWays:
    def test_venv_first_then_uv_then_the_systems_pip(self, tmp_path: Path) -> None:
        target = tmp_path / ".venv"
        names = [way.name for way in ways(GOOD, "/bin/uv", target, target / "bin/python")]
        assert names == ["venv", "uv", "venv and the system's pip"]

    def test_without_uv(self, tmp_path: Path) -> None:
        names = [way.name for way in ways(GOOD, None, tmp_path, tmp_path)]
        assert names == ["venv", "venv and the system's pip"]

    def test_uv_brings_a_python_when_none_is_found(self, tmp_path: Path) -> None:
        (only,) = ways(None, "/bin/uv", tmp_path, tmp_path)
        assert only.commands[0][-3:] == ["--python", "3.13", str(tmp_path)]

    def test_pip_is_told_to_fill_the_new_environment(self, tmp_path: Path) -> None:
        """Debian's pip refuses to install into the system, but not into another environment."""
        pip = ways(GOOD, None, tmp_path, tmp_path / "python")[-1].commands[1]
        assert pip[pip.index("--python") + 1] == str(tmp_path / "python")


def python(code: str) -> list[str]:
    """Return the command that runs a line of Python."""
    return [sys.executable, "-c", code]


class TestTrouble:
    def test_none(self) -> None:
        assert first_trouble([python("print('fine')"), python("")]) is None

    def test_the_last_line_of_the_first_that_fails(self) -> None:
        failing = python("print('a'); print('no ensurepip'); raise SystemExit(1)")
        assert first_trouble([python(""), failing, python("1/0")]) == "no ensurepip"

    def test_one_that_says_nothing(self) -> None:
        assert first_trouble([python("raise SystemExit(3)")]) == "exit code 3"

    def test_one_that_is_missing(self, tmp_path: Path) -> None:
        trouble = first_trouble([[str(tmp_path / "missing")]])
        assert trouble is not None
        assert "missing" in trouble


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's folder with the files that decide what `.venv` holds."""
    for name in INPUTS:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path


def stamped(root: Path) -> Venv:
    """Return a `.venv` that looks finished."""
    venv = Venv(root, ENGLISH)
    venv.python.parent.mkdir(parents=True)
    venv.python.write_text("")
    (venv.folder / "comptoir-stamp").write_text(venv.fingerprint())
    return venv


class TestStamp:
    def test_missing(self, project: Path) -> None:
        assert not Venv(project, ENGLISH).is_current()

    def test_finished(self, project: Path) -> None:
        assert stamped(project).is_current()

    def test_nothing_is_said_or_done_when_current(
        self, project: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        venv = stamped(project)
        before = sorted(project.rglob("*"))
        venv.ensure()
        assert capsys.readouterr().out == ""
        assert sorted(project.rglob("*")) == before

    @pytest.mark.parametrize("name", INPUTS)
    def test_a_changed_input_makes_it_stale(self, project: Path, name: str) -> None:
        venv = stamped(project)
        (project / name).write_text("changed")
        assert not venv.is_current()

    def test_a_moved_project_makes_it_stale(self, project: Path) -> None:
        stamped(project)
        moved = project.rename(project.with_name("moved"))
        assert not Venv(moved, ENGLISH).is_current()

    def test_a_python_that_was_removed_makes_it_stale(self, project: Path) -> None:
        venv = stamped(project)
        venv.python.unlink()
        venv.python.symlink_to(project / "gone")
        assert not venv.is_current()


class TestCommands:
    def test_tests_run_in_parallel(self) -> None:
        command = dev.pytest_command(["tests/hub", "-k", "sale"])
        assert command[:2] == ["-m", "pytest"]
        assert command[command.index("--dist") + 1] == "loadgroup"
        assert command[-3:] == ["tests/hub", "-k", "sale"]

    def test_temporary_files_are_kept_in_memory_only_where_there_is_room(
        self, tmp_path: Path
    ) -> None:
        assert dev.folder_in_memory(tmp_path, room=1) == str(tmp_path)
        assert dev.folder_in_memory(tmp_path, room=2**60) == ""
        assert dev.folder_in_memory(tmp_path / "none", room=1) == ""

    def test_lint_changes_files_only_when_asked(self) -> None:
        checked = dict(dev.lint_commands(fix=False))
        fixed = dict(dev.lint_commands(fix=True))
        assert "--check" in checked["ruff format"]
        assert "--check" not in fixed["ruff format"]
        assert "--fix" not in checked["ruff check"]
        assert "--fix" in fixed["ruff check"]

    def test_a_lock_lies_within_the_first(self) -> None:
        name, choice = dev.LOCKS[0]
        assert "--constraint" not in dev.compile_arguments(name, choice, [])
        assert "--constraint" in dev.compile_arguments("hub", (), [])

    def test_what_the_windows_need_is_named(self) -> None:
        missing = dev.missing_for_ui(lambda name: None if name == "Xvfb" else name, lambda _: None)
        assert missing == ["Xvfb", "libGL", "libEGL", "libmtdev"]
        assert dev.missing_for_ui(str, str) == []
        assert dev.ui_install_command().startswith("sudo apt-get install gcc ")

    def test_unknown_command(self) -> None:
        with pytest.raises(Stop, match="there is no command 'tset'"):
            dev.command_of(["tset"], ENGLISH)

    def test_unknown_option_names_the_known_ones(self) -> None:
        with pytest.raises(Stop, match="'setup' does not take --frehs") as stop:
            dev.command_of(["setup", "--frehs"], ENGLISH)
        assert stop.value.hint == "it takes: --fresh"

    def test_pytest_takes_any_option(self) -> None:
        assert dev.command_of(["test", "-x", "--lf"], ENGLISH).run is dev.test

    def test_the_rounds_of_killing_take_their_own_options(self) -> None:
        asked = ["kill", "--rounds", "1000", "--seed", "7", "--power"]
        assert dev.command_of(asked, ENGLISH).run is dev.kill

    def test_simulations_take_their_own_options(self) -> None:
        assert dev.command_of(["sim", "--seed", "7"], ENGLISH).run is dev.sim
        asked = ["safeguards", "--only", "dedupe", "--json"]
        assert dev.command_of(asked, ENGLISH).run is dev.safeguards


def ran(script_arguments: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run dev.py as a person would."""
    return subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "dev.py"), *script_arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "LC_ALL": "", "LC_MESSAGES": "", "PYTHONUTF8": "1", **environment},
        check=False,
    )


class TestWords:
    @pytest.mark.parametrize(
        ("environment", "language"),
        [
            ({}, "en"),
            ({"LANG": "fr_FR.UTF-8"}, "fr"),
            ({"LANG": "C.UTF-8"}, "en"),
            ({"LANG": "fr_FR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
            ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_BE"}, "fr"),
            ({"LANG": "fr_CA", "LC_ALL": ""}, "fr"),
        ],
    )
    def test_language(self, environment: dict[str, str], language: str) -> None:
        assert language_of(environment) == language

    @pytest.mark.parametrize("text", FRENCH)
    def test_both_languages_have_the_same_fields(self, text: str) -> None:
        def fields(template: str) -> set[str | None]:
            return {field for _, field, _, _ in string.Formatter().parse(template) if field}

        assert fields(FRENCH[text]) == fields(text)

    def test_every_text_that_is_said_has_its_french(self) -> None:
        said = {text for script in SCRIPTS for text in spoken(script)}
        assert said
        assert said <= FRENCH.keys()

    def test_no_french_is_left_over(self) -> None:
        literals = {
            node.value
            for script in SCRIPTS
            if script.stem != "dev_words"
            for node in ast.walk(ast.parse(script.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant)
        }
        assert literals >= FRENCH.keys()

    def test_the_list_of_commands(self) -> None:
        assert "  test [pytest ...]   the tests\n" in ran(["--help"], LANG="C").stdout
        assert "  test [pytest ...]   les tests\n" in ran(["--help"], LANG="fr_FR.UTF-8").stdout

    def test_misuse_says_what_would_do(self) -> None:
        done = ran(["bnech"], LANG="fr_FR.UTF-8")
        assert done.returncode == 1
        assert done.stderr.splitlines() == [
            "comptoir: il n'y a pas de commande « bnech »",
            "  -> lancez-le sans argument pour les voir toutes",
        ]


def spoken(script: Path) -> list[str]:
    """Return the literal texts that a script hands to its `words`."""
    return [
        node.args[0].value
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and ast.unparse(node.func).removesuffix(".say").endswith("words")
    ]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_an_old_python_can_read_it_far_enough_to_say_so(script: Path) -> None:
    tree = ast.parse(script.read_text(encoding="utf-8"), feature_version=(3, 7))
    imported = {
        (node.module or "").partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    } | {
        name.name.partition(".")[0]
        for n in ast.walk(tree)
        if isinstance(n, ast.Import)
        for name in n.names
    }
    assert imported <= set(sys.stdlib_module_names) | {path.stem for path in SCRIPTS}
