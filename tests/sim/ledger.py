"""The journal of a simulated shop, held against itself and against what was sold.

Owns two looks at the end of a story: an auditor's, by the shipped verifier, and one of its own at
the chains of the tills, which shares no line with what it looks at.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from common.journal import canon
from common.seal import SigningKeys
from hub.journal_verify import verify


def faults(db: Any, identity: SigningKeys) -> Iterator[str]:
    """Yield what does not hold of a hub's journal; of a sale that is not in it, as well."""
    keys = {canon.key_id(identity.public)}
    for flaw in verify(db, keys, lambda _done, _all: None).flaws:
        yield f"line {flaw.seq} of the journal {flaw.where}: {flaw.text}"
    yield from _broken_chains(db)
    yield from _unsold(db)
    yield from _other_sums(db)


def _broken_chains(db: Any) -> Iterator[str]:
    """Yield the records that do not name the one before them, among those taken as sound."""
    digests: dict[tuple[str, int], str] = {}
    follows: dict[tuple[str, int], str] = {}
    for raw in _records(db, "type = 'taken'"):
        record = orjson.loads(raw)
        place = (record["chain"], record["seq"])
        if place in digests:
            yield f"two records are number {place[1]} of chain {place[0][:8]}"
        digests[place] = canon.digest(raw)
        follows[place] = record["previous"]
    for (chain, seq), previous in follows.items():
        if digests.get((chain, seq - 1), previous) != previous:
            yield f"record {seq} of chain {chain[:8]} follows another one"


def _other_sums(db: Any) -> Iterator[str]:
    """Yield the Z that do not state what the tickets between it and the one before come to.

    Of chains that are there whole, in their order, and carry nothing on from another.
    """
    chains: dict[str, list[Any]] = {}
    for raw in _records(db, "type = 'taken'"):
        record = orjson.loads(raw)
        chains.setdefault(record["chain"], []).append(record)
    for chain, records in chains.items():
        records.sort(key=lambda record: record["seq"])
        if [record["seq"] for record in records] != list(range(1, len(records) + 1)):
            continue
        sold = ever = 0
        for record in records:
            data = record["data"]
            if record["type"] in ("sale", "refund"):
                sold += data["ticket"]["total_cents"]
            elif record["type"] == "z":
                ever += sold
                stated = (data["sums"]["tickets"]["net_cents"], data["net_cents"])
                if not data["before"] and not data["perpetual_lacks"] and stated != (sold, ever):
                    yield f"the Z {record['seq']} of {chain[:8]} says {stated}, not {sold, ever}"
                sold = 0


def _unsold(db: Any) -> Iterator[str]:
    """Yield the tickets that no record of the journal holds."""
    held = set()
    for raw in _records(db, "record IS NOT NULL"):
        record = orjson.loads(raw)
        if record.get("type", "sale") in ("sale", "refund"):
            held.add(record.get("data", {}).get("ticket", record).get("id"))
    for (ticket,) in db.execute("SELECT id FROM ticket"):
        if ticket not in held:
            yield f"ticket {ticket} was taken, and is not in the journal"


def _records(db: Any, which: str) -> Iterator[bytes]:
    for (raw,) in db.execute(f"SELECT record FROM journal WHERE {which} ORDER BY seq"):
        yield bytes(raw)
