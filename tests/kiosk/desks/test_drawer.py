"""The drawer on a till's screens: its float, counts, X, hand-over and Z; and training."""

import pytest

from common.i18n import Translator
from common.journal.kinds import RecordType
from common.models import Shop
from common.rules import CASH
from kiosk.desks.counting import COINS, NOTES, OTHER
from kiosk.desks.desk import Wall
from kiosk.desks.paying import SETTLE_MS
from kiosk.desks.till import TillDesk
from kiosk.views.count import CountView
from kiosk.views.mode import Mode
from kiosk.views.report import ReportView
from tests.kiosk.desks.test_actions import open_keys, records, ring_up, shows, type_in
from tests.ui.fake_people import AMELIE, BRUNO, CHANTAL, PIN
from tests.ui.fake_session import OFFSET_MIN, FakeSession

Till = tuple[TillDesk, FakeSession]
EN = Translator("en")


def open_till(session: FakeSession) -> TillDesk:
    """Return the desk of a till that was just switched on."""
    return TillDesk(session, EN, Wall(lambda: session.now_ms, lambda: OFFSET_MIN))


@pytest.fixture
def till() -> Till:
    session = FakeSession(articles=60)
    return open_till(session), session


def settings(session: FakeSession, required: bool = False, blind: bool = False) -> None:
    shop = Shop("shop", "Essai", session_required=required, blind_count=blind)
    session.put("shop", shop)


def count_in(desk: TillDesk, cells: dict[int | str, str]) -> None:
    """Type how many there are of each note or coin."""
    for cell, keys in cells.items():
        desk.drawer.touch(str(cell))
        desk.press("clear")
        type_in(desk, keys)


def counted(desk: TillDesk) -> CountView:
    found = desk.drawer.count_view(EN)
    assert found is not None
    return found


def report(desk: TillDesk) -> ReportView:
    found = desk.drawer.report(EN)
    assert found is not None
    return found


def amounts(view: ReportView) -> dict[str, str]:
    return {row.label: row.amount for block in (*view.left, *view.right) for row in block.rows}


def sell(till: Till, method: Mode, count: int = 2) -> int:
    """Sell so many articles; return what they come to."""
    desk, session = till
    total = ring_up(till, count)
    desk.pay(method)
    session.now_ms += SETTLE_MS
    assert desk.confirm()
    return total


def open_with(desk: TillDesk, cents: int) -> None:
    desk.do("open_session")
    assert desk.drawer.counting is not None
    desk.drawer.counting.set_other(cents)
    assert desk.answer()


def by_rate_of(session: FakeSession) -> dict[str, list[int]]:
    """Return without VAT, VAT and with VAT of all tickets, by rate."""
    by_rate: dict[str, list[int]] = {}
    for ticket in session.tickets:
        for line in ticket.vat:
            held = by_rate.setdefault(str(line.vat_bp), [0, 0, 0])
            held[0] += line.base_cents
            held[1] += line.vat_cents
            held[2] += line.total_cents
    return by_rate


def test_a_float_is_counted_by_notes_and_coins(till: Till) -> None:
    desk, session = till
    desk.do("open_session")
    assert shows(desk, Mode.COUNT)
    assert {int(cell.name) for cell in counted(desk).cells if cell.name != OTHER} == {
        *NOTES,
        *COINS,
    }
    count_in(desk, {2_000: "5", 50: "12", 1: "7", OTHER: "3,5"})
    assert counted(desk).total == "€109.57"
    assert counted(desk).expected == ""
    assert desk.answer()
    assert shows(desk, Mode.SELL)
    assert session.counter.session_open
    (opened,) = records(session, RecordType.SESSION_OPENED)
    assert opened["float_cents"] == 10_957
    assert opened["pieces"] == [
        {"cents": 2_000, "count": 5},
        {"cents": 50, "count": 12},
        {"cents": 1, "count": 7},
    ]
    assert "open_session" not in open_keys(desk)


def test_the_pad_counts_the_cell_in_hand_and_goes_on(till: Till) -> None:
    desk, _ = till
    desk.do("open_session")
    first = next(cell for cell in counted(desk).cells if cell.active)
    type_in(desk, "3")
    desk.press(",")
    desk.more(1)
    desk.apply_entry()
    cells = {cell.name: cell for cell in counted(desk).cells}
    assert cells[first.name].count == "4"
    assert not cells[first.name].active
    desk.more(-1)
    assert counted(desk).total == EN.money(4 * int(first.name))
    assert desk.pad().ok == "Next"


