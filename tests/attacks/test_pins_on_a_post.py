"""PINs on a post whose hub is away: what somebody with time, a screen or its files can try."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from common import messages as m
from common.models import Person, encode_row
from common.people import Role
from common.seal import LEAST_PIN_COST
from common.topics import Profile
from kiosk.device import write_device
from kiosk.keys import new_keys, write_keys
from kiosk.opening import open_session
from kiosk.replica import Replica
from kiosk.sealed import Box
from kiosk.session import Session
from kiosk.state import At, LinkStatus
from kiosk.verifiers import MAX_TRIES
from tests.kiosk.post import (
    BOX,
    OTHER,
    STORE_KEY,
    HandClocks,
    device,
    keep_store_key,
    seeded_bytes,
)

pytestmark = pytest.mark.attack

PIN = "90417326"
WHO = Person("a" * 32, "Amélie", Role.CASHIER, True, True, 1)
"""Everything is real but the hub, which is away, and the cost of Argon2id, which is the least."""


class Till:
    """A till that Amélie has logged in on, as `again` finds it after each switching off."""

    def __init__(self, folder: Path, hand: HandClocks, wait_for: Callable[[Session], None]) -> None:
        self.folder = folder
        self.hand = hand
        self._wait_for = wait_for
        self.session = self._open()

    def _open(self) -> Session:
        return open_session(self.folder, self.hand.clocks, seeded_bytes(3), LEAST_PIN_COST)

    def again(self) -> None:
        """Switch it off and on."""
        self.session.close()
        self.session = self._open()

    def try_pin(self, pin: str) -> str:
        """Type a PIN; return "" where it was taken, else why not."""
        people = self.session.people
        people.link(LinkStatus.OFFLINE)
        people.log_in(WHO.id, pin)
        self._wait_for(self.session)
        attempt = people.attempt
        assert attempt is not None
        return "" if attempt.problem is None else attempt.problem.code


def settled(session: Session) -> None:
    """Wait until no PIN is being looked at any more."""
    for _ in range(2_000):
        session.poll()
        session._worker.settle()
        attempt = session.people.attempt
        if attempt is None or not attempt.working:
            session.poll()
            return
    pytest.fail("a PIN is looked at without end")


def paired(folder: Path, store_key: bytes = STORE_KEY) -> None:
    """Make a till whose copy of the shop has one person in it."""
    folder.mkdir(parents=True)
    write_keys(folder, new_keys())
    write_device(folder, device(Profile.TILL))
    keep_store_key(folder, store_key)
    replica = Replica(folder / "replica.db", "", Box(store_key))
    replica.apply("people", 1, [m.Change(WHO.id, encode_row(WHO), OTHER, 1)])
    replica.close()


def let_in_by_the_hub(session: Session) -> None:
    """Log Amélie in as the hub would answer."""
    people = session.people
    people.link(LinkStatus.ONLINE)
    people.log_in(WHO.id, PIN)
    until_ms = session.state.since_ms + 12 * 3_600_000
    people.hear(m.LoggedIn(1, "5" * 32, WHO.id, WHO.role, until_ms))
    session._worker.settle()
    session.poll()
    assert people.who.at is At.ONLINE
    assert people.known_here(WHO.id)
    people.log_out()


@pytest.fixture
def till(tmp_path: Path) -> Till:
    """Return a till that knows Amélie; its hub is away from now on."""
    paired(tmp_path / "till")
    made = Till(tmp_path / "till", HandClocks(), settled)
    let_in_by_the_hub(made.session)
    return made


def wrong(n: int) -> str:
    """Return another wrong PIN each time."""
    return f"{10_000_000 + n}"


def test_switching_off_gives_no_tries(till: Till) -> None:
    """PINs typed at a till without its hub, switched off and on after each: five in 200 s, for the
    waits grow and outlive the restart."""
    answers = []
    for n in range(40):
        answers.append(till.try_pin(wrong(n)))
        till.again()
        till.hand.sleep(5)
    assert answers.count("wrong_pin") == 5
    assert set(answers) == {"wrong_pin", "too_many_tries"}
    till.session.close()


def test_patience_gives_ten(till: Till) -> None:
    """PINs typed for days, each wait waited out: the tenth wrong one is the last, and the right one
    comes too late then."""
    answers = []
    for n in range(30):
        answers.append(till.try_pin(wrong(n)))
        till.hand.sleep(3_600)
    assert answers.count("wrong_pin") == MAX_TRIES
    assert set(answers[MAX_TRIES:]) == {"no_offline_login"}
    assert till.try_pin(PIN) == "no_offline_login"
    till.session.close()


def test_a_counter_that_is_deleted_takes_the_verifier_with_it(till: Till) -> None:
    """The file that counts tries deleted between two: the verifier lies in the same file, and
    nobody is let in any more."""
    assert till.try_pin(wrong(1)) == "wrong_pin"
    (till.folder / "people.sealed").unlink()
    till.again()
    assert till.try_pin(PIN) == "no_offline_login"
    till.session.close()


def test_a_counter_that_is_put_back_is_found_out(till: Till) -> None:
    """The file that counts tries put back to before them: its mark has gone on, and nobody is let
    in any more."""
    till.session.close()
    fresh = (till.folder / "people.sealed").read_bytes()
    till.session = till._open()
    for n in range(3):
        till.try_pin(wrong(n))
    till.session.close()
    (till.folder / "people.sealed").write_bytes(fresh)
    till.session = till._open()
    assert till.try_pin(PIN) == "no_offline_login"
    till.session.close()


def test_a_verifier_on_another_device_opens_nothing(till: Till, tmp_path: Path) -> None:
    """The verifier of one till copied to another with its mark, not with its keys: it does not open
    there."""
    till.session.close()
    other = tmp_path / "other"
    paired(other, store_key=b"\x02" * 32)
    shutil.copy(till.folder / "people.sealed", other / "people.sealed")
    shutil.copy(till.folder / "keys" / "people.mark", other / "keys" / "people.mark")
    stolen = Till(other, till.hand, settled)
    assert stolen.try_pin(PIN) == "no_offline_login"
    stolen.session.close()


def test_who_was_dismissed_while_the_till_was_off_is_not_let_in(till: Till) -> None:
    """The PIN of somebody who works here no more, at a till that met its hub since: not let in, nor
    once the list names the person again, for the verifier went with the news."""
    gone = Person(WHO.id, WHO.name, WHO.role, False, True, 1)
    answers = []
    for tseq, row in enumerate((gone, WHO), 2):
        till.session.close()
        replica = Replica(till.folder / "replica.db", "", BOX)
        replica.apply("people", tseq, [m.Change(WHO.id, encode_row(row), OTHER, tseq)])
        replica.close()
        till.session = till._open()
        answers.append(till.try_pin(PIN))
    assert answers == ["person_unknown", "no_offline_login"]
    till.session.close()


def test_a_pin_is_in_no_file_and_no_log(till: Till, caplog: pytest.LogCaptureFixture) -> None:
    """Every file of a till, its log and what its messages say of themselves searched for a PIN that
    was typed right, wrong and for a permission: it is in none."""
    caplog.set_level(logging.DEBUG)
    secret = "73194682"
    till.try_pin(secret)
    till.try_pin(PIN)
    till.session.people.set_pin(WHO.id, secret)
    till.session.people.allow("sale.record", WHO.id, secret)
    settled(till.session)
    till.session.close()
    found = [path for path in till.folder.rglob("*") if path.is_file()]
    assert len(found) > 5
    for path in found:
        for pin in (secret, PIN):
            assert pin.encode() not in path.read_bytes(), path
    said = (
        caplog.text + repr(m.Login(1, WHO.id, secret)) + repr(m.SetPin(1, WHO.id, secret, "5" * 32))
    )
    said += repr(m.Override(1, WHO.id, secret, "price.set", "5" * 32))
    assert secret not in said
    assert PIN not in said
