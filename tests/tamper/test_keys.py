"""What a dishonest operator could try with keys, and what names it.

Each docstring is a line of the table in `docs/fiscal.md`: what is done, colon, what comes of it.
"""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from common.journal.chain import SAYS, Fault
from common.journal.entry import Head
from common.journal.keys import HubKeyPlace, Introduction, hub_key_data
from common.journal.kinds import EntryType, RecordType
from common.journal.record import ChainHead, Signer
from common.seal import SigningKeys
from common.succession import Succession, vouch
from hub.journal_keys import SealingKeys
from tests.hub.journals import AT_MS, HUB, signing_keys
from tests.hub.scribe import Scribe
from tests.tamper.ledger import Ledger, a_day

pytestmark = pytest.mark.tamper
NEXT, THIEF = signing_keys(50), signing_keys(99)
STEP = vouch(HUB, NEXT.public, AT_MS)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Return a shop after a day."""
    return a_day(tmp_path)


@pytest.fixture
def rotated(ledger: Ledger) -> Ledger:
    """Return the same after another day, under another identity of the hub."""
    ledger.shop.keys = SealingKeys(NEXT, (STEP,))
    ledger.shop.reopen()
    ledger.sell(0)
    ledger.shop.close()
    return ledger


def first(ledger: Ledger, identity: SigningKeys) -> tuple[int, str]:
    """Return the line that is named first, and why."""
    flaw = ledger.flaws(identity.public)[0]
    return flaw.seq, flaw.text


def hub_key(head: Head, signer: Signer, *steps: Succession, why: Any = "vouched") -> dict[str, Any]:
    """Return what an entry says that lets the hub go on by other keys."""
    place = HubKeyPlace(head.chain, head.seq + 1, head.digest)
    plain: dict[str, Any] = msgspec.to_builtins(
        hub_key_data(place, dict(Signer(HUB).keys), signer, why, steps)
    )
    return plain


def test_a_key_is_put_under_the_journal(ledger: Ledger) -> None:
    """The journal is made to go on by a thief's key, for which a made-up statement vouches: the
    line that names it is named."""
    forged = Succession(HUB.public.hex(), THIEF.public.hex(), AT_MS, "00" * 64)
    head = ledger.head()
    ledger.append(EntryType.HUB_KEY, hub_key(head, Signer(THIEF), forged), THIEF)
    assert first(ledger, HUB) == (head.seq + 1, SAYS[Fault.VOUCH])
    assert ledger.flaws(THIEF.public) != ()


def test_a_key_is_said_to_be_lost(ledger: Ledger) -> None:
    """The journal is made to say that the hub's key is lost, and to go on by a thief's: the hub's
    own key stands behind nothing from that line on."""
    head = ledger.head()
    ledger.append(EntryType.HUB_KEY, hub_key(head, Signer(THIEF), why="lost"), THIEF)
    assert first(ledger, HUB) == (head.seq + 1, SAYS[Fault.FOREIGN])


def test_another_past_is_put_before_a_change_of_key(rotated: Ledger) -> None:
    """Whoever has the hub's old key writes another past up to the change of keys: the new key has
    signed the place where it stands, and the line of the change is named."""
    change = rotated.line_of("hub_key")
    # The last entry before it says something else, and all digests and old seals fit again.
    old = (0, change - 1)
    rotated.forge_entry(change - 1, lambda entry: entry["data"].update(more=1), HUB, old)
    named = [(flaw.seq, flaw.text) for flaw in rotated.flaws(NEXT.public)]
    assert (change, SAYS[Fault.VOUCH]) in named
    assert min(seq for seq, _ in named) == change


def test_the_change_of_key_is_changed(rotated: Ledger) -> None:
    """The line of the change names a thief's key, and everything after it is signed by that: the
    line is named."""
    change = rotated.line_of("hub_key")

    def other(entry: dict[str, Any]) -> None:
        signer = Signer(THIEF)
        entry["data"] |= {"keys": dict(signer.keys), "publics": dict(signer.publics)}

    rotated.forge_entry(change, other, THIEF, (change, 2**62))
    assert first(rotated, NEXT) == (change, SAYS[Fault.VOUCH])
    assert rotated.flaws(THIEF.public) != ()


def test_the_change_of_key_is_deleted(rotated: Ledger) -> None:
    """The line of the change is deleted: the number that is gone is named."""
    change = rotated.line_of("hub_key")
    rotated.run(f"DELETE FROM journal WHERE seq = {change}")
    assert first(rotated, NEXT)[0] == change


def test_the_hub_gives_a_till_another_key(ledger: Ledger) -> None:
    """Whoever has the hub's key lets the journal name another key for a till, and signs sales by
    it: the till has not vouched for it, and the line is named."""
    head, device = ledger.head(), ledger.tills[0].device
    signer = Signer(THIEF)
    said = Introduction(device.id, device.name, dict(signer.keys), dict(signer.publics))
    ledger.append(EntryType.KEY, msgspec.to_builtins(said), HUB)
    sale = Scribe(device.id, signer, ChainHead("99" * 16)).drawer()
    ledger.append_record(sale, RecordType.OPENED, HUB)
    named = [(flaw.seq, flaw.text) for flaw in ledger.flaws()]
    assert named[0] == (head.seq + 1, SAYS[Fault.VOUCH])
    assert (head.seq + 2, SAYS[Fault.KEY]) in named


def test_a_till_is_made_to_name_another_key(ledger: Ledger) -> None:
    """A record is put in by which a till names a thief's key, without the till's signature: it is
    named, and so is what that key has signed."""
    head, device = ledger.head(), ledger.tills[0].device
    scribe = Scribe(device.id, Signer(signing_keys(device.number)), ledger.pens[0].chain.head)
    named = scribe.names(Signer(THIEF))
    forged = Signer(THIEF).sign(named.body.encode())
    ledger.append_record(forged, RecordType.KEY_ROTATED, HUB)
    scribe.signer = Signer(THIEF)
    ledger.append_record(scribe.drawer(), RecordType.DRAWER, HUB)
    found = [(flaw.seq, flaw.text) for flaw in ledger.flaws()]
    assert found[0] == (head.seq + 1, SAYS[Fault.SIGNATURE])
    assert (head.seq + 2, SAYS[Fault.KEY]) in found