def test_what_is_no_amount_opens_nothing(till: Till) -> None:
    desk, session = till
    desk.do("open_session")
    count_in(desk, {OTHER: "1,234"})
    assert counted(desk).total == ""
    assert not desk.answer()
    assert not session.counter.session_open


def test_a_count_is_kept_while_one_looks_elsewhere_and_over_a_crash(till: Till) -> None:
    desk, session = till
    sell(till, Mode.CASH)
    desk.do("close")
    count_in(desk, {5_000: "3", OTHER: "1,20"})
    desk.back()
    assert ring_up(till) > 0
    desk.do("close")
    assert counted(desk).total == "€151.20"
    desk.drawer.touch("200")
    type_in(desk, "4")
    desk.poll()
    # The power goes; what was typed is there again.
    again = open_till(session)
    again.do("close")
    assert counted(again).total == "€159.20"
    # Another count is another one.
    again.do("hand_over")
    assert counted(again).total == "€0.00"


def test_the_z_agrees_with_the_tickets_to_the_cent(till: Till) -> None:
    desk, session = till
    open_with(desk, 10_000)
    cash = sell(till, Mode.CASH, 3) + sell(till, Mode.CASH, 1)
    card = sell(till, Mode.CARD, 5)
    assert (cash + card, 3) == (
        sum(ticket.total_cents for ticket in session.tickets),
        len(session.tickets),
    )
    desk.do("cash_in")
    type_in(desk, "20")
    desk.form.choose("reason", "Float raised", "Float raised")
    assert desk.answer()
    desk.do("cash_out")
    type_in(desk, "7,35")
    desk.form.write("reason", "flowers")
    assert desk.answer()
    desk.do("open_drawer")
    desk.form.choose("reason", "Change for a customer", "Change for a customer")
    assert desk.answer()
    expected = 10_000 + cash + 2_000 - 735
    desk.do("close")
    desk.drawer.counting.set_other(expected)  # type: ignore[union-attr]
    assert counted(desk).difference == "€0.00"
    assert desk.answer()
    assert shows(desk, Mode.FORM)
    type_in(desk, "100")
    assert desk.answer()
    assert shows(desk, Mode.REPORT)
    (z,) = records(session, RecordType.Z)
    assert z["expected_cents"] == z["counted_cents"] == expected
    assert z["difference_cents"] == 0
    sums = z["sums"]["tickets"]  # type: ignore[index]
    assert sums["net_cents"] == cash + card
    assert sums["by_method"] == {CASH: cash, "card": card}
    by_rate = by_rate_of(session)
    names = ("base_cents", "vat_cents", "total_cents")
    stated = {rate: [held[name] for name in names] for rate, held in sums["by_rate"].items()}
    assert stated == by_rate
    shown = amounts(report(desk))
    assert shown["TOTAL"] == EN.money(cash + card)
    assert shown["Expected"] == shown["Counted"] == EN.money(expected)
    assert (shown["Cash out (1)"], shown["Drawer opened"]) == ("-€7.35", "1")
    assert shown["To take out"] == EN.money(expected - 10_000)
    assert report(desk).title == "Z report no. 1"


def test_the_last_z_is_kept_and_what_it_left_is_the_next_float(till: Till) -> None:
    desk, session = till
    cash = sell(till, Mode.CASH)
    desk.do("close")
    count_in(desk, {OTHER: EN.money(cash).removeprefix("€")})
    assert desk.answer()
    type_in(desk, "2")
    assert desk.answer()
    again = open_till(session)
    again.do("last_z")
    assert report(again) == report(desk)
    again.do("open_session")
    assert counted(again).take == "As left at the last Z: €2.00"
    again.drawer.take()
    assert again.answer()
    assert session.counter.tally.session.float_cents == 200


def test_a_difference_asks_for_its_reason_and_is_recorded_with_it(till: Till) -> None:
    desk, session = till
    open_with(desk, 5_000)
    cash = sell(till, Mode.CASH)
    desk.do("close")
    count_in(desk, {OTHER: "40"})
    assert counted(desk).difference == EN.money(4_000 - 5_000 - cash)
    assert desk.answer()
    view = desk.form.view(EN)
    assert view is not None
    assert "are missing" in view.hint
    assert not view.can_ok
    desk.form.choose("reason", "Wrong change given", "Wrong change given")
    type_in(desk, "41")
    assert not desk.answer()  # More than there is cannot stay.
    desk.press("clear")
    type_in(desk, "40")
    assert desk.answer()
    (z,) = records(session, RecordType.Z)
    assert z["difference_cents"] == 4_000 - 5_000 - cash
    assert z["count"] == {
        "why": "close",
        "pieces": [],
        "reason": "Wrong change given",
        "left_cents": 4_000,
    }


