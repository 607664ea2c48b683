"""What stands in each type of record: the table type → class, and reading it.

Owns no class of its own; each stands in the file of its noun.
"""

from collections.abc import Mapping
from typing import Any, Final

from common.journal.drawer import CashData, DrawerData, SessionData
from common.journal.duplicate import CopyData
from common.journal.event import ClockData, EventData
from common.journal.keys import RotatedData
from common.journal.kinds import RecordType
from common.journal.opened import OpenedData
from common.journal.record import Record
from common.journal.refund import RefundData
from common.journal.report import ReportData
from common.journal.sale import SaleData
from common.journal.training import TrainingData
from common.journal.void import VoidData
from common.models import convert

CONTENTS: Final[Mapping[RecordType, type[Any]]] = {
    RecordType.OPENED: OpenedData,
    RecordType.SALE: SaleData,
    RecordType.REFUND: RefundData,
    RecordType.VOID: VoidData,
    RecordType.COPY: CopyData,
    RecordType.DRAWER: DrawerData,
    RecordType.CASH_IN: CashData,
    RecordType.CASH_OUT: CashData,
    RecordType.SESSION_OPENED: SessionData,
    RecordType.X: ReportData,
    RecordType.Z: ReportData,
    RecordType.TRAINING: TrainingData,
    RecordType.KEY_ROTATED: RotatedData,
    RecordType.EVENT: EventData,
    RecordType.CLOCK: ClockData,
}
if CONTENTS.keys() != set(RecordType):
    raise ImportError("a type of record has no class of what it holds")


def content_of(record: Record) -> tuple[RecordType, Any]:
    """Return the type of what a record holds, and that; of an exercise, what was exercised.

    Raises ValueError.
    """
    data = read_data(record.type, record.data)
    if isinstance(data, TrainingData):
        return data.of, read_data(data.of, data.data)
    return record.type, data


def read_data(kind: RecordType, data: Any) -> Any:
    """Return what a record holds as a value of its type's class; raises ValueError."""
    return convert(data, CONTENTS[kind])
