"""The desks of depot, office and pairing without a screen."""

from dataclasses import replace

import pytest

from common.errors import Problem, Refusal
from common.i18n import Translator
from common.seal import new_code
from common.topics import Profile
from kiosk.desks.depot import LOW, SETTLE_MS, DepotDesk, Panel
from kiosk.desks.desk import Session, Wall
from kiosk.desks.office import OfficeDesk
from kiosk.desks.pairing import OnDone, Pairing, PairingDesk
from kiosk.scanner import Scan
from kiosk.views.pairing import FoundHub, Phase
from tests.ui.fake_session import OFFSET_MIN, FakeSession, sample_alert, sample_takings

Depot = tuple[DepotDesk, FakeSession]


def wall_of(session: FakeSession) -> Wall:
    return Wall(lambda: session.now_ms, lambda: OFFSET_MIN)


@pytest.fixture
def depot() -> Depot:
    session = FakeSession(Profile.DEPOT, articles=60)
    return DepotDesk(session, Translator("en"), wall_of(session)), session


def test_low_stock_follows_the_shop(depot: Depot) -> None:
    desk, session = depot
    desk.choose_filter(LOW)
    before = desk.stock_ids()
    high = next(i for i in session.catalogue.search_ids() if i not in before)
    session.change_stock(high, 0)
    desk.poll()
    assert set(desk.stock_ids()) == {*before, high}
    session.change_stock(high, 50_000)
    desk.poll()
    assert desk.stock_ids() == before
    assert desk.filters()[1].name == f"To reorder ({len(before)})"


def test_a_low_article_that_is_not_sold_any_more_is_not_reordered(depot: Depot) -> None:
    desk, session = depot
    desk.choose_filter(LOW)
    gone = desk.stock_ids()[0]
    session.retire(gone)
    desk.poll()
    assert gone not in desk.stock_ids()
    assert desk.filters()[1].name == f"To reorder ({len(desk.stock_ids())})"


def test_deliveries_are_read_newest_first(depot: Depot) -> None:
    desk, session = depot
    ids = session.catalogue.search_ids()
    for article_id in ids[:2]:
        desk.add(article_id)
        desk.ask_confirm()
        session.now_ms += SETTLE_MS
        assert desk.confirm()
        session.acknowledge()
    desk.open_deliveries()
    assert len(desk.deliveries()) == 2
    article = session.catalogue.article(ids[1])
    assert article is not None
    assert [line.label for line in desk.delivery_lines()] == [article.name]
    desk.back()
    assert desk.panel is Panel.STOCK


def test_scanning_while_confirming_goes_on_counting(depot: Depot) -> None:
    desk, session = depot
    article = session.catalogue.search(limit=1)[0]
    desk.add(article.id)
    desk.ask_confirm()
    desk.scan(Scan(article.codes[0]))
    assert not desk.confirming
    assert desk.receiving().lines[0].quantity == "+2"


def test_office_sums_today_only() -> None:
    session = FakeSession(Profile.OFFICE, articles=20)
    desk = OfficeDesk(session, Translator("en"), wall_of(session))
    today = sample_takings("1" * 32, "Caisse 1", 2, 3_000)
    session.put("takings", today, replace(today, id="2026-03-02:x", business_date="2026-03-02"))
    session.put("alerts", sample_alert(1, "flag_of_a_later_release", "what it is about"))
    desk.poll()
    view = desk.overview()
    assert (view.total, view.tickets, view.average) == ("€30.00", "2 tickets", "€15.00 a ticket")
    assert [till.name for till in view.tills] == ["Caisse 1"]
    assert desk.alerts()[0].title == "flag_of_a_later_release"


class Network:
    """What pairing meets: hubs that are found, an answer that comes later."""

    def __init__(self) -> None:
        self.hubs = [FoundHub("Épicerie", "10.0.0.2")]
        self.asked: list[tuple[str, str]] = []
        self.invited: list[str] = []
        self.refusal: Refusal | None = None
        self.on_done: OnDone | None = None
        self.session = FakeSession()

    def enrol(self, address: str, code: str, on_done: OnDone) -> None:
        self.asked.append((address, code))
        self.on_done = on_done

    def enrol_invited(self, text: str, on_done: OnDone) -> None:
        self.invited.append(text)
        self.on_done = on_done

    def open_session(self) -> Session:
        if self.refusal is not None:
            raise self.refusal
        return self.session

    def desk(self) -> PairingDesk:
        pairing = Pairing(
            self.enrol, self.enrol_invited, lambda: tuple(self.hubs), self.open_session
        )
        return PairingDesk(pairing, Translator("en"))


def test_pairing_takes_the_only_hub_and_a_forgiving_code() -> None:
    network = Network()
    desk = network.desk()
    assert desk.view().address == "10.0.0.2"
    assert desk.field == "code"
    code = new_code()
    desk.type(f"{code[:8].lower()}-{code[8:]} ")
    assert "".join(desk.view().groups) == code
    desk.pair(lambda call: call())
    assert network.asked == [("10.0.0.2", code)]
    assert desk.phase is Phase.WORKING
    desk.type("A")
    assert "".join(desk.view().groups) == code


def test_pairing_does_not_choose_between_hubs_or_over_a_person() -> None:
    network = Network()
    network.hubs = []
    desk = network.desk()
    desk.type("192.168.1.7 ÿ")
    network.hubs = [FoundHub("Épicerie", "10.0.0.2")]
    assert desk.look_around()
    assert desk.view().address == "192.168.1.7"
    network.hubs.append(FoundHub("Autre", "10.0.0.3"))
    other = network.desk()
    assert other.view().address == ""
    assert [hub.selected for hub in other.view().hubs] == [False, False]


def test_a_paired_post_that_cannot_be_opened_says_why() -> None:
    network = Network()
    desk = network.desk()
    desk.type(new_code())
    desk.pair(lambda call: call())
    assert network.on_done is not None
    network.on_done(network.session.state.device)
    assert desk.phase is Phase.DONE
    network.refusal = Refusal("hub_unreachable", address="10.0.0.2")
    assert desk.open_session() is None
    assert "No hub answers at 10.0.0.2." in desk.view().text
    network.refusal = None
    assert desk.open_session() is network.session


def test_a_refusal_leaves_the_code_to_be_corrected() -> None:
    network = Network()
    desk = network.desk()
    code = new_code()
    desk.type(code)
    desk.pair(lambda call: call())
    assert network.on_done is not None
    network.on_done(Problem("code_expired"))
    view = desk.view()
    assert view.phase is Phase.FAILED
    assert view.text == "This pairing code has expired. Ask the administrator for a new code."
    assert "".join(view.groups) == code
    desk.type("erase")
    assert desk.view().title == ""
