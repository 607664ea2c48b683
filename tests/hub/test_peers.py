"""Which connections are too many, by hand: no socket."""

import pytest

from hub import doors
from hub.limits import (
    CONNECTIONS_OF_ONE,
    FORGIVEN_BYTES,
    STRANGERS,
    STRANGERS_S,
    UNKNOWN,
    UNREAD_BYTES,
)
from hub.peers import Peers
from tests.hub.desk_bench import Hand


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def peers(hand: Hand) -> Peers:
    return Peers(hand.clock)


def nothing(_: int) -> int | None:
    return None


@pytest.mark.parametrize(
    ("domain", "most"), [(doors.COMMANDS, UNKNOWN), ("till", UNKNOWN), (doors.CARD, STRANGERS)]
)
def test_the_oldest_of_too_many_unknown_is_ended(peers: Peers, domain: str, most: int) -> None:
    assert [peers.accepted(domain, file) for file in range(most)] == [[]] * most
    assert peers.accepted(domain, most) == [0]
    assert peers.accepted(domain, most + 1) == [1]
    peers.closed(2)
    assert peers.accepted(domain, most + 2) == []
    assert peers.accepted("office", 5000) == []


def test_a_post_that_was_heard_is_no_stranger(peers: Peers) -> None:
    peers.accepted(doors.COMMANDS, 1)
    connection, over = peers.heard(1, "a")
    assert connection is not None
    assert (connection.user, over) == ("a", [])
    ended = [peers.accepted(doors.COMMANDS, file) for file in range(2, UNKNOWN + 3)]
    assert ended[-1] == [2]


def test_the_oldest_connection_of_a_post_is_ended(peers: Peers) -> None:
    for file in range(CONNECTIONS_OF_ONE):
        peers.accepted(doors.COMMANDS, file)
        assert peers.heard(file, "a")[1] == []
    peers.accepted("till", 100)
    assert peers.heard(100, "a")[1] == [0]
    # Not told as closed yet, it is not named again.
    peers.accepted("till", 102)
    assert peers.heard(102, "a")[1] == [1]
    peers.closed(0)
    peers.accepted(doors.COMMANDS, 101)
    assert peers.heard(101, "b")[1] == []
    assert peers.of("a") == [*range(2, CONNECTIONS_OF_ONE), 100, 102]
    assert peers.of("b") == [101]
    assert peers.of("c") == []


def test_what_is_gone_is_forgotten(peers: Peers) -> None:
    for file in range(50):
        peers.accepted(doors.COMMANDS, file)
        peers.heard(file, f"user {file % 3}")
    for file in range(50):
        peers.closed(file)
        peers.closed(file)
    assert len(peers) == 0
    assert peers.heard(3, "a") == (None, [])
    assert [peers.of(f"user {number}") for number in range(3)] == [[], [], []]
    peers.accepted(doors.ENROLMENT, 7)
    peers.closed_domain(doors.ENROLMENT)
    assert len(peers) == 0


def test_a_file_that_is_used_again_is_another_connection(peers: Peers) -> None:
    peers.accepted(doors.COMMANDS, 1)
    peers.heard(1, "a")
    peers.accepted(doors.COMMANDS, 1)  # its end was not told
    assert peers.of("a") == []
    connection, _ = peers.heard(1, "b")
    assert connection is not None
    assert connection.user == "b"


def test_strangers_do_not_stay(peers: Peers, hand: Hand) -> None:
    peers.accepted(doors.CARD, 1)
    peers.accepted(doors.COMMANDS, 2)
    assert list(peers.overdue(nothing)) == []
    hand.now_s += STRANGERS_S + 1
    assert list(peers.overdue(nothing)) == [1]


def test_bytes_that_become_no_message(peers: Peers) -> None:
    came = {1: 0, 2: 0}
    for file in came:
        peers.accepted(doors.COMMANDS, file)
    connection, _ = peers.heard(1, "a")
    assert connection is not None
    found: list[int] = []
    for _ in range(10):
        # Both bring as much; one of them in messages that end.
        connection.messages += 1
        came = {file: bytes_ + UNREAD_BYTES // 4 for file, bytes_ in came.items()}
        found = list(peers.overdue(came.get))
    assert found == [2]


def test_a_post_that_only_listens_is_never_ended(peers: Peers) -> None:
    peers.accepted("till", 1)
    came = {1: 0}
    for _ in range(200_000):
        came[1] += FORGIVEN_BYTES
        assert list(peers.overdue(came.get)) == []
