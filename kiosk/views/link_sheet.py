"""What a person reads who touches a sign of the bar: what is so, what is safe, what to do.

Owns these texts for each state of the link, for a hub that records nothing and for a clock that is
off. The status bar has the short form; the list of what is not delivered is `undelivered.py`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator, mark
from kiosk.state import LinkStatus, SessionState
from kiosk.views.clocks import clock_is_off, clock_text
from kiosk.views.problems import problem_words
from kiosk.views.status import StatusView
from kiosk.views.undelivered import UndeliveredView

_HAPPENED: Final[Mapping[LinkStatus, str]] = {
    LinkStatus.ONLINE: mark("This post and the office computer are in step."),
    LinkStatus.CATCHING_UP: mark("The office computer is there; what was missed is arriving."),
    LinkStatus.OFFLINE: mark("The office computer does not answer at the moment."),
}
_SAFE: Final[Mapping[LinkStatus, str]] = {
    LinkStatus.ONLINE: mark("Everything that is recorded here reaches the office at once."),
    LinkStatus.CATCHING_UP: mark(
        "Keep working. Prices and stock may change on the screen in a moment."
    ),
    LinkStatus.OFFLINE: mark(
        "Keep working. Everything that is recorded here is kept on this post and sent once, by "
        "itself, when the office is back. Prices and stock are those of the last synchronisation."
    ),
}
_TO_DO: Final[Mapping[LinkStatus, str]] = {
    LinkStatus.ONLINE: "",
    LinkStatus.CATCHING_UP: "",
    LinkStatus.OFFLINE: mark(
        "Check that the office computer is on and that this post's network cable is plugged in."
    ),
}


@dataclass(frozen=True, slots=True)
class LinkSheetView:
    """`happened`, `safe` and `to_do` are paragraphs; `facts` are lines below them.

    `clock` says how far the clock is off, "" for one that is right; `listing` is None when
    everything is delivered.
    """

    title: str
    icon: str
    tone: str
    happened: str
    safe: str
    to_do: str
    clock: str
    facts: tuple[str, ...]
    listing: UndeliveredView | None


def link_sheet(
    state: SessionState, status: StatusView, listing: UndeliveredView | None, t: Translator
) -> LinkSheetView:
    """Return the explanation of how this post and the hub stand; the gravest comes first."""
    title, icon, tone = f"{status.link_text}, {status.since}", state.link.value, status.tone
    happened, safe = t(_HAPPENED[state.link]), t(_SAFE[state.link])
    to_do = t(_TO_DO[state.link]) if _TO_DO[state.link] else ""
    if state.hub_trouble is not None:
        title, icon, tone = status.hub_trouble, "alert", "warn"
        happened, hint = problem_words(state.hub_trouble, t)
        safe = t(
            "Nothing is lost. Keep working: everything that is recorded here is kept on this post "
            "and sent once, by itself, as soon as the office takes it."
        )
        to_do = " ".join(filter(None, (t("Tell a manager."), hint)))
    elif state.problem is not None:
        happened, hint = problem_words(state.problem, t)
        to_do = hint or to_do
    return LinkSheetView(
        title=title,
        icon=icon,
        tone=tone,
        happened=happened,
        safe=safe,
        to_do=_to_do(to_do, state, t),
        clock=_clock(state.clock_diff_ms, t) if clock_is_off(state.clock_diff_ms) else "",
        facts=_facts(status, listing, t),
        listing=listing,
    )


def _to_do(about_link: str, state: SessionState, t: Translator) -> str:
    """Return everything that a person can do, or that there is nothing."""
    steps = [about_link] if about_link else []
    if state.quarantined:
        steps.append(t("Show a manager what was put aside."))
    if clock_is_off(state.clock_diff_ms):
        steps.append(t("Set the date and time of this post, or ask your installer."))
    return "\n".join(steps) or t("Nothing.")


def _clock(clock_diff_ms: int, t: Translator) -> str:
    right_day = t("Tickets count for the right day all the same: the day comes from the office.")
    return f"{clock_text(clock_diff_ms, t)} {right_day}"


def _facts(status: StatusView, listing: UndeliveredView | None, t: Translator) -> tuple[str, ...]:
    if listing is None:
        return (status.synced, status.waiting_text or t("Nothing waits to be sent"))
    return tuple(filter(None, (status.synced, status.trouble, status.waiting_text)))
