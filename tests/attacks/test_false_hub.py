"""Machines that pose as the shop's hub to a post on its first day."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from common import enrolment, invitation, seal
from common import messages as m
from common.card import fingerprint
from common.errors import Problem, Refusal
from common.i18n import Translator
from common.topics import Profile
from hub.announce import Announcer
from kiosk.config import Address
from kiosk.device import read_device
from kiosk.discover import find_hubs
from kiosk.enrol import ask_card, pair, pair_invited
from kiosk.keys import new_keys
from kiosk.state import LinkStatus
from tests.net.fake_hub import FakeHub
from tests.net.test_link import Line, line_to

pytestmark = [pytest.mark.attack, pytest.mark.net]
__all__ = ["line_to"]
LOOPBACK = ["127.0.0.1"]
PATIENCE_S = 15.0


@pytest.fixture
def false() -> Iterator[FakeHub]:
    hub = FakeHub()
    yield hub
    hub.close()


@pytest.fixture
def genuine() -> Iterator[FakeHub]:
    hub = FakeHub()
    hub.code = seal.new_code()
    yield hub
    hub.close()


def at(hub: FakeHub) -> Address:
    return Address("127.0.0.1", hub.card_port)


def shown(hub: FakeHub) -> str:
    return fingerprint(hub.identity.public.hex())


def qr_of(hub: FakeHub, card_port: int) -> str:
    keys = hub.identity.public, hub.curve.public
    return invitation.write(invitation.Invitation(hub.code, *keys, card_port, ("127.0.0.1",)))


def refusal_of(call: object) -> Problem:
    with pytest.raises(Refusal) as caught:
        call()  # type: ignore[operator]
    return caught.value.problem


def test_a_false_hub_that_zeroconf_found_first(
    tmp_path: Path, false: FakeHub, genuine: FakeHub
) -> None:
    """Announce a false hub under the shop's own name and be asked first: it hears public keys, a
    nonce and one MAC, the kiosk names it and keeps nothing, and pairs with the genuine one."""
    liar = Announcer("Épicerie du Port", "127.0.0.1", false.card_port)
    liar.start()
    try:
        found = set()
        end = time.monotonic() + PATIENCE_S
        while at(false) not in found and time.monotonic() < end:
            found = {hub.address for hub in find_hubs(end - time.monotonic(), LOOPBACK)}
    finally:
        liar.stop()
    assert at(false) in found
    keys = new_keys()
    problem = refusal_of(lambda: pair(tmp_path, at(false), genuine.code, keys))
    assert (problem.code, problem.params["fingerprint"]) == ("false_hub", shown(false))
    assert read_device(tmp_path) is None
    assert not (tmp_path / "keys").exists()
    assert "could not prove" in problem.text()
    assert "not told the code" in problem.text()
    french = problem.text(Translator("fr"))
    assert "n’a pas pu prouver" in french
    assert "pas été révélé" in french

    # All that it heard, and what that is worth.
    hello, proof = false.heard_enrolling
    assert hello == m.EnrolHello(keys.curve.public.hex(), keys.signing.public.hex(), hello.nonce)
    assert set(proof.__dataclass_fields__) == {"mac", "signature"}
    heard = repr((false.said, hello, proof))
    assert genuine.code not in heard
    assert genuine.code[:15] not in heard
    overheard = m.EnrolHello(hello.curve_key, hello.sign_key, hello.nonce)
    challenge = m.EnrolChallenge(
        "00" * 32, genuine.salt.hex(), genuine.identity.public.hex(), genuine.curve.public.hex()
    )
    at_the_hub = enrolment.transcript(overheard, challenge)
    key = seal.code_key(genuine.code, genuine.salt)
    assert not enrolment.kiosk_knows_code(key, at_the_hub, proof), "it opens no genuine hub"

    device = pair(tmp_path, at(genuine), genuine.code, keys)
    assert device.hub.identity == genuine.identity.public.hex()


def test_a_false_hub_that_says_the_code_is_wrong(tmp_path: Path, false: FakeHub) -> None:
    """Answer a kiosk's proof with words of one's own: it shows none of them, and keeps nothing."""
    false.on_enrol = lambda _: m.Refused("disk_failed", {"file": "call 08 99 00 00 00"})
    problem = refusal_of(lambda: pair(tmp_path, at(false), seal.new_code()))
    assert problem.code == "not_available"
    false.on_enrol = lambda _: m.Refused("wrong_code", {"more": "call 08 99 00 00 00"})
    problem = refusal_of(lambda: pair(tmp_path, at(false), seal.new_code()))
    assert (problem.code, problem.params) == ("wrong_code", {})
    false.on_enrol = lambda _: m.Refused("Call 08 99 00 00 00")
    assert "08 99" not in refusal_of(lambda: pair(tmp_path, at(false), seal.new_code())).text()
    assert read_device(tmp_path) is None


def test_a_false_hub_where_the_qr_code_leads(
    tmp_path: Path, false: FakeHub, genuine: FakeHub
) -> None:
    """Take the address that a QR code names: the kiosk sees other keys, sends nothing of its own,
    and says which fingerprint it saw and which it wanted."""
    problem = refusal_of(lambda: pair_invited(tmp_path, qr_of(genuine, false.card_port)))
    assert problem.code == "other_hub"
    assert (problem.params["shown"], problem.params["expected"]) == (shown(false), shown(genuine))
    assert false.heard_enrolling == []
    assert false.said == [m.CardRequest()]
    assert read_device(tmp_path) is None
    assert "It was sent nothing" in problem.text()
    assert "Rien ne lui a été envoyé" in problem.text(Translator("fr"))


@pytest.mark.parametrize("swapped", ["identity", "curve_key"])
def test_a_hub_with_one_key_of_the_qr_code(
    tmp_path: Path, false: FakeHub, genuine: FakeHub, swapped: str
) -> None:
    """Show a hub's identity with another CURVE key, or the reverse: refused, and sent nothing."""
    text = qr_of(genuine, genuine.card_port)
    keys = {swapped: getattr(false, "curve" if swapped == "curve_key" else "identity").public}
    other = invitation.write(replace(invitation.read(text), **keys))
    assert refusal_of(lambda: pair_invited(tmp_path, other)).code == "other_hub"
    assert genuine.heard_enrolling == []
    assert pair_invited(tmp_path, text).hub.identity == genuine.identity.public.hex()


