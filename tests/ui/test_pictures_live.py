"""A till's own window beside a hub that runs: a picture that is imported is on its tile."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from child_processes import PATIENCE_S, ROOT
from sample_pictures import draw
from shop_processes import HubProcess, found_hub, stock_up

from common.i18n import Translator
from common.sample import sample_shop
from kiosk.kivy_setup import ScreenSettings
from kiosk.opening import open_session
from kiosk.preferences import Preferences
from kiosk.session import Session
from kiosk.state import LinkStatus

pytestmark = [pytest.mark.ui, pytest.mark.net, pytest.mark.xdist_group("ui")]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    folder = found_hub(tmp_path / "hub")
    stock_up(folder, sample_shop(1, 60))
    process = HubProcess(folder)
    try:
        yield process
    finally:
        process.end()


@pytest.fixture
def session(hub: HubProcess, tmp_path: Path) -> Iterator[Session]:
    hub.pair(tmp_path / "till", "till", "Caisse 1")
    opened = open_session(tmp_path / "till")
    try:
        yield opened
    finally:
        opened.close()


def imported(hub: HubProcess, folder: Path) -> None:
    command = [sys.executable, "-m", "hub", "--data", str(hub.folder.root), "pictures", "import"]
    done = subprocess.run([*command, str(folder)], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_import_shows_on_a_till_that_runs(
    window: None, hub: HubProcess, session: Session, tmp_path: Path
) -> None:
    from kivy.base import EventLoop
    from kivy.core.window import Window

    from kiosk.app import Stage, system_wall

    stage = Stage(ScreenSettings(Preferences(), calm_s=0), Translator("fr"), system_wall())

    def until(true: Callable[[], object]) -> None:
        end = monotonic() + PATIENCE_S
        while not true():
            assert monotonic() < end
            EventLoop.idle()

    Window.add_widget(stage.root)
    try:
        stage.open_post(session)
        until(lambda: session.state.link is LinkStatus.ONLINE)
        tiles = stage.screen.ids.grid._tiles()
        until(lambda: tiles[2].article_id)
        article = session.catalogue.article(tiles[2].article_id)
        assert article is not None
        photos = tmp_path / "photos"
        photos.mkdir()
        draw(article.name, "green").save(photos / f"{article.codes[0]}.jpg")
        assert not any(tile.texture for tile in tiles)
        imported(hub, photos)
        until(lambda: tiles[2].texture is not None)
        assert [place for place, tile in enumerate(tiles) if tile.texture is not None] == [2]
        assert stage.faults.count == 0
    finally:
        stage.close()
        Window.remove_widget(stage.root)
