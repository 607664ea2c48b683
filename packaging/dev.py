"""The project's one door for whoever works on it: `python3 packaging/dev.py` lists the commands.

Standard library only and readable by any Python 3.7 or later: it runs before anything is
installed, makes `.venv` from the locked versions when that is missing or out of date, and hands
over to what lives there. No command does work of its own here.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from dev_audit import audit as audit_locks
from dev_venv import Venv
from dev_words import Stop, Words, language_of

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ["common", "hub", "kiosk", "tests", "packaging"]
# On two cores: a seventh of the tests' time is waiting for sockets and processes.
TEST_WORKERS = 3
# Tests wait for thousands of syncs, and none of them is about this machine's own disk.
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 2 * 1024**3
# The windows of the UI tests live on a virtual screen and are tapped like real ones.
UI_PROGRAMS = ("Xvfb", "xauth", "xdotool")
UI_LIBRARIES = ("GL", "EGL", "mtdev")
# In this order, each pinned within the versions of the first.
LOCKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("dev", ("--extra", "kiosk", "--extra", "camera", "--extra", "ecdsa", "--group", "dev")),
    ("kiosk", ("--extra", "kiosk")),
    ("hub", ()),
    ("ecdsa", ("--extra", "ecdsa")),
)


def become(command: Sequence[str]) -> int:
    """Turn this process into the command, so that signals and the exit code are its own."""
    sys.stdout.flush()
    os.chdir(str(ROOT))
    if os.name != "nt":
        os.execv(command[0], list(command))
    # Windows has no exec under which the console waits for the new program.
    return subprocess.call(command)


def folder_in_memory(where: Path = MEMORY, room: int = MEMORY_BYTES) -> str:
    """Return where temporary files lie in memory, "" where there is no such place with room."""
    if not (hasattr(os, "ST_NOEXEC") and where.is_dir() and os.access(str(where), os.W_OK)):
        return ""
    found = os.statvfs(str(where))
    # Compiled on the way: a disk that fails, which is loaded from there.
    runs = not found.f_flag & os.ST_NOEXEC
    return str(where) if runs and found.f_bavail * found.f_frsize >= room else ""


def work_in_memory() -> None:
    """Let what is handed over to keep temporary files in memory, unless a person said where."""
    folder = folder_in_memory()
    if folder:
        os.environ.setdefault("TMPDIR", folder)


def setup(venv: Venv, arguments: list[str]) -> int:
    """Make `.venv`."""
    venv.ensure(fresh="--fresh" in arguments)
    return 0


def demo(venv: Venv, arguments: list[str]) -> int:
    """Run the demo shop."""
    venv.ensure()
    return become([str(venv.python), str(ROOT / "packaging" / "demo.py"), *arguments])


def test(venv: Venv, arguments: list[str]) -> int:
    """Run the tests, all of them unless pytest is told otherwise."""
    venv.ensure()
    # They start hubs and kiosks by the hundred: each would compile all there is again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    work_in_memory()
    missing = missing_for_ui(shutil.which, ctypes.util.find_library)
    if missing and sys.platform.startswith("linux"):
        text = "tests in a real window will be skipped, {missing} missing; they need: {command}"
        venv.words.say(text, missing=", ".join(missing), command=ui_install_command())
    return become([str(venv.python), *pytest_command(arguments)])


def bench(venv: Venv, arguments: list[str]) -> int:
    """Run the benchmarks."""
    venv.ensure()
    return become([str(venv.python), "-m", "tests.bench", *arguments])


def kill(venv: Venv, arguments: list[str]) -> int:
    """Kill hubs and kiosks by the hundred, and check that nothing acknowledged is lost."""
    venv.ensure()
    return become([str(venv.python), "-m", "tests.chaos", *arguments])


def sim(venv: Venv, arguments: list[str]) -> int:
    """Simulate whole shops that everything goes wrong in, a seed each; replay one."""
    venv.ensure()
    work_in_memory()
    return become([str(venv.python), "-m", "tests.sim", *arguments])


def days(venv: Venv, arguments: list[str]) -> int:
    """Let random shops live through random days; every total must agree to the cent."""
    venv.ensure()
    return become([str(venv.python), "-m", "tests.days", *arguments])


def safeguards(venv: Venv, arguments: list[str]) -> int:
    """Switch off each safeguard in a copy of the tree; the simulation must see it."""
    venv.ensure()
    return become([str(venv.python), "-m", "tests.sim.safeguards", *arguments])


def fuzz(venv: Venv, arguments: list[str]) -> int:
    """Let atheris look for inputs that something does not bear; Linux only."""
    venv.ensure()
    return become([str(venv.python), "-m", "tests.fuzz", *arguments])


def audit(venv: Venv, _: list[str]) -> int:
    """Look for known vulnerabilities of the locked packages: 1 found, 3 nothing could be known."""
    return audit_locks(ROOT, venv.words)


def lint(venv: Venv, arguments: list[str]) -> int:
    """Check style, formatting and types; all three run, whatever the first says."""
    venv.ensure()
    clean = True
    for step, command in lint_commands(fix="--fix" in arguments):
        code = subprocess.call([str(venv.python), "-m", *command], cwd=str(ROOT))
        venv.words.say("{step}: see above" if code else "{step}: clean", step=step)
        clean = clean and code == 0
    return 0 if clean else 1


def lock(venv: Venv, arguments: list[str]) -> int:
    """Pin the versions and hashes again, with uv in an environment of its own."""
    # Where the versions come from must not depend on whose machine this is.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("UV_")}
    with tempfile.TemporaryDirectory() as folder:
        tools = Venv(Path(folder), venv.words)
        tools.make()
        tools.pip("uv")
        for name, choice in LOCKS:
            venv.words.say("pinning {name} ...", name=name)
            command = [str(tools.python), "-m", "uv", *compile_arguments(name, choice, arguments)]
            if subprocess.call(command, cwd=str(ROOT), env=environment):
                text = venv.words("uv could not pin {name}", name=name)
                raise Stop(text, venv.words("what it says above tells why"))
    return 0


def pytest_command(arguments: Sequence[str]) -> list[str]:
    """Return the arguments that run the tests; later ones override these."""
    workers = ["-n", str(TEST_WORKERS), "--dist", "loadgroup"]
    return ["-m", "pytest", *workers, *arguments]


def lint_commands(fix: bool) -> list[tuple[str, list[str]]]:
    """Return the checks as (name, module and arguments)."""
    return [
        ("ruff check", ["ruff", "check", *(["--fix"] if fix else []), *SOURCES]),
        ("ruff format", ["ruff", "format", *([] if fix else ["--check"]), *SOURCES]),
        ("mypy", ["mypy"]),
    ]


def compile_arguments(name: str, choice: Sequence[str], extra: Sequence[str]) -> list[str]:
    """Return uv's arguments for one lock file: every platform, hashes, names only, no addresses."""
    first = LOCKS[0][0]
    within = [] if name == first else ["--constraint", f"packaging/locks/{first}.txt"]
    return [
        *("pip", "compile", "pyproject.toml", *choice, *within, *extra),
        *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate"),
        *("--no-config", "--no-emit-index-url", "--no-emit-find-links", "--quiet"),
        *("--custom-compile-command", "python3 packaging/dev.py lock"),
        *("--output-file", f"packaging/locks/{name}.txt"),
    ]


