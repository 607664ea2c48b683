"""A till that is killed while papers wait: each comes out after its next start, none twice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

from kiosk.devices.settings import FILE
from tests.kiosk.devices.test_printer import TillWithPrinter
from tests.kiosk.test_session import LINES

DEADLINE_S = 30.0
SALE = {"do": "sell", "lines": [{"code": LINES[0].code}], "payment": "card"}


def sell(kiosk: "subprocess.Popen[bytes]") -> int:
    """Sell by a till's lines; return the ticket's number: it is on the till's disk."""
    assert kiosk.stdin is not None
    assert kiosk.stdout is not None
    kiosk.stdin.write(json.dumps(SALE).encode() + b"\n")
    kiosk.stdin.flush()
    for line in kiosk.stdout:
        said = json.loads(line)
        assert said["event"] != "error", said
        if said["event"] == "sold":
            return int(said["ticket"]["number"])
    raise AssertionError("the till has ended")


def wait_for(path: Path) -> None:
    """Wait until a file is there, with a deadline."""
    end = monotonic() + DEADLINE_S
    while not path.exists():
        assert monotonic() < end, f"{path} never came"


def test_papers_outlive_a_till_that_is_killed(tmp_path: Path) -> None:
    till = TillWithPrinter(tmp_path)
    stuck = tmp_path / "stuck"
    os.mkfifo(stuck)  # Nobody reads: whoever prints hangs, as a printer without paper does.
    (tmp_path / FILE).write_text(
        f'[printer]\naddress = "file://{stuck}"\nprinting = "always"\n', "utf-8"
    )
    command = [sys.executable, "-m", "kiosk", "--data", str(tmp_path), "--lang", "fr", "--headless"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as kiosk:
        assert [sell(kiosk) for _ in range(3)] == [1, 2, 3]
        wait_for(tmp_path / "print" / "00000001.begun")
        kiosk.send_signal(signal.SIGKILL)
    session = till.start('printing = "always"')
    printer = session.devices.printer
    queue = printer.queue
    assert queue is not None
    assert queue.settle(20)
    view = printer.view()
    assert (len(view.doubtful), view.waiting) == (1, 0)
    assert view.doubtful[0].endswith("-1")
    printer.print_doubtful()
    out = till.out()
    assert [number for paper in out for number in ("-1 ", "-2 ", "-3 ") if number in paper] == [
        *("-2 ", "-3 ", "-1 "),
    ]


def test_a_card_that_was_taken_is_shown_by_the_till_that_comes_after(tmp_path: Path) -> None:
    """The same as for a paper: it is on disk before the terminal is told."""
    till = TillWithPrinter(tmp_path)
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from kiosk.opening import open_session\n"
        "session = open_session(Path(sys.argv[1]))\n"
        "session.devices.cards.pay(1250, 'p1')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    (left,) = till.start().devices.cards.left()
    assert (left.asked.reference, left.asked.amount_cents) == ("p1", 1250)
    till.end()
