"""The project's own virtual environment: which Python makes it, how, and whether it is up to date.

Standard library only, readable by any Python 3.7 or later, since the first thing it may have to
say is that the Python at hand is too old. Installs nothing outside `.venv`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from dev_words import Stop, Words

SUPPORTED: tuple[tuple[int, int], ...] = ((3, 13), (3, 12), (3, 11))
LOCK = "packaging/locks/dev.txt"
# Whatever changes one of these changes what .venv must hold.
INPUTS = (LOCK, "pyproject.toml", "common/__init__.py")
PROBE = (
    "import sys; print(getattr(sys, '_base_executable', sys.executable)); "
    "print(sys.version_info[0], sys.version_info[1])"
)
PROBE_SECONDS = 20
LOG_LINES = 15


class Python(NamedTuple):
    """An interpreter: its path, and its (major, minor)."""

    executable: str
    version: tuple[int, int]


def dotted(version: tuple[int, int]) -> str:
    """Return '3.12' for (3, 12)."""
    return ".".join(map(str, version))


def running() -> Python:
    """Return the interpreter that runs this, or the one its virtual environment was made of."""
    executable = getattr(sys, "_base_executable", "") or sys.executable
    return Python(executable, (sys.version_info[0], sys.version_info[1]))


def probe(command: Sequence[str]) -> Python | None:
    """Ask a command which Python it is; None where it is missing or does not start."""
    try:
        answer = subprocess.run(
            [*command, "-c", PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PROBE_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    executable, version = answer.stdout.decode().splitlines()[:2]
    major, minor = version.split()
    return Python(executable, (int(major), int(minor)))


def candidates(windows: bool) -> list[list[str]]:
    """Return the commands under which a supported Python may be found, newest first."""
    if windows:
        return [["py", "-" + dotted(version)] for version in SUPPORTED]
    return [["python" + dotted(version)] for version in SUPPORTED]


def choose(
    here: Python,
    commands: Sequence[Sequence[str]],
    ask: Callable[[Sequence[str]], Python | None] = probe,
) -> Python | None:
    """Return `here` when it is supported, else the first of the commands that is, else None."""
    if here.version in SUPPORTED:
        return here
    for command in commands:
        found = ask(command)
        if found and found.version in SUPPORTED:
            return found
    return None


class Way(NamedTuple):
    """One way to make a virtual environment that has pip: the commands to run, in order."""

    name: str
    commands: list[list[str]]


def ways(python: Python | None, uv: str | None, target: Path, inside: Path) -> list[Way]:
    """Return the ways there are, best first. Debian may lack venv's own pip (ensurepip) while it
    has pip or uv; pip may fill another environment than its own even where the system is sealed.
    """
    found = []
    if python:
        make = [python.executable, "-m", "venv"]
        pip = [python.executable, "-m", "pip", "--python", str(inside), "install", "-q", "pip"]
        found.append(Way("venv", [[*make, str(target)]]))
        found.append(Way("venv and the system's pip", [[*make, "--without-pip", str(target)], pip]))
    if uv:
        wanted = python.executable if python else dotted(SUPPORTED[0])
        found.insert(1, Way("uv", [[uv, "venv", "-q", "--seed", "--python", wanted, str(target)]]))
    return found


def first_trouble(commands: Sequence[Sequence[str]]) -> str | None:
    """Run the commands until one fails; return the last line it said, None when none fails."""
    for command in commands:
        try:
            subprocess.check_output(command, stderr=subprocess.STDOUT)
        except OSError as error:
            return str(error)
        except subprocess.CalledProcessError as error:
            lines = error.output.decode(errors="replace").strip().splitlines()
            return lines[-1] if lines else f"exit code {error.returncode}"
    return None


class Venv:
    """The project's `.venv`: made when missing, filled when its stamp is not today's."""

    def __init__(self, root: Path, words: Words) -> None:
        self.root = root
        self.folder = root / ".venv"
        inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        self.python = self.folder / inside
        self.words = words
        self._pip_version = [str(self.python), "-m", "pip", "--version"]
        self._stamp = self.folder / "comptoir-stamp"

    def fingerprint(self) -> str:
        """Return what the stamp must be: of the locked versions, the project, and its folder."""
        digest = hashlib.sha256(str(self.root).encode())
        for name in INPUTS:
            digest.update((self.root / name).read_bytes())
        return digest.hexdigest()

    def is_current(self) -> bool:
        """Tell whether nothing needs doing."""
        return (
            self.python.exists()
            and self._stamp.exists()
            and self._stamp.read_text(encoding="ascii") == self.fingerprint()
        )

    def ensure(self, fresh: bool = False) -> None:
        """Make and fill what is missing; a run that was cut short is taken up by the next one."""
        if self.is_current() and not fresh:
            return
        start = time.monotonic()
        if fresh or not self._is_usable():
            self.make()
        self._install()
        self._stamp.write_text(self.fingerprint(), encoding="ascii")
        self.words.say("ready in {seconds} s", seconds=round(time.monotonic() - start))

    def make(self) -> None:
        """Make an empty environment that has pip, in the first way that works."""
        here = running()
        python = choose(here, candidates(os.name == "nt"))
        uv = shutil.which("uv")
        if not python and not uv:
            raise self._no_python(here)
        self.words.say(
            "Python {version} makes .venv ...",
            version=dotted(python.version if python else SUPPORTED[0]),
        )
        said = []
        for way in ways(python, uv, self.folder, self.python):
            if self.folder.exists():
                shutil.rmtree(str(self.folder))
            trouble = first_trouble([*way.commands, self._pip_version])
            if trouble is None:
                return
            said.append(f"  {way.name}: {trouble}")
        raise self._no_venv(python or here, said)

    def _install(self) -> None:
        lock = self.root / LOCK
        count = sum(1 for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line)
        self.words.say("installing {count} locked packages ...", count=count)
        self.pip("--require-hashes", "-r", str(lock))
        # The build backend is among the locked packages, so the project's own installation fetches
        # nothing.
        self.pip("--no-deps", "--no-build-isolation", "--editable", str(self.root))

    def pip(self, *arguments: str) -> None:
        """Run `pip install` inside; what it says goes to `setup.log`, its end to a failure."""
        log = self.folder / "setup.log"
        command = [str(self.python), "-m", "pip", "install", "--no-input", *arguments]
        # A user's own `pip config set install.user true` has no meaning in an environment.
        environment = dict(os.environ, PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
        with log.open("wb") as output:
            code = subprocess.call(
                command, stdout=output, stderr=subprocess.STDOUT, env=environment
            )
        if code:
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            raise Stop(
                "\n".join([self.words("pip failed; it said:"), *lines[-LOG_LINES:]]),
                self.words("all of it is in {log}; if it is the network, run this again", log=log),
            )

    def _is_usable(self) -> bool:
        found = probe([str(self.python)])
        supported = found is not None and found.version in SUPPORTED
        return supported and first_trouble([self._pip_version]) is None

    def _no_python(self, here: Python) -> Stop:
        text = self.words(
            "Comptoir needs Python {supported}; this one is {found}, and no other was found",
            supported=", ".join(dotted(version) for version in reversed(SUPPORTED)),
            found=dotted(here.version),
        )
        return Stop(text, self.words("install one of them, or uv, and run this again"))

    def _no_venv(self, python: Python, said: Sequence[str]) -> Stop:
        first = "no virtual environment could be made with {python}"
        text = "\n".join([self.words(first, python=python.executable), *said])
        if shutil.which("apt-get"):
            command = f"sudo apt-get install python{dotted(python.version)}-venv"
            return Stop(text, self.words("install what is missing: {command}", command=command))
        hint = "install uv, or a Python with its venv and ensurepip modules"
        return Stop(text, self.words(hint))
