"""What becomes of a PIN that was checked or made: a session, a permission, a new PIN, a wrong try.

Owns the commit of each, with its entry in the audit trail. Whether a PIN was right is told to it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from common import messages as m
from common import wire
from common.errors import Refusal
from common.journal.event import What
from common.models import Alert, Person
from common.permits import ASKED
from hub import tries
from hub.authority import live
from hub.changes import OWN, ChangeLogBook, Draft
from hub.journal import JournalBook, JournalDraft
from hub.pins import PinDone
from hub.records import attempts, devices, people, sessions, trail
from hub.records.attempts import EVERYWHERE
from hub.records.devices import ACTIVE, Device
from hub.records.sessions import Permission, Session
from hub.store import FAULTS, Connection, Store

PERMISSION_MS: Final = 120_000
"""How long a permission for one action holds."""
Answers = list[tuple[bytes, bytes]]
Asked = m.Login | m.Override | m.SetPin


@dataclass(frozen=True, slots=True)
class Job:
    """What a check is for. `person`: whose PIN, "" for somebody that there is not.

    `by`, `session`: who is logged in there meanwhile, and the token of that session.
    """

    peer: bytes
    device: Device
    asked: Asked
    person: str
    by: str = ""
    session: bytes = b""


@dataclass(slots=True)
class Made:
    """What a commit lets out."""

    answers: Answers = field(default_factory=list)
    changes: list[m.Changes] = field(default_factory=list)


class Outcomes:
    """Writes into one store. `session_ms`: how long a session lasts."""

    def __init__(
        self,
        store: Store,
        log: ChangeLogBook,
        journal: JournalBook,
        random_bytes: Callable[[int], bytes],
        mint: Callable[[], str],
        now_ms: Callable[[], int],
        session_ms: int,
    ) -> None:
        self._store = store
        self._log = log
        self._journal = journal
        self._random_bytes = random_bytes
        self._mint = mint
        self._now_ms = now_ms
        self._session_ms = session_ms

    def settled(self, job: Job, done: PinDone) -> Made:
        """Commit what an outcome means; return answers, and what to broadcast."""
        try:
            return self._settled(job, done)
        except Refusal as refusal:
            return Made([denied(job.peer, job.asked, refusal)])
        except FAULTS as error:
            busy = Refusal("hub_busy", reason=str(error))
            return Made([denied(job.peer, job.asked, busy)])

    def logged_out(self, device: Device, secret: str) -> None:
        """End a session of a device, if it is one that goes on."""
        session = sessions.session(self._store.db, secret)
        if session is not None and session.device_id == device.id and session.ended_ms is None:
            with self._store.group() as db:
                sessions.end(db, session.token, self._now_ms())
                trail.add(db, self._entry("logout", device, session.person_id))

    def _settled(self, job: Job, done: PinDone) -> Made:
        device = devices.device(self._store.db, job.device.id)
        if device is None or device.state != ACTIVE:
            return Made()
        if isinstance(job.asked, m.SetPin):
            return self._pin_set(job, job.asked, done)
        person = people.person(self._store.db, job.person) if job.person else None
        if person is None or not person.active or not done.fits:
            return self._wrong(job, person)
        if isinstance(job.asked, m.Login):
            return self._logged_in(job, job.asked, person)
        return self._granted(job, job.asked, person)

    def _wrong(self, job: Job, person: Person | None) -> Made:
        """Count it, with its entry, and with an alert now and then."""
        now_ms = self._now_ms()
        counted: list[attempts.Tally] = []

        def write(db: Connection, draft: Draft) -> None:
            here = attempts.tally(db, job.person, job.device.id)
            known = not job.person or tries.is_known(here, now_ms)
            for place in (job.device.id,) if known else (job.device.id, EVERYWHERE):
                tally = tries.wrong(attempts.tally(db, job.person, place), now_ms)
                attempts.put(db, job.person, place, tally)
                counted.append(tally)
            action = "override" if isinstance(job.asked, m.Override) else "login"
            subject = person.name if person and job.by else ""
            who = job.by or job.person
            trail.add(db, self._entry(action, job.device, who, "wrong_pin", subject))
            if any(tally.failures % tries.ALERT_EACH == 0 for tally in counted):
                self._alert(db, draft, "pin_tried", person.name if person else "?", job.device)

        made = self._commit(write)
        wait = max(tries.wait_ms(tally, now_ms) for tally in counted)
        refusal = Refusal("wrong_pin", retry_ms=wait, retry_s=-(-wait // 1000))
        made.answers.append(denied(job.peer, job.asked, refusal))
        return made

    def _logged_in(self, job: Job, asked: m.Login, person: Person) -> Made:
        now_ms = self._now_ms()
        expires_ms = now_ms + self._session_ms
        secret = self._random_bytes(16).hex()
        token = sessions.token_of(secret)

        def write(db: Connection, _: Draft) -> None:
            self._right(db, job)
            session = Session(token, person.id, job.device.id, person.role, now_ms, expires_ms)
            sessions.add(db, session)
            sessions.end_of_device(db, job.device.id, now_ms, token)
            trail.add(db, self._entry("login", job.device, person.id))

        made = self._commit(write)
        answer = m.LoggedIn(asked.request, secret, person.id, person.role, expires_ms)
        made.answers.append((job.peer, wire.encode(answer)))
        return made

    def _granted(self, job: Job, asked: m.Override, person: Person) -> Made:
        now_ms = self._now_ms()
        expires_ms = now_ms + PERMISSION_MS
        live(self._store.db, job.device.id, asked.session, asked.kind, now_ms)
        if person.role not in ASKED[asked.kind].roles:
            raise Refusal("not_allowed", person=person.name, kind=asked.kind)
        secret = self._random_bytes(16).hex()
        token = sessions.token_of(secret)

        def write(db: Connection, _: Draft) -> None:
            self._right(db, job)
            permission = Permission(token, job.session, person.id, asked.kind, expires_ms)
            sessions.add_permission(db, permission)
            details = {"kind": asked.kind, "allowed_by": person.id}
            entry = self._entry("override", job.device, job.by, "", person.name)
            trail.add(db, entry._replace(details=details))

        made = self._commit(write)
        answer = m.Granted(asked.request, secret, person.id, asked.kind, expires_ms)
        made.answers.append((job.peer, wire.encode(answer)))
        return made

    def _pin_set(self, job: Job, asked: m.SetPin, done: PinDone) -> Made:
        if not done.made:
            raise Refusal("not_available", reason="PIN")
        if job.session:
            live(self._store.db, job.device.id, asked.session, "pin", self._now_ms())
        entries = self._journal.draft()

        now_ms = self._now_ms()
        new = NewPin(job.person, done.made, now_ms, job.device.id, job.by, job.session)

        def write(db: Connection, draft: Draft) -> None:
            write_pin(db, draft, entries, new)
            entries.write(self._log.epoch, now_ms)

        made = self._commit(write)
        self._journal.committed(entries)
        made.answers.append((job.peer, wire.encode(m.PinSet(asked.request, job.person))))
        return made

    def _right(self, db: Connection, job: Job) -> None:
        """A PIN was right: nothing counts any more here, and a new device is known."""
        now_ms = self._now_ms()
        here = attempts.tally(db, job.person, job.device.id)
        if not tries.is_known(here, now_ms):
            attempts.put(db, job.person, EVERYWHERE, attempts.Tally())
        attempts.put(db, job.person, job.device.id, attempts.Tally(0, here.last_ms, now_ms))

    def _commit(self, write: Callable[[Connection, Draft], None]) -> Made:
        draft = self._log.draft()
        gseq = self._log.gseq + 1
        with self._store.group() as db:
            write(db, draft)
            if draft.changes:
                draft.write(gseq)
        return Made([], self._log.committed(draft, gseq) if draft.changes else [])

    def _alert(self, db: Connection, draft: Draft, code: str, subject: str, device: Device) -> None:
        alert = Alert(self._mint(), self._now_ms(), code, subject, device.name)
        devices.add_alert(db, alert)
        draft.put("alerts", alert, OWN)

    def _entry(
        self, action: str, device: Device, person: str, code: str = "", subject: str = ""
    ) -> trail.Entry:
        return trail.Entry(self._now_ms(), action, device.id, person, subject, code)


@dataclass(frozen=True, slots=True)
class NewPin:
    """A PIN that a person is given. `device`: where; `by`: who does it, "" for the console.

    `but`: the token of the session that goes on.
    """

    person: str
    verifier: str = field(repr=False)
    now_ms: int
    device: str
    by: str = ""
    but: bytes = field(default=b"", repr=False)


def write_pin(db: Connection, draft: Draft, entries: JournalDraft, new: NewPin) -> None:
    """Give a person a PIN, in the transaction that is open: log out whoever came by the old one."""
    person = people.person(db, new.person)
    if person is None:
        raise Refusal("person_unknown", person=new.person[:8])
    people.set_pin(db, new.person, new.verifier, new.now_ms)
    sessions.end_of_person(db, new.person, new.now_ms, new.but)
    attempts.forgive(db, new.person)
    after = people.person(db, new.person)
    assert after is not None
    draft.put("people", after, OWN)
    trail.add(db, trail.Entry(new.now_ms, "pin", new.device, new.by, person.name))
    giver = people.person(db, new.by) if new.by else None
    by = "console" if giver is None else giver.name
    said = {"person": new.person, "name": person.name, "device": new.device, "by": by}
    entries.event(What.PIN, new.now_ms, **said)


def denied(peer: bytes, asked: Asked, refusal: Refusal) -> tuple[bytes, bytes]:
    """Return the answer that says no."""
    problem = refusal.problem
    return peer, wire.encode(m.Denied(asked.request, problem.code, problem.params))
