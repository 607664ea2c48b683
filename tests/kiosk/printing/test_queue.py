"""The queue before a printer: papers come out in order, once, and outlive printer and process."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition

import pytest

from common.errors import Refusal
from common.seal import Sealer
from kiosk.printing.jobs import MOST, Jobs
from kiosk.printing.queue import PrintQueue

SEALER = Sealer(bytes(range(32)))
LONG_S = 600.0


class Printer:
    """A printer that works, or does not, as a test says; what came out is in `papers`."""

    def __init__(self) -> None:
        self.papers: list[bytes] = []
        self.works = True
        self.tries = 0
        self.news = Condition()

    def send(self, data: bytes) -> None:
        with self.news:
            self.tries += 1
            self.news.notify_all()
            if not self.works:
                raise Refusal("printer_unreachable", printer="tcp://x", reason="no paper")
            self.papers.append(data)

    def wait(self, wanted: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(wanted, 20)


@pytest.fixture
def printer() -> Printer:
    return Printer()


@pytest.fixture
def queue(tmp_path: Path, printer: Printer) -> Iterator[PrintQueue]:
    queue = PrintQueue(Jobs(tmp_path / "print", SEALER), printer.send, retry_s=LONG_S)
    yield queue
    queue.close()


def test_papers_come_out_in_order_and_leave_nothing_behind(
    queue: PrintQueue, printer: Printer, tmp_path: Path
) -> None:
    for n in range(20):
        queue.put(f"Ticket {n}", b"%d" % n)
    assert queue.settle(20)
    assert printer.papers == [b"%d" % n for n in range(20)]
    assert list((tmp_path / "print").iterdir()) == []
    assert queue.view().waiting == 0


def test_a_printer_that_fails_holds_up_nobody_and_prints_later(
    queue: PrintQueue, printer: Printer
) -> None:
    printer.works = False
    queue.put("Ticket 1", b"1")
    printer.wait(lambda: printer.tries == 1)
    queue.put("Ticket 2", b"2")
    view = queue.view()
    assert view.waiting == 2
    printer.works = True
    queue.retry()
    assert queue.settle(20)
    assert printer.papers == [b"1", b"2"]
    assert queue.view().problem is None


def test_what_is_wrong_is_shown_until_it_prints(tmp_path: Path, printer: Printer) -> None:
    shown = Condition()
    seen: list[str] = []

    def look() -> None:
        with shown:
            problem = shown_by.view().problem
            seen.append(problem.code if problem else "")
            shown.notify_all()

    shown_by = PrintQueue(Jobs(tmp_path / "print", SEALER), printer.send, look, retry_s=0.001)
    printer.works = False
    shown_by.put("Ticket 1", b"1")
    with shown:
        assert shown.wait_for(lambda: seen == ["printer_unreachable"], 20)
    printer.wait(lambda: printer.tries > 3)
    printer.works = True
    with shown:
        # Said once, however often it was tried.
        assert shown.wait_for(lambda: seen == ["printer_unreachable", ""], 20)
    shown_by.close()


def test_what_waits_is_printed_after_the_next_start(tmp_path: Path, printer: Printer) -> None:
    printer.works = False
    first = PrintQueue(Jobs(tmp_path / "print", SEALER), printer.send, retry_s=LONG_S)
    for n in range(3):
        first.put(f"Ticket {n}", b"%d" % n)
    printer.wait(lambda: printer.tries == 1)
    first.close()
    printer.works = True
    second = PrintQueue(Jobs(tmp_path / "print", SEALER), printer.send, retry_s=LONG_S)
    assert second.settle(20)
    second.close()
    assert printer.papers == [b"0", b"1", b"2"]


def test_a_paper_that_may_be_out_is_not_printed_again_by_itself(
    tmp_path: Path, printer: Printer
) -> None:
    jobs = Jobs(tmp_path / "print", SEALER)
    jobs.begin(jobs.add("Ticket 1", b"1"))  # And here the power went.
    jobs.add("Ticket 2", b"2")
    queue = PrintQueue(Jobs(tmp_path / "print", SEALER), printer.send, retry_s=LONG_S)
    assert queue.settle(20)
    assert printer.papers == [b"2"]
    assert queue.view().doubtful == ("Ticket 1",)
    queue.print_doubtful()
    assert queue.settle(20)
    assert printer.papers == [b"2", b"1"]
    queue.close()


def test_a_paper_that_is_out_can_be_forgotten(tmp_path: Path, printer: Printer) -> None:
    jobs = Jobs(tmp_path / "print", SEALER)
    jobs.begin(jobs.add("Ticket 1", b"1"))
    queue = PrintQueue(Jobs(tmp_path / "print", SEALER), printer.send, retry_s=LONG_S)
    queue.drop_doubtful()
    assert queue.view().doubtful == ()
    queue.close()
    assert Jobs(tmp_path / "print", SEALER).doubtful() == []


def test_what_waits_can_be_dropped_while_the_printer_fails(
    queue: PrintQueue, printer: Printer, tmp_path: Path
) -> None:
    printer.works = False
    queue.put("Ticket 1", b"1")
    printer.wait(lambda: printer.tries == 1)
    queue.drop_waiting()
    printer.works = True
    queue.put("Ticket 2", b"2")
    queue.retry()
    assert queue.settle(20)
    assert printer.papers == [b"2"]
    assert list((tmp_path / "print").iterdir()) == []


def test_papers_are_sealed_and_another_key_opens_none(tmp_path: Path) -> None:
    Jobs(tmp_path, SEALER).add("Ticket 1", b"Chocolat noir 2,50")
    (file,) = tmp_path.iterdir()
    assert b"Chocolat" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert Jobs(tmp_path, Sealer(bytes(32))).waiting() == []
    assert [job.data for job in Jobs(tmp_path, SEALER).waiting()] == [b"Chocolat noir 2,50"]


def test_a_file_that_is_none_of_ours_stops_nothing(tmp_path: Path) -> None:
    Jobs(tmp_path, SEALER).add("Ticket 1", b"1")
    (tmp_path / "00000007.job").write_bytes(b"garbage")
    (tmp_path / "notes.txt").write_text("hello")
    again = Jobs(tmp_path, SEALER)
    assert [job.title for job in again.waiting()] == ["Ticket 1"]
    assert again.add("Ticket 2", b"2").number > 1


def test_a_queue_is_not_endless(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path, SEALER)
    for n in range(MOST):
        jobs.add(f"Ticket {n}", b"")
    with pytest.raises(Refusal) as refused:
        jobs.add("one more", b"")
    assert refused.value.problem.code == "too_many_papers"


def test_the_drawer_opens_at_once_or_not_at_all(queue: PrintQueue, printer: Printer) -> None:
    queue.kick(b"kick")
    printer.wait(lambda: printer.papers == [b"kick"])
    printer.works = False
    queue.put("Ticket 1", b"1")
    printer.wait(lambda: printer.tries == 2)
    # Not after the wait of the paper that failed, and not again when the printer is mended.
    queue.kick(b"kick")
    printer.wait(lambda: printer.tries == 3)
    assert queue.view().waiting == 1
    printer.works = True
    queue.retry()
    assert queue.settle(20)
    assert printer.papers == [b"kick", b"1"]
    assert queue.view().kick_problem is not None
    queue.kick(b"again")
    printer.wait(lambda: printer.papers[-1] == b"again")
