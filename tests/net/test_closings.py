"""A closing by hand on a real hub, while one till sells without a pause and another is away."""

import orjson
import pytest

from tests.net.conftest import Street
from tests.net.test_admission import Selling, admin, sell

pytestmark = [pytest.mark.net]


def test_a_day_is_closed_while_a_till_sells(street: Street) -> None:
    hub = street.hub(street.folder())
    selling, away = street.post(hub, "till", "Caisse 1"), street.post(hub, "till", "Caisse 2")
    sell(away)
    away.end()
    with Selling(selling) as busy:
        before = busy.sold
        closed = [orjson.loads(admin(hub, "journal", "close", "--json"))[0] for _ in range(3)]
        assert busy.sold > before
    last = orjson.loads(admin(hub, "journal", "close", "--period", "year", "--json"))
    days = [*closed, last[0]]
    assert [day["number"] for day in days] == [1, 2, 3, 4]
    assert [(day["first"], day["last"]) for day in days] == [
        (before["last"] + 2 if before else 1, day["last"])
        for before, day in zip([None, *days], days, strict=False)
    ]
    verified = orjson.loads(admin(hub, "journal", "verify", "--json"))
    assert verified["holds"]
    assert last[-1]["period"] == "year"
    assert last[-1]["totals"] == verified["totals"]
    assert sum(day["totals"]["tickets"] for day in days) == verified["totals"]["tickets"]
    assert [one["name"] for one in days[1]["silent"] if not one["records"]] == ["Caisse 2"]
