"""`comptoir-kiosk journal heads`: shown, in JSON, handed over; without a post, with sealed keys."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from common.journal.witness import Conflict
from common.journal.witness_file import Contradiction, read_witness
from common.seal import LEAST_PIN_COST
from kiosk.cli import main
from kiosk.device import write_device
from kiosk.keys import new_keys, protect, write_keys
from kiosk.witness_file import NAME, WitnessBook
from tests.common.journal.heads import AT_MS, KEYS, Numbers
from tests.kiosk.test_witness import paired

JOURNAL = Numbers("a" * 60)
PHRASE = "cinq mots qui ne vont pas ensemble"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a post that has seen two runs of the journal."""
    post = tmp_path / "post"
    write_keys(post, new_keys())
    write_device(post, paired())
    book = WitnessBook(post, paired())
    heads = [JOURNAL.kept(seq, run=run) for seq, run in ((3, 0), (40, 0), (21, 1))]
    assert book.add(heads, [Contradiction(0, Conflict.GONE, 3, 22, AT_MS)])
    return post


def run(folder: Path, *arguments: str, lang: str = "en") -> Result:
    arguments = ("--data", str(folder), "--lang", lang, "journal", "heads", *arguments)
    return CliRunner().invoke(main, arguments)


def test_it_shows_each_run_and_what_contradicts_it(folder: Path) -> None:
    said = run(folder)
    assert (said.exit_code, said.stderr) == (0, "")
    lines = [line.split() for line in said.stdout.splitlines()]
    assert lines[1][:3] == ["0", "2", "40"]
    assert lines[2][:3] == ["1", "1", "21"]
    assert "contradicts run 0; first line that differs: 4–22." in said.stdout
    assert (
        "la suite 0\u00a0; première ligne qui diffère\u00a0: 4–22." in run(folder, lang="fr").stdout
    )


def test_it_says_the_same_in_json(folder: Path) -> None:
    said = orjson.loads(run(folder, "--json").stdout)
    assert [(head["run"], head["seq"]) for head in said["heads"]] == [(0, 3), (0, 40), (1, 21)]
    assert said["identities"] == [KEYS.public.hex()]
    assert said["contradictions"][0]["by"] == 22


def test_it_is_handed_over_signed_and_once(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "till.jsonl"
    said = run(folder, "--out", str(file))
    assert said.exit_code == 0
    assert "3 heads are in" in said.stdout
    held = read_witness(file.read_bytes())
    assert held.handed is not None
    assert [head.stated.seq for head in held.heads] == [3, 40, 21]
    assert file.stat().st_mode & 0o077 == 0
    again = run(folder, "--out", str(file))
    assert (again.exit_code, again.stdout) == (1, "")
    assert "exists" in again.stderr


def test_sealed_keys_are_opened_for_the_signature_alone(folder: Path, tmp_path: Path) -> None:
    protect(folder, PHRASE, LEAST_PIN_COST)
    assert run(folder).exit_code == 0
    phrase = tmp_path / "phrase"
    phrase.write_text("something else\n")
    file = tmp_path / "till.jsonl"
    wrong = run(folder, "--out", str(file), "--passphrase-file", str(phrase))
    assert (wrong.exit_code, file.exists()) == (1, False)
    phrase.write_text(PHRASE + "\n")
    assert run(folder, "--out", str(file), "--passphrase-file", str(phrase)).exit_code == 0
    assert read_witness(file.read_bytes()).handed is not None


def test_a_post_that_has_seen_nothing_hands_that_over(folder: Path, tmp_path: Path) -> None:
    (folder / NAME).unlink()
    file = tmp_path / "till.jsonl"
    assert run(folder, "--out", str(file)).exit_code == 0
    held = read_witness(file.read_bytes())
    assert (held.heads, held.whose.identities) == ((), (KEYS.public.hex(),))


def test_what_was_seen_in_another_stay_is_not_this_ones(folder: Path) -> None:
    write_device(folder, replace(paired(), id="e" * 32))
    assert orjson.loads(run(folder, "--json").stdout)["heads"] == []


@pytest.mark.parametrize("damage", ["not paired", "garbage"])
def test_without_a_post_or_with_garbage_it_says_so(folder: Path, damage: str) -> None:
    if damage == "garbage":
        (folder / NAME).write_bytes(b"\xa5" * 100)
        said = run(folder)
        assert "witness.jsonl" in said.stderr
    else:
        said = run(folder / "nowhere")
        assert "not paired" in said.stderr or "pair" in said.stderr
    assert (said.exit_code, said.stdout) == (1, "")
