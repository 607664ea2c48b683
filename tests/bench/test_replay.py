"""Which rows a merged commit leaves out, and that a replay leaves the tables the hub leaves."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.store import Store
from tests.bench.frames import commands_of, merged_frames
from tests.bench.replay import Replay, overwritten_by
from tests.bench.shop import Shop, make_shop
from tests.bench.trace import Statement, check_against_sqlite, split, take_trace
from tests.bench.workload import price_changes, tickets

LOGGED = ("change", "live_row", "topic_head", "article", "stock_level", "ticket_line")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return make_shop(tmp_path_factory.mktemp("shop") / "hub", articles=20, tills=1)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("INSERT INTO change (topic, tseq) VALUES (?, ?)", None),
        (
            "INSERT INTO t (a, b, c) VALUES (?, ?, ?) ON CONFLICT (a, b) DO UPDATE SET c = 1",
            (0, 1),
        ),
        ("UPDATE topic_head SET tseq = ?, digest = ? WHERE topic = ?", (2,)),
        ("UPDATE meta SET value = ? WHERE name = 'gseq'", ()),
        ("DELETE FROM reply WHERE outbox_id = ? AND n <= ?", (0,)),
    ],
)
def test_what_a_later_row_overwrites(sql: str, expected: tuple[int, ...] | None) -> None:
    assert overwritten_by(sql) == expected


@pytest.mark.parametrize("group", [1, 3, 12])
@pytest.mark.parametrize("kind", ["price.set", "sale.record"])
def test_a_replay_leaves_what_the_pipeline_left(
    shop: Shop, tmp_path: Path, kind: str, group: int
) -> None:
    make = price_changes if kind == "price.set" else tickets
    workload = make(shop.article_ids, 12)
    steps = take_trace(shop, tmp_path / "traced", workload)
    copy = shop.copy(tmp_path / "replayed")
    replay = Replay(copy.database)
    for start in range(0, len(steps), group):
        replay.commit(steps[start : start + group])
    replay.close()
    assert tables(copy.database) == tables(replace(shop, root=tmp_path / "traced").database)


def tables(database: Path) -> dict[str, list[tuple[object, ...]]]:
    store = Store.open(database)
    try:
        return {
            name: sorted(map(tuple, store.db.execute(f"SELECT * FROM {name}")), key=repr)
            for name in LOGGED
        }
    finally:
        store.close()


def test_a_frame_names_its_commands(shop: Shop, tmp_path: Path) -> None:
    steps = take_trace(shop, tmp_path / "traced", price_changes(shop.article_ids, 4))
    ((topic, alone),) = merged_frames(steps[2:3])
    assert topic == "articles"
    assert commands_of(alone) == range(2, 3)
    assert len(alone) == len(steps[2].frames[0][1]), "as long as the hub's own"
    ((_, together),) = merged_frames(steps[1:4])
    assert commands_of(together) == range(1, 4)


def test_a_trace_that_misses_a_statement_is_refused() -> None:
    whole = [
        Statement("BEGIN IMMEDIATE", ((),), many=False),
        Statement("UPDATE a SET b = ? WHERE c = ?", ((1, "x"),), many=False),
        Statement("COMMIT", ((),), many=False),
    ]
    seen = ["BEGIN IMMEDIATE", "UPDATE a SET b = 1 WHERE c = 'x'", "COMMIT"]
    check_against_sqlite(whole, seen)
    with pytest.raises(ValueError, match="traced"):
        check_against_sqlite(whole[:1] + whole[2:], seen)
    with pytest.raises(ValueError, match="traced"):
        check_against_sqlite(whole, [seen[0], "DELETE FROM a", seen[2]])


def test_a_commit_is_split_at_its_savepoints_end() -> None:
    texts = ["BEGIN IMMEDIATE", "SAVEPOINT command", "UPDATE a SET b = 1", "RELEASE command"]
    texts += ["INSERT INTO change (topic) VALUES (?)", "COMMIT"]
    own, shared = split([Statement(text, ((),), many=False) for text in texts])
    assert [statement.sql for statement in own] == texts[1:4]
    assert [statement.sql for statement in shared] == texts[4:5]
    with pytest.raises(ValueError, match="not one commit"):
        split([Statement(text, ((),), many=False) for text in texts[1:]])
