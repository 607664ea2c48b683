"""Logging in and out, allowing one action, setting a PIN: what the hub does with each message.

Owns the jobs that are out at the PIN checker, and who has to wait before another try; what becomes
of an outcome is in `login_outcomes.py`. Never checks a PIN, and keeps none beyond its job.
"""

from collections.abc import Callable
from typing import Final

from common import messages as m
from common.errors import Refusal
from common.people import PIN_LEAST, PIN_MOST, may_administer, pin_problem
from common.permits import ASKED
from common.topics import Profile
from hub import tries
from hub.authority import live
from hub.login_outcomes import Answers, Asked, Job, Made, Outcomes, denied
from hub.pins import PinDone, PinJob
from hub.records import attempts, people
from hub.records.attempts import EVERYWHERE
from hub.records.devices import Device
from hub.store import FAULTS, Connection

JOBS: Final = 64
"""PINs waiting to be checked, over all devices; of one device, and of one person, a single one."""
BUSY_MS: Final = 1000
"""So soon a post that was told `pin_busy` may ask again."""


class LoginDesk:
    """One store's people at its devices. `check`: have a PIN checked; see `settle`."""

    def __init__(
        self,
        db: Connection,
        check: Callable[[PinJob], None],
        outcomes: Outcomes,
        now_ms: Callable[[], int],
    ) -> None:
        self._db = db
        self._check = check
        self._outcomes = outcomes
        self._now_ms = now_ms
        self._jobs: dict[int, Job] = {}
        self._number = 0

    def login(self, peer: bytes, device: Device, asked: m.Login) -> Answers:
        """Have a PIN checked, for a session."""

        def job() -> Job:
            if device.profile is Profile.CONSOLE:
                raise Refusal("profile_not_allowed", profile=device.profile, kind="login")
            return Job(peer, device, asked, self._known(asked.person))

        return self._asked(peer, asked, job)

    def override(self, peer: bytes, device: Device, asked: m.Override) -> Answers:
        """Have a second person's PIN checked, for one action of the session that is live here."""

        def job() -> Job:
            kind = ASKED.get(asked.kind)
            if kind is None:
                raise Refusal("unknown_command", kind=asked.kind)
            if device.profile not in kind.profiles or device.profile is Profile.CONSOLE:
                raise Refusal("profile_not_allowed", profile=device.profile, kind=kind.name)
            session = live(self._db, device.id, asked.session, kind.name, self._now_ms()).session
            giver = people.person(self._db, asked.person)
            if giver is not None and giver.role not in kind.roles:
                raise Refusal("not_allowed", person=giver.name, kind=kind.name)
            known = self._known(asked.person)
            return Job(peer, device, asked, known, session.person_id, session.token)

        return self._asked(peer, asked, job)

    def set_pin(self, peer: bytes, device: Device, asked: m.SetPin) -> Answers:
        """Have a new PIN made for oneself, or for somebody whom one may administer."""

        def job() -> Job:
            problem = pin_problem(asked.pin)
            if problem:
                raise Refusal(problem, least=PIN_LEAST, most=PIN_MOST)
            subject = people.person(self._db, asked.person)
            if subject is None:
                raise Refusal("person_unknown", person=asked.person[:8])
            if device.profile is Profile.CONSOLE:
                return Job(peer, device, asked, subject.id)
            here = live(self._db, device.id, asked.session, "pin", self._now_ms())
            session = here.session
            own = session.person_id == subject.id
            if not own and not may_administer(here.now_role, subject.role):
                raise Refusal("may_not_administer", person=here.name, role=subject.role)
            return Job(peer, device, asked, subject.id, session.person_id, session.token)

        return self._asked(peer, asked, job)

    def logout(self, _: bytes, device: Device, asked: m.Logout) -> Answers:
        """End a session of this device; of another's, or of none, there is nothing to say."""
        self._outcomes.logged_out(device, asked.session)
        return []

    def settle(self, done: PinDone) -> Made:
        """Take a job's outcome: commit what it means; return answers, and what to broadcast."""
        job = self._jobs.pop(done.number, None)
        return Made() if job is None else self._outcomes.settled(job, done)

    def _asked(self, peer: bytes, asked: Asked, job: Callable[[], Job]) -> Answers:
        """Put a job out, or say no at once."""
        try:
            self._put_out(job())
            return []
        except Refusal as refusal:
            return [denied(peer, asked, refusal)]
        except FAULTS as error:
            return [denied(peer, asked, Refusal("hub_busy", reason=str(error)))]

    def _known(self, person_id: str) -> str:
        """Return the id of a person that there is, else "": all others are tried as one."""
        return person_id if people.person(self._db, person_id) else ""

    def _put_out(self, job: Job) -> None:
        if any(
            other.device.id == job.device.id or other.person == job.person
            for other in self._jobs.values()
        ):
            raise Refusal("pin_busy", retry_ms=BUSY_MS)
        if len(self._jobs) >= JOBS:
            raise Refusal("pin_busy", retry_ms=BUSY_MS)
        verifier = None
        if not isinstance(job.asked, m.SetPin):
            self._require_patience(job)
            # Nobody's is checked as long as anybody's.
            verifier = people.verifier(self._db, job.person) or ""
        self._number += 1
        self._check(PinJob(self._number, job.asked.pin, verifier))
        self._jobs[self._number] = job

    def _require_patience(self, job: Job) -> None:
        """Raise Refusal where it is too early for another try."""
        now_ms = self._now_ms()
        here = attempts.tally(self._db, job.person, job.device.id)
        wait = tries.wait_ms(here, now_ms)
        if job.person and not tries.is_known(here, now_ms):
            everywhere = attempts.tally(self._db, job.person, EVERYWHERE)
            wait = max(wait, tries.wait_ms(everywhere, now_ms))
        if wait:
            raise Refusal("too_many_tries", retry_ms=wait, retry_s=-(-wait // 1000))
