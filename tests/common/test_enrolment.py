"""Pairing as both sides compute it: who knows the code convinces, nobody else does."""

from dataclasses import fields, replace

import pytest

from common import enrolment, seal
from common import messages as m
from common.topics import Profile

CODE_KEY, OTHER_KEY = b"\x01" * 32, b"\x02" * 32
SIGNING = seal.signing_keys_of(b"\x03" * 32)
OTHER_SIGNING = seal.signing_keys_of(b"\x04" * 32)


def key(number: int) -> str:
    return f"{number:064x}"


HELLO = m.EnrolHello(key(1), SIGNING.public.hex(), key(2))
CHALLENGE = m.EnrolChallenge(key(3), key(4)[:32], key(5), key(6))
SAID = enrolment.transcript(HELLO, CHALLENGE)


def test_the_transcript_is_identity_hub_key_device_keys_nonces() -> None:
    said = [part.hex() for part in SAID.parts]
    assert said == [key(5), key(6), key(1), SIGNING.public.hex(), key(2), key(3)]


@pytest.mark.parametrize("text", ["", "00", "zz" * 32, "00" * 33, "00 " * 32, "00" * 31 + " 0"])
def test_a_part_that_is_not_32_bytes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"bytes|non-hexadecimal"):
        enrolment.raw_key(text)
    with pytest.raises(ValueError, match=r"bytes|non-hexadecimal"):
        enrolment.transcript(replace(HELLO, nonce=text), CHALLENGE)


def test_a_kiosk_that_knows_the_code_convinces_the_hub() -> None:
    proof = enrolment.kiosk_proof(CODE_KEY, SIGNING, SAID)
    assert enrolment.kiosk_knows_code(CODE_KEY, SAID, proof)
    assert enrolment.kiosk_owns_sign_key(SAID, proof)


def test_another_code_and_another_signing_key_do_not() -> None:
    proof = enrolment.kiosk_proof(OTHER_KEY, OTHER_SIGNING, SAID)
    assert not enrolment.kiosk_knows_code(CODE_KEY, SAID, proof)
    assert not enrolment.kiosk_owns_sign_key(SAID, proof)


@pytest.mark.parametrize("name", [field.name for field in fields(enrolment.Transcript)])
def test_no_part_can_be_exchanged_by_somebody_in_between(name: str) -> None:
    other = replace(SAID, **{name: b"\x77" * 32})
    proof = enrolment.kiosk_proof(CODE_KEY, SIGNING, SAID)
    assert not enrolment.kiosk_knows_code(CODE_KEY, other, proof)
    assert not enrolment.kiosk_owns_sign_key(other, proof)
    enrolled = enrolment.hub_proof(CODE_KEY, SAID, "d" * 32, 3, "Caisse 1", Profile.TILL)
    assert not enrolment.hub_knows_code(CODE_KEY, other, enrolled)


def test_a_hub_that_knows_the_code_convinces_the_kiosk() -> None:
    enrolled = enrolment.hub_proof(CODE_KEY, SAID, "d" * 32, 3, "Caisse 1", Profile.TILL)
    assert enrolment.hub_knows_code(CODE_KEY, SAID, enrolled)
    assert not enrolment.hub_knows_code(OTHER_KEY, SAID, enrolled)


@pytest.mark.parametrize(
    "change",
    [
        {"device_id": "e" * 32},
        {"device_number": 4},
        {"device_name": "Caisse 2"},
        {"profile": Profile.OFFICE},
        {"mac": ""},
        {"mac": "é"},
    ],
)
def test_what_the_hub_names_the_device_cannot_be_exchanged(change: dict[str, object]) -> None:
    enrolled = enrolment.hub_proof(CODE_KEY, SAID, "d" * 32, 3, "Caisse 1", Profile.TILL)
    changed = replace(enrolled, **change)  # type: ignore[arg-type] # fields of every type
    assert not enrolment.hub_knows_code(CODE_KEY, SAID, changed)


def test_neither_side_can_send_the_others_proof_back() -> None:
    proof = enrolment.kiosk_proof(CODE_KEY, SIGNING, SAID)
    echo = m.Enrolled(proof.mac, "d" * 32, 3, "Caisse 1", Profile.TILL)
    assert not enrolment.hub_knows_code(CODE_KEY, SAID, echo)
    enrolled = enrolment.hub_proof(CODE_KEY, SAID, "d" * 32, 3, "Caisse 1", Profile.TILL)
    assert not enrolment.kiosk_knows_code(CODE_KEY, SAID, m.EnrolProof(enrolled.mac, ""))


@pytest.mark.parametrize("signature", ["", "zz", "00" * 64, "é"])
def test_a_signature_that_is_none_is_false_and_no_error(signature: str) -> None:
    assert not enrolment.kiosk_owns_sign_key(SAID, m.EnrolProof("", signature))
