"""Records as the hub takes them into its journal: in order, late, twice, forged, of somebody else.

After each of it, with a restart anywhere, the whole journal is verified as an auditor does.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from common.journal import canon
from common.journal.chain import Fault
from common.journal.kinds import EntryType, RecordType
from common.journal.opened import SET_BACK, OpenedData, carried_over
from common.journal.record import Record, SignedRecord, Signer, read_record
from common.journal.verify import Finding, Verifier
from common.models import Article
from common.topics import Profile
from hub.journal import MISSING_AT_MOST, Taken
from hub.records import journal as rows
from tests.hub.journals import HUB, Pen, signing_keys
from tests.hub.papers import lines_of, ticket
from tests.hub.shop import EPOCH, Post, Shop, goods

KEYS = {canon.key_id(HUB.public)}


@dataclass(slots=True)
class Desk:
    """A hub that takes the records of two tills."""

    shop: Shop
    tills: list[Post] = field(init=False)
    pens: list[Pen] = field(init=False)
    article: Article = field(init=False)
    sold: int = 0

    def __post_init__(self) -> None:
        self.shop.hurry()
        (self.article,) = self.shop.stock(goods(1))
        self.tills = [self.shop.post(Profile.TILL, number) for number in (1, 2)]
        self.pens = [Pen(till.device.number, till.device.id) for till in self.tills]

    def records(self, count: int, till: int = 0) -> list[SignedRecord]:
        """Return a till's next records; the very first opens its chain."""
        made: list[SignedRecord] = []
        while len(made) < count:
            self.sold += 1
            paid = ticket(self.tills[till], self.sold, lines_of((self.article, 1000)))
            made += self.pens[till].records(paid)
        return made

    def take(self, *signed: SignedRecord, till: int = 0) -> list[Taken]:
        """Take records as those that a till sent, in one commit."""
        book = self.shop.journal
        draft = book.draft()
        with self.shop.store.group():
            taken = [draft.take(self.tills[till].device, one, self.shop.clock.ms) for one in signed]
            draft.write(EPOCH, self.shop.clock.ms)
        book.committed(draft)
        return taken

    def faults(self, *signed: SignedRecord, till: int = 0) -> list[Fault | None]:
        """Take records; return what was wrong with each."""
        return [taken.fault for taken in self.take(*signed, till=till)]

    def lines(self, kind: EntryType) -> int:
        """Return how many lines of a type there are."""
        return int(self.shop.one("SELECT count(*) FROM journal WHERE type = ?", kind))

    def findings(self) -> list[Finding]:
        """Return what an auditor finds, from the first line to the last."""
        db = self.shop.store.db
        return list(Verifier(KEYS).walk(rows.lines(db), rows.seals(db)))


@pytest.fixture
def desk(shop: Shop) -> Iterator[Desk]:
    desk = Desk(shop)
    yield desk
    assert desk.findings() == []


def altered(signed: SignedRecord, till: int = 1, **fields: Any) -> SignedRecord:
    """Return a record of the same till that says something else, properly signed."""
    record: Record = replace(read_record(signed.body), **fields)
    return Signer(signing_keys(till)).sign(canon.canonical(record))


def test_in_order_each_is_the_next(desk: Desk) -> None:
    records = desk.records(4)
    assert desk.faults(*records[:2]) == [None, None]
    desk.shop.reopen()
    assert desk.faults(*records[2:]) == [None, None]
    assert desk.lines(EntryType.TAKEN) == 4
    assert desk.lines(EntryType.KEY) == 1


def test_what_comes_again_is_not_taken_again(desk: Desk) -> None:
    records = desk.records(3)
    desk.take(*records)
    desk.shop.reopen()
    again = desk.take(*records)
    assert [taken.repeated for taken in again] == [True] * 3
    assert desk.lines(EntryType.TAKEN) == 3


@pytest.mark.parametrize("order", list(permutations((2, 3, 4))), ids=str)
@pytest.mark.parametrize("restarts", [False, True], ids=["", "restarts"])
def test_a_gap_is_noted_once_and_filled_from_any_side(
    desk: Desk, order: Sequence[int], restarts: bool
) -> None:
    records = desk.records(7)
    desk.take(*records[:2])
    (first, second) = desk.take(*records[5:])
    assert (first.fault, first.missing) == (None, (3, 5))
    assert (second.fault, second.missing) == (None, None)
    for place in order:
        if restarts:
            desk.shop.reopen()
        (late,) = desk.take(records[place])
        assert (late.fault, late.missing, late.repeated) == (None, None, False)
    assert desk.faults(*desk.records(1)) == [None]
    assert (desk.lines(EntryType.MISSING), desk.lines(EntryType.INVALID)) == (1, 0)


