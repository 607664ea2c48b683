"""A post that is revoked is not heard from that moment; one with new keys comes in by them only."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import orjson
import pytest

from common import messages as m
from common import wire
from common.commands import SaleRecord
from common.errors import Refusal
from common.ids import IdMint
from common.rules import ticket_line
from common.topics import Profile
from hub.doors import COMMANDS, Knock
from hub.records import devices
from hub.records.devices import ACTIVE, REVOKED, Device
from tests.hub.desk_bench import Bench, article, decoded, open_bench
from tests.hub.papers import ticket
from tests.hub.shop import Post

NEW_KEY = b"\x07" * 32
LINE = ticket_line("", "Pain", 1000, 250, 550)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


def enters(bench: Bench, key: bytes) -> str | None:
    return bench.doors.decide(Knock(COMMANDS, b"CURVE", (key,)))


def sell(bench: Bench, post: Post, number: int) -> bytes:
    """Send a sale, which waits for the next turn; return its frame."""
    sold = post.send("sale.record", SaleRecord(ticket(post, number, (LINE,))))
    frame = wire.encode_command(sold.command)
    assert bench.core.message(post.peer, post.device.id, frame) == []
    return frame


def stored(bench: Bench, device: Device) -> Device:
    found = devices.device(bench.store.db, device.id)
    assert found is not None
    return found


def tickets(bench: Bench) -> int:
    return int(bench.store.db.execute("SELECT count(*) FROM ticket").fetchone()[0])


def test_what_a_revoked_post_sent_is_not_committed_and_not_answered(bench: Bench) -> None:
    till = Post(bench.enrol(1, Profile.TILL), "0a" * 16)
    mint = IdMint(bench.hand.wall_ms, Random(2).randbytes)
    other = Post(bench.enrol(2, Profile.TILL), "0b" * 16, mint=mint)
    sell(bench, till, 1)
    bench.core.turn()
    frame = sell(bench, till, 2)
    sell(bench, other, 1)
    bench.core.revoke(till.device.id)
    assert [peer for peer, _ in bench.core.turn().answers] == [other.peer]
    assert tickets(bench) == 2
    assert bench.hear(till.device, m.Ping(1)) == []
    assert bench.core.message(till.peer, till.device.id, frame) == []
    assert not bench.core.busy
    assert enters(bench, till.device.curve_key) is None
    assert stored(bench, till.device).state == REVOKED

    bench.core.reinstate(till.device.id)
    assert enters(bench, till.device.curve_key) == till.device.id
    assert bench.core.message(till.peer, till.device.id, frame) == []
    (reply,) = decoded(bench.core.turn().answers)
    assert (reply.status, reply.n) == (m.Status.ACCEPTED, 2)
    assert tickets(bench) == 3
    assert stored(bench, till.device).state == ACTIVE


def test_a_post_with_new_keys_comes_in_by_them_only(bench: Bench) -> None:
    till = bench.enrol(1, Profile.TILL)
    old = till.curve_key
    before = enters(bench, old)
    assert before is not None
    bench.core.rekey(till.id, NEW_KEY)
    user = enters(bench, NEW_KEY)
    assert enters(bench, old) is None
    assert user is not None
    assert stored(bench, till).curve_key == NEW_KEY
    assert stored(bench, till).sign_key == till.sign_key
    ping = wire.encode(m.Ping(1))
    assert bench.core.message(b"thief", before, ping) == [], "what the old key opened is not heard"
    assert bench.core.message(b"till", user, ping)
    bench.core.rekey(till.id, old)
    assert enters(bench, NEW_KEY) is None
    assert enters(bench, old) not in (before, user, None)
    assert bench.core.message(b"till", user, ping) == []
    assert stored(bench, till).sign_key == till.sign_key


def test_new_keys_do_not_bring_a_revoked_post_back(bench: Bench) -> None:
    till = bench.enrol(1, Profile.TILL)
    bench.core.revoke(till.id)
    bench.core.rekey(till.id, NEW_KEY)
    assert enters(bench, NEW_KEY) is None
    bench.core.reinstate(till.id)
    user = enters(bench, NEW_KEY)
    assert user is not None
    assert bench.core.message(b"till", user, wire.encode(m.Ping(1)))
    bench.core.revoke(till.id)
    assert bench.core.message(b"till", user, wire.encode(m.Ping(1))) == []


@pytest.mark.parametrize("times", [1, 2])
def test_twice_is_as_once(bench: Bench, times: int) -> None:
    till = bench.enrol(1, Profile.TILL)
    for _ in range(times):
        bench.core.revoke(till.id)
    assert enters(bench, till.curve_key) is None
    for _ in range(times):
        bench.core.reinstate(till.id)
    assert enters(bench, till.curve_key) == till.id


def test_who_is_not_a_post_is_refused(bench: Bench) -> None:
    console = bench.enrol(0, Profile.CONSOLE)
    for device_id in ("f" * 32, console.id):
        for act in (bench.core.revoke, bench.core.reinstate):
            with pytest.raises(Refusal) as raised:
                act(device_id)
            assert raised.value.problem.code == "unknown_device"
    assert enters(bench, console.curve_key) == console.id


def test_the_key_of_another_is_refused(bench: Bench) -> None:
    till, other = bench.enrol(1, Profile.TILL), bench.enrol(2, Profile.TILL)
    with pytest.raises(Refusal) as raised:
        bench.core.rekey(till.id, other.curve_key)
    assert raised.value.problem.code == "key_of_another"
    assert enters(bench, till.curve_key) == till.id
    assert enters(bench, other.curve_key) == other.id


def test_where_it_cannot_be_written_nothing_moves(bench: Bench) -> None:
    """The commit comes first: a post is not half revoked."""
    till = Post(bench.enrol(1, Profile.TILL), "0a" * 16)
    sell(bench, till, 1)
    bench.store.db.execute("PRAGMA query_only = 1")
    with pytest.raises(Exception, match="readonly"):
        bench.core.revoke(till.device.id)
    with pytest.raises(Exception, match="readonly"):
        bench.core.rekey(till.device.id, NEW_KEY)
    assert enters(bench, till.device.curve_key) == till.device.id
    assert enters(bench, NEW_KEY) is None
    bench.store.db.execute("PRAGMA query_only = 0")
    (reply,) = decoded(bench.core.turn().answers)
    assert reply.status is m.Status.ACCEPTED


# The disk.


def test_on_a_low_disk_posts_keep_their_operations_and_the_console_works(bench: Bench) -> None:
    till = Post(bench.enrol(1, Profile.TILL), "0a" * 16)
    console = bench.enrol(0, Profile.CONSOLE)
    bench.put(console, [article(1)])
    bench.core.turn()
    bench.disk.free = 1
    bench.hand.now_s += 2
    bench.core.tick()
    sold = till.send("sale.record", SaleRecord(ticket(till, 1, (LINE,))))
    frame = wire.encode_command(sold.command)
    (refused,) = decoded(bench.core.message(till.peer, till.device.id, frame))
    assert isinstance(refused, m.Refused)
    assert refused.code == "hub_disk_low"
    assert not bench.core.busy
    bench.put(console, [article(2)])
    (reply,) = decoded(bench.core.turn().answers)
    assert reply.status is m.Status.ACCEPTED
    bench.disk.free = 10**12
    bench.hand.now_s += 2
    bench.core.tick()
    assert bench.core.message(till.peer, till.device.id, frame) == []
    (reply,) = decoded(bench.core.turn().answers)
    assert (reply.status, reply.n) == (m.Status.ACCEPTED, 1)
    orjson.dumps(refused.params)


def test_the_audit_trail_tells_who_was_taken_out_and_who_has_other_keys(bench: Bench) -> None:
    till = bench.enrol(1, Profile.TILL)
    bench.admission.revoke(till.id, "Amélie")
    bench.admission.reinstate(till.id)
    bench.admission.ask_new_key(till.id)
    bench.admission.rekey(till.id, NEW_KEY)
    bench.admission.rotate_hub_key()
    told = bench.store.db.execute(
        "SELECT action, device_id, subject, details FROM audit_entry ORDER BY id"
    ).fetchall()
    of_till = (till.id, till.name)
    assert told == [
        ("device.revoked", *of_till, '{"by":"Amélie"}'),
        ("device.active", *of_till, "{}"),
        ("device.key_asked", *of_till, "{}"),
        ("device.keys", *of_till, "{}"),
        ("hub.key", "", "", "{}"),
    ]
