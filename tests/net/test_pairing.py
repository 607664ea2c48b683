"""Pairing over real sockets: with the real hub, and with machines that only pose as one."""

import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from shop_processes import HubProcess, free_ports

from common import messages as m
from common import seal
from common.errors import Refusal
from common.topics import Profile
from kiosk.config import Address, only_kiosk
from kiosk.device import read_device
from kiosk.enrol import enrol, pair
from kiosk.keys import new_keys, read_keys
from tests.net.conftest import Street
from tests.net.fake_hub import FakeHub

pytestmark = [pytest.mark.net]


def address(hub: HubProcess) -> Address:
    return Address("127.0.0.1", hub.network.card_port)


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.problem.code


@pytest.fixture
def fake() -> Iterator[FakeHub]:
    hub = FakeHub()
    yield hub
    hub.close()


def test_a_post_is_paired_by_the_code_and_by_nothing_else(street: Street) -> None:
    hub = street.hub(street.folder(articles=0))
    folder = street.root / "till"
    wrong = seal.show_code(seal.new_code())
    assert refused(lambda: pair(folder, address(hub), wrong, step_s=1.0)) == "no_code_out"
    code = hub.new_code("till", "Caisse 1")
    assert refused(lambda: pair(folder, address(hub), wrong)) == "wrong_code"
    assert refused(lambda: pair(folder, address(hub), "K" * 15)) == "mistyped_code"
    assert read_device(folder) is None
    assert not (folder / "keys").exists()

    device = pair(folder, address(hub), code.lower().replace("0", "o"))
    assert (device.name, device.profile) == ("Caisse 1", Profile.TILL)
    assert read_device(folder) == device
    keys = read_keys(folder)
    modes = [stat.S_IMODE(p.stat().st_mode) for p in sorted((folder / "keys").iterdir())]
    assert modes == [0o600, 0o600]
    assert stat.S_IMODE((folder / "keys").stat().st_mode) == 0o700
    assert refused(lambda: pair(folder, address(hub), code)) == "already_paired"
    assert read_keys(folder) == keys
    second = street.root / "second"
    assert refused(lambda: pair(second, address(hub), code, step_s=1.0)) == "no_code_out"


def rests(call: Callable[[], Any]) -> str:
    """Return with which code a call is refused, and see that it waits for that without work."""
    began_s, worked_s = time.monotonic(), time.thread_time()
    code = refused(call)
    assert time.thread_time() - worked_s < 0.2 * (time.monotonic() - began_s)
    return code


def test_who_waits_in_vain_rests(fake: FakeHub) -> None:
    here = Address("127.0.0.1", fake.card_port)

    def try_it() -> None:
        enrol(here, seal.new_code(), new_keys(), step_s=0.5)

    fake.enrolment_port = free_ports(1)
    assert rests(try_it) == "no_code_out"
    fake.on_card = lambda _asked: []
    assert rests(try_it) == "hub_unreachable"


def test_five_wrong_tries_burn_the_code(street: Street) -> None:
    hub = street.hub(street.folder(articles=0))
    code = hub.new_code("depot", "Dépôt")
    wrong = seal.new_code()
    tries = [refused(lambda: enrol(address(hub), wrong, new_keys(), step_s=10.0)) for _ in range(5)]
    assert tries == ["wrong_code"] * 4 + ["code_burnt"]
    plain = seal.read_code(code)
    after = refused(lambda: enrol(address(hub), plain, new_keys(), step_s=1.0))
    assert after in ("no_code_out", "code_burnt")


def test_nobody_there_is_said_in_time() -> None:
    nowhere = Address("127.0.0.1", free_ports(1))
    with pytest.raises(Refusal) as caught:
        enrol(nowhere, seal.new_code(), new_keys(), step_s=0.3)
    assert caught.value.problem.code == "hub_unreachable"
    assert str(nowhere) in caught.value.problem.text()


def test_a_folder_in_use_is_not_paired(tmp_path: Path) -> None:
    code = seal.new_code()
    with only_kiosk(tmp_path):
        assert refused(lambda: pair(tmp_path, Address("127.0.0.1", 9), code)) == "folder_in_use"


def test_a_hub_that_does_not_know_the_code_is_found_out(fake: FakeHub) -> None:
    code = seal.new_code()
    here = Address("127.0.0.1", fake.card_port)
    assert refused(lambda: enrol(here, code, new_keys())) == "false_hub"
    fake.code = code
    device = enrol(here, code, new_keys())
    assert device.hub.identity == fake.identity.public.hex()
    assert (device.hub.commands_port, device.hub.card_port) == (fake.commands_port, fake.card_port)


def _other_identity(answer: Any) -> Any:
    other = seal.new_signing_keys().public.hex()
    return replace(answer, identity=other) if isinstance(answer, m.EnrolChallenge) else answer


def _other_curve_key(answer: Any) -> Any:
    other = seal.new_curve_keys().public.hex()
    return replace(answer, hub_curve_key=other) if isinstance(answer, m.EnrolChallenge) else answer


def _other_salt(answer: Any) -> Any:
    return replace(answer, salt="00") if isinstance(answer, m.EnrolChallenge) else answer


def _other_profile(answer: Any) -> Any:
    return replace(answer, profile=Profile.OFFICE) if isinstance(answer, m.Enrolled) else answer


@pytest.mark.parametrize("lie", [_other_identity, _other_curve_key, _other_salt, _other_profile])
def test_who_changes_what_is_said_is_found_out(fake: FakeHub, lie: Callable[[Any], Any]) -> None:
    fake.code = seal.new_code()
    fake.on_enrol = lie
    here = Address("127.0.0.1", fake.card_port)
    assert refused(lambda: enrol(here, fake.code, new_keys())) == "false_hub"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"nonsense", "malformed"),
        (m.Pong(1, 2), "malformed"),
        (m.Refused("code_expired"), "code_expired"),
        (m.Refused("of_a_newer_hub"), "not_available"),
    ],
)
def test_other_answers_are_said_in_words(fake: FakeHub, answer: Any, code: str) -> None:
    fake.on_enrol = lambda _answer: answer
    here = Address("127.0.0.1", fake.card_port)
    assert refused(lambda: enrol(here, seal.new_code(), new_keys())) == code


def test_a_shut_enrolment_door_means_that_no_code_is_out(fake: FakeHub) -> None:
    fake.admits = False
    here = Address("127.0.0.1", fake.card_port)
    assert refused(lambda: enrol(here, seal.new_code(), new_keys())) == "no_code_out"
