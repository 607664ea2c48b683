"""Heads beside a journal: what contradicts, from where on, and which are worth keeping."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.journal.witness import (
    AGREES,
    RUNS_KEPT,
    SAYS_NOTHING,
    TIERS,
    Bounds,
    Conflict,
    Kept,
    Lost,
    Span,
    Verdict,
    judge,
    lost,
    narrow,
    spread,
    thinned,
)
from tests.common.journal.heads import AT_MS, EPOCHS, Numbers

HONEST = Numbers("a" * 100)
DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000


def test_what_is_as_it_was_seen_agrees() -> None:
    assert all(judge(HONEST, HONEST.mark(seq)) == AGREES for seq in (1, 50, 100))


def test_of_what_was_purged_a_head_says_nothing_and_a_later_one_speaks_for_it() -> None:
    purged = Numbers("a" * 100, purged=60)
    assert [judge(purged, HONEST.mark(seq)) for seq in (30, 60)] == [SAYS_NOTHING] * 2
    assert judge(purged, HONEST.mark(61)) == AGREES
    other = Numbers("b" + "a" * 99, purged=60)
    assert narrow(other, [HONEST.mark(30), HONEST.mark(61)]).by == 61


def bad(conflict: Conflict, by: int) -> Verdict:
    return Verdict(conflict=conflict, by=by)


@pytest.mark.parametrize(
    ("journal", "verdict"),
    [
        (Numbers("a" * 40 + "b" * 60), bad(Conflict.LINE, 80)),
        (Numbers("a" * 70), bad(Conflict.GONE, 71)),
        (Numbers("a" * 100, chain="d" * 32), bad(Conflict.CHAIN, 1)),
        (Numbers("a" * 100, [Span("0" * 32, 1, 100)]), bad(Conflict.EPOCH, 101)),
        (Numbers("a" * 100, [Span(EPOCHS[1], 1, 100)]), bad(Conflict.CHAIN, 1)),
    ],
)
def test_what_contradicts(journal: Numbers, verdict: Verdict) -> None:
    assert judge(journal, HONEST.mark(80)) == verdict


def restored(kept: int, *epochs: str) -> Numbers:
    """Return a journal that was restored at `kept`, and went on under other epochs."""
    first, second = epochs
    return Numbers(
        "a" * kept + "r" + "b" * 20, [Span(first, 1, kept), Span(second, kept + 1, kept + 21)]
    )


def test_a_restore_explains_what_is_not_there() -> None:
    journal = restored(60, EPOCHS[0], EPOCHS[2])
    assert judge(journal, HONEST.mark(60)) == AGREES
    # Beyond what was kept the numbers go on under the new epoch: no line contradicts.
    assert judge(journal, HONEST.mark(75)) == Verdict(lost=Lost(61, 60, 75))
    assert judge(journal, HONEST.mark(100)) == Verdict(lost=Lost(61, 60, 100))
    # An epoch in between, which the restore of an older backup passed over.
    assert judge(journal, HONEST.mark(90, EPOCHS[1])) == Verdict(lost=Lost(61, 60, 90))


def test_a_restore_explains_no_line_that_was_kept() -> None:
    changed = Numbers("a" * 30 + "x" * 30 + "r", [Span(EPOCHS[0], 1, 60), Span(EPOCHS[2], 61, 61)])
    assert judge(changed, HONEST.mark(50)) == bad(Conflict.LINE, 50)


def test_the_furthest_head_beyond_each_restore_is_named() -> None:
    journal = Numbers(
        "a" * 60 + "r" + "b" * 9 + "s",
        [Span(EPOCHS[0], 1, 60), Span(EPOCHS[1], 61, 70), Span(EPOCHS[2], 71, 71)],
    )
    later = Numbers("a" * 60 + "r" + "b" * 30)
    heads = [HONEST.mark(70), HONEST.mark(99), later.mark(70, EPOCHS[1]), later.mark(80, EPOCHS[1])]
    assert [gone for _, gone in lost(journal, heads)] == [Lost(61, 60, 99), Lost(71, 70, 80)]


def test_the_first_bad_line_is_narrowed_down() -> None:
    rewritten = Numbers("a" * 40 + "b" * 80)
    heads = [HONEST.mark(seq) for seq in (10, 30, 55, 80)]
    bounds = narrow(rewritten, heads)
    assert (bounds.after, bounds.by, bounds.conflict) == (30, 55, Conflict.LINE)
    assert bounds.text == "31–55"
    assert narrow(rewritten, [HONEST.mark(40), HONEST.mark(41)]).text == "41"
    assert narrow(HONEST, heads) == Bounds()


def test_what_was_kept_after_the_change_narrows_nothing() -> None:
    rewritten = Numbers("a" * 40 + "b" * 80)
    bounds = narrow(rewritten, [HONEST.mark(30), HONEST.mark(55), rewritten.mark(110)])
    assert (bounds.after, bounds.by) == (30, 55)


def test_a_journal_that_was_cut_off_lacks_the_next_line() -> None:
    bounds = narrow(Numbers("a" * 70), [HONEST.mark(60), HONEST.mark(95)])
    assert (bounds.after, bounds.by, bounds.conflict) == (60, 71, Conflict.GONE)


@given(
    st.integers(0, 60),
    st.integers(1, 60),
    st.sets(st.integers(1, 100), min_size=1),
)
def test_the_first_bad_line_is_within_its_bounds(same: int, other: int, seen: set[int]) -> None:
    journal = Numbers("a" * same + "b" * other)
    bounds = narrow(journal, [HONEST.mark(seq) for seq in sorted(seen)])
    if max(seen) <= same:
        assert bounds.conflict is None
    else:
        assert bounds.after <= same < bounds.by <= max(seen)


# What is kept.


def heads_every(step_ms: int, count: int) -> list[Kept]:
    """Return so many heads, whose signatures nobody looks at here."""
    one = HONEST.kept(1)
    heads = []
    for n in range(count):
        stated = replace(one.stated, seq=n + 1, at_ms=AT_MS + n * step_ms)
        heads.append(Kept(0, replace(one.seal, body=f"{{{n}}}"), stated))
    return heads


def test_a_day_is_kept_by_minutes_and_hours() -> None:
    day = heads_every(10_000, 8_640)
    worth = thinned(day)
    ages_ms = [day[-1].stated.at_ms - head.stated.at_ms for head in worth]
    (_, minutes), *_ = TIERS
    assert worth[-1] == day[-1]
    assert sum(age < minutes * MINUTE_MS for age in ages_ms) == minutes
    assert sorted(worth, key=lambda head: head.stated.at_ms) == worth
    assert {head.stated.at_ms // HOUR_MS for head in day} == {
        head.stated.at_ms // HOUR_MS for head in worth
    }


def test_years_are_kept_by_days_and_are_bounded() -> None:
    years = heads_every(6 * HOUR_MS, 4 * 3_000)
    worth = thinned(years)
    assert len(worth) <= sum(most for _, most in TIERS)
    days = {head.stated.at_ms // DAY_MS for head in worth}
    assert len(days) == TIERS[-1][1]


def test_thinning_again_changes_nothing() -> None:
    worth = thinned(heads_every(47_000, 3_000))
    assert thinned(worth) == worth


def test_the_newest_of_each_run_stays_and_what_is_asked_for() -> None:
    heads = [HONEST.kept(n, AT_MS + n, run=n // 10) for n in range(1, 50)]
    odd = heads[3]
    worth = thinned(heads, [odd])
    assert [head.stated.seq for head in worth] == [4, 9, 19, 29, 39, 49]


def test_runs_are_bounded() -> None:
    heads = [HONEST.kept(1 + run % 100, AT_MS, run=run) for run in range(2 * RUNS_KEPT)]
    assert [head.run for head in thinned(heads)] == list(range(RUNS_KEPT, 2 * RUNS_KEPT))


@pytest.mark.parametrize("count", [1, 2, 5, 6, 1000])
def test_heads_are_chosen_evenly(count: int) -> None:
    heads: Sequence[Kept] = heads_every(1000, count)
    chosen = spread(heads, 5)
    assert len(chosen) == min(5, count)
    assert (chosen[0], chosen[-1]) == (heads[0], heads[-1])
