"""Which paper a record of the till has, and when the drawer opens for one.

Pure: what is on paper is in the record, and how it is laid out is `kiosk/printing`'s.
"""

from dataclasses import replace
from typing import Final

from common.i18n import Translator
from common.journal.kinds import RecordType
from common.journal.record import ED25519, read_record
from common.models import Original, Ticket
from common.rules import CASH
from kiosk.counter import Recorded
from kiosk.printing.paper import Pair, Picture, Rule, Sheet, Text
from kiosk.printing.parts import Origin
from kiosk.printing.receipt import Receipt, receipt_sheet, ticket_number
from kiosk.printing.till_paper import TITLES, TillPaper, till_sheet

_TICKETS: Final = frozenset({RecordType.SALE, RecordType.REFUND})
_OPENS_DRAWER: Final = frozenset(
    {RecordType.CASH_IN, RecordType.CASH_OUT, RecordType.DRAWER, RecordType.SESSION_OPENED}
)
ON_REQUEST: Final = RecordType.SALE
"""The one whose paper a customer is asked about; each other one is wanted as it is recorded."""


def has_paper(made: Recorded) -> bool:
    """Return whether there is a paper of this record."""
    return made.type in _TICKETS or made.type in TITLES or made.copied is not None


def opens_drawer(made: Recorded) -> bool:
    """Return whether cash goes in or out with this record; with an exercise, none does."""
    if made.training:
        return False
    if made.type in _TICKETS:
        return any(payment.method == CASH for payment in made.data.ticket.payments)
    return made.type in _OPENS_DRAWER


def sheet_of(
    made: Recorded, logo: Picture | None, qr: bool, t: Translator, customer: str = ""
) -> Sheet:
    """Return a record's paper. `qr`: a ticket's number stands on it for scanners, too.

    Raises KeyError for a record that has none.
    """
    record = read_record(made.signed.body, strict=False)
    origin = Origin(
        *(record.shop, record.device_name, record.operator, record.at_ms, record.utc_offset_min),
        *(record.software, made.signed.signatures[ED25519], made.training, logo),
    )
    if made.type not in _TICKETS and made.copied is None:
        return till_sheet(TillPaper(made.type, record.type_seq, made.data, origin), t)
    ticket: Ticket = made.copied or made.data.ticket
    receipt = Receipt(
        ticket=ticket,
        shop=origin.shop,
        device_name=origin.device_name,
        software=origin.software,
        signature=origin.signature,
        copy=0 if made.copied is None else made.data.n,
        training=made.training,
        refund_of=_original(made.data.original) if made.type is RecordType.REFUND else "",
        qr=ticket_number(ticket) if qr else "",
        logo=logo,
        customer=customer,
    )
    # The drawer opens at once or not at all: a paper may wait for a printer until tomorrow.
    return replace(receipt_sheet(receipt, t), opens_drawer=False)


def trial_sheet(logo: Picture | None, t: Translator) -> Sheet:
    """Return a paper by which one sees how a printer prints: accents, the euro, bold, a line."""
    return Sheet(
        t("Trial"),
        (
            *((logo,) if logo is not None else ()),
            Text(t("Trial"), centred=True, bold=True, large=True),
            Rule(),
            Text("àâçéèêëîïôùûü ÀÂÇÉÈÊËÎÏÔÙÛÜ œŒ æÆ « » ’ €"),
            Pair(t("TOTAL"), t.money(123_456), bold=True, large=True),
            Rule(),
            Text(t("This is no ticket."), centred=True),
        ),
    )


def _original(original: Original) -> str:
    return f"{original.series}-{original.number}"
