"""A till's drawer in words."""

import pytest

from common.i18n import Translator
from kiosk.drawers import Drawer, DrawerSession, DrawerZ
from kiosk.views.drawers import drawer_rows

NOW_MS = 1_772_545_920_000
EN, FR = Translator("en"), Translator("fr")
OPEN = DrawerSession(15_000, 12, 23_450, NOW_MS - 3_600_000, 60, "Amélie")
Z = DrawerZ(NOW_MS - 86_400_000, 60, "Bruno", 98_745, 51, 98_725, -20)


def drawer(session: DrawerSession | None = OPEN, last_z: DrawerZ | None = Z) -> Drawer:
    return Drawer("1" * 32, 1, "Caisse 1", session, last_z)


def test_an_open_one() -> None:
    (row,) = drawer_rows([drawer()], True, EN, NOW_MS)
    assert row.session == "Open since 13:52 · Amélie · float €150.00 · 12 tickets"
    assert (row.amount, row.label, row.open) == ("€234.50", "must be in the drawer", True)
    assert row.last_z.endswith("Bruno · €987.45 · difference -€0.20")


def test_who_may_not_close_it_sees_no_amount_of_it() -> None:
    (row,) = drawer_rows([drawer()], False, FR, NOW_MS)
    assert (row.amount, row.label) == ("", "")
    assert "234" not in row.session
    assert "0,20" not in row.last_z
    assert "987,45" in row.last_z


@pytest.mark.parametrize("sees", [True, False])
def test_a_closed_one(sees: bool) -> None:
    (row,) = drawer_rows([drawer(None, None)], sees, EN, NOW_MS)
    assert (row.session, row.last_z) == ("No cash session is open", "No Z yet")
    assert (row.amount, row.label, row.open) == ("", "", False)


def test_what_is_not_known_is_no_amount() -> None:
    session = DrawerSession(15_000, 12)
    (row,) = drawer_rows([drawer(session)], True, EN, NOW_MS)
    assert (row.amount, row.label) == ("?", "records are missing")
    assert row.session.startswith("Open · float")
