"""The first day of a post: found hub, typed code, what goes wrong, and the way into work."""

from dataclasses import replace

import pytest

from common import invitation
from common.errors import Problem
from common.seal import new_code
from common.topics import Profile
from hub.qr import drawn
from kiosk.camera import Look
from kiosk.desks.pairing import OnDone, Pairing
from kiosk.views.pairing import FoundHub
from tests.ui.fake_session import FakeSession
from tests.ui.hands import Hands, pairing_hands

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]


class FakeCamera:
    """Sees what it is told to."""

    def __init__(self) -> None:
        self.sees = Look()
        self.is_open = False

    def newest(self) -> Look:
        return self.sees

    def close(self) -> None:
        self.is_open = False


class Hub:
    """Stands for the network: what is found, and who asked to be enrolled."""

    def __init__(self) -> None:
        self.session = FakeSession(Profile.TILL)
        self.found: list[FoundHub] = []
        self.asked: list[tuple[str, str]] = []
        self.invited: list[str] = []
        self.camera: FakeCamera | None = None
        self.answer: OnDone | None = None

    def pairing(self) -> Pairing:
        return Pairing(
            self._enrol,
            self._enrol_invited,
            lambda: tuple(self.found),
            lambda: self.session,
            self._open_camera if self.camera else None,
        )

    def find(self, name: str, address: str, fingerprint: str = "") -> None:
        self.found.append(FoundHub(name, address, fingerprint))

    def name_hub(self, place: int, fingerprint: str) -> None:
        self.found[place] = replace(self.found[place], fingerprint=fingerprint)

    def say(self, outcome: object) -> None:
        assert self.answer is not None
        self.answer(outcome)  # type: ignore[arg-type]

    def _open_camera(self) -> "FakeCamera":
        assert self.camera is not None
        self.camera.is_open = True
        return self.camera

    def _enrol_invited(self, text: str, on_done: OnDone) -> None:
        self.invited.append(text)
        self.answer = on_done

    def _enrol(self, address: str, code: str, on_done: OnDone) -> None:
        self.asked.append((address, code))
        self.answer = on_done


def false_hub(address: str, shown: str) -> Problem:
    return Problem("false_hub", {"address": address, "fingerprint": shown})


def other_hub(address: str) -> Problem:
    shown = {"shown": "77c0 19ae 5b02 e4d1", "expected": "3fa2 91c0 77de 0b12"}
    return Problem("other_hub", {"address": address, **shown})


def an_invitation() -> str:
    """Return what a QR code says."""
    keys = bytes(range(32)), bytes(range(32, 64))
    return invitation.write(invitation.Invitation(new_code(), *keys, 47801, ("192.168.1.20",)))


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


def wedge(hands: Hands, text: str) -> None:
    """Let a scanner that is set to a US keyboard type on a French desktop, as SDL reports it."""
    for character in text:
        if character.isdigit():
            scancode, typed = 29 + (int(character) or 10), "à&é\"'(-è_ç"[int(character)]
        else:
            scancode, typed = 4 + ord(character) - ord("A"), character
            hands.stage._key_down(None, 304, 225)
        hands.stage._key_down(None, ord(typed), scancode)
        hands.stage._text_typed(None, typed)
        hands.stage._key_up(None, ord(typed), scancode)
        hands.stage._key_up(None, 304, 225)
    hands.stage._key_down(None, 13, 40)
    hands.frames()


def test_a_scanner_types_the_qr_code_and_nothing_else_is_to_do(window: None) -> None:
    hub = Hub()
    hub.find("Épicerie", "10.0.0.2")
    hands = open_pairing(hub)
    type_code(hands, "7QK2")
    text = an_invitation()
    wedge(hands, text)
    assert hub.invited == [text]
    assert hub.asked == []
    assert [hands.screen.ids[f"group{n}"].typed for n in range(4)] == ["7QK2", "", "", ""]
    assert hands.reads("Pairing with 192.168.1.20:47801")
    hub.say(hub.session.state.device)
    hands.until(lambda: hands.reads("This post is now the till “Caisse 2”."), "the welcome")
    hands.press("Begin")
    assert hands.tiles()
    hands.close()


