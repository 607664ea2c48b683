"""The hub and its witnesses: what it publishes, and what it notes of a journal that was swapped."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from common import messages as m
from common.journal import canon
from common.journal.witness import Conflict, Mark
from common.journal.witness_file import as_kept
from common.succession import Succession, vouch
from hub.journal_status import noted_conflicts, noted_losses, status_of
from hub.journal_verify import verify_file
from hub.witness_verify import read_files
from tests.hub.journals import HUB, signing_keys
from tests.hub.seers import Seer, WatchedHub

OTHER = signing_keys(99)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[WatchedHub]:
    hub = WatchedHub(tmp_path)
    yield hub
    hub.close()


def test_the_head_is_published_to_every_post_and_only_while_it_is_news(hub: WatchedHub) -> None:
    hub.meet()
    assert [seer.witness.seq for seer in hub.seers] == [hub.head_seq] * 3
    hub.sell(times=3)
    for seer in hub.seers:
        pong = seer.ping(hub)
        assert pong.head is not None
        assert as_kept(0, pong.head).stated.seq == hub.head_seq == seer.witness.seq
        assert seer.ping(hub).head is None


def test_a_post_that_keeps_nothing_is_sent_nothing(hub: WatchedHub) -> None:
    device = hub.posts[0].device
    hub.sell()
    (welcome,) = hub.hear(device, m.Hello(m.PROTOCOL, "0.1", "0b" * 16, "", {}, 1, 1))
    (pong,) = hub.hear(device, m.Ping(1, 0))
    assert (welcome.journal, pong.head) == (None, None)


def test_a_journal_that_goes_on_agrees_with_everybody(hub: WatchedHub) -> None:
    hub.meet()
    for _ in range(3):
        hub.sell(times=2)
        hub.watch()
        with hub.stopped():
            pass
        hub.meet()
        against = [seer.welcome.journal.against for seer in hub.seers if seer.welcome.journal]
        assert against == [()] * 3
    assert [seer.shown for seer in hub.seers] == [[], [], []]
    assert hub.alerts == []


def swap(hub: WatchedHub, seen_until: int = 3) -> tuple[int, int]:
    """Put an older copy back by hand; return the line it ends with, and how far posts had seen."""
    hub.sell(times=2)
    hub.meet()
    copy = hub.copy()
    kept = hub.head_seq
    for _ in range(seen_until):
        hub.sell()
        hub.watch()
    reached = hub.head_seq
    hub.put_back(copy)
    hub.set_back()
    return kept, reached


def test_an_older_copy_is_found_by_the_first_post_that_comes(hub: WatchedHub) -> None:
    kept, reached = swap(hub)
    assert hub.head_seq == kept < reached
    hub.seers[0].meet(hub)
    (noted,) = noted_conflicts(hub.store.db)
    assert (noted.code, noted.after, noted.by) == ("gone", kept, kept + 1)
    assert noted.device_name == "till 1"
    assert hub.alerts == [("journal_contradicted", f"till 1: {kept + 1}")]
    assert hub.seers[0].shown == ["journal_contradicted"]
    assert hub.rows("SELECT device_id, subject FROM audit_entry WHERE action LIKE 'journal%'") == [
        (hub.seers[0].device.id, str(kept + 1))
    ]


def test_others_add_their_word_and_no_other_alert(hub: WatchedHub) -> None:
    swap(hub)
    hub.meet()
    assert [noted.device_name for noted in noted_conflicts(hub.store.db)] == [
        "till 1",
        "till 2",
        "office 3",
    ]
    assert len(hub.alerts) == 1
    assert [seer.shown for seer in hub.seers] == [["journal_contradicted"]] * 3


def test_what_was_noted_is_noted_once(hub: WatchedHub) -> None:
    swap(hub)
    hub.meet()
    hub.sell(times=2)
    hub.watch()
    for _ in range(2):
        with hub.stopped():
            for seer in hub.seers:
                seer.again()
        hub.meet()
    assert len(noted_conflicts(hub.store.db)) == 3
    assert [seer.shown for seer in hub.seers] == [["journal_contradicted"]] * 3


def test_it_is_found_though_the_journal_has_grown_past_what_was_seen(hub: WatchedHub) -> None:
    kept, reached = swap(hub)
    hub.sell(till=2, times=8)
    assert hub.head_seq > reached
    hub.meet()
    noted = noted_conflicts(hub.store.db)
    assert {(one.code, one.after) for one in noted} == {("line", kept)}
    assert all(one.by == kept + 1 for one in noted)
    # What is seen from now on is another run, and agrees.
    for seer in hub.seers:
        assert [mark.run for mark in seer.witness.said().marks] == [0, 1]


def test_a_post_that_saw_less_narrows_less(hub: WatchedHub) -> None:
    """Seen every five sales: between those the first bad line is not known any closer."""
    hub.meet()
    seer = hub.seers[0]
    agreed = seer.witness.seq
    hub.sell(times=3)
    copy = hub.copy()
    kept = hub.head_seq
    hub.sell(times=2)
    seer.ping(hub)
    hub.put_back(copy)
    hub.set_back()
    seer.meet(hub)
    (noted,) = noted_conflicts(hub.store.db)
    assert (noted.after, noted.by) == (agreed, kept + 1)
    assert hub.alerts == [("journal_contradicted", f"till 1: {agreed + 1}–{kept + 1}")]


def test_heads_are_asked_for_nearer_and_nearer(hub: WatchedHub) -> None:
    """Many more heads than go into one message: the first bad line is found all the same."""
    hub.meet()
    seer = hub.seers[0]
    for _ in range(150):
        hub.sell()
        seer.ping(hub)
    copy = hub.copy()
    kept = hub.head_seq
    for _ in range(150):
        hub.sell()
        seer.ping(hub)
    hub.put_back(copy)
    hub.set_back()
    hub.sell(till=2, times=160)
    seer.meet(hub)
    (noted,) = noted_conflicts(hub.store.db)
    assert (noted.code, noted.after, noted.by) == ("line", kept, kept + 1)


def test_a_restore_is_no_tampering_and_what_it_lost_is_named(hub: WatchedHub) -> None:
    hub.sell(times=2)
    hub.meet()
    copy = hub.copy()
    kept = hub.head_seq
    hub.sell(times=3)
    hub.seers[0].ping(hub)
    further = hub.head_seq
    hub.sell()
    hub.seers[1].ping(hub)
    reached = hub.head_seq
    hub.put_back(copy)
    hub.begin_epoch()
    hub.meet()
    assert noted_conflicts(hub.store.db) == []
    assert [
        (one.device_name, one.restored, one.kept, one.reached) for one in noted_losses(hub.store.db)
    ] == [("till 1", kept + 1, kept, further), ("till 2", kept + 1, kept, reached)]
    assert hub.alerts == [
        ("journal_lost", f"till 1: {kept + 1}–{further}"),
        ("journal_lost", f"till 2: {kept + 1}–{reached}"),
    ]
    assert [seer.shown for seer in hub.seers] == [[], [], []]
    status = status_of(hub.path)
    assert [one["reached"] for one in status["lost"]] == [further, reached]
    hub.meet()
    assert len(noted_losses(hub.store.db)) == 2


def test_the_database_of_before_a_restore_is_found(hub: WatchedHub) -> None:
    """Restored, seen, and then the old file was put back by hand: its epoch is the older one."""
    hub.sell(times=2)
    hub.meet()
    before = hub.copy()
    kept = hub.head_seq
    epoch = hub.begin_epoch()
    hub.meet()
    hub.put_back(before)
    hub.seers[0].meet(hub, epoch)
    (noted,) = noted_conflicts(hub.store.db)
    assert (noted.code, noted.by) == ("epoch", kept + 1)
    assert hub.alerts == [("journal_contradicted", f"till 1: {kept + 1}")]


def test_posts_follow_the_hubs_key_where_the_old_one_vouches(hub: WatchedHub) -> None:
    hub.sell(times=2)
    hub.meet()
    hub.close()
    hub.restart(OTHER, vouch(HUB, OTHER.public, hub.clock.ms))
    hub.meet()
    hub.sell(times=2)
    hub.watch()
    hub.meet()
    assert [seer.shown for seer in hub.seers] == [[], [], []]
    assert hub.alerts == []
    key = canon.key_id(OTHER.public)
    assert {seer.witness.said().key for seer in hub.seers} == {key}
    files = read_files(seer.hand_over() for seer in hub.seers)
    report = verify_file(hub.path, OTHER.public, files=files)
    assert report.flaws == ()
    assert [said.agreed for said in report.witnesses] == [hub.head_seq] * 3


def test_what_the_old_key_sealed_still_contradicts(hub: WatchedHub) -> None:
    """Its database put back by hand after the hub's key was changed: the old seals prove it."""
    hub.sell(times=2)
    hub.meet()
    copy = hub.copy()
    kept = hub.head_seq
    for _ in range(3):
        hub.sell()
        hub.watch()
    hub.close()
    hub.restart(OTHER, vouch(HUB, OTHER.public, hub.clock.ms))
    hub.put_back(copy)
    hub.meet()
    noted = noted_conflicts(hub.store.db)
    assert [(one.code, one.after) for one in noted] == [("line", kept)] * 3
    assert [seer.shown for seer in hub.seers] == [["journal_contradicted"]] * 3


