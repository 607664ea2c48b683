"""Pairing codes and the enrolment conversation, without a socket.

Owns the one code that may be out, its five minutes and its five tries, and what each side must
prove. A device exists only once its proof holds and the database has it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from common import enrolment, seal
from common import messages as m
from common.errors import Problem, Refusal
from common.topics import Profile
from hub.key_files import Keys
from hub.keyring import KeyRing
from hub.records.devices import ACTIVE, Device

CODE_LIFE_S: Final = 300.0
TRIES: Final = 5
CONVERSATIONS: Final = 64


class CodeState(StrEnum):
    """How a code ended, or that it is out."""

    OUT = "out"
    USED = "used"
    BURNT = "burnt"
    EXPIRED = "expired"
    VOID = "void"


@dataclass(slots=True)
class _Code:
    """A code that was given out. Only the key that Argon2id made of it is kept."""

    number: int
    key: bytes
    salt: bytes
    profile: Profile
    name: str
    expires_s: float
    state: CodeState = CodeState.OUT
    failures: int = 0
    device: Device | None = None
    problem: Problem | None = None
    said: dict[bytes, enrolment.Transcript] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CodeView:
    """What a terminal may show of a code that is out. `left_s`: seconds of life left; `problem`:
    why it is void."""

    number: int
    state: CodeState
    left_s: float
    failures: int
    device_number: int | None
    device_name: str
    problem: Problem | None = None


class PairingDesk:
    """Enrols devices. `enrol(device)` writes one to the database, or raises."""

    def __init__(
        self,
        keys: Keys | KeyRing,
        next_number: Callable[[], int],
        enrol: Callable[[Device], None],
        mint: Callable[[], str],
        now_ms: Callable[[], int],
        clock: Callable[[], float],
    ) -> None:
        self._keys = keys
        self._next_number = next_number
        self._enrol = enrol
        self._mint = mint
        self._now_ms = now_ms
        self._clock = clock
        self._codes = 0
        self._code: _Code | None = None

    @property
    def open(self) -> bool:
        """Return whether a code is out: only then is the enrolment socket open."""
        self._expire()
        return self._code is not None and self._code.state is CodeState.OUT

    def give_out(self, key: bytes, salt: bytes, profile: Profile, name: str) -> int:
        """Put a code out by the key made of it and return its number; one out before is void."""
        self._codes += 1
        expires = self._clock() + CODE_LIFE_S
        self._code = _Code(self._codes, key, salt, profile, name, expires)
        return self._codes

    def withdraw(self, problem: Problem) -> None:
        """Make the code that is out void, and remember why nobody can be paired now."""
        if self._code is not None and self._code.state is CodeState.OUT:
            self._code.state, self._code.problem = CodeState.VOID, problem

    def look(self, number: int) -> CodeView:
        """Return how a code stands; one that was replaced has expired."""
        self._expire()
        code = self._code
        if code is None or code.number != number:
            return CodeView(number, CodeState.EXPIRED, 0.0, 0, None, "")
        left = max(0.0, code.expires_s - self._clock())
        device = code.device
        device_number = device.number if device else None
        return CodeView(
            number, code.state, left, code.failures, device_number, code.name, code.problem
        )

    def hello(self, peer: bytes, curve_key: bytes, hello: m.EnrolHello) -> m.EnrolChallenge:
        """Answer a kiosk's keys with the hub's; raises Refusal. `curve_key`: what CURVE saw."""
        code = self._usable()
        challenge = m.EnrolChallenge(
            seal.random_bytes(seal.NONCE_BYTES).hex(),
            code.salt.hex(),
            self._keys.identity.public.hex(),
            self._keys.curve.public.hex(),
        )
        try:
            said = enrolment.transcript(hello, challenge)
        except ValueError as error:
            raise Refusal("malformed", reason=str(error)) from error
        if said.curve_key != curve_key:
            raise Refusal("malformed", reason="the key is not the one of this connection")
        if len(code.said) >= CONVERSATIONS:
            code.said.pop(next(iter(code.said)))
        code.said[peer] = said
        return challenge

    def proof(self, peer: bytes, proof: m.EnrolProof) -> tuple[m.Enrolled, Device]:
        """Enrol the device whose proof holds; raises Refusal, and counts what does not."""
        code = self._usable()
        said = code.said.pop(peer, None)
        if said is None:
            raise Refusal("malformed", reason="a proof without a hello")
        knows = enrolment.kiosk_knows_code(code.key, said, proof)
        if not knows or not enrolment.kiosk_owns_sign_key(said, proof):
            code.failures += 1
            if code.failures >= TRIES:
                code.state = CodeState.BURNT
                raise Refusal("code_burnt")
            raise Refusal("wrong_code")
        device = Device(
            self._mint(),
            self._next_number(),
            code.name,
            code.profile,
            ACTIVE,
            said.curve_key,
            said.sign_key,
            self._now_ms(),
        )
        self._enrol(device)
        code.state, code.device = CodeState.USED, device
        enrolled = enrolment.hub_proof(
            code.key, said, device.id, device.number, device.name, device.profile
        )
        return enrolled, device

    def _usable(self) -> _Code:
        self._expire()
        code = self._code
        if code is None or code.state is CodeState.USED:
            raise Refusal("no_code_out")
        if code.state is not CodeState.OUT:
            raise Refusal("code_burnt" if code.state is CodeState.BURNT else "code_expired")
        return code

    def _expire(self) -> None:
        code = self._code
        if code and code.state is CodeState.OUT and self._clock() >= code.expires_s:
            code.state = CodeState.EXPIRED
