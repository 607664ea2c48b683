"""A till's sums on a disk that dies at any write or sync: they are those of its records, always."""

from contextlib import suppress
from pathlib import Path

import orjson
import pytest

from common.commands import TillRecords
from common.errors import Refusal
from common.journal.contents import content_of
from common.journal.record import read_record
from common.journal.till_tally import TillTally
from common.messages import CommandBody
from common.models import Payment, convert
from common.rules import ticket_line
from common.seal import CurveKeys
from common.topics import TOPICS_OF, Profile
from kiosk.database import FAULTS
from kiosk.device import Device, HubPlace
from kiosk.keys import DeviceKeys
from kiosk.link_life import Post
from kiosk.outbox import Outbox
from kiosk.session import Session
from kiosk.stores import open_stores
from tests.flows.signed_till import NoLink
from tests.hub.journals import signing_keys
from tests.kiosk.post import HandClocks, maker, seeded_bytes
from tests.sim.disk.disk import Machine

LINES = (ticket_line("", "Bread", 1000, 120, 550),)
CASH = (Payment("cash", 120, 120),)


def a_day(folder: Path) -> None:
    """Do some of everything at a till."""
    stores = open_stores(folder, maker(), TOPICS_OF[Profile.TILL])
    place = HubPlace("1a" * 32, "2b" * 32, "127.0.0.1", 9, 9)
    device = Device("d" * 32, 7, "Caisse 7", Profile.TILL, place)
    keys = DeviceKeys(CurveKeys(bytes(32), bytes(32)), signing_keys(7))
    post = Post(device, keys, stores, HandClocks().clocks, lambda _device: None)
    link = NoLink()
    session = Session(post, (), seeded_bytes(9), make_link=lambda _post, _arrivals: link)
    try:
        counter = session.counter
        counter.open_session(1_000)
        sold = session.sell(LINES, CASH)
        counter.copy(sold)
        counter.training = True
        session.sell(LINES, CASH)
        counter.training = False
        counter.cash_out(300, "bank")
        session.sell(LINES, CASH)
        counter.z(0)
        session.sell(LINES, CASH)
    finally:
        session.close()


def recounted(outbox: Outbox, chain: str) -> TillTally:
    """Return what the records in an outbox come to, counted from nothing."""
    tally = TillTally()
    for kept in outbox.kept(0):
        args = convert(orjson.loads(kept.body), CommandBody).args
        for signed in convert(args, TillRecords).records:
            record = read_record(signed.body)
            if record.chain == chain:
                kind, data = content_of(record)
                tally.add(kind, record.seq, data)
    return tally


@pytest.mark.parametrize("power", [False, True], ids=["kill", "power"])
def test_sums_are_those_of_the_records_whenever_the_disk_dies(
    machine: Machine, power: bool
) -> None:
    for op in range(1, 1000, 3):
        folder = machine.folder / str(op)
        folder.mkdir()
        machine.die_at("any", op, before=op % 2 == 0, power=power, seed=op)
        with suppress(Refusal, *FAULTS):
            a_day(folder)
        died = machine.frozen
        machine.thaw()
        outbox = Outbox(folder / "outbox.db", maker())
        try:
            for training in (False, True):
                book = outbox.book(training)
                assert book.tally == recounted(outbox, book.chain.head.chain)
        finally:
            outbox.close()
        if not died:
            break
    assert op > 60
