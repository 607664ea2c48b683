"""The sealed file of verifiers and its mark: what is trusted, and what an older copy is worth."""

from pathlib import Path

import pytest

from common.seal import Sealer
from kiosk.verifier_file import VerifierFile
from kiosk.verifiers import Remembered, Verifier

DEVICE = "d" * 32
SEALER = Sealer(b"\1" * 32)
KEPT = Remembered((Verifier("a" * 32, "secret", 5_000, 1, 2, 6_000),), 9_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a post's folder with its keys' folder."""
    (tmp_path / "keys").mkdir()
    return tmp_path


def of(folder: Path, device: str = DEVICE, sealer: Sealer = SEALER) -> VerifierFile:
    """Return the file as after a start of the program."""
    return VerifierFile(folder, device, sealer)


def test_what_was_kept_is_there_again(folder: Path) -> None:
    file = of(folder)
    assert file.read() == Remembered()
    file.write(KEPT)
    assert of(folder).read() == KEPT


def test_nothing_of_it_can_be_read_without_the_key(folder: Path) -> None:
    of(folder).write(KEPT)
    for path in (folder / "people.sealed", folder / "keys" / "people.mark"):
        assert path.stat().st_mode & 0o077 == 0
        assert b"secret" not in path.read_bytes()
        assert b"aaaa" not in path.read_bytes()
    assert of(folder, sealer=Sealer(b"\2" * 32)).read() == Remembered()


def test_a_flipped_bit_is_no_verifier(folder: Path) -> None:
    of(folder).write(KEPT)
    path = folder / "people.sealed"
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(bytes(whole))
    assert of(folder).read() == Remembered()


def test_an_older_copy_of_the_file_is_worth_nothing(folder: Path) -> None:
    file = of(folder)
    file.write(KEPT)
    older = (folder / "people.sealed").read_bytes()
    file.write(KEPT)
    file.write(KEPT)
    (folder / "people.sealed").write_bytes(older)
    assert of(folder).read() == Remembered()


def test_nor_is_any_without_its_mark(folder: Path) -> None:
    of(folder).write(KEPT)
    (folder / "keys" / "people.mark").unlink()
    assert of(folder).read() == Remembered()


def test_what_is_written_after_a_loss_is_trusted_again(folder: Path) -> None:
    of(folder).write(KEPT)
    (folder / "people.sealed").unlink()
    file = of(folder)
    assert file.read() == Remembered()
    file.write(KEPT)
    assert of(folder).read() == KEPT


def test_a_death_between_mark_and_file_counts_as_a_try(folder: Path) -> None:
    file = of(folder)
    file.write(KEPT)
    before = (folder / "people.sealed").read_bytes()
    file.write(KEPT)
    (folder / "people.sealed").write_bytes(before)
    (verifier,) = of(folder).read().people
    assert verifier.tries == 3
    (again,) = of(folder).read().people
    assert again.tries == 3
