"""What holds by itself, and only those contradict who have seen it otherwise: the posts.

Each docstring is a line of the table in `docs/fiscal.md`. Each attack is looked at three times: by
`journal verify` alone, which finds nothing; with a file of what posts have seen; and by the hub
itself, once a post comes back to it.
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from common.errors import Refusal
from common.seal import SigningKeys
from hub.journal_status import noted_conflicts
from hub.journal_verify import Report, verify_file
from hub.witness_verify import read_files
from tests.hub.journals import HUB, signing_keys
from tests.hub.seers import Seer, WatchedHub
from tests.tamper.rewriting import (
    at_another_time,
    of_another_hub,
    rewrite,
    until,
    without_sales_of,
)

pytestmark = pytest.mark.tamper
THIEF = signing_keys(99)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[WatchedHub]:
    """Yield a shop after a day, of which every post has seen every line."""
    hub = WatchedHub(tmp_path)
    hub.meet()
    for _ in range(6):
        for till in (1, 2):
            hub.sell(till)
            hub.watch()
    yield hub
    hub.close()


def sale_line(hub: WatchedHub, till: int, number: int) -> int:
    """Return the line that took in a till's sale of a number."""
    chain = hub.pens[till - 1].chain.head.chain
    sql = f"SELECT seq FROM journal WHERE chain = '{chain}' AND record_type = 'sale'"
    return int(hub.one(f"{sql} AND type_seq = {number}"))


def verified(hub: WatchedHub, *seers: Seer, public: bytes = HUB.public) -> Report:
    """Return what a verification says with the files of these posts."""
    return verify_file(hub.path, public, files=read_files(seer.hand_over() for seer in seers))


def found(hub: WatchedHub, first: int, last: int = 0, hub_key: SigningKeys = HUB) -> None:
    """Require that nothing but what posts have seen finds it, and that they all name this line."""
    assert verified(hub, public=hub_key.public).flaws == (), "it holds by itself"
    for seers in ([hub.seers[0]], [hub.seers[2]], hub.seers):
        flaws = verified(hub, *seers, public=hub_key.public).flaws
        assert [(flaw.seq, flaw.last) for flaw in flaws] == [(first, last)]
    hub.seers[0].meet(hub)
    noted = [(one.after + 1, one.by) for one in noted_conflicts(hub.store.db)]
    assert (first, last or first) in noted
    assert ("journal_contradicted", f"till 1: {first}") in hub.alerts
    assert hub.seers[0].shown[-1] in ("journal_contradicted", "journal_other_key")


def test_nothing_is_changed(hub: WatchedHub) -> None:
    """Nothing is changed: every post agrees up to the last line."""
    report = verified(hub, *hub.seers)
    assert report.flaws == ()
    assert [said.agreed for said in report.witnesses] == [hub.head_seq] * 3
    assert all(said.signed for said in report.witnesses)


def test_the_end_is_cut_off_with_its_seals(hub: WatchedHub) -> None:
    """The last lines are cut off with seals and tickets: posts name the first that is gone."""
    first = sale_line(hub, 1, 5)
    with hub.stopped():
        rewrite(hub.path, until(first - 1), HUB)
    assert hub.head_seq == first - 1
    found(hub, first)


def test_a_tills_sales_are_removed_and_all_is_sealed_anew(hub: WatchedHub) -> None:
    """A till's last sales are left out, all other lines moved up, and sealed anew with the hub's
    own key: posts name the first line that is another one."""
    first = sale_line(hub, 2, 4)
    with hub.stopped():
        rewrite(hub.path, without_sales_of(hub.pens[1].chain.head.chain, first - 1), HUB)
    found(hub, first)


def test_yesterdays_backup_is_put_back_by_copying_the_file(tmp_path: Path) -> None:
    """Yesterday's database is put back by copying the file, not by `restore`: posts name the first
    line that is gone."""
    hub = WatchedHub(tmp_path)
    hub.meet()
    hub.sell(times=3)
    hub.watch()
    yesterday = hub.copy()
    kept = hub.head_seq
    hub.sell(times=3)
    hub.watch()
    hub.put_back(yesterday)
    found(hub, kept + 1)
    hub.close()


