"""What keeps the hub from listening is said by its right name: port, address or rights."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from shop_processes import free_ports

from common import seal
from common.errors import Problem, Refusal
from hub.config import NetworkSettings
from hub.server import Server

HOST = "127.0.0.1"


def network(host: str = HOST, commands_port: int = 0) -> NetworkSettings:
    """Return settings whose ports are free, but for one that is given."""
    first = free_ports(6)
    return NetworkSettings(
        host=host,
        commands_port=commands_port or first,
        card_port=first + 1,
        enrolment_port=first + 2,
        till_port=first + 3,
        depot_port=first + 4,
        office_port=first + 5,
    )


@contextmanager
def refused(settings: NetworkSettings) -> Iterator[Problem]:
    """Yield what binding says."""
    with closing(Server(settings, seal.new_curve_keys())) as server:
        with pytest.raises(Refusal) as caught:
            server.bind()
        yield caught.value.problem


@pytest.mark.parametrize("host", ["192.0.2.1", "nosuch.invalid", "no such host", "127.0.0.1:3"])
def test_a_host_that_is_not_this_computers_is_said_to_be_that(host: str) -> None:
    with refused(network(host)) as problem:
        assert problem.code == "host_unusable"
        said = problem.text()
        assert host in said
        assert "[network] host" in said
        assert said.count("tcp://") == 1, "the reason repeats no address"


def test_a_port_that_is_taken_is_said_to_be_taken() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with refused(network(commands_port=port)) as problem:
            assert problem.code == "port_in_use"
            assert (problem.params["port"], problem.params["name"]) == (port, "commands_port")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may use any port")
def test_a_port_that_needs_rights_is_said_to() -> None:
    with refused(network(commands_port=1)) as problem:
        assert problem.code == "port_forbidden"
