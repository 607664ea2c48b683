"""The hub's own key, and the one after it: the journal goes on, and is verified over the change."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from common.journal.chain import SAYS, Fault
from common.seal import SigningKeys
from common.succession import Succession, vouch
from hub.journal import JournalBook
from hub.journal_keys import SealingKeys
from hub.journal_verify import Report, verify_file
from hub.store import Store, StoreError
from tests.hub.journals import AT_MS, HUB, signing_keys
from tests.tamper.ledger import Ledger, a_day

NEXT, THIRD, STRANGE = signing_keys(50), signing_keys(51), signing_keys(99)
FIRST_STEP = vouch(HUB, NEXT.public, AT_MS)
SECOND_STEP = vouch(NEXT, THIRD.public, AT_MS)
LOST_STEP = Succession(HUB.public.hex(), NEXT.public.hex(), AT_MS)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return a_day(tmp_path)


def opened(ledger: Ledger, identity: SigningKeys, past: Sequence[Succession]) -> None:
    """Open the journal as a hub with this identity does, and close it."""
    store = Store.open(ledger.path)
    try:
        JournalBook(store, SealingKeys(identity, tuple(past)), lambda: AT_MS)
    finally:
        store.close()


def another_day(ledger: Ledger, identity: SigningKeys, *past: Succession) -> None:
    """Sell on under another identity."""
    ledger.shop.keys = SealingKeys(identity, past)
    ledger.shop.reopen()
    ledger.sell(0)
    ledger.sell(1)
    ledger.shop.close()


def report(ledger: Ledger, identity: SigningKeys) -> Report:
    return verify_file(ledger.path, identity.public)


def entries(ledger: Ledger, kind: str) -> int:
    return int(ledger.rows("SELECT count(*) FROM journal WHERE type = ?", kind)[0][0])


def test_the_journal_goes_on_under_a_key_that_the_one_before_vouches_for(ledger: Ledger) -> None:
    another_day(ledger, NEXT, FIRST_STEP)
    another_day(ledger, NEXT, FIRST_STEP)
    found = report(ledger, NEXT)
    assert (found.flaws, found.totals.tickets) == ((), 14)
    assert [how for _, _, how in found.hub_keys] == ["founded", "vouched"]
    assert entries(ledger, "hub_key") == 1
    another_day(ledger, THIRD, FIRST_STEP, SECOND_STEP)
    found = report(ledger, THIRD)
    assert (found.flaws, found.totals.tickets) == ((), 16)
    assert [how for _, _, how in found.hub_keys] == ["founded", "vouched", "vouched"]


@pytest.mark.parametrize("known", [HUB, NEXT, THIRD], ids=["first", "between", "newest"])
def test_whichever_key_is_known_beforehand_leads_to_the_others(
    ledger: Ledger, known: SigningKeys
) -> None:
    another_day(ledger, NEXT, FIRST_STEP)
    another_day(ledger, THIRD, FIRST_STEP, SECOND_STEP)
    assert report(ledger, known).flaws == ()
    assert [flaw.seq for flaw in report(ledger, STRANGE).flaws] == [1]


def test_a_backup_from_before_two_changes_goes_on_over_both(ledger: Ledger) -> None:
    another_day(ledger, THIRD, SECOND_STEP, FIRST_STEP)
    found = report(ledger, THIRD)
    assert found.flaws == ()
    assert [how for _, _, how in found.hub_keys] == ["founded", "vouched"]
    assert report(ledger, NEXT).flaws != (), "it never sealed anything of this"


@pytest.mark.parametrize(
    "past",
    [(), (SECOND_STEP,), (vouch(STRANGE, NEXT.public, AT_MS),)],
    ids=["nothing", "another", "a stranger's word"],
)
def test_a_key_to_which_nothing_leads_seals_nothing(
    ledger: Ledger, past: tuple[Succession, ...]
) -> None:
    before = ledger.path.read_bytes()
    with pytest.raises(StoreError) as refused:
        opened(ledger, NEXT, past)
    assert refused.value.problem.code == "identity_unknown"
    assert ledger.path.read_bytes() == before
    assert report(ledger, HUB).flaws == ()


def test_a_lost_key_is_said_and_the_journal_goes_on(ledger: Ledger) -> None:
    lines = report(ledger, HUB).head.seq
    another_day(ledger, NEXT, LOST_STEP)
    found = report(ledger, NEXT)
    assert (found.flaws, found.totals.tickets) == ((), 12)
    assert [(seq, how) for seq, _, how in found.hub_keys] == [(1, "founded"), (lines + 1, "lost")]
    (flaw,) = report(ledger, HUB).flaws
    assert (flaw.seq, flaw.text) == (lines + 1, SAYS[Fault.FOREIGN]), "the old key leads no further"


def test_a_backup_from_before_a_loss_goes_on_after_it(ledger: Ledger) -> None:
    another_day(ledger, THIRD, LOST_STEP, SECOND_STEP)
    found = report(ledger, THIRD)
    assert found.flaws == ()
    assert [how for _, _, how in found.hub_keys] == ["founded", "lost"]


def test_an_old_key_that_is_put_back_seals_nothing(ledger: Ledger) -> None:
    another_day(ledger, NEXT, FIRST_STEP)
    with pytest.raises(StoreError) as refused:
        opened(ledger, HUB, ())
    assert refused.value.problem.code == "identity_unknown"
    assert report(ledger, NEXT).flaws == ()
