"""People at a post by real touches: log-in, lock, switch, without the office, permission, PINs."""

import pytest

from common.errors import Problem
from common.models import Person
from common.topics import Profile
from kiosk.state import At, LinkStatus
from tests.ui import layout
from tests.ui.fake_people import AMELIE, BRUNO, CHANTAL, DRISS, FRANCOIS, GAELLE, PIN
from tests.ui.fake_session import FakeSession
from tests.ui.hands import ENTER, SCANCODES, Hands, OpenPost
from tests.ui.scenes.scene import Size, tile_of, type_digits
from tests.ui.scenes.walks import SIZES

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]


def log_in(hands: Hands, person: Person, pin: str = PIN) -> None:
    """Touch a tile, type a PIN, ask."""
    gate = hands.screen.ids.gate
    hands.tap(tile_of(hands, person))
    type_digits(hands, pin, gate)
    hands.tap(hands.key(icon="check", under=gate))
    hands.frames()


def test_a_day_at_a_till(open_post: OpenPost) -> None:
    till = open_post(lang="en")
    session = till.session
    session.hire()
    till.until(lambda: till.screen.ids.gate.shown, "the gate")

    log_in(till, AMELIE)
    till.until(lambda: not till.screen.ids.gate.shown, "the till, open")
    assert till.reads(AMELIE.name, till.screen.ids.status)
    till.tap(till.tiles()[0])
    till.tap(till.tiles()[1])

    till.press(AMELIE.name)
    till.until(lambda: till.screen.ids.gate.shown, "locked")
    assert till.reads("The sale in hand is kept")
    till.scan("3760123456784")
    till.tap_at(100, 300)
    log_in(till, BRUNO)
    till.until(lambda: not till.screen.ids.gate.shown, "somebody else, at work")
    assert till.screen.desk.basket().count == 2

    session.now_ms += 121_000
    till.until(lambda: till.screen.ids.gate.shown, "locked by itself")
    session.link(LinkStatus.OFFLINE)
    till.frames()
    assert till.reads("The office does not answer")
    log_in(till, BRUNO)
    till.until(lambda: not till.screen.ids.gate.shown, "let in by the post")
    assert till.reads("without the office", till.screen.ids.status)
    till.tap(till.key(icon="cash"))
    till.pass_time()
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    assert [ticket.operator for ticket in session.tickets] == [BRUNO.name]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    ("profile", "size"),
    [(profile, size) for profile, sizes in SIZES.items() for size in sizes],
    ids=str,
)
def test_a_long_name_has_room_in_the_bar_beside_all_its_signs(
    open_post: OpenPost, profile: Profile, size: Size, lang: str
) -> None:
    hands = open_post(profile, size, lang)
    session = hands.session
    session.hire()
    session.log_in(FRANCOIS)
    session.people.lock()
    session.link(LinkStatus.OFFLINE, Problem("hub_unreachable", {"address": "192.168.1.20"}))
    session.log_in(FRANCOIS)
    assert session.state.who.at is At.OFFLINE
    session.send("person.put", {"person": "1" * 32, "name": "Zoé", "role": "cashier"})
    session.people.touch()
    session.trouble(Problem("hub_busy", {"reason": "database or disk is full"}))
    session.clock(-185_000)
    hands.frames()
    hands.screen.tick()
    hands.frames()
    status = hands.screen.ids.status
    assert hands.reads("FM" if status.narrow else "François-Xavier M.", status)
    assert layout.faults(hands, status) == []


def test_a_wrong_pin_says_so_and_the_pad_waits(open_post: OpenPost) -> None:
    till = open_post(lang="en")
    till.session.hire()
    till.until(lambda: till.screen.ids.gate.shown, "the gate")
    for _ in range(3):
        log_in(till, AMELIE, "1357")
    assert till.reads("Next try in 30\u00a0s")
    assert till.key("5", under=till.screen.ids.gate).disabled
    till.session.now_ms += 30_000
    till.until(lambda: not till.key("5", under=till.screen.ids.gate).disabled, "the pad again")
    log_in(till, AMELIE)
    assert till.session.state.who.at is At.ONLINE


def test_a_pin_by_the_keyboard_and_a_scan_that_is_none(open_post: OpenPost) -> None:
    till = open_post(lang="en")
    till.session.hire()
    till.until(lambda: till.screen.ids.gate.shown, "the gate")
    till.tap(tile_of(till, AMELIE))
    till.scan("3760123456784")
    assert till.screen.desk.gate.view().pin.digits == 0
    assert not till.session.door.asked
    for digit in PIN:
        till.type_key(SCANCODES[digit], digit)
    till.type_key(ENTER, "")
    till.until(lambda: till.session.state.who.at is At.ONLINE, "somebody is here")
    assert not till.session.catalogue.sales(1)


def test_touches_keep_a_post_open(open_post: OpenPost) -> None:
    till = open_post(lang="en")
    till.session.hire()
    till.session.log_in(AMELIE)
    till.until(lambda: not till.screen.ids.gate.shown, "the till, open")
    for _ in range(4):
        till.session.now_ms += 100_000
        till.tap(till.tiles()[0])
        till.screen.tick()
    assert not till.screen.ids.gate.shown


def test_the_search_field_lets_go_when_it_locks(open_post: OpenPost) -> None:
    till = open_post(lang="en")
    till.session.hire()
    till.session.log_in(AMELIE)
    till.until(lambda: not till.screen.ids.gate.shown, "the till, open")
    till.tap(till.screen.ids.search)
    till.frames()
    till.screen.lock()
    till.frames()
    assert not till.screen.ids.search.ids.input.focus


def test_a_colleague_allows_a_sale(open_post: OpenPost) -> None:
    till = open_post(lang="en")
    till.session.hire()
    till.session.log_in(DRISS)
    till.until(lambda: not till.screen.ids.gate.shown, "the till, open")
    till.tap(till.tiles()[0])
    till.tap(till.key(icon="card"))
    till.pass_time()
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.until(lambda: till.screen.ids.allow.shown, "the question")
    assert till.reads("Recording a sale")
    allow = till.screen.ids.allow
    till.tap(tile_of(till, CHANTAL))
    type_digits(till, PIN, allow)
    till.tap(till.key(icon="check", under=allow))
    till.until(lambda: not allow.shown, "the answer")
    assert len(till.session.tickets) == 1
    assert till.reads(DRISS.name, till.screen.ids.status)


def test_the_office_gives_somebody_a_pin(open_post: OpenPost) -> None:
    office = open_post(Profile.OFFICE, lang="en", session=FakeSession(Profile.OFFICE))
    assert office.reads("Nobody has a PIN yet")
    office.session.hire()
    office.session.log_in(CHANTAL)
    office.until(lambda: not office.reads("Nobody has a PIN yet"), "somebody has")
    office.until(lambda: not office.screen.ids.gate.shown, "the office, open")
    office.press("People")
    people = office.screen.ids.staff.ids.people
    office.until(lambda: office.rows(people), "the list")
    office.tap(next(row for row in office.rows(people) if row.key == GAELLE.id))
    office.press("Set a PIN")
    pad = office.screen.ids.staff.ids.pad
    for _ in range(2):
        type_digits(office, "4821", pad)
        office.tap(office.key(icon="check", under=pad))
    office.until(lambda: office.session.door.pins, "the new PIN")
    assert office.session.door.pins == {GAELLE.id: "4821"}
    office.until(lambda: office.screen.ids.staff.side == "card", "the card again")
