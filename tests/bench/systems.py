"""The four systems that are measured side by side, behind one way of starting them.

`ours`: the hub as shipped, followed by the shipped follower core. `limit`: raw libzmq and the
traced SQL. `websocket`, `websocket_group`: WebSockets over TLS with the same SQL, a commit a
command or a group. Each gets a fresh copy of the same shop.
"""

import pickle
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import trustme

from common.topics import TOPICS_OF, Profile
from hub.config import read_settings
from hub.console import open_console
from hub.folder import Folder
from hub.key_files import read_keys
from tests.bench.lab import Lab
from tests.bench.processes import Process, Worker
from tests.bench.shop import Post, Shop, hub_keys
from tests.bench.stamps import Stamped, load_stamps, pickled
from tests.bench.workload import Workload, outbox_id

OURS: Final = "ours"
LIMIT: Final = "limit"
WEBSOCKET: Final = "websocket"
WEBSOCKET_GROUP: Final = "websocket_group"
NAMES: Final = (OURS, LIMIT, WEBSOCKET, WEBSOCKET_GROUP)
READY: Final = "The hub is ready."
ARRIVAL_S: Final = 10.0
TILL_TOPICS: Final = TOPICS_OF[Profile.TILL]


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured: a shop, a workload, and its trace on disk where peers need one."""

    shop: Shop
    workload: Workload
    trace: Path | None = None


@dataclass(slots=True)
class Followers:
    """Load processes that follow together; their followers are numbered through."""

    workers: list[Worker]
    counts: list[int]
    lab: Lab

    def ask(self, do: str, timeout_s: float = 120.0, **goal: Any) -> int:
        """Wait until something holds of every follower; return when the last came to it, ns."""
        self.begin(do, **goal)
        return self.heard(do, timeout_s)

    def begin(self, do: str, **goal: Any) -> None:
        """Ask without waiting for the answer."""
        for worker in self.workers:
            worker.tell(do=do, **goal)

    def heard(self, do: str, timeout_s: float = 120.0) -> int:
        """Wait for the answer to what was asked by `begin`."""
        return max(int(worker.hear(do, timeout_s)["at_ns"]) for worker in self.workers)

    def stamped(self, commands: int) -> Stamped:
        """Return when whom what reached, once all commands have reached all, or in vain after 10 s.

        Raises RuntimeError where a follower had trouble.
        """
        deadline = time.monotonic() + ARRIVAL_S
        while len(found := self._saved()) < commands * sum(self.counts):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        return found

    def _saved(self) -> Stamped:
        found: Stamped = []
        first = 0
        for worker, count in zip(self.workers, self.counts, strict=True):
            path = self.lab.folder("stamps")
            worker.tell(do="save", path=str(path))
            if troubles := worker.hear("saved")["troubles"]:
                raise RuntimeError(f"followers had trouble: {troubles[:5]}")
            found += [(command, first + f, at) for command, f, at in load_stamps(path)]
            first += count
        return found


class System(Protocol):
    """A running server and the processes that talk to it."""

    @property
    def server(self) -> Process:
        """Return the server's process."""

    @property
    def shop(self) -> Shop:
        """Return the copy of the shop that it runs on."""

    def follow(self, posts: Sequence[Post], processes: int = 1, **more: Any) -> Followers:
        """Start followers and return them once all are live."""

    def send_paced(self, rate: float) -> dict[int, int]:
        """Send the workload at a pace; return when each command left, ns by number."""

    def send_saturated(self, connections: int, window: int) -> float:
        """Send the workload as fast as it is taken; return the seconds it took."""


@dataclass(slots=True)
class _ZmqSystem:
    """The hub, or the limit: both speak to CURVE clients on the same ports."""

    lab: Lab
    case: Case
    shop: Shop
    server: Process
    hub: bool
    used: list[Process] = field(default_factory=list)

    def follow(self, posts: Sequence[Post], processes: int = 1, **more: Any) -> Followers:
        module = "follower_load" if self.hub else "raw_load"
        shared = {
            "topic": "articles" if self.case.workload.kind == "price.set" else "sales",
            "topics": TILL_TOPICS,
            "hub_key": self.shop.hub_key,
            "commands_port": self.shop.port("commands_port"),
            "till_port": self.shop.port("till_port"),
            **more,
        }
        return _start_followers(self.lab, module, posts, processes, shared, self.used)

    def send_paced(self, rate: float) -> dict[int, int]:
        sender, path = self._sender(1, rate=rate)
        _run(sender)
        return dict(pickled(path))

    def send_saturated(self, connections: int, window: int) -> float:
        return float(_run(self._sender(connections, window=window)[0])["elapsed_s"])

    def _sender(self, connections: int, **mode: Any) -> tuple[Worker, Path]:
        workload = self.case.workload
        posts = self.shop.of(workload.profile)
        bodies, sent = self.lab.folder("bodies"), self.lab.folder("sent")
        bodies.write_bytes(
            pickle.dumps([workload.bodies[i::connections] for i in range(connections)])
        )
        sender = self.lab.worker(
            "zmq_sender",
            hub=self.hub,
            hub_key=self.shop.hub_key,
            commands_port=self.shop.port("commands_port"),
            posts=[asdict(posts[i % len(posts)]) for i in range(connections)],
            outboxes=[outbox_id() for _ in range(connections)],
            schema=workload.schema,
            bodies=str(bodies),
            sent=str(sent),
            **{"rate": 0, "window": 1, **mode},
        )
        self.used.append(sender)
        return sender, sent


