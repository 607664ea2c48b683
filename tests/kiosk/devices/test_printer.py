"""What a till prints by itself and what on request, when its drawer opens; nothing stops a sale."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from common.journal.drawer import CountData, CountedFor, Pieces
from common.models import Payment, Shop, encode_row, original_of
from common.rules import cash, refund_line, ticket_line
from kiosk.device import write_device
from kiosk.devices.settings import FILE
from kiosk.keys import new_keys, write_keys
from kiosk.opening import open_session
from kiosk.printing.escpos_bytes import drawer_bytes
from kiosk.printing.paper import Line
from kiosk.printing.picture import Paper, read_paper
from kiosk.session import Session
from tests.kiosk.post import HandClocks, device, seeded_bytes
from tests.kiosk.shop_rows import uid
from tests.kiosk.test_session import stock_up

BREAD = ticket_line(uid(1), "Baguette", 2000, 120, 550, "3257980128340")
CARD = (Payment("card", 240, 240),)
CUT = b"\x1dV\x00"


class TillWithPrinter:
    """A till whose printer is a file; `start` is its next start, with these settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paper = folder / "paper.bin"
        self.sessions: list[Session] = []
        write_keys(folder, new_keys())
        write_device(folder, device())
        stock_up(folder)

    def start(self, printer: str = "", address: str = "", more: str = "") -> Session:
        self.end()
        address = address or f"file://{self.paper}"
        (self.folder / FILE).write_text(
            f'[printer]\naddress = "{address}"\n{printer}\n{more}\n', "utf-8"
        )
        random = seeded_bytes(len(self.sessions))
        self.sessions.append(open_session(self.folder, HandClocks().clocks, random))
        return self.sessions[-1]

    def end(self) -> None:
        for session in self.sessions:
            session.close()

    def out(self) -> list[str]:
        """Return what came out: a paper's words, or "kick"; in order, once it is all out."""
        queue = self.sessions[-1].devices.printer.queue
        assert queue is not None
        assert queue.settle(20)
        self.end()
        data = self.paper.read_bytes() if self.paper.exists() else b""
        parts = []
        while data:
            if data.startswith(drawer_bytes()):
                parts.append("kick")
                data = data.removeprefix(drawer_bytes())
                continue
            at = data.index(CUT) + len(CUT)
            parts.append(words(read_paper(data[:at])))
            data = data[at:]
        return parts


def words(paper: Paper) -> str:
    return "\n".join(line.text for line in paper.lines if isinstance(line, Line))


@pytest.fixture
def till(tmp_path: Path) -> Iterator[TillWithPrinter]:
    till = TillWithPrinter(tmp_path)
    yield till
    till.end()


def test_a_sale_is_printed_on_request_and_once(till: TillWithPrinter) -> None:
    session = till.start()
    printer = session.devices.printer
    assert not printer.can_print
    session.sell((BREAD,), CARD)
    assert printer.can_print
    assert printer.print_newest()
    assert not printer.can_print
    assert not printer.print_newest()
    session.sell((BREAD,), CARD)
    (paper,) = till.out()
    assert "Baguette" in paper
    assert "-1 " in paper
    assert "DUPLICATA" not in paper


def test_always_prints_each_sale_and_cash_opens_the_drawer(till: TillWithPrinter) -> None:
    session = till.start('printing = "always"')
    session.sell((BREAD,), CARD)
    printer = session.devices.printer
    assert printer.queue is not None
    assert printer.queue.settle(20)
    session.sell((BREAD,), (cash(240, 500),))
    card, kick, paid_cash = till.out()
    assert "Carte" in card
    assert kick == "kick"
    assert "2,60" in paid_cash