def test_a_key_that_was_lost_is_said_by_the_journal_and_shown_by_posts(hub: WatchedHub) -> None:
    hub.sell(times=2)
    hub.meet()
    hub.close()
    hub.restart(OTHER, Succession(HUB.public.hex(), OTHER.public.hex(), hub.clock.ms))
    hub.sell()
    hub.meet()
    hub.watch()
    assert noted_conflicts(hub.store.db) == []
    assert hub.alerts == []
    assert [seer.shown for seer in hub.seers] == [["journal_other_key"]] * 3
    report = verify_file(hub.path, OTHER.public, files=read_files([hub.seers[0].hand_over()]))
    assert report.flaws == (), "the key that the post has pinned has sealed it, up to the change"


# What a post may try.


def claim(hub: WatchedHub, seer: Seer, *marks: Mark, key: str = "") -> list[type]:
    """Let a post say hello with marks of its own invention; return the kinds of the answers."""
    said = m.Witnessed(key or canon.key_id(HUB.public), marks)
    hello = m.Hello(m.PROTOCOL, "test", f"5e{seer.device.number:030x}", "", {}, 1, 1, said)
    return [type(answer) for answer in hub.hear(seer.device, hello)]


def test_a_claim_without_the_hubs_own_seal_is_nothing(hub: WatchedHub) -> None:
    hub.meet()
    hub.sell(times=2)
    seer = hub.seers[0]
    false = replace(seer.witness.said().marks[0], digest="0" * 64)
    assert claim(hub, seer, false) == [m.Welcome, m.HeadsRequest]
    # Heads that agree, one that another key has signed, and none at all.
    seal = seer.witness.asked(m.HeadsRequest(0, 0, 10**6)).seals[-1]
    changed = replace(seal, body=seal.body.replace('"seq":', '"seq":1'))
    for seals in ((), (seal,), (changed,), (seal, changed)):
        claim(hub, seer, false)
        assert hub.hear(seer.device, m.Heads(0, seals)) == []
    assert noted_conflicts(hub.store.db) == []
    assert hub.alerts == []


