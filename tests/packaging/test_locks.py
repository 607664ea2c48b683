"""The locked versions: complete, hashed, public names only, in step with pyproject.toml, and a hub
without Kivy. Reads files only; `dev.py lock` makes them.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = ROOT / "packaging" / "locks"
NAMES = ("hub", "kiosk", "ecdsa", "dev")
EXTRAS = {"hub": (), "kiosk": ("kiosk",), "ecdsa": ("ecdsa",), "dev": ("kiosk", "ecdsa")}
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
LINUX = {"sys_platform": "linux", "platform_machine": "x86_64", "implementation_name": "cpython"}


@dataclass(frozen=True, slots=True)
class Pin:
    """One locked package: what it says before its hashes, and how many there are."""

    requirement: Requirement
    hashes: int


def pins(name: str) -> dict[str, Pin]:
    """Return a lock file's packages by their canonical names."""
    text = (LOCKS / f"{name}.txt").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    found: dict[str, Pin] = {}
    for line in joined.splitlines():
        requirement = Requirement(HASH.sub("", line).strip())
        found[canonicalize_name(requirement.name)] = Pin(requirement, len(HASH.findall(line)))
    return found


def wanted(name: str) -> list[Requirement]:
    """Return what pyproject.toml asks for, directly, in a lock file."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    texts = list(project["project"]["dependencies"])
    for extra in EXTRAS[name]:
        texts += project["project"]["optional-dependencies"][extra]
    if name == "dev":
        texts += project["dependency-groups"]["dev"] + project["build-system"]["requires"]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("name", NAMES)
class TestEach:
    def test_every_package_has_one_version_and_hashes(self, name: str) -> None:
        for pin in pins(name).values():
            (specifier,) = pin.requirement.specifier
            assert specifier.operator == "=="
            assert pin.hashes > 0, pin.requirement

    def test_names_only_no_addresses(self, name: str) -> None:
        text = (LOCKS / f"{name}.txt").read_text(encoding="utf-8")
        assert "://" not in text
        assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE)

    def test_holds_what_the_project_asks_for(self, name: str) -> None:
        locked = pins(name)
        for requirement in wanted(name):
            pin = locked[canonicalize_name(requirement.name)].requirement
            (specifier,) = pin.specifier
            assert requirement.specifier.contains(specifier.version), requirement


@pytest.mark.parametrize("name", ["hub", "kiosk", "ecdsa"])
def test_what_is_shipped_is_what_was_tested(name: str) -> None:
    tested = pins("dev")
    for package, pin in pins(name).items():
        assert pin.requirement.specifier == tested[package].requirement.specifier


def test_a_hub_has_no_kivy() -> None:
    assert not [package for package in pins("hub") if package.startswith("kivy")]
    assert "kivy" in pins("kiosk")


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_a_linux_hub_brings_its_own_sqlite(python: str) -> None:
    marker = pins("hub")["pysqlite3"].requirement.marker
    assert marker is not None
    assert marker.evaluate({**LINUX, "python_version": python})
    assert not marker.evaluate({**LINUX, "platform_machine": "aarch64"})
