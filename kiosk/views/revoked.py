"""What stands on the screen of a post that was taken out of the shop.

Owns its words: what happened, what is kept, what to do.
"""

from dataclasses import dataclass

from common.i18n import Translator
from kiosk.state import SessionState


@dataclass(frozen=True, slots=True)
class RevokedView:
    """`happened`, `kept` and `to_do` are paragraphs."""

    device: str
    title: str
    happened: str
    kept: str
    to_do: str


def revoked_view(
    state: SessionState, t: Translator, now_ms: int, utc_offset_min: int
) -> RevokedView | None:
    """Return it at a moment (ms since 1970 UTC, and the zone), None for a post in the shop."""
    revoked = state.revoked
    if revoked is None:
        return None
    when = t.moment(revoked.at_ms, now_ms, utc_offset_min)
    happened = (
        t("{by} took it out of the shop: {when}.", by=revoked.by, when=when)
        if revoked.by
        else t("It was taken out of the shop: {when}.", when=when)
    )
    kept = (
        t.n(
            "{count} operation was not delivered. It is kept on this post.",
            "{count} operations were not delivered. They are kept on this post.",
            state.waiting,
        )
        if state.waiting
        else t("Everything that was recorded here was delivered.")
    )
    return RevokedView(
        device=state.device.name,
        title=t("This post is not in the shop any more"),
        happened=happened + " " + t("The copy of the shop on it was erased."),
        kept=kept,
        to_do=t(
            "If this is a mistake, or something is kept here, tell the administrator: this post"
            " can be let in again, or what it keeps can be taken over from a file."
        ),
    )
