"""The pairing desk: one code, five minutes, five tries, and what each side must prove."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from common import enrolment, seal
from common import messages as m
from common.errors import Problem, Refusal
from common.topics import Profile
from hub.pairing import CODE_LIFE_S, CONVERSATIONS, TRIES, CodeState
from hub.records import devices
from hub.records.devices import Device
from hub.store import FAULTS
from tests.hub.desk_bench import Bench, open_bench

KEY = bytes(range(32))
WRONG = bytes(32)
SALT = bytes(seal.SALT_BYTES)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


@dataclass(slots=True)
class Kiosk:
    """What a kiosk that pairs holds."""

    bench: Bench
    peer: bytes
    signing: seal.SigningKeys
    curve: seal.CurveKeys
    said: enrolment.Transcript | None = None

    def hello(self, seen: bytes | None = None) -> m.EnrolChallenge:
        nonce = seal.random_bytes(seal.NONCE_BYTES).hex()
        hello = m.EnrolHello(self.curve.public.hex(), self.signing.public.hex(), nonce)
        challenge = self.bench.pairing.hello(self.peer, seen or self.curve.public, hello)
        self.said = enrolment.transcript(hello, challenge)
        return challenge

    def made_proof(self, key: bytes = KEY) -> m.EnrolProof:
        assert self.said is not None
        return enrolment.kiosk_proof(key, self.signing, self.said)

    def prove(self, key: bytes = KEY) -> tuple[m.Enrolled, Device]:
        return self.bench.pairing.proof(self.peer, self.made_proof(key))


def kiosk(bench: Bench, peer: bytes = b"p") -> Kiosk:
    return Kiosk(bench, peer, seal.new_signing_keys(), seal.new_curve_keys())


def out(bench: Bench, name: str = "Caisse 1") -> int:
    return bench.pairing.give_out(KEY, SALT, Profile.TILL, name)


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.problem.code


def known(bench: Bench) -> list[Device]:
    return devices.devices(bench.store.db)


def test_the_right_code_enrols_and_both_sides_are_proved(bench: Bench) -> None:
    number = out(bench)
    post = kiosk(bench)
    challenge = post.hello()
    assert challenge.salt == SALT.hex()
    enrolled, device = post.prove()
    assert post.said is not None
    assert enrolment.hub_knows_code(KEY, post.said, enrolled)
    assert not enrolment.hub_knows_code(WRONG, post.said, enrolled)
    assert (device.name, device.profile) == ("Caisse 1", Profile.TILL)
    assert (device.curve_key, device.sign_key) == (post.curve.public, post.signing.public)
    assert known(bench) == [device]
    view = bench.pairing.look(number)
    assert (view.state, view.device_number) == (CodeState.USED, device.number)
    assert not bench.pairing.open
    assert refused(kiosk(bench).hello) == "no_code_out"


def test_without_a_code_nobody_is_answered(bench: Bench) -> None:
    assert not bench.pairing.open
    assert refused(kiosk(bench).hello) == "no_code_out"
    assert refused(lambda: bench.pairing.proof(b"p", m.EnrolProof("00", "00"))) == "no_code_out"


def test_five_wrong_proofs_burn_the_code(bench: Bench) -> None:
    number = out(bench)
    codes = []
    for place in range(TRIES):
        post = kiosk(bench, b"%d" % place)
        post.hello()
        codes.append(refused(lambda post=post: post.prove(WRONG)))  # type: ignore[misc]
        assert bench.pairing.look(number).failures == place + 1
    assert codes == ["wrong_code"] * (TRIES - 1) + ["code_burnt"]
    assert bench.pairing.look(number).state is CodeState.BURNT
    assert not bench.pairing.open
    assert refused(kiosk(bench).hello) == "code_burnt"
    assert known(bench) == []


def test_who_began_before_the_burning_is_not_let_in_after_it(bench: Bench) -> None:
    out(bench)
    early = kiosk(bench, b"early")
    early.hello()
    for _ in range(TRIES):
        post = kiosk(bench)
        post.hello()
        refused(lambda post=post: post.prove(WRONG))  # type: ignore[misc]
    assert refused(early.prove) == "code_burnt"


@pytest.mark.parametrize("signature", ["", "00", "zz", "00" * 64, "00" * 65, "é"])
def test_a_false_signature_counts_as_a_wrong_try(bench: Bench, signature: str) -> None:
    number = out(bench)
    post = kiosk(bench)
    post.hello()
    proof = replace(post.made_proof(), signature=signature)
    assert refused(lambda: bench.pairing.proof(b"p", proof)) == "wrong_code"
    assert bench.pairing.look(number).failures == 1
    assert known(bench) == []


@pytest.mark.parametrize("mac", ["", "zz", "é" * 64, "0" * 63])
def test_a_false_mac_is_a_wrong_try(bench: Bench, mac: str) -> None:
    out(bench)
    post = kiosk(bench)
    post.hello()
    proof = replace(post.made_proof(), mac=mac)
    assert refused(lambda: bench.pairing.proof(b"p", proof)) == "wrong_code"


def test_a_code_lives_five_minutes(bench: Bench) -> None:
    number = out(bench)
    post, late = kiosk(bench), kiosk(bench, b"late")
    late.hello()
    bench.hand.now_s += CODE_LIFE_S - 0.01
    assert bench.pairing.open
    post.hello()
    bench.hand.now_s += 0.01
    assert not bench.pairing.open
    assert refused(late.prove) == refused(post.hello) == "code_expired"
    view = bench.pairing.look(number)
    assert (view.state, view.left_s) == (CodeState.EXPIRED, 0.0)
    assert known(bench) == []


def test_a_new_code_voids_the_one_before(bench: Bench) -> None:
    first = out(bench)
    post = kiosk(bench)
    post.hello()
    second = bench.pairing.give_out(WRONG, SALT, Profile.DEPOT, "Dépôt")
    assert bench.pairing.look(first).state is CodeState.EXPIRED
    assert bench.pairing.look(second).state is CodeState.OUT
    assert refused(post.prove) == "malformed"  # said under the code before
    assert bench.pairing.look(second).failures == 0
    post.hello()
    assert post.prove(WRONG)[1].profile is Profile.DEPOT


def test_a_proof_without_a_hello_is_refused_and_costs_no_try(bench: Bench) -> None:
    number = out(bench)
    other = kiosk(bench, b"other")
    other.hello()
    proof = other.made_proof()
    assert refused(lambda: bench.pairing.proof(b"p", proof)) == "malformed"
    assert bench.pairing.look(number).failures == 0


def test_a_proof_serves_once_and_for_its_own_hello(bench: Bench) -> None:
    number = out(bench)
    post = kiosk(bench)
    post.hello()
    old = post.made_proof()
    assert refused(lambda: post.prove(WRONG)) == "wrong_code"
    assert refused(lambda: bench.pairing.proof(b"p", old)) == "malformed"  # no hello before it
    post.hello()
    assert refused(lambda: bench.pairing.proof(b"p", old)) == "wrong_code"  # of another nonce
    assert bench.pairing.look(number).failures == 2
    post.hello()
    post.prove()


def test_the_key_must_be_the_one_that_curve_saw(bench: Bench) -> None:
    out(bench)
    post = kiosk(bench)
    assert refused(lambda: post.hello(seen=seal.new_curve_keys().public)) == "malformed"
    assert refused(lambda: bench.pairing.proof(b"p", m.EnrolProof("00", "00"))) == "malformed"


@pytest.mark.parametrize("bad", ["", "00", "zz" * 32, "00" * 33, " " + "0" * 63, "é" * 32])
@pytest.mark.parametrize("field", ["curve_key", "sign_key", "nonce"])
def test_parts_that_are_not_32_bytes_are_refused(bench: Bench, field: str, bad: str) -> None:
    out(bench)
    good = m.EnrolHello("11" * 32, "22" * 32, "33" * 32)
    hello = replace(good, **{field: bad})
    seen = bytes.fromhex(good.curve_key)
    assert refused(lambda: bench.pairing.hello(b"p", seen, hello)) == "malformed"


def test_of_two_devices_racing_for_a_code_one_is_enrolled(bench: Bench) -> None:
    out(bench)
    first, second = kiosk(bench, b"1"), kiosk(bench, b"2")
    first.hello()
    second.hello()
    _, device = second.prove()
    assert refused(first.prove) == "no_code_out"
    assert known(bench) == [device]
    assert device.curve_key == second.curve.public


def test_many_hellos_push_out_the_oldest_only(bench: Bench) -> None:
    out(bench)
    posts = [kiosk(bench, b"%d" % number) for number in range(CONVERSATIONS + 1)]
    for post in posts:
        post.hello()
    assert refused(posts[0].prove) == "malformed"
    posts[1].prove()


def test_a_database_that_fails_enrols_nobody_and_leaves_the_code(bench: Bench) -> None:
    number = out(bench)
    post = kiosk(bench)
    post.hello()
    bench.store.db.execute("ALTER TABLE device RENAME TO hidden")
    with pytest.raises(FAULTS):
        post.prove()
    bench.store.db.execute("ALTER TABLE hidden RENAME TO device")
    assert bench.pairing.look(number).state is CodeState.OUT
    post.hello()
    post.prove()
    assert len(known(bench)) == 1


def test_a_code_that_nobody_could_use_is_void_and_says_why(bench: Bench) -> None:
    problem = Problem("port_in_use", {"port": 47802})
    bench.pairing.withdraw(problem)
    number = bench.pairing.give_out(KEY, SALT, Profile.TILL, "Caisse 1")
    bench.pairing.withdraw(problem)
    view = bench.pairing.look(number)
    assert (view.state, view.problem) == (CodeState.VOID, problem)
    assert not bench.pairing.open
    bench.hand.now_s += CODE_LIFE_S
    assert bench.pairing.look(number).state is CodeState.VOID
    again = bench.pairing.give_out(KEY, SALT, Profile.TILL, "Caisse 1")
    assert (bench.pairing.look(again).state, bench.pairing.look(again).problem) == ("out", None)
