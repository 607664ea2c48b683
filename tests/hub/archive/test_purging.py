"""Purges: what has to hold before, what goes and what stays, and that all goes on after it."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.journal import canon
from common.journal.kinds import Period
from common.journal.opened import OpenedData
from common.journal.purge import read_standing
from common.journal.record import Signer
from common.journal.witness import AGREES, SAYS_NOTHING, Bounds, Conflict, Mark, judge, narrow
from common.models import Ticket, decode_row
from common.topics import Profile
from hub.alerts import AlertBook
from hub.archive import verifier
from hub.archive.checking import check
from hub.archive.making import Maker
from hub.archive.purging import Plan
from hub.archive.spans import Span
from hub.archive.writing import ArchiveError
from hub.audit import audit_file
from hub.backup import back_up
from hub.backup_restore import restore
from hub.closing_list import closings_of
from hub.journal_check import JournalCheck
from hub.journal_status import status_of
from hub.journal_verify import verify_file
from hub.journal_view import JournalView
from hub.store import Store
from tests.hub.archive.busy import NEXT, STEP, busy_days
from tests.hub.archive.rig import (
    LATER_MS,
    YEAR_MS,
    Archives,
    archives,
    change,
    found,
    identify,
    run_json,
    state_anew,
)
from tests.hub.closing_shop import ClosingShop
from tests.hub.journals import HUB, Pen, journal_of
from tests.hub.papers import lines_of, ticket
from tests.hub.shop import EPOCH, START_MS
from tests.tamper.ledger import Ledger

__all__ = ["archives"]


def refused(archives: Archives, path: Path, **more: Any) -> str:
    """Return the code by which a purge is refused; nothing has changed then."""
    before = archives.ledger.rows("SELECT * FROM journal ORDER BY seq")
    with pytest.raises(ArchiveError) as raised:
        archives.purge(path, **more)
    assert archives.ledger.rows("SELECT * FROM journal ORDER BY seq") == before
    return raised.value.problem.code


def sound(archives: Archives) -> None:
    """Check that journal, database and everything the hub keeps of it hold."""
    assert archives.ledger.flaws() == ()
    assert audit_file(archives.ledger.path) == []


def test_records_and_seals_go_and_the_hubs_own_lines_stay(archives: Archives) -> None:
    made = archives.make()
    archives.sell()
    own = archives.ledger.rows("SELECT seq, entry FROM journal WHERE record IS NULL")
    plan = archives.purge(made.path)
    assert (plan.data.first, plan.data.last, plan.data.lines, plan.data.seals) == (1, 15, 12, 11)
    rows = archives.ledger.rows
    assert rows("SELECT count(*) FROM journal WHERE seq <= 15 AND record IS NOT NULL") == [(0,)]
    assert rows("SELECT count(*) FROM journal_seal WHERE seq <= 15") == [(0,)]
    assert rows("SELECT seq, entry FROM journal WHERE record IS NULL")[: len(own)] == own
    sound(archives)


def test_its_line_says_what_went(archives: Archives) -> None:
    made = archives.make()
    archives.purge(made.path)
    ((body,),) = archives.ledger.rows("SELECT entry FROM journal WHERE type = 'purge'")
    data = canon.read_canonical(body)["data"]
    assert data["last_digest"] == made.said.last_digest
    assert (data["manifest"], data["by"], data["tickets"]) == (made.said.manifest, "amelie", 10)
    standing = read_standing(data["standing"])
    assert standing.totals().net_cents == 3770
    assert (standing.head.seq, standing.head.digest) == (15, made.said.last_digest)
    trail = archives.ledger.rows("SELECT action, subject FROM audit_entry ORDER BY id")[-1]
    assert trail == ("journal.purge", "1–15")


def test_totals_and_tickets_go_on(archives: Archives) -> None:
    before = verify_file(archives.ledger.path, HUB.public)
    archives.purge(archives.make().path)
    archives.sell(2)
    report = verify_file(archives.ledger.path, HUB.public)
    assert (report.flaws, report.purged) == ((), 15)
    sold = archives.ledger.rows("SELECT count(*), sum(total_cents) FROM ticket")[0]
    assert (report.totals.tickets, report.totals.net_cents) == sold
    assert report.totals.tickets == before.totals.tickets + 4
    assert report.chains == 2


def test_purges_follow_each_other(archives: Archives) -> None:
    """Years on: purge, sell, archive, purge again; the lines of earlier purges stay."""
    for year in range(4):
        now_ms = LATER_MS + 7 * year * YEAR_MS
        made = archives.make(f"{year}.zip")
        assert found(made.path) == []
        archives.purge(made.path, now_ms=now_ms)
        sound(archives)
        archives.sell(2)
        sound(archives)
    assert archives.ledger.rows("SELECT count(*) FROM journal WHERE type = 'purge'") == [(4,)]
    assert archives.ledger.rows("SELECT count(*) FROM journal WHERE type = 'archive'") == [(4,)]
    assert verify_file(archives.ledger.path, HUB.public).totals.tickets == 10 + 16


def test_the_hub_goes_on_where_its_tills_stand(archives: Archives) -> None:
    """Chains, the numbers of each type and the tills' keys are what they were before."""
    archives.sell()
    store = Store.open(archives.ledger.path)
    book = journal_of(store)
    before = (book.chains, book.tills)
    store.close()
    archives.purge(archives.make().path)
    store = Store.open(archives.ledger.path)
    book = journal_of(store)
    assert (book.chains, book.tills) == before
    store.close()


