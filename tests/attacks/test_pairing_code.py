"""What somebody on the shop's network could try while a pairing code is out, or when none is."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from shop_processes import HOST, HubProcess

from common import enrolment, seal
from common import messages as m
from common.errors import Refusal
from common.topics import Profile
from hub.pairing import CODE_LIFE_S, CONVERSATIONS, TRIES, CodeState
from kiosk.config import Address
from kiosk.enrol import enrol
from kiosk.keys import new_keys
from tests.hub.desk_bench import Bench, open_bench
from tests.hub.test_pairing import KEY, WRONG, kiosk, known, out, refused
from tests.net.conftest import Street, street

pytestmark = [pytest.mark.attack]
__all__ = ["street"]
PATIENCE_S = 10.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


def address(hub: HubProcess) -> Address:
    return Address(HOST, hub.network.card_port)


def knock(port: int) -> bool:
    """Return whether anybody listens there."""
    try:
        socket.create_connection((HOST, port), timeout=PATIENCE_S).close()
    except ConnectionRefusedError:
        return False
    return True


def wait_until(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE_S
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


@pytest.mark.net
def test_the_door_is_shut_when_no_code_is_out(street: Street) -> None:
    """Knock at the pairing port while no code is out: nobody listens, before it and after it."""
    hub = street.hub(street.folder(articles=0))
    port = hub.network.enrolment_port
    assert not knock(port)
    code = seal.read_code(hub.new_code("till", "Caisse 1"))
    assert knock(port)
    enrol(address(hub), code, new_keys())
    assert wait_until(lambda: not knock(port))


@pytest.mark.net
def test_codes_guessed_at_once_from_many_connections(street: Street) -> None:
    """Guess the code from eight connections at once: five wrong tries in all burn it for good."""
    hub = street.hub(street.folder(articles=0))
    code = seal.read_code(hub.new_code("till", "Caisse 1"))
    wrong = seal.new_code()

    def guess(_: int) -> str:
        try:
            enrol(address(hub), wrong, new_keys(), step_s=PATIENCE_S)
        except Refusal as refusal:
            return refusal.problem.code
        return "enrolled"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(guess, range(8)))
    assert said.count("wrong_code") <= TRIES - 1
    assert "enrolled" not in said
    with pytest.raises(Refusal) as caught:
        enrol(address(hub), code, new_keys(), step_s=1.0)
    assert caught.value.problem.code in ("no_code_out", "code_burnt")
    assert wait_until(lambda: not knock(hub.network.enrolment_port))
    with hub.console() as console:
        assert console.ask("devices") == []


def test_a_code_serves_once(bench: Bench) -> None:
    """Use a code that another post has used: refused, and the first post alone is enrolled."""
    out(bench)
    first = kiosk(bench, b"1")
    first.hello()
    _, device = first.prove()
    assert refused(kiosk(bench, b"2").hello) == "no_code_out"
    assert known(bench) == [device]


def test_a_code_after_its_five_minutes(bench: Bench) -> None:
    """Use a code that was found on a slip of paper: after five minutes it opens nothing."""
    out(bench)
    late = kiosk(bench)
    late.hello()
    bench.hand.now_s += CODE_LIFE_S
    assert refused(late.prove) == "code_expired"
    assert not bench.pairing.open
    assert known(bench) == []


def test_a_proof_that_was_overheard_is_sent_again(bench: Bench) -> None:
    """Send a proof again on another connection, under its own hello or none: it proves nothing."""
    number = out(bench)
    post, thief = kiosk(bench, b"post"), kiosk(bench, b"thief")
    post.hello()
    proof = post.made_proof()
    assert refused(lambda: bench.pairing.proof(b"thief", proof)) == "malformed"
    thief.hello()
    assert refused(lambda: bench.pairing.proof(b"thief", proof)) == "wrong_code"
    post.prove()
    assert refused(lambda: bench.pairing.proof(b"post", proof)) == "no_code_out"
    assert bench.pairing.look(number).state is CodeState.USED
    assert [device.curve_key for device in known(bench)] == [post.curve.public]


def test_a_flood_of_hellos_that_prove_nothing(bench: Bench) -> None:
    """Say hello a thousand times and prove nothing: no try is used, little is kept, and the hub
    says nothing that depends on the code."""
    number = out(bench)
    post = kiosk(bench, b"post")
    for place in range(1_000):
        challenge = kiosk(bench, b"%d" % place).hello()
        assert set(vars_of(challenge)) == {"nonce", "salt", "identity", "hub_curve_key"}
    code = bench.pairing._code
    assert code is not None
    assert len(code.said) == CONVERSATIONS
    assert bench.pairing.look(number).failures == 0
    post.hello()
    assert post.prove()[1].name == "Caisse 1"


def vars_of(message: Any) -> dict[str, Any]:
    return {name: getattr(message, name) for name in message.__dataclass_fields__}


def test_wrong_proofs_spread_over_connections_and_keys(bench: Bench) -> None:
    """Guess with new keys on a new connection each time: the tries belong to the code, not to the
    guesser, and the fifth burns it."""
    out(bench)
    codes = []
    for place in range(TRIES + 2):
        guesser = kiosk(bench, b"%d" % place)
        try:
            guesser.hello()
            guesser.prove(WRONG)
        except Refusal as refusal:
            codes.append(refusal.problem.code)
    assert codes == ["wrong_code"] * 4 + ["code_burnt"] * 3
    assert known(bench) == []


def other(text: str) -> str:
    return seal.random_bytes(len(text) // 2).hex()


@pytest.mark.parametrize("field", ["sign_key", "nonce", "curve_key"])
def test_somebody_in_between_changes_what_the_kiosk_says(bench: Bench, field: str) -> None:
    """Change a key or the nonce that a kiosk sends, on the way: the hub enrols nobody."""
    out(bench)
    keys, signing = seal.new_curve_keys(), seal.new_signing_keys()
    hello = m.EnrolHello(keys.public.hex(), signing.public.hex(), seal.random_bytes(32).hex())
    swapped = replace(hello, **{field: other(getattr(hello, field))})
    # Whoever swaps the CURVE key holds the connection to the hub under a key of their own.
    seen = bytes.fromhex(swapped.curve_key)
    challenge = bench.pairing.hello(b"p", seen, swapped)
    said = enrolment.transcript(hello, challenge)
    proof = enrolment.kiosk_proof(KEY, signing, said)
    assert refused(lambda: bench.pairing.proof(b"p", proof)) == "wrong_code"
    assert known(bench) == []


@pytest.mark.parametrize("field", ["nonce", "identity", "hub_curve_key"])
def test_somebody_in_between_changes_what_the_hub_says(bench: Bench, field: str) -> None:
    """Change a key or the nonce that the hub sends, on the way: the hub enrols nobody."""
    out(bench)
    post = kiosk(bench)
    challenge = post.hello()
    swapped = replace(challenge, **{field: other(getattr(challenge, field))})
    assert post.said is not None
    hello = m.EnrolHello(
        post.said.curve_key.hex(), post.said.sign_key.hex(), post.said.nonce_kiosk.hex()
    )
    post.said = enrolment.transcript(hello, swapped)
    assert refused(post.prove) == "wrong_code"
    assert known(bench) == []


@pytest.mark.parametrize(
    "lie",
    [
        {"device_id": "0" * 32},
        {"device_number": 99},
        {"device_name": "Caisse 9"},
        {"profile": Profile.OFFICE},
        {"mac": "00" * 32},
    ],
    ids=lambda lie: next(iter(lie)),
)
def test_somebody_in_between_changes_who_the_post_becomes(
    bench: Bench, lie: dict[str, Any]
) -> None:
    """Change the id, number, name or profile that the hub gives, on the way: the kiosk keeps
    nothing."""
    out(bench)
    post = kiosk(bench)
    post.hello()
    enrolled, _ = post.prove()
    assert post.said is not None
    assert enrolment.hub_knows_code(KEY, post.said, enrolled)
    assert not enrolment.hub_knows_code(KEY, post.said, replace(enrolled, **lie))


def test_a_signing_key_that_is_not_ones_own(bench: Bench) -> None:
    """Enrol under another's signing key, code in hand: without a signature by it, refused."""
    out(bench)
    post = kiosk(bench)
    post.hello()
    proof = enrolment.kiosk_proof(KEY, seal.new_signing_keys(), post.said)  # type: ignore[arg-type]
    assert refused(lambda: bench.pairing.proof(b"p", proof)) == "wrong_code"
    assert known(bench) == []
