"""A kiosk's whole session without a window: outbox and replica on disk, the link and its thread.

Opened and closed as the benchmark says, in a process that has imported everything already, so that
what is timed is the kiosk and not Python's start.
"""

import threading
import time
from pathlib import Path
from typing import Any

from kiosk.arrivals import Batch
from kiosk.opening import open_session
from kiosk.session import Session
from kiosk.state import LinkStatus
from tests.bench.workers.channel import Channel

PATIENCE_S = 120.0


class Watched:
    """A session, and when it reached what is waited for."""

    def __init__(self, folder: Path) -> None:
        self._woken = threading.Event()
        self._online_ns = 0
        self.begun_ns = time.monotonic_ns()
        self.session: Session = open_session(folder)
        self.session.on_batch = self._batch
        self.session.on_wake = self._woken.set

    def wait(self, topic: str, tseq: int) -> dict[str, Any]:
        """Wait until it is live with a topic at `tseq` or further, and return how long that took.

        `live_s`: it was all on disk and the link live; `shown_s`: the screens had it too.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not self._reached(topic, tseq):
            if not self._woken.wait(max(0.0, deadline - time.monotonic())):
                raise TimeoutError(f"not live after {PATIENCE_S:g} s: {self.session.state}")
            self._woken.clear()
        shown_ns = time.monotonic_ns()
        return {
            "live_s": (self._online_ns - self.begun_ns) / 1e9,
            "shown_s": (shown_ns - self.begun_ns) / 1e9,
        }

    def _reached(self, topic: str, tseq: int) -> bool:
        self.session.poll()
        if self.session.state.link is not LinkStatus.ONLINE:
            return False
        return self.session.stand(topic).tseq >= tseq

    def _batch(self, batch: Batch) -> None:
        if batch.link is not None and batch.link.status is LinkStatus.ONLINE:
            self._online_ns = batch.committed_ns


def main() -> None:
    """Open and close sessions as the benchmark says."""
    channel = Channel()
    while True:
        channel.say("ready")
        wanted = channel.wait()
        watched = Watched(Path(wanted["folder"]))
        channel.say("live", **watched.wait(wanted["topic"], wanted["tseq"]))
        channel.wait()
        watched.session.close()


if __name__ == "__main__":
    main()
