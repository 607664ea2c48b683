"""The office's overview: what was taken today, and by whom.

Owns its sums and words. Read from across the room: one large figure, few words.
"""

from dataclasses import dataclass

from common.i18n import Translator
from common.models import Takings
from common.payments import CARD
from common.rules import CASH, business_date
from kiosk.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class TillRow:
    """What one till took today. `other`: by cheque, voucher and the like, "" where nothing was."""

    id: str
    name: str
    tickets: str
    cash: str
    card: str
    other: str
    total: str


@dataclass(frozen=True, slots=True)
class OfficeView:
    """`total`: all tills' takings today; `tickets`, `average`: in words."""

    date: str
    total: str
    tickets: str
    average: str
    tills: tuple[TillRow, ...]


def office_view(
    catalogue: Catalogue, t: Translator, now_ms: int, utc_offset_min: int
) -> OfficeView:
    """Return today's takings."""
    rows = catalogue.takings(business_date(now_ms, utc_offset_min))
    tickets = sum(row.tickets for row in rows)
    total = sum(row.total_cents for row in rows)
    average = t("{amount} a ticket", amount=t.money(total // tickets)) if tickets else ""
    return OfficeView(
        date=t.date(now_ms, utc_offset_min),
        total=t.money(total),
        tickets=t.n("{count} ticket", "{count} tickets", tickets),
        average=average,
        tills=tuple(_till(row, t) for row in rows),
    )


def _till(row: Takings, t: Translator) -> TillRow:
    cash, card = row.by_method.get(CASH, 0), row.by_method.get(CARD, 0)
    other = row.total_cents - cash - card
    return TillRow(
        id=row.id,
        name=row.device_name,
        tickets=t.n("{count} ticket", "{count} tickets", row.tickets),
        cash=t.money(cash),
        card=t.money(card),
        other=t.money(other) if other else "",
        total=t.money(row.total_cents),
    )
