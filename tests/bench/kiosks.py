"""Full kiosks in a benchmark: folders as pairing leaves them, and headless processes on them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from common import seal
from common.topics import Profile
from kiosk.device import Device, HubPlace, write_device
from kiosk.keys import DeviceKeys, write_keys
from tests.bench.lab import Lab
from tests.bench.processes import Process, WorkerFailed
from tests.bench.shop import HOST, Post, Shop


def make_kiosk(root: Path, shop: Shop, post: Post) -> Path:
    """Make the folder of an enrolled post; it has met no hub yet. Returns the folder."""
    root.mkdir(mode=0o700)
    keys = DeviceKeys(
        seal.curve_keys_of(bytes.fromhex(post.secret)),
        seal.signing_keys_of(bytes.fromhex(post.sign_secret)),
    )
    hub = HubPlace(
        shop.identity, shop.hub_key, HOST, shop.port("card_port"), shop.port("commands_port")
    )
    write_keys(root, keys)
    write_device(root, Device(post.id, post.number, post.name, Profile(post.profile), hub))
    return root


class Kiosk:
    """`comptoir-kiosk --headless` on a folder."""

    def __init__(self, lab: Lab, root: Path) -> None:
        self.process: Process = lab.program("kiosk", "--data", str(root), "--headless")
        self._tags = 0
        self.events: list[dict[str, Any]] = []

    def ask(self, do: str, patience_s: float = 60.0, **fields: Any) -> dict[str, Any]:
        """Give a line and return what answers it."""
        self._tags += 1
        tag = self._tags
        self.process.write(orjson.dumps({"do": do, "tag": tag, **fields}))
        event = self.wait(lambda event: event.get("tag") == tag, patience_s)
        if event["event"] in ("error", "timeout"):
            raise WorkerFailed(f"the kiosk said {event}")
        return event

    def wait(
        self, wanted: Callable[[dict[str, Any]], bool], timeout_s: float = 60.0
    ) -> dict[str, Any]:
        """Return the next event that is wanted; every event is kept."""
        while True:
            event: dict[str, Any] = orjson.loads(self.process.line(timeout_s))
            self.events.append(event)
            if wanted(event):
                return event

    def wait_online(self, timeout_s: float = 60.0) -> None:
        """Wait until the kiosk follows live."""
        self.ask("wait", timeout_s + 5, link="online", timeout_s=timeout_s)

    def committed_ns(self, topic: str) -> dict[int, int]:
        """Return when each change of a topic that was told of came to its disk, by tseq."""
        return {
            event["tseq"]: event["received_ns"]
            for event in self.events
            if event["event"] == "change" and event["topic"] == topic
        }

    def head(self, topic: str) -> tuple[int, str]:
        """Return (tseq, digest) of a topic on its disk."""
        stand = self.ask("digests")["topics"][topic]
        return int(stand["tseq"]), str(stand["digest"])
