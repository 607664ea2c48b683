"""A question with its fields, as the till asks it: an amount, a reason, a name; then it is done.

Owns what was typed so far, which field takes it, and whether it is enough. What is done with the
answers is said by who asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from common.errors import Refusal
from common.i18n import Translator
from kiosk.keypad import Entry
from kiosk.views.form import ChoiceView, FieldView, FormView
from kiosk.views.problems import problem_text

TEXT_MOST: Final = 100
Said = Callable[[Translator], str]
Answer = int | str | None
Answers = Mapping[str, Answer]
"""What was answered, by field: cents, basis points, thousandths, a choice's value or a text; None
where nothing was."""


class Kind(Enum):
    """What a field takes. `MONEY`: cents; `PERCENT`: basis points; `QUANTITY`: thousandths.

    `MAIL`: a text with the signs of an address.
    """

    MONEY = "money"
    PERCENT = "percent"
    QUANTITY = "quantity"
    TEXT = "text"
    MAIL = "mail"
    CHOICE = "choice"


TYPED: Final = frozenset({Kind.MONEY, Kind.PERCENT, Kind.QUANTITY})
"""What the numeric pad types."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked. `label` is marked text.

    `choices`: (value, text in the person's language) of what can be touched; of a `TEXT` they are
    phrases that stand ready. `first`: what stands there before anything is typed. `least`: what an
    amount is at least. `most_letters`: of a text.
    """

    name: str
    kind: Kind
    label: str
    choices: tuple[tuple[str, Said], ...] = ()
    optional: bool = False
    first: Answer = None
    least: int = 0
    most_letters: int = TEXT_MOST


@dataclass(frozen=True, slots=True)
class Form:
    """One question. `done(answers)` does it; raises Refusal, which is shown, and the form stays.

    `ok`: what its key says. `hint`: what the answers so far come to, or what to know.
    `tone`: of the key.
    """

    title: Said
    fields: tuple[Field, ...]
    ok: Said
    done: Callable[[Answers], None]
    hint: Callable[[Translator, Answers], str] = lambda _t, _answers: ""
    tone: str = "accent"


@dataclass(slots=True)
class _Draft:
    """A form being filled in: what was typed or chosen, by field."""

    form: Form
    entries: dict[str, Entry] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    at: int = 0
    problem: Refusal | None = None


class FormDesk:
    """One form at a time. Returns from `confirm` whether it is done."""

    def __init__(self) -> None:
        self._draft: _Draft | None = None

    @property
    def open(self) -> bool:
        """Return whether something is asked."""
        return self._draft is not None

    @property
    def typing(self) -> bool:
        """Return whether the numeric pad types now."""
        field_ = self._field
        return field_ is not None and field_.kind in TYPED

    @property
    def can_erase(self) -> bool:
        """Return whether the field in hand holds something typed."""
        field_, draft = self._field, self._draft
        return draft is not None and field_ is not None and bool(draft.entries.get(field_.name))

    def ask(self, form: Form) -> None:
        """Begin to ask."""
        self._draft = _Draft(form)
        for each in form.fields:
            if isinstance(each.first, str):
                self._draft.texts[each.name] = each.first

    def close(self) -> None:
        """Ask no more; what was typed is let go."""
        self._draft = None

    # Touches.

    def touch(self, name: str) -> None:
        """Let a field take what is typed."""
        draft = self._draft
        if draft is not None:
            names = [each.name for each in draft.form.fields]
            draft.at = names.index(name)

    def press(self, key: str) -> None:
        """Take a key of the numeric pad."""
        draft, field_ = self._draft, self._field
        if draft is not None and field_ is not None and field_.kind in TYPED:
            draft.entries[field_.name] = draft.entries.get(field_.name, Entry()).press(key)
            draft.problem = None

    def write(self, name: str, text: str) -> None:
        """Take what stands in a text's field."""
        draft = self._draft
        if draft is not None and draft.texts.get(name, "") != text:
            most = next(each.most_letters for each in draft.form.fields if each.name == name)
            draft.texts[name] = text[:most]
            draft.problem = None

    def choose(self, name: str, value: str, text: str = "") -> None:
        """Touch a choice; of a text's, its words are written, once more takes them away."""
        draft = self._draft
        if draft is None:
            return
        wanted = text or value
        chosen = draft.texts.get(name) == wanted
        draft.texts[name] = "" if chosen else wanted
        draft.problem = None

    def confirm(self) -> bool:
        """Do what was asked; return whether it is done."""
        draft, answers = self._draft, self.answers()
        if draft is None or not self._enough(answers):
            return False
        try:
            draft.form.done(answers)
        except Refusal as refusal:
            draft.problem = refusal
            return False
        if self._draft is draft:
            self._draft = None
        return True

    # Views.

    def answers(self) -> dict[str, Answer]:
        """Return what is answered so far."""
        draft = self._draft
        if draft is None:
            return {}
        return {each.name: self._answer(draft, each) for each in draft.form.fields}

    def view(self, t: Translator) -> FormView | None:
        """Return the form as it stands."""
        draft = self._draft
        if draft is None:
            return None
        answers = self.answers()
        problem = draft.problem
        return FormView(
            title=draft.form.title(t),
            hint=draft.form.hint(t, answers),
            fields=tuple(
                self._field_view(draft, each, answers[each.name], t) for each in draft.form.fields
            ),
            ok=draft.form.ok(t),
            tone=draft.form.tone,
            can_ok=self._enough(answers),
            problem="" if problem is None else problem_text(problem.problem, t),
        )

    # Inside.

    @property
    def _field(self) -> Field | None:
        draft = self._draft
        return draft.form.fields[draft.at] if draft is not None and draft.form.fields else None

    def _enough(self, answers: Answers) -> bool:
        draft = self._draft
        return draft is not None and all(
            _is_enough(each, answers[each.name], self._is_typed(draft, each))
            for each in draft.form.fields
        )

    @staticmethod
    def _is_typed(draft: _Draft, field_: Field) -> bool:
        return bool(draft.entries.get(field_.name))

    @staticmethod
    def _answer(draft: _Draft, field_: Field) -> Answer:
        if field_.kind not in TYPED:
            return draft.texts.get(field_.name, "").strip() or None
        entry = draft.entries.get(field_.name)
        if not entry:
            return field_.first
        if field_.kind is Kind.QUANTITY:
            return entry.milli
        # So many per cent has two decimals, as an amount: 12.5 is 1,250 basis points.
        return entry.cents

    def _field_view(self, draft: _Draft, field_: Field, answer: Answer, t: Translator) -> FieldView:
        entry = draft.entries.get(field_.name, Entry())
        texts = draft.texts.get(field_.name, "")
        choices = tuple(
            ChoiceView(value, words, texts in (value, words) and bool(texts))
            for value, said in field_.choices
            for words in (said(t),)
        )
        return FieldView(
            name=field_.name,
            kind=field_.kind.value,
            label=t(field_.label),
            value=texts if field_.kind not in TYPED else _shown(field_, entry, answer, t),
            active=field_ is self._field,
            choices=choices,
        )


def _is_enough(field_: Field, answer: Answer, typed: bool) -> bool:
    """Return whether a field may stay as it is; what was typed and makes no amount may not."""
    if answer is None:
        return field_.optional and not (typed and field_.kind in TYPED)
    return not isinstance(answer, int) or answer >= field_.least


def _shown(field_: Field, entry: Entry, answer: Answer, t: Translator) -> str:
    """Return a typed amount: as it was typed while it is, else as the amount that it is."""
    if entry:
        return _TYPED_AS[field_.kind](t, entry.shown(t.decimal))
    return _SHOWN_AS[field_.kind](t, answer) if isinstance(answer, int) else ""


_TYPED_AS: Final[Mapping[Kind, Callable[[Translator, str], str]]] = {
    Kind.MONEY: Translator.money_of,
    Kind.PERCENT: Translator.percent_of,
    Kind.QUANTITY: lambda _t, digits: digits,
}
_SHOWN_AS: Final[Mapping[Kind, Callable[[Translator, int], str]]] = {
    Kind.MONEY: Translator.money,
    Kind.PERCENT: Translator.percent,
    Kind.QUANTITY: Translator.quantity,
}
