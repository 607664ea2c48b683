"""The panel of customers and the questions about notes, at every size and in both languages."""

import pytest

from common.topics import Profile
from tests.ui import layout
from tests.ui.fake_session import FakeSession
from tests.ui.hands import OpenPost
from tests.ui.scenes.scene import DESK, LARGE, SMALL, Size
from tests.ui.scenes.till_customers import CUSTOMER_SCENES

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("size", [DESK, SMALL, LARGE], ids=str)
def test_every_scene(open_post: OpenPost, size: Size, lang: str) -> None:
    hands = open_post(Profile.TILL, size, lang, session=FakeSession(Profile.TILL))
    found = {}
    for scene in CUSTOMER_SCENES:
        scene.lead(hands)
        hands.frames(6)
        found[scene.name] = layout.faults(hands)
    assert {name: faults for name, faults in found.items() if faults} == {}
