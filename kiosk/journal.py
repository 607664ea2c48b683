"""The till's pen: its signed records, each the next one of its chain.

Owns what stands in a record besides what it is about: who and when, the numbers, the digest of the
one before. The first record of a chain says why the chain begins. Pure; the till's book is handed
in and handed back, and the outbox keeps records and book in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from common import VERSION
from common.journal import canon
from common.journal.kinds import RecordType
from common.journal.opened import SUMMED, OpenedData, begins_with, unknown
from common.journal.record import Record, ShopIdentity, SignedRecord, Signer
from common.journal.till_tally import TillTally
from common.journal.training import TrainingData
from kiosk.book import Book
from kiosk.outbox_chain import Chain
from kiosk.till import Moment

SOFTWARE: Final = f"comptoir {VERSION}"


@dataclass(frozen=True, slots=True)
class Writer:
    """On which post, for which shop."""

    device_id: str
    device_name: str
    shop: ShopIdentity


class Pen:
    """Writes records of one moment into a book: `book`, as it stands after them.

    A chain's beginning comes before anything else, and that of sums where none were kept.
    """

    def __init__(self, book: Book, moment: Moment, writer: Writer, signer: Signer) -> None:
        self.book = book
        self.records: list[SignedRecord] = []
        self._moment = moment
        self._writer = writer
        self._signer = signer
        head, tally = book.chain.head, book.tally
        if tally is None:
            begun = unknown(SUMMED, head.seq + 1)
            opened = OpenedData(SUMMED, head.chain, head.seq, head.digest, begun)
            self._sign(RecordType.OPENED, msgspec.to_builtins(opened), begun)
        elif head.seq == 0:
            nothing = tally == begins_with(replace(book.chain.opened, carried=None))
            opened = replace(book.chain.opened, carried=None if nothing else tally)
            self._sign(RecordType.OPENED, msgspec.to_builtins(opened), tally)

    def write(self, kind: RecordType, data: Any, numbers: int = 0) -> None:
        """Write the next record. `data`: of its type's class; `numbers`: of tickets, used by it."""
        plain = msgspec.to_builtins(data)
        assert self.book.tally is not None  # Some are begun above where there were none.
        tally = self.book.tally.copy()
        tally.add(kind, self.book.chain.head.seq + 1, data)
        if self.book.training:
            exercise = TrainingData(kind, plain)
            self._sign(RecordType.TRAINING, msgspec.to_builtins(exercise), tally)
        else:
            self._sign(kind, plain, tally)
        self.book = replace(self.book, number=self.book.number + numbers)

    def _sign(self, kind: RecordType, data: Mapping[str, Any], tally: TillTally) -> None:
        moment, writer, chain = self._moment, self._writer, self.book.chain
        record = Record(
            v=canon.VERSION,
            keys=dict(self._signer.keys),
            chain=chain.head.chain,
            seq=chain.head.seq + 1,
            type=kind,
            type_seq=chain.head.counts.get(kind.value, 0) + 1,
            previous=chain.head.digest,
            device=writer.device_id,
            device_name=writer.device_name,
            operator=moment.operator,
            at_ms=moment.at_ms,
            utc_offset_min=moment.utc_offset_min,
            clock_diff_ms=moment.clock_diff_ms,
            business_date=moment.business_date,
            shop=writer.shop,
            software=SOFTWARE,
            data=dict(data),
        )
        body = canon.canonical(record)
        self.records.append(self._signer.sign(body))
        moved = Chain(chain.head.after(record, canon.digest(body)), chain.opened)
        self.book = replace(self.book, chain=moved, tally=tally)
