"""The office's desk."""

from dataclasses import replace

from common.models import Alert
from tests.ui.fake_people import CHANTAL, ELODIE, FRANCOIS, GAELLE
from tests.ui.fake_session import sample_alert
from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene, nothing


def _alerts(office: Hands) -> None:
    """Every kind of alert that there is."""
    office.session.put("alerts", *a_day_of_alerts())


def a_day_of_alerts() -> list[Alert]:
    """Return an alert of every code, a post that is silent and one that is back among them."""
    seen = [
        ("post_back", "Réserve, 12 min", "Réserve"),
        ("clock_differs", "Caisse 1, +185 s", "Caisse 1"),
        ("disk_low", "412 MB · /srv/comptoir", ""),
        ("outbox_gap", "Caisse 2: 3 (118–120)", "Caisse 2"),
        ("quarantine_full", "Caisse 1", "Caisse 1"),
        ("repeated_id", "3f8a1c02-16", "Caisse 1"),
        ("hash_mismatch", "3f8a1c02-17", "Caisse 1"),
        ("unknown_schema", "3f8a1c02-18", "Caisse 1"),
        ("unknown_command", "3f8a1c02-19", "Caisse 1"),
        ("unreadable_command", "3f8a1c02-20", "Caisse 1"),
        ("handler_failed", "3f8a1c02-21", "Caisse 1"),
        ("profile_not_allowed", "9b00d3e1-4", "Réserve"),
        ("post_silent", "Réserve, 2 min", "Réserve"),
        ("post_silent", "Caisse 3, 2 min", "Caisse 3"),
        ("outbox_of_another", "9b00d3e1", "Réserve"),
        ("of_a_later_release", "x", "Caisse 1"),
    ]
    return [
        replace(sample_alert(n, code, subject), device_name=device)
        for n, (code, subject, device) in enumerate(seen, 10)
    ]


def _scrolled(office: Hands) -> None:
    office.screen.ids.alerts.scroll_y = 0.2


def _no_drawers(office: Hands) -> None:
    """The hub has not said anything yet."""
    office.tap(office.key(icon="cash"))


def _drawers(office: Hands) -> None:
    """One that is open, one that is closed, one that something is missing of."""
    office.session.answer_drawers()
    office.frames()


def _staff(office: Hands) -> None:
    office.session.hire()
    office.session.log_in(CHANTAL)
    office.tap(office.key(icon="people"))


def _staff_nobody(office: Hands) -> None:
    """Before anybody has a PIN."""
    office.screen.open_panel("people")


def _staff_card(office: Hands) -> None:
    office.screen.do_staff("pick", (ELODIE.id,))


def _staff_other(office: Hands) -> None:
    """Somebody whom a manager may not change."""
    office.screen.do_staff("pick", (FRANCOIS.id,))


def _staff_new(office: Hands) -> None:
    office.screen.do_staff("add", ())
    office.tap(office.screen.ids.staff.ids.name)
    for letter in "zoé":
        office.screen.ids.staff.type_key(letter)


def _staff_pin(office: Hands) -> None:
    office.screen.ids.staff.leave_field()
    office.screen.do_staff("pick", (GAELLE.id,))
    office.screen.do_staff("start_pin", ())
    for digit in "1234":
        office.screen.do_staff("press", (digit,))
    office.screen.do_staff("press", ("ok",))


def _staff_pin_again(office: Hands) -> None:
    for name in (*"4821", "ok", *"482"):
        office.screen.do_staff("press", (name,))


OFFICE = (
    Scene("office", nothing),
    Scene("office-alerts", _alerts),
    Scene("office-alerts-more", _scrolled),
    Scene("office-drawers-none", _no_drawers),
    Scene("office-drawers", _drawers),
    Scene("office-people-nobody", _staff_nobody),
    Scene("office-people", _staff),
    Scene("office-person", _staff_card),
    Scene("office-person-shut", _staff_other),
    Scene("office-person-new", _staff_new),
    Scene("office-pin", _staff_pin),
    Scene("office-pin-again", _staff_pin_again),
)
