"""A shop of two tills for a day in a window: real sessions on real files, the hub's real core.

Owns the paper network between them, one window's hands for either till, and the clock of the wall.
"""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import messages as m
from common.i18n import Translator
from common.models import Article
from common.sample import sample_shop
from common.topics import Profile
from hub.reader import read_snapshot
from kiosk.kivy_setup import ScreenSettings
from kiosk.presence import Way
from tests.flows.staffed_post import StaffedPost
from tests.hub.people_bench import Staffed
from tests.ui.hands import Hands

ARTICLES = 400
AT_ONCE = 100


class DayShop:
    """A hub with people and articles, and two tills."""

    def __init__(self, folder: Path, staffed: Staffed) -> None:
        self.staffed = staffed
        self.bench = staffed.bench
        self._stock_up()
        devices = (staffed.till, staffed.till2)
        self.tills = [
            StaffedPost(folder / f"till{place}", staffed, Profile.TILL, device)
            for place, device in enumerate(devices, 1)
        ]
        self._cut: set[bytes] = {_peer(till) for till in self.tills}

    def _stock_up(self) -> None:
        rows = sample_shop(articles=ARTICLES).articles
        entries = [
            {
                "code": row.code,
                "name": row.name,
                "category": row.category,
                "price_cents": row.price_cents,
                "vat_bp": row.vat_bp,
                "stock_milli": row.stock_thousandths,
            }
            for row in rows
        ]
        for first in range(0, len(entries), AT_ONCE):
            part = {"entries": entries[first : first + AT_ONCE]}
            reply = self.staffed.send(self.staffed.console, "catalogue.put", part)
            assert reply.status is m.Status.ACCEPTED, reply

    def articles(self) -> list[Article]:
        """Return what the first till can sell, by name."""
        return self.tills[0].session.catalogue.search(limit=ARTICLES)

    # The network.

    def connect(self, till: StaffedPost) -> None:
        """Let the hub be there for a till."""
        self._cut.discard(_peer(till))
        till.link.talk.opened(Way.BROADCASTS)
        till.link.talk.opened(Way.COMMANDS)

    def cut(self, till: StaffedPost) -> None:
        """Let it be gone for a till."""
        self._cut.add(_peer(till))
        till.link.inbox.clear()
        till.link.talk.closed(Way.COMMANDS)
        till.link.talk.closed(Way.BROADCASTS)

    def exchange(self) -> None:
        """Carry what everybody has to say, once."""
        core, here = self.bench.core, self._here()
        answers: list[tuple[bytes, bytes]] = []
        for till in self.tills:
            for frame in till.link.turn():
                if till in here:
                    answers += core.message(_peer(till), till.hub_device.id, frame)
        answers += self._looked_up()
        sent = core.turn()
        self._hand_out([*answers, *sent.answers], sent.broadcasts)
        for till in self.tills:
            till.session._worker.settle()

    def beat(self) -> None:
        """Let the hub say once a second that it is there."""
        self._hand_out([], [*self.bench.core.heartbeats()])

    def _here(self) -> list[StaffedPost]:
        return [till for till in self.tills if _peer(till) not in self._cut]

    def _looked_up(self) -> list[tuple[bytes, bytes]]:
        """Look at PINs and read snapshots, as the hub's threads do."""
        bench, answers = self.bench, []
        while bench.pins:
            answers += bench.core.pin_checked(self.staffed._checker.do(bench.pins.pop(0)))
        while bench.wanted:
            with closing(sqlite3.connect(bench.path, isolation_level=None)) as db:
                answers += bench.sync.snapshot_read(read_snapshot(db, bench.wanted.pop(0)))
        return answers

    def _hand_out(
        self, answers: Sequence[tuple[bytes, bytes]], broadcasts: Sequence[tuple[Profile, bytes]]
    ) -> None:
        for till in self._here():
            own = [(Way.COMMANDS, frame) for peer, frame in answers if peer == _peer(till)]
            heard = [(Way.BROADCASTS, each) for who, each in broadcasts if who is Profile.TILL]
            till.link.inbox += [*own, *heard]

    def close(self) -> None:
        """End the tills."""
        for till in self.tills:
            till.session.close()


class DayHands(Hands):
    """One till of the shop in the window. While frames pass, so does what the network carries."""

    def __init__(self, shop: DayShop, till: StaffedPost, size: tuple[int, int]) -> None:
        self.shop = shop
        self.till = till
        session: Any = till.session
        super().__init__(session, Translator("fr"), ScreenSettings(), size)

    def now_ms(self) -> int:
        """Return what the wall's clock says."""
        return self.shop.bench.hand.wall_ms()

    def pass_time(self, ms: int = 1_000) -> None:
        """Let the clocks go on, the hub saying that it is there."""
        for _ in range(max(1, ms // 1_000)):
            self.shop.bench.hand.now_s += 1
            self.shop.beat()
            self._step(1)

    def _step(self, count: int) -> None:
        for _ in range(count):
            self.shop.exchange()
            super()._step(1)


def _peer(till: StaffedPost) -> bytes:
    return b"till %d" % till.hub_device.number
