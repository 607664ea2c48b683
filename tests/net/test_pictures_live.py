"""Importing pictures through a running hub: a till that follows has them, and keeps them."""

import time
from pathlib import Path

import pytest
from child_processes import PATIENCE_S
from sample_pictures import draw
from shop_processes import HubProcess, KioskProcess

from common.pictures import picture_id
from tests import forked
from tests.net.conftest import Street

pytestmark = [pytest.mark.net]


def told(hub: HubProcess, *arguments: str) -> str:
    done = forked.run("hub", "--data", str(hub.folder.root), "--lang", "en", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def kept(till: KioskProcess) -> dict[str, bytes]:
    """Return what lies whole in a till's folder of pictures, by name."""
    folder: Path = till.root / "pictures"
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.suffix}


def wait_kept(till: KioskProcess, wanted: set[str]) -> None:
    """Wait until the till has just these pictures."""
    deadline = time.monotonic() + PATIENCE_S
    while kept(till).keys() != wanted:
        assert time.monotonic() < deadline, (sorted(kept(till)), sorted(wanted))
        till.ask("digests")  # A round trip: its session has had its turn.


def named(till: KioskProcess) -> set[str]:
    """Return which pictures a till's rows name."""
    rows = [
        row for topic in ("articles", "categories") for row in till.ask("rows", topic=topic)["rows"]
    ]
    return {row["picture"] for row in rows} - {""}


def test_a_till_has_a_new_picture_at_once_and_keeps_it(street: Street) -> None:
    hub = street.hub(street.folder(articles=30))
    till = street.post(hub, "till", "Caisse 1")
    till.wait_online()
    (code,) = till.ask("rows", topic="articles")["rows"][3]["codes"]
    category = till.ask("rows", topic="categories")["rows"][0]["name"]
    photos = street.root / "photos"
    photos.mkdir()
    draw("Pain", "amber").save(photos / f"{code}.png")
    draw("Tout", "teal").save(photos / f"{category}.jpg")
    assert "2 pictures were taken." in told(hub, "pictures", "import", str(photos))
    till.wait_equal(hub.heads())
    names = named(till)
    assert len(names) == 2
    wait_kept(till, names)
    assert all(picture_id(content) == name for name, content in kept(till).items())
    # A sale meanwhile is taken as ever.
    till.ask("sell", lines=[{"code": code, "quantity_milli": 1000}], payment="card")
    till.wait_online()
    # Another one in its place: the one before goes once the till meets the hub again.
    draw("Brioche", "amber").save(photos / f"{code}.png")
    assert "1 picture was taken." in told(hub, "pictures", "import", str(photos))
    till.wait_equal(hub.heads())
    newer = named(till)
    assert len(newer - names) == 1
    wait_kept(till, names | newer)
    hub.end()
    till.wait_offline()
    assert kept(till).keys() == names | newer, "they are here without the hub, too"
    street.hub(hub.folder)
    till.wait_online()
    wait_kept(till, newer)
