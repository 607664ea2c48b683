"""A question with its fields, as the person sees it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """What can be touched instead of typed."""

    value: str
    text: str
    selected: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field; `kind`: as `kiosk.desks.form.Kind`. `active`: it takes what is typed."""

    name: str
    kind: str
    label: str
    value: str
    active: bool
    choices: tuple[ChoiceView, ...] = ()


@dataclass(frozen=True, slots=True)
class FormView:
    """The whole question. `ok`: what its key says; `problem`: why it could not be done, or ""."""

    title: str
    hint: str
    fields: tuple[FieldView, ...]
    ok: str
    tone: str
    can_ok: bool
    problem: str = ""
