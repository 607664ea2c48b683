"""What every replica must do for the follower, whatever it keeps its rows in.

Subclass `ReplicaContract` in a test file and give it a fixture `replica`, an empty one of outbox
`OUTBOX`, and `rows(replica, topic)`, which reads back what it holds.
"""

from typing import Any

import pytest

from common.messages import Change
from common.wire import DIGEST_MASK, digest_hex, row_digest

OUTBOX = "0a" * 16
OTHER = "0f" * 16
OLD, NEW = "0" * 31 + "1", "0" * 31 + "2"


def change(key: str, row: bytes | None, n: int = 0, outbox: str = OTHER) -> Change:
    """Return a change."""
    return Change(key, row, outbox, n)


def digest_of(rows: dict[str, bytes]) -> int:
    """Return the digest of some rows."""
    return sum(row_digest(key, row) for key, row in rows.items()) & DIGEST_MASK


class ReplicaContract:
    """The tests. `rows` is given by the subclass."""

    def rows(self, replica: Any, topic: str) -> dict[str, bytes]:
        """Return a topic's rows as they can be read back."""
        raise NotImplementedError

    def stands(self, replica: Any, topic: str, tseq: int, rows: dict[str, bytes]) -> None:
        """Check position, rows and digest of a topic."""
        assert replica.tseq(topic) == tseq
        assert self.rows(replica, topic) == rows
        assert replica.digest(topic) == digest_of(rows)

    def fill(self, replica: Any, topic: str, rows: dict[str, bytes], tseq: int, epoch: str) -> bool:
        """Take a snapshot of these rows."""
        replica.begin_snapshot(topic)
        replica.add_rows(topic, list(rows.items()))
        return bool(replica.swap_snapshot(topic, epoch, tseq, 0, digest_hex(digest_of(rows))))

    def test_an_empty_replica_has_no_epoch_and_stands_at_nothing(self, replica: Any) -> None:
        assert replica.epoch() == ""
        self.stands(replica, "stock", 0, {})

    def test_changes_are_folded_in_order(self, replica: Any) -> None:
        replica.apply("stock", 1, [change("a", b"1"), change("b", b"2"), change("a", b"3")])
        self.stands(replica, "stock", 3, {"a": b"3", "b": b"2"})
        replica.apply("stock", 4, [change("b", None), change("b", None), change("c", b"")])
        self.stands(replica, "stock", 6, {"a": b"3", "c": b""})

    @pytest.mark.parametrize("count", [7, 8, 9, 100])
    def test_many_changes_of_one_row_end_with_the_last(self, replica: Any, count: int) -> None:
        replica.apply("stock", 1, [change("a", b"%d" % n) for n in range(count)])
        self.stands(replica, "stock", count, {"a": b"%d" % (count - 1)})
        gone = [change("a", None if n % 2 else b"x") for n in range(2 * count)]
        replica.apply("stock", count + 1, gone)
        self.stands(replica, "stock", 3 * count, {})

    def test_no_changes_change_nothing(self, replica: Any) -> None:
        replica.apply("stock", 1, [change("a", b"1")])
        replica.apply("stock", 2, [])
        self.stands(replica, "stock", 1, {"a": b"1"})

    @pytest.mark.parametrize("first", [0, 1, 3])
    def test_changes_out_of_order_are_a_fault_and_leave_no_trace(
        self, replica: Any, first: int
    ) -> None:
        replica.apply("stock", 1, [change("a", b"1")])
        with pytest.raises(ValueError, match="stock"):
            replica.apply("stock", first, [change("a", b"2")])
        self.stands(replica, "stock", 1, {"a": b"1"})

    def test_topics_do_not_touch_each_other(self, replica: Any) -> None:
        replica.apply("stock", 1, [change("a", b"1")])
        replica.apply("sales", 1, [change("a", b"2"), change("b", b"3")])
        self.stands(replica, "stock", 1, {"a": b"1"})
        self.stands(replica, "sales", 2, {"a": b"2", "b": b"3"})

    def test_own_effects_are_counted_others_are_not(self, replica: Any) -> None:
        replica.apply("stock", 1, [change("a", b"1", 5, OUTBOX), change("b", b"1", 9, OTHER)])
        assert replica.last_n("stock") == 5
        assert replica.last_n("sales") == 0
        replica.apply("stock", 3, [change("a", b"2", 4, OUTBOX)])
        assert replica.last_n("stock") == 5
        replica.cover("stock", 7)
        assert replica.last_n("stock") == 7
        replica.cover("stock", 6)
        assert replica.last_n("stock") == 7

    def test_a_snapshot_replaces_everything_at_once(self, replica: Any) -> None:
        replica.apply("stock", 1, [change("a", b"1"), change("old", b"x")])
        replica.begin_snapshot("stock")
        replica.add_rows("stock", [("a", b"2")])
        replica.add_rows("stock", [])
        replica.add_rows("stock", [("b", b"3")])
        self.stands(replica, "stock", 2, {"a": b"1", "old": b"x"})
        rows = {"a": b"2", "b": b"3"}
        assert replica.swap_snapshot("stock", OLD, 40, 6, digest_hex(digest_of(rows)))
        self.stands(replica, "stock", 40, rows)
        assert (replica.epoch(), replica.last_n("stock")) == (OLD, 6)
        replica.apply("stock", 41, [change("b", None)])
        self.stands(replica, "stock", 41, {"a": b"2"})

    def test_an_empty_snapshot_is_one(self, replica: Any) -> None:
        replica.apply("stock", 1, [change("a", b"1")])
        assert self.fill(replica, "stock", {}, 5, OLD)
        self.stands(replica, "stock", 5, {})

    def test_a_snapshot_of_another_digest_changes_nothing(self, replica: Any) -> None:
        assert self.fill(replica, "stock", {"a": b"1"}, 3, OLD)
        replica.begin_snapshot("stock")
        replica.add_rows("stock", [("a", b"2")])
        assert not replica.swap_snapshot("stock", NEW, 9, 9, digest_hex(1))
        self.stands(replica, "stock", 3, {"a": b"1"})
        assert (replica.epoch(), replica.last_n("stock")) == (OLD, 0)
        assert self.fill(replica, "stock", {"a": b"2"}, 9, NEW)

    def test_a_snapshot_begun_anew_forgets_the_first(self, replica: Any) -> None:
        replica.begin_snapshot("stock")
        replica.add_rows("stock", [("a", b"1")])
        assert self.fill(replica, "stock", {"b": b"2"}, 4, OLD)
        self.stands(replica, "stock", 4, {"b": b"2"})

    def test_rows_that_come_twice_count_once(self, replica: Any) -> None:
        replica.begin_snapshot("stock")
        replica.add_rows("stock", [("a", b"1")])
        replica.add_rows("stock", [("a", b"1")])
        replica.swap_snapshot("stock", OLD, 4, 0, digest_hex(digest_of({"a": b"1"})))
        # Taken or refused, but never rows under a digest that is not theirs.
        assert replica.digest("stock") == digest_of(self.rows(replica, "stock"))

    def test_changes_meanwhile_do_not_reach_a_snapshot_that_is_gathered(self, replica: Any) -> None:
        replica.begin_snapshot("stock")
        replica.add_rows("stock", [("a", b"1")])
        replica.apply("stock", 1, [change("z", b"9")])
        self.stands(replica, "stock", 1, {"z": b"9"})
        assert replica.swap_snapshot("stock", OLD, 8, 0, digest_hex(digest_of({"a": b"1"})))
        self.stands(replica, "stock", 8, {"a": b"1"})

    def test_a_newer_epoch_leaves_no_other_topic_its_position(self, replica: Any) -> None:
        assert self.fill(replica, "stock", {"a": b"1"}, 7, OLD)
        assert self.fill(replica, "sales", {"s": b"1"}, 9, OLD)
        replica.cover("sales", 12)
        assert self.fill(replica, "stock", {"a": b"2"}, 3, NEW)
        assert replica.epoch() == NEW
        self.stands(replica, "stock", 3, {"a": b"2"})
        # Rows of the older epoch may still be shown, but nothing may be built on them.
        assert (replica.tseq("sales"), replica.digest("sales")) == (0, 0)
        replica.apply("sales", 1, [change("t", b"2")])
        self.stands(replica, "sales", 1, {"t": b"2"})
        assert replica.last_n("sales") == 0

    def test_leaving_an_epoch_ends_positions_and_keeps_rows_and_what_they_hold(
        self, replica: Any
    ) -> None:
        assert self.fill(replica, "stock", {"a": b"1"}, 7, OLD)
        replica.cover("stock", 12)
        replica.leave_epoch(NEW)
        assert replica.epoch() == NEW
        assert (replica.tseq("stock"), replica.digest("stock")) == (0, 0)
        assert replica.last_n("stock") == 12
        assert self.fill(replica, "stock", {"a": b"2"}, 3, NEW)
        self.stands(replica, "stock", 3, {"a": b"2"})

    def test_an_older_epochs_rows_end_where_the_newer_one_has_none(self, replica: Any) -> None:
        assert self.fill(replica, "sales", {"s": b"1"}, 9, OLD)
        assert self.fill(replica, "stock", {}, 1, NEW)
        replica.cover("sales", 2)
        self.stands(replica, "sales", 0, {})
        assert replica.last_n("sales") == 2

    def test_what_is_gathered_outlives_the_end_of_an_older_epochs_rows(self, replica: Any) -> None:
        assert self.fill(replica, "sales", {"s": b"1"}, 9, OLD)
        assert self.fill(replica, "stock", {}, 1, NEW)
        replica.begin_snapshot("sales")
        replica.add_rows("sales", [("a", b"1")])
        replica.cover("sales", 2)
        self.stands(replica, "sales", 0, {})
        replica.add_rows("sales", [("b", b"2")])
        rows = {"a": b"1", "b": b"2"}
        assert replica.swap_snapshot("sales", NEW, 5, 2, digest_hex(digest_of(rows)))
        self.stands(replica, "sales", 5, rows)