def missing_for_ui(
    which: Callable[[str], str | None], find_library: Callable[[str], str | None]
) -> list[str]:
    """Return the programs and libraries that the UI tests need and this machine lacks."""
    programs = [name for name in UI_PROGRAMS if not which(name)]
    return programs + ["lib" + name for name in UI_LIBRARIES if not find_library(name)]


def ui_install_command() -> str:
    """Return the command that installs them on Debian and its kin."""
    packages = (ROOT / "packaging" / "apt-test.txt").read_text(encoding="ascii").split()
    return "sudo apt-get install " + " ".join(packages)


class Command(NamedTuple):
    """A command: what runs it, its line in the list, and the options it takes (None: any)."""

    run: Callable[[Venv, list[str]], int]
    line: str
    options: tuple[str, ...] | None


COMMANDS: dict[str, Command] = {
    "demo": Command(demo, "demo [--headless]   a demo shop: a hub, a till and a depot", None),
    "test": Command(test, "test [pytest ...]   the tests", None),
    "bench": Command(bench, "bench [--quick]     the benchmarks, beside their limits", None),
    "kill": Command(kill, "kill [--rounds N]   kill -9 at any moment: nothing may be lost", None),
    "sim": Command(
        sim, "sim [--seeds N]     simulated shops: everything fails, nothing is lost", None
    ),
    "days": Command(days, "days [--days N]     random days: every total agrees to the cent", None),
    "safeguards": Command(
        safeguards, "safeguards [...]    each one switched off: the simulation must see it", None
    ),
    "fuzz": Command(
        fuzz, "fuzz [TARGET ...]   garbage for all that reads: one error, no crash", None
    ),
    "audit": Command(audit, "audit               known vulnerabilities of the locked packages", ()),
    "lint": Command(lint, "lint [--fix]        style, formatting and types", ("--fix",)),
    "setup": Command(setup, "setup [--fresh]     only make .venv, anew if asked", ("--fresh",)),
    "lock": Command(
        lock, "lock [--upgrade]    pin the versions again, newer ones if asked", ("--upgrade",)
    ),
}


def command_of(arguments: Sequence[str], words: Words) -> Command:
    """Return the command that the arguments name, or say what is wrong with them."""
    name, options = arguments[0], arguments[1:]
    command = COMMANDS.get(name)
    if command is None:
        hint = words("run it without arguments to see the commands")
        raise Stop(words("there is no command '{name}'", name=name), hint)
    known = command.options
    for option in options:
        if known is not None and option not in known:
            text = words("'{name}' does not take {argument}", name=name, argument=option)
            raise Stop(text, words("it takes: {known}", known=", ".join(known)))
    return command


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code is its own, 1 when a step before it failed, 2 for misuse."""
    words = Words(language_of(os.environ))
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(words("usage: python3 packaging/dev.py COMMAND"))
        for command in COMMANDS.values():
            print("  " + words(command.line))
        return 0 if arguments else 2
    try:
        command = command_of(arguments, words)
        return command.run(Venv(ROOT, words), list(arguments[1:]))
    except Stop as stop:
        print(f"comptoir: {stop.text}\n  -> {stop.hint}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
