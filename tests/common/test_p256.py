"""The second signature: the standard's own example, one signature a message, garbage refused."""

import pytest

from common.journal import canon
from common.journal.record import ED25519, Signer, all_hold, is_checked, signed_by
from common.p256 import (
    P256,
    P256Signer,
    is_available,
    new_p256_keys,
    p256_keys_of,
    p256_verifies,
)
from tests.hub.journals import signing_keys

pytestmark = pytest.mark.skipif(not is_available(), reason="cryptography is not installed")
# RFC 6979, A.2.5: P-256 with SHA-256, the message "sample".
SECRET = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
PUBLIC_X = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
SIGNATURE = (
    "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
)


def test_the_standards_example() -> None:
    keys = p256_keys_of(SECRET)
    assert keys.public.hex().upper()[2:] == PUBLIC_X
    assert P256Signer(keys).sign(b"sample").hex().upper() == SIGNATURE
    assert p256_verifies(keys.public, b"sample", bytes.fromhex(SIGNATURE))
    assert not p256_verifies(keys.public, b"Sample", bytes.fromhex(SIGNATURE))


def test_fresh_keys_are_kept_by_their_secret() -> None:
    keys = new_p256_keys()
    assert p256_keys_of(keys.secret) == keys
    assert (len(keys.public), len(keys.secret)) == (33, 32)
    assert keys.secret.hex() not in repr(keys)


@pytest.mark.parametrize("secret", [b"", b"\0" * 32, b"\xff" * 32, b"7" * 31, b"7" * 33])
def test_what_is_no_secret_is_refused(secret: bytes) -> None:
    with pytest.raises(ValueError, match=r"secret|private|[Ii]nvalid|key"):
        p256_keys_of(secret)


@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\xff" * 64, b"7" * 63, b"7" * 65])
def test_garbage_is_no_signature(signature: bytes) -> None:
    public = p256_keys_of(SECRET).public
    assert not p256_verifies(public, b"sample", signature)
    for other in (b"", b"\2" * 33, b"\0" * 33, public[:-1]):
        assert not p256_verifies(other, b"sample", bytes.fromhex(SIGNATURE))


def test_a_record_bears_both_signatures_and_needs_both() -> None:
    signer = Signer(signing_keys(1), p256_keys_of(SECRET))
    assert list(signer.keys) == [ED25519, P256]
    publics = {signer.keys[name]: bytes.fromhex(key) for name, key in signer.publics.items()}
    signed = signer.sign(b"{}")
    message = canon.signed_message(b"{}")
    assert signed_by(signed, signer.keys, publics)
    assert is_checked(P256)
    assert not is_checked("rsa")
    for name in (ED25519, P256):
        alone = {name: signed.signatures[name]}
        assert not all_hold(message, alone, signer.keys, publics)
        wrong = {**signed.signatures, name: "00" * 64}
        assert not all_hold(message, wrong, signer.keys, publics), name
    other = Signer(signing_keys(1), new_p256_keys())
    assert not signed_by(other.sign(b"{}"), signer.keys, publics)
    first = {ED25519: signer.keys[ED25519]}
    assert all_hold(message, {ED25519: signed.signatures[ED25519]}, first, publics)


def test_no_second_signature_stands_alone() -> None:
    signer = Signer(signing_keys(1), p256_keys_of(SECRET))
    publics = {signer.keys[P256]: bytes.fromhex(signer.publics[P256])}
    alone = {P256: signer.signatures(b"x")[P256]}
    assert not all_hold(b"x", alone, {P256: signer.keys[P256]}, publics)
