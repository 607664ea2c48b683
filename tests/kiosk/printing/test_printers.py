"""Ways to a printer: real sockets and files; what cannot be reached is said, with its address."""

import socket
from pathlib import Path
from threading import Thread

import pytest

from common.errors import Refusal
from kiosk.printing.printers import printer_at


def test_a_file_grows(tmp_path: Path) -> None:
    send = printer_at(f"file://{tmp_path}/paper.bin")
    send(b"one")
    send(b"two")
    assert (tmp_path / "paper.bin").read_bytes() == b"onetwo"


def test_a_printer_on_the_network_gets_every_byte() -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def listen() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as file:
                heard.append(file.read())

        printer = Thread(target=listen)
        printer.start()
        printer_at(f"tcp://127.0.0.1:{port}")(b"\x1b@" + bytes(range(256)) * 500)
        printer.join(10)
    assert heard == [b"\x1b@" + bytes(range(256)) * 500]


def test_a_printer_that_is_off_is_said_with_its_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Refusal) as refused:
        printer_at(f"tcp://127.0.0.1:{port}")(b"x")
    problem = refused.value.problem
    assert problem.code == "printer_unreachable"
    assert problem.params["printer"] == f"tcp://127.0.0.1:{port}"
    assert problem.kind.retryable


@pytest.mark.parametrize(
    "address",
    ["serial:///dev/nowhere-at-all", "usb://dead:beef", "file:///nowhere/at/all/paper.bin"],
)
def test_a_device_that_is_not_there_is_said(address: str) -> None:
    with pytest.raises(Refusal) as refused:
        printer_at(address)(b"x")
    assert refused.value.problem.code == "printer_unreachable"


@pytest.mark.parametrize(
    "address",
    [
        *("", "printer", "http://host", "tcp://", "tcp://host:99999", "usb://04b8", "usb://x:y"),
        *("serial://", "serial:///dev/ttyS0?baud=fast", "file://host/path", "file://"),
    ],
)
def test_what_is_no_address_is_said_before_anything_is_printed(address: str) -> None:
    with pytest.raises(Refusal) as refused:
        printer_at(address)
    assert refused.value.problem.code == "printer_address"
