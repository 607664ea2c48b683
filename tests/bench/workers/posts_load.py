"""Many whole posts in one process: session, outbox and replica on disk, a link and its thread each.

They sell at a pace, hub or no hub, as tills do. Says when the last of them has lost its hub, and
when the last of them follows live again.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Final

from common import rules
from common.models import Article, Payment
from kiosk.arrivals import Batch
from kiosk.opening import open_session
from kiosk.state import LinkStatus
from tests.bench.workers.channel import Channel, leave_to_rest
from tests.bench.workers.pace import Pace

_LONGEST_S: Final = 0.02
"""Between two looks at what the benchmark says."""


class Post:
    """One session, and since when it has been online."""

    def __init__(self, folder: Path, woken: deque["Post"], bell: threading.Event) -> None:
        self._woken = woken
        self._bell = bell
        self.online = False
        self.online_ns = 0
        self.session = open_session(folder)
        self.session.on_batch = self._batch
        self.session.on_wake = self._wake
        self._wake()  # For what came while nobody was to be woken.

    def sell(self, articles: Sequence[Article]) -> None:
        """Sell one of each, by card."""
        lines = [
            rules.ticket_line(each.id, each.name, 1000, each.price_cents, each.vat_bp)
            for each in articles
        ]
        total = rules.total_cents(lines)
        self.session.sell(lines, (Payment("card", total, total),))

    def _wake(self) -> None:
        self._woken.append(self)
        self._bell.set()

    def _batch(self, batch: Batch) -> None:
        if batch.link is None:
            return
        online = batch.link.status is LinkStatus.ONLINE
        if online and not self.online:
            self.online_ns = batch.committed_ns
        self.online = online


class Load:
    """All posts of this process, and the talk with the benchmark."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._bell = threading.Event()
        self._woken: deque[Post] = deque()
        self._wanted = ""
        config = channel.config
        self._posts = [Post(Path(each), self._woken, self._bell) for each in config["folders"]]
        self._turns = cycle(self._posts)
        self._pace = Pace(config["rate"])
        self._sold = 0
        self._article_ids: list[str] = config["article_ids"]
        self._articles: list[Article] = []

    def run(self) -> None:
        """Serve until the benchmark closes our standard input."""
        while True:
            due_s = self._pace.wait_s(self._sold) if self._articles else _LONGEST_S
            self._bell.wait(min(due_s, _LONGEST_S))
            self._bell.clear()
            while self._woken:
                self._woken.popleft().session.poll()
            self._sell()
            for message in self._channel.take():
                self._wanted = message["do"]
            self._look()

    def _sell(self) -> None:
        """Sell what is due, from the moment that everybody has been live once."""
        if self._articles and not self._pace.wait_s(self._sold):
            next(self._turns).sell(self._articles)
            self._sold += 1

    def _look(self) -> None:
        online = [post.online for post in self._posts]
        if self._wanted == "live" and all(online):
            if not self._articles:
                catalogue = self._posts[0].session.catalogue
                found = (catalogue.article(each) for each in self._article_ids)
                self._articles = [each for each in found if each is not None]
                leave_to_rest()
            at_ns = max(post.online_ns for post in self._posts)
            self._channel.say("live", at_ns=at_ns, sold=self._sold)
        elif self._wanted == "dead" and not any(online):
            self._channel.say("dead", at_ns=time.monotonic_ns())
        elif self._wanted == "acknowledged" and self._acknowledged():
            self._channel.say("acknowledged", at_ns=time.monotonic_ns())
        else:
            return
        self._wanted = ""

    def _acknowledged(self) -> bool:
        """Return whether the hub has taken all but what was just sold."""
        return sum(post.session.state.waiting for post in self._posts) < len(self._posts)


def main() -> None:
    """Be the posts that the benchmark configures."""
    Load(Channel()).run()


if __name__ == "__main__":
    main()
