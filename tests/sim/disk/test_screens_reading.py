"""The screens read a topic that was swapped on a disk that fails to read for once."""

from contextlib import closing

import msgspec
import orjson

from common.messages import Change
from common.models import encode_row
from common.topics import TOPICS_OF, Profile
from kiosk.arrivals import Batch
from kiosk.mirror import Mirror
from kiosk.stores import open_stores
from tests.kiosk.post import digest_hex, draft, maker
from tests.kiosk.shop_rows import goods_receipt, level, uid
from tests.sim.disk.disk import UNTIL_HEALED, Machine

TOPICS = TOPICS_OF[Profile.DEPOT]
EPOCH, RESTORED = "5" * 32, "6" * 32
TAKEN = 2_000


def test_what_a_restored_hub_lacks_is_shown_however_late_its_rows_are_read(
    machine: Machine,
) -> None:
    stores = open_stores(machine.folder, maker(), TOPICS)
    with closing(stores):
        args = {"receipt": msgspec.to_builtins(goods_receipt(1))}
        body = orjson.dumps({"id": uid(9), "kind": "goods.receive", "args": args})
        stores.outbox.append(draft(body, "goods.receive"))
        stores.replica.leave_epoch(EPOCH)
        before = level(1, 30_000 + TAKEN)
        change = Change(before.id, encode_row(before), stores.outbox.id, 1)
        stores.replica.apply("stock", 1, [change])
        mirror = Mirror(TOPICS, stores)
        mirror.take(Batch(0, tuple(stores.replica.take_news())))
        mirror.take_changes()
        assert mirror.catalogue.stock_milli(uid(1)) == 30_000 + TAKEN

        rows = {before.id: encode_row(level(1, 30_000))}
        stores.replica.begin_snapshot("stock")
        stores.replica.add_rows("stock", list(rows.items()))
        assert stores.replica.swap_snapshot("stock", RESTORED, 1, 0, digest_hex(rows))
        machine.fail("read", times=UNTIL_HEALED)
        mirror.take(Batch(0, tuple(stores.replica.take_news()), renumbered=True))
        machine.heal()
        mirror.take(Batch(0))
        mirror.take_changes()
        assert mirror.catalogue.stock_milli(uid(1)) == 30_000 + TAKEN
