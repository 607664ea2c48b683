"""The office's overview: what was taken today, by whom, and what somebody should look at.

Owns its sums and words. Read from across the room: one large figure, few words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator, mark
from common.rules import business_date
from kiosk.catalogue import Catalogue

# An alert names its code and its subject; these are the codes' short names.
_TITLES: Final[Mapping[str, str]] = {
    "flag_unknown_article": mark("An unknown article"),
    "flag_negative_stock": mark("Stock below zero"),
    "flag_totals_differ": mark("Totals that do not add up"),
    "flag_repeated_number": mark("A ticket number used twice"),
    "flag_repeated_id": mark("An operation that came twice"),
    "flag_clock": mark("Clocks that differ"),
}


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
class AlertRow:
    """Something to look at, in plain words."""

    id: str
    time: str
    device: str
    title: str
    subject: str


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


def alert_rows(
    catalogue: Catalogue, t: Translator, now_ms: int, utc_offset_min: int, limit: int
) -> tuple[AlertRow, ...]:
    """Return what somebody should look at, newest first."""
    return tuple(
        AlertRow(
            id=alert.id,
            time=t.moment(alert.at_ms, now_ms, utc_offset_min),
            device=alert.device_name,
            title=t(_TITLES[alert.code]) if alert.code in _TITLES else alert.code,
            subject=alert.subject,
        )
        for alert in catalogue.alerts(limit)
    )
