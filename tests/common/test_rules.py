"""What makes a ticket sound, and which day a moment belongs to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.models import Payment, Ticket, TicketLine
from common.money import VatLine, line_total_cents, spread, vat_lines
from common.rules import (
    business_date,
    cash,
    local_time,
    refund_line,
    settles,
    ticket_is_sound,
    ticket_line,
    total_cents,
)

NOON_MS = 1_772_539_200_000  # 3 March 2026, 12:00 UTC


def ticket_of(lines: tuple[TicketLine, ...], payments: tuple[Payment, ...] = ()) -> Ticket:
    total = total_cents(lines)
    return Ticket(
        "a" * 32,
        "T1-abc",
        1,
        NOON_MS,
        60,
        "2026-03-03",
        0,
        "Amélie",
        "main",
        lines,
        vat_lines((line.vat_bp, line.total_cents) for line in lines),
        payments or (Payment("card", total, total),),
        total,
    )


LINES = st.lists(
    st.builds(
        ticket_line,
        st.just("b" * 32),
        st.just("Baguette"),
        st.integers(-(10**6), 10**6),
        st.integers(0, 10**6),
        st.sampled_from([0, 550, 1000, 2000]),
        discount_cents=st.integers(0, 500),
    ),
    min_size=1,
    max_size=12,
).map(tuple)


@given(LINES)
def test_what_the_rules_make_is_sound(lines: tuple[TicketLine, ...]) -> None:
    assert ticket_is_sound(ticket_of(lines))


@given(LINES, st.integers(0, 10**6))
def test_prices_with_vat_are_the_ones_that_hold(lines: tuple[TicketLine, ...], off: int) -> None:
    """Whatever is taken off the whole ticket, each line, each rate and the total lose just that."""
    weights = [max(0, line.total_cents) for line in lines]
    off = min(off, sum(weights))
    shares = spread(off, weights)
    less = tuple(
        replace(
            line,
            total_cents=line.total_cents - share,
            discount_cents=line.discount_cents + share,
        )
        for line, share in zip(lines, shares, strict=True)
    )
    before, after = ticket_of(lines), ticket_of(less)
    assert ticket_is_sound(after)
    assert after.total_cents == before.total_cents - off
    assert sum(vat.total_cents for vat in after.vat) == after.total_cents
    assert all(vat.base_cents + vat.vat_cents == vat.total_cents for vat in after.vat)
    for vat in after.vat:
        taken = sum(
            share for line, share in zip(lines, shares, strict=True) if line.vat_bp == vat.vat_bp
        )
        (was,) = [one for one in before.vat if one.vat_bp == vat.vat_bp]
        assert vat.total_cents == was.total_cents - taken


SOUND = ticket_of((ticket_line("b" * 32, "Pain", 2000, 130, 550), ticket_line("", "x", 1000, 5, 0)))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(SOUND, total_cents=SOUND.total_cents + 1),
        replace(SOUND, lines=(replace(SOUND.lines[0], total_cents=261), SOUND.lines[1])),
        replace(SOUND, lines=(replace(SOUND.lines[0], discount_cents=1), SOUND.lines[1])),
        replace(SOUND, vat=SOUND.vat[:1]),
        replace(SOUND, vat=(*SOUND.vat, VatLine(2000, 0, 0, 0))),
        replace(SOUND, vat=tuple(reversed(SOUND.vat))),
        replace(SOUND, vat=(replace(SOUND.vat[0], base_cents=4, vat_cents=1), SOUND.vat[1])),
        replace(SOUND, payments=()),
        replace(SOUND, payments=(Payment("cash", 265, 264),)),
        replace(SOUND, payments=(Payment("cash", 264, 300),)),
    ],
)
def test_a_cent_out_of_place_is_seen(wrong: Ticket) -> None:
    assert ticket_is_sound(SOUND)
    assert not ticket_is_sound(wrong)


def test_payments_settle_together_and_change_is_given_once() -> None:
    assert settles(1000, [Payment("card", 400, 400), Payment("cash", 600, 700)])
    assert not settles(1000, [Payment("card", 400, 400), Payment("cash", 500, 700)])
    assert settles(-250, [Payment("cash", -250, -250)])


def test_cash_must_be_enough() -> None:
    assert cash(1990, 2000) == Payment("cash", 1990, 2000)
    assert cash(1990, 1990) == Payment("cash", 1990, 1990)
    with pytest.raises(ValueError, match="1989"):
        cash(1990, 1989)


@pytest.mark.parametrize(
    ("at_ms", "offset_min", "day_starts_min", "expected"),
    [
        (NOON_MS, 60, 0, "2026-03-03"),
        (NOON_MS, 780, 0, "2026-03-04"),  # 13 hours ahead: past midnight
        (NOON_MS, -780, 0, "2026-03-02"),
        (NOON_MS + 15 * 3_600_000, 60, 300, "2026-03-03"),  # 4:00, the day starts at 5:00
        (NOON_MS + 16 * 3_600_000, 60, 300, "2026-03-04"),
        (0, -600, 0, "1969-12-31"),
    ],
)
def test_a_business_date(at_ms: int, offset_min: int, day_starts_min: int, expected: str) -> None:
    assert business_date(at_ms, offset_min, day_starts_min) == expected


@given(st.integers(0, 2**47), st.integers(-900, 900))
def test_every_moment_that_a_ticket_can_hold_has_a_date(at_ms: int, offset_min: int) -> None:
    assert len(business_date(at_ms, offset_min)) == 10
    assert local_time(at_ms, offset_min).tzinfo is None


@given(
    st.integers(0, 10_000),
    st.integers(1, 9_999),
    st.integers(0, 500),
    st.lists(st.integers(1, 4_000), min_size=1, max_size=4),
)
def test_what_is_given_back_in_parts_comes_to_the_whole(
    price: int, milli: int, discount: int, parts: list[int]
) -> None:
    line = ticket_line("", "x", milli, price, 550, discount_cents=discount)
    before, back = 0, []
    for part in (*parts, milli):
        if some := min(part, milli - before):
            back.append(refund_line(line, some, before))
            before += some
    assert sum(each.total_cents for each in back) == -line.total_cents
    assert sum(each.quantity_milli for each in back) == -milli
    for each in back:
        full = line_total_cents(price, each.quantity_milli, each.discount_cents)
        assert each.total_cents == full


@pytest.mark.parametrize(("milli", "before"), [(0, 0), (1001, 0), (501, 500), (1, -1), (-1, 0)])
def test_no_more_is_given_back_than_was_sold(milli: int, before: int) -> None:
    with pytest.raises(ValueError, match="given back"):
        refund_line(ticket_line("", "x", 1000, 100, 550), milli, before)
