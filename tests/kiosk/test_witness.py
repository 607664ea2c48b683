"""A post as a witness: which heads it keeps, what it sees by itself, what its disk does to it."""

from dataclasses import replace
from pathlib import Path

import pytest

from common import messages as m
from common.errors import Problem
from common.journal import canon
from common.journal.record import SignedRecord
from common.journal.witness import HEADS_AT_ONCE, RUNS_SAID, Conflict
from common.journal.witness_file import read_witness
from common.succession import Succession, vouch
from kiosk.device import Device, HubPlace
from kiosk.witness import KEEP_S, THIN_AFTER, Witness
from kiosk.witness_file import NAME, WitnessBook
from tests.common.journal.heads import AT_MS, EPOCHS, KEYS, OTHER_KEYS, Numbers
from tests.kiosk.post import HandClocks, device

JOURNAL = Numbers("a" * 900)


class Seer:
    """A witness on a folder; `again` is a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hand = HandClocks()
        self.device = paired()
        self.again()

    def again(self) -> None:
        """Start on what is on disk."""
        self.witness = Witness(WitnessBook(self.folder, self.device), self.hand.clocks)

    def hear(self, *seals: SignedRecord) -> list[Problem]:
        """Hear heads, ten seconds apart; return what is to be shown."""
        problems = []
        for seal in seals:
            problems.append(self.witness.heard(seal))
            self.hand.sleep(KEEP_S)
            self.witness.tick()
        return [problem for problem in problems if problem is not None]

    def see(self, journal: Numbers, *seqs: int, epoch: str = EPOCHS[0]) -> list[Problem]:
        """Hear the heads of these lines."""
        return self.hear(*(journal.seal(seq, epoch) for seq in seqs))

    @property
    def said(self) -> list[tuple[int, int]]:
        """Return (run, line) of what a hello says."""
        return [(mark.run, mark.seq) for mark in self.witness.said().marks]

    @property
    def on_disk(self) -> list[tuple[int, int]]:
        """Return (run, line) of every head in the file."""
        held = read_witness((self.folder / NAME).read_bytes(), lenient=True)
        return [(head.run, head.stated.seq) for head in held.heads]


def paired(device_id: str = "d" * 32, identity: bytes = KEYS.public) -> Device:
    """Return a post that has pinned the test's hub."""
    place = HubPlace(identity.hex(), "2b" * 32, "127.0.0.1", 9, 9)
    made = device(hub=place)
    return Device(device_id, made.number, made.name, made.profile, place)


@pytest.fixture
def seer(tmp_path: Path) -> Seer:
    return Seer(tmp_path)


def test_it_says_the_newest_head_and_which_key_it_knows(seer: Seer) -> None:
    assert seer.witness.said() == m.Witnessed(canon.key_id(KEYS.public), ())
    assert seer.see(JOURNAL, 3, 7, 9) == []
    assert seer.witness.said().marks == (JOURNAL.mark(9),)
    assert seer.witness.seq == 9
    seer.again()
    assert seer.said == [(0, 9)]


def test_the_disk_is_written_to_every_ten_seconds_at_most(seer: Seer) -> None:
    for seq in range(1, 100):
        seer.witness.heard(JOURNAL.seal(seq))
        seer.hand.sleep(0.5)
        seer.witness.tick()
    assert [seq for _, seq in seer.on_disk] == [20, 40, 60, 80]
    seer.witness.keep()  # The connection is gone, or the post is switched off.
    assert seer.on_disk[-1] == (0, 99)
    seer.again()
    assert seer.said == [(0, 99)]


def test_what_is_heard_again_is_nothing_new(seer: Seer) -> None:
    seer.see(JOURNAL, 5, 5, 5)
    # The same line under another seal, as after a restart of the hub.
    seer.hear(JOURNAL.seal(5, at_ms=AT_MS + 1))
    assert (seer.on_disk, seer.said) == ([(0, 5)], [(0, 5)])


@pytest.mark.parametrize(
    ("changed", "seq", "epoch", "lines"),
    [
        (JOURNAL, 40, EPOCHS[1], "1–41"),
        (Numbers("a" * 79 + "b"), 80, EPOCHS[1], "1–80"),
        (Numbers("a" * 90, chain="d" * 32), 90, EPOCHS[1], "1"),
        (JOURNAL, 95, EPOCHS[0], "1–96"),
    ],
    ids=["went back", "another line", "another chain", "an older epoch"],
)
def test_it_sees_by_itself_what_no_hub_can_hide(
    seer: Seer, changed: Numbers, seq: int, epoch: str, lines: str
) -> None:
    seer.see(JOURNAL, 60, 80, epoch=EPOCHS[1])
    (problem,) = seer.see(changed, seq, epoch=epoch)
    assert problem == Problem("journal_contradicted", {"lines": lines})
    assert seer.said == [(0, 80), (1, seq)], "what was seen before is kept beside it"
    seer.again()
    assert seer.said == [(0, 80), (1, seq)]
    assert seer.see(changed, seq, epoch=epoch) == [], "it is told once"


