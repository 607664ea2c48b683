"""A shop's processes on this machine: a hub and headless kiosks, started, spoken to, killed by pid.

Owns child processes, their scratch folders' making, and waiting on what they say. The demo tells
its story with it, the tests over real sockets use the same. All on the loopback address.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson

from common import seal
from common.messages import CatalogueEntry
from common.sample import SampleArticle, SampleShop
from hub.config import (
    Folder,
    NetworkSettings,
    Settings,
    ShopSettings,
    read_keys,
    read_settings,
)
from hub.console import Console, open_console
from hub.local import run_locally
from hub.service import found

HOST: Final = "127.0.0.1"
PATIENCE_S: Final = 30.0
PORTS: Final = (
    "commands_port",
    "card_port",
    "enrolment_port",
    "till_port",
    "depot_port",
    "office_port",
)
ROOT: Final = Path(__file__).resolve().parent.parent
BATCH: Final = 200
Head = tuple[int, str]
"""Where a topic stands: tseq, digest as 64 hex characters."""


class ShopError(Exception):
    """A process did not do what was expected; the text says which, and what it said last."""


def free_ports(count: int) -> int:
    """Return the first of `count` neighbouring ports that nobody listens on."""
    for _ in range(200):
        base = random.randrange(20_000, 32_000)  # below what the system hands out by itself
        with contextlib.ExitStack() as stack:
            try:
                for port in range(base, base + count):
                    probe = stack.enter_context(socket.socket())
                    probe.bind((HOST, port))
            except OSError:
                continue
            return base
    raise ShopError("no free ports on the loopback address")


def found_hub(root: Path, name: str = "Démo") -> Folder:
    """Make a hub's folder on free ports of the loopback address."""
    folder = Folder(root)
    base = free_ports(len(PORTS))
    ports = {field: base + place for place, field in enumerate(PORTS)}
    network = NetworkSettings(host=HOST, announce=False, **ports)
    found(folder, Settings(shop=ShopSettings(name=name), network=network))
    return folder


def stock_up(folder: Folder, shop: SampleShop) -> None:
    """Put a sample shop's articles into a hub that does not run, by its usual commands."""
    colours = {category.name: category.colour for category in shop.categories}
    entries = [_entry(article, colours[article.category]) for article in shop.articles]
    batches = (entries[at : at + BATCH] for at in range(0, len(entries), BATCH))
    refused: list[Any] = []
    run_locally(
        folder,
        (("catalogue.put", {"entries": batch}) for batch in batches),
        lambda reply: refused.append(reply) if reply.code else None,
    )
    if refused:
        raise ShopError(f"the hub refused the sample articles: {refused[0]}")


def _entry(article: SampleArticle, colour: str) -> dict[str, Any]:
    return asdict(
        CatalogueEntry(
            article.code,
            article.name,
            article.category,
            article.price_cents,
            article.vat_bp,
            article.stock_thousandths,
            article.stock_min_thousandths,
            colour,
        )
    )


class Process:
    """A child that speaks in lines. Killed by its pid, never by name."""

    def __init__(self, name: str, arguments: Iterable[str]) -> None:
        self.name = name
        self._child = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "COMPTOIR_LANG": "en"},
        )
        self._changed = threading.Condition()
        self._lines: list[bytes] = []
        self._errors: list[bytes] = []
        self._open = 2
        streams = ((self._child.stdout, self._lines), (self._child.stderr, self._errors))
        self._readers = [
            threading.Thread(target=self._read, args=pair, daemon=True) for pair in streams
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        """Return the child's process id."""
        return self._child.pid

    def _read(self, stream: Any, lines: list[bytes]) -> None:
        for line in stream:
            with self._changed:
                lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def say(self, line: bytes) -> None:
        """Write a line to the child."""
        assert self._child.stdin is not None
        self._child.stdin.write(line + b"\n")
        self._child.stdin.flush()

    def lines_from(self, at: int) -> list[bytes]:
        """Return the lines said so far, from number `at` on."""
        with self._changed:
            return self._lines[at:]

    def wait_line(
        self, wanted: Callable[[bytes], Any], at: int = 0, patience_s: float = PATIENCE_S
    ) -> tuple[int, Any]:
        """Wait for a line, from number `at` on, for which `wanted` returns something.

        Returns (number after it, that something); raises ShopError after `patience_s`.
        """
        deadline = time.monotonic() + patience_s
        with self._changed:
            while True:
                while at < len(self._lines):
                    at += 1
                    if (found := wanted(self._lines[at - 1])) is not None:
                        return at, found
                left = deadline - time.monotonic()
                if left <= 0 or not self._open:
                    raise ShopError(f"{self.name} did not say it in time. {self.last_words()}")
                self._changed.wait(left)

    def last_words(self) -> str:
        """Return the end of what the child said, for an error text."""
        tail = b"".join(self._lines[-5:] + self._errors[-25:])
        return f"It said last:\n{tail.decode(errors='replace')}"

    def send(self, number: int) -> None:
        """Send a signal; nothing where the child has ended."""
        if self._child.poll() is None:
            self._child.send_signal(number)

    def end(self, number: int = signal.SIGTERM, patience_s: float = 15.0) -> int:
        """End the child and return its exit code; SIGKILL where it does not."""
        self.send(signal.SIGCONT)
        self.send(number)
        try:
            return self._child.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
            raise ShopError(f"{self.name} did not stop. {self.last_words()}") from None
        finally:
            self._close()

    def _close(self) -> None:
        for reader in self._readers:
            reader.join(5)
        for stream in (self._child.stdin, self._child.stdout, self._child.stderr):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()

    def _expect_first(self, wanted: Callable[[bytes], Any]) -> int:
        """Wait for the line that says it is ready; a child that never says it is ended."""
        try:
            return self.wait_line(wanted)[0]
        except ShopError:
            self.end(signal.SIGKILL)
            raise


class HubProcess(Process):
    """A running hub of a folder; ready on return."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.network: NetworkSettings = read_settings(folder).network
        super().__init__("hub", ("hub", "--data", str(folder.root), "run"))
        self._expect_first(lambda line: True if b"ready" in line else None)

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

    def pair(self, root: Path, profile: str, name: str) -> None:
        """Enrol a new kiosk whose files lie in `root`; raises ShopError with its words."""
        address = f"{HOST}:{self.network.card_port}"
        code = self.new_code(profile, name)
        arguments = ("pair", "--hub", address, "--code", code)
        done = subprocess.run(
            [sys.executable, "-m", "kiosk", "--data", str(root), *arguments],
            cwd=ROOT,
            capture_output=True,
            check=False,
            timeout=PATIENCE_S,
        )
        if done.returncode:
            words = (done.stdout + done.stderr).decode(errors="replace")
            raise ShopError(f"{name} could not be paired: {words}")


class KioskProcess(Process):
    """A headless kiosk of a folder. Events are kept; `wait` looks on from the last one seen."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        super().__init__(name, ("kiosk", "--data", str(root), "--headless"))
        self._tags = 0
        ready = b'"event":"ready"'
        self._seen = self._expect_first(lambda line: True if ready in line else None)

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
