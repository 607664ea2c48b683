"""A shop whose journal is archived: its folder as `comptoir-hub` finds it, archives pulled apart.

The hub's identity is the tests'. The verifier is run as whoever checks an archive runs it: by the
plain Python of the system, isolated, without this project, its libraries, or its folder.
"""

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import which
from typing import Any

import orjson
import pytest

from common.journal import canon
from common.journal.record import Signer
from common.seal import SigningKeys
from common.succession import Succession
from hub.archive import verifier
from hub.archive.making import Made, Maker
from hub.archive.purging import Plan, Purger
from hub.archive.spans import Span
from hub.config import Settings, ShopSettings, write_settings
from hub.folder import Folder
from hub.journal import JournalBook
from hub.journal_keys import sealing_of
from hub.key_files import make_keys
from hub.local import run_locally
from hub.store import Store
from tests.hub.journals import HUB
from tests.hub.shop import START_MS
from tests.tamper.ledger import Ledger, a_day

YEAR_MS = 366 * 86_400_000
LATER_MS = START_MS + 7 * YEAR_MS
SHOP = ShopSettings(name="Épicerie du Port", siret="12345678900011", vat_number="FR12345678901")
VERIFIER = Path(verifier.__file__)
PYTHONS = tuple(dict.fromkeys(filter(None, (sys.executable, which("python3", path="/usr/bin")))))
"""The tests' own, and the system's where there is one."""


def settle(root: Path) -> Folder:
    """Make settings and keys around a test's database."""
    folder = Folder(root)
    make_keys(folder)
    identify(folder, HUB)
    write_settings(folder, Settings(shop=SHOP))
    return folder


def identify(folder: Folder, identity: SigningKeys, past: Sequence[Succession] = ()) -> None:
    """Put an identity of the hub's in place, and how it followed older ones."""
    folder.identity.write_text(identity.secret.hex() + "\n")
    folder.past.write_bytes(orjson.dumps(past))


class Archives:
    """A shop after a day, closed; what it archives."""

    def __init__(self, root: Path, ledger: Ledger | None = None) -> None:
        self.root = root
        self.ledger = ledger or a_day(root)
        self.folder = settle(root)

    def make(self, name: str = "a.zip", span: Span | None = None) -> Made:
        """Make an archive, and have the journal say so."""
        made = Maker(self.folder, "amelie", START_MS).make(span or Span(), self.root / name)
        replies: list[Any] = []
        run_locally(self.folder, [made.command], replies.append)
        assert [reply.status for reply in replies] == ["accepted"], replies
        return made

    def sell(self, times: int = 3) -> None:
        """Go on with the day, under the identity that is in place."""
        self.ledger.shop.keys = sealing_of(self.folder)
        self.ledger.shop.reopen()
        for _ in range(times):
            self.ledger.sell(0)
            self.ledger.sell(1)
        self.ledger.shop.close()

    @contextmanager
    def purger(self, now_ms: int = LATER_MS) -> Iterator[Purger]:
        """Open the stopped shop for a purge."""
        store = Store.open(self.ledger.path)
        with closing(store):
            keys = sealing_of(self.folder)
            book = JournalBook(store, keys, lambda: now_ms)
            yield Purger(store, book, keys, "amelie", now_ms)

    def purge(self, path: Path, keep_years: int = 6, now_ms: int = LATER_MS) -> Plan:
        """Purge by an archive."""
        with self.purger(now_ms) as purger:
            plan = purger.plan(path, keep_years)
            purger.carry_out(plan)
        return plan


@pytest.fixture
def archives(tmp_path: Path) -> Archives:
    """Return a shop after a day."""
    return Archives(tmp_path)


def parts(path: Path) -> dict[str, bytes]:
    """Return an archive's files."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, files: Mapping[str, bytes]) -> Path:
    """Make a zip of files, as whoever changes an archive would."""
    path.unlink(missing_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def change(path: Path, name: str, edit: Callable[[bytes], bytes]) -> Path:
    """Change one file of an archive."""
    files = parts(path)
    changed = edit(files[name])
    assert changed != files[name], name
    return pack(path, {**files, name: changed})


def state_anew(path: Path, signer: Signer | None = None) -> Path:
    """Make a manifest that fits what is in an archive now; sign it where somebody can."""
    files = parts(path)
    manifest = canon.read_canonical(files[verifier.MANIFEST])
    stated = manifest["archive"]["files"]
    for name in stated:
        found = hashlib.sha256(files[name]).hexdigest()
        stated[name] = {"bytes": len(files[name]), "sha256": found}
    if signer is not None:
        manifest["keys"] = dict(signer.keys)
    body = canon.canonical(manifest)
    files[verifier.MANIFEST] = body
    if signer is not None:
        signatures = dict(signer.sign(body).signatures)
        files[verifier.SIGNATURE] = canon.canonical({"signatures": signatures})
    return pack(path, files)


def found(path: Path, *keys: str) -> list[tuple[int, str, str]]:
    """Return what the verifier finds in an archive."""
    report = verifier.verify(str(path), keys)
    return [(one.seq, one.code, one.where) for one in report.found.sorted()]


def run(
    *arguments: str | Path, python: str = sys.executable, script: Path = VERIFIER, cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run the verifier alone: isolated, without site-packages, somewhere else."""
    command = [python, "-I", "-S", str(script), *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=100, check=False, encoding="utf-8"
    )


def run_json(*arguments: str | Path, cwd: Path) -> tuple[int, dict[str, Any]]:
    """Run it; return the exit code, and the last archive's report."""
    done = run(*arguments, "--json", cwd=cwd)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout.splitlines()[-1])
