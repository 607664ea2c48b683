"""A hub may be made as an older or a newer one; what it does not know it keeps."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from common import seal, wire
from common.commands import COMMANDS, NewPrice, PriceSet, SaleRecord
from common.messages import PROTOCOL
from common.topics import Profile
from hub.commands import HANDLERS
from hub.config import NetworkSettings, Settings, read_settings
from hub.folder import Folder
from hub.key_files import read_keys
from hub.parts import Parts, Surroundings, make_parts
from hub.pipeline import Pipeline
from hub.records import devices
from hub.service import found, now_ms
from hub.store import Store
from tests.hub.desk_bench import device
from tests.hub.journals import journal_of
from tests.hub.papers import ticket
from tests.hub.seers import WatchedHub
from tests.hub.shop import Post
from tests.hub.shop_bench import ShopBench
from tests.hub.test_revoked import LINE


def parts(folder: Folder, store: Store, **tables: Any) -> Parts:
    around = Surroundings(now_ms, lambda: 0.0, seal.random_bytes, lambda topic: None)
    return make_parts(store, read_keys(folder), read_settings(folder), around, **tables)


def test_a_whole_hub_is_older_and_then_newer(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "hub")
    found(folder, Settings(network=NetworkSettings(announce=False)))
    store = Store.open(folder.database)
    till = Post(device(1, Profile.TILL), "0a" * 16)
    with store.group() as db:
        devices.add_device(db, till.device)
    sold = till.send("sale.record", SaleRecord(ticket(till, 1, (LINE,))))
    frame = wire.encode_command(sold.command)
    old = {name: kind for name, kind in COMMANDS.items() if name != "sale.record"}
    statuses = []
    for tables in ({"kinds": old}, {}):
        made = parts(folder, store, **tables)
        made.hub.message(till.peer, till.device.id, frame)
        ((_, reply),) = made.hub.turn().answers
        statuses.append(wire.decode(reply).code)
    assert statuses == ["unknown_command"] * 2, "an update alone does not take it"
    store.close()


def test_a_newer_hub_knows_a_schema_that_this_one_does_not(tmp_path: Path) -> None:
    bench = ShopBench(tmp_path)
    kind = COMMANDS["price.set"]
    newer = {**COMMANDS, "price.set": replace(kind, schemas={1: PriceSet, 2: PriceSet})}
    prices = PriceSet((NewPrice(bench.article("A"), 300),))
    assert bench.take(bench.office.command("price.set", prices, 2)).codes == ["unknown_schema"]
    now = bench.now_ms
    bench.pipeline = Pipeline(
        bench.store, bench.log, journal_of(bench.store), lambda: now, bench.mint, newer
    )
    assert bench.take(bench.office.command("price.set", prices, 2)).statuses == ["accepted"]
    bench.store.close()


def test_a_post_of_before_the_witnesses_is_told_nothing_of_the_journal(tmp_path: Path) -> None:
    """Its hello and ping say nothing of it; the answers hold nothing that it would not know."""
    hub = WatchedHub(tmp_path)
    hub.sell(times=2)
    till, peer = hub.posts[0].device, b"till"
    hello = {
        "protocol": PROTOCOL,
        "software": "0.0.9",
        "outbox": "0b" * 16,
        "epoch": "",
        "vector": {},
        "sent_ms": 1,
    }
    for kind, message in ((1, hello), (7, {"sent_ms": 2})):
        frame = bytes((wire.VERSION, kind)) + orjson.dumps(message)
        ((_, answer),) = hub.parts.hub.message(peer, till.id, frame)
        said = orjson.loads(answer[2:])
        assert {said.get("journal"), said.get("head")} == {None}
    hub.close()


def test_a_post_reads_what_hubs_of_before_and_after_the_witnesses_say() -> None:
    pong = {"sent_ms": 1, "hub_ms": 2}
    for known in (pong, {**pong, "covered_n": 3, "head": None, "of a later release": [1]}):
        frame = bytes((wire.VERSION, 43)) + orjson.dumps(known)
        assert wire.decode(frame).head is None


def test_a_kind_needs_a_handler(tmp_path: Path) -> None:
    bench = ShopBench(tmp_path)
    handlers = {name: handler for name, handler in HANDLERS.items() if name != "price.set"}
    with pytest.raises(ValueError, match=r"price\.set"):
        Pipeline(
            bench.store,
            bench.log,
            journal_of(bench.store),
            lambda: 0,
            bench.mint,
            handlers=handlers,
        )
    bench.store.close()
