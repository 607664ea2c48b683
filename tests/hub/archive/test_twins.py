"""The hub's verification and the stand-alone one are two programs: the first bad line that one
names, the other names, in a journal that anybody may have changed anywhere."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from common.journal import canon
from common.journal.event import EventData
from common.journal.keys import publics_by_id, read_introduction
from common.journal.record import Signer
from common.models import convert
from hub.archive import verifier
from hub.archive.making import Made, Maker
from hub.archive.spans import Span
from tests.hub.archive.busy import EVERY_LINE, EVERY_RECORD, NEXT, STEP, busy_days
from tests.hub.archive.rig import Archives, identify
from tests.hub.journals import AT_MS, signing_keys
from tests.hub.shop import START_MS
from tests.tamper.ledger import Ledger


def _somewhere(rng: Random, body: bytes) -> bytes:
    changed = bytearray(body)
    changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _number(rng: Random, body: bytes) -> bytes:
    """Change one number in it, or one digit of a digest."""
    found = list(re.finditer(rb"\d+", body))
    place = rng.choice(found)
    return body[: place.start()] + str(rng.randrange(20)).encode() + body[place.end() :]


def _word(rng: Random, body: bytes) -> bytes:
    """Change one value to another type, or a name, canonical still."""
    entry = json.loads(body)
    part: Any = entry
    while True:
        name = rng.choice(sorted(part))
        if not isinstance(part[name], dict) or not part[name] or rng.random() < 0.2:
            break
        part = part[name]
    if rng.random() < 0.3:
        del part[name]
    else:
        part[name] = rng.choice([None, 0, -1, "", "x", [], {}, 2**60, True, "0" * 64])
    return canon.canonical(entry)


def tamper(ledger: Ledger, rng: Random) -> None:
    """Change anything: one line, one seal, their order."""
    seqs = [seq for (seq,) in ledger.rows("SELECT seq FROM journal ORDER BY seq")]
    seq, last = rng.choice(seqs), seqs[-1]
    ((entry, record),) = ledger.rows("SELECT entry, record FROM journal WHERE seq = ?", seq)
    how = rng.choice([_somewhere, _number, _word])
    match rng.randrange(7):
        case 0:
            ledger.run(f"DELETE FROM journal WHERE seq = {seq}")
        case 1:
            ledger.run(("UPDATE journal SET entry = ? WHERE seq = ?", (how(rng, entry), seq)))
        case 2:
            # With the digest that fits, so that what is inside is looked at.
            changed = how(rng, entry)
            digest = canon.digest(changed)
            sql = "UPDATE journal SET entry = ?, digest = ? WHERE seq = ?"
            ledger.run((sql, (changed, digest, seq)))
        case 3:
            changed = how(rng, record) if record else b"{}"
            ledger.run(("UPDATE journal SET record = ? WHERE seq = ?", (changed, seq)))
        case 4 if record:
            changed = how(rng, record)
            said = json.loads(entry)
            said["data"]["digest"] = canon.digest(changed)
            body = canon.canonical(said)
            sql = "UPDATE journal SET record = ?, entry = ?, digest = ? WHERE seq = ?"
            ledger.run((sql, (changed, body, canon.digest(body), seq)))
        case 5:
            other = rng.randrange(1, last + 1)
            for old, new in ((seq, -1), (other, seq), (-1, other)):
                ledger.run(f"UPDATE journal SET seq = {new} WHERE seq = {old}")
        case _:
            at = ledger.rows("SELECT seq FROM journal_seal")[rng.randrange(3)][0]
            ledger.run(("UPDATE journal_seal SET body = ? WHERE seq = ?", _seal(ledger, rng, at)))


def _seal(ledger: Ledger, rng: Random, at: int) -> tuple[str, int]:
    ((body,),) = ledger.rows("SELECT body FROM journal_seal WHERE seq = ?", at)
    return _number(rng, body.encode()).decode(), at


def archived(folder: Path, ledger: Ledger) -> Made:
    """Archive what is there, whatever that is."""
    archives = Archives(folder, ledger)
    identify(archives.folder, NEXT, (STEP,))
    return Maker(archives.folder, "x", START_MS).make(Span(), folder / "a.zip")


@pytest.mark.parametrize("seed", range(60))
def test_they_name_the_same_line(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    ledger = busy_days(tmp_path)
    for _ in range(rng.choice([1, 1, 1, 2])):
        tamper(ledger, rng)
    made = archived(tmp_path, ledger)
    report = verifier.verify(str(made.path))
    mine = [found.seq for found in report.found.kept if found.seq]
    theirs = [found.seq for found in made.faults]
    assert min(mine, default=None) == min(theirs, default=None)


def test_a_journal_with_everything_in_it_holds_for_both(tmp_path: Path) -> None:
    ledger = busy_days(tmp_path)
    assert {kind for (kind,) in ledger.rows("SELECT DISTINCT type FROM journal")} == EVERY_LINE
    records = ledger.rows("SELECT record FROM journal WHERE record IS NOT NULL AND type = 'taken'")
    assert {json.loads(record)["type"] for (record,) in records} == EVERY_RECORD
    made = archived(tmp_path, ledger)
    report = verifier.verify(str(made.path))
    assert (made.faults, report.found.kept, report.invalid) == ((), [], 1)
    assert (report.closings, report.reports, report.exercises) == (4, 1, 1)
    assert report.totals == made.totals.plain()


EVENT = {"what": "settings", "at_ms": AT_MS, "details": {"name": "closing.at", "to": 4}, "more": 0}
PUBLICS = dict(Signer(signing_keys(3)).publics)
KEYS = dict(Signer(signing_keys(3)).keys)
FIRST_FORM = {"algorithm": "ed25519", "key": KEYS["ed25519"], "public": PUBLICS["ed25519"]}
KEY = {"device": "de" * 16, "name": "till", "keys": KEYS, "publics": PUBLICS}
VALUES: Sequence[Any] = (
    *(None, True, 0, -1, 2**31, 2**31 + 1, 2**47, 2**47 + 1, 2**53 + 1),
    *("", "x", "x" * 200, "x" * 201, "x" * 301, "login", "paired", "vouched", "lost"),
    *(KEYS["ed25519"], PUBLICS["ed25519"], "DE" * 16, KEYS, PUBLICS, [], {}, {"a": {}}),
    *({"ed25519": PUBLICS["ed25519"].upper()}, {"ed25519": " " + PUBLICS["ed25519"]}),
    *({**KEYS, "Bad": KEYS["ed25519"]}, {"ed25519": True}, {"p-256": "aa"}, {"a": "x" * 301}),
    *({"a": 2**53}, {"a": 2**53 + 1}, {"A": 1}, {"a1": 1}, {"a" * 33: 1}, {"": 1}),
    {"a" * n: n for n in range(1, 18)},
)


def key_data(data: Mapping[str, Any]) -> None:
    """Read what a line says of a device's keys, as the hub does."""
    said = read_introduction(data)
    publics_by_id(said.keys, said.publics)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("kind", "data", "read"),
    [
        ("event", EVENT, lambda data: convert(data, EventData)),
        ("key", KEY, key_data),
        ("key", {**FIRST_FORM, "device": "de" * 16, "name": "till"}, key_data),
    ],
)
def test_they_can_read_the_same_of_what_the_hub_says(
    kind: str, data: Mapping[str, Any], read: Callable[[Mapping[str, Any]], object], seed: int
) -> None:
    rng = Random(seed)
    names = sorted({*data, "why", "by", "extra"})
    for _ in range(300):
        changed = dict(data)
        for _ in range(rng.choice([0, 1, 1, 2])):
            name = rng.choice(names)
            if rng.random() < 0.2:
                changed.pop(name, None)
            else:
                changed[name] = rng.choice(VALUES)
        entry = {"v": 1, "chain": "0" * 32, "seq": 1, "type": kind, "previous": canon.GENESIS}
        body = canon.canonical({**entry, "at_ms": AT_MS, "data": changed})
        found = verifier.Findings()
        walk = verifier.Journal(None, found, verifier.Signatures())
        walk.line(verifier.Line(1, body, canon.digest(body), None))
        try:
            read(changed)
            readable = True
        except ValueError:
            readable = False
        assert readable == all(one.code != "unreadable" for one in found.kept), changed
