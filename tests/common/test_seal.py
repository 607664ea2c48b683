"""Keys, signatures, MACs, and the pairing code as people type it."""

from contextlib import suppress
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import seal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BYTES = st.binary(max_size=40)


def with_check(secret: str) -> str:
    for character in ALPHABET:
        try:
            return seal.read_code(secret + character)
        except ValueError:
            continue
    raise AssertionError(secret)


CODE = with_check("0123456789ABCDE")


def test_a_kept_secret_gives_the_same_keys() -> None:
    curve, signing = seal.new_curve_keys(), seal.new_signing_keys()
    assert seal.curve_keys_of(curve.secret) == curve
    assert seal.signing_keys_of(signing.secret) == signing
    assert len({len(part) for part in (curve.public, curve.secret, signing.public)}) == 1


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_secret_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=str(size)):
        seal.curve_keys_of(bytes(size))
    with pytest.raises(ValueError, match=str(size)):
        seal.signing_keys_of(bytes(size))


@given(BYTES)
def test_a_signature_holds_for_its_message_only(message: bytes) -> None:
    keys, other = seal.signing_keys_of(bytes(32)), seal.signing_keys_of(b"\1" * 32)
    signature = seal.sign(keys, message)
    assert seal.verifies(keys.public, message, signature)
    assert not seal.verifies(keys.public, message + b"\0", signature)
    assert not seal.verifies(other.public, message, signature)
    assert not seal.verifies(keys.public, message, signature[:-1] + bytes([signature[-1] ^ 1]))


@given(BYTES, BYTES, BYTES)
def test_garbage_verifies_nothing(public: bytes, message: bytes, signature: bytes) -> None:
    assert not seal.verifies(public, message, signature)


@pytest.mark.parametrize("first", [0, 1])
def test_weak_public_keys_verify_nothing(first: int) -> None:
    # Points of small order: a signature of zeros would hold for some messages.
    weak = bytes([first]) + bytes(31)
    assert not any(seal.verifies(weak, bytes([n]), weak + bytes(32)) for n in range(64))


# The code.


def test_codes_read_back_and_differ() -> None:
    codes = {seal.new_code() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert len(code) == seal.CODE_LENGTH
        assert set(code) <= set(ALPHABET)
        assert seal.read_code(code) == code
        assert seal.read_code(seal.show_code(code).lower()) == code


def test_a_code_is_shown_in_fours() -> None:
    assert seal.show_code("0123456789ABCDEF") == "0123-4567-89AB-CDEF"


@pytest.mark.parametrize(
    "typed",
    [
        f" {CODE} ",
        f"\t{CODE}\r\n",
        CODE.lower(),
        CODE.replace("0", "O"),
        CODE.replace("0", "o"),
        CODE.replace("1", "l"),
        CODE.replace("1", "I"),
        f"{CODE[:4]}-{CODE[4:8]} – {CODE[8:12]}\N{NO-BREAK SPACE}{CODE[12:]}",
    ],
)
def test_what_hands_do_to_a_code_is_forgiven(typed: str) -> None:
    assert seal.read_code(typed) == CODE


def test_every_single_wrong_character_is_caught() -> None:
    for place in range(seal.CODE_LENGTH):
        for character in set(ALPHABET) - {CODE[place]}:
            with pytest.raises(ValueError, match="wrong"):
                seal.read_code(CODE[:place] + character + CODE[place + 1 :])


def test_nearly_every_swap_of_neighbours_is_caught() -> None:
    caught = missed = 0
    for left, right in combinations(ALPHABET, 2):
        code = with_check("0123456" + left + right + "9ABCDE")
        swapped = code[:7] + right + left + code[9:]
        try:
            seal.read_code(swapped)
            missed += 1
        except ValueError:
            caught += 1
    assert (caught, missed) == (480, 16)  # missed: two characters that stand 16 apart


@pytest.mark.parametrize("typed", ["", "0123", CODE + "0", CODE[:-2] + "U" + CODE[-1], "é" * 16])
def test_what_is_no_code_is_said_so(typed: str) -> None:
    with pytest.raises(ValueError, match="code"):
        seal.read_code(typed)


@given(st.text(max_size=30))
def test_typing_anything_gives_a_code_or_a_value_error(typed: str) -> None:
    with suppress(ValueError):
        assert set(seal.read_code(typed)) <= set(ALPHABET)


# MACs.


def test_the_key_of_a_code_depends_on_code_and_salt() -> None:
    salts = bytes(seal.SALT_BYTES), b"\1" * seal.SALT_BYTES
    keys = {seal.code_key(code, salt) for code in (CODE, "0" * 16) for salt in salts}
    assert len(keys) == 4
    assert seal.code_key(CODE, salts[0]) in keys


@given(st.lists(BYTES, max_size=4), st.lists(BYTES, max_size=4))
def test_two_macs_are_equal_for_the_same_parts_only(one: list[bytes], two: list[bytes]) -> None:
    key = bytes(32)
    assert (seal.mac(key, *one) == seal.mac(key, *two)) is (one == two)


def test_moving_a_byte_between_parts_changes_the_mac() -> None:
    assert seal.mac(bytes(32), b"ab", b"c") != seal.mac(bytes(32), b"a", b"bc")
    assert seal.mac(bytes(32), b"a") != seal.mac(b"\1" * 32, b"a")
