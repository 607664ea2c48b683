"""The first day of a post: found hub, typed code, what goes wrong, and the way into work."""

import pytest

from common.errors import Problem
from common.seal import new_code
from common.topics import Profile
from kiosk.desks.pairing import OnDone, Pairing
from kiosk.views.pairing import FoundHub
from tests.ui.fake_session import FakeSession
from tests.ui.hands import Hands, pairing_hands

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]


class Hub:
    """Stands for the network: what is found, and who asked to be enrolled."""

    def __init__(self) -> None:
        self.session = FakeSession(Profile.TILL)
        self.found: list[FoundHub] = []
        self.asked: list[tuple[str, str]] = []
        self.answer: OnDone | None = None

    def pairing(self) -> Pairing:
        return Pairing(self._enrol, lambda: tuple(self.found), lambda: self.session)

    def find(self, name: str, address: str) -> None:
        self.found.append(FoundHub(name, address))

    def say(self, outcome: object) -> None:
        assert self.answer is not None
        self.answer(outcome)  # type: ignore[arg-type]

    def _enrol(self, address: str, code: str, on_done: OnDone) -> None:
        self.asked.append((address, code))
        self.answer = on_done


def open_pairing(hub: Hub, size: tuple[int, int] = (1280, 800), lang: str = "en") -> Hands:
    return pairing_hands(hub.pairing(), lang, size, hub.session)


def type_code(hands: Hands, code: str) -> None:
    for character in code:
        hands.tap(hands.key(character, under=hands.screen.ids.characters))


def test_from_the_first_touch_to_the_first_sale(window: None) -> None:
    hub = Hub()
    hands = open_pairing(hub)
    assert hands.reads("Looking for a hub")
    hub.find("Épicerie des Tilleuls", "192.168.1.20")
    hands.until(lambda: hands.reads("Épicerie des Tilleuls"), "the hub found")
    assert hands.key("Pair").disabled
    code = new_code()
    type_code(hands, code)
    assert [hands.screen.ids[f"group{n}"].typed for n in range(4)] == [
        code[i : i + 4] for i in range(0, 16, 4)
    ]
    hands.press("Pair")
    assert hub.asked == [("192.168.1.20", code)]
    assert hands.reads("Pairing with 192.168.1.20")
    hub.say(Problem("hub_unreachable", {"address": "192.168.1.20"}))
    hands.until(lambda: hands.reads("No hub answers at 192.168.1.20."), "the refusal")
    hands.press("Pair")
    hub.say(hub.session.state.device)
    hands.until(lambda: hands.reads("This post is now the till “Caisse 2”."), "the welcome")
    hands.press("Begin")
    assert hands.tiles()
    hands.tap(hands.tiles()[0])
    assert hands.session_total() > 0
    hands.close()


def test_a_wrong_character_is_seen_before_the_hub_is_asked(window: None) -> None:
    hub = Hub()
    hub.find("Épicerie", "10.0.0.2")
    hands = open_pairing(hub)
    code = new_code()
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    type_code(hands, wrong)
    hands.press("Pair")
    assert hub.asked == []
    assert hands.reads("The pairing code is not right.")
    hands.tap(hands.key(icon="erase", under=hands.screen.ids.characters))
    assert not hands.reads("The pairing code is not right.")
    type_code(hands, code[-1])
    hands.press("Pair")
    assert len(hub.asked) == 1
    hands.close()


def test_an_address_is_typed_and_a_real_keyboard_works(window: None) -> None:
    hub = Hub()
    hands = open_pairing(hub, (800, 1280))
    type_code(hands, "192.168.1.9")
    assert hands.screen.address == "192.168.1.9"
    hands.tap(hands.screen.ids.group0)
    for character in "ilo7-u":
        hands.stage._text_typed(None, character)
    hands.frames()
    assert hands.screen.ids.group0.typed == "1107"
    hands.stage.choose_language("fr")
    hands.frames()
    assert hands.reads("Associer ce poste au hub")
    assert hands.screen.ids.group0.typed == "1107"
    assert hands.languages == ["fr"]
    hands.close()
