"""What a till can do, as keys in groups."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActionKey:
    """One action. `open`: it can be touched now; `asks`: somebody else must allow it first."""

    name: str
    text: str
    icon: str
    open: bool
    asks: bool = False


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """The key that goes on from a panel, where payments are confirmed. `tone`: of the theme."""

    text: str
    tone: str
    open: bool


@dataclass(frozen=True, slots=True)
class GroupView:
    """Actions about the same thing."""

    title: str
    keys: tuple[ActionKey, ...]


@dataclass(frozen=True, slots=True)
class ActionsView:
    """All of them."""

    groups: tuple[GroupView, ...]