def test_heads_that_nobody_asked_for_are_nothing(hub: WatchedHub) -> None:
    swap(hub)
    seer = hub.seers[0]
    heads = seer.witness.asked(m.HeadsRequest(0, 0, 10**6))
    assert hub.hear(seer.device, heads) == []
    assert noted_conflicts(hub.store.db) == []


def test_what_is_no_head_is_malformed(hub: WatchedHub) -> None:
    hub.sell()
    hub.meet()
    seer = hub.seers[0]
    mark = seer.witness.said().marks[0]
    assert claim(hub, seer, replace(mark, digest="0" * 64)) == [m.Welcome, m.HeadsRequest]
    (seal,) = seer.witness.asked(m.HeadsRequest(mark.run, 0, mark.seq)).seals
    (refused,) = hub.hear(seer.device, m.Heads(mark.run, (replace(seal, body="{}"),)))
    assert refused.code == "malformed"


def test_one_proof_is_noted_once_whatever_else_is_claimed(hub: WatchedHub) -> None:
    swap(hub)
    seer = hub.seers[0]
    heads = seer.witness.asked(m.HeadsRequest(0, 0, 10**6))
    mark = seer.witness.said().marks[0]
    for digit in "123456":
        claim(hub, seer, replace(mark, digest=digit * 64))
        hub.hear(seer.device, heads)
    for digit in "123":
        claim(hub, seer, key=digit * 32)
    assert [one.code for one in noted_conflicts(hub.store.db)] == [Conflict.GONE, Conflict.KEY]
