"""Totals of closings, tickets, payments, takings, stock and exports agree over random days.

A few of them; `dev.py days` plays thousands.
"""

from hypothesis import HealthCheck, given, settings

from common.journal.kinds import Period
from tests.days.life import live
from tests.days.plan import EVENTS, Day, Event, Line, Plan, Sale, plans


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(plans(days=3, events=6))
def test_random_days(plan: Plan) -> None:
    live(plan)


def test_every_kind_of_event_is_played() -> None:
    """And a wrong cent anywhere would be seen: see the books."""
    line = Line(0, 735, 33, 0, 0)
    free = Line(7, 1, 0, 1999, 210)
    sale = Sale(0, (line, free), "split")
    at_1 = Sale(1, (free, line), "rounded", 7)
    played = live(
        Plan(
            2,
            (
                Day(
                    (
                        Event("sale", sale),
                        Event("till goes offline", 1),
                        Event("discount on all", at_1),
                        Event("refund", sale),
                        Event("void", sale),
                        Event("exercise", sale),
                        Event("cash put in", 0),
                        Event("X", 0),
                        Event("Z", 1),
                    ),
                    0,
                ),
                Day((Event("till comes back", 1), Event("hub starts again", None)), 40),
                Day((Event("closing by hand", Period.MONTH), Event("sale", at_1)), 0),
            ),
        )
    )
    assert played.keys() >= EVENTS.keys()
    assert (played["ticket"], played["late ticket"]) == (4, 1)
