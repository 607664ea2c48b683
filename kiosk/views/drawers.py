"""The tills' drawers as the office sees them: which is open, what must be in it, the last Z."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.i18n import Translator
from kiosk.drawers import Drawer, DrawerSession, DrawerZ
from kiosk.views.papers import SEPARATOR


@dataclass(frozen=True, slots=True)
class DrawerRow:
    """One drawer. `amount`, `label`: what must be in it, "" where that is not to be seen."""

    id: str
    name: str
    session: str
    last_z: str
    amount: str
    label: str
    open: bool


def drawer_rows(
    drawers: Sequence[Drawer], sees: bool, t: Translator, now_ms: int
) -> tuple[DrawerRow, ...]:
    """Return a row for each; `sees`: whoever looks may see what must be in a drawer."""
    return tuple(_row(each, sees, t, now_ms) for each in drawers)


def _row(drawer: Drawer, sees: bool, t: Translator, now_ms: int) -> DrawerRow:
    session = drawer.session
    amount = label = ""
    if session is not None and sees:
        known = session.expected_cents is not None
        amount = t.money(session.expected_cents or 0) if known else "?"
        label = t("must be in the drawer") if known else t("records are missing")
    return DrawerRow(
        id=drawer.device,
        name=drawer.name,
        session=t("No cash session is open") if session is None else _open(session, t, now_ms),
        last_z=t("No Z yet") if drawer.last_z is None else _z(drawer.last_z, sees, t, now_ms),
        amount=amount,
        label=label,
        open=session is not None,
    )


def _open(session: DrawerSession, t: Translator, now_ms: int) -> str:
    since = t.moment(session.at_ms, now_ms, session.utc_offset_min)
    tickets = t.n("{count} ticket", "{count} tickets", session.tickets)
    begun = t("Open since {time}", time=since) if session.at_ms else t("Open")
    money = t("float {amount}", amount=t.money(session.float_cents))
    return SEPARATOR.join(part for part in (begun, session.operator, money, tickets) if part)


def _z(last: DrawerZ, sees: bool, t: Translator, now_ms: int) -> str:
    at = t("Last Z {time}", time=t.moment(last.at_ms, now_ms, last.utc_offset_min))
    parts = [at, last.operator, t.money(last.net_cents)]
    if sees and last.difference_cents:
        parts.append(t("difference {amount}", amount=t.money(last.difference_cents)))
    return SEPARATOR.join(part for part in parts if part)
