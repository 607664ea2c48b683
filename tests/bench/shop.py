"""The shop that a benchmark runs: a hub's folder with sample articles and many enrolled posts.

Made in this process through the hub's own pipeline, then copied for each round, so that every
system begins from the same bytes. Posts are enrolled without the pairing talk, which is measured
nowhere.
"""

import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from common import messages as m
from common import seal
from common.ids import IdMint
from common.sample import sample_shop
from common.topics import Profile
from hub.config import NetworkSettings, Settings, ShopSettings, read_settings, write_settings
from hub.folder import Folder
from hub.importing import BATCH
from hub.key_files import read_keys
from hub.local import run_locally
from hub.records import devices
from hub.records.devices import ACTIVE, Device
from hub.service import found, now_ms
from hub.store import Store
from tests.bench.lab import free_ports

PORTS: Final = (
    "commands_port",
    "card_port",
    "enrolment_port",
    "till_port",
    "depot_port",
    "office_port",
)
HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Post:
    """An enrolled device with its keys, 32 bytes each as hex."""

    id: str
    number: int
    name: str
    profile: str
    public: str
    secret: str
    sign_secret: str


@dataclass(frozen=True, slots=True)
class Shop:
    """A hub's folder that no hub runs on, and what a client needs to be let in."""

    root: Path
    hub_key: str
    identity: str
    posts: tuple[Post, ...]
    article_ids: tuple[str, ...]

    def of(self, profile: Profile) -> tuple[Post, ...]:
        """Return the posts of a profile."""
        return tuple(post for post in self.posts if post.profile == profile.value)

    @property
    def database(self) -> Path:
        """Return the database file."""
        return Folder(self.root).database

    def copy(self, root: Path) -> "Shop":
        """Return the same shop in a folder of its own, listening on free ports."""
        shutil.copytree(self.root, root)
        (root / "hub.lock").unlink(missing_ok=True)
        folder = Folder(root)
        settings = read_settings(folder)
        write_settings(folder, replace(settings, network=_network()))
        return replace(self, root=root)

    def port(self, name: str) -> int:
        """Return a port of `[network]`, such as "commands_port"."""
        return int(getattr(read_settings(Folder(self.root)).network, name))


def make_shop(root: Path, articles: int, tills: int, depots: int = 2, offices: int = 2) -> Shop:
    """Found a hub with sample articles, their stock, and posts."""
    folder = Folder(root)
    settings = Settings(shop=ShopSettings(name="Bench"), network=_network())
    keys = found(folder, settings)
    posts = _enrol(folder, {Profile.TILL: tills, Profile.DEPOT: depots, Profile.OFFICE: offices})
    refused: list[m.Reply] = []
    run_locally(folder, _catalogue(articles), lambda reply: _note(reply, refused))
    if refused:
        raise RuntimeError(f"the hub refused sample articles: {refused[0]}")
    return Shop(
        root, keys.curve.public.hex(), keys.identity.public.hex(), posts, _article_ids(folder)
    )


def hub_keys(shop: Shop) -> tuple[bytes, bytes]:
    """Return the hub's CURVE pair (public, secret), which the limit's server serves under too."""
    curve = read_keys(Folder(shop.root)).curve
    return curve.public, curve.secret


def _network() -> NetworkSettings:
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    return NetworkSettings(host=HOST, announce=False, **ports)


def _note(reply: m.Reply, refused: list[m.Reply]) -> None:
    if reply.status is not m.Status.ACCEPTED:
        refused.append(reply)


def _catalogue(count: int) -> list[tuple[str, dict[str, Any]]]:
    entries = [
        {
            "code": article.code,
            "name": article.name,
            "category": article.category,
            "subcategory": article.subcategory,
            "price_cents": article.price_cents,
            "vat_bp": article.vat_bp,
            # Plenty, so that no round of sales ends in alerts about empty shelves.
            "stock_milli": 1_000_000_000,
            "minimum_milli": article.stock_min_thousandths,
        }
        for article in sample_shop(articles=count).articles
    ]
    return [
        ("catalogue.put", {"entries": entries[start : start + BATCH]})
        for start in range(0, count, BATCH)
    ]


def _enrol(folder: Folder, wanted: dict[Profile, int]) -> tuple[Post, ...]:
    mint = IdMint(lambda: time.time_ns() // 1_000_000, seal.random_bytes)
    posts: list[Post] = []
    store = Store.open(folder.database)
    try:
        with store.group() as db:
            for profile, count in wanted.items():
                for index in range(count):
                    curve, signing = seal.new_curve_keys(), seal.new_signing_keys()
                    number = len(posts) + 1
                    name = f"{profile.value} {index + 1}"
                    device = Device(
                        mint(),
                        number,
                        name,
                        profile,
                        ACTIVE,
                        curve.public,
                        signing.public,
                        now_ms(),
                    )
                    devices.add_device(db, device)
                    secrets = (curve.public.hex(), curve.secret.hex(), signing.secret.hex())
                    posts.append(Post(device.id, number, name, profile.value, *secrets))
    finally:
        store.close()
    return tuple(posts)


def _article_ids(folder: Folder) -> tuple[str, ...]:
    store = Store.open(folder.database)
    try:
        return tuple(row[0] for row in store.db.execute("SELECT id FROM article ORDER BY id"))
    finally:
        store.close()
