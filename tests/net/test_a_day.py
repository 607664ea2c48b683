"""20,000 real articles, 1,000 real baskets over three tills, a cut in the middle: all agree."""

import csv
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from child_processes import ROOT
from shop_processes import KioskProcess

from tests import forked
from tests.net.conftest import Street
from tests.net.ledger import read_ledger

DATA = ROOT.parent / "shared" / "data"
ARTICLES, BASKETS = DATA / "articles-20k.csv", DATA / "baskets.csv"
pytestmark = [
    pytest.mark.net,
    pytest.mark.skipif(
        not (ARTICLES.exists() and BASKETS.exists()),
        reason="the real articles and baskets are not here (../shared/data)",
    ),
]
COUNT = 1000
STOCKED = 2000
"""So many of the articles: that a till takes all of them is tested with the import."""


def _baskets() -> list[list[str]]:
    with BASKETS.open(encoding="utf-8", newline="") as file:
        return [row for _, row in zip(range(COUNT), csv.reader(file), strict=False)]


def _articles(file: Path) -> Path:
    """Write a list of the first articles, as the real one has them."""
    with ARTICLES.open("rb") as real:
        file.write_bytes(b"".join(islice(real, STOCKED + 1)))
    return file


def _codes(baskets: list[list[str]], rows: list[dict[str, Any]]) -> dict[str, str]:
    """Give each item of the baskets an article of the shop, the same at every run."""
    items = sorted({item for basket in baskets for item in basket})
    articles = sorted(row["codes"][0] for row in rows)
    step = len(articles) // len(items)
    return {item: articles[place * step] for place, item in enumerate(items)}


def _sell(till: KioskProcess, basket: list[str], codes: dict[str, str]) -> None:
    lines = [{"code": codes[item], "quantity_milli": 1000} for item in basket]
    till.do("sell", lines=lines, payment="card")


def _settle(tills: list[KioskProcess], sales: list[int]) -> list[dict[str, Any]]:
    """Wait until each till has its sales on disk; return all their tickets."""
    tickets = []
    for till, count in zip(tills, sales, strict=True):
        for _ in range(count):
            event = till.wait(lambda event: event["event"] in ("sold", "error"))
            assert event["event"] == "sold", event
            tickets.append(event["ticket"])
    return tickets


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_thousand_baskets_over_three_tills_with_a_cut(street: Street) -> None:
    folder = street.folder(articles=0)
    articles = _articles(street.root / "articles.csv")
    done = forked.run("hub", "--data", str(folder.root), "import-articles", str(articles))
    assert done.returncode == 0, done.stderr
    hub = street.hub(folder)
    tills = [street.post(hub, "till", f"Caisse {number}") for number in (1, 2, 3)]
    for till in tills:
        till.ask("follow", topics=False)
    baskets = _baskets()
    codes = _codes(baskets, tills[0].ask("rows", topic="articles")["rows"])
    first, second, third = baskets[:400], baskets[400:700], baskets[700:]

    tickets = _sell_all(tills, first, codes)
    hub.end(9)
    for till in tills:
        till.wait_offline()
    tickets += _sell_all(tills, second, codes)
    hub = street.hub(folder)
    tickets += _sell_all(tills, third, codes)
    for till in tills:
        till.wait_online(60)
    heads = hub.heads()
    for till in tills:
        till.wait_equal(heads)
        assert till.end() == 0
    assert hub.end() == 0
    _agree(folder.database, tickets)


def _sell_all(
    tills: list[KioskProcess], baskets: list[list[str]], codes: dict[str, str]
) -> list[dict[str, Any]]:
    counts = [0] * len(tills)
    for place, basket in zip(cycle(range(len(tills))), baskets, strict=False):
        _sell(tills[place], basket, codes)
        counts[place] += 1
    return _settle(tills, counts)


def _agree(database: Path, tickets: list[dict[str, Any]]) -> None:
    ledger = read_ledger(database)
    assert ledger.tickets == {ticket["id"]: ticket["total_cents"] for ticket in tickets}
    assert len(tickets) == COUNT
    assert max(ledger.numbers.values()) == 1
    assert ledger.takings_cents == sum(ticket["total_cents"] for ticket in tickets)
    assert ledger.stock == ledger.moved
    for topic, head in ledger.heads.items():
        assert ledger.digests.get(topic, "0" * 64) == head[1]