def test_a_blind_count_is_signed_before_what_must_be_there_is_shown(till: Till) -> None:
    desk, session = till
    settings(session, blind=True)
    open_with(desk, 5_000)
    cash = sell(till, Mode.CASH)
    desk.do("x")
    shown = amounts(report(desk))
    assert EN.money(5_000 + cash) not in shown.values()
    assert EN.money(cash) not in {shown["Cash"], shown.get("Cash sales")}
    assert "Expected" not in shown
    desk.do("close")
    count_in(desk, {5_000: "1"})
    assert (counted(desk).expected, counted(desk).difference) == ("", "")
    assert desk.answer()
    _, blind = records(session, RecordType.X)
    assert (blind["counted_cents"], blind["count"]["why"]) == (5_000, "count")  # type: ignore[index]
    view = desk.form.view(EN)
    assert view is not None
    assert EN.money(5_000 + cash) in view.hint
    # Who counts anew has it signed anew, and does not see it before.
    desk.do("close")
    assert counted(desk).expected
    desk.drawer.touch("100")
    type_in(desk, "1")
    assert counted(desk).expected == ""
    assert desk.answer()
    assert len(records(session, RecordType.X)) == 3
    desk.form.write("reason", "lost")
    assert desk.answer()
    (z,) = records(session, RecordType.Z)
    assert z["counted_cents"] == 5_100
    assert amounts(report(desk))["Expected"] == EN.money(5_000 + cash)


def test_a_crash_between_count_and_z_asks_for_no_count_again(till: Till) -> None:
    desk, session = till
    settings(session, blind=True)
    open_with(desk, 5_000)
    desk.do("close")
    count_in(desk, {5_000: "1"})
    assert desk.answer()
    again = open_till(session)
    again.do("close")
    assert (counted(again).total, counted(again).difference) == ("€50.00", "€0.00")
    assert again.answer()
    assert len(records(session, RecordType.X)) == 1
    assert again.answer()
    assert len(records(session, RecordType.Z)) == 1


def test_one_cashier_hands_over_to_the_next(till: Till) -> None:
    desk, session = till
    session.hire()
    session.log_in(BRUNO)
    open_with(desk, 5_000)
    desk.do("hand_over")
    count_in(desk, {OTHER: "48"})
    assert desk.answer()
    desk.form.choose("reason", "Not known why", "Not known why")
    assert desk.answer()
    assert shows(desk, Mode.REPORT)
    assert report(desk).title == "The drawer is handed over"
    (x,) = records(session, RecordType.X)
    assert (x["count"]["why"], x["difference_cents"]) == ("hand_over", -200)  # type: ignore[index]
    assert x["operator_id"] == BRUNO.id
    assert desk.answer()
    assert desk.gate.shut
    session.log_in(AMELIE)
    # The session goes on; the next count says what was missing before.
    assert session.counter.session_open
    desk.do("hand_over")
    assert counted(desk).note == f"{BRUNO.name} handed over with a difference of -€2.00."


def test_where_a_session_is_required_the_float_comes_before_the_first_sale(till: Till) -> None:
    desk, session = till
    settings(session, required=True)
    total = ring_up(till)
    desk.pay(Mode.CARD)
    assert shows(desk, Mode.COUNT)
    assert desk.answer()
    assert shows(desk, Mode.CARD)
    session.now_ms += SETTLE_MS
    assert desk.confirm()
    assert session.tickets[-1].total_cents == total


def test_a_cashier_needs_somebody_for_the_z_also_once_the_count_took_long(till: Till) -> None:
    desk, session = till
    session.hire()
    session.log_in(AMELIE)
    open_with(desk, 0)

    def allow() -> None:
        desk.allowing.choose(CHANTAL.id)
        for digit in PIN:
            desk.allowing.press(digit)
        desk.allowing.press("ok")
        desk.poll()

    desk.do("close")
    assert desk.allowing.open
    allow()
    assert shows(desk, Mode.COUNT)
    # What was allowed at the beginning of the count is over by its end.
    session.people.forget_permissions()
    assert desk.answer()
    assert not desk.answer()
    assert desk.allowing.open
    allow()
    assert shows(desk, Mode.REPORT)
    assert len(records(session, RecordType.Z)) == 1


