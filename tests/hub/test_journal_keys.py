"""Whose signature counts: a till's next key only where its own one names it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
import pytest

from common.journal import canon
from common.journal.chain import Fault
from common.journal.keys import Introduction, RotatedData
from common.journal.kinds import EntryType, RecordType
from common.journal.record import ChainHead, SignedRecord, Signer
from common.journal.verify import Finding, Verifier
from common.topics import Profile
from hub.records import journal as rows
from tests.hub.journals import HUB, signing_keys
from tests.hub.scribe import Scribe
from tests.hub.shop import EPOCH, Post, Shop

FIRST, SECOND, THIRD, STRANGE = (Signer(signing_keys(number)) for number in (1, 21, 31, 99))
KEYS = {canon.key_id(HUB.public)}


@dataclass(slots=True)
class Desk:
    """A hub that takes the records of one till."""

    shop: Shop
    till: Post = field(init=False)
    scribe: Scribe = field(init=False)

    def __post_init__(self) -> None:
        self.shop.hurry()
        self.till = self.shop.post(Profile.TILL)
        self.scribe = Scribe(self.till.device.id, FIRST)

    def take(self, *signed: SignedRecord) -> list[Fault | None]:
        """Take records, a commit each; return what was wrong with each."""
        faults = []
        for one in signed:
            draft = self.shop.journal.draft()
            with self.shop.store.group():
                faults.append(draft.take(self.till.device, one, self.shop.clock.ms).fault)
                draft.write(EPOCH, self.shop.clock.ms)
            self.shop.journal.committed(draft)
        return faults

    def opened(self, by: Signer) -> list[Fault | None]:
        """Take a record that is signed by these keys."""
        self.scribe.signer = by
        return self.take(self.scribe.drawer())

    def introductions(self) -> list[Introduction]:
        """Return what the journal says of keys."""
        found = rows.of_type(self.shop.store.db, EntryType.KEY)
        return [
            msgspec.convert(canon.read_canonical(line.body)["data"], Introduction) for line in found
        ]

    def findings(self) -> list[Finding]:
        """Return what an auditor finds."""
        db = self.shop.store.db
        return list(Verifier(KEYS).walk(rows.lines(db), rows.seals(db)))


@pytest.fixture
def desk(shop: Shop) -> Iterator[Desk]:
    desk = Desk(shop)
    yield desk
    assert desk.findings() == []


@pytest.mark.parametrize("restarts", [False, True], ids=["", "restarts"])
def test_a_key_that_the_one_before_names_is_taken(desk: Desk, restarts: bool) -> None:
    for before, after in ((FIRST, SECOND), (SECOND, THIRD)):
        assert desk.opened(by=before) == [None]
        assert desk.take(desk.scribe.names(after)) == [None]
        if restarts:
            desk.shop.reopen()
        assert desk.opened(by=before) == [None], "it signs on until it has signed by the next"
        assert desk.opened(by=after) == [None]
        if restarts:
            desk.shop.reopen()
        assert desk.opened(by=before) == [Fault.KEY], "from then on it counts no more"
    assert [(said.why, said.keys) for said in desk.introductions()] == [
        ("paired", FIRST.keys),
        ("vouched", SECOND.keys),
        ("vouched", THIRD.keys),
    ]
    assert desk.introductions()[-1].by == SECOND.keys


def test_a_key_that_nobody_names_is_none(desk: Desk) -> None:
    assert desk.opened(by=FIRST) == [None]
    assert desk.opened(by=STRANGE) == [Fault.KEY]
    assert desk.take(desk.scribe.names(STRANGE)) == [Fault.KEY]
    assert desk.opened(by=STRANGE) == [Fault.KEY]
    assert desk.opened(by=FIRST) == [None]
    assert len(desk.introductions()) == 1


def test_a_record_that_names_a_key_is_looked_at_when_it_comes(desk: Desk) -> None:
    assert desk.opened(by=FIRST) == [None]
    named = desk.scribe.names(STRANGE)
    forged = STRANGE.sign(named.body.encode())
    assert desk.take(forged) == [Fault.SIGNATURE]
    assert desk.opened(by=STRANGE) == [Fault.KEY]
    assert len(desk.introductions()) == 1


def test_what_names_a_key_by_another_id_is_unreadable(desk: Desk) -> None:
    assert desk.opened(by=FIRST) == [None]
    said = RotatedData(dict(SECOND.keys), dict(STRANGE.publics))
    plain = msgspec.to_builtins(said)
    assert desk.take(desk.scribe.write(RecordType.KEY_ROTATED, plain)) == [Fault.UNREADABLE]
    nothing = desk.scribe.write(RecordType.KEY_ROTATED, {})
    assert desk.take(nothing) == [Fault.UNREADABLE]
    assert desk.opened(by=SECOND) == [Fault.KEY]


def test_the_same_key_may_be_named_again(desk: Desk) -> None:
    """A till that was switched off before it heard the hub names its next key once more."""
    assert desk.opened(by=FIRST) == [None]
    assert desk.take(desk.scribe.names(SECOND), desk.scribe.names(SECOND)) == [None, None]
    assert desk.opened(by=SECOND) == [None]
    assert desk.opened(by=SECOND) == [None]
    assert desk.opened(by=FIRST) == [Fault.KEY]


def test_another_key_may_be_named_before_the_first_was_used(desk: Desk) -> None:
    assert desk.opened(by=FIRST) == [None]
    assert desk.take(desk.scribe.names(SECOND), desk.scribe.names(THIRD)) == [None, None]
    desk.shop.reopen()
    assert desk.opened(by=SECOND) == [Fault.KEY]
    assert desk.opened(by=THIRD) == [None]


def test_what_the_old_key_signed_may_come_late(desk: Desk) -> None:
    desk.scribe.signer = FIRST
    early, late, named = desk.scribe.drawer(), desk.scribe.drawer(), desk.scribe.names(SECOND)
    desk.scribe.signer = SECOND
    last = desk.scribe.drawer()
    assert desk.take(early, named, last) == [None, None, None]
    desk.shop.reopen()
    assert desk.take(late) == [None]


def test_a_record_that_names_a_key_may_come_late(desk: Desk) -> None:
    """From quarantine, after an update of the hub: the till has gone on by its old key."""
    early, named, last = desk.scribe.drawer(), desk.scribe.names(SECOND), desk.scribe.drawer()
    assert desk.take(early, last, named) == [None, None, None]
    desk.shop.reopen()
    assert desk.opened(by=SECOND) == [None]


def test_a_new_chain_begins_by_either_key(desk: Desk) -> None:
    assert desk.opened(by=FIRST) == [None]
    assert desk.take(desk.scribe.names(SECOND)) == [None]
    desk.scribe = Scribe(desk.till.device.id, SECOND, ChainHead("77" * 16))
    assert desk.opened(by=SECOND) == [None]
    desk.shop.reopen()
    assert desk.opened(by=SECOND) == [None]
    assert desk.opened(by=FIRST) == [Fault.KEY]


def test_the_hub_knows_by_which_keys_a_till_may_sign(desk: Desk) -> None:
    till, book = desk.till.device, desk.shop.journal
    assert book.sign_keys(till) == [till.sign_key]
    assert desk.opened(by=FIRST) == [None]
    assert book.sign_keys(till) == [signing_keys(1).public]
    assert desk.take(desk.scribe.names(SECOND)) == [None]
    assert book.sign_keys(till) == [signing_keys(1).public, signing_keys(21).public]
    assert desk.opened(by=SECOND) == [None]
    desk.shop.reopen()
    assert desk.shop.journal.sign_keys(till) == [signing_keys(21).public]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"keys": {"ed25519": "0" * 32}, "publics": {}},
        {"keys": {}, "publics": {}},
        {"by": {}},
        {"key": "0" * 32, "algorithm": []},
    ],
    ids=["empty", "no public key", "no keys", "by nobody", "old form"],
)
def test_a_till_goes_on_where_somebody_garbled_what_is_said_of_its_keys(
    shop: Shop, data: dict[str, object]
) -> None:
    desk = Desk(shop)
    assert desk.opened(by=FIRST) == [None]
    assert desk.take(desk.scribe.names(SECOND)) == [None]
    assert desk.opened(by=SECOND) == [None]
    with shop.store.group() as db:
        db.execute("DROP TRIGGER journal_no_update")
        for line in list(rows.of_type(db, EntryType.KEY)):
            entry = canon.read_canonical(line.body)
            entry["data"] = entry["data"] | data if data else {}
            garbled = canon.canonical(entry)
            db.execute("UPDATE journal SET entry = ? WHERE seq = ?", (garbled, line.seq))
    shop.reopen()
    assert desk.findings() != []
    assert desk.shop.journal.sign_keys(desk.till.device) != []
    desk.opened(by=SECOND)
    desk.take(desk.scribe.names(THIRD))
    desk.opened(by=THIRD)
    shop.reopen()
