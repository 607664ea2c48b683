"""The link's thread and a post's files: it mends what is damaged, stands still where there is no
room, and says goodbye when it is switched off."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from common import messages as m
from common import wire
from common.errors import Problem
from kiosk.link_life import GOODBYE_MS
from kiosk.room import AGAIN_BYTES
from kiosk.state import LinkStatus
from tests.kiosk.post import draft
from tests.net.fake_hub import Answers, FakeHub
from tests.net.test_link import PATIENCE_S, Line

pytestmark = [pytest.mark.net]


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    hub = FakeHub()
    yield hub
    hub.close()


@pytest.fixture
def line(tmp_path: Path, hub: FakeHub) -> Iterator[Line]:
    line = Line(tmp_path, hub)
    yield line
    line.close()


def notices(line: Line) -> list[str]:
    return [notice.code for batch in line.batches for notice in batch.notices]


def test_an_outbox_that_vanishes_is_written_again_and_delivered(
    hub: FakeHub, line: Line, tmp_path: Path
) -> None:
    line.wait_status(LinkStatus.ONLINE)
    outbox, old_id = line.stores.outbox, line.stores.outbox.id
    hub.answers_commands = False
    outbox.append(draft(b"{}"))
    (tmp_path / "outbox.db").unlink()
    line.wait(lambda: "outbox_missing" in notices(line))
    assert outbox.id != old_id
    hub.answers_commands = True
    line.wait(lambda: [r.n for b in line.batches for r in b.replies if r.outbox == outbox.id])
    assert outbox.counts().waiting == 0
    assert any(batch.renumbered for batch in line.batches)


def test_an_outbox_that_turns_out_damaged_is_mended_and_the_replica_left_alone(
    hub: FakeHub, line: Line
) -> None:
    line.wait_status(LinkStatus.ONLINE)
    outbox, replica = line.stores.outbox, line.stores.replica
    outbox._database.connection.execute(
        "CREATE TRIGGER broken BEFORE UPDATE ON command BEGIN"
        " SELECT raise(ABORT, 'database disk image is malformed'); END"
    )
    entry = outbox.append(draft(b"{}"))
    line.link.ring()
    line.wait(lambda: "outbox_damaged" in notices(line))
    line.wait(lambda: [r for b in line.batches for r in b.replies if r.outbox == outbox.id])
    assert line.stores.replica is replica
    assert notices(line) == ["outbox_damaged"]
    assert (entry.n, outbox.counts().waiting) == (1, 0)


def test_a_replica_without_room_is_said_and_operations_are_delivered(
    hub: FakeHub, line: Line
) -> None:
    line.wait_status(LinkStatus.ONLINE)
    line.stores.replica._connection.execute(
        "CREATE TRIGGER full BEFORE INSERT ON row BEGIN"
        " SELECT raise(ABORT, 'database or disk is full'); END"
    )
    run = m.Changes("stock", "5" * 32, 1, 1, [m.Change("a", b"{}", "0f" * 16, 1)])
    hub.broadcast(wire.encode_changes(run))
    line.wait_problem("replica_no_room")
    assert line.stores.outbox.free_bytes() > AGAIN_BYTES
    entry = line.stores.outbox.append(draft())
    line.link.ring()
    line.wait(lambda: [r for b in line.batches for r in b.replies if r.n == entry.n])
    assert line.view.status is LinkStatus.CATCHING_UP


class ListeningHub(FakeHub):
    """Says when it heard a goodbye."""

    def __init__(self) -> None:
        self.parted = Event()
        super().__init__()

    def _answer_command(self, route: bytes, frame: bytes) -> Answers:
        answers = super()._answer_command(route, frame)
        if isinstance(self.said[-1], m.Goodbye):
            self.parted.set()
        return answers


def test_it_says_goodbye_when_it_is_switched_off(tmp_path: Path) -> None:
    with closing(ListeningHub()) as hub:
        with closing(Line(tmp_path, hub)) as line:
            line.wait_status(LinkStatus.ONLINE)
            assert not hub.parted.is_set()
        assert hub.parted.wait(PATIENCE_S)


def test_a_hub_that_is_away_keeps_nobody_from_leaving(tmp_path: Path) -> None:
    with closing(FakeHub()) as hub:
        line = Line(tmp_path, hub)
        line.wait_status(LinkStatus.ONLINE)
    began_s = monotonic()
    line.close()
    assert monotonic() - began_s < GOODBYE_MS / 1000 + 2


class FullHub(FakeHub):
    """There, but without room for an operation."""

    full = True

    def _answer_command(self, route: bytes, frame: bytes) -> Answers:
        answers = super()._answer_command(route, frame)
        if self.full and isinstance(self.said[-1], m.Command):
            return [m.Refused("hub_disk_low", {"free_mb": 3})]
        return answers


def test_a_hub_that_takes_nothing_is_shown_while_the_link_stands(tmp_path: Path) -> None:
    with closing(FullHub()) as hub, closing(Line(tmp_path, hub)) as line:
        line.wait_status(LinkStatus.ONLINE)
        line.stores.outbox.append(draft())
        line.link.ring()
        line.wait(lambda: line.view.hub_trouble == Problem("hub_disk_low", {"free_mb": 3}))
        assert line.view.status is LinkStatus.ONLINE
        hub.full = False
        line.wait(lambda: line.view.hub_trouble is None)
        assert line.stores.outbox.counts().waiting == 0