def test_a_full_disk_loses_no_count(till: Till) -> None:
    desk, session = till
    desk.do("open_session")
    count_in(desk, {1_000: "8"})
    session.fill_disk()
    assert not desk.answer()
    assert counted(desk).total == "€80.00"
    assert desk.notice() is not None


# Training.


def test_what_is_done_in_training_counts_nowhere(till: Till) -> None:
    desk, session = till
    open_with(desk, 10_000)
    sell(till, Mode.CASH)
    before = session.counter.tally.copy()
    sold = list(session.tickets)
    stock = {each.id: each for each in session.catalogue.search()}
    levels = {key: session.catalogue.stock(key) for key in stock}
    desk.do("training")
    assert desk.training.on
    assert not session.counter.session_open
    sell(till, Mode.CASH, 4)
    assert desk.paid() is not None
    desk.do("x")
    assert amounts(report(desk))["Tickets"] == "1"
    desk.do("close")
    count_in(desk, {OTHER: "1"})
    assert desk.answer()
    desk.form.write("reason", "exercise")
    type_in(desk, "0")
    assert desk.answer()
    assert report(desk).title == "Z closing"
    assert report(desk).detail.startswith("Exercise")
    desk.do("end_training")
    assert not desk.training.on
    assert session.counter.tally == before
    assert session.tickets == sold
    assert {key: session.catalogue.stock(key) for key in stock} == levels
    assert len(desk.tickets.ids()) == len(sold)
    # No Z but the exercise: the till's own has none.
    assert "last_z" not in open_keys(desk)
    assert records(session, RecordType.Z) == []


def test_nobody_begins_to_train_with_a_sale_in_hand_nor_goes_on_selling_an_exercise(
    till: Till,
) -> None:
    desk, session = till
    ring_up(till)
    assert "training" not in open_keys(desk)
    desk.do("training")
    assert not desk.training.on
    desk.empty()
    desk.do("training")
    ring_up(till)
    desk.pay("voucher")
    type_in(desk, "1")
    session.now_ms += SETTLE_MS
    desk.confirm()
    assert desk.paying.begun
    desk.do("end_training")
    assert not desk.sale.basket
    assert not desk.paying.begun
    assert not desk.can_undo()


def test_what_is_parked_in_training_is_there_in_training_alone(till: Till) -> None:
    desk, _ = till
    ring_up(till)
    desk.do("park")
    assert len(desk.parked.ids()) == 1
    desk.do("training")
    assert desk.parked.ids() == []
    ring_up(till)
    desk.do("park")
    assert len(desk.parked.ids()) == 1
    desk.do("end_training")
    assert len(desk.parked.ids()) == 1


def test_training_ends_where_somebody_else_comes_and_with_the_program(till: Till) -> None:
    desk, session = till
    session.hire()
    session.log_in(AMELIE)
    desk.do("training")
    desk.gate.lock()
    desk.poll()
    assert desk.training.on
    session.log_in(BRUNO)
    desk.poll()
    assert not desk.training.on


def test_what_was_allowed_for_an_exercise_allows_nothing_real(till: Till) -> None:
    desk, session = till
    session.hire()
    session.log_in(AMELIE)
    desk.do("training")
    desk.do("cash_out")
    desk.allowing.choose(CHANTAL.id)
    for digit in PIN:
        desk.allowing.press(digit)
    desk.allowing.press("ok")
    desk.poll()
    assert shows(desk, Mode.FORM)
    desk.do("end_training")
    desk.do("cash_out")
    assert desk.allowing.open


def test_a_count_of_an_exercise_is_another_one(till: Till) -> None:
    desk, _ = till
    open_with(desk, 10_000)
    desk.do("hand_over")
    count_in(desk, {5_000: "2"})
    desk.do("training")
    ring_up(till)
    desk.empty()
    desk.do("open_session")
    count_in(desk, {100: "3"})
    desk.do("end_training")
    desk.do("hand_over")
    assert counted(desk).total == "€100.00"


def test_an_x_says_what_there_is_so_far(till: Till) -> None:
    desk, session = till
    open_with(desk, 10_000)
    total = sell(till, Mode.CARD)
    desk.do("x")
    assert shows(desk, Mode.REPORT)
    assert amounts(report(desk))["TOTAL"] == EN.money(total)
    assert len(report(desk).rates) > 1
    assert session.counter.session_open
    assert not desk.drawer.hands_over
