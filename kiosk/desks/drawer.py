"""The drawer of a till: its float, what is put in and taken out, X, hand-over and Z.

A cash session belongs to a till and its drawer; whoever logs in there shares it. Owns the way from
a count to its record, and which statement is in view. What is recorded is the counter's.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from common.errors import Refusal
from common.i18n import Translator, mark
from common.journal.drawer import CountData, CountedFor
from kiosk.desks.counting import Counting
from kiosk.desks.form import Answers, Field, Form, Kind
from kiosk.desks.reasons import CASH_IN, CASH_OUT, DIFFERENCE, DRAWER, reason_field, said
from kiosk.statements import CountUnderWay, Statement
from kiosk.views.actions import AnswerKey
from kiosk.views.count import CountView, count_view
from kiosk.views.mode import Mode
from kiosk.views.notices import done, refused
from kiosk.views.report import ReportView, report_view

if TYPE_CHECKING:
    from kiosk.counter import Counter
    from kiosk.desks.till import TillDesk

OPEN: Final = "open"
"""The purpose of counting the float; the others are values of `CountedFor`."""
TITLES: Final[Mapping[str, str]] = {
    OPEN: mark("What is in the drawer to begin with"),
    CountedFor.HAND_OVER: mark("Count the drawer to hand it over"),
    CountedFor.CLOSE: mark("Count the drawer to close the till"),
}
_OK: Final[Mapping[str, str]] = {
    OPEN: mark("Open with this"),
    CountedFor.HAND_OVER: mark("Counted"),
    CountedFor.CLOSE: mark("Counted"),
}


class DrawerDesk:
    """The drawer's part of a till's desk."""

    def __init__(self, desk: "TillDesk") -> None:
        self._desk = desk
        self.counting: Counting | None = None
        self._shown: Statement | None = None
        self._then: Callable[[], object] | None = None

    @property
    def _counter(self) -> "Counter":
        return self._desk.session.counter

    # Counting.

    def count(self, purpose: str) -> None:
        """Show the count for a purpose, as far as it was typed before."""
        if self.counting is None or self.counting.purpose != purpose:
            kept = self._counter.remembered.counting
            same = kept is not None and kept.purpose == purpose
            self.counting = Counting(kept if kept and same else CountUnderWay(purpose))
        self._desk.show(Mode.COUNT)

    def opened_to_sell(self, then: Callable[[], object]) -> bool:
        """Return whether this till may sell now; where its float is to be counted first, ask.

        `then` is called once it was.
        """
        if not self._counter.session_missing:
            return True
        self._desk.do("open_session")
        if self._desk.mode is Mode.COUNT:
            self._then = then
        return False

    def touch(self, cell: str) -> None:
        """Count these notes or coins."""
        if self.counting is not None:
            self.counting.touch(cell)
            self.keep()

    def take(self) -> None:
        """Take as the float what the last Z left in the drawer."""
        left = self._left_cents()
        if self.counting is not None and left is not None:
            self.counting.set_other(left)

    def open_to_count(self) -> None:
        """Open the drawer, which is a record as every opening without a sale."""
        if not self._desk.allowing.ask("drawer.record", self.open_to_count):
            return
        try:
            self._counter.open_drawer(self._desk.t("Counting the drawer"))
        except Refusal as refusal:
            self._desk.say(refused(refusal.problem))

    def keep(self) -> None:
        """Have the count on disk as it was typed; a disk that takes none is asked again."""
        counting = self.counting
        if counting is None or not counting.changed:
            return
        try:
            self._counter.remembered.keep_count(counting.under_way())
        except Refusal:
            return
        counting.changed = False

    def leave(self) -> None:
        """Something else is in view; what was counted is kept."""
        self.keep()
        self._then = None

    def forget(self) -> None:
        """Another chain of records is in hand: its count is another."""
        self.keep()
        self.counting, self._shown, self._then = None, None, None

    def can_confirm(self) -> bool:
        """Return whether what was typed is an amount; a drawer may be empty."""
        return self.counting is not None and self.counting.total_cents is not None

    def confirm(self) -> bool:
        """Take the count as it is; return whether it led on."""
        counting = self.counting
        if counting is None or not self.can_confirm():
            return False
        self.keep()
        try:
            if counting.purpose == OPEN:
                self._open(counting)
            else:
                self._sign_blind(counting)
                self._ask_rest(counting)
        except Refusal as refusal:
            self._desk.say(refused(refusal.problem))
            return False
        return True

    def _open(self, counting: Counting) -> None:
        then, total = self._then, counting.total_cents or 0
        self._counter.open_session(total, counting.pieces)
        self.counting = None
        self._desk.back()
        self._desk.say(done(lambda t: t("The till is open with {float}.", float=t.money(total))))
        if then is not None:
            then()

    def _sign_blind(self, counting: Counting) -> None:
        """Have a count on record before the person sees what must be there."""
        if not self._blind or counting.seen:
            return
        total, pieces = counting.total_cents or 0, counting.pieces
        self._counter.x(total, CountData(CountedFor.COUNT, pieces))
        counting.see()
        self.keep()

    # After a count.

    def _ask_rest(self, counting: Counting) -> None:
        """Ask why it differs, and what stays in the drawer."""
        session = self._counter.tally.session
        total, expected = counting.total_cents or 0, session.expected_cents
        closes = counting.purpose == CountedFor.CLOSE
        fields: tuple[Field, ...] = ()
        if closes:
            stays = min(session.float_cents, total)
            fields = (Field("left", Kind.MONEY, mark("Stays in the drawer"), first=stays),)
        if total != expected:
            fields = (*fields, reason_field(DIFFERENCE))

        def hint(t: Translator, answers: Answers) -> str:
            said = [_difference(total - expected, t)]
            if closes:
                out = max(0, total - _cents(answers, "left"))
                said.append(t("To take out of the drawer: {amount}.", amount=t.money(out)))
            counted, must = t.money(total), t.money(expected)
            first = t("Counted {counted}, expected {expected}.", counted=counted, expected=must)
            return "\n".join([first, *said])

        def finish(answers: Answers) -> None:
            self._finish(counting, total, answers)

        title = TITLES[counting.purpose]
        ok = mark("Close the till with a Z") if closes else mark("Hand the drawer over")
        self._desk.ask(Form(said(title), fields, said(ok), finish, hint))

    def _finish(self, counting: Counting, total: int, answers: Answers) -> None:
        left = _cents(answers, "left")
        if left > total:
            raise Refusal("left_above_count")
        closes = counting.purpose == CountedFor.CLOSE
        # Counting took its time: what somebody allowed at its beginning may be over.
        right = "z.record" if closes else "x.record"
        if not self._desk.allowing.ask(right, self._desk.answer):
            raise Refusal("not_allowed", person=self._desk.session.state.who.name, kind=right)
        count = CountData(
            counting.purpose,
            counting.pieces,
            str(answers.get("reason") or ""),
            left if closes else None,
        )
        made = self._counter.z(total, count) if closes else self._counter.x(total, count)
        self.counting = None
        self.show(made.statement)

    # Statements.

    def x(self) -> None:
        """State what the session comes to so far, and show it."""
        try:
            self.show(self._counter.x().statement)
        except Refusal as refusal:
            self._desk.say(refused(refusal.problem))

    def show_last_z(self) -> None:
        """Show the last Z once more."""
        last = self._counter.remembered.last_z
        if last is not None:
            self.show(last)

    def show(self, statement: Statement) -> None:
        """Show a statement."""
        self._shown = statement
        self._desk.show(Mode.REPORT)

    @property
    def hands_over(self) -> bool:
        """Return whether the statement in view hands the drawer to whoever logs in next."""
        shown = self._shown
        count = None if shown is None else shown.report.count
        handed = count is not None and count.why == CountedFor.HAND_OVER
        return handed and self._desk.session.state.who.here

    def lock(self) -> bool:
        """Shut the post, for the next person to log in."""
        if not self.hands_over:
            return False
        self._desk.back()
        self._desk.gate.lock()
        return True

    # Questions.

    def ask_cash_in(self) -> None:
        """Ask how much is put in, and why."""
        self._ask_cash(
            mark("Put cash into the drawer"), mark("Put in"), CASH_IN, self._counter.cash_in
        )

    def ask_cash_out(self) -> None:
        """Ask how much is taken out, and why."""
        self._ask_cash(
            mark("Take cash out of the drawer"), mark("Take out"), CASH_OUT, self._counter.cash_out
        )

    def _ask_cash(
        self,
        title: str,
        ok: str,
        phrases: tuple[str, ...],
        record: Callable[[int, str], object],
    ) -> None:
        def finish(answers: Answers) -> None:
            cents = _cents(answers, "amount")
            record(cents, str(answers["reason"]))
            self._desk.back()
            self._desk.say(done(lambda t: t("Recorded: {amount}.", amount=t.money(cents))))

        amount = Field("amount", Kind.MONEY, mark("Amount"), least=1)
        fields = (amount, reason_field(phrases))
        self._desk.ask(Form(said(title), fields, said(ok), finish))

    def ask_open_drawer(self) -> None:
        """Ask why the drawer is opened without a sale."""

        def finish(answers: Answers) -> None:
            self._counter.open_drawer(str(answers["reason"]))
            self._desk.back()
            self._desk.say(done(lambda t: t("Recorded: the drawer was opened.")))

        fields = (reason_field(DRAWER),)
        title, ok = mark("Open the drawer without a sale"), mark("Open the drawer")
        self._desk.ask(Form(said(title), fields, said(ok), finish))

    # Views.

    def answer_key(self, t: Translator) -> AnswerKey | None:
        """Return the key that goes on from a count, or from a hand-over; None elsewhere."""
        if self._desk.mode is Mode.COUNT and self.counting is not None:
            return AnswerKey(t(_OK[self.counting.purpose]), "accent", self.can_confirm())
        if self._desk.mode is Mode.REPORT and self.hands_over:
            return AnswerKey(t("Lock for the next person"), "accent", True)
        return None

    def count_view(self, t: Translator) -> CountView | None:
        """Return the count as it stands."""
        counting = self.counting
        if counting is None:
            return None
        shows = counting.purpose != OPEN and (counting.seen or not self._blind)
        expected = self._counter.tally.session.expected_cents if shows else None
        handed = self._counter.remembered.handed_over if shows else None
        left = self._left_cents() if counting.purpose == OPEN else None
        return count_view(
            TITLES[counting.purpose],
            counting.cells(t),
            counting.total_cents,
            expected,
            None if counting.begun else left,
            self._note(counting, handed, t),
            t,
        )

    def report(self, t: Translator) -> ReportView | None:
        """Return the statement in view."""
        shown = self._shown
        if shown is None:
            return None
        blind = self._blind and not shown.is_z and shown.report.counted_cents is None
        return report_view(shown, blind, t)

    # Inside.

    @property
    def _blind(self) -> bool:
        shop = self._desk.catalogue.shop
        return shop is not None and shop.blind_count

    def _left_cents(self) -> int | None:
        last = self._counter.remembered.last_z
        count = None if last is None else last.report.count
        return None if count is None else count.left_cents

    def _note(self, counting: Counting, handed: Statement | None, t: Translator) -> str:
        if counting.purpose == OPEN:
            return t("Count it, and open the till with it.")
        if self._blind and not counting.seen:
            return t("What must be there is shown once the count is confirmed.")
        difference = 0 if handed is None else handed.report.difference_cents or 0
        if handed is None or not difference:
            return ""
        return t(
            "{name} handed over with a difference of {amount}.",
            name=handed.operator,
            amount=t.money(difference),
        )


def _cents(answers: Answers, name: str) -> int:
    value = answers.get(name)
    return value if isinstance(value, int) else 0


def _difference(cents: int, t: Translator) -> str:
    if not cents:
        return t("It agrees to the cent.")
    if cents < 0:
        return t("{amount} are missing.", amount=t.money(-cents))
    return t("{amount} too much.", amount=t.money(cents))
