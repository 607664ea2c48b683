"""A shop's processes on this machine: a hub and headless kiosks, started, spoken to, killed by pid.

Owns their scratch folders' making, and what hub and kiosk say on their pipes. The demo tells its
story with it, the tests over real sockets use the same. All on loopback addresses.
"""

from __future__ import annotations

import contextlib
import random
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson
from child_processes import PATIENCE_S, Launch, Process, ShopError
from sample_pictures import draw_all

from common import seal
from common.commands import CatalogueEntry
from common.errors import Refusal
from common.ids import IdMint
from common.models import Category
from common.sample import SampleArticle, SampleShop
from hub.config import NetworkSettings, Settings, ShopSettings, read_settings
from hub.console import Console, open_console
from hub.folder import Folder
from hub.key_files import read_keys
from hub.local import run_locally
from hub.picture_import import PictureReport, commands, match
from hub.service import found
from kiosk import enrol
from kiosk.config import Address

HOST: Final = "127.0.0.1"
PORTS: Final = (
    "commands_port",
    "card_port",
    "enrolment_port",
    "till_port",
    "depot_port",
    "office_port",
)
BATCH: Final = 200
Head = tuple[int, str]
"""Where a topic stands: tseq, digest as 64 hex characters."""


def free_ports(count: int, hosts: tuple[str, ...] = (HOST,)) -> int:
    """Return the first of `count` neighbouring ports that nobody listens on at any of `hosts`."""
    for _ in range(200):
        base = random.randrange(20_000, 32_000)  # below what the system hands out by itself
        with contextlib.ExitStack() as stack:
            try:
                for host in hosts:
                    for port in range(base, base + count):
                        probe = stack.enter_context(socket.socket())
                        probe.bind((host, port))
            except OSError:
                continue
            return base
    raise ShopError("no free ports on the loopback address")


def found_hub(root: Path, name: str = "Démo", hosts: tuple[str, ...] = (HOST,)) -> Folder:
    """Make a hub's folder at the first of `hosts`, on ports that are free at all of them."""
    folder = Folder(root)
    base = free_ports(len(PORTS), hosts)
    ports = {field: base + place for place, field in enumerate(PORTS)}
    network = NetworkSettings(host=hosts[0], announce=False, **ports)
    found(folder, Settings(shop=ShopSettings(name=name), network=network))
    return folder


def stock_up(folder: Folder, shop: SampleShop) -> None:
    """Put a sample shop's articles into a hub that does not run, by its usual commands."""
    entries = [asdict(_entry(article)) for article in shop.articles]
    batches = (entries[at : at + BATCH] for at in range(0, len(entries), BATCH))
    refused: list[Any] = []
    run_locally(
        folder,
        (*category_commands(shop), *(("catalogue.put", {"entries": batch}) for batch in batches)),
        lambda reply: refused.append(reply) if reply.code else None,
    )
    if refused:
        raise ShopError(f"the hub refused the sample articles: {refused[0]}")


def hang_pictures(folder: Folder, shop: SampleShop, most: int = 150) -> int:
    """Draw pictures for a sample shop, and import them into its hub, which does not run."""
    report = PictureReport()
    with tempfile.TemporaryDirectory(prefix="comptoir-pictures-") as scratch:
        files = list(draw_all(Path(scratch), shop, most))
        run_locally(folder, commands(match(folder.database, files, report), report), report.note)
    if report.problems or report.refused:
        raise ShopError(f"not all pictures came in: {report.problems or report.refused}")
    return report.taken


