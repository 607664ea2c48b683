"""The till's pen: its signed records, each the next one of its chain.

Owns what stands in a record besides what it is about: who and when, the numbers, the digest of the
one before. The first record of a chain says why the chain begins. Pure; the chain's head is handed
in and handed back, and the outbox keeps both in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from common import VERSION
from common.journal import canon
from common.journal.kinds import RecordType
from common.journal.record import (
    ChainHead,
    Record,
    ShopIdentity,
    SignedRecord,
    Signer,
    sale_data,
)
from common.models import Ticket
from kiosk.outbox_chain import Chain

SOFTWARE: Final = f"comptoir {VERSION}"


@dataclass(frozen=True, slots=True)
class Writer:
    """On which post, for which shop."""

    device_id: str
    device_name: str
    shop: ShopIdentity


@dataclass(frozen=True, slots=True)
class Written:
    """Records in order, the one that was asked for last, and the chain's head after them."""

    records: tuple[SignedRecord, ...]
    head: ChainHead


def write_sale(chain: Chain, ticket: Ticket, writer: Writer, signer: Signer) -> Written:
    """Return the record of a ticket, after that of the chain's beginning where there is none."""
    pen = _Pen(chain.head, ticket, writer, signer)
    if chain.head.seq == 0:
        pen.write(RecordType.OPENED, msgspec.to_builtins(chain.opened))
    pen.write(RecordType.SALE, sale_data(ticket))
    return Written(tuple(pen.records), pen.head)


class _Pen:
    """Writes records of one moment, that of a ticket."""

    def __init__(self, head: ChainHead, ticket: Ticket, writer: Writer, signer: Signer) -> None:
        self.head = head
        self.records: list[SignedRecord] = []
        self._ticket = ticket
        self._writer = writer
        self._signer = signer

    def write(self, kind: RecordType, data: Mapping[str, Any]) -> None:
        """Write the next record."""
        ticket, writer = self._ticket, self._writer
        record = Record(
            v=canon.VERSION,
            keys=dict(self._signer.keys),
            chain=self.head.chain,
            seq=self.head.seq + 1,
            type=kind,
            type_seq=self.head.counts.get(kind.value, 0) + 1,
            previous=self.head.digest,
            device=writer.device_id,
            device_name=writer.device_name,
            operator=ticket.operator,
            at_ms=ticket.at_ms,
            utc_offset_min=ticket.utc_offset_min,
            clock_diff_ms=ticket.clock_diff_ms,
            business_date=ticket.business_date,
            shop=writer.shop,
            software=SOFTWARE,
            data=dict(data),
        )
        body = canon.canonical(record)
        self.records.append(self._signer.sign(body))
        self.head = self.head.after(record, canon.digest(body))
