"""Every scene at every size in both languages: nothing cut off, nothing too small, and pictures.

With COMPTOIR_SCREENSHOTS set the pictures of the docs are written anew; else a few are drawn to a
scratch folder, to see that they can be.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from common.errors import Problem
from common.seal import new_code
from common.topics import Profile
from kiosk.scanner import Scan
from tests.ui import layout
from tests.ui.fake_session import FakeSession
from tests.ui.hands import Hands, OpenPost
from tests.ui.scenes.scene import DESK, SMALL, UPRIGHT, Size
from tests.ui.scenes.walks import COVER, DARK, IN_DOCS, WALKS, Walk
from tests.ui.test_office import a_shop_at_work
from tests.ui.test_pairing import (
    FakeCamera,
    Hub,
    a_picture,
    an_invitation,
    false_hub,
    open_pairing,
    other_hub,
    type_code,
)

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]

FOR_DOCS = bool(os.environ.get("COMPTOIR_SCREENSHOTS"))
WALKED = (*COVER, *DARK) if FOR_DOCS else COVER


def session_of(profile: Profile) -> FakeSession:
    """Return a post's session with something to see."""
    return a_shop_at_work() if profile is Profile.OFFICE else FakeSession(profile)


def squeeze(picture: Path) -> None:
    """Make a picture of the docs a third as large; its few colours allow it."""
    image = pytest.importorskip("PIL.Image")
    with image.open(picture) as drawn:
        small = drawn.convert("RGB").quantize(256, dither=image.Dither.NONE)
    small.save(picture, optimize=True)


def picture(name: str, walk: Walk) -> str | None:
    """Return a picture's file name; None where it is none for the docs."""
    plain = Walk(walk.profile, IN_DOCS[walk.profile], walk.lang, theme=walk.theme)
    if walk != plain and os.environ["COMPTOIR_SCREENSHOTS"] != "all":
        return None
    marks = str(walk).split("-")[1:]
    if walk.size == plain.size:
        del marks[0]
    marks.remove(walk.lang)
    return "-".join([name, *marks, walk.lang]) + ".png"


@pytest.mark.parametrize("walk", WALKED, ids=str)
def test_every_scene(open_post: OpenPost, shots: Path, walk: Walk) -> None:
    hands = open_post(
        walk.profile,
        walk.size,
        walk.lang,
        walk.theme,
        session_of(walk.profile),
        basket=walk.basket,
        scale=walk.scale,
    )
    found = {}
    for scene in WALKS[walk.profile]:
        scene.lead(hands)
        hands.frames(6)
        found[scene.name] = layout.faults(hands)
        name = picture(scene.name, walk) if FOR_DOCS and scene.pictured else None
        if name is not None:
            squeeze(hands.shot(shots / name))
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    ("size", "lang"), [(DESK, "fr"), (DESK, "en"), (SMALL, "fr"), (UPRIGHT, "fr")], ids=str
)
def test_pairing_scenes(window: None, shots: Path, size: Size, lang: str) -> None:
    hub = Hub()
    hub.camera = FakeCamera()
    hands = open_pairing(hub, size, lang)
    found = {}

    def look(name: str, under: Any = None) -> None:
        hands.frames(6)
        found[name] = layout.faults(hands, under)
        assert hands.screen.ids.heading.top <= hands.screen.ids.head.y, f"{name} is too tall"
        if FOR_DOCS and (size == DESK or os.environ["COMPTOIR_SCREENSHOTS"] == "all"):
            mark = "" if size == DESK else f"-{size[0]}x{size[1]}"
            squeeze(hands.shot(shots / f"{name}{mark}-{lang}.png"))

    look("pairing-address")
    look_by_camera(hub, hands, look)
    hub.find("Épicerie des Tilleuls", "192.168.1.20")
    hands.screen.act("look_around")
    hands.frames()
    code = new_code()
    type_code(hands, code[:6])
    look("pairing-code")
    type_code(hands, code[6:])
    hands.tap(hands.key(icon="link"))
    look("pairing-working")
    hub.say(Problem("hub_unreachable", {"address": "192.168.1.20"}))
    hands.frames()
    look("pairing-failed")
    hub.find("Épicerie des Tilleuls", "192.168.1.66", "77c0 19ae 5b02 e4d1")
    hub.name_hub(0, "3fa2 91c0 77de 0b12")
    hands.screen.act("look_around")
    hands.tap(hands.key(icon="link"))
    hub.say(false_hub("192.168.1.20:47801", "3fa2 91c0 77de 0b12"))
    hands.frames()
    look("pairing-false-hub")
    for number in range(3):
        hub.find("Épicerie des Tilleuls", f"192.168.1.{100 + number}", "05d1 66c2 7a3e f801")
    hands.screen.act("look_around")
    hands.stage.screen.scanned(Scan("3760091720122"))
    hands.frames()
    look("pairing-no-qr")
    hands.stage.screen.scanned(Scan(an_invitation()))
    hub.say(other_hub("192.168.1.20:47801"))
    hands.frames()
    look("pairing-other-hub")
    hands.tap(hands.key(icon="link"))
    hub.say(hub.session.state.device)
    hands.frames()
    look("pairing-done")
    hands.close()
    assert {name: faults for name, faults in found.items() if faults} == {}


