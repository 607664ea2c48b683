"""Keys that open nothing, or not that door: a hub on real sockets, and clients with keys of every
kind. Each docstring says what is tried, and what comes of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
import zmq
from shop_processes import HubProcess, found_hub
from zmq.utils.monitor import recv_monitor_message

from common import VERSION, seal, wire
from common import messages as m
from common.new_key import sign_new_key
from common.topics import Profile
from hub.console import ConsoleRefused
from hub.key_files import read_keys
from hub.records import devices
from hub.records.devices import ACTIVE, Device
from hub.store import Store
from tests.forked import FORKED

pytestmark = [pytest.mark.net, pytest.mark.attack]
PATIENCE_MS = 20_000
SILENCE_MS = 1_000
"""So long is listened where nothing may come; a heartbeat comes each second."""


@dataclass(frozen=True, slots=True)
class Member:
    """An enrolled device with the secrets that a real one keeps to itself."""

    device: Device
    curve: seal.CurveKeys
    signing: seal.SigningKeys


class Client:
    """A client of a few lines that does with its key what it likes."""

    def __init__(self, shop: "Shop", curve: seal.CurveKeys) -> None:
        self._shop = shop
        self.curve = curve
        self._monitor: Any = None

    @contextmanager
    def socket(self, kind: int, port: int) -> Iterator[Any]:
        """Yield a socket that is connecting, and the events of its handshake."""
        hub = read_keys(self._shop.hub.folder).curve.public
        with zmq.Context() as context, context.socket(kind) as socket:
            socket.set(zmq.LINGER, 0)
            socket.set(zmq.CURVE_SERVERKEY, hub)
            socket.set(zmq.CURVE_PUBLICKEY, self.curve.public)
            socket.set(zmq.CURVE_SECRETKEY, self.curve.secret)
            if kind == zmq.SUB:
                socket.subscribe(wire.HEARTBEAT_TOPIC)
            watched = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH
            monitor = self._monitor = socket.get_monitor_socket(watched)
            socket.connect(f"tcp://127.0.0.1:{port}")
            try:
                yield socket
            finally:
                socket.disable_monitor()
                monitor.close(0)

    def is_admitted(self) -> bool:
        """Return how the handshake ends of the socket that was made last."""
        assert self._monitor.poll(PATIENCE_MS), "no end of the handshake"
        event = recv_monitor_message(self._monitor)["event"]
        return bool(event == zmq.EVENT_HANDSHAKE_SUCCEEDED)

    def knocks(self, kind: int, port: int) -> bool:
        """Return whether a door opens."""
        with self.socket(kind, port):
            return self.is_admitted()


def ask(socket: Any, message: Any) -> Any:
    """Say something; return what is answered."""
    frame = wire.encode_command(message) if isinstance(message, m.Command) else wire.encode(message)
    socket.send(frame)
    assert socket.poll(PATIENCE_MS), f"no answer to {message}"
    return wire.decode(socket.recv())


def is_silent(socket: Any, *messages: Any) -> bool:
    """Say something; return whether nothing is answered."""
    for one in messages:
        socket.send(wire.encode_command(one) if isinstance(one, m.Command) else wire.encode(one))
    return not socket.poll(SILENCE_MS)


def sale(outbox: str, n: int = 1) -> m.Command:
    """Return a command that would lie in quarantine: enough to see whose it is taken to be."""
    body = orjson.dumps({"id": f"{n:032x}", "kind": "sale.record", "args": {}})
    return m.Command(outbox, n, 0, 1, wire.body_hash(body), body)


class Shop:
    """A running hub and members whose secrets a test has."""

    def __init__(self, root: Path) -> None:
        folder = found_hub(root / "hub", "Essai")
        store = Store.open(folder.database)
        profiles = (Profile.TILL, Profile.TILL, Profile.OFFICE)
        self.members = [_member(number, profile) for number, profile in enumerate(profiles, 1)]
        with store.group() as db:
            for member in self.members:
                devices.add_device(db, member.device)
        store.close()
        self.hub = HubProcess(folder, FORKED)
        self.ports = self.hub.network

    def client(self, member: Member) -> Client:
        return Client(self, member.curve)

    def admin(self, kind: str, **args: Any) -> Any:
        with self.hub.console() as console:
            return console.ask(kind, args)


def _member(number: int, profile: Profile) -> Member:
    curve, signing = seal.new_curve_keys(), seal.new_signing_keys()
    name = f"Post {number}"
    device = Device(
        f"{number:032x}", number, name, profile, ACTIVE, curve.public, signing.public, 0
    )
    return Member(device, curve, signing)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    try:
        yield shop
    finally:
        shop.hub.end()


def hello(outbox: str = "0a" * 16) -> m.Hello:
    return m.Hello(m.PROTOCOL, VERSION, outbox, "", {}, 1)


def test_an_unknown_key(shop: Shop) -> None:
    """A key that was never enrolled knocks at every door: none opens."""
    stranger = Client(shop, seal.new_curve_keys())
    assert not stranger.knocks(zmq.DEALER, shop.ports.commands_port)
    for port in (shop.ports.till_port, shop.ports.depot_port, shop.ports.office_port):
        assert not stranger.knocks(zmq.SUB, port)


def test_a_revoked_key(shop: Shop) -> None:
    """A revoked post speaks and listens on through connections that were open: it is answered
    nothing, hears nothing more within a second, nothing of it is taken, and no door opens again."""
    till, other, _ = shop.members
    client = shop.client(till)
    with client.socket(zmq.SUB, shop.ports.till_port) as listener:
        assert client.is_admitted()
        with client.socket(zmq.DEALER, shop.ports.commands_port) as speaker:
            assert isinstance(ask(speaker, hello()), m.Welcome)
            assert listener.poll(PATIENCE_MS)
            shop.admin("revoke", device=till.device.id, by="Amélie")
            assert speaker.poll(SILENCE_MS)
            assert isinstance(wire.decode(speaker.recv()), m.Revocation)
            while listener.poll(100):
                listener.recv()  # What was on its way.
            snapshot = m.SnapshotRequest("articles", 1, 1000)
            assert is_silent(speaker, m.Ping(1), hello(), sale("0a" * 16), snapshot)
            assert not listener.poll(2 * SILENCE_MS)
    assert not client.knocks(zmq.DEALER, shop.ports.commands_port)
    assert not client.knocks(zmq.SUB, shop.ports.till_port)
    assert shop.admin("status")["quarantined"] == 0
    assert shop.client(other).knocks(zmq.SUB, shop.ports.till_port)


def test_a_key_that_was_rotated_away(shop: Shop) -> None:
    """Somebody has a post's old key, and a connection that it opened: once the post has come by
    its new key, neither is heard or let in."""
    till, *_ = shop.members
    thief = shop.client(till)
    new = seal.new_curve_keys()
    with thief.socket(zmq.DEALER, shop.ports.commands_port) as stolen:
        assert isinstance(ask(stolen, hello()), m.Welcome)
        shop.admin("new_device_key", device=till.device.id)
        assert stolen.poll(PATIENCE_MS)
        assert isinstance(wire.decode(stolen.recv()), m.KeyRequest)
        identity = read_keys(shop.hub.folder).identity.public
        offer = sign_new_key(till.signing, identity, till.device.id, till.curve.public, new.public)
        assert ask(stolen, offer) == m.KeyTaken(new.public.hex())
        owner = Client(shop, new)
        with owner.socket(zmq.DEALER, shop.ports.commands_port) as socket:
            assert isinstance(ask(socket, hello()), m.Welcome)
            assert is_silent(stolen, m.Ping(1), sale("0a" * 16))
            assert isinstance(ask(socket, m.Ping(1)), m.Pong)
    assert not thief.knocks(zmq.DEALER, shop.ports.commands_port)
    assert not thief.knocks(zmq.SUB, shop.ports.till_port)
    assert owner.knocks(zmq.SUB, shop.ports.till_port)


def test_a_new_key_that_the_post_did_not_sign(shop: Shop) -> None:
    """Whoever has a post's CURVE key offers a key of his own in its place: without the post's
    signature it is refused, and opens nothing."""
    till, other, _ = shop.members
    mine = seal.new_curve_keys()
    identity = read_keys(shop.hub.folder).identity.public
    shop.admin("new_device_key", device=till.device.id)
    client = shop.client(till)
    with client.socket(zmq.DEALER, shop.ports.commands_port) as socket:
        for signing, old in (
            (other.signing, till.curve.public),
            (till.signing, other.curve.public),
        ):
            offer = sign_new_key(signing, identity, till.device.id, old, mine.public)
            refused = ask(socket, offer)
            assert (type(refused), refused.code) == (m.Refused, "key_unproved")
        taken = sign_new_key(
            till.signing, identity, till.device.id, till.curve.public, other.curve.public
        )
        assert ask(socket, taken).code == "key_of_another"
    assert not Client(shop, mine).knocks(zmq.DEALER, shop.ports.commands_port)
    assert client.knocks(zmq.DEALER, shop.ports.commands_port)


def test_a_key_that_nobody_asked_for(shop: Shop) -> None:
    """A post offers a new key that the hub has not asked for: it opens nothing."""
    till, *_ = shop.members
    mine = seal.new_curve_keys()
    identity = read_keys(shop.hub.folder).identity.public
    offer = sign_new_key(till.signing, identity, till.device.id, till.curve.public, mine.public)
    with shop.client(till).socket(zmq.DEALER, shop.ports.commands_port) as socket:
        assert is_silent(socket, offer)
    assert not Client(shop, mine).knocks(zmq.DEALER, shop.ports.commands_port)


def test_the_office_listened_to_by_a_till(shop: Shop) -> None:
    """A till's key subscribes to the office's broadcasts: the handshake is refused."""
    till, _, office = shop.members
    assert not shop.client(till).knocks(zmq.SUB, shop.ports.office_port)
    assert shop.client(office).knocks(zmq.SUB, shop.ports.office_port)


def test_topics_of_another_profile(shop: Shop) -> None:
    """A till asks for changes and rows of the office's topics: refused by name, without a row."""
    till, *_ = shop.members
    with shop.client(till).socket(zmq.DEALER, shop.ports.commands_port) as socket:
        for topic in ("takings", "alerts", "receipts", "no-such"):
            for request in (m.Since(topic, 1, 0), m.SnapshotRequest(topic, 2, 10**6)):
                refused = ask(socket, request)
                assert (type(refused), refused.code) == (m.Refused, "unknown_topic")


