"""The status bar: who this post is, whether it is in step with the hub, and what is on its way.

Owns the words for the three states of the link, and which sign stands beside them. Offline is calm:
it says since when, and that selling goes on is seen by selling.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator, mark, same_day
from kiosk.state import At, LinkStatus, SessionState
from kiosk.views.clocks import clock_is_off
from kiosk.views.people import initials, short_name
from kiosk.views.problems import problem_text
from kiosk.views.undelivered import aside_text, held_text, waiting_text

SIGN_LINES: Final = 2


@dataclass(frozen=True, slots=True)
class SignView:
    """What does not go its usual way, on at most `SIGN_LINES` lines, the gravest first."""

    text: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class StatusView:
    """`since`: when the link became so. `synced`: when the replica last equalled the hub.

    `waiting`: operations not yet at the hub, 0 or more; `waiting_text` is "" for none, so is
    `trouble` while the hub has put nothing aside, `hub_trouble` while it takes what comes, and
    `problem` while nothing keeps the link down. `sign`: these in short, None when all is well.
    `clock_off`: `time` is not the hub's. `person`: who is logged in, "" for nobody, and the
    `initials`; `apart`: the hub was not asked about that. `device_sign`: the drawn sign of a device
    that something is wrong with, "" for none.
    """

    device: str
    operator: str
    person: str
    initials: str
    apart: str
    link: LinkStatus
    link_text: str
    tone: str
    since: str
    synced: str
    waiting: int
    waiting_text: str
    trouble: str
    hub_trouble: str
    problem: str
    sign: SignView | None
    time: str
    clock_off: bool
    device_sign: str = ""


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


def status_view(state: SessionState, t: Translator, now_ms: int, utc_offset_min: int) -> StatusView:
    """Return the status bar at a moment (ms since 1970 UTC, and the zone of the wall clock)."""
    device = state.device
    waiting = waiting_text(device.profile, state.waiting, t)
    trouble = aside_text(device.profile, state.quarantined, t)
    held = held_text(state.held, t)
    hub_trouble = "" if state.hub_trouble is None else t("The office records nothing just now")
    return StatusView(
        device=device.name,
        operator=device.operator if state.who.at is At.OPEN else "",
        person=short_name(state.who.name) if state.who.here else "",
        initials=initials(state.who.name) if state.who.here else "",
        apart=t("without the office") if state.who.at is At.OFFLINE else "",
        link=state.link,
        link_text=t(_LINK_TEXTS[state.link]),
        tone=_LINK_TONES[state.link],
        since=_since(state.since_ms, t, now_ms, utc_offset_min),
        synced=_synced(state.synced_ms, t, now_ms, utc_offset_min),
        waiting=state.waiting,
        waiting_text=waiting,
        trouble=trouble,
        hub_trouble=hub_trouble,
        problem="" if state.problem is None else problem_text(state.problem, t),
        sign=_sign((hub_trouble, trouble), (held, waiting)),
        time=t.time_of_day(now_ms, utc_offset_min),
        clock_off=clock_is_off(state.clock_diff_ms),
    )


def _sign(troubles: tuple[str, ...], waiting: tuple[str, ...]) -> SignView | None:
    lines = [line for line in (*troubles, *waiting) if line][:SIGN_LINES]
    if not lines:
        return None
    if any(troubles):
        return SignView("\n".join(lines), "alert", "warn")
    return SignView("\n".join(lines), "waiting", "plain")


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
