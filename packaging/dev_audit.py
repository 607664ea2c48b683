"""Whether a locked package has a known vulnerability: pip-audit over the lock file that holds all.

Standard library only. Owns what its report means: a vulnerability is one thing, and that nothing
could be known is another, which must never look like "none".
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from dev_venv import LOCK, Venv
from dev_words import Words

CLEAN, FOUND, UNKNOWN = 0, 1, 3
# Of one version, as pip-audit asks: a mirror may know names only, and then nothing is found.
PROBE = "https://pypi.org/pypi/pip/25.0/json"
PROBE_SECONDS = 10


class Audit(NamedTuple):
    """What is known: `vulnerable` as "name version: ids", `unchecked` packages, how many were."""

    vulnerable: list[str]
    unchecked: list[str]
    checked: int


def read(report: str) -> Audit:
    """Return what pip-audit's JSON says; raises ValueError where it is none."""
    vulnerable, unchecked, checked = [], [], 0
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
        for package in packages:
            if "skip_reason" in package:
                unchecked.append(package["name"])
                continue
            checked += 1
            ids = [each["id"] for each in package["vulns"]]
            if ids:
                name, version = package["name"], package["version"]
                vulnerable.append(f"{name} {version}: {', '.join(ids)}")
    except (KeyError, TypeError) as error:
        raise ValueError(f"no report of pip-audit: {error!r}") from error
    return Audit(vulnerable, unchecked, checked)


def verdict(audit: Audit, words: Words) -> int:
    """Say what is known, and return the exit code."""
    for line in audit.vulnerable:
        words.say("VULNERABLE: {line}", line=line)
    if audit.unchecked:
        names = ", ".join(audit.unchecked)
        words.say("nothing could be known of: {names}", names=names)
    words.say("{count} locked packages were checked", count=audit.checked)
    if audit.vulnerable:
        return FOUND
    return UNKNOWN if audit.unchecked or not audit.checked else CLEAN


def can_know(fetch: Callable[[str], bytes]) -> bool:
    """Return whether PyPI tells of vulnerabilities from here: a mirror may not."""
    try:
        return "vulnerabilities" in json.loads(fetch(PROBE))
    except (OSError, ValueError, TypeError):
        return False


def fetch(address: str) -> bytes:
    """Return what stands at an address."""
    with urllib.request.urlopen(address, timeout=PROBE_SECONDS) as answer:
        return bytes(answer.read())


def audit(root: Path, words: Words) -> int:
    """Audit the locked versions with pip-audit, in an environment of its own."""
    if not can_know(fetch):
        words.say("not audited: PyPI's list of vulnerabilities cannot be reached from here")
        return UNKNOWN
    with tempfile.TemporaryDirectory() as folder:
        tools = Venv(Path(folder), words)
        tools.make()
        tools.pip("pip-audit")
        options = ["--require-hashes", "--disable-pip", "--format", "json"]
        command = [str(tools.python), "-m", "pip_audit", "-r", LOCK, *options]
        done = subprocess.run(
            [*command, "--progress-spinner", "off"],
            cwd=str(root),
            capture_output=True,
            check=False,
        )
    try:
        return verdict(read(done.stdout.decode()), words)
    except ValueError:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        words.say("not audited: {reason}", reason=said[-1] if said else "?")
        return UNKNOWN
