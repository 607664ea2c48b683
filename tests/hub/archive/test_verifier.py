"""The verifier alone: as an auditor runs it, its arithmetic, and its rules beside the hub's own."""

import ast
import json
import os
import sys
from pathlib import Path
from random import Random

import nacl.bindings
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import seal
from common.i18n import Translator
from common.journal import canon
from common.journal.chain import SAYS
from common.journal.event import What
from common.journal.kinds import RECORDS, EntryType, Period, RecordType, is_ticket
from hub.archive import verifier
from hub.archive.spans import Span
from tests.common.strategies import JSON
from tests.hub.archive.rig import (
    PYTHONS,
    VERIFIER,
    Archives,
    archives,
    change,
    found,
    pack,
    parts,
    run,
    run_json,
)
from tests.hub.journals import HUB, signing_keys

__all__ = ["archives"]
ALONE = Path("/")


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(
    ("lang", "said", "checked"),
    [
        ("en", "The archive holds.", "1 of the archive, 11 of the hub, 12 of tills"),
        ("fr", "L’archive tient.", "1 de l’archive, 11 du poste central, 12 de caisses"),
    ],
)
def test_it_needs_nothing_but_python(
    archives: Archives, python: str, lang: str, said: str, checked: str
) -> None:
    path = archives.make().path
    done = run(path, "--lang", lang, "--key", HUB.public.hex(), python=python, cwd=ALONE)
    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout
    assert checked in done.stdout


def test_the_one_in_the_archive_is_this_one_and_runs(archives: Archives, tmp_path: Path) -> None:
    path = archives.make().path
    assert parts(path)[verifier.VERIFIER] == VERIFIER.read_bytes()
    script = tmp_path / "elsewhere.py"
    script.write_bytes(parts(path)[verifier.VERIFIER])
    assert run(path, script=script, cwd=ALONE).returncode == 0


def test_it_says_what_it_checked(archives: Archives) -> None:
    path = archives.make().path
    code, report = run_json(path, cwd=ALONE)
    assert (code, report["holds"], report["findings"]) == (0, True, [])
    assert report["signed_by"] == HUB.public.hex()
    assert report["signatures"] == {
        "ed25519 manifest": 1,
        "ed25519 seals": 11,
        "ed25519 tills": 12,
    }
    assert (report["first"], report["last"], report["lines"], report["seals"]) == (1, 15, 15, 11)
    sold = archives.ledger.rows("SELECT count(*), sum(total_cents) FROM ticket")[0]
    assert (report["totals"]["tickets"], report["totals"]["net_cents"]) == sold


def test_it_names_the_first_bad_record_in_both_languages(archives: Archives) -> None:
    path = archives.make().path
    change(path, verifier.LINES, lambda lines: lines.replace(b"Article 1", b"Article 9", 1))
    for lang, said in (("en", "The first bad record: line 4"), ("fr", "fautif : ligne 4")):
        done = run(path, "--lang", lang, cwd=ALONE)
        assert done.returncode == 1
        assert said in done.stdout


@pytest.mark.parametrize(
    ("name", "pinned", "code"),
    [
        ("whole", HUB.public.hex(), 0),
        ("fingerprint", "c9e0 6408 64b5 80c4", 0),
        ("another", signing_keys(5).public.hex(), 1),
    ],
)
def test_the_key_that_one_knows(archives: Archives, name: str, pinned: str, code: int) -> None:
    path = archives.make().path
    assert run(path, "--key", pinned, cwd=ALONE).returncode == code, name


def test_archives_that_follow_each_other(archives: Archives) -> None:
    head = archives.ledger.rows("SELECT max(seq) FROM journal_seal")[0][0]
    first = archives.make("1.zip", Span(up_to=head - 4)).path
    archives.sell()
    whole = archives.make("2.zip").path
    archives.purge(first)
    second = archives.make("3.zip").path
    assert run(first, second, cwd=ALONE).returncode == 0
    code, report = run_json(second, first, cwd=ALONE)
    assert code == 1
    assert [one["code"] for one in report["findings"]] == ["apart"]
    assert run_json(first, whole, cwd=ALONE)[0] == 1