def category_commands(shop: SampleShop) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the commands that make a sample shop's categories, each before its parts."""
    mint = IdMint(lambda: time.time_ns() // 1_000_000, seal.random_bytes)
    ids = {each.name: mint() for each in shop.categories if not each.parent}
    for rank, each in enumerate(shop.categories):
        parent_id = ids[each.parent] if each.parent else ""
        category_id = mint() if each.parent else ids[each.name]
        row = Category(category_id, each.name, each.colour, rank, parent_id)
        yield "category.put", {"category": asdict(row)}


def _entry(article: SampleArticle) -> CatalogueEntry:
    return CatalogueEntry(
        article.code,
        article.name,
        article.category,
        article.price_cents,
        article.vat_bp,
        article.stock_thousandths,
        article.stock_min_thousandths,
        subcategory=article.subcategory,
    )


class HubProcess(Process):
    """A running hub of a folder; ready on return, unless nobody waits for it."""

    def __init__(self, folder: Folder, launch: Launch | None = None, wait: bool = True) -> None:
        self.folder = folder
        self.network: NetworkSettings = read_settings(folder).network
        super().__init__("hub", ("hub", "--data", str(folder.root), "run"), launch)
        if wait:
            self.expect_first(lambda line: True if b"ready" in line else None)

    @property
    def is_ready(self) -> bool:
        """Return whether it has said so."""
        return any(b"ready" in line for line in self.lines_from(0))

    @contextlib.contextmanager
    def console(self) -> Iterator[Console]:
        """Connect as the hub's own command line."""
        with open_console(self.network, read_keys(self.folder)) as console:
            yield console

    def heads(self) -> dict[str, Head]:
        """Return {topic: (tseq, digest)} as the hub has it."""
        with self.console() as console:
            topics = console.ask("status")["topics"]
        return {topic: (head["tseq"], head["digest"]) for topic, head in topics.items()}

    def new_code(self, profile: str, name: str) -> str:
        """Give out a pairing code."""
        code, salt = seal.new_code(), seal.random_bytes(seal.SALT_BYTES)
        key = seal.code_key(code, salt)
        with self.console() as console:
            args = {"profile": profile, "name": name, "key": key.hex(), "salt": salt.hex()}
            console.ask("pair", args)
        return seal.show_code(code)

    def pair(self, root: Path, profile: str, name: str, host: str = "") -> None:
        """Enrol a new kiosk whose files lie in `root`, here; raises ShopError with its words.

        `host`: where it is to find the hub, when that is not where the hub listens.
        """
        address = Address(host or self.network.host, self.network.card_port)
        try:
            enrol.pair(root, address, self.new_code(profile, name))
        except Refusal as refusal:
            text = refusal.problem.text()
            raise ShopError(f"{name} could not be paired: {text}") from refusal


_READY: Final = b'"event":"ready"'


class KioskProcess(Process):
    """A headless kiosk of a folder. Events are kept; `wait` looks on from the last one seen."""

    def __init__(
        self, root: Path, name: str, launch: Launch | None = None, wait: bool = True
    ) -> None:
        self.root = root
        super().__init__(name, ("kiosk", "--data", str(root), "--headless"), launch)
        self._tags = 0
        self._seen = 0
        if wait:
            self._seen = self.expect_first(lambda line: True if _READY in line else None)

    @property
    def is_ready(self) -> bool:
        """Return whether it takes lines: its first one says so."""
        return bool(self.lines_from(0))

    def events(self) -> list[dict[str, Any]]:
        """Return every event so far."""
        return [orjson.loads(line) for line in self.lines_from(0)]

    def do(self, what: str, **fields: Any) -> int:
        """Give a command; return its tag."""
        self._tags += 1
        self.say(orjson.dumps({"do": what, "tag": self._tags, **fields}))
        return self._tags

    def wait(
        self, wanted: Callable[[dict[str, Any]], Any], patience_s: float = PATIENCE_S
    ) -> dict[str, Any]:
        """Return the next event that is `wanted`."""

        def take(line: bytes) -> dict[str, Any] | None:
            event: dict[str, Any] = orjson.loads(line)
            return event if wanted(event) else None

        self._seen, event = self.wait_line(take, self._seen, patience_s)
        return dict(event)

    def wait_tag(self, tag: int, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """Return the event that answers the command of a tag."""
        return self.wait(lambda event: event.get("tag") == tag, patience_s)

    def ask(self, what: str, patience_s: float = PATIENCE_S, **fields: Any) -> dict[str, Any]:
        """Give a command and return the event that answers it; raises ShopError on an error."""
        tag = self.do(what, **fields)
        event = self.wait_tag(tag, patience_s)
        if event["event"] in ("error", "timeout"):
            raise ShopError(f"{self.name}: {event}")
        return event

    def wait_online(self, patience_s: float = PATIENCE_S) -> None:
        """Wait until the kiosk follows live and everything it did is acknowledged."""
        self.ask("wait", patience_s + 5, link="online", waiting=0, timeout_s=patience_s)

    def wait_offline(self, patience_s: float = PATIENCE_S) -> None:
        """Wait until the kiosk knows that the hub is away."""
        self.ask("wait", patience_s + 5, link="offline", timeout_s=patience_s)

    def digests(self) -> dict[str, Head]:
        """Return {topic: (tseq, digest)} of the replica on disk."""
        topics = self.ask("digests")["topics"]
        return {topic: (head["tseq"], head["digest"]) for topic, head in topics.items()}

    def wait_equal(self, heads: dict[str, Head], patience_s: float = PATIENCE_S) -> None:
        """Wait until the replica is where the hub's topics are; raises ShopError, naming one."""
        deadline = time.monotonic() + patience_s
        while other := {t: head for t, head in self.digests().items() if heads[t] != head}:
            if time.monotonic() > deadline:
                topic, head = next(iter(other.items()))
                raise ShopError(f"{self.name} has {topic} at {head}, the hub at {heads[topic]}")
