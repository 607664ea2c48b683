"""A problem in the person's language, the kinds of posts that it names included."""

from collections.abc import Mapping
from typing import Final

from common.errors import Problem
from common.i18n import Translator, mark
from common.topics import Profile

_PROFILES: Final[Mapping[str, str]] = {
    Profile.TILL: mark("till"),
    Profile.DEPOT: mark("depot"),
    Profile.OFFICE: mark("office"),
    Profile.CONSOLE: mark("console"),
}


def problem_words(problem: Problem, t: Translator) -> tuple[str, str]:
    """Return what happened and, "" where nothing is known to help, what to do."""
    profile = problem.params.get("profile")
    if isinstance(profile, str) and profile in _PROFILES:
        problem = Problem(problem.code, {**problem.params, "profile": t(_PROFILES[profile])})
    return problem.words(t)


def problem_text(problem: Problem, t: Translator) -> str:
    """Return what happened and what to do, as one text."""
    return " ".join(filter(None, problem_words(problem, t)))