def test_the_outbox_of_another_device(shop: Shop) -> None:
    """A till sends operations in another till's outbox, or says hello for it: refused, and the
    outbox stands where it stood."""
    till, other, _ = shop.members
    outbox = "0b" * 16
    with shop.client(other).socket(zmq.DEALER, shop.ports.commands_port) as socket:
        assert ask(socket, sale(outbox)).n == 1
    with shop.client(till).socket(zmq.DEALER, shop.ports.commands_port) as socket:
        for message in (sale(outbox, 2), sale(outbox, 1), hello(outbox)):
            refused = ask(socket, message)
            assert (type(refused), refused.code) == (m.Refused, "outbox_of_another")
    with shop.client(other).socket(zmq.DEALER, shop.ports.commands_port) as socket:
        assert ask(socket, hello(outbox)).last_n == 1


def test_another_device_named_in_a_command(shop: Shop) -> None:
    """A till names another device in its command's body: the hub goes by the key alone."""
    till, other, _ = shop.members
    args = {"device_id": other.device.id, "device_name": other.device.name}
    body = orjson.dumps({"id": "1" * 32, "kind": "sale.record", "args": args, "operator": "X"})
    command = m.Command("0c" * 16, 1, 0, 1, wire.body_hash(body), body)
    with shop.client(till).socket(zmq.DEALER, shop.ports.commands_port) as socket:
        ask(socket, command)
    (kept,) = shop.admin("quarantine")
    assert kept["device_name"] == till.device.name


