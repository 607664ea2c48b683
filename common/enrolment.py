"""Pairing as both sides compute it: what is proved, and how.

Owns the transcript (both sides' keys and nonces, in one order), the kiosk's proof over it, and the
hub's. Pure: keys, nonces and the code's key are handed in; sockets, tries and time limits are the
business of whoever calls. Nothing that a peer said is believed before its MAC holds.
"""

from dataclasses import astuple, dataclass
from hmac import compare_digest
from typing import Final

from common import messages as m
from common import seal
from common.topics import Profile

_KEY_BYTES: Final = 32
_SIGNED_AS: Final = b"comptoir-enrol"


@dataclass(frozen=True, slots=True)
class Transcript:
    """What both sides said, raw, 32 bytes each, in the order in which it is proved."""

    identity: bytes
    hub_curve_key: bytes
    curve_key: bytes
    sign_key: bytes
    nonce_kiosk: bytes
    nonce_hub: bytes

    @property
    def parts(self) -> tuple[bytes, ...]:
        """Return the six parts in their order."""
        return astuple(self)


def transcript(hello: m.EnrolHello, challenge: m.EnrolChallenge) -> Transcript:
    """Return what these two messages settle; raises ValueError where a part is not 32 bytes."""
    said = (
        challenge.identity,
        challenge.hub_curve_key,
        hello.curve_key,
        hello.sign_key,
        hello.nonce,
        challenge.nonce,
    )
    return Transcript(*(raw_key(text) for text in said))


def raw_key(text: str) -> bytes:
    """Return the 32 bytes that stand as hex in a message; raises ValueError on anything else."""
    raw = bytes.fromhex(text)
    if len(raw) != _KEY_BYTES or len(text) != 2 * _KEY_BYTES:
        raise ValueError(f"a key or nonce has {_KEY_BYTES} bytes, not {len(raw)}")
    return raw


# The kiosk proves that it knows the code, and that the signing key is its own.


def kiosk_proof(key: bytes, signing: seal.SigningKeys, said: Transcript) -> m.EnrolProof:
    """Return the kiosk's proof; `key` is `seal.code_key` of the code and the challenge's salt."""
    signature = seal.sign(signing, _signed_bytes(said))
    return m.EnrolProof(seal.mac(key, b"kiosk", *said.parts).hex(), signature.hex())


def kiosk_knows_code(key: bytes, said: Transcript, proof: m.EnrolProof) -> bool:
    """Return whether a proof was made with the code's key, over this very transcript."""
    return _equal(proof.mac, seal.mac(key, b"kiosk", *said.parts))


def kiosk_owns_sign_key(said: Transcript, proof: m.EnrolProof) -> bool:
    """Return whether a proof is signed by the signing key that it enrols."""
    try:
        signature = bytes.fromhex(proof.signature)
    except ValueError:
        return False
    return seal.verifies(said.sign_key, _signed_bytes(said), signature)


# The hub proves that it knows the code, too, and says who the device now is.


def hub_proof(
    key: bytes, said: Transcript, device_id: str, number: int, name: str, profile: Profile
) -> m.Enrolled:
    """Return the hub's last word; its MAC binds what it names the device."""
    mac = seal.mac(key, b"hub", *said.parts, *_device_parts(device_id, number, name, profile))
    return m.Enrolled(mac.hex(), device_id, number, name, profile)


def hub_knows_code(key: bytes, said: Transcript, enrolled: m.Enrolled) -> bool:
    """Return whether the hub's last word was made with the code's key over this transcript."""
    device = _device_parts(
        enrolled.device_id, enrolled.device_number, enrolled.device_name, enrolled.profile
    )
    return _equal(enrolled.mac, seal.mac(key, b"hub", *said.parts, *device))


def _device_parts(device_id: str, number: int, name: str, profile: Profile) -> tuple[bytes, ...]:
    return (device_id.encode(), str(number).encode(), name.encode(), profile.value.encode())


def _signed_bytes(said: Transcript) -> bytes:
    return _SIGNED_AS + b"".join(said.parts)


def _equal(claimed_hex: str, mac: bytes) -> bool:
    return compare_digest(claimed_hex.encode(), mac.hex().encode())
