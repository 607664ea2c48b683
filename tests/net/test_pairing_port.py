"""The one port that is bound only when somebody pairs: taken by another, it stops no sale."""

import socket
import time

import pytest
from click.testing import CliRunner
from shop_processes import HOST

from common import seal
from hub.cli import main
from tests.net.conftest import Street

pytestmark = [pytest.mark.net]


def test_a_pairing_port_in_use_costs_the_code_and_not_the_hub(street: Street) -> None:
    hub = street.hub(street.folder(articles=0))
    with socket.socket() as taken:
        taken.bind((HOST, hub.network.enrolment_port))
        taken.listen()
        with hub.console() as console:
            key = {"key": bytes(32).hex(), "salt": bytes(seal.SALT_BYTES).hex()}
            view = console.ask("pair", {"profile": "till", "name": "Caisse 1", **key})
            until = time.monotonic() + 10
            while view["state"] == "out" and time.monotonic() < until:
                view = console.ask("code", {"number": view["number"]})
            assert (view["state"], view["problem"]["code"]) == ("void", "port_in_use")
            assert view["problem"]["params"]["name"] == "enrolment_port"
        assert hub.heads()["articles"][0] == 0
    hub.pair(street.root / "till", "till", "Caisse 1")


@pytest.mark.parametrize(
    ("how", "lang", "said"),
    [((), "fr", "Aucun poste ne peut"), (("--json",), "en", "Nobody can be paired now.")],
)
def test_pair_says_that_the_port_is_taken(
    street: Street, how: tuple[str, ...], lang: str, said: str
) -> None:
    hub = street.hub(street.folder(articles=0))
    port = hub.network.enrolment_port
    with socket.socket() as taken:
        taken.bind((HOST, port))
        taken.listen()
        words = ["--data", str(hub.folder.root), "--lang", lang]
        words += ["pair", "--profile", "till", "--name", "x", *how]
        done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    assert [
        shown for shown in (said, f"{HOST}:{port}", "enrolment_port") if shown not in done.stderr
    ] == []
    assert '"code"' not in done.stdout, "no code that nobody can use"
