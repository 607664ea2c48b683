"""The verdict on a shop at rest: a sound one has no fault, and whatever is bent is found out."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.history import Answer, History, Paper
from tests.chaos.verdict import Operation, OutboxFile, PostAtRest, faults, not_held, not_taken
from tests.net.ledger import Ledger

OUTBOX, ARTICLE, PLACE = "0a" * 16, "article", "place"
NUMBER = ("01-AAAA", 1)
HEADS = {"sales": (1, "d1"), "receipts": (1, "d2"), "stock": (2, "d3")}
DIGESTS = {topic: digest for topic, (_, digest) in HEADS.items()}
STOCK = {(ARTICLE, PLACE): 22_000}

LEDGER = Ledger(
    tickets={"t1": 250},
    receipts={"r1"},
    stock=STOCK,
    moved=STOCK,
    takings_cents=250,
    numbers=Counter([NUMBER]),
    heads=HEADS,
    digests=DIGESTS,
    outboxes={OUTBOX: 2},
    changes={
        ("sales", 1): (OUTBOX, 1),
        ("stock", 1): (OUTBOX, 1),
        ("receipts", 1): (OUTBOX, 2),
        ("stock", 2): (OUTBOX, 2),
    },
    quarantined=0,
)
SALE = Operation(
    1,
    "sale.record",
    1,
    {
        "ticket": {
            "id": "t1",
            "number": 1,
            "lines": [{"article_id": ARTICLE, "quantity_milli": 2000}],
        }
    },
)
RECEIPT = Operation(
    2,
    "goods.receive",
    1,
    {"receipt": {"id": "r1", "lines": [{"article_id": ARTICLE, "quantity_milli": 24_000}]}},
)
FILE = OutboxFile(OUTBOX, "01-AAAA", 2, (SALE, RECEIPT), ())


def said() -> History:
    history = History("Caisse 1")
    history.papers = {1: Paper("sale", "t1", 250, NUMBER), 2: Paper("receipt", "r1")}
    history.answers = {
        1: Answer("accepted", 1, {"sales": 1, "stock": 1}, "", ()),
        2: Answer("accepted", 2, {"receipts": 1, "stock": 2}, "", ()),
    }
    return history


def verdict(ledger: Ledger = LEDGER, file: OutboxFile = FILE) -> list[str]:
    return list(faults(ledger, {ARTICLE: 0}, [PostAtRest(said(), file, HEADS)]))


def test_a_sound_shop_has_no_fault() -> None:
    assert verdict() == []


@pytest.mark.parametrize(
    ("bent", "fault"),
    [
        (lambda: replace(LEDGER, tickets={}, numbers=Counter(), takings_cents=0), "is lost"),
        (lambda: replace(LEDGER, receipts=set()), "receipt r1 (operation 2) is lost"),
        (lambda: replace(LEDGER, tickets={"t1": 251}, takings_cents=251), "250 cents, 251 kept"),
        (lambda: replace(LEDGER, takings_cents=249), "takings 249, tickets 250"),
        (lambda: replace(LEDGER, numbers=Counter([NUMBER] * 2)), "2 tickets are 01-AAAA-1"),
        (lambda: replace(LEDGER, numbers=Counter([("01-AAAA", 2)])), "goes to 2 and has 1"),
        (lambda: replace(LEDGER, moved={(ARTICLE, PLACE): 1}), "not the sum of movements"),
        (
            lambda: replace(LEDGER, stock={(ARTICLE, PLACE): 1}, moved={(ARTICLE, PLACE): 1}),
            "levels of stock differ",
        ),
        (lambda: replace(LEDGER, digests={**DIGESTS, "stock": "xx"}), "digest of its head"),
        (
            lambda: replace(
                LEDGER, heads={**HEADS, "stock": (3, "d4")}, digests={**DIGESTS, "stock": "d4"}
            ),
            "stock stands at",
        ),
        (lambda: replace(LEDGER, outboxes={OUTBOX: 1}), "the hub took 1 of 2 operations"),
        (lambda: replace(LEDGER, tickets={"t1": 250, "t9": 0}), "that no post has, t9"),
        (
            lambda: replace(LEDGER, changes={**LEDGER.changes, ("stock", 2): (OUTBOX, 9)}),
            "no effect at tseq 2 of stock",
        ),
        (
            lambda: replace(LEDGER, changes={**LEDGER.changes, ("sales", 2): (OUTBOX, 1)}),
            "changed sales 2 times",
        ),
        (lambda: replace(LEDGER, quarantined=1), "1 operations are quarantined"),
    ],
)
def test_a_bent_ledger_is_found_out(bent: Callable[[], Ledger], fault: str) -> None:
    found = verdict(ledger=bent())
    assert any(fault in each for each in found), found


@pytest.mark.parametrize(
    ("bent", "fault"),
    [
        (lambda: replace(FILE, operations=(SALE, replace(RECEIPT, n=3))), "has a hole"),
        (lambda: replace(FILE, operations=(SALE, replace(RECEIPT, status=0))), "1 operations wait"),
        (lambda: replace(FILE, operations=(SALE,)), "operation 2, receipt r1, is not on its disk"),
        (lambda: replace(FILE, next_ticket=3), "not numbered from 1 to 2"),
        (lambda: replace(FILE, aside=("outbox.damaged.db",)), "was set aside"),
    ],
)
def test_a_bent_outbox_is_found_out(bent: Callable[[], OutboxFile], fault: str) -> None:
    found = verdict(file=bent())
    assert any(fault in each for each in found), found


def test_right_after_a_death_the_disk_must_hold_what_was_said() -> None:
    assert list(not_taken({"Caisse 1": 2}, {"Caisse 1": 2})) == []
    assert "the hub took 1" in next(not_taken({"Caisse 1": 2}, {"Caisse 1": 1}))
    assert list(not_held(said(), FILE)) == []
    waiting = replace(FILE, operations=(SALE, replace(RECEIPT, status=0)))
    assert list(not_held(said(), waiting)) == [
        "Caisse 1: the reply to operation 2 is not on its disk"
    ]


@pytest.mark.parametrize(("topics", "sound"), [({}, True), ({"sales": 2}, False)])
def test_what_a_till_notes_by_itself_changes_nothing(topics: dict[str, int], sound: bool) -> None:
    history, note = said(), Operation(3, "journal.record", 1, {"records": []})
    history.answers[3] = Answer("accepted", 3, topics, "", ())
    ledger = replace(
        LEDGER,
        outboxes={OUTBOX: 3},
        changes={**LEDGER.changes, **dict.fromkeys(topics.items(), (OUTBOX, 3))},
    )
    file = replace(FILE, operations=(*FILE.operations, note))
    found = list(faults(ledger, {ARTICLE: 0}, [PostAtRest(history, file, HEADS)]))
    assert (found == []) is sound, found