def test_what_has_a_paper_by_itself_and_what_opens_the_drawer(till: TillWithPrinter) -> None:
    session = till.start("paper_mm = 58\nqr = true")
    counter = session.counter
    queue = session.devices.printer.queue
    assert queue is not None
    wanted = []

    def after(what: str, record: Callable[[], object]) -> None:
        record()
        assert queue.settle(20)
        wanted.append(what)

    after("Ouverture de caisse", lambda: counter.open_session(10_000))
    sold = counter.sell((BREAD,), (cash(240, 240),))
    after("DUPLICATA n° 1", lambda: counter.copy(sold))
    back, paid = (refund_line(BREAD, 2000),), (Payment("cash", -240, -240),)
    after("Remboursement", lambda: counter.refund(original_of(sold), back, paid, "broken"))
    after("Apport n° 1", lambda: counter.cash_in(5_000, "change"))
    after("Prélèvement n° 1", lambda: counter.cash_out(2_000, "flowers"))
    counter.open_drawer("change")
    after("Lecture X n° 1", counter.x)
    after("Clôture Z n° 1", lambda: counter.z(13_000))
    out = till.out()
    papers = [each for each in out if each != "kick"]
    # The drawer: the float, the sale, the refund, cash in and out, and by hand.
    assert out.count("kick") == 6
    assert len(papers) == len(wanted)
    for paper, what in zip(papers, wanted, strict=True):
        assert what in " ".join(paper.split()), what


def test_no_paper_says_what_must_be_in_a_drawer_that_is_counted_blind(
    till: TillWithPrinter,
) -> None:
    session = till.start()
    shop = Shop("shop", "Essai", blind_count=True)
    session.catalogue.put("shop", shop.id, encode_row(shop))
    counter = session.counter
    counter.cash_in(10_000, "change")
    counter.x()
    counter.x(9_000, CountData(CountedFor.COUNT))
    counter.x(9_000, CountData(CountedFor.HAND_OVER, (Pieces(2_000, 4),), "lost"))
    counter.z(9_000, CountData(CountedFor.CLOSE, left_cents=500))
    _, handed, closed = [paper for paper in till.out() if paper != "kick"]
    for words in ("Attendu", "4 × 20,00", "lost"):
        assert words in handed
    assert "Clôture Z" in closed
    assert "Reste dans le tiroir" in closed


def test_an_exercise_prints_as_one_and_opens_nothing(till: TillWithPrinter) -> None:
    session = till.start('printing = "always"')
    session.counter.training = True
    session.sell((BREAD,), (cash(240, 500),))
    (paper,) = till.out()
    assert "MODE ÉCOLE" in paper


def test_the_drawer_stays_shut_where_none_is_wished(till: TillWithPrinter) -> None:
    session = till.start(more="[drawer]\nopens_for_cash = false")
    session.sell((BREAD,), (cash(240, 500),))
    assert till.out() == []


def test_a_printer_that_is_off_stops_no_sale_and_prints_after_the_next_start(
    till: TillWithPrinter,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = free.getsockname()
    address = f"tcp://{place[0]}:{place[1]}"
    session = till.start('printing = "always"', address)
    for n in range(1, 4):
        assert session.sell((BREAD,), (cash(240, 500),)).number == n
    assert session.devices.printer.view().waiting == 3
    till.end()  # While it is on, its last sale may still open the drawer of a printer that comes.
    heard: list[bytes] = []
    with socket.create_server(place) as server:
        printer = Thread(target=_print, args=(server, 3, heard), daemon=True)
        printer.start()
        queue = till.start('printing = "always"', address).devices.printer.queue
        assert queue is not None
        assert queue.settle(20)
        printer.join(20)
    numbers = [text for data in heard for text in (words(read_paper(data)),)]
    assert ["-1 " in numbers[0], "-2 " in numbers[1], "-3 " in numbers[2]] == [True] * 3
    # The drawer is not opened for a sale of yesterday.
    assert drawer_bytes() not in b"".join(heard)


def _print(server: socket.socket, papers: int, heard: list[bytes]) -> None:
    while len(heard) < papers:
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as file:
            heard.append(file.read())


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ('[printer]\naddress = "lpt1"', "printer_address"),
        ('[printer]\naddress = "file:///p"\nlogo = "missing.png"', "logo_unreadable"),
        ('[scale]\naddress = "com1"', "scale_address"),
        ('[terminal]\naddress = "http://bank"', "terminal_address"),
        ("[printer", "settings_unreadable"),
        ('[printer]\nadress = "x"', "setting_invalid"),
    ],
)
def test_a_setting_that_is_wrong_is_said_and_the_till_sells(
    till: TillWithPrinter, settings: str, code: str
) -> None:
    till.start()
    till.end()
    (till.folder / FILE).write_text(settings, "utf-8")
    session = open_session(till.folder, HandClocks().clocks, seeded_bytes(9))
    till.sessions.append(session)
    assert [problem.code for problem in session.take_notices()] == [code]
    assert session.sell((BREAD,), (cash(240, 500),)).number == 1
    session.devices.cards.pay(240, "p1")