def test_what_is_no_archive(archives: Archives, tmp_path: Path) -> None:
    path = archives.make().path
    whole = path.read_bytes()
    for name, content in {
        "empty": b"",
        "text": b"hello",
        "half": whole[: len(whole) // 2],
        "other": pack(tmp_path / "o.zip", {"a": b"b"}).read_bytes(),
        "manifest": change(path, verifier.MANIFEST, lambda _: b"{}").read_bytes(),
    }.items():
        (tmp_path / name).write_bytes(content)
        for lang, said in (("en", "is no archive"), ("fr", "n’est pas une archive")):
            done = run(tmp_path / name, "--lang", lang, cwd=ALONE)
            assert (done.returncode, done.stderr) == (2, ""), name
            assert said in done.stdout
    done = run(tmp_path / "absent.zip", "--lang", "en", cwd=ALONE)
    assert (done.returncode, done.stderr) == (2, "")
    assert run("--nonsense", cwd=ALONE).returncode == 2


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_in_a_zip_it_says_so_and_never_falls(archives: Archives, seed: int) -> None:
    """Bytes changed anywhere in a file of it, under a manifest that fits: found, or no archive."""
    path, rng = archives.make().path, Random(seed)
    files = parts(path)
    name = rng.choice(sorted(files.keys() - {"README.txt", "LISEZMOI.txt", verifier.VERIFIER}))
    content = bytearray(files[name])
    for _ in range(rng.randrange(1, 4)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    if bytes(content) == files[name]:
        return
    pack(path, {**files, name: bytes(content)})
    try:
        assert found(path), name
    except verifier.NoArchive:
        assert name in (verifier.MANIFEST, verifier.KEYS, verifier.SIGNATURE)


def test_progress_goes_up_to_the_end(archives: Archives) -> None:
    path, told = archives.make().path, []
    verifier.verify(str(path), (), lambda done, there: told.append((done, there)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len({there for _, there in told}) == 1
    assert told[-1][0] == told[-1][1]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals here")
def test_progress_is_a_line_on_a_terminal(
    archives: Archives, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archives.make().path
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen, os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        assert verifier.main([str(path), "--lang", "en"]) == 0
        terminal.flush()
        shown = b""
        while not shown.endswith(b"\r     \r"):
            shown += screen.read(4096)
    assert b"\r100 %" in shown


# What it stands on.


def test_it_stands_on_the_standard_library_and_old_pythons_read_it() -> None:
    tree = ast.parse(VERIFIER.read_text("utf-8"), feature_version=(3, 9))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
    }
    optional = {"nacl", "cryptography"}
    assert imported - optional <= set(sys.stdlib_module_names)
    # What is optional stands in a try, inside a function.
    top = {id(node) for node in tree.body}
    assert not [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").partition(".")[0] in optional
        and id(node) in top
    ]


def test_it_says_what_the_hub_says_in_both_languages() -> None:
    french = Translator("fr")
    for fault, text in SAYS.items():
        if fault.value in verifier.SAYS:
            spoken = french(text).replace("\u00a0", " ").replace("\u202f", " ")
            assert verifier.SAYS[fault.value] == (text, spoken), fault
    assert {fault.value for fault in SAYS} - verifier.SAYS.keys() == {"kept"}


def test_it_counts_the_records_that_the_hub_counts() -> None:
    assert {kind.value for kind in RECORDS if is_ticket(kind)} == set(verifier.TICKETS)
    assert verifier.TICKETS.keys() | verifier.EVENTS.keys() == {kind.value for kind in RECORDS}


def test_it_knows_the_types_that_the_hub_knows() -> None:
    assert {kind.value for kind in EntryType} == verifier.ENTRIES
    assert {kind.value for kind in RecordType} == verifier.RECORDS
    assert {what.value for what in What} == verifier.HAPPENED
    assert {kind.value for kind in Period} == set(verifier.PERIODS)


def test_every_column_is_explained_in_both_languages() -> None:
    for name in ("README.txt", "LISEZMOI.txt"):
        words = set((VERIFIER.parent / name).read_text("utf-8").split())
        assert {column for head in verifier.TABLES.values() for column in head} <= words
        assert {*verifier.TABLES, verifier.MANIFEST, verifier.KEYS, verifier.TOTALS} <= words
        assert {verifier.LINES, verifier.SEALS, verifier.SIGNATURE} <= words


@given(JSON)
def test_canonical_bytes_are_the_hubs(value: object) -> None:
    body = canon.canonical(value)
    assert verifier.canonical(value) == body
    assert verifier.read_canonical(body) == value


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
@settings(max_examples=300)
def test_what_is_not_canonical_is_not_for_both(body: bytes) -> None:
    read = []
    for reader in (canon.read_canonical, verifier.read_canonical):
        try:
            read.append(reader(body))
        except ValueError:
            read.append("refused")
    assert read[0] == read[1]


@pytest.mark.parametrize(
    "body", [b"NaN", b"1.0", b"1e3", b'"\\ud800"', b"[" * 100_000, b"Infinity"]
)
def test_what_python_alone_would_read_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        verifier.read_canonical(body)


# Ed25519 in plain Python.

VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
"""RFC 8032, 7.1: tests 1 to 3."""


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_rfc_hold(public: str, message: str, signature: str) -> None:
    key, body, made = map(bytes.fromhex, (public, message, signature))
    assert verifier.ed25519_holds(key, body, made)
    assert not verifier.ed25519_holds(key, body + b"x", made)
    assert not verifier.ed25519_holds(key, body, made[:-1])
    assert not verifier.ed25519_holds(key[:-1], body, made)


KEYS = [signing_keys(number) for number in (1, 2)]


@given(st.sampled_from(KEYS), st.binary(max_size=200), st.integers(0, 96 * 8 - 1))
@settings(deadline=None)
def test_it_holds_where_nacl_says_so_and_nowhere_else(
    keys: seal.SigningKeys, message: bytes, bit: int
) -> None:
    signature = seal.sign(keys, message)
    assert verifier.ed25519_holds(keys.public, message, signature)
    changed = bytearray(signature)
    changed[bit // 8 % 64] ^= 1 << bit % 8
    assert not verifier.ed25519_holds(keys.public, message, bytes(changed))


def test_it_says_the_same_once_a_key_has_signed_much() -> None:
    """From so many signatures on it goes by larger tables."""
    keys = signing_keys(3)
    signature = seal.sign(keys, b"m")
    for _ in range(verifier._MANY + 2):
        assert verifier.ed25519_holds(keys.public, b"m", signature)
    assert not verifier.ed25519_holds(keys.public, b"n", signature)


@given(st.binary(min_size=32, max_size=32))
@settings(max_examples=30, deadline=None)
def test_any_bytes_may_stand_for_a_key(public: bytes) -> None:
    assert not verifier.ed25519_holds(public, b"", bytes(64))


def test_the_same_signature_in_another_form_does_not_hold() -> None:
    """s + L signs the same in the arithmetic; RFC 8032 refuses it."""
    signature = seal.sign(KEYS[0], b"m")
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(signature[32:], "little") + order
    again = signature[:32] + scalar.to_bytes(32, "little")
    assert not verifier.ed25519_holds(KEYS[0].public, b"m", again)


@pytest.mark.parametrize(
    "key", [bytes([1]) + bytes(31), bytes(32), bytes([0xEC]) + b"\xff" * 30 + b"\x7f"]
)
def test_a_key_under_which_anything_holds_is_none(key: bytes) -> None:
    """Points of small order: with them, R = s·B signs every message."""
    scalar = (5).to_bytes(32, "little")
    point = nacl.bindings.crypto_scalarmult_ed25519_base_noclamp(scalar)
    assert not verifier.ed25519_holds(key, b"whatever", point + scalar)


def test_the_report_is_json_for_programs(archives: Archives, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"no")
    done = run(tmp_path / "no.zip", archives.make().path, "--json", cwd=ALONE)
    views = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, [view["holds"] for view in views]) == (2, [False, True])