def test_the_beginning_of_a_chain_may_come_late(desk: Desk) -> None:
    records = desk.records(3)
    (taken,) = desk.take(records[2])
    assert (taken.fault, taken.missing) == (None, (1, 2))
    desk.shop.reopen()
    assert desk.faults(records[1], records[0]) == [None, None]


def test_two_gaps_lie_apart(desk: Desk) -> None:
    records = desk.records(6)
    taken = desk.take(records[0], records[2], records[5])
    assert [one.missing for one in taken] == [None, (2, 2), (4, 5)]
    desk.shop.reopen()
    assert desk.faults(records[4], records[1], records[3]) == [None] * 3


@pytest.mark.parametrize("restarts", [False, True], ids=["", "restarts"])
def test_a_forged_record_does_not_fit_into_a_gap(desk: Desk, restarts: bool) -> None:
    records = desk.records(7)
    desk.take(*records[:2], *records[5:])
    if restarts:
        desk.shop.reopen()
    other_before = altered(records[2], previous="0" * 64)
    other_after = altered(records[4], operator="Karim")
    assert desk.faults(other_before, other_after) == [Fault.LINK, Fault.LINK]
    assert desk.faults(*records[2:5]) == [None] * 3


def test_what_was_put_into_the_midst_of_a_gap_shows_when_its_neighbours_come(desk: Desk) -> None:
    records = desk.records(7)
    desk.take(*records[:2], *records[5:])
    forged = altered(records[3], operator="Karim", previous="1" * 64)
    assert desk.faults(forged) == [None], "nothing is known of its neighbours yet"
    desk.shop.reopen()
    assert desk.faults(records[2]) == [Fault.LINK]
    assert desk.faults(records[4]) == [Fault.LINK]
    assert desk.faults(records[3]) == [Fault.FORK]


def test_a_number_that_is_taken_is_a_fork(desk: Desk) -> None:
    records = desk.records(4)
    desk.take(*records)
    desk.shop.reopen()
    assert desk.faults(altered(records[2], operator="Karim")) == [Fault.FORK]
    assert desk.faults(*desk.records(2)) == [None, None]


def test_two_versions_of_the_next_record(desk: Desk) -> None:
    """A copy of a till's folder goes on beside it: whoever comes second is the fork."""
    desk.take(*desk.records(2))
    book = desk.pens[0].book
    one = desk.records(2)
    desk.pens[0].book = book
    two = desk.records(2)
    assert desk.faults(*one) == [None, None]
    assert desk.faults(*two) == [Fault.FORK, Fault.FORK]
    assert desk.faults(*desk.records(1)) == [Fault.LINK], "the copy goes on behind its own"


def test_after_another_one_nothing_fits_but_the_chain_goes_on(desk: Desk) -> None:
    records = desk.records(5)
    desk.take(*records[:2])
    assert desk.faults(altered(records[2], previous="0" * 64)) == [Fault.LINK]
    desk.shop.reopen()
    assert desk.faults(records[3]) == [Fault.LINK]
    assert desk.faults(records[4]) == [None]


def test_reordered_records_are_late_not_lost(desk: Desk) -> None:
    records = desk.records(5)
    desk.take(records[0])
    assert desk.faults(records[2], records[1], records[4], records[3]) == [None] * 4
    assert (desk.lines(EntryType.MISSING), desk.lines(EntryType.TAKEN)) == (2, 5)


def test_what_another_till_signed_is_of_another_device(desk: Desk) -> None:
    mine, others = desk.records(3), desk.records(3, till=1)
    desk.take(*mine[:2])
    assert desk.faults(*others) == [Fault.DEVICE] * 3
    desk.shop.reopen()
    assert desk.faults(mine[2]) == [None]
    assert desk.faults(*others, till=1) == [None] * 3


