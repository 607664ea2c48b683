"""The disk of a hub is lost, a backup takes its place: posts give back what that does not have."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from hub.folder import Folder
from tests import forked
from tests.chaos.faults import kill
from tests.chaos.members import PostMember
from tests.chaos.shop import Setting, Shop
from tests.chaos.verdict import read_outbox

pytestmark = [
    pytest.mark.net,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8"),
]
ACKNOWLEDGED = 20


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Yield a shop of two tills and a depot that has begun to sell."""
    shop = Shop(tmp_path / "shop", 8, Setting(3, forked.launched, forked.launched))
    try:
        shop.open()
        sell_on(shop)
        yield shop
    finally:
        shop.close()


def sell_on(shop: Shop) -> None:
    """Sell until so many operations more are acknowledged."""
    wanted = shop.replies + ACKNOWLEDGED
    shop.wait("replies", lambda: shop.replies >= wanted)


def comptoir(shop: Shop, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `comptoir-hub` on the shop's folder to its end, while everybody sells on."""
    command = ("hub", "--data", str(shop.hub.files.root), "--lang", "en")
    with forked.running(*command, *arguments) as process:
        shop.wait(arguments[0], lambda: not process.running)
        return forked.said_by(process)


def back_up(shop: Shop) -> Path:
    done = comptoir(shop, "backup", "--json")
    assert done.returncode == 0, done.stderr
    made = orjson.loads(done.stdout)
    assert made["recorded"]
    return Path(made["path"])


def _first_n(post: PostMember) -> int:
    return read_outbox(post.outbox).operations[0].n


def _gone(folder: Folder) -> None:
    for end in ("", "-wal", "-shm"):
        folder.database.with_name(folder.database.name + end).unlink(missing_ok=True)


def _garbage(folder: Folder) -> None:
    size = folder.database.stat().st_size
    folder.database.write_bytes(b"\xa5" * size)


@pytest.mark.parametrize("lose", [_gone, _garbage])
def test_after_a_restore_every_acknowledged_sale_is_there_once(
    shop: Shop, lose: Callable[[Folder], None]
) -> None:
    backup = back_up(shop)
    sell_on(shop)
    shop.hub.kill()
    lose(shop.hub.files)
    papers = {post.name: len(post.history.papers) for post in shop.posts}
    acknowledged = shop.replies

    refused = comptoir(shop, "run")
    assert refused.returncode == 1
    assert str(shop.hub.files.database) in refused.stderr
    assert str(backup) in refused.stderr

    restored = comptoir(shop, "restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    for post in shop.posts:
        post.listen()
        post.history.hub_restored()
    shop.hub.start()
    shop.wait("what was given back", lambda: shop.replies >= ACKNOWLEDGED)
    kill(shop, [shop.hub, shop.posts[0]])
    sell_on(shop)
    shop.rest(for_good=True)
    assert shop.tickets > 0
    assert all(len(post.history.papers) > papers[post.name] for post in shop.posts)
    assert sum(post.history.last_n for post in shop.posts) > acknowledged


def test_two_backups_let_the_posts_forget_and_a_restore_still_loses_nothing(shop: Shop) -> None:
    back_up(shop)
    sell_on(shop)
    shop.remember()
    last = back_up(shop)
    sell_on(shop)
    shop.wait("the posts' letting go", lambda: all(_first_n(post) > 1 for post in shop.posts))
    shop.hub.kill()
    _gone(shop.hub.files)
    assert comptoir(shop, "restore", str(last)).returncode == 0
    for post in shop.posts:
        post.listen()
        post.history.hub_restored()
    shop.hub.start()
    sell_on(shop)
    shop.rest(for_good=True)
