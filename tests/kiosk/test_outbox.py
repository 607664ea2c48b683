"""The outbox on disk: numbers without holes, nothing half done, nothing lost."""

from itertools import count
from pathlib import Path
from threading import Thread

import pytest

from common import messages as m
from common import wire
from common.errors import Refusal
from common.outgoing import Outgoing
from kiosk.book import Book
from kiosk.outbox import Counts, Outbox
from kiosk.outbox_file import Draft, Maker, series_of
from tests.kiosk.post import BOX, NOW_MS, OTHER, draft, maker, new_outbox, reply, ticketed


def ticket_draft(book: Book) -> Draft:
    plain = Draft("sale.record", 1, f"{book.series}/{book.number}".encode(), NOW_MS)
    return ticketed(plain, book)


def fill_disk(outbox: Outbox) -> None:
    """Let the file grow no more."""
    outbox._database.connection.execute("PRAGMA max_page_count = 1").fetchone()


def free_disk(outbox: Outbox) -> None:
    outbox._database.connection.execute("PRAGMA max_page_count = 1073741823").fetchone()


def test_what_was_appended_is_there_after_a_restart(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    first = outbox.append(draft(b"one"))
    second = outbox.append_records(ticket_draft)
    third = outbox.append_records(ticket_draft)
    before = outbox.waiting()
    outbox.close()

    again = Outbox(tmp_path / "outbox.db", maker())
    after = again.waiting()
    assert after == before
    assert after.queued == [first, second, third]
    assert [entry.n for entry in after.queued] == [1, 2, 3]
    assert [entry.body for entry in after.queued] == [
        b"one",
        f"{again.series}/1".encode(),
        f"{again.series}/2".encode(),
    ]
    assert all(entry.body_hash == wire.body_hash(entry.body) for entry in after.queued)
    assert again.append_records(ticket_draft).body == f"{again.series}/3".encode()
    again.close()


def test_each_append_is_synced_to_the_disk(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    settings = {
        name: outbox._database.connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("synchronous", "journal_mode")
    }
    assert settings == {"synchronous": 2, "journal_mode": "wal"}
    outbox.close()


def test_a_series_names_device_and_outbox(tmp_path: Path) -> None:
    assert series_of(3, "00000" + "0" * 27) == "03-0000"
    assert series_of(12, "fffff" + "0" * 27) == "12-ZZZZ"
    assert series_of(1, "00001" + "0" * 27) == "01-0001"
    outbox = new_outbox(tmp_path)
    assert outbox.series == series_of(7, outbox.id)
    outbox.close()


def test_a_ticket_that_cannot_be_made_uses_up_no_number(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)

    def refuse(_book: Book) -> Draft:
        raise Refusal("ticket_empty")

    with pytest.raises(Refusal):
        outbox.append_records(refuse)
    assert outbox.append_records(ticket_draft).body.endswith(b"/1")
    outbox.close()


def test_a_full_disk_leaves_nothing_half_done(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    outbox.append_records(ticket_draft)
    fill_disk(outbox)
    big = Draft("sale.record", 1, bytes(100_000), NOW_MS)
    with pytest.raises(Refusal) as caught:
        outbox.append_records(lambda book: ticketed(big, book))
    assert caught.value.problem.code == "disk_full"
    assert outbox.counts() == Counts(1, 0)
    assert len(outbox.take_fresh()) == 1
    free_disk(outbox)
    entry = outbox.append_records(ticket_draft)
    assert (entry.n, entry.body) == (2, f"{outbox.series}/2".encode())
    outbox.close()


def test_an_operation_that_no_hub_would_take_is_refused_here(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    outbox.append(draft(bytes(wire.COMMAND_BYTES)))
    with pytest.raises(Refusal) as caught:
        outbox.append(draft(bytes(wire.COMMAND_BYTES + 1)))
    assert caught.value.problem.code == "operation_too_large"
    assert outbox.append(draft()).n == 2
    outbox.close()


def test_replies_end_operations_and_stay_with_them(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    for _ in range(4):
        outbox.append(draft())
    replies = [
        reply(outbox.id, 1, topics={"stock": 5}),
        reply(outbox.id, 2, m.Status.REFUSED, code="unknown_article"),
        reply(outbox.id, 4, m.Status.QUARANTINED),
        reply(OTHER, 3),
    ]
    outbox.note_replies(replies)
    assert outbox.counts() == Counts(waiting=1, quarantined=1)
    assert [kept.reply for kept in outbox.kept(0)] == [replies[0], replies[1], None, replies[2]]
    assert [kept.n for kept in outbox.kept(2)] == [3, 4]
    assert [kept.n for kept in outbox.kept(2**62)] == [3]
    outbox.close()

    again = Outbox(tmp_path / "outbox.db", maker())
    waiting = again.waiting()
    assert (waiting.acked, waiting.last, [e.n for e in waiting.queued]) == (2, 4, [3])
    # A reply that came before an older one's: the next number still follows the newest.
    outgoing = Outgoing(
        waiting.outbox, waiting.queued, waiting.acked, lambda: 0.0, last=waiting.last
    )
    outgoing.add(again.append(draft()))
    assert outgoing.waiting == 2
    again.close()


def test_fresh_operations_are_handed_over_once(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    one = outbox.append(draft())
    assert outbox.take_fresh() == [one]
    assert outbox.take_fresh() == []
    outbox.append(draft())
    assert len(outbox.waiting().queued) == 2
    assert outbox.take_fresh() == []
    outbox.close()


def test_what_the_hub_has_lost_waits_again(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    for _ in range(4):
        outbox.append(draft())
    outbox.take_fresh()
    outbox.note_replies([reply(outbox.id, n) for n in (1, 2, 3)])
    assert [entry.n for entry in outbox.wait_again(2)] == [2, 3, 4]
    assert outbox.counts() == Counts(3, 0)
    assert [kept.reply is None for kept in outbox.kept(0)] == [False, True, True, True]
    assert outbox.waiting().acked == 1
    outbox.close()


def test_a_renewed_outbox_goes_on_with_what_waits_under_new_numbers(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    old_id, old_series = outbox.id, outbox.series
    for body in (b"one", b"two", b"three"):
        outbox.append(draft(body))
    outbox.append_records(ticket_draft)
    outbox.note_replies([reply(outbox.id, 1), reply(outbox.id, 3)])
    aside = outbox.renew()

    assert outbox.id != old_id
    assert outbox.series != old_series
    waiting = outbox.waiting()
    assert [(entry.n, entry.body) for entry in waiting.queued] == [
        (1, b"two"),
        (2, f"{old_series}/1".encode()),
    ]
    assert outbox.append_records(ticket_draft).body == f"{outbox.series}/1".encode()
    outbox.close()
    old = Outbox(aside, maker())
    assert (old.id, len(old.kept(0))) == (old_id, 4)
    old.close()


def test_a_renewed_outbox_never_has_the_same_series(tmp_path: Path) -> None:
    draws = iter([b"\x11" * 16, b"\x11" * 3 + b"\x22" * 13, b"\x33" * 16])
    outbox = Outbox(tmp_path / "outbox.db", Maker(7, lambda _size: next(draws), BOX))
    outbox.renew()
    assert outbox.series == series_of(7, "33" * 16)
    outbox.close()


def test_power_that_goes_between_two_renames_costs_nothing(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    outbox.append(draft(b"one"))
    outbox.close()
    # As `replace_file` leaves it: the old file is aside already, the new one not in place yet.
    (tmp_path / "outbox.db").rename(tmp_path / "outbox.new.db")
    again = Outbox(tmp_path / "outbox.db", maker())
    assert [entry.body for entry in again.waiting().queued] == [b"one"]
    again.close()


def test_a_rest_of_an_unfinished_renewal_is_in_nobodys_way(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    outbox.append(draft(b"one"))
    (tmp_path / "outbox.new.db").write_bytes(b"half of a file")
    outbox.renew()
    assert [entry.body for entry in outbox.waiting().queued] == [b"one"]
    outbox.close()


def test_the_clock_difference_is_kept(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    assert outbox.clock_diff_ms == 0
    outbox.note_clock(-7200_000)
    outbox.close()
    again = Outbox(tmp_path / "outbox.db", maker())
    assert again.clock_diff_ms == -7200_000
    again.close()


def test_two_threads_append_and_note_replies_without_a_hole(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    rounds = 150
    answered: list[int] = []

    def link() -> None:
        for _ in count():
            fresh = outbox.take_fresh()
            outbox.note_replies([reply(outbox.id, entry.n) for entry in fresh])
            answered.extend(entry.n for entry in fresh)
            if len(answered) == rounds:
                return

    thread = Thread(target=link)
    thread.start()
    numbers = [outbox.append(draft()).n for _ in range(rounds)]
    thread.join(30)
    assert numbers == answered == list(range(1, rounds + 1))
    assert outbox.counts() == Counts(0, 0)
    outbox.close()
