"""The office's overview: what was taken today, and by whom.

Owns its sums and words. Read from across the room: one large figure, few words.
"""

from dataclasses import dataclass

from common.i18n import Translator
from common.rules import business_date
from kiosk.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class TillRow:
    """What one till took today."""

    id: str
    name: str
    tickets: str
    cash: str
    card: str
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
        tills=tuple(
            TillRow(
                id=row.id,
                name=row.device_name,
                tickets=t.n("{count} ticket", "{count} tickets", row.tickets),
                cash=t.money(row.by_method.get("cash", 0)),
                card=t.money(row.by_method.get("card", 0)),
                total=t.money(row.total_cents),
            )
            for row in rows
        ),
    )