def test_a_till_that_goes_on_with_anothers_chain(desk: Desk) -> None:
    mine = desk.records(2)
    desk.take(*mine)
    (stolen,) = desk.records(1)
    forged = altered(stolen, till=2, device=desk.tills[1].device.id)
    keyed = altered(forged, till=2, keys=dict(Signer(signing_keys(2)).keys))
    assert desk.faults(keyed, till=1) == [Fault.DEVICE]
    assert desk.faults(stolen) == [None]


def test_a_key_that_is_not_the_devices(desk: Desk) -> None:
    records = desk.records(3)
    desk.take(*records[:2])
    other = Signer(signing_keys(9))
    stated = replace(read_record(records[2].body), keys=dict(other.keys))
    assert desk.faults(other.sign(canon.canonical(stated))) == [Fault.KEY]


def test_more_than_could_ever_be_missing_is_no_gap(desk: Desk) -> None:
    records = desk.records(3)
    desk.take(*records[:2])
    far = altered(records[2], seq=MISSING_AT_MOST + 4, previous="7" * 64)
    (taken,) = desk.take(far)
    assert (taken.fault, taken.missing) == (Fault.SEQUENCE, None)
    assert desk.lines(EntryType.MISSING) == 0
    desk.shop.reopen()
    nearly = altered(
        records[2], seq=2 * MISSING_AT_MOST + 4, type_seq=9, previous=canon.digest(b"")
    )
    (taken,) = desk.take(nearly)
    assert taken.missing == (MISSING_AT_MOST + 5, 2 * MISSING_AT_MOST + 3)


def test_a_type_counts_for_itself(desk: Desk) -> None:
    records = desk.records(3)
    desk.take(*records[:2])
    desk.shop.reopen()
    assert desk.faults(altered(records[2], type_seq=3)) == [Fault.TYPE_SEQUENCE]


def test_another_chain_says_after_which_one_it_begins(desk: Desk) -> None:
    desk.take(*desk.records(3))
    head = desk.pens[0].chain.head
    begun = OpenedData("set_back", head.chain, head.seq, head.digest)
    desk.pens[0].begin("77" * 16, begun)
    (opened, sale) = desk.take(*desk.records(2))
    assert (opened.fault, sale.fault) == (None, None)
    assert opened.opened == begun
    assert sale.opened is None


@pytest.mark.parametrize("reports", [False, True])
def test_the_sums_of_a_till_that_was_set_back_are_not_held_against_the_other_past(
    desk: Desk, reports: bool
) -> None:
    """An older copy of a till goes on behind its own record, which the hub has another one of."""
    pen, till = desk.pens[0], desk.tills[0]
    desk.take(*desk.records(3))
    book = pen.book
    desk.take(*desk.records(1))
    pen.book = book
    other = ticket(till, 90, lines_of((desk.article, 5000)))
    assert desk.faults(*pen.records(other)) == [Fault.FORK]
    assert desk.faults(*desk.records(1)) == [Fault.LINK]
    if reports:
        assert desk.faults(*pen.report(RecordType.Z)) == [None]
    head, tally = pen.chain.head, pen.book.tally
    carried = carried_over(tally, head.chain, head.seq, SET_BACK)
    pen.begin("77" * 16, OpenedData(SET_BACK, head.chain, head.seq, head.digest, carried))
    assert desk.faults(*desk.records(2)) == [None, None]


def test_what_is_undone_was_never_taken(desk: Desk) -> None:
    first, second, third = desk.records(3)
    book = desk.shop.journal
    draft = book.draft()
    with desk.shop.store.group():
        draft.take(desk.tills[0].device, first, desk.shop.clock.ms)
        draft.begin()
        with suppress(ZeroDivisionError), desk.shop.store.command():
            draft.take(desk.tills[0].device, third, desk.shop.clock.ms)
            raise ZeroDivisionError
        draft.undo()
        draft.begin()
        taken = draft.take(desk.tills[0].device, second, desk.shop.clock.ms)
        draft.write(EPOCH, desk.shop.clock.ms)
    book.committed(draft)
    assert (taken.fault, taken.missing) == (None, None)
    assert desk.faults(third) == [None]


@pytest.mark.parametrize("body", ["{", "{}", '{"v":2}'])
def test_what_cannot_be_read_is_no_record(desk: Desk, body: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"JSON|truncated|required|malformed|Input"):
        desk.take(SignedRecord(body, {"ed25519": "00" * 64}))
    assert desk.lines(EntryType.TAKEN) == 0