@pytest.mark.parametrize("by_qr", [False, True], ids=["typed", "qr"])
def test_a_genuine_card_shown_by_another(
    tmp_path: Path, false: FakeHub, genuine: FakeHub, by_qr: bool
) -> None:
    """Show the genuine hub's own signed card, with one's own port: without its CURVE key the
    handshake fails, and nothing is heard."""
    body = ask_card(at(genuine))
    false.shown_card = genuine.card()
    # The card leads to the genuine port; the liar listens there in its place.
    genuine.close()
    false.listen_for_enrolment(body.enrolment_port)
    if by_qr:
        text = qr_of(genuine, false.card_port)
        problem = refusal_of(lambda: pair_invited(tmp_path, text, step_s=1.0))
    else:
        problem = refusal_of(lambda: pair(tmp_path, at(false), genuine.code, step_s=1.0))
    assert problem.code == "no_code_out"
    assert false.heard_enrolling == []
    assert read_device(tmp_path) is None


def test_a_qr_code_whose_first_address_is_taken(
    tmp_path: Path, false: FakeHub, genuine: FakeHub
) -> None:
    """Take the first of a hub's addresses: the kiosk passes over it, and pairs at the next."""
    invited = invitation.read(qr_of(genuine, genuine.card_port))
    false.answer_at("127.0.0.2", genuine.card_port)
    text = invitation.write(replace(invited, hosts=("127.0.0.2", "127.0.0.1")))
    device = pair_invited(tmp_path, text)
    assert (device.hub.host, device.hub.identity) == ("127.0.0.1", genuine.identity.public.hex())
    assert false.said == [m.CardRequest()]
    assert false.heard_enrolling == []


def test_another_profile_is_named_after_pairing(
    genuine: FakeHub, line_to: Callable[..., Line]
) -> None:
    """Name another profile in a welcome, the hub's own: the post stays what pairing made it."""
    genuine.said_profile = Profile.OFFICE
    line = line_to(genuine)
    line.wait_status(LinkStatus.ONLINE)
    line.wait(lambda: line.kept)
    assert {device.profile for device in line.kept} == {Profile.TILL}
    assert {device.id for device in line.kept} == {"d" * 32}
