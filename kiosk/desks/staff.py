"""The office's people: who works here, as what, and who has a PIN.

Owns the card in hand until it is saved, and the new PIN while it is typed, twice. What the role of
the person at the post does not allow is offered to somebody else's PIN, or stays shut.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from common import messages as m
from common.commands import PersonPut
from common.errors import Problem, Refusal
from common.models import Person
from common.people import PIN_LEAST, PIN_MOST, Role, may_administer, pin_problem
from kiosk.desks.pin_entry import CLEAR, OK, PinEntry
from kiosk.rights import Right
from kiosk.state import Act, At, LinkStatus
from kiosk.views.notices import held_back, refused
from kiosk.views.people import PinView, pin_view
from kiosk.views.problems import problem_text
from kiosk.views.staff import StaffCard, StaffRow, nobody_note, role_choices, staff_rows

if TYPE_CHECKING:
    from kiosk.desks.desk import Desk

_NAME_MOST: Final = 60


class Staff:
    """One person in hand at most. `new_id` mints ids."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._entry = PinEntry()
        self._first = ""
        self._problem: Problem | None = None
        self._draft: Person | None = None
        self._is_new = False
        self.setting_pin = False

    # Views.

    def rows(self) -> tuple[StaffRow, ...]:
        """Return the list."""
        chosen = "" if self._draft is None or self._is_new else self._draft.id
        return staff_rows(self._desk.catalogue.people(), chosen, self._desk.t)

    def note(self) -> str:
        """Return that nobody is set up yet, "" once somebody is."""
        return nobody_note(self._desk.catalogue.people(), self._desk.t)

    def card(self) -> StaffCard | None:
        """Return the card in hand."""
        draft, t = self._draft, self._desk.t
        if draft is None:
            return None
        kept = self._kept()
        may_change = self._may_change()
        changed = self._is_new or draft != kept
        return StaffCard(
            title=t("A new person") if self._is_new else draft.name,
            name=draft.name,
            roles=role_choices(draft.role, self._given(), t),
            active=draft.active,
            active_text=t("Works here") if draft.active else t("Works here no more"),
            is_new=self._is_new,
            open=may_change,
            can_save=may_change and changed and bool(draft.name.strip()),
            can_set_pin=self._may_set_pin() and not changed,
            pin_text=t("Set a new PIN") if draft.has_pin else t("Set a PIN"),
            note="" if may_change else t("Your role may not change people of this role."),
            pin_title=self._pin_title(),
            pin=self._pin_view(),
        )

    # Touches.

    def pick(self, person_id: str) -> None:
        """Take a person of the list in hand; what was not saved of another is let go."""
        self._draft = self._desk.catalogue.person(person_id)
        self._is_new = False
        self.stop_pin()

    def add(self) -> None:
        """Take a new person in hand."""
        given = self._given()
        role = Role.CASHIER if Role.CASHIER in given or not given else min(given)
        self._draft = Person(self._desk.session.new_id(), "", role)
        self._is_new = True
        self.stop_pin()

    def put_away(self) -> None:
        """Have nobody in hand."""
        self._draft = None
        self.stop_pin()

    def rename(self, name: str) -> None:
        """Take what stands in the name's field."""
        self._change(name=name[:_NAME_MOST])

    def choose_role(self, role: str) -> None:
        """Give another role."""
        if Role(role) in self._given():
            self._change(role=Role(role))

    def switch_active(self) -> None:
        """Say that the person works here no more, or again."""
        if self._draft is not None:
            self._change(active=not self._draft.active)

    def save(self) -> None:
        """Send the card to the office; somebody else may have to allow it."""
        card = self.card()
        if card is not None and card.can_save and self._desk.allowing.ask("person.put", self._send):
            self._send()

    def start_pin(self) -> None:
        """Begin to type a new PIN."""
        card = self.card()
        if card is not None and card.can_set_pin and self._draft is not None:
            self.stop_pin()
            self._entry.choose(self._draft.id)
            self.setting_pin = True

    def stop_pin(self) -> None:
        """Type no PIN after all."""
        self.setting_pin = False
        self._first, self._problem = "", None
        self._entry.press(CLEAR)
        self._desk.session.people.forget_attempt()

    def press(self, name: str) -> None:
        """Touch a key of the pad."""
        pin = self._pin_view()
        if name != OK:
            if pin.open:
                self._problem = None
                self._entry.press(name)
            return
        if pin.ready:
            self._take_pin(self._entry.take())

    def poll(self, replies: tuple[m.Reply, ...]) -> None:
        """Say what the office has refused; put the pad away once a PIN is set."""
        for reply in replies:
            if reply.status is m.Status.REFUSED:
                self._desk.say(refused(Problem(reply.code, reply.params)))
        attempt = self._desk.session.state.attempt
        if not self.setting_pin or attempt is None or attempt.act is not Act.SET_PIN:
            return
        if not attempt.working and attempt.problem is None:
            self.stop_pin()

    # Inside.

    def _kept(self) -> Person | None:
        return None if self._draft is None else self._desk.catalogue.person(self._draft.id)

    def _given(self) -> frozenset[Role]:
        """Return the roles that the person at the post may give, by somebody's permission too."""
        who, people = self._desk.session.state.who, self._desk.session.people
        if who.at is At.OPEN or (who.here and people.may("person.put") is Right.ASK):
            return frozenset(Role)
        return frozenset(role for role in Role if who.role and may_administer(who.role, role))

    def _may_change(self) -> bool:
        kept = self._kept()
        return kept is None or kept.role in self._given()

    def _may_set_pin(self) -> bool:
        """Return whether this one's PIN may be set here: one's own, or by role."""
        who, kept = self._desk.session.state.who, self._kept()
        if kept is None or not who.here:
            return False
        return kept.id == who.person or bool(who.role and may_administer(who.role, kept.role))

    def _change(self, **fields: Any) -> None:
        if self._draft is not None and self._may_change():
            self._draft = replace(self._draft, **fields)

    def _send(self) -> None:
        draft = self._draft
        if draft is None:
            return
        args = PersonPut(draft.id, draft.name.strip(), draft.role, draft.active)
        try:
            n = self._desk.session.send("person.put", args)
        except Refusal as refusal:
            self._desk.say(refused(refusal.problem))
            return
        if not n:
            self._desk.say(held_back())
        self.put_away()

    def _take_pin(self, pin: str) -> None:
        if not self._first:
            code = pin_problem(pin)
            if code:
                self._problem = Problem(code, {"least": PIN_LEAST, "most": PIN_MOST})
            else:
                self._first = pin
            return
        first, self._first = self._first, ""
        if pin != first:
            self._problem = Problem("pins_differ")
            return
        self._desk.session.people.set_pin(self._entry.chosen, pin)

    def _pin_title(self) -> str:
        if not self.setting_pin:
            return ""
        t = self._desk.t
        return t("The same PIN once more") if self._first else t("The new PIN")

    def _pin_view(self) -> PinView:
        desk = self._desk
        state = desk.session.state
        attempt = state.attempt if state.attempt and state.attempt.act is Act.SET_PIN else None
        person = desk.catalogue.person(self._entry.chosen)
        view = pin_view(person, self._entry.digits, attempt, desk.wall.now_ms(), desk.t)
        if self._problem is not None and not self._entry.digits:
            return replace(view, message=problem_text(self._problem, desk.t), tone="danger")
        if attempt is None or state.link is LinkStatus.OFFLINE:
            return view if attempt is not None else replace(view, message=self._asks())
        return view

    def _asks(self) -> str:
        if self._entry.digits:
            return ""
        return self._desk.t("{least} to {most} digits.", least=PIN_LEAST, most=PIN_MOST)