def test_it_goes_on_for_days_before_a_post_comes_back(tmp_path: Path) -> None:
    """The same, and the shop sells on before any post comes back: the first line that is another
    one is named."""
    hub = WatchedHub(tmp_path)
    hub.meet()
    hub.sell(times=3)
    hub.watch()
    yesterday = hub.copy()
    kept = hub.head_seq
    for _ in range(3):
        hub.sell()
        hub.watch()
    hub.put_back(yesterday)
    hub.set_back()
    hub.sell(2, times=10)
    found(hub, kept + 1)
    hub.close()


def test_the_hubs_key_is_replaced(hub: WatchedHub) -> None:
    """The hub gets another key, and its whole journal is sealed anew with that, the first line
    included: it holds by the new key; posts that pinned the old one name line 1."""
    hub.close()
    rewrite(hub.path, of_another_hub(THIEF), THIEF)
    hub.restart(THIEF)
    found(hub, 1, hub_key=THIEF)


def test_the_note_of_it_is_removed_as_well(hub: WatchedHub) -> None:
    """The journal is rewritten, and what the hub noted of that is rewritten away: posts keep what
    they had seen before, and name the same line again."""
    first = sale_line(hub, 1, 5)
    with hub.stopped():
        rewrite(hub.path, until(first - 1), HUB)
    hub.meet()
    hub.sell(2)
    hub.watch()
    assert len(noted_conflicts(hub.store.db)) == 3
    with hub.stopped():
        rewrite(hub.path, until(first - 1), HUB)
    found(hub, first)


def test_what_was_seen_is_as_close_as_what_is_kept(tmp_path: Path) -> None:
    """A post has seen the journal now and then only: the first bad line is named as one of those
    between; two posts together narrow it down."""
    hub = WatchedHub(tmp_path)
    hub.meet()
    one, other = hub.seers[:2]
    hub.sell(times=3)
    one.ping(hub)
    low = hub.head_seq
    hub.sell(times=2)
    other.ping(hub)
    agreed = hub.head_seq
    hub.sell(times=2)
    changed = sale_line(hub, 1, 6)
    one.ping(hub)
    high = hub.head_seq
    hub.sell(times=4)
    other.ping(hub)
    with hub.stopped():
        rewrite(hub.path, at_another_time(changed), HUB)
    bounds = {
        seer.device.name: [(flaw.seq, flaw.last) for flaw in verified(hub, seer).flaws]
        for seer in (one, other)
    }
    assert bounds == {
        one.device.name: [(low + 1, high)],
        other.device.name: [(agreed + 1, hub.head_seq)],
    }
    (both,) = verified(hub, one, other).flaws
    assert (both.seq, both.last) == (agreed + 1, high)
    assert both.seq <= changed <= both.last
    hub.close()


def test_a_restore_is_said_plainly(tmp_path: Path) -> None:
    """Yesterday's backup is put back by `restore`: no flaw; how far posts had seen the journal
    before is said."""
    hub = WatchedHub(tmp_path)
    hub.meet()
    hub.sell(times=3)
    hub.watch()
    yesterday = hub.copy()
    kept = hub.head_seq
    hub.sell(times=3)
    hub.watch()
    reached = hub.head_seq
    hub.put_back(yesterday)
    hub.begin_epoch()
    report = verified(hub, *hub.seers)
    assert report.flaws == ()
    assert [said.lost for said in report.witnesses] == [((kept + 1, kept, reached),)] * 3
    hub.close()


@pytest.mark.parametrize("how", ["head", "run", "identity"])
def test_what_a_post_handed_over_is_changed(hub: WatchedHub, how: str) -> None:
    """What a post handed over is edited: the file is refused, and the line in it named."""
    file = hub.seers[0].hand_over()
    lines = file.read_bytes().splitlines(keepends=True)
    change = {
        "head": (3, b'\\"seq\\":', b'\\"seq\\":1'),
        "run": (3, b'"run":0', b'"run":1'),
        "identity": (0, HUB.public.hex().encode(), THIEF.public.hex().encode()),
    }
    place, old, new = change[how]
    assert old in lines[place]
    lines[place] = lines[place].replace(old, new)
    copyfile(file, file.with_suffix(".as it was"))
    file.write_bytes(b"".join(lines))
    with pytest.raises(Refusal) as refused:
        read_files([file])
    assert refused.value.problem.code == "witness_unreadable"
    assert "line" in refused.value.problem.params["reason"]
