"""A post that is taken out of the shop while in use says so, and works again once it is in."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.membership import Revoked
from kiosk.state import LinkStatus
from tests.ui.fake_session import FakeSession
from tests.ui.hands import Hands, OpenPost

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]
OUT = Revoked(1_772_542_320_000, "Amélie")


def stand(session: FakeSession, **fields: Any) -> None:
    """Let the link say something of this post's place in the shop."""
    session.state = replace(session.state, **fields)
    session._state_changed = True
    session.wake()


def reads(hands: Hands, *texts: str) -> bool:
    return all(hands.reads(text) for text in texts)


@pytest.mark.parametrize("size", [(1280, 800), (800, 1280), (640, 480)])
def test_a_post_that_is_taken_out_says_so_and_keeps_what_it_has(
    open_post: OpenPost, size: tuple[int, int]
) -> None:
    till = open_post(lang="en", size=size)
    assert till.tiles()
    stand(till.session, revoked=OUT, link=LinkStatus.OFFLINE, waiting=2)
    till.until(lambda: reads(till, "This post is not in the shop any more"), "the notice")
    assert reads(till, "Amélie took it out of the shop", "The copy of the shop on it was erased.")
    assert reads(till, "2 operations were not delivered. They are kept on this post.")
    assert reads(till, "tell the administrator")
    assert "grid" not in till.screen.ids, "there is nothing to sell"
    till.scan("3257980128340")
    till.pass_time()
    till.press("FR")
    assert reads(till, "Ce poste n’est plus dans la boutique", "Amélie l’a retiré de la boutique")
    assert till.languages == ["fr"]
    stand(till.session, revoked=None, link=LinkStatus.ONLINE, waiting=0)
    till.until(lambda: "grid" in till.screen.ids and till.tiles(), "the till again")
    assert not reads(till, "Ce poste n’est plus dans la boutique")


def test_who_did_it_may_be_unsaid_and_nothing_may_wait(open_post: OpenPost) -> None:
    till = open_post(lang="en")
    stand(till.session, revoked=replace(OUT, by=""), waiting=0)
    till.until(lambda: reads(till, "It was taken out of the shop"), "the notice")
    assert reads(till, "Everything that was recorded here was delivered.")
