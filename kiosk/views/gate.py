"""What stands where somebody has to log in: who has locked the post, what is kept, whom to touch.

Owns these words. Locked and offline are calm states: nothing that was begun is lost by either.
"""

from dataclasses import dataclass

from common.i18n import Translator
from kiosk.state import At, LinkStatus, Who
from kiosk.views.people import PersonTile, PinView
from kiosk.views.problems import problem_words


@dataclass(frozen=True, slots=True)
class GateView:
    """`note`: what to know besides, "" for nothing; `leave`: the text of the key that logs out
    whoever has locked the post, "" where nobody has."""

    icon: str
    title: str
    text: str
    note: str
    leave: str
    tiles: tuple[PersonTile, ...]
    pin: PinView


@dataclass(frozen=True, slots=True)
class AllowView:
    """Asking a second person: `action` in words, who may allow it, and the pad."""

    title: str
    text: str
    tiles: tuple[PersonTile, ...]
    pin: PinView


def gate_view(
    who: Who,
    link: LinkStatus,
    kept: str,
    tiles: tuple[PersonTile, ...],
    pin: PinView,
    t: Translator,
    since: str,
) -> GateView:
    """Return the gate. `kept`: what is in hand on this post, in words; `since`: a time of day."""
    locked = who.at is At.LOCKED
    return GateView(
        icon="lock" if locked else "user",
        title=t("Locked") if locked else t("Who works here now?"),
        text=_text(who, kept, t, since),
        note=_note(tiles, link, t),
        leave=t("Log out {name}", name=who.name) if locked else "",
        tiles=tiles,
        pin=pin,
    )


def _text(who: Who, kept: str, t: Translator, since: str) -> str:
    said = []
    if who.at is At.LOCKED and who.ended is not None:
        said += [part for part in problem_words(who.ended, t) if part]
    elif who.at is At.LOCKED:
        said.append(t("By {name}, at {time}.", name=who.name, time=since))
    else:
        said.append(t("Touch your name, then type your PIN."))
    return " ".join([*said, kept] if kept else said)


def _note(tiles: tuple[PersonTile, ...], link: LinkStatus, t: Translator) -> str:
    if not tiles:
        return t("The list of people has not arrived from the office yet.")
    if link is LinkStatus.OFFLINE:
        return t(
            "The office does not answer. Whoever has logged in on this post before can do so now."
        )
    return ""
