"""What the hub has to say in its journal when it opens it, before anything else is entered.

Owns the first line of a new journal, and that no other epoch and no other key go on in silence.
Appends nothing itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import orjson

from common import VERSION
from common.journal import canon
from common.journal.entry import Head
from common.journal.kinds import EntryType
from common.journal.record import Signer
from common.models import convert
from common.succession import Succession
from hub.journal_keys import change_of, newest_seal
from hub.store import Connection

Said = tuple[EntryType, Mapping[str, Any]]


def chain_of(epoch: str) -> str:
    """Return the id of the chain that a database founds in this epoch."""
    return canon.digest(epoch.encode())[:32]


def beginning(
    db: Connection, head: Head, epoch: str, signer: Signer, past: Sequence[Succession]
) -> list[Said]:
    """Return what is to be said first, in order; nothing where all is as it was.

    Raises StoreError `identity_unknown`, where nothing leads from the journal's keys to these.
    """
    if head.seq == 0:
        tickets = db.execute("SELECT count(*) FROM ticket").fetchone()[0]
        founded = {
            "epoch": epoch,
            "keys": dict(signer.keys),
            "publics": signer.publics,
            "software": VERSION,
            "tickets_before": tickets,
        }
        return [(EntryType.FOUNDED, founded)]
    said: list[Said] = []
    change = change_of(db, head, signer, past)
    if change is not None:
        said.append((EntryType.HUB_KEY, msgspec.to_builtins(change)))
    seal = newest_seal(db)
    if seal is not None and (before := seal.epoch) != epoch:
        restored = {"epoch": epoch, "before": before, "seq": head.seq, **_restored(db)}
        said.append((EntryType.RESTORED, restored))
    return said


def _restored(db: Connection) -> dict[str, str]:
    """Return which backup it was and who put it back, as the audit trail has it."""
    found = db.execute(
        "SELECT subject, details FROM audit_entry WHERE action = 'restore' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if found is None:
        return {}
    try:
        details = convert(orjson.loads(found[1]), dict[str, Any])
    except ValueError:
        details = {}
    return {"backup": str(found[0]), "by": str(details.get("by", ""))}