@dataclass(slots=True)
class _WebSocketSystem:
    """A WebSocket server and its clients."""

    lab: Lab
    case: Case
    shop: Shop
    server: Process
    authority: Path
    used: list[Process] = field(default_factory=list)

    def follow(self, posts: Sequence[Post], processes: int = 1, **more: Any) -> Followers:
        shared = {
            "topic": "articles" if self.case.workload.kind == "price.set" else "sales",
            "authority": str(self.authority),
            "commands_port": self.shop.port("commands_port"),
        }
        return _start_followers(self.lab, "websocket_load", posts, processes, shared, self.used)

    def send_paced(self, rate: float) -> dict[int, int]:
        sender, path = self._sender(1, rate=rate)
        _run(sender)
        return dict(pickled(path))

    def send_saturated(self, connections: int, window: int) -> float:
        return float(_run(self._sender(connections, window=window)[0])["elapsed_s"])

    def _sender(self, connections: int, **mode: Any) -> tuple[Worker, Path]:
        frames = self.case.workload.bodies
        path, sent = self.lab.folder("frames"), self.lab.folder("sent")
        path.write_bytes(pickle.dumps([frames[i::connections] for i in range(connections)]))
        sender = self.lab.worker(
            "websocket_sender",
            authority=str(self.authority),
            commands_port=self.shop.port("commands_port"),
            posts=list(range(connections)),
            frames=str(path),
            sent=str(sent),
            **{"rate": 0, "window": 1, **mode},
        )
        self.used.append(sender)
        return sender, sent


def hub_head(shop: Shop, topic: str) -> tuple[int, str]:
    """Return (tseq, digest) of a topic at the running hub."""
    folder = Folder(shop.root)
    with open_console(read_settings(folder).network, read_keys(folder)) as console:
        head = console.ask("status")["topics"][topic]
    return int(head["tseq"]), str(head["digest"])


def start_hub(lab: Lab, shop: Shop) -> Process:
    """Start the hub on a shop's folder; return it once it is ready."""
    hub = lab.program("hub", "--data", str(shop.root), "run")
    while hub.line(60) != READY:
        pass
    return hub


@contextmanager
def running(name: str, lab: Lab, case: Case) -> Iterator[System]:
    """Run a system on a fresh copy of its case's shop; end all of its processes afterwards."""
    shop = case.shop.copy(lab.folder(name))
    system = _start(name, lab, case, shop)
    try:
        yield system
    finally:
        for process in system.used:
            process.end()
        system.server.terminate()


def _start(name: str, lab: Lab, case: Case, shop: Shop) -> _ZmqSystem | _WebSocketSystem:
    if name == OURS:
        return _ZmqSystem(lab, case, shop, start_hub(lab, shop), hub=True)
    if name == LIMIT:
        return _ZmqSystem(lab, case, shop, start_limit(lab, case, shop), hub=False)
    shared = _shared(case, shop)
    certificate, authority = _certificate(shop.root)
    server = lab.worker(
        "websocket_server",
        certificate=str(certificate),
        group=name == WEBSOCKET_GROUP,
        **shared,
    )
    server.hear("ready")
    return _WebSocketSystem(lab, case, shop, server, authority)


def start_limit(lab: Lab, case: Case, shop: Shop) -> Worker:
    """Start the limit's server on a shop's folder; return it once it is ready."""
    server = lab.worker(
        "limit_server",
        secret=hub_keys(shop)[1].hex(),
        till_port=shop.port("till_port"),
        **_shared(case, shop),
    )
    server.hear("ready")
    return server


def _shared(case: Case, shop: Shop) -> dict[str, Any]:
    return {
        "database": str(shop.database),
        "trace": str(case.trace or ""),
        "commands_port": shop.port("commands_port"),
    }


def _certificate(root: Path) -> tuple[Path, Path]:
    """Return (certificate with its key, authority) for 127.0.0.1."""
    authority = trustme.CA()
    certificate, trusted = root / "server.pem", root / "authority.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    authority.cert_pem.write_to_path(str(trusted))
    return certificate, trusted


def _start_followers(
    lab: Lab,
    module: str,
    posts: Sequence[Post],
    processes: int,
    shared: dict[str, Any],
    used: list[Process],
) -> Followers:
    parts = [posts[i::processes] for i in range(processes)]
    workers = [
        lab.worker(module, posts=[asdict(post) for post in part], **shared) for part in parts
    ]
    used += workers
    followers = Followers(workers, [len(part) for part in parts], lab)
    followers.ask("live")
    return followers


def _run(sender: Worker) -> dict[str, Any]:
    sender.hear("ready")
    sender.tell(do="send")
    return sender.hear("done", timeout_s=300)