def test_another_epoch_is_another_run_and_no_contradiction(seer: Seer) -> None:
    seer.see(JOURNAL, 60, 80)
    assert seer.see(Numbers("a" * 50 + "r" * 30), 51, 70, epoch=EPOCHS[1]) == []
    assert seer.said == [(0, 80), (1, 70)]


def test_what_the_hub_says_it_contradicts_ends_a_run(seer: Seer) -> None:
    seer.see(JOURNAL, 60, 80)
    changed = Numbers("a" * 70 + "b" * 50)
    # The welcome says so and brings the journal's head; the lines follow when heads were compared.
    assert seer.witness.welcomed(m.JournalNews(changed.seal(110), against=(0,))) is None
    assert seer.said == [(0, 80), (1, 110)]
    problem = seer.witness.contradicted(m.Contradicted(0, Conflict.LINE, 60, 80))
    assert problem is not None
    assert problem.params == {"lines": "61–80"}
    assert seer.witness.contradicted(m.Contradicted(0, Conflict.LINE, 60, 80)) is None
    assert seer.witness.contradicted(m.Contradicted(7, Conflict.LINE, 60, 80)) is None
    seer.witness.keep()
    seer.again()
    assert seer.said == [(0, 80), (1, 110)]
    assert seer.witness.contradicted(m.Contradicted(0, Conflict.LINE, 60, 80)) is None


def test_a_run_that_is_contradicted_is_not_gone_on_with(seer: Seer) -> None:
    seer.see(JOURNAL, 60, 80)
    assert seer.witness.contradicted(m.Contradicted(0, Conflict.LINE, 60, 80)) is not None
    seer.see(JOURNAL, 90)
    assert seer.said == [(0, 80), (1, 90)]


def test_another_hub_key_is_told_once_and_nothing_of_it_is_kept(seer: Seer) -> None:
    seer.see(JOURNAL, 60)
    (problem,) = seer.hear(*(JOURNAL.seal(seq, keys=OTHER_KEYS) for seq in (70, 80)))
    assert problem == Problem("journal_other_key")
    seer.again()
    assert seer.hear(JOURNAL.seal(90, keys=OTHER_KEYS)) == []
    assert seer.said == [(0, 60)]
    assert seer.see(JOURNAL, 70) == []


def test_it_follows_the_hubs_key_where_the_one_before_vouches_for_it(seer: Seer) -> None:
    seer.see(JOURNAL, 60)
    vouched = vouch(KEYS, OTHER_KEYS.public, AT_MS)
    news = m.JournalNews(JOURNAL.seal(70, keys=OTHER_KEYS), way=(vouched,))
    assert seer.witness.welcomed(news) is None
    assert seer.said == [(0, 70)], "the same run: the journal goes on by another key"
    assert seer.witness.said().key == canon.key_id(OTHER_KEYS.public)
    # The key of before counts for what it has signed by then, and for nothing that comes.
    assert seer.see(JOURNAL, 80) == [Problem("journal_other_key")]
    seer.witness.keep()
    seer.again()
    assert seer.said == [(0, 70)]
    assert seer.witness.said().key == canon.key_id(OTHER_KEYS.public)


def test_a_key_for_which_nobody_vouches_is_not_followed(seer: Seer) -> None:
    seer.see(JOURNAL, 60)
    lost = Succession(KEYS.public.hex(), OTHER_KEYS.public.hex(), AT_MS)
    by_itself = replace(vouch(OTHER_KEYS, OTHER_KEYS.public, AT_MS), before=KEYS.public.hex())
    news = m.JournalNews(JOURNAL.seal(70, keys=OTHER_KEYS), way=(lost, by_itself))
    assert seer.witness.welcomed(news) == Problem("journal_other_key")
    assert seer.said == [(0, 60)]


def test_the_key_that_a_card_brought_is_one_more(seer: Seer) -> None:
    seer.see(JOURNAL, 60)
    seer.device = paired(identity=OTHER_KEYS.public)
    seer.again()
    assert seer.said == [(0, 60)]
    assert seer.hear(JOURNAL.seal(70, keys=OTHER_KEYS)) == []
    assert seer.said == [(0, 70)]


