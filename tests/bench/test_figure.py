"""What rounds come to, and when a goal is met."""

import pytest

from tests.bench.figure import Figure, at_least, at_most
from tests.bench.stamps import latency
from tests.bench.systems import LIMIT, OURS, WEBSOCKET

ROUNDS = (
    {OURS: 2.0, LIMIT: 1.0},
    {OURS: 9.0, LIMIT: 3.0, WEBSOCKET: 10.0},
    {OURS: 4.0, LIMIT: 8.0},
)


def test_the_median_of_the_ratios_counts_not_the_ratio_of_the_medians() -> None:
    figure = Figure("x", "ms", ROUNDS)
    assert figure.value() == 4.0
    assert figure.value(LIMIT) == 3.0
    assert figure.ratio(LIMIT) == 2.0


def test_a_peer_that_took_no_part_has_no_figure() -> None:
    figure = Figure("x", "ms", ROUNDS[:1])
    assert figure.value(WEBSOCKET) is None
    assert figure.ratio(WEBSOCKET) is None
    assert figure.met(at_most(1.0, WEBSOCKET)) is None


def test_goals_are_bounds_of_a_ratio_or_of_the_value() -> None:
    figure = Figure("x", "ms", ROUNDS)
    assert figure.met(at_most(2.0, LIMIT))
    assert not figure.met(at_most(1.9, LIMIT))
    assert figure.met(at_least(4.0))
    assert not figure.met(at_least(4.1))


def test_a_row_holds_the_peers_figures_of_the_same_run() -> None:
    row = Figure("x", "ms", ROUNDS, {"followers": 50}, (at_most(2.0, LIMIT),)).as_json()
    assert (row["name"], row["value"], row["unit"]) == ("x", 4.0, "ms")
    assert (row["limit"], row["websocket"], row["websocket_group"]) == (3.0, 10.0, None)
    assert row["ratio_limit"] == 2.0
    assert row["followers"] == 50
    assert row["goals"] == [{"against": "limit", "bound": 2.0, "at_most": True, "met": True}]
    assert row["rounds"] == [dict(each) for each in ROUNDS]


def test_latency_is_over_all_pairs_after_the_warm_up() -> None:
    sent = {n: n * 1_000_000_000 for n in range(4)}
    stamped = [(n, f, sent[n] + (1 + f) * 1_000_000) for n in range(4) for f in range(3)]
    stamped[0] = (0, 0, sent[0] + 500_000_000)
    found = latency(sent, stamped, followers=3, warm_up=1)
    assert found.pairs == 9
    assert found.p50_ms == 2.0
    assert found.p99_ms == pytest.approx(3.0)


def test_a_change_that_is_missing_or_came_twice_spoils_the_round() -> None:
    sent = {0: 0, 1: 0}
    with pytest.raises(ValueError, match="1 of 2 changes did not arrive"):
        latency(sent, [(0, 0, 5)], followers=1, warm_up=0)
    with pytest.raises(ValueError, match="applied twice"):
        latency(sent, [(0, 0, 5), (0, 0, 6)], followers=1, warm_up=0)
