"""Notices, cards and refusals that want a post to erase itself, or to follow somebody else.

Each docstring says what is tried, and what comes of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from common import messages as m
from common import seal, wire
from common.card import read_card, sign_card
from common.revocation import sign_revocation
from kiosk.state import LinkStatus
from tests.kiosk.post import draft
from tests.net.fake_hub import EPOCH, FakeHub
from tests.net.test_link import Line

pytestmark = [pytest.mark.net, pytest.mark.attack]
ROW = m.Change("a", b'{"id":"a"}', "0f" * 16, 1)


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    hub = FakeHub()
    yield hub
    hub.close()


@pytest.fixture
def line(hub: FakeHub, tmp_path: Path) -> Iterator[Line]:
    """Yield a post that is online, has a row of the shop and an operation that waits."""
    line = Line(tmp_path, hub)
    line.wait_status(LinkStatus.ONLINE)
    hub.broadcast(wire.encode_changes(m.Changes("stock", EPOCH, 1, 1, [ROW])))
    line.wait(lambda: any(news.topic == "stock" for b in line.batches for news in b.news))
    yield line
    line.close()


def body(hub: FakeHub, line: Line, **other: Any) -> m.RevocationBody:
    """Return what a true notice says to that post."""
    return replace(
        m.RevocationBody(
            hub.identity.public.hex(),
            "d" * 32,
            "Caisse 5",
            line.keys.curve.public.hex(),
            EPOCH,
            hub.admission,
            1,
            "Amélie",
        ),
        **other,
    )


def rows(line: Line) -> int:
    return line.stores.reader.count("stock")


def is_untouched(line: Line, first: Any) -> bool:
    """Return whether a post has the copy that it had, and no notice; an erased copy is another."""
    kept = line.stores.replica is first and not line.stores.replica_unwanted
    return kept and line.view.revoked is None and not (line.folder / "revoked.json").exists()


def hear(hub: FakeHub, line: Line, *said: Any) -> None:
    """Let the hub say something on the session; return once the post has gone on beyond it."""
    hub.tell(*said)
    queued = line.stores.outbox.append(draft())
    # The reply comes after what was said, on the same socket.
    line.wait(lambda: any(reply.n == queued.n for one in line.batches for reply in one.replies))


def until(holds: Callable[[], bool]) -> None:
    """Wait for the hub's thread."""
    deadline = monotonic() + 20
    while not holds():
        assert monotonic() < deadline
        sleep(0.01)


def test_a_true_notice_erases_the_copy_and_keeps_the_outbox(hub: FakeHub, line: Line) -> None:
    """The hub itself says it: the copy is gone, in memory and on disk, the outbox stays whole."""
    hub.answers_commands = True
    line.stores.outbox.append(draft())
    hub.tell(sign_revocation(hub.identity, body(hub, line)))
    told = []

    def is_out() -> bool:
        # Kept at once: this hub welcomes the post again, and then it is back.
        told.append(line.view.revoked)
        return told[-1] is not None

    line.wait(is_out)
    line.wait(lambda: any(batch.rebuilt for batch in line.batches))
    revoked = told[-1]
    assert revoked is not None
    assert (revoked.by, revoked.at_ms) == ("Amélie", 1)
    line.stores.reopen_reader()
    assert [rows(line), line.stores.outbox.last_n] == [0, 1]
    assert b'"id":"a"' not in (line.folder / "replica.db").read_bytes()


FORGERIES: list[tuple[str, Callable[[FakeHub, Line], Any]]] = [
    (
        "another identity",
        lambda hub, line: sign_revocation(
            other := seal.new_signing_keys(),
            body(hub, line, identity=other.public.hex()),
        ),
    ),
    (
        "another signature",
        lambda hub, line: replace(
            sign_revocation(hub.identity, body(hub, line)), signature="00" * 64
        ),
    ),
    (
        "another post",
        lambda hub, line: sign_revocation(hub.identity, body(hub, line, device_id="e" * 32)),
    ),
    (
        "another key",
        lambda hub, line: sign_revocation(hub.identity, body(hub, line, curve_key="ab" * 32)),
    ),
    (
        "an earlier history of the hub",
        lambda hub, line: sign_revocation(hub.identity, body(hub, line, epoch="4" * 32)),
    ),
    ("no notice at all", lambda _hub, _line: m.Revocation("{}", "00" * 64)),
    (
        "a signed card in a notice's place",
        lambda hub, _line: m.Revocation(hub.card().body, hub.card().signature),
    ),
]


