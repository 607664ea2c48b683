"""Who gets in: every door, every mechanism, every kind of key."""

import pytest

from common.topics import KIOSK_PROFILES, Profile
from hub.doors import CARD, COMMANDS, ENROLMENT, Doors, Knock
from hub.records.devices import ACTIVE
from tests.hub.desk_bench import device

DOMAINS = (COMMANDS, CARD, ENROLMENT, *(profile.value for profile in KIOSK_PROFILES), "", "global")
POSTS = {profile: device(number, profile) for number, profile in enumerate(Profile, 1)}
STRANGER = b"\xff" * 32


def allowed(domain: str, profile: Profile | None, opened: bool) -> bool:
    """What the design says, for CURVE with one key; `profile` None: a key nobody enrolled."""
    if domain == ENROLMENT:
        return opened
    if profile is None or domain == CARD:
        return False
    return domain == COMMANDS or (domain == profile.value and profile is not Profile.CONSOLE)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("profile", [*Profile, None])
@pytest.mark.parametrize("opened", [False, True])
def test_a_curve_key_enters_its_own_doors(
    domain: str, profile: Profile | None, opened: bool
) -> None:
    doors = Doors(POSTS.values())
    doors.enrolment_open = opened
    key = STRANGER if profile is None else POSTS[profile].curve_key
    user = doors.decide(Knock(domain, b"CURVE", (key,)))
    if not allowed(domain, profile, opened):
        assert user is None
    elif domain == ENROLMENT:
        assert user == key.hex()
    else:
        assert profile is not None
        assert user == POSTS[profile].id


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("mechanism", [b"NULL", b"PLAIN", b"GSSAPI", b"curve", b""])
@pytest.mark.parametrize("profile", Profile)
def test_only_the_card_is_open_without_curve(
    domain: str, mechanism: bytes, profile: Profile
) -> None:
    doors = Doors(POSTS.values())
    doors.enrolment_open = True
    user = doors.decide(Knock(domain, mechanism, (POSTS[profile].curve_key,)))
    assert user == ("anyone" if (domain, mechanism) == (CARD, b"NULL") else None)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("count", [0, 2])
def test_curve_brings_exactly_one_key(domain: str, count: int) -> None:
    doors = Doors(POSTS.values())
    doors.enrolment_open = True
    keys = (POSTS[Profile.TILL].curve_key,) * count
    assert doors.decide(Knock(domain, b"CURVE", keys)) is None


@pytest.mark.parametrize("state", ["revoked", "", "ACTIVE"])
@pytest.mark.parametrize("domain", DOMAINS)
def test_a_device_that_is_not_active_enters_nowhere(domain: str, state: str) -> None:
    post = device(9, Profile.TILL, state)
    doors = Doors([post])
    assert doors.decide(Knock(domain, b"CURVE", (post.curve_key,))) is None
    assert doors.device(post.id) is None


@pytest.mark.parametrize("key", [b"", b"\0" * 31, POSTS[Profile.TILL].curve_key + b"\0"])
def test_a_key_of_another_length_enters_nowhere(key: bytes) -> None:
    assert Doors(POSTS.values()).decide(Knock(COMMANDS, b"CURVE", (key,))) is None


def test_a_device_enters_from_the_moment_it_is_admitted() -> None:
    doors = Doors([])
    post = device(3, Profile.DEPOT, ACTIVE)
    knock = Knock("depot", b"CURVE", (post.curve_key,))
    assert doors.decide(knock) is None
    doors.admit(post)
    assert doors.decide(knock) == post.id
    assert doors.device(post.id) == post
    assert doors.device("anyone") is None
