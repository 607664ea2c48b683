"""What a connection's file tells, also where it is none any more."""

import os
import socket
import sys
from pathlib import Path

import pytest

from hub.hangup import bytes_received


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux says how much came in")
def test_how_much_came_in_over_a_connection() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as here,
        listener.accept()[0] as there,
    ):
        assert bytes_received(there.fileno()) == 0
        here.sendall(b"x" * 1000)
        assert there.recv(1000, socket.MSG_WAITALL) == b"x" * 1000
        assert bytes_received(there.fileno()) == 1000
        # It was borrowed, not taken.
        there.sendall(b"y")
        assert here.recv(1) == b"y"


def test_a_file_that_is_closed_or_no_connection_tells_nothing(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        assert bytes_received(file.fileno()) is None
        file.write(b"still open")
    number = os.dup(0)
    os.close(number)
    assert bytes_received(number) is None
    assert bytes_received(999_999) is None
