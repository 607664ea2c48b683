"""Pairing this post with a hub, by the code that an administrator reads out or shows as a QR code.

Owns the steps, their time limits, and that nothing is kept before the hub has proved that it knows
the code. What is proved, and how, is `common.enrolment`'s. With a QR code the hub's keys are known
beforehand: whoever shows others is refused before it is sent anything of this post's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final, TypeVar

from common import enrolment, invitation, seal, wire
from common import messages as m
from common.card import fingerprint, read_card
from common.errors import Refusal
from kiosk.config import Address, make_folder, only_kiosk
from kiosk.device import Device, HubPlace, read_device, write_device
from kiosk.keys import DeviceKeys, new_keys, write_keys
from kiosk.sockets import Credentials, Door, DoorEvent, Hall

STEP_S: Final = 5.0
CARD_S: Final = 2.0
"""How long each of an invitation's addresses has to answer with a card."""
_SAID_TO_A_STRANGER: Final = frozenset({"no_code_out", "wrong_code", "code_burnt", "code_expired"})
_LONGEST_CODE: Final = 40
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class HubKeys:
    """The keys that the hub must show, as hex: known beforehand from a QR code."""

    identity: str
    curve_key: str


def pair(
    folder: Path,
    address: Address,
    typed_code: str,
    keys: DeviceKeys | None = None,
    step_s: float = STEP_S,
) -> Device:
    """Pair the post of a folder and return it; `step_s`: seconds to wait for each answer.

    Raises Refusal, and has kept nothing then: `mistyped_code`, `already_paired`, `hub_unreachable`,
    `no_code_out`, `wrong_code`, `code_burnt`, `code_expired`, `false_hub`, `card_unsigned` and what
    `make_folder` and `only_kiosk` raise.
    """
    code = read_code(typed_code)
    return _pair(folder, keys, lambda own: enrol(address, code, own, step_s))


def pair_invited(
    folder: Path,
    qr_text: str,
    keys: DeviceKeys | None = None,
    step_s: float = STEP_S,
    card_s: float = CARD_S,
) -> Device:
    """Pair the post of a folder by the text of a QR code; raises as `pair` does, `qr_unreadable`
    for another text, and `other_hub` where only hubs with other keys answer."""
    invited = read_invitation(qr_text)
    return _pair(folder, keys, lambda own: enrol_invited(invited, own, step_s, card_s))


def _pair(folder: Path, keys: DeviceKeys | None, ask: Callable[[DeviceKeys], Device]) -> Device:
    with only_kiosk(make_folder(folder)):
        paired = read_device(folder)
        if paired is not None:
            raise Refusal("already_paired", name=paired.name, folder=str(folder))
        own = keys or new_keys()
        device = ask(own)
        write_keys(folder, own)
        write_device(folder, device)
    return device


def read_code(typed: str) -> str:
    """Return a typed code as the hub knows it; raises Refusal `mistyped_code`."""
    try:
        return seal.read_code(typed)
    except ValueError as error:
        raise Refusal("mistyped_code", reason=str(error)) from error


def read_invitation(text: str) -> invitation.Invitation:
    """Return what a QR code says; raises Refusal `qr_unreadable`."""
    try:
        return invitation.read(text)
    except invitation.InvitationError as error:
        raise Refusal("qr_unreadable", reason=str(error)) from error


def ask_card(address: Address, step_s: float = STEP_S) -> m.CardBody:
    """Return the card of whoever answers there, its signature checked; raises Refusal.

    It proves that somebody has the key that it names, not that this is the shop's hub.
    """
    return _conversation(address, step_s, lambda talk: read_card(talk.ask_card()))


def enrol(
    address: Address,
    code: str,
    keys: DeviceKeys,
    step_s: float = STEP_S,
    expected: HubKeys | None = None,
) -> Device:
    """Hold the conversation of a pairing; raises Refusal. Nothing is written anywhere.

    `expected`: a hub that shows other keys is sent nothing more, `other_hub`.
    """
    return _conversation(address, step_s, lambda talk: _converse(talk, code, keys, expected))


def enrol_invited(
    invited: invitation.Invitation, keys: DeviceKeys, step_s: float = STEP_S, card_s: float = CARD_S
) -> Device:
    """Enrol with the hub of an invitation at the first of its addresses where it answers."""
    expected = HubKeys(invited.identity.hex(), invited.curve_key.hex())
    addresses = [Address(host, invited.card_port) for host in invited.hosts]
    address = _where_it_is(addresses, expected, card_s)
    return enrol(address, invited.code, keys, step_s, expected)


def _where_it_is(addresses: Sequence[Address], expected: HubKeys, card_s: float) -> Address:
    """Return the first address that shows a card with these keys; raises Refusal."""
    others: list[Refusal] = []
    for address in addresses:
        try:
            _expect(ask_card(address, card_s), expected, address)
        except Refusal as refusal:
            if refusal.problem.code != "hub_unreachable":
                others.append(refusal)
        else:
            return address
    if others:
        raise others[0]
    raise Refusal("hub_unreachable", address=", ".join(map(str, addresses)))


