"""Holding a journal against what posts hand over as files: which lines are not what they have seen.

Owns the reading of such files and what all of them say together. Independent of the running hub and
of what that has noted; the rules are `common/journal/witness.py`'s. Reads, and changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from common.errors import Refusal
from common.journal import canon
from common.journal.keys import read_introduction
from common.journal.kinds import EntryType
from common.journal.record import ED25519
from common.journal.witness import Bounds, Conflict, Lost, judge, lost, narrow
from common.journal.witness_file import WitnessFile, read_witness
from hub.journal_view import JournalView, entries
from hub.records import journal as rows
from hub.store import Connection

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of one file: many times what a post keeps."""


@dataclass(frozen=True, slots=True)
class Testimony:
    """What one file says. `agreed`: the last line up to which it is as this witness has seen it.

    `newest`: the furthest line that it has seen; `bounds`: where the first bad line is; `lost`:
    what restores have lost. `signed`: by a post whose key this journal or this hub knows.
    """

    device_name: str
    signed: bool
    heads: int
    agreed: int
    newest: int
    bounds: Bounds
    lost: tuple[Lost, ...]


def read_files(paths: Iterable[Path]) -> list[WitnessFile]:
    """Return what files hold; raises Refusal `witness_unreadable`, naming the file and why."""
    return [_read(path) for path in paths]


def _read(path: Path) -> WitnessFile:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES} bytes")
        return read_witness(content)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Refusal("witness_unreadable", file=str(path), reason=reason) from error


def testimonies(
    db: Connection, sealed_by: Collection[str], files: Sequence[WitnessFile]
) -> list[Testimony]:
    """Return what each file says of an open database's journal.

    `sealed_by`: the hub's keys, as hex, that stand behind it, one after the other.
    """
    head_seq, _ = rows.head(db)
    epoch = db.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
    view = JournalView(db, "" if epoch is None else str(epoch[0]), lambda: head_seq)
    known = _known_posts(db)
    return [_testimony(view, sealed_by, known, file) for file in files]


def together(said: Sequence[Testimony]) -> Bounds:
    """Return where the first bad line is by all of them: each may narrow down the others."""
    bad = [each.bounds for each in said if each.bounds.conflict is not None]
    if not bad:
        return Bounds()
    first = min(bad, key=lambda bounds: bounds.by)
    if first.conflict is Conflict.KEY:
        return first
    agreed = [each.bounds.after if each.bounds.conflict else each.agreed for each in said]
    after = max(seq for seq in [first.after, *agreed] if seq < first.by)
    return Bounds(after, first.by, first.conflict, first.head)


def _testimony(
    view: JournalView, sealed_by: Collection[str], known: Mapping[str, str], file: WitnessFile
) -> Testimony:
    marks = [head.mark for head in file.heads]
    bounds = narrow(view, marks)
    pinned = file.whose.identities[-1]
    if pinned not in sealed_by:
        after, by = view.other_key_from(canon.key_id(bytes.fromhex(pinned)))
        if bounds.conflict is None or by <= bounds.by:
            bounds = Bounds(after, by, Conflict.KEY)
    handed = file.handed
    signer = "" if handed is None else known.get(handed.keys.get(ED25519, ""), "")
    return Testimony(
        file.whose.device_name,
        signer == file.whose.device_id,
        len(marks),
        max((mark.seq for mark in marks if judge(view, mark).agrees), default=0),
        max((mark.seq for mark in marks), default=0),
        bounds,
        tuple(gone for _, gone in lost(view, marks)),
    )


def _known_posts(db: Connection) -> dict[str, str]:
    """Return {key id: device} of the posts that the journal, or the hub beside it, knows."""
    posts = db.execute("SELECT id, sign_key FROM device").fetchall()
    known = {canon.key_id(bytes(key)): str(device) for device, key in posts}
    for entry in entries(db, EntryType.KEY):
        with suppress(ValueError, KeyError):
            said = read_introduction(entry.data)
            known |= dict.fromkeys(said.keys.values(), said.device)
    return known
