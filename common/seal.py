"""Keys, signatures, MACs, sealed values and the pairing code: the only file that imports nacl.

Keys are 32 raw bytes; in messages and files they stand as hex. Randomness comes from nacl, except
where a caller hands it in. Stores nothing.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import nacl.bindings
import nacl.encoding
import nacl.exceptions
import nacl.hash
import nacl.pwhash.argon2id
import nacl.utils
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

CODE_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_DASHES: Final = "-‐‑‒–—"
CODE_LENGTH: Final = 16
_SECRET_CHARS: Final = CODE_LENGTH - 1
SALT_BYTES: Final = nacl.pwhash.argon2id.SALTBYTES
NONCE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class CurveKeys:
    """A CURVE25519 pair: 32 bytes each."""

    public: bytes
    secret: bytes


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """An Ed25519 pair: 32 bytes each; `secret` is the seed."""

    public: bytes
    secret: bytes


def new_curve_keys() -> CurveKeys:
    """Return a fresh pair for CURVE."""
    key = PrivateKey.generate()
    return CurveKeys(bytes(key.public_key), bytes(key))


def curve_keys_of(secret: bytes) -> CurveKeys:
    """Return the pair of a kept secret; raises ValueError where it is not 32 bytes."""
    if len(secret) != PrivateKey.SIZE:
        raise ValueError(f"a CURVE secret has {PrivateKey.SIZE} bytes, not {len(secret)}")
    return CurveKeys(bytes(PrivateKey(secret).public_key), secret)


def new_signing_keys() -> SigningKeys:
    """Return a fresh pair for signatures."""
    key = SigningKey.generate()
    return SigningKeys(bytes(key.verify_key), bytes(key))


def signing_keys_of(secret: bytes) -> SigningKeys:
    """Return the pair of a kept seed; raises ValueError where it is not 32 bytes."""
    if len(secret) != nacl.bindings.crypto_sign_SEEDBYTES:
        raise ValueError(f"an Ed25519 seed has 32 bytes, not {len(secret)}")
    return SigningKeys(bytes(SigningKey(secret).verify_key), secret)


def sign(keys: SigningKeys, message: bytes) -> bytes:
    """Return the 64-byte Ed25519 signature of a message."""
    return SigningKey(keys.secret).sign(message).signature


class Signer:
    """Signs many messages by one pair: to make the key of its seed costs as much as a signature."""

    def __init__(self, keys: SigningKeys) -> None:
        self._key = SigningKey(keys.secret)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of a message."""
        return self._key.sign(message).signature


def verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature is this key's over this message; False for garbage, too."""
    try:
        VerifyKey(public).verify(message, signature)
    except (nacl.exceptions.BadSignatureError, nacl.exceptions.CryptoError, ValueError, TypeError):
        return False
    return True


def random_bytes(count: int) -> bytes:
    """Return bytes nobody can guess."""
    return nacl.utils.random(count)


# The pairing code: 15 Crockford base32 characters (75 bits) and a check character.


def new_code() -> str:
    """Return a fresh code, 16 characters without separators."""
    secret = "".join(CODE_ALPHABET[byte & 31] for byte in random_bytes(_SECRET_CHARS))
    return secret + _check_character(secret)