def _expect(card: m.CardBody, expected: HubKeys, address: Address) -> None:
    if (card.identity, card.curve_key) != (expected.identity, expected.curve_key):
        raise Refusal(
            "other_hub",
            address=str(address),
            shown=fingerprint(card.identity),
            expected=fingerprint(expected.identity),
        )


def _conversation(address: Address, step_s: float, hold: Callable[["_Talk"], AnswerT]) -> AnswerT:
    hall = Hall()
    talk = _Talk(hall, address, step_s)
    try:
        return hold(talk)
    finally:
        talk.close()
        hall.close()


def _converse(talk: "_Talk", code: str, keys: DeviceKeys, expected: HubKeys | None) -> Device:
    card = read_card(talk.ask_card())
    if expected is not None:
        _expect(card, expected, talk.address)
    false_hub = Refusal(
        "false_hub", address=str(talk.address), fingerprint=fingerprint(card.identity)
    )
    talk.enter(Credentials(keys.curve, enrolment.raw_key(card.curve_key)), card.enrolment_port)
    hello = m.EnrolHello(
        keys.curve.public.hex(),
        keys.signing.public.hex(),
        seal.random_bytes(seal.NONCE_BYTES).hex(),
    )
    challenge = talk.ask(hello, m.EnrolChallenge)
    if (challenge.identity, challenge.hub_curve_key) != (card.identity, card.curve_key):
        raise false_hub
    try:
        said = enrolment.transcript(hello, challenge)
        key = seal.code_key(code, bytes.fromhex(challenge.salt))
    except ValueError as error:
        raise false_hub from error
    enrolled = talk.ask(enrolment.kiosk_proof(key, keys.signing, said), m.Enrolled)
    if not enrolment.hub_knows_code(key, said, enrolled):
        raise false_hub
    hub = HubPlace(
        card.identity,
        card.curve_key,
        talk.address.host,
        talk.address.card_port,
        card.commands_port,
        curve_since_ms=card.curve_since_ms,
    )
    return Device(
        enrolled.device_id, enrolled.device_number, enrolled.device_name, enrolled.profile, hub
    )


class _Talk:
    """The two sockets of a pairing, one after the other and one question at a time."""

    def __init__(self, hall: Hall, address: Address, step_s: float) -> None:
        self._hall = hall
        self.address = address
        self._step_s = step_s
        self._door: Door | None = None

    def ask_card(self) -> m.Card:
        """Return the card of whoever answers there."""
        door = self._connect(None, self.address.card_port)
        door.send(wire.encode(m.CardRequest()))
        return self._answer(door, m.Card)

    def enter(self, credentials: Credentials, port: int) -> None:
        """Go through the enrolment door; without a code out there is none, or it stays shut."""
        door = self._connect(credentials, port)
        deadline = monotonic() + self._step_s
        while (left_s := deadline - monotonic()) > 0:
            self._hall.wait(int(left_s * 1000) + 1)
            for event in door.events():
                if event is DoorEvent.OPENED:
                    return
                if event is DoorEvent.REFUSED:
                    raise Refusal("no_code_out")
        raise Refusal("no_code_out")

    def ask(self, question: Any, kind: type[AnswerT]) -> AnswerT:
        """Return the hub's answer; raises the Refusal that it sends instead."""
        door = self._door
        assert door is not None
        door.send(wire.encode(question))
        return self._answer(door, kind)

    def close(self) -> None:
        """Close the socket."""
        if self._door is not None:
            self._hall.shut(self._door)
            self._door = None

    def _connect(self, credentials: Credentials | None, port: int) -> Door:
        self.close()
        door = self._door = self._hall.open_questions(credentials)
        try:
            door.connect(self.address.host, port)
        except ValueError as error:
            raise Refusal("hub_unreachable", address=str(self.address)) from error
        return door

    def _answer(self, door: Door, kind: type[AnswerT]) -> AnswerT:
        deadline = monotonic() + self._step_s
        while (left_s := deadline - monotonic()) > 0:
            self._hall.wait(int(left_s * 1000) + 1)
            for frame in door.receive(1):
                return _read(frame, kind)
            door.forget_events()
        raise Refusal("hub_unreachable", address=str(self.address))


def _read(frame: bytes, kind: type[AnswerT]) -> AnswerT:
    try:
        message = wire.decode(frame)
    except wire.WireError as error:
        raise Refusal("malformed", reason=str(error)) from error
    if isinstance(message, m.Refused):
        # Nobody has proved anything yet: what stands on the screen is never a stranger's own words.
        if message.code in _SAID_TO_A_STRANGER:
            raise Refusal(message.code)
        code = message.code
        plain = code.isascii() and code.isidentifier() and len(code) <= _LONGEST_CODE
        raise Refusal("not_available", reason=code if plain else "?")
    if not isinstance(message, kind):
        raise Refusal("malformed", reason=type(message).__name__)
    return message
