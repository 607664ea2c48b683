"""What a pairing QR code says: the code, which hub it is, and where that hub answers.

Owns the text's format, its making and its strict reading. Capital letters and digits only: the
smallest QR codes hold them, and a scanner that poses as a keyboard types them on any layout. Pure;
drawing and scanning are others' business.
"""

from dataclasses import dataclass
from hashlib import blake2b
from ipaddress import AddressValueError, IPv4Address
from typing import Final

from common import seal

PREFIX: Final = "COMPTOIR1"
"""Every such text begins so; the last character is the format's version."""
MAX_HOSTS: Final = 4
MAX_LENGTH: Final = 165
"""Characters of the longest text."""

_KEY_BYTES: Final = 32
_FIXED_BYTES: Final = 2 * _KEY_BYTES + 2
_HOST_BYTES: Final = 4
_CHECK_BYTES: Final = 5
_CODE_END: Final = len(PREFIX) + seal.CODE_LENGTH


class InvitationError(ValueError):
    """A text that is no invitation; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """`code`: 16 characters; `identity`, `curve_key`: the hub's, 32 bytes each; `hosts`: one to
    four IPv4 addresses, in the order in which to ask them."""

    code: str
    identity: bytes
    curve_key: bytes
    card_port: int
    hosts: tuple[str, ...]


def looks_like_invitation(text: str) -> bool:
    """Return whether a text means to be one, of whatever version, whole or not."""
    return text.strip().upper().startswith(PREFIX[:-1])


def write(invitation: Invitation) -> str:
    """Return the text; raises InvitationError for values that it cannot hold."""
    try:
        code = seal.read_code(invitation.code)
    except ValueError as error:
        raise InvitationError(str(error)) from error
    keys = invitation.identity, invitation.curve_key
    if any(len(key) != _KEY_BYTES for key in keys):
        raise InvitationError(f"a key has {_KEY_BYTES} bytes")
    if not 1 <= invitation.card_port <= 65535:
        raise InvitationError(f"{invitation.card_port} is no port")
    if not 1 <= len(invitation.hosts) <= MAX_HOSTS:
        raise InvitationError(f"a hub has 1 to {MAX_HOSTS} addresses here")
    hosts = b"".join(_packed(host) for host in invitation.hosts)
    body = b"".join(keys) + invitation.card_port.to_bytes(2, "big") + hosts
    return PREFIX + code + _letters(body + _check(code, body))


def read(text: str) -> Invitation:
    """Return what a text says; raises InvitationError. Small letters and outer spaces count not.

    There is one text for each invitation, and nothing else is read.
    """
    plain = text.strip().upper()
    if not looks_like_invitation(plain):
        raise InvitationError("it does not begin as one")
    if len(plain) < len(PREFIX) or not plain.startswith(PREFIX):
        raise InvitationError("it is of another version of Comptoir")
    if len(plain) > MAX_LENGTH:
        raise InvitationError(f"it has {len(plain)} characters, the longest has {MAX_LENGTH}")
    code, raw = plain[len(PREFIX) : _CODE_END], _bytes(plain[_CODE_END:])
    body, check = raw[:-_CHECK_BYTES], raw[-_CHECK_BYTES:]
    count, rest = divmod(len(body) - _FIXED_BYTES, _HOST_BYTES)
    if not 1 <= count <= MAX_HOSTS or rest:
        raise InvitationError("a part of it is missing")
    if check != _check(code, body):
        raise InvitationError("its check does not fit: a character is wrong or missing")
    packed = (body[at : at + _HOST_BYTES] for at in range(_FIXED_BYTES, len(body), _HOST_BYTES))
    invitation = Invitation(
        code,
        body[:_KEY_BYTES],
        body[_KEY_BYTES : 2 * _KEY_BYTES],
        int.from_bytes(body[_FIXED_BYTES - 2 : _FIXED_BYTES], "big"),
        tuple(str(IPv4Address(host)) for host in packed),
    )
    if write(invitation) != plain:
        raise InvitationError("it is written in another way than such texts are")
    return invitation


def _packed(host: str) -> bytes:
    try:
        address = IPv4Address(host)
    except AddressValueError as error:
        raise InvitationError(f"{host!r} is no IPv4 address") from error
    if address.is_unspecified or address.is_multicast or address.is_reserved:
        raise InvitationError(f"nobody answers at {host}")
    return address.packed


def _check(code: str, body: bytes) -> bytes:
    said = (PREFIX + code).encode() + body
    return blake2b(said, digest_size=_CHECK_BYTES).digest()


def _letters(raw: bytes) -> str:
    """Return bytes as characters of 5 bits each, filled up with zero bits at the end."""
    count = -(-len(raw) * 8 // 5)
    number = int.from_bytes(raw, "big") << (count * 5 - len(raw) * 8)
    places = range(5 * (count - 1), -1, -5)
    return "".join(seal.CODE_ALPHABET[number >> place & 31] for place in places)


def _bytes(letters: str) -> bytes:
    number = 0
    for letter in letters:
        value = seal.CODE_ALPHABET.find(letter)
        if value < 0:
            raise InvitationError(f"it has no {letter!r}")
        number = number << 5 | value
    size = len(letters) * 5 // 8
    return (number >> (len(letters) * 5 - size * 8)).to_bytes(size, "big")
