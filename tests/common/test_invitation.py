"""The text of a pairing QR code: what it holds, who can type it, and what is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import invitation as inv
from common import seal
from common.card import fingerprint

# Of the 45 characters of a QR code's alphanumeric mode, those that lie alike on any keyboard.
TYPED = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
ONE = inv.Invitation(
    "0123456789ABCDEX", bytes(range(32)), bytes(range(32, 64)), 47801, ("192.168.1.20",)
)


def code_of(secret: str) -> str:
    return next(secret + last for last in seal.CODE_ALPHABET if _is_code(secret + last))


def _is_code(text: str) -> bool:
    try:
        return seal.read_code(text) == text
    except ValueError:
        return False


KEYS = st.binary(min_size=32, max_size=32)
CODES = st.text(seal.CODE_ALPHABET, min_size=15, max_size=15).map(code_of)
# No address of the groups that nobody answers at: 0.0.0.0, and from 224.0.0.0 on.
HOSTS = st.ip_addresses(v=4).map(str).filter(lambda host: 1 <= int(host.split(".")[0]) < 224)
INVITATIONS = st.builds(
    inv.Invitation,
    CODES,
    KEYS,
    KEYS,
    st.integers(1, 65535),
    st.lists(HOSTS, min_size=1, max_size=inv.MAX_HOSTS).map(tuple),
)


def test_the_format_stays_as_released() -> None:
    one = replace(ONE, code=code_of("0123456789ABCDE"))
    text = inv.write(one)
    assert text == (
        "COMPTOIR10123456789ABCDEQ"
        "000G40R40M30E209185GR38E1W8124GK2GAHC5RR34D1P70X3RFJ"
        "08924CJ2A9H750MJMASC5MQ2YC1H68SK8D9P6WW3JEHV7GYKWFXTQ70AG08M0M4HBVBN"
    )
    assert inv.read(text) == one


@given(INVITATIONS)
def test_what_is_written_is_read(invitation: inv.Invitation) -> None:
    text = inv.write(invitation)
    assert set(text) <= TYPED
    assert len(text) <= inv.MAX_LENGTH
    assert inv.read(f" {text.lower()}\r\n") == invitation


@given(INVITATIONS, st.data())
def test_one_wrong_character_is_refused(invitation: inv.Invitation, data: st.DataObject) -> None:
    text = inv.write(invitation)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(sorted(TYPED - {text[place]})))
    with pytest.raises(inv.InvitationError):
        inv.read(text[:place] + other + text[place + 1 :])


@given(INVITATIONS, st.data())
def test_what_a_scanner_dropped_is_refused(invitation: inv.Invitation, data: st.DataObject) -> None:
    text = inv.write(invitation)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    with pytest.raises(inv.InvitationError):
        inv.read(text[:start] + text[end:])


@given(st.text())
def test_garbage_is_one_error(text: str) -> None:
    with pytest.raises(inv.InvitationError):
        inv.read(text)


@given(st.text(sorted(TYPED), max_size=200), st.sampled_from(["", "COMPTOIR", inv.PREFIX]))
def test_garbage_that_begins_well_is_one_error(rest: str, start: str) -> None:
    with pytest.raises(inv.InvitationError):
        inv.read(start + rest)


@given(st.binary(max_size=120))
def test_garbage_with_a_right_check_is_one_error_or_the_one_text(body: bytes) -> None:
    code = code_of("0" * 15)
    text = inv.PREFIX + code + inv._letters(body + inv._check(code, body))
    try:
        assert inv.write(inv.read(text)) == text
    except inv.InvitationError:
        return


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "K" * 15 + "0"},
        {"code": ""},
        {"identity": b"short"},
        {"curve_key": bytes(33)},
        {"card_port": 0},
        {"card_port": 65536},
        {"hosts": ()},
        {"hosts": ("10.0.0.1",) * 5},
        {"hosts": ("0.0.0.0",)},
        {"hosts": ("224.0.0.1",)},
        {"hosts": ("255.255.255.255",)},
        {"hosts": ("hub.local",)},
        {"hosts": ("fe80::1",)},
    ],
)
def test_what_it_cannot_hold_is_refused(wrong: dict[str, object]) -> None:
    good = replace(ONE, code=code_of("0123456789ABCDE"))
    inv.write(good)
    with pytest.raises(inv.InvitationError):
        inv.write(replace(good, **wrong))  # type: ignore[arg-type]


def test_a_later_version_is_said_to_be_one() -> None:
    with pytest.raises(inv.InvitationError, match="another version"):
        inv.read("COMPTOIR2ABC")
    assert inv.looks_like_invitation("comptoir2abc")
    assert not inv.looks_like_invitation("3760091720122")


def test_a_fingerprint_is_the_keys_beginning() -> None:
    assert fingerprint("3fa291c077de0b12" + "0" * 48) == "3fa2 91c0 77de 0b12"
