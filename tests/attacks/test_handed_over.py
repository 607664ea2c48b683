"""Files in which a post hands over what it has not delivered, as somebody else would write them.

Each docstring says what is tried, and what comes of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from common import seal
from common.errors import Refusal
from common.export import Exported, sign_operation
from common.messages import Status
from common.topics import Profile
from tests.hub.desk_bench import Bench, open_bench
from tests.hub.journals import signing_keys

pytestmark = pytest.mark.attack
OUTBOX = "0f" * 16
BODY = orjson.dumps(
    {
        "id": f"{1:032x}",
        "kind": "goods.receive",
        "args": {
            "receipt": {
                "id": f"{2:032x}",
                "at_ms": 1_760_000_000_000,
                "utc_offset_min": 60,
                "clock_diff_ms": 0,
                "operator": "Karim",
                "location_id": "main",
                "lines": [{"article_id": f"{3:032x}", "quantity_milli": 1000}],
                "note": "",
            }
        },
    }
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        yield opened


def honest(bench: Bench) -> tuple[Exported, bytes]:
    """Return an operation of depot 1 and its signature."""
    post = bench.enrol(1, Profile.DEPOT)
    operation = Exported(post.id, OUTBOX, 1, 1, 1, BODY)
    return operation, sign_operation(signing_keys(1), operation)


FORGERIES: dict[str, Callable[[Exported, bytes], tuple[Exported, bytes]]] = {
    "a body changed": lambda said, by: (
        replace(said, body=said.body.replace(b"1000", b"9000")),
        by,
    ),
    "another number": lambda said, by: (replace(said, n=2), by),
    "another outbox": lambda said, by: (replace(said, outbox="0e" * 16), by),
    "the operations before it declared gone": lambda said, by: (replace(said, oldest_n=7), by),
    "another schema": lambda said, by: (replace(said, schema=2), by),
    "signed by another key": lambda said, _: (
        said,
        sign_operation(seal.new_signing_keys(), said),
    ),
    "signed by another enrolled post": lambda said, _: (
        said,
        sign_operation(signing_keys(2), said),
    ),
    "no signature": lambda said, _: (said, bytes(64)),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=list(FORGERIES))
def test_a_forged_hand_over(
    bench: Bench, forge: Callable[[Exported, bytes], tuple[Exported, bytes]]
) -> None:
    """A file in which a post hands over its sales is changed, or written by somebody else: the hub
    takes nothing of it, and names the operation."""
    operation, signature = honest(bench)
    bench.enrol(2, Profile.DEPOT)
    before = bench.log.gseq
    with pytest.raises(Refusal) as refused:
        bench.desks.collecting.take([(operation, signature), forge(operation, signature)])
    assert refused.value.problem.code == "operation_unproved"
    assert bench.log.gseq == before
    assert bench.store.db.execute("SELECT count(*) FROM reply").fetchone() == (0,)


def test_a_hand_over_of_another_posts_name(bench: Bench) -> None:
    """An enrolled post hands over operations under another post's name: not taken, its key is
    not that post's."""
    operation, _ = honest(bench)
    bench.enrol(2, Profile.DEPOT)
    with pytest.raises(Refusal) as refused:
        bench.desks.collecting.take([(operation, sign_operation(signing_keys(2), operation))])
    assert refused.value.problem.params["device"] == "Post 1"


def test_a_hand_over_twice(bench: Bench) -> None:
    """The same file is handed in again: each operation was taken once, and has its effect once."""
    honest_one = honest(bench)
    first = bench.desks.collecting.take([honest_one])
    again = bench.desks.collecting.take([honest_one])
    assert [reply.status for reply in first + again] == [Status.ACCEPTED] * 2
    assert first[0].gseq == again[0].gseq
