"""Pairing this post with a hub, by the code that an administrator reads out.

Owns the steps, their time limits, and that nothing is kept before the hub has proved that it knows
the code. What is proved, and how, is `common.enrolment`'s.
"""

from pathlib import Path
from time import monotonic
from typing import Any, Final, TypeVar

from common import enrolment, seal, wire
from common import messages as m
from common.card import read_card
from common.errors import ERRORS, Refusal
from kiosk.config import Address, make_folder, only_kiosk
from kiosk.device import Device, HubPlace, read_device, write_device
from kiosk.keys import DeviceKeys, new_keys, write_keys
from kiosk.sockets import Credentials, Door, DoorEvent, Hall

STEP_S: Final = 5.0
AnswerT = TypeVar("AnswerT")


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
    with only_kiosk(make_folder(folder)):
        paired = read_device(folder)
        if paired is not None:
            raise Refusal("already_paired", name=paired.name, folder=str(folder))
        own = keys or new_keys()
        device = enrol(address, code, own, step_s)
        write_keys(folder, own)
        write_device(folder, device)
    return device


def read_code(typed: str) -> str:
    """Return a typed code as the hub knows it; raises Refusal `mistyped_code`."""
    try:
        return seal.read_code(typed)
    except ValueError as error:
        raise Refusal("mistyped_code", reason=str(error)) from error


def enrol(address: Address, code: str, keys: DeviceKeys, step_s: float = STEP_S) -> Device:
    """Hold the conversation of a pairing; raises Refusal. Nothing is written anywhere."""
    hall = Hall()
    talk = _Talk(hall, address, step_s)
    try:
        return _converse(talk, code, keys)
    finally:
        talk.close()
        hall.close()


def _converse(talk: "_Talk", code: str, keys: DeviceKeys) -> Device:
    card = read_card(talk.ask_card())
    talk.enter(Credentials(keys.curve, enrolment.raw_key(card.curve_key)), card.enrolment_port)
    hello = m.EnrolHello(
        keys.curve.public.hex(),
        keys.signing.public.hex(),
        seal.random_bytes(seal.NONCE_BYTES).hex(),
    )
    challenge = talk.ask(hello, m.EnrolChallenge)
    if (challenge.identity, challenge.hub_curve_key) != (card.identity, card.curve_key):
        raise Refusal("false_hub")
    try:
        said = enrolment.transcript(hello, challenge)
        key = seal.code_key(code, bytes.fromhex(challenge.salt))
    except ValueError as error:
        raise Refusal("false_hub") from error
    enrolled = talk.ask(enrolment.kiosk_proof(key, keys.signing, said), m.Enrolled)
    if not enrolment.hub_knows_code(key, said, enrolled):
        raise Refusal("false_hub")
    hub = HubPlace(
        card.identity,
        card.curve_key,
        talk.address.host,
        talk.address.card_port,
        card.commands_port,
    )
    return Device(
        enrolled.device_id, enrolled.device_number, enrolled.device_name, enrolled.profile, hub
    )


class _Talk:
    """The two sockets of a pairing, one question at a time."""

    def __init__(self, hall: Hall, address: Address, step_s: float) -> None:
        self._hall = hall
        self.address = address
        self._step_s = step_s
        self._doors: list[Door] = []

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
        door = self._doors[-1]
        door.send(wire.encode(question))
        return self._answer(door, kind)

    def close(self) -> None:
        """Close the sockets."""
        for door in self._doors:
            self._hall.shut(door)

    def _connect(self, credentials: Credentials | None, port: int) -> Door:
        door = self._hall.open_questions(credentials)
        self._doors.append(door)
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
        raise Refusal("hub_unreachable", address=str(self.address))


def _read(frame: bytes, kind: type[AnswerT]) -> AnswerT:
    try:
        message = wire.decode(frame)
    except wire.WireError as error:
        raise Refusal("malformed", reason=str(error)) from error
    if isinstance(message, m.Refused):
        if message.code in ERRORS:
            raise Refusal(message.code, **message.params)
        raise Refusal("not_available", reason=message.code)
    if not isinstance(message, kind):
        raise Refusal("malformed", reason=type(message).__name__)
    return message
