"""A till's records of any type, by any keys: for tests of who may sign what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from common.journal import canon
from common.journal.keys import RotatedData
from common.journal.kinds import RecordType
from common.journal.record import ChainHead, Record, SignedRecord, Signer
from tests.hub.journals import AT_MS, SHOP


@dataclass(slots=True)
class Scribe:
    """Writes one chain. `signer`: what it signs by now, and may be changed."""

    device_id: str
    signer: Signer
    head: ChainHead = field(default_factory=lambda: ChainHead("5c" * 16))
    name: str = "till"

    def write(self, kind: RecordType, data: Mapping[str, Any]) -> SignedRecord:
        """Return the next record."""
        record = Record(
            canon.VERSION,
            dict(self.signer.keys),
            self.head.chain,
            self.head.seq + 1,
            kind,
            self.head.counts.get(kind.value, 0) + 1,
            self.head.digest,
            self.device_id,
            self.name,
            "Amélie",
            AT_MS,
            60,
            0,
            "2026-03-03",
            SHOP,
            "comptoir 0.1.0",
            dict(data),
        )
        body = canon.canonical(record)
        self.head = self.head.after(record, canon.digest(body))
        return self.signer.sign(body)

    def drawer(self) -> SignedRecord:
        """Return a record that needs no more: the drawer was opened."""
        return self.write(RecordType.DRAWER, {"reason": "change"})

    def names(self, following: Signer) -> SignedRecord:
        """Return the record by which other keys are named; it goes on by the present ones."""
        said = RotatedData(dict(following.keys), dict(following.publics))
        return self.write(RecordType.KEY_ROTATED, msgspec.to_builtins(said))