@pytest.mark.parametrize("how", ["text", "signature"])
def test_what_is_no_head_changes_nothing(seer: Seer, how: str) -> None:
    seer.see(JOURNAL, 60)
    seal = JOURNAL.seal(70)
    false = {
        "text": SignedRecord("{}", seal.signatures),
        "signature": SignedRecord(seal.body.replace('"seq":70', '"seq":71'), seal.signatures),
    }
    assert seer.hear(false[how]) == []
    assert seer.said == [(0, 60)]


def test_it_shows_the_heads_that_it_is_asked_for(seer: Seer) -> None:
    seer.see(JOURNAL, *range(3, 900, 3))
    heads = seer.witness.asked(m.HeadsRequest(0, 0, 600))
    seqs = [seal.body.partition('"seq":')[2].partition(",")[0] for seal in heads.seals]
    assert (len(seqs), seqs[0], seqs[-1]) == (HEADS_AT_ONCE, "3", "600")
    nearer = seer.witness.asked(m.HeadsRequest(0, 300, 330))
    # The head before them as well: the hub sees for itself that this one agrees.
    assert len(nearer.seals) == 11
    assert seer.witness.asked(m.HeadsRequest(5, 0, 600)).seals == ()


def test_only_the_newest_runs_are_said(seer: Seer) -> None:
    for run in range(RUNS_SAID + 3):
        seer.see(JOURNAL, 500 - 10 * run)
    assert seer.said == [(run, 500 - 10 * run) for run in range(3, RUNS_SAID + 3)]


def test_what_is_not_worth_keeping_goes_and_bounds_stay(seer: Seer) -> None:
    seer.see(JOURNAL, 60, 64, 67, 69)
    seer.see(JOURNAL, 65)
    assert seer.witness.contradicted(m.Contradicted(0, Conflict.GONE, 64, 66)) is None
    later = Numbers("a" * (THIN_AFTER + 100))
    seer.see(later, *range(70, THIN_AFTER + 80))
    # All of it in one minute of the hub's clock: the newest of each run, and around the first bad.
    runs = seer.on_disk
    assert runs[:3] == [(0, 64), (0, 67), (0, 69)]
    assert len(runs) < 20
    seer.again()
    assert seer.said == [(0, 69), (1, THIN_AFTER + 79)]


# The disk.


def test_half_a_line_costs_that_head(seer: Seer) -> None:
    seer.see(JOURNAL, 60, 70, 80)
    file = seer.folder / NAME
    file.write_bytes(file.read_bytes()[:-100])
    seer.again()
    assert seer.said == [(0, 70)]
    seer.see(JOURNAL, 90)
    seer.again()
    assert seer.on_disk == [(0, 60), (0, 70), (0, 90)]


def test_a_flipped_bit_speaks_for_nobody(seer: Seer) -> None:
    seer.see(JOURNAL, 60, 70)
    file = seer.folder / NAME
    digest = JOURNAL.mark(70).digest
    other = ("0" if digest[0] != "0" else "1") + digest[1:]
    file.write_bytes(file.read_bytes().replace(digest.encode(), other.encode()))
    seer.again()
    assert seer.said == [(0, 60)]


def test_what_a_full_disk_did_not_take_is_written_later(seer: Seer) -> None:
    seer.see(JOURNAL, 60)
    file = seer.folder / NAME
    file.rename(seer.folder / "elsewhere")
    file.mkdir()  # Nobody writes lines into a folder.
    assert seer.see(JOURNAL, 70, 80) == []
    assert seer.said == [(0, 80)]
    file.rmdir()
    (seer.folder / "elsewhere").rename(file)
    seer.see(JOURNAL, 85)
    assert seer.on_disk == [(0, 60), (0, 70), (0, 80), (0, 85)]


def test_garbage_in_its_place_is_set_aside(seer: Seer) -> None:
    (seer.folder / NAME).write_bytes(b"\xa5" * 300)
    seer.again()
    assert seer.said == []
    assert (seer.folder / "witness.damaged.jsonl").exists()
    seer.see(JOURNAL, 60)
    assert seer.on_disk == [(0, 60)]


def test_another_stay_in_a_shop_begins_another_file(seer: Seer) -> None:
    seer.see(JOURNAL, 60)
    seer.device = paired("e" * 32)
    seer.again()
    assert seer.said == []
    aside = read_witness((seer.folder / "witness.dddddddd.jsonl").read_bytes())
    assert [head.stated.seq for head in aside.heads] == [60]


def test_the_file_is_closed_to_others(seer: Seer) -> None:
    seer.see(JOURNAL, 60, 70)
    assert (seer.folder / NAME).stat().st_mode & 0o077 == 0