def look_by_camera(hub: Hub, hands: Hands, look: Callable[[str, Any], None]) -> None:
    """Hold a QR code before the camera that sees it."""
    assert hub.camera is not None
    hub.camera.sees = a_picture()
    hands.screen.open_camera()
    hands.until(lambda: hands.screen.sheet.picture is not None)
    look("pairing-camera", hands.screen.sheet)
    hands.screen.close_camera()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_is_drawn_in_the_themes_colours(
    open_post: OpenPost, tmp_path: Path, theme: str
) -> None:
    image = pytest.importorskip("PIL.Image")
    hands: Hands = open_post(theme=theme)
    WALKS[Profile.TILL][1].lead(hands)
    with image.open(hands.shot(tmp_path / "sale.png")) as drawn:
        assert drawn.size == DESK
        colours = {colour for _, colour in drawn.convert("RGB").getcolors(1 << 20)}
    wanted = hands.stage.theme.colours
    for role in (wanted.ground, wanted.surface, wanted.bar, wanted.tones["go"].solid):
        assert tuple(round(part * 255) for part in role[:3]) in colours
    assert len(colours) > 200


def test_switching_the_language_changes_everything_and_loses_nothing(open_post: OpenPost) -> None:
    hands = open_post(lang="fr")
    hands.tap(hands.tiles()[0])
    hands.pad("4")
    hands.screen.ids.search.text = "beu"
    hands.scan("3760123456784")
    hands.frames()
    french = set(hands.texts())
    entry, lines = hands.screen.ids.hand.entry, hands.screen.desk.basket().count
    hands.press("EN")
    hands.frames()
    english = set(hands.texts())
    assert hands.languages == ["en"]
    # The shop's own names stay, and what both languages happen to write alike.
    names = {article.name.replace("\u00a0", " ") for article in hands.session.catalogue.search()}
    names |= {row.name for row in hands.session.catalogue.categories()}
    alike = re.compile(r"Caisse 2|Amélie|FR|EN|Actions|Total \(1\)|Tickets|Stock \d+|[A-Z]|beu")
    same = {text.replace("\u00a0", " ") for text in french & english}
    words = {text for text in same if any(letter.isalpha() for letter in text)}
    assert {text for text in words - names if not alike.fullmatch(text)} == set()
    assert "Nothing was added. Search for the article by its name, or tell a manager." in english
    assert hands.screen.ids.hand.entry == entry
    assert hands.screen.desk.basket().count == lines
    assert hands.screen.ids.search.text == "beu"
    hands.press("FR")
    hands.frames()
    assert set(hands.texts()) == french