def test_a_post_that_plays_the_administrator(shop: Shop) -> None:
    """A till wants to revoke another, or to change keys: only the console may ask for that."""
    till, other, office = shop.members
    questions: list[tuple[str, dict[str, Any]]] = [
        ("revoke", {"device": other.device.id}),
        ("reinstate", {"device": other.device.id}),
        ("new_device_key", {"device": other.device.id}),
        ("new_hub_key", {}),
        ("collect", {"device": other.device.id, "outbox": "0a" * 16, "operations": []}),
    ]
    for member in (till, office):
        with shop.client(member).socket(zmq.DEALER, shop.ports.commands_port) as socket:
            for kind, args in questions:
                assert ask(socket, m.Query(1, kind, args)).code == "profile_not_allowed"
    assert shop.client(other).knocks(zmq.DEALER, shop.ports.commands_port)


def test_whether_a_key_is_out(shop: Shop) -> None:
    """Anybody asks the card socket about keys: only for a revoked one is there a notice."""
    till, other, _ = shop.members
    shop.admin("revoke", device=till.device.id)
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.set(zmq.LINGER, 0)
        socket.connect(f"tcp://127.0.0.1:{shop.ports.card_port}")
        asked = m.RevocationRequest(till.curve.public.hex())
        assert isinstance(ask(socket, asked), m.Revocation)
        for key in (other.curve.public, bytes(32)):
            assert is_silent(socket, m.RevocationRequest(key.hex()))


def test_an_unknown_or_odd_device(shop: Shop) -> None:
    """The administrator's questions are given ids of no post, the console's own among them:
    refused by name."""
    console = "f" * 32
    for kind in ("revoke", "reinstate", "new_device_key"):
        with pytest.raises(ConsoleRefused) as raised:
            shop.admin(kind, device=console)
        assert raised.value.problem.code == "unknown_device"