def test_what_is_scanned_by_mistake_is_said_and_a_plain_code_is_typed(window: None) -> None:
    hub = Hub()
    hub.find("Épicerie", "10.0.0.2")
    hands = open_pairing(hub)
    wedge(hands, "3760091720122")
    assert hands.reads("This is not a pairing QR code")
    wedge(hands, an_invitation()[:-1])
    assert hands.reads("This is not a pairing QR code")
    assert hub.invited == []
    code = new_code()
    wedge(hands, code)
    assert "".join(hands.screen.ids[f"group{n}"].typed for n in range(4)) == code
    hands.press("Pair")
    assert hub.asked == [("10.0.0.2", code)]
    hands.close()


def test_a_false_hub_is_named_and_the_other_one_is_at_hand(window: None) -> None:
    hub = Hub()
    hub.find("Épicerie", "10.0.0.66", "77c0 19ae 5b02 e4d1")
    hub.find("Épicerie", "10.0.0.2", "3fa2 91c0 77de 0b12")
    hands = open_pairing(hub)
    assert hands.reads("10.0.0.66 · 77c0 19ae 5b02 e4d1")
    assert hands.reads("10.0.0.2 · 3fa2 91c0 77de 0b12")
    hands.tap(hands.screen.ids.hubs.children[-1])
    code = new_code()
    type_code(hands, code)
    hands.press("Pair")
    hub.say(false_hub("10.0.0.66:47801", "77c0 19ae 5b02 e4d1"))
    hands.until(lambda: hands.reads("it is not your hub"), "the refusal")
    assert hands.reads("It was not told the code")
    assert hands.reads("10.0.0.66 · could not prove the code")
    hands.press("Pair")
    assert hub.asked == [("10.0.0.66", code), ("10.0.0.2", code)]
    hands.close()


def a_picture(width: int = 480, height: int = 360, module: int = 6) -> Look:
    """Return what a camera sees: a grey wall, and a QR code held before it."""
    pixels = [bytearray(40 + x // 5 for x in range(width)) for _ in range(height)]
    left, top = 110, 40
    for row, line in enumerate(drawn(an_invitation())):
        for half, dark in enumerate(("█▀", "█▄")):
            grey = b"".join(bytes((20 if each in dark else 235,)) * module for each in line)
            for y in range(module):
                pixels[top + (2 * row + half) * module + y][left : left + len(grey)] = grey
    return Look(width, height, b"".join(bytes((grey,) * 3) for row in pixels for grey in row))


def test_a_code_before_the_camera_is_followed(window: None) -> None:
    hub = Hub()
    hub.camera = camera = FakeCamera()
    hands = open_pairing(hub)
    hands.press("Scan the QR code with the camera")
    assert camera.is_open
    assert hands.reads("Hold the QR code")
    camera.sees = a_picture()
    hands.until(lambda: hands.screen.sheet.picture is not None, "the picture")
    camera.sees = replace(a_picture(), text=an_invitation())
    hands.until(lambda: hub.invited, "the code to be followed")
    assert not camera.is_open
    assert not hands.reads("Hold the QR code")
    assert hands.reads("Pairing with 192.168.1.20:47801")
    hands.close()


def test_a_camera_that_shows_nothing_says_so_and_one_can_type(window: None) -> None:
    hub = Hub()
    hub.camera = camera = FakeCamera()
    hands = open_pairing(hub)
    hands.press("Scan the QR code with the camera")
    camera.sees = Look(failed=True)
    hands.until(lambda: hands.reads("The camera shows nothing."), "why")
    camera.sees = Look()
    hands.press("Scan the QR code with the camera", "Type the code instead")
    assert not camera.is_open
    assert not hands.reads("Hold the QR code")
    hands.close()


def test_without_a_camera_there_is_no_key_for_it(window: None) -> None:
    hands = open_pairing(Hub())
    assert not hands.reads("camera")
    hands.close()
