"""What each kind of post is let see: snapshots, changes, broadcasts, heartbeats, by profile.

The table here is written out by hand, as the shop was promised.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common import messages as m
from common import wire
from common.models import (
    Alert,
    Article,
    Category,
    Customer,
    Delivery,
    GoodsReceipt,
    Parked,
    ParkedLine,
    ParkedTicket,
    Person,
    ReceiptLine,
    Row,
    Sale,
    ScheduledPrice,
    Shop,
    StockLevel,
    Takings,
)
from common.people import Role
from common.topics import KIOSK_PROFILES, TOPICS, Profile
from hub.changes import OWN
from tests.hub.desk_bench import Bench, decoded, open_bench
from tests.hub.shop_bench import ShopBench

EVERYWHERE = {"shop", "categories", "articles", "stock", "people", "prices"}
SEES = {
    Profile.TILL: EVERYWHERE | {"sales", "parked", "customers"},
    Profile.DEPOT: EVERYWHERE | {"receipts"},
    Profile.OFFICE: EVERYWHERE | {"sales", "receipts", "takings", "alerts", "parked", "customers"},
    Profile.CONSOLE: set[str](),
}
A, B = "a" * 32, "b" * 32


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


def row_of(topic: str, papers: ShopBench) -> Row:
    """Return a row that a topic may hold."""
    receipt = GoodsReceipt(A, 1, 0, 0, "", "main", (ReceiptLine(B, 1000),))
    line = ParkedLine("", "Divers", 1000, 199, 2000)
    rows: dict[str, Row] = {
        "shop": Shop("shop", "Essai"),
        "categories": Category(A, "All"),
        "articles": Article(A, "Bread", B, 100, 550),
        "stock": StockLevel(f"{A}:main", A, "main", 1000),
        "sales": Sale(A, B, "Caisse 1", 1, papers.ticket(("", 1000))),
        "receipts": Delivery(A, B, "Dépôt", 1, receipt),
        "takings": Takings("2026-03-01:x", "2026-03-01", "x", "Caisse 1", 1, 1, {}, {}),
        "alerts": Alert(A, 1, "post_silent", "Caisse 1"),
        "people": Person(A, "Amélie", Role.ADMIN),
        "customers": Customer(A, "Mme Petit"),
        "prices": ScheduledPrice(A, B, 100, 1),
        "parked": Parked(A, B, "Caisse 1", 1, ParkedTicket(A, 1, 0, 0, "", (line,), 199)),
    }
    return rows[topic]


def heard(bench: Bench, topic: str, row: Row) -> set[Profile]:
    """Publish a row; return which profiles' broadcasts had it."""
    draft = bench.log.draft()
    draft.put(topic, row, OWN)
    with bench.store.group():
        draft.write(bench.log.gseq + 1)
    (changes,) = bench.log.committed(draft, bench.log.gseq + 1)
    return {profile for profile, _ in bench.core._broadcast(changes)}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_change_is_broadcast_to_who_may_see_it(bench: Bench, topic: str, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    row = row_of(topic, ShopBench(folder, articles=()))
    assert heard(bench, topic, row) == {p for p in KIOSK_PROFILES if topic in SEES[p]}


@pytest.mark.parametrize("profile", Profile)
def test_snapshots_and_changes_are_given_to_who_may_see_them(
    bench: Bench, profile: Profile
) -> None:
    device = bench.enrol(1, profile)
    for topic in TOPICS:
        may = topic in SEES[profile]
        asked: tuple[Any, ...] = (m.SnapshotRequest(topic, 1, 1000), m.Since(topic, 2, 0))
        for message in asked:
            answers = bench.hear(device, message)
            # What is asked beyond the first few has its answer between two commits.
            answers += decoded(bench.core.turn().answers)
            refused = [a.code for a in answers if isinstance(a, m.Refused)]
            assert refused == ([] if may else ["unknown_topic"]), (topic, message)
        assert (topic in bench.wanted) is may


@pytest.mark.parametrize("profile", KIOSK_PROFILES)
def test_a_welcome_and_heartbeats_name_no_other_topic(bench: Bench, profile: Profile) -> None:
    device = bench.enrol(1, profile)
    (welcome,) = bench.hear(device, m.Hello(m.PROTOCOL, "test", A, "", {}, 1))
    assert set(welcome.topics) == SEES[profile]
    beats = [wire.decode_broadcast(f) for p, f in bench.core.heartbeats() if p is profile]
    assert [set(beat.topics) for beat in beats if isinstance(beat, m.Heartbeat)] == [SEES[profile]]
