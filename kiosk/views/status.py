"""The status bar: who this post is, whether it is in step with the hub, and what is on its way.

Owns the words for the three states of the link and for a problem. Offline is calm: it says since
when, and that selling goes on is seen by selling.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from common.errors import Problem
from common.i18n import Translator, mark, same_day
from common.topics import Profile
from kiosk.state import LinkStatus, SessionState


@dataclass(frozen=True, slots=True)
class StatusView:
    """`since`: when the link became so. `synced`: when the replica last equalled the hub.

    `waiting`: operations not yet at the hub, 0 or more; `waiting_text` is "" for none, so is
    `trouble` while the hub has put nothing aside, and `problem` while nothing keeps the link down.
    """

    device: str
    operator: str
    link: LinkStatus
    link_text: str
    tone: str
    since: str
    synced: str
    waiting: int
    waiting_text: str
    trouble: str
    problem: str
    time: str


_LINK_TEXTS: Final[Mapping[LinkStatus, str]] = {
    LinkStatus.ONLINE: mark("Online"),
    LinkStatus.CATCHING_UP: mark("Catching up"),
    LinkStatus.OFFLINE: mark("Offline"),
}
_LINK_TONES: Final[Mapping[LinkStatus, str]] = {
    LinkStatus.ONLINE: "go",
    LinkStatus.CATCHING_UP: "accent",
    LinkStatus.OFFLINE: "warn",
}
_PROFILES: Final[Mapping[str, str]] = {
    Profile.TILL: mark("till"),
    Profile.DEPOT: mark("depot"),
    Profile.OFFICE: mark("office"),
    Profile.CONSOLE: mark("console"),
}


def status_view(state: SessionState, t: Translator, now_ms: int, utc_offset_min: int) -> StatusView:
    """Return the status bar at a moment (ms since 1970 UTC, and the zone of the wall clock)."""
    device = state.device
    return StatusView(
        device=device.name,
        operator=device.operator,
        link=state.link,
        link_text=t(_LINK_TEXTS[state.link]),
        tone=_LINK_TONES[state.link],
        since=_since(state.since_ms, t, now_ms, utc_offset_min),
        synced=_synced(state.synced_ms, t, now_ms, utc_offset_min),
        waiting=state.waiting,
        waiting_text=t.n("{count} operation waits", "{count} operations wait", state.waiting)
        if state.waiting
        else "",
        trouble=t.n(
            "The hub has put {count} operation aside",
            "The hub has put {count} operations aside",
            state.quarantined,
        )
        if state.quarantined
        else "",
        problem="" if state.problem is None else problem_text(state.problem, t),
        time=t.time_of_day(now_ms, utc_offset_min),
    )


def problem_text(problem: Problem, t: Translator) -> str:
    """Return what happened and what to do, in the person's language."""
    profile = problem.params.get("profile")
    if isinstance(profile, str) and profile in _PROFILES:
        problem = Problem(problem.code, {**problem.params, "profile": t(_PROFILES[profile])})
    return problem.text(t)


def _since(at_ms: int, t: Translator, now_ms: int, utc_offset_min: int) -> str:
    time = t.time_of_day(at_ms, utc_offset_min)
    if same_day(at_ms, now_ms, utc_offset_min):
        return t("since {time}", time=time)
    return t("since {date}, {time}", date=t.short_date(at_ms, utc_offset_min), time=time)


def _synced(at_ms: int | None, t: Translator, now_ms: int, utc_offset_min: int) -> str:
    if at_ms is None:
        return t("Not synchronised yet")
    time = t.time_of_day(at_ms, utc_offset_min)
    if same_day(at_ms, now_ms, utc_offset_min):
        return t("Synchronised at {time}", time=time)
    date = t.short_date(at_ms, utc_offset_min)
    return t("Synchronised on {date} at {time}", date=date, time=time)
