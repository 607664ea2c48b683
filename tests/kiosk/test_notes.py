"""What a till notes at its start, and by itself, and that a disk that fails only puts it off."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from common.errors import Refusal
from common.journal.event import ClockData, EventData, What
from common.journal.keys import RotatedData
from common.journal.record import Record, read_record
from common.messages import Reply, Status
from common.models import Shop
from common.outgoing import Queued
from kiosk.events import Events
from kiosk.journal import SOFTWARE
from kiosk.keys import new_keys
from kiosk.notes import Notes
from kiosk.signing import Signing
from kiosk.watches import CLOCK_SET_MS, OFFLINE_AFTER_S
from tests.hub.scribe import Scribe
from tests.kiosk.post import HandClocks, reply

OUTBOX = "0b" * 16


@dataclass(slots=True)
class Paper:
    """A counter that keeps what it is given, unless its disk is full."""

    events: Events
    said: list[Any] = field(default_factory=list)
    full: bool = False
    n: int = 0

    def note_events(self) -> None:
        """Keep what is due."""
        self._require_room()
        due = self.events.due(100)
        self.said += [event.data for event in due]
        self.events.done(len(due))

    def name_keys(self, following: RotatedData) -> Queued:
        """Keep it."""
        self._require_room()
        self.n += 1
        self.said.append(following)
        return Queued(self.n, 1, b"", b"")

    def _require_room(self) -> None:
        if self.full:
            raise Refusal("disk_full", folder="")


@dataclass(slots=True)
class Till:
    """What a till notes."""

    hand: HandClocks = field(default_factory=HandClocks)
    signing: Signing = field(default_factory=lambda: Signing(new_keys()))
    shop: Shop | None = None
    revoked: bool = False
    events: Events = field(init=False)
    paper: Paper = field(init=False)
    notes: Notes = field(init=False)

    def __post_init__(self) -> None:
        self.events = Events(self.hand.clocks)
        self.paper = Paper(self.events)
        self.notes = Notes(
            self.paper,
            self.events,
            self.signing,
            self.hand.clocks,
            lambda: self.shop,
            lambda: not self.revoked,
        )

    def said(self) -> list[Any]:
        """Poll; return what was written since the last call."""
        self.notes.poll()
        said, self.paper.said = self.paper.said, []
        return said


@pytest.fixture
def till() -> Till:
    return Till()


def newest(till: Till, **fields: Any) -> Record:
    """Return the record that was written last before the till was switched off."""
    record = read_record(Scribe("d" * 32, till.signing.signer).drawer().body)
    return replace(record, **{"at_ms": till.hand.wall, "software": SOFTWARE, **fields})


def test_a_start_like_the_last_one_says_nothing(till: Till) -> None:
    till.notes.begin(None)
    till.notes.begin(newest(till))
    till.notes.begin(newest(till, at_ms=till.hand.wall - 10**9))
    assert till.said() == []


def test_another_version_is_said_at_the_start(till: Till) -> None:
    till.notes.begin(newest(till, software="comptoir 0.0.9"))
    (event,) = till.said()
    assert event.what is What.UPDATE
    assert event.details == {"before": "comptoir 0.0.9", "after": SOFTWARE}


def test_a_clock_that_went_back_while_the_till_was_off(till: Till) -> None:
    now_ms = till.hand.wall
    till.notes.begin(newest(till, at_ms=now_ms + CLOCK_SET_MS + 1))
    assert till.said() == [ClockData(now_ms + CLOCK_SET_MS + 1, now_ms, restarted=True)]


def test_a_clock_that_is_set(till: Till) -> None:
    before_ms = till.hand.wall
    till.hand.set_wall(before_ms + 3_600_000)
    assert till.said() == [ClockData(before_ms, before_ms + 3_600_000)]
    assert till.said() == []


def test_a_hub_that_is_away_for_long(till: Till) -> None:
    assert till.notes.due_in_s == OFFLINE_AFTER_S
    till.hand.sleep(OFFLINE_AFTER_S)
    assert [event.what for event in till.said()] == [What.OFFLINE_START]
    till.notes.link(offline=True)
    till.hand.sleep(100)
    till.notes.link(offline=False)
    (end,) = till.said()
    assert (end.what, end.details["lasted_s"]) == (What.OFFLINE_END, 105)


def test_settings_that_have_changed(till: Till) -> None:
    till.shop = Shop("shop", "Épicerie")
    assert till.said() == [], "the first that is known is no change"
    till.shop = replace(till.shop, name="Épicerie du Port", siret="12345678900011")
    (event,) = till.said()
    assert event.details == {"name": "Épicerie du Port", "siret": "12345678900011"}
    till.shop = replace(till.shop, address="a" * 1000)
    (event,) = till.said()
    assert len(event.details["address"]) == 300
    till.shop = None
    assert till.said() == []


def test_a_full_disk_only_puts_it_off(till: Till) -> None:
    till.paper.full = True
    till.hand.set_wall(till.hand.wall + 3_600_000)
    till.notes.asked_for_keys()
    assert till.said() == []
    till.paper.full = False
    assert [type(one) for one in till.said()] == [ClockData, RotatedData]


def test_a_revoked_till_notes_nothing(till: Till) -> None:
    till.revoked = True
    till.events.note(What.LOGOUT)
    assert till.said() == []


# Keys.


def heard(till: Till, n: int, status: Status = Status.ACCEPTED) -> None:
    answer: Reply = reply(OUTBOX, n, status)
    till.notes.replies([answer])


def test_a_key_that_is_asked_for_is_named_once_and_used_once_the_hub_has_heard(till: Till) -> None:
    old = till.signing.signer.keys
    till.notes.asked_for_keys()
    (named,) = till.said()
    till.notes.asked_for_keys()
    assert till.said() == []
    heard(till, 7)
    assert till.signing.signer.keys == old
    heard(till, 1)
    assert till.signing.signer.keys == named.keys
    till.notes.asked_for_keys()
    assert till.said() == [], "what it asked for it has"
    till.notes.link(offline=False)
    till.hand.sleep(601)
    till.notes.asked_for_keys()
    assert [type(one) for one in till.said()] == [RotatedData]


@pytest.mark.parametrize("status", [Status.QUARANTINED, Status.REFUSED])
def test_a_hub_that_cannot_take_it_changes_nothing(till: Till, status: Status) -> None:
    old = till.signing.signer.keys
    till.notes.asked_for_keys()
    till.said()
    heard(till, 1, status)
    heard(till, 1)
    assert till.signing.signer.keys == old


def test_where_operations_have_other_numbers_it_is_named_again(till: Till) -> None:
    till.notes.asked_for_keys()
    (named,) = till.said()
    till.notes.renumbered()
    assert till.said() == [named]
    heard(till, 1)
    assert till.signing.signer.keys != named.keys
    heard(till, 2)
    assert till.signing.signer.keys == named.keys
    till.notes.renumbered()
    assert till.said() == []


def test_what_is_noted_has_the_moment_at_which_it_happened(till: Till) -> None:
    at_ms = till.hand.wall
    till.paper.full = True
    till.events.note(What.LOGIN)
    till.said()
    till.hand.sleep(3)
    till.paper.full = False
    (event,) = till.said()
    assert isinstance(event, EventData)
    assert event.at_ms == at_ms
