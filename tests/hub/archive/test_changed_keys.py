"""Archives and purges where the hub's key changes, or a till's: across it, before it, after it."""

from pathlib import Path
from typing import Any

import pytest

from common.journal import canon
from common.journal.chain import Fault
from common.journal.record import SignedRecord, Signer
from common.p256 import is_available
from common.seal import SigningKeys
from common.succession import Succession, vouch
from common.topics import Profile
from hub.archive import verifier
from hub.archive.making import Maker
from hub.archive.spans import Span
from hub.config import JournalSettings, Settings, write_settings
from hub.journal_verify import verify_file
from tests.hub.archive.rig import (
    LATER_MS,
    Archives,
    archives,
    change,
    found,
    identify,
    parts,
    run,
    run_json,
)
from tests.hub.journals import AT_MS, HUB, signing_keys
from tests.hub.scribe import Scribe
from tests.hub.shop import EPOCH, START_MS, Post
from tests.tamper.ledger import Ledger

__all__ = ["archives"]
NEXT, THIRD, STRANGE = signing_keys(50), signing_keys(51), signing_keys(99)
STEPS = (vouch(HUB, NEXT.public, AT_MS), vouch(NEXT, THIRD.public, AT_MS))
LOST = Succession(HUB.public.hex(), NEXT.public.hex(), AT_MS)
MANIFEST = verifier.MANIFEST


@pytest.mark.parametrize("known", [HUB, NEXT, THIRD])
def test_an_archive_across_changes_of_the_hubs_key(archives: Archives, known: SigningKeys) -> None:
    """Whichever key somebody knows leads to the one that signs."""
    identify(archives.folder, NEXT, STEPS[:1])
    archives.sell()
    identify(archives.folder, THIRD, STEPS)
    archives.sell()
    path = archives.make().path
    assert found(path) == []
    assert found(path, known.public.hex()) == []
    assert found(path, STRANGE.public.hex()) == [(0, "manifest_pinned", MANIFEST)]
    code, report = run_json(path, cwd=Path("/"))
    assert code == 0
    assert [how for _, _, how in report["hub_keys"]] == ["founded", "vouched", "vouched"]
    assert report["signatures"]["ed25519 keys"] == 2


@pytest.mark.parametrize("known", [HUB, NEXT, THIRD])
def test_an_archive_of_before_that_is_signed_after(archives: Archives, known: SigningKeys) -> None:
    identify(archives.folder, NEXT, STEPS[:1])
    archives.sell()
    identify(archives.folder, THIRD, STEPS)
    archives.sell()
    path = archives.make(span=Span(up_to=15)).path
    assert found(path) == []
    assert found(path, known.public.hex()) == []


def test_an_archive_before_the_hub_has_started_under_its_new_key(archives: Archives) -> None:
    identify(archives.folder, NEXT, STEPS[:1])
    made = Maker(archives.folder, "x", START_MS).make(Span(), archives.root / "a.zip")
    assert (made.faults, found(made.path)) == ((), [])


def test_a_key_that_was_lost_vouches_for_nothing(archives: Archives) -> None:
    """What is signed after it was lost holds for who knows the new one."""
    identify(archives.folder, NEXT, (LOST,))
    archives.sell()
    across, before = archives.make("1.zip").path, archives.make("2.zip", Span(up_to=15)).path
    assert found(across) == found(across, NEXT.public.hex()) == []
    assert found(across, HUB.public.hex()) == [(0, "manifest_pinned", MANIFEST)]
    assert found(before) == [(0, "manifest_key", MANIFEST)]
    assert found(before, NEXT.public.hex()) == []
    archives.purge(across)
    assert verify_file(archives.ledger.path, NEXT.public).flaws == ()


@pytest.mark.parametrize("archived", ["before", "after"])
def test_a_purge_across_a_change_of_the_hubs_key(archives: Archives, archived: str) -> None:
    early = archives.make("0.zip").path
    identify(archives.folder, NEXT, STEPS[:1])
    archives.sell()
    archives.purge(early if archived == "before" else archives.make("1.zip").path)
    archives.sell()
    identify(archives.folder, THIRD, STEPS)
    archives.sell()
    report = verify_file(archives.ledger.path, THIRD.public)
    assert report.flaws == ()
    assert [how for _, _, how in report.hub_keys] == ["founded", "vouched", "vouched"]
    made = archives.make("2.zip")
    assert (made.faults, found(made.path, HUB.public.hex())) == ((), [])
    archives.purge(made.path, now_ms=2 * LATER_MS)
    assert verify_file(archives.ledger.path, THIRD.public).flaws == ()


