"""A whole simulated shop: one hub, its posts, the network between them, and who looks after them.

Owns putting the parts together, and what is done by hand in a real shop: backups, restoring one,
revoking a post, giving it another key. One seed is one shop.
"""

from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Final

from common.topics import KIOSK_PROFILES, Profile
from tests.sim.admin import Admin
from tests.sim.checks import Checks
from tests.sim.disk.disk import Disk
from tests.sim.history import History
from tests.sim.hub import SimHub
from tests.sim.parked import go_on
from tests.sim.post import SimPost
from tests.sim.witness import Witness
from tests.sim.world import World

ARTICLES: Final = 8
_DISK_HARM: Final = {
    "errors_read": "disk: a read failed",
    "errors_write": "disk: a write failed",
    "errors_sync": "disk: a sync failed",
    "torn": "disk: a write was torn",
    "lost_syncs": "disk: a sync failed and dropped what it had",
    "full": "disk: no room for a write",
    "kills": "process killed",
    "power_losses": "power lost",
    "sectors_lost": "sectors lost with the power",
}
START_MILLI: Final = 50_000


class SimShop:
    """Open it with `with`; everything is closed at the end, whatever happened."""

    def __init__(self, folder: Path, seed: int, profiles: list[Profile], disk: Disk) -> None:
        self.world = world = World(seed, folder, disk)
        self.history = History()
        self.witness = Witness(world.broken)
        self.hub = SimHub(world, self.witness)
        self.posts = [
            SimPost(world, self.history, number, profile)
            for number, profile in enumerate(profiles, start=1)
        ]
        self.by_number = {post.number: post for post in self.posts}
        self._numbers = {
            profile: [post.number for post in self.posts if post.profile is profile]
            for profile in KIOSK_PROFILES
        }
        self.hub.subscribers = lambda profile: self._numbers[profile]
        self.admin = Admin(world, self.history, self.hub)
        self.admin.posts = self.posts
        self.checks = Checks(self.world, self.history, self.witness, self.hub)
        self.admin.outbox_lost = self.checks.outbox_lost
        for post in self.posts:
            post.on_poll = self.checks.look
            post.on_recalled = go_on
        world.network.inspect = self.checks.inspect
        world.network.on_garbled = self.checks.row_garbled
        self.articles: list[str] = []

    def open(self) -> None:
        """Found the hub, stock it up, and switch everything on."""
        self.hub.found([post.enrolled() for post in self.posts])
        self.hub.boot()
        entries = [
            {
                "code": f"{n:08}",
                "name": f"Item {n}",
                "category": "All",
                "price_cents": 250,
                "vat_bp": 550,
                "stock_milli": START_MILLI,
            }
            for n in range(ARTICLES)
        ]
        self.hub.console("catalogue.put", {"entries": entries})
        self.world.agenda.run_until(0.5)
        with self.hub.look() as db:
            rows = dict(db.execute("SELECT code, article_id FROM barcode"))
        self.articles = [rows[f"{n:08}"] for n in range(ARTICLES)]
        self.admin.back_up()
        for post in self.posts:
            post.boot()

    def reinstate_soon(self, post: SimPost) -> None:
        """Bring a revoked post back, as soon as the hub can."""
        if not self.admin.reinstate(post):
            self.world.agenda.after(0.5, lambda: self.reinstate_soon(post))

    def __enter__(self) -> "SimShop":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        owners: list[SimPost | SimHub] = [*self.posts, self.hub]
        for owner in owners:
            counts = asdict(owner.machine.counts())
            self.world.harm.update({name: counts[field] for field, name in _DISK_HARM.items()})
            owner.close()
