"""What a person reads who touches the link's sign: what is so, what is safe, what to do.

Owns these texts for each state of the link. The status bar has the short form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator, mark
from kiosk.state import LinkStatus, SessionState
from kiosk.views.status import StatusView

_HAPPENED: Final[Mapping[LinkStatus, str]] = {
    LinkStatus.ONLINE: mark("This post shows what the hub has, as it changes."),
    LinkStatus.CATCHING_UP: mark("The hub is there; what was missed is arriving."),
    LinkStatus.OFFLINE: mark("The hub does not answer at the moment."),
}
_SAFE: Final[Mapping[LinkStatus, str]] = {
    LinkStatus.ONLINE: mark("Everything that is recorded here reaches the hub at once."),
    LinkStatus.CATCHING_UP: mark(
        "Keep working. Prices and stock may change on the screen in a moment."
    ),
    LinkStatus.OFFLINE: mark(
        "Keep working. Everything that is recorded here is kept on this post and sent once, "
        "by itself, when the hub is back. Prices and stock are those of the last synchronisation."
    ),
}
_TO_DO: Final[Mapping[LinkStatus, str]] = {
    LinkStatus.ONLINE: mark("Nothing."),
    LinkStatus.CATCHING_UP: mark("Nothing."),
    LinkStatus.OFFLINE: mark(
        "Check that the office computer is on and that this post's network cable is plugged in."
    ),
}


@dataclass(frozen=True, slots=True)
class LinkSheetView:
    """`happened`, `safe` and `to_do` are paragraphs; `facts` are lines below them."""

    title: str
    icon: str
    tone: str
    happened: str
    safe: str
    to_do: str
    facts: tuple[str, ...]


def link_sheet(state: SessionState, status: StatusView, t: Translator) -> LinkSheetView:
    """Return the explanation of the link's state."""
    happened, to_do = t(_HAPPENED[state.link]), t(_TO_DO[state.link])
    if state.problem is not None:
        happened, hint = state.problem.words(t)
        to_do = hint or to_do
    facts = (status.synced, status.waiting_text or t("Nothing waits to be sent"), status.trouble)
    return LinkSheetView(
        title=f"{status.link_text}, {status.since}",
        icon=state.link.value,
        tone=status.tone,
        happened=happened,
        safe=t(_SAFE[state.link]),
        to_do=to_do,
        facts=tuple(fact for fact in facts if fact),
    )
