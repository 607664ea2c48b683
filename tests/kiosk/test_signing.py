"""A till's signing keys change: interrupted anywhere, those on disk are ones that the hub knows."""

import subprocess
import sys
from pathlib import Path

import pytest
from child_processes import ROOT
from click.testing import CliRunner, Result

from common.journal.record import ED25519
from common.p256 import P256, is_available
from common.seal import LEAST_PIN_COST
from kiosk.cli import main
from kiosk.device import write_device
from kiosk.keys import begin_change, new_keys, protect, read_keys, settle_change, write_keys
from kiosk.protection import unlock
from kiosk.signing import Signing, want_second, wants_second
from tests.kiosk.post import device

NEEDS_P256 = pytest.mark.skipif(not is_available(), reason="cryptography is not installed")

WITHOUT = """
import sys
sys.modules["cryptography"] = None
from pathlib import Path
from common.errors import Refusal
from kiosk.keys import read_keys
from kiosk.signing import Signing, want_second
folder = Path(sys.argv[1])
keys = Signing(read_keys(folder), folder)
names = keys.following()
print(sorted(keys.signer.keys), names and sorted(names.keys))
if names:
    keys.known()
try:
    want_second(folder, True)
except Refusal as refusal:
    print(refusal.problem.code)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_keys(tmp_path, new_keys())
    return tmp_path


def signing(folder: Path) -> Signing:
    """Start the post."""
    settle_change(folder)
    return Signing(read_keys(folder), folder)


def files(folder: Path) -> set[str]:
    return {path.name for path in (folder / "keys").glob("sign*")}


def test_nothing_follows_where_nobody_asks(folder: Path) -> None:
    keys = signing(folder)
    assert keys.following() is None
    assert list(keys.signer.keys) == [ED25519]
    assert files(folder) == {"sign.key"}


def test_the_next_key_is_on_disk_before_it_is_named_and_in_force_once_it_is_known(
    folder: Path,
) -> None:
    keys = signing(folder)
    before = keys.signer.keys
    keys.ask()
    named = keys.following()
    assert named is not None
    assert named.keys != before
    assert keys.signer.keys == before, "the hub does not know the next one yet"
    keys.ask()
    assert keys.following() == named, "asked twice, it is the same"
    assert signing(folder).following() == named, "and after a restart"
    keys.known()
    assert (keys.signer.keys, keys.following()) == (named.keys, None)
    assert signing(folder).signer.keys == named.keys
    assert keys.pair == read_keys(folder).signing
    assert files(folder) == {"sign.key"}, "the old key is gone"


def test_without_a_folder_keys_change_in_memory() -> None:
    keys = Signing(new_keys())
    keys.ask()
    named = keys.following()
    assert named is not None
    keys.known()
    assert (keys.signer.keys, keys.following()) == (named.keys, None)


@NEEDS_P256
def test_a_second_signature_is_wished_named_and_then_in_force(folder: Path) -> None:
    assert not wants_second(folder)
    want_second(folder, True)
    keys = signing(folder)
    assert list(keys.signer.keys) == [ED25519]
    named = keys.following()
    assert named is not None
    assert set(named.keys) == {ED25519, P256}
    assert named.keys[ED25519] == keys.signer.keys[ED25519], "the first key stays"
    assert signing(folder).following() == named
    keys.known()
    again = signing(folder)
    assert (again.signer.keys, again.following()) == (named.keys, None)
    want_second(folder, False)
    off = signing(folder)
    assert off.signer.keys == named.keys, "until the hub knows"
    less = off.following()
    assert less is not None
    assert set(less.keys) == {ED25519}
    off.known()
    assert files(folder) == {"sign.key"}
    assert signing(folder).following() is None


@NEEDS_P256
def test_both_keys_are_changed_together(folder: Path) -> None:
    want_second(folder, True)
    signing(folder).known()
    keys = signing(folder)
    before = dict(keys.signer.keys)
    keys.ask()
    named = keys.following()
    assert named is not None
    assert set(named.keys.values()).isdisjoint(before.values())
    keys.known()
    assert signing(folder).signer.keys == named.keys


@NEEDS_P256
@pytest.mark.parametrize("steps", range(6))
def test_a_change_that_is_cut_short_is_ended(folder: Path, steps: int) -> None:
    want_second(folder, True)
    signing(folder).known()
    keys = signing(folder)
    keys.ask()
    named = keys.following()
    assert named is not None
    place = folder / "keys"
    begin_change(folder, with_second=True)
    kept = {path.name: path.read_bytes() for path in place.iterdir()}
    settle_change(folder)
    done = {path.name: path.read_bytes() for path in place.iterdir()}
    # Each file in turn is as it was after the step, the others as before it.
    order = ["sign.key", "sign.next.key", "sign-p256.key", "sign-p256.next.key", "sign.changing"]
    for name in order:
        (place / name).unlink(missing_ok=True)
        content = done.get(name) if name in order[:steps] else kept.get(name)
        if content is not None:
            (place / name).write_bytes(content)
    reader = read_keys(folder).signing
    assert signing(folder).signer.keys == named.keys
    assert signing(folder).following() is None
    assert files(folder) == {"sign.key", "sign-p256.key"}
    assert reader == read_keys(folder).signing, "whoever only reads has the same key meanwhile"


def test_a_next_key_that_is_damaged_is_made_anew(folder: Path) -> None:
    signing(folder).ask()
    (folder / "keys" / "sign.next.key").write_text("7")
    keys = signing(folder)
    assert keys.following() is None
    keys.ask()
    assert keys.following() is not None


def test_keys_under_a_passphrase_change_under_it(folder: Path) -> None:
    protect(folder, "cinq mots qui ne vont pas ensemble", LEAST_PIN_COST)
    lock = unlock(folder, "cinq mots qui ne vont pas ensemble")
    keys = Signing(read_keys(folder, lock), folder, lock)
    keys.ask()
    named = keys.following()
    assert named is not None
    secret = keys._first_next
    assert secret is not None
    found = b"".join(path.read_bytes() for path in (folder / "keys").iterdir())
    assert secret.secret.hex().encode() not in found
    keys.known()
    assert Signing(read_keys(folder, lock), folder, lock).signer.keys == named.keys


@pytest.mark.parametrize("text", ["", "{", "[]", '{"second": 7}', "\udcff"])
def test_a_wish_that_cannot_be_read_is_none(folder: Path, text: str) -> None:
    (folder / "signing.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert not wants_second(folder)


def command(folder: Path, state: str, lang: str = "en") -> Result:
    arguments = ["--data", str(folder), "--lang", lang, "second-signature", state]
    return CliRunner().invoke(main, arguments)


@NEEDS_P256
def test_the_command_notes_the_wish(folder: Path) -> None:
    write_device(folder, device())
    said = command(folder, "on")
    assert (said.exit_code, "signs twice" in said.stdout) == (0, True)
    assert wants_second(folder)
    said = command(folder, "off", lang="fr")
    assert (said.exit_code, "signe une fois" in said.stdout) == (0, True)
    assert not wants_second(folder)


def test_the_command_needs_a_post(tmp_path: Path) -> None:
    said = command(tmp_path, "on")
    assert said.exit_code == 1
    assert not (tmp_path / "signing.json").exists()
    assert command(tmp_path, "perhaps").exit_code == 2


def test_without_the_library_nothing_is_wished_and_the_first_key_signs_alone(folder: Path) -> None:
    """What a till that had a second key does once its library is gone: it says so, and sells on."""
    write_device(folder, device())
    if is_available():
        want_second(folder, True)
        signing(folder).known()
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, str(folder)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    first, second = done.stdout.splitlines()
    expected = "['ed25519'] ['ed25519']" if is_available() else "['ed25519'] None"
    assert (first, second) == (expected, "second_needs_package")
    assert files(folder) == {"sign.key"}
