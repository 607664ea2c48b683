"""Papers as a post makes them."""

from dataclasses import replace

import pytest

from common.errors import Refusal
from common.ids import IdMint
from common.models import Payment, ReceiptLine
from common.rules import cash, ticket_is_sound, ticket_line, total_cents
from kiosk.till import Stamp, Till
from tests.kiosk.post import NOW_MS, HandClocks, seeded_bytes
from tests.kiosk.shop_rows import uid

LINES = (
    ticket_line(uid(1), "Baguette", 2000, 120, 550, "3257980128340"),
    ticket_line(uid(2), "Huile", 1000, 899, 2000, discount_cents=100),
)
TOTAL = total_cents(LINES)
CARD = (Payment("card", TOTAL, TOTAL),)
STAMP = Stamp("Amélie", "main", 0)


def till(hand: HandClocks | None = None) -> Till:
    clocks = (hand or HandClocks()).clocks
    return Till(clocks, IdMint(clocks.wall_ms, seeded_bytes()))


def test_a_ticket_is_whole_and_sound() -> None:
    made = till().ticket("07-ABCD", 12, LINES, (cash(TOTAL, 2000),), STAMP)
    assert ticket_is_sound(made)
    assert (made.series, made.number, made.total_cents) == ("07-ABCD", 12, TOTAL)
    assert (made.at_ms, made.utc_offset_min, made.business_date) == (NOW_MS, 60, "2026-03-03")
    assert (made.operator, made.location_id, made.clock_diff_ms) == ("Amélie", "main", 0)
    assert [line.vat_bp for line in made.vat] == [550, 2000]
    assert sum(line.total_cents for line in made.vat) == TOTAL


def test_every_paper_has_its_own_id_in_the_order_of_making() -> None:
    hand = HandClocks()
    maker = till(hand)
    made = [maker.ticket("s", 1, LINES, CARD, STAMP).id for _ in range(3)]
    hand.set_wall(NOW_MS - 60_000)
    made.append(maker.ticket("s", 1, LINES, CARD, STAMP).id)
    assert made == sorted(set(made))


def test_a_ticket_without_lines_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        till().ticket("s", 1, (), (), STAMP)
    assert caught.value.problem.code == "ticket_empty"


@pytest.mark.parametrize(
    "payments",
    [
        (),
        (Payment("card", TOTAL - 1, TOTAL - 1),),
        (Payment("card", TOTAL + 1, TOTAL + 1),),
        (Payment("cash", TOTAL, TOTAL - 1),),
    ],
)
def test_payments_that_do_not_settle_are_refused(payments: tuple[Payment, ...]) -> None:
    with pytest.raises(Refusal) as caught:
        till().ticket("s", 1, LINES, payments, STAMP)
    assert caught.value.problem.code == "payment_differs"


def test_what_the_hub_would_not_read_is_refused_here() -> None:
    nameless = (replace(LINES[0], label=""),)
    total = total_cents(nameless)
    with pytest.raises(Refusal) as caught:
        till().ticket("s", 1, nameless, (Payment("card", total, total),), STAMP)
    assert caught.value.problem.code == "malformed"
    with pytest.raises(Refusal):
        till().ticket("s", 1, LINES * 300, (Payment("card", TOTAL * 300, TOTAL * 300),), STAMP)


def test_the_business_date_is_the_shops_on_a_till_whose_clock_is_wrong() -> None:
    hand = HandClocks(wall=86_400_000, offset_min=0)  # 2 January 1970
    made = till(hand).ticket("s", 1, LINES, CARD, Stamp("", "main", NOW_MS - 86_400_000))
    assert made.at_ms == 86_400_000
    assert made.clock_diff_ms == NOW_MS - 86_400_000
    assert made.business_date == "2026-03-03"


def test_the_business_date_is_the_zones_around_midnight() -> None:
    before_midnight_utc = NOW_MS - NOW_MS % 86_400_000 + 86_400_000 - 600_000
    hand = HandClocks(wall=before_midnight_utc, offset_min=60)
    assert till(hand).ticket("s", 1, LINES, CARD, STAMP).business_date == "2026-03-04"


def test_a_goods_receipt_is_whole() -> None:
    made = till().receipt((ReceiptLine(uid(1), 24_000),), "two crates", STAMP)
    assert (made.at_ms, made.note, made.operator) == (NOW_MS, "two crates", "Amélie")
    assert made.lines == (ReceiptLine(uid(1), 24_000),)


@pytest.mark.parametrize(
    ("lines", "code"),
    [((), "ticket_empty"), ((ReceiptLine(uid(1), 0),), "malformed")],
)
def test_a_goods_receipt_of_nothing_is_refused(lines: tuple[ReceiptLine, ...], code: str) -> None:
    with pytest.raises(Refusal) as caught:
        till().receipt(lines, "", STAMP)
    assert caught.value.problem.code == code