def test_a_record_that_comes_after_the_purge_fills_its_gap(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    kept = []
    for number in range(1, 7):
        sale = ledger.pens[0].sale(ticket(ledger.tills[0], number, _lines(ledger)))
        if number in (2, 3, 5):
            kept.append(sale)
        else:
            ledger.shop.accept(ledger.tills[0].send("sale.record", sale, 2))
    ledger.shop.close()
    archives = Archives(tmp_path, ledger)
    archives.purge(archives.make().path)
    sound(archives)
    assert status_of(ledger.path)["missing"] == 3
    assert [chain["seq"] for chain in status_of(ledger.path)["chains"]] == [7]
    ledger.shop.reopen()
    for sale in kept[:2]:
        ledger.shop.accept(ledger.tills[0].send("sale.record", sale, 2))
    ledger.shop.reopen()
    ledger.shop.accept(ledger.tills[0].send("sale.record", kept[2], 2))
    ledger.numbers[0] = 6
    ledger.sell(0)
    ledger.shop.close()
    sound(archives)
    assert ledger.rows("SELECT count(*) FROM journal WHERE type = 'invalid'") == [(0,)]
    assert status_of(ledger.path)["missing"] == 0
    # And once what filled them has gone, too.
    archives.purge(archives.make("2.zip").path, now_ms=2 * LATER_MS)
    status = status_of(ledger.path)
    assert (status["missing"], status["purged"]) == (0, verify_file(ledger.path, HUB.public).purged)
    assert [(chain["seq"], chain["device_name"]) for chain in status["chains"]] == [(8, "till 1")]


def test_a_ticket_that_comes_again_after_its_record_went_counts_once(archives: Archives) -> None:
    """From a till whose files were set back: in another record, of a chain that began anew."""
    archives.purge(archives.make().path)
    ledger = archives.ledger
    ledger.shop.reopen()
    ((body,),) = ledger.shop.rows("SELECT body FROM ticket WHERE series = 'T1' AND number = 1")
    ledger.pens[0].begin("aa" * 16, OpenedData("set_back", f"{1:032x}", 2, "0" * 64))
    again = ledger.pens[0].sale(decode_row(body, Ticket))
    ledger.shop.accept(ledger.tills[0].send("sale.record", again, 2))
    ledger.sell(0)
    ledger.shop.close()
    assert ledger.rows("SELECT count(*) FROM journal WHERE type = 'repeated'") == [(1,)]
    sound(archives)
    assert verify_file(ledger.path, HUB.public).totals.tickets == 11
    archives.purge(archives.make("2.zip").path, now_ms=2 * LATER_MS)
    sound(archives)


def test_what_posts_have_seen_before_a_purge_is_no_contradiction(archives: Archives) -> None:
    """But where it has cut, and after it, a journal that is another one is found as ever."""
    path = archives.ledger.path
    with closing(sqlite3.connect(path)) as db:
        chain = JournalView(db, EPOCH, lambda: 15).chain
        seen = {
            seq: canon.digest(body) for seq, body in db.execute("SELECT seq, entry FROM journal")
        }
    archives.purge(archives.make().path)
    with closing(sqlite3.connect(path)) as db:
        head = db.execute("SELECT max(seq) FROM journal").fetchone()[0]
        view = JournalView(db, EPOCH, lambda: head)
        heads = [Mark(1, chain, EPOCH, seq, digest) for seq, digest in seen.items()]
        assert narrow(view, heads) == Bounds()
        assert judge(view, heads[14]) is AGREES
        assert judge(view, heads[7]) == SAYS_NOTHING
        other = replace(heads[14], digest="0" * 64)
        assert narrow(view, [*heads[:14], other]).conflict is Conflict.LINE


def test_closings_stay_and_go_on(tmp_path: Path) -> None:
    """A purge in the midst of a day, a month and a year: the next closings state all of each."""
    shop = ClosingShop(tmp_path)
    shop.sell(0)
    shop.close(Period.DAY)
    shop.sell(1)
    shop.settle()
    archives = Archives(tmp_path, _ledger_of(shop))
    archives.purge(archives.make().path)
    shop.restart()
    shop.sell(0)
    shop.settle()
    month = shop.close(Period.MONTH)
    assert [day["totals"]["tickets"] for day in shop.closed()] == [1, 2]
    assert (month["totals"]["tickets"], month["perpetual"]["tickets"]) == (3, 3)
    assert shop.report().flaws == ()
    shop.shop.close()
    made = archives.make("2.zip")
    assert (made.faults, found(made.path)) == ((), [])
    archives.purge(made.path, now_ms=2 * LATER_MS)
    assert audit_file(shop.shop.path) == []
    assert [made.data["totals"]["tickets"] for made in closings_of(shop.shop.path)] == [1, 2, 3]


def _ledger_of(shop: ClosingShop) -> Ledger:
    """Return the means to look at a shop's file, which is closed now."""
    shop.shop.close()
    ledger = object.__new__(Ledger)
    ledger.shop = shop.shop
    return ledger


@pytest.mark.parametrize("line", range(4, 44, 3))
def test_wherever_it_cuts_what_follows_holds(tmp_path: Path, line: int) -> None:
    """A journal with everything in it, cut anywhere: late tickets, exercises, keys, closings."""
    ledger = busy_days(tmp_path)
    archives = Archives(tmp_path, ledger)
    identify(archives.folder, NEXT, (STEP,))
    before = verify_file(ledger.path, NEXT.public)
    made = archives.make(span=Span(up_to=line))
    plan = archives.purge(made.path)
    report = verify_file(ledger.path, NEXT.public)
    assert (report.flaws, report.purged) == ((), plan.data.last)
    assert (report.totals, report.exercises) == (before.totals, before.exercises)
    assert audit_file(ledger.path) == []
    rest = archives.make("2.zip")
    assert (rest.faults, found(rest.path)) == ((), [])
    assert run_json(made.path, rest.path, cwd=tmp_path)[0] == 0


def _lines(ledger: Ledger) -> Sequence[Any]:
    return lines_of((ledger.articles[0], 1000))


def test_the_check_behind_the_commits_goes_on(archives: Archives) -> None:
    """From the purge, where it had not come so far or knows nothing; else from where it was."""
    archives.sell()
    last = archives.purge(archives.make().path).data.last
    archives.sell()
    shop = archives.ledger.shop
    shop.reopen()
    alerts = AlertBook(shop.store, shop.log, shop.mint, shop.clock.now_ms)
    for begins in (last, shop.journal.head.seq):
        check = JournalCheck(shop.store, shop.journal, alerts, shop.clock.now_ms)
        assert check.seq == begins
        while check.seq < shop.journal.head.seq:
            assert check.tick() == []
    shop.close()


def test_backups_and_restores_go_on(archives: Archives) -> None:
    made = archives.make()
    early = back_up(archives.folder, None, START_MS)
    archives.purge(made.path)
    late = back_up(archives.folder, None, START_MS + 5000)
    for number, backup in enumerate((late, early), 7):
        epoch = f"{number:032x}"
        list(restore(archives.folder, backup.path, START_MS, partial(_same, epoch)))
        archives.ledger.shop.reopen()
        archives.ledger.shop.close()
        sound(archives)
    # What was put back from before the purge is purged once more, by the same archive.
    archives.sell()
    archives.purge(made.path)
    sound(archives)


def test_the_archive_is_checked_against_what_is_left(archives: Archives) -> None:
    made = archives.make()
    database, public = archives.ledger.path, [HUB.public.hex()]

    def beside() -> tuple[bool, int, int | None]:
        report, found = check(database, made.path, public, lambda _done, _all: None)
        assert report.holds
        assert found is not None
        return found.noted, found.lines, found.differs

    assert beside() == (True, 15, None)
    archives.purge(made.path)
    assert beside() == (True, 3, None)
    # A ticket whose record has gone is changed: the archive still has it.
    changed = "CAST(replace(body, 'cash', 'card') AS BLOB)"
    archives.ledger.run(f"UPDATE ticket SET body = {changed} WHERE number = 3 AND series = 'T1'")
    assert archives.ledger.flaws() == ()
    seq = next(
        line.seq
        for line in verifier.read_lines(str(made.path))
        if b'"number":3,' in (line.record or b"")
    )
    assert beside()[2] == seq


def _same(epoch: str, _: Iterable[str]) -> str:
    return epoch


# What has to hold before.


def test_only_what_is_old_enough_goes(archives: Archives) -> None:
    made = archives.make()
    day = 86_400_000
    six = START_MS + 6 * 365 * day
    assert refused(archives, made.path, now_ms=six - 2 * day) == "purge_nothing"
    assert (
        refused(archives, made.path, now_ms=START_MS + 364 * day, keep_years=1) == "purge_nothing"
    )
    assert archives.purge(made.path, now_ms=six + 10 * day).data.last == 15


def test_what_is_younger_than_the_limit_stays(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.sell(0)
    last = ledger.shop.one("SELECT max(seq) FROM journal")
    ledger.shop.clock.ms += YEAR_MS
    ledger.sell(0)
    ledger.shop.close()
    archives = Archives(tmp_path, ledger)
    made = archives.make()
    plan = archives.purge(made.path, now_ms=START_MS + 6 * YEAR_MS + 86_400_000)
    assert plan.data.last == last < made.said.last
    assert plan.newest_ms < START_MS + YEAR_MS
    sound(archives)
    # The same archive lets the rest go, a year later.
    assert archives.purge(made.path, now_ms=LATER_MS + YEAR_MS).data.first == last + 1
    sound(archives)


def test_a_year_whose_earlier_ones_are_still_here_waits(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for year in (2025, 2026):
        ledger.shop.clock.ms = START_MS + (year - 2026) * YEAR_MS
        ledger.sell(0)
    ledger.shop.close()
    archives = Archives(tmp_path, ledger)
    first, second = (archives.make(f"{y}.zip", Span(period=str(y))).path for y in (2025, 2026))
    assert refused(archives, second) == "purge_order"
    archives.purge(first)
    archives.purge(second)
    sound(archives)


def test_nothing_goes_twice(archives: Archives) -> None:
    made = archives.make()
    archives.purge(made.path)
    assert refused(archives, made.path) == "purge_nothing"


def test_an_archive_of_which_the_journal_does_not_know(archives: Archives) -> None:
    made = Maker(archives.folder, "x", START_MS).make(Span(), archives.root / "a.zip")
    assert refused(archives, made.path) == "archive_unknown"


def test_an_archive_that_was_changed(archives: Archives) -> None:
    made = archives.make()
    change(made.path, verifier.LINES, lambda text: text.replace(b"Article 1", b"Article 9"))
    assert refused(archives, made.path) == "archive_unsound"


def test_an_archive_that_was_changed_and_stated_anew_by_whoever_has_the_hubs_key(
    archives: Archives,
) -> None:
    made = archives.make()
    change(made.path, "LISEZMOI.txt", lambda text: text + b"!")
    state_anew(made.path, Signer(HUB))
    assert found(made.path) == []
    assert refused(archives, made.path) == "archive_unknown"


_RECORD = "record = CAST(replace(record, 'cash', 'card') AS BLOB)"
_BODY = "body = CAST(replace(body, 'cash', 'card') AS BLOB)"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (f"UPDATE journal SET {_RECORD} WHERE seq = 8", "archive_differs"),
        (f"UPDATE journal SET {_RECORD} WHERE seq = 18", "purge_unsound"),
        ("DELETE FROM journal WHERE seq = 8", "archive_differs"),
        ("UPDATE journal_seal SET signatures = '{}' WHERE seq = 8", "purge_unsound"),
        (f"UPDATE ticket SET {_BODY} WHERE number = 2", "archive_differs"),
        ("DELETE FROM ticket WHERE number = 2", "archive_differs"),
        ("DELETE FROM ticket WHERE number = 7", "purge_unsound"),
    ],
)
def test_a_journal_that_does_not_hold(archives: Archives, sql: str, code: str) -> None:
    made = archives.make()
    archives.sell()
    archives.ledger.run(sql)
    assert refused(archives, made.path) == code


def test_no_archive_at_all(archives: Archives, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"no")
    assert refused(archives, tmp_path / "absent.zip") == "archive_missing"
    assert refused(archives, tmp_path / "b.zip") == "archive_unreadable"


def test_a_disk_that_fails_midway_leaves_all_as_it_was(archives: Archives) -> None:
    made = archives.make()
    before = archives.ledger.rows("SELECT * FROM journal ORDER BY seq")
    with archives.purger() as purger:
        plan = purger.plan(made.path, 6)
        # No page more than there are: the database is full as a disk may be.
        purger.store.db.execute("PRAGMA max_page_count = 1")
        purger.store.db.execute("PRAGMA cache_size = 1")
        broken = Plan(_with_padding(plan), plan.newest_ms)
        with pytest.raises(sqlite3.OperationalError, match="full"):
            purger.carry_out(broken)
    assert archives.ledger.rows("SELECT * FROM journal ORDER BY seq") == before
    sound(archives)


def _with_padding(plan: Plan) -> Any:
    """Return what a purge of a year says, as long as that is."""
    return replace(plan.data, standing={**plan.data.standing, "padding": "x" * 1_000_000})


# The database lets nothing else go.


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM journal WHERE seq = 16",
        "DELETE FROM journal WHERE seq = 1",
        "DELETE FROM journal WHERE type = 'key'",
        "DELETE FROM journal WHERE type = 'purge'",
        "UPDATE journal SET record = NULL",
        "DELETE FROM journal_seal WHERE seq > 15",
        "INSERT INTO journal (seq, type, entry, digest) VALUES (5, 'taken', x'7b7d', '')",
        "REPLACE INTO journal_seal (seq, body, signatures) VALUES (5, '', '')",
    ],
)
def test_the_database_refuses_the_rest_after_a_purge(archives: Archives, sql: str) -> None:
    archives.purge(archives.make().path)
    archives.sell()
    append_only = pytest.raises(sqlite3.IntegrityError, match="append-only")
    with closing(sqlite3.connect(archives.ledger.path, isolation_level=None)) as db, append_only:
        db.execute(sql)
    sound(archives)


def test_a_hub_that_never_purged_lets_nothing_go(archives: Archives) -> None:
    archives.make()
    with closing(sqlite3.connect(archives.ledger.path, isolation_level=None)) as db:
        for table in ("journal", "journal_seal"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                db.execute(f"DELETE FROM {table} WHERE seq = 4")


def test_posts_that_are_new_after_a_purge_are_introduced(archives: Archives) -> None:
    archives.purge(archives.make().path)
    ledger = archives.ledger
    ledger.shop.reopen()
    post = ledger.shop.post(Profile.TILL, 3)
    paid = ticket(post, 1, _lines(ledger))
    ledger.shop.accept(post.send("sale.record", Pen(3, post.device.id).sale(paid), 2))
    ledger.shop.close()
    sound(archives)