@pytest.mark.skipif(not is_available(), reason="cryptography is not installed")
def test_a_second_signature_is_checked_where_it_can_be_and_else_said(archives: Archives) -> None:
    """ECDSA P-256 under seals and the manifest, from a line of the journal on."""
    write_settings(archives.folder, Settings(journal=JournalSettings(second_signature=True)))
    archives.sell()
    path = archives.make().path
    report = verifier.verify(str(path))
    assert report.holds
    checked = report.signatures.checked
    assert checked["ecdsa-p256", "manifest"] == checked["ecdsa-p256", "keys"] == 1
    assert (
        checked["ecdsa-p256", "seals"]
        == archives.ledger.rows(
            "SELECT count(*) FROM journal_seal WHERE signatures LIKE '%p256%' AND seq <= ?",
            report.stated["last"],
        )[0][0]
    )
    alone = run(path, "--lang", "en", cwd=Path("/"))
    assert alone.returncode == 0
    assert "not checked, ecdsa-p256" in alone.stdout
    archives.purge(path)
    assert archives.ledger.flaws() == ()
    # One bit of it: found where it can be checked.
    made = canon.read_canonical(parts(path)[verifier.SIGNATURE])
    first = made["signatures"]["ecdsa-p256"]
    made["signatures"]["ecdsa-p256"] = ("1" if first[0] == "0" else "0") + first[1:]
    change(path, verifier.SIGNATURE, lambda _: canon.canonical(made))
    assert found(path) == [(0, "manifest_signature", MANIFEST)]


# A till's.

FIRST, SECOND, LAST = (Signer(signing_keys(number)) for number in (3, 21, 31))


class Desk:
    """A third till, whose keys change."""

    def __init__(self, archives: Archives) -> None:
        self.ledger: Ledger = archives.ledger
        self.ledger.shop.reopen()
        self.post: Post = self.ledger.shop.post(Profile.TILL, 3)
        self.ledger.shop.close()
        self.scribe = Scribe(self.post.device.id, FIRST)

    def take(self, *records: SignedRecord) -> list[Fault | None]:
        """Take records; return what was wrong with each."""
        shop = self.ledger.shop
        shop.reopen()
        draft = shop.journal.draft()
        with shop.store.group():
            faults = [draft.take(self.post.device, one, shop.clock.ms).fault for one in records]
            draft.write(EPOCH, shop.clock.ms)
        shop.close()
        return faults

    def opened(self, by: Signer) -> Fault | None:
        """Take a record that these keys sign."""
        self.scribe.signer = by
        return self.take(self.scribe.drawer())[0]


@pytest.mark.parametrize("purged", range(5), ids=lambda at: f"at {at}")
def test_a_tills_keys_go_on_wherever_it_is_archived_and_purged(
    archives: Archives, purged: int
) -> None:
    desk = Desk(archives)
    names = iter((SECOND, LAST))
    for step in range(5):
        if step in (1, 3):
            assert desk.take(desk.scribe.names(next(names))) == [None]
        else:
            assert desk.opened(by=(FIRST, FIRST, SECOND, SECOND, LAST)[step]) is None
        if step == purged:
            path = archives.make().path
            assert found(path) == []
            archives.purge(path)
    assert archives.ledger.flaws() == ()
    made = archives.make("last.zip")
    assert (made.faults, found(made.path)) == ((), [])
    # What is in force is what was named last, and no other.
    assert desk.opened(by=SECOND) == "key"
    assert desk.opened(by=LAST) is None
    assert archives.ledger.flaws() == ()


def test_keys_as_the_first_releases_wrote_them(archives: Archives) -> None:
    """A journal that has them holds, goes on, and its archive holds by itself."""
    ledger = archives.ledger

    def first_form(entry: dict[str, Any]) -> None:
        data = entry["data"]
        plain = {"device": data["device"], "name": data["name"], "algorithm": "ed25519"}
        keys = {"key": data["keys"]["ed25519"], "public": data["publics"]["ed25519"]}
        entry["data"] = plain | keys

    introductions = ledger.rows("SELECT seq FROM journal WHERE type = 'key' ORDER BY seq")
    assert len(introductions) == 2
    for (seq,) in introductions:
        ledger.forge_entry(seq, first_form, HUB)
    assert ledger.flaws() == ()
    archives.sell()
    assert ledger.rows("SELECT count(*) FROM journal WHERE type = 'key'") == [(2,)]
    assert ledger.flaws() == ()
    assert found(archives.make().path) == []