@pytest.mark.parametrize("forge", [f for _, f in FORGERIES], ids=[name for name, _ in FORGERIES])
def test_a_forged_notice(hub: FakeHub, line: Line, forge: Callable[[FakeHub, Line], Any]) -> None:
    """A notice is not the hub's or not for this post, whichever way it comes: nothing is erased."""
    notice, first = forge(hub, line), line.stores.replica
    hear(hub, line, notice)
    assert is_untouched(line, first)
    # And from the card socket, to a post that is refused at the door.
    hub.on_card = lambda asked: [hub.card() if isinstance(asked, m.CardRequest) else notice]
    hub.admits = False
    hub.drop_connections()
    until(lambda: sum(isinstance(one, m.RevocationRequest) for one in hub.said) >= 1)
    hub.admits = True
    line.wait(lambda: line.view.status is LinkStatus.OFFLINE)
    line.wait_status(LinkStatus.ONLINE)
    assert is_untouched(line, first)


def test_a_refused_handshake(hub: FakeHub, line: Line) -> None:
    """Somebody in between lets every handshake fail, and the card socket say nothing of it: the
    post says that it is refused, and erases nothing."""
    first = line.stores.replica
    hub.admits = False
    hub.drop_connections()
    line.wait_problem("hub_refuses_key")
    until(lambda: any(isinstance(one, m.RevocationRequest) for one in hub.said))
    assert is_untouched(line, first)


def test_a_notice_from_the_card_socket(hub: FakeHub, line: Line) -> None:
    """A stolen post is switched on again outside and finds the door shut: it asks why, and erases
    its copy by the hub's signed answer."""
    notice = sign_revocation(hub.identity, body(hub, line))
    hub.on_card = lambda asked: [hub.card() if isinstance(asked, m.CardRequest) else notice]
    hub.admits = False
    hub.drop_connections()
    line.wait(lambda: line.view.revoked is not None)
    line.wait(lambda: any(batch.rebuilt for batch in line.batches))
    line.stores.reopen_reader()
    assert rows(line) == 0


def test_a_replayed_notice(hub: FakeHub, line: Line, tmp_path: Path) -> None:
    """The notice of an earlier revocation is shown again after the post was let in: it erases
    nothing, not even after a restart."""
    old = sign_revocation(hub.identity, body(hub, line))
    hub.tell(old)
    line.wait(lambda: line.view.revoked is not None)
    hub.admission = 1
    line.wait(lambda: line.view.revoked is None and line.view.status is LinkStatus.ONLINE)
    assert not (line.folder / "revoked.json").exists()
    hear(hub, line, old)
    assert line.view.revoked is None
    line.close()
    again = Line(tmp_path, hub)
    try:
        again.wait_status(LinkStatus.ONLINE)
        hear(hub, again, old)
        assert again.view.revoked is None
        hub.tell(sign_revocation(hub.identity, body(hub, again)))
        again.wait(lambda: again.view.revoked is not None)
    finally:
        again.close()


def test_a_card_of_a_key_that_was_replaced(hub: FakeHub, line: Line) -> None:
    """Whoever has the hub's old CURVE key shows the card of then: the post keeps to the new one."""
    old = hub.card()
    hub.curve_since_ms = 7
    hear(hub, line, hub.card())
    line.wait(lambda: any(device.hub.curve_since_ms == 7 for device in line.kept))
    line.wait_status(LinkStatus.ONLINE)
    thief = seal.new_curve_keys()
    stolen = replace(read_card(old), curve_key=thief.public.hex())
    hear(hub, line, sign_card(hub.identity, stolen))
    assert line.kept[-1].hub.curve_key == hub.curve.public.hex()
    assert line.view.status is LinkStatus.ONLINE