def show_code(code: str) -> str:
    """Return a code in groups of four, as people read and type it."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """Return what a person typed as a code; raises ValueError saying what is wrong.

    Case, spaces, dashes, and O for 0, I or L for 1 are forgiven.
    """
    kept = (c for c in typed.upper() if not c.isspace() and c not in _DASHES)
    code = "".join(kept).translate(_LOOKALIKE)
    if len(code) != CODE_LENGTH:
        raise ValueError(f"a code has {CODE_LENGTH} characters, this has {len(code)}")
    strange = [c for c in code if c not in CODE_ALPHABET]
    if strange:
        raise ValueError(f"a code has no {strange[0]!r}")
    if _check_character(code[:-1]) != code[-1]:
        raise ValueError("the check character does not fit: one character is wrong")
    return code


def _check_character(secret: str) -> str:
    """Return one of 32 characters that catches any single wrong one and most swaps."""
    total = 0
    for place, character in enumerate(secret):
        total += (2 * place + 1) * CODE_ALPHABET.index(character)
    return CODE_ALPHABET[total % 32]


def code_key(code: str, salt: bytes) -> bytes:
    """Return the 32-byte key that Argon2id makes of a code; takes tens of milliseconds."""
    return nacl.pwhash.argon2id.kdf(
        32,
        code.encode(),
        salt,
        opslimit=nacl.pwhash.argon2id.OPSLIMIT_INTERACTIVE,
        memlimit=nacl.pwhash.argon2id.MEMLIMIT_INTERACTIVE,
    )


def mac(key: bytes, *parts: bytes) -> bytes:
    """Return the keyed BLAKE2b of parts, each bound with its length."""
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return nacl.hash.blake2b(message, key=key, encoder=nacl.encoding.RawEncoder)


# PINs. Few digits: what keeps them is the cost of a try, and a pepper that lies somewhere else.


@dataclass(frozen=True, slots=True)
class PinCost:
    """What one try costs: passes, and bytes of memory."""

    passes: int
    memory_bytes: int


PIN_COST: Final = PinCost(
    nacl.pwhash.argon2id.OPSLIMIT_INTERACTIVE, nacl.pwhash.argon2id.MEMLIMIT_INTERACTIVE
)
LEAST_PIN_COST: Final = PinCost(
    nacl.pwhash.argon2id.OPSLIMIT_MIN, nacl.pwhash.argon2id.MEMLIMIT_MIN
)
"""The least that Argon2id can cost: for tests that are not about it."""


def pin_pepper(secret: bytes) -> bytes:
    """Return the 32 bytes that are mixed into PINs, from a secret that lies apart from them."""
    return mac(secret, b"pepper of PINs")


def pin_verifier(pin: str, pepper: bytes, cost: PinCost = PIN_COST) -> str:
    """Return by what a PIN is known again: Argon2id with its salt and cost, as text.

    Takes a tenth of a second and more. Without `pepper` nobody can try PINs against it.
    """
    made = nacl.pwhash.argon2id.str(
        mac(pepper, pin.encode()), opslimit=cost.passes, memlimit=cost.memory_bytes
    )
    return made.rstrip(b"\0").decode("ascii")


def pin_fits(verifier: str, pin: str, pepper: bytes) -> bool:
    """Return whether a verifier was made of this PIN; False for garbage, too. Takes as long."""
    try:
        return bool(
            nacl.pwhash.argon2id.verify(verifier.encode("ascii"), mac(pepper, pin.encode()))
        )
    except (nacl.exceptions.CryptoError, ValueError, TypeError):
        return False


# Values at rest: sealed one by one, each bound to the place where it lies.

STORE_KEY_BYTES: Final = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_KEYBYTES
_SEAL_NONCE_BYTES: Final = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES


class Sealer:
    """Seals values under a secret of 32 bytes. `mark`: 8 bytes that name the secret to nobody else.

    A value is its nonce, the ciphertext and a tag. The nonce is the keyed hash of place and value:
    none is ever used for two values, and the same value in the same place is the same bytes.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) != STORE_KEY_BYTES:
            raise ValueError(f"a key for values has {STORE_KEY_BYTES} bytes, not {len(secret)}")
        self._key = blake2b(b"seal", key=secret, digest_size=STORE_KEY_BYTES).digest()
        self._nonce_key = blake2b(b"nonce", key=secret, digest_size=32).digest()
        self.mark = blake2b(b"mark", key=secret, digest_size=8).digest()

    def seal(self, place: bytes, value: bytes) -> bytes:
        """Return a value as it may lie in this place and in no other."""
        whole = b"".join((len(place).to_bytes(4, "big"), place, value))
        nonce = blake2b(whole, key=self._nonce_key, digest_size=_SEAL_NONCE_BYTES).digest()
        encrypt = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt
        return nonce + encrypt(value, place, nonce, self._key)

    def open(self, place: bytes, sealed: bytes) -> bytes | None:
        """Return what was sealed; None for another key, another place, or a bit that flipped."""
        nonce, ciphertext = sealed[:_SEAL_NONCE_BYTES], sealed[_SEAL_NONCE_BYTES:]
        try:
            return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
                ciphertext, place, nonce, self._key
            )
        except (nacl.exceptions.CryptoError, ValueError, TypeError):
            return None


# Sealed files: a stream under a key of its own, which is sealed to public keys.

STREAM_EXTRA_BYTES: Final = nacl.bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_LAST: Final = nacl.bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_MORE: Final = nacl.bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
FILE_KEY_COST: Final = PinCost(
    nacl.pwhash.argon2id.OPSLIMIT_MODERATE, nacl.pwhash.argon2id.MEMLIMIT_MODERATE
)
"""Of a passphrase that keeps a key file: a second and 256 MiB for each guess."""


def seal_to(public: bytes, secret: bytes) -> bytes:
    """Return a secret that only the owner of a CURVE25519 key can open."""
    return SealedBox(PublicKey(public)).encrypt(secret)


def open_sealed(keys: CurveKeys, sealed: bytes) -> bytes | None:
    """Return what was sealed to these keys, None where it was not."""
    try:
        return SealedBox(PrivateKey(keys.secret)).decrypt(sealed)
    except (nacl.exceptions.CryptoError, ValueError, TypeError):
        return None


class StreamSealer:
    """Seals chunks, one after the other. `head` (24 bytes) goes with them."""

    def __init__(self, key: bytes) -> None:
        self._state = nacl.bindings.crypto_secretstream_xchacha20poly1305_state()
        push = nacl.bindings.crypto_secretstream_xchacha20poly1305_init_push
        self.head: bytes = push(self._state, key)

    def seal(self, chunk: bytes, bound: bytes, last: bool) -> bytes:
        """Return a chunk, bound to `bound` and to its place; `STREAM_EXTRA_BYTES` longer."""
        push = nacl.bindings.crypto_secretstream_xchacha20poly1305_push
        sealed: bytes = push(self._state, chunk, bound, _LAST if last else _MORE)
        return sealed


class StreamOpener:
    """Opens chunks in the order in which they were sealed."""

    def __init__(self, key: bytes, head: bytes) -> None:
        self._state = nacl.bindings.crypto_secretstream_xchacha20poly1305_state()
        nacl.bindings.crypto_secretstream_xchacha20poly1305_init_pull(self._state, head, key)

    def open(self, sealed: bytes, bound: bytes) -> tuple[bytes, bool]:
        """Return a chunk and whether it was the last; raises ValueError where it is altered."""
        try:
            pull = nacl.bindings.crypto_secretstream_xchacha20poly1305_pull
            chunk, tag = pull(self._state, sealed, bound)
        except (nacl.exceptions.CryptoError, RuntimeError, TypeError) as error:
            raise ValueError("a sealed part has been altered") from error
        return chunk, tag == _LAST


def passphrase_key(passphrase: str, salt: bytes, cost: PinCost = FILE_KEY_COST) -> bytes:
    """Return the 32-byte key that Argon2id makes of a passphrase."""
    return nacl.pwhash.argon2id.kdf(
        32, passphrase.encode(), salt, opslimit=cost.passes, memlimit=cost.memory_bytes
    )
