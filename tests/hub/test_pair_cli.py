"""What `comptoir-hub pair` shows: a QR code in a terminal or a file, while the code holds."""

import os
import stat
from pathlib import Path

import pytest
from rich.console import Console as Terminal

from common import invitation
from common.errors import Refusal
from common.i18n import Translator
from hub import qr
from hub.addresses import own_addresses, reachable_hosts
from hub.cli_session import Session
from hub.pair_cli import _show_qr

TEXT = invitation.write(
    invitation.Invitation("0123456789ABCDEQ", bytes(32), bytes(range(32)), 47801, ("10.0.0.2",))
)


def pixels(lines: list[str]) -> list[list[int]]:
    """Return a drawn code as rows of grey values, 6 pixels a module."""
    rows: list[list[int]] = []
    for line in lines:
        for dark in ("█▀", "█▄"):
            row = [0 if character in dark else 255 for character in line for _ in range(6)]
            rows += [row] * 6
    return rows


def read_by_a_reader(picture: object) -> str:
    zxingcpp = pytest.importorskip("zxingcpp")
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


def test_what_the_terminal_shows_is_read_by_a_reader() -> None:
    numpy = pytest.importorskip("numpy")
    lines = qr.drawn(TEXT)
    assert len({len(line) for line in lines}) == 1
    assert (len(lines[0]), len(lines)) == (45, 23), "fits a terminal of 80 by 24"
    assert read_by_a_reader(numpy.array(pixels(lines), dtype=numpy.uint8)) == TEXT


def test_an_image_is_its_owners_read_by_a_reader_and_gone_afterwards(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "code.png"
    with qr.image_file(path, TEXT):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with image.open(path) as picture:
            assert read_by_a_reader(picture.convert("L")) == TEXT
    assert list(tmp_path.iterdir()) == []


def test_an_image_is_gone_however_the_command_ends(tmp_path: Path) -> None:
    path = tmp_path / "code.svg"

    def interrupted() -> None:
        with qr.image_file(path, TEXT):
            assert path.read_bytes().lstrip().startswith(b"<?xml")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_an_image_replaces_nothing_and_follows_no_link(tmp_path: Path) -> None:
    mine = tmp_path / "mine.png"
    mine.write_text("a photograph")
    for path in (mine, tmp_path / "link.png"):
        if path != mine:
            path.symlink_to(tmp_path / "elsewhere.png")
        with pytest.raises(Refusal) as caught, qr.image_file(path, TEXT):
            pass
        assert caught.value.problem.code == "qr_image_exists"
    assert mine.read_text() == "a photograph"
    assert not (tmp_path / "elsewhere.png").exists()


def test_what_took_the_images_place_stays(tmp_path: Path) -> None:
    path = tmp_path / "code.png"
    with qr.image_file(path, TEXT):
        path.rename(tmp_path / "moved.png")
        path.write_text("another's")
    assert path.read_text() == "another's"


@pytest.mark.parametrize(
    ("name", "code"), [("code.gif", "qr_image_format"), ("no/folder.png", "disk_failed")]
)
def test_an_image_that_cannot_be_written_is_refused(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(Refusal) as caught, qr.image_file(tmp_path / name, TEXT):
        pass
    assert caught.value.problem.code == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("width", "terminal", "wanted", "shown", "said"),
    [
        (80, True, None, True, "scan this"),
        (45, True, None, True, "scan this"),
        (44, True, None, False, "needs a terminal of 45 columns"),
        (80, True, False, False, ""),
        (80, False, None, False, ""),
        (80, False, True, False, "shown in terminals only"),
    ],
)
def test_the_code_is_drawn_where_it_can_be_seen(
    tmp_path: Path, width: int, terminal: bool, wanted: bool | None, shown: bool, said: str
) -> None:
    session = Session(tmp_path, Translator("en"))
    path = tmp_path / "out.txt"
    with path.open("w", encoding="utf-8") as out:
        session.terminal = Terminal(
            file=out, force_terminal=terminal, width=width, color_system=None, highlight=False
        )
        _show_qr(session, TEXT, wanted)
    printed = path.read_text("utf-8")
    assert said in printed
    assert ("▄" in printed) is shown
    if not said:
        assert printed == ""
    if shown:
        lines = printed.split(os.linesep)
        assert all(line in lines for line in qr.drawn(TEXT))


@pytest.mark.parametrize(
    ("host", "own", "expected"),
    [
        ("192.168.1.9", [], ("192.168.1.9",)),
        ("*", [("lo", "127.0.0.1"), ("eth0", "10.0.0.2")], ("10.0.0.2",)),
        ("*", [("lo", "127.0.0.1")], ("127.0.0.1",)),
        (
            "*",
            [("docker0", "172.17.0.1"), ("e", "169.254.3.4"), ("wlan0", "10.0.0.3")],
            ("10.0.0.3", "172.17.0.1", "169.254.3.4"),
        ),
        (
            "*",
            [("e", f"10.0.0.{n}") for n in range(1, 9)],
            tuple(f"10.0.0.{n}" for n in range(1, 5)),
        ),
        ("hub.local", [("eth0", "10.0.0.2")], ()),
        ("::1", [("eth0", "10.0.0.2")], ()),
        ("*", [], ()),
    ],
)
def test_the_likeliest_addresses_come_first(
    host: str, own: list[tuple[str, str]], expected: tuple[str, ...]
) -> None:
    assert reachable_hosts(host, own) == expected


def test_this_machine_has_an_address() -> None:
    assert all(address.count(".") == 3 for _, address in own_addresses())
    assert reachable_hosts("*", own_addresses())
