"""What an outbox lets go of once the hub's backups hold it, and what never."""

from pathlib import Path

import pytest

from common import messages as m
from kiosk.give_back import SLICE
from kiosk.outbox import Counts, Outbox
from tests.kiosk.post import draft, maker, new_outbox, reply


def numbers(outbox: Outbox) -> list[int]:
    with outbox._reading() as connection:
        return [n for (n,) in connection.execute("SELECT n FROM command ORDER BY n")]


def filled(folder: Path, operations: int, replied: int) -> Outbox:
    outbox = new_outbox(folder)
    for _ in range(operations):
        outbox.append(draft())
    outbox.note_replies([reply(outbox.id, n) for n in range(1, replied + 1)])
    return outbox


def test_replied_operations_go_up_to_there_and_a_restart_sees_the_same(tmp_path: Path) -> None:
    outbox = filled(tmp_path, operations=8, replied=6)
    outbox.note_replies([reply(outbox.id, 3, m.Status.REFUSED, code="unknown_article")])
    assert outbox.oldest_n() == 1
    assert outbox.drop_covered(4) == 4
    assert outbox.drop_covered(4) == 0
    assert (numbers(outbox), outbox.oldest_n()) == ([5, 6, 7, 8], 5)
    outbox.close()
    again = Outbox(tmp_path / "outbox.db", maker())
    assert (numbers(again), again.oldest_n()) == ([5, 6, 7, 8], 5)
    assert again.append(draft()).n == 9
    again.close()


def test_the_newest_stays_so_that_no_number_is_given_twice(tmp_path: Path) -> None:
    outbox = filled(tmp_path, operations=3, replied=3)
    assert outbox.drop_covered(3) == 2
    outbox.close()
    again = Outbox(tmp_path / "outbox.db", maker())
    assert (numbers(again), again.oldest_n(), again.append(draft()).n) == ([3], 3, 4)
    again.close()


def test_nothing_goes_above_one_that_waits(tmp_path: Path) -> None:
    outbox = filled(tmp_path, operations=6, replied=0)
    outbox.note_replies([reply(outbox.id, n) for n in (1, 2, 4, 5, 6)])
    assert outbox.drop_covered(5) == 2
    assert (numbers(outbox), outbox.oldest_n()) == ([3, 4, 5, 6], 3)
    assert outbox.counts() == Counts(1, 0)
    outbox.close()


def test_what_lies_in_quarantine_stays_until_it_ends(tmp_path: Path) -> None:
    outbox = filled(tmp_path, operations=8, replied=8)
    outbox.note_replies([reply(outbox.id, n, m.Status.QUARANTINED) for n in (2, 4)])
    assert outbox.drop_covered(6) == 4
    assert (numbers(outbox), outbox.oldest_n()) == ([2, 4, 7, 8], 7)
    assert outbox.quarantined() == [2, 4]
    outbox.note_replies([reply(outbox.id, 4)])
    assert outbox.drop_covered(6) == 1
    assert (numbers(outbox), outbox.oldest_n()) == ([2, 7, 8], 7)
    outbox.note_replies([reply(outbox.id, 2, m.Status.REFUSED, code="quarantine_closed")])
    assert outbox.drop_covered(6) == 1
    outbox.close()
    again = Outbox(tmp_path / "outbox.db", maker())
    assert (numbers(again), again.oldest_n()) == ([7, 8], 7)
    again.close()


def test_many_go_slice_by_slice(tmp_path: Path) -> None:
    outbox = filled(tmp_path, operations=SLICE + 20, replied=SLICE + 20)
    assert [outbox.drop_covered(SLICE + 10) for _ in range(3)] == [SLICE, 10, 0]
    assert outbox.oldest_n() == SLICE + 11
    outbox.close()


@pytest.mark.parametrize("covered_n", [0, 5])
def test_an_outbox_without_operations_begins_at_one(tmp_path: Path, covered_n: int) -> None:
    outbox = new_outbox(tmp_path)
    assert outbox.drop_covered(covered_n) == 0
    assert outbox.oldest_n() == 1
    outbox.append(draft())
    assert outbox.oldest_n() == 1
    outbox.close()


def test_what_is_still_here_waits_again_for_a_hub_that_lost_it(tmp_path: Path) -> None:
    outbox = filled(tmp_path, operations=6, replied=6)
    outbox.drop_covered(3)
    assert [entry.n for entry in outbox.wait_again(2)] == [4, 5, 6]
    assert outbox.counts() == Counts(3, 0)
    outbox.close()
