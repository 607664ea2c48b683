"""What posts have seen of the journal, in words: for `comptoir-hub journal`."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from common.i18n import mark
from common.journal.witness import SAYS, Conflict
from hub.cli_session import Session

if TYPE_CHECKING:
    from hub.journal_verify import Report
    from hub.witness_verify import Testimony


def tell_witnesses(session: Session, report: "Report") -> None:
    """Print what the files of posts say, and what the journal says itself of posts."""
    for said in report.witnesses:
        _tell_witness(session, said)
    if report.noted:
        session.say(
            mark("Contradicted by posts, it says itself: {count} (comptoir-hub journal status)."),
            count=session.t.number(len(report.noted)),
        )


def _tell_witness(session: Session, said: "Testimony") -> None:
    t = session.t
    session.say(
        mark("{device} has seen the journal up to line {newest}; it agrees up to line {agreed}."),
        device=said.device_name,
        newest=said.newest,
        agreed=said.agreed,
    )
    if not said.signed:
        session.say(
            mark(
                "    Its file is not signed by a post that this journal knows; every head in it is"
                " signed by a hub."
            ),
        )
    if said.bounds.conflict is not None:
        session.say(
            mark("    line {lines} {text}"),
            lines=said.bounds.text,
            text=t(SAYS[said.bounds.conflict]),
        )
    for gone in said.lost:
        session.say(
            mark(
                "    the backup restored under line {restored} kept it up to line {kept}; it had"
                " reached line {reached}"
            ),
            **gone._asdict(),
        )


def plain_testimony(said: "Testimony") -> dict[str, Any]:
    """Return a file's word as plain JSON data."""
    bounds = said.bounds
    return {
        "device": said.device_name,
        "signed": said.signed,
        "heads": said.heads,
        "agreed": said.agreed,
        "newest": said.newest,
        "conflict": bounds.conflict,
        "after": bounds.after,
        "by": bounds.by,
        "lost": msgspec.to_builtins([gone._asdict() for gone in said.lost]),
    }


def tell_noted(session: Session, view: Mapping[str, Any]) -> None:
    """Print what the journal says itself of posts: an answer of `journal_status`."""
    t = session.t
    for found in view["contradicted"]:
        first, by = found["after"] + 1, found["by"]
        session.say(
            mark("Line {seq}, {at}: contradicted by {device}: line {lines} {text}"),
            seq=found["seq"],
            at=_moment(found["at_ms"]),
            device=found["device_name"],
            lines=by if first >= by else f"{first}–{by}",
            text=t(SAYS[Conflict(found["code"])]),
        )
    for gone in view["lost"]:
        session.say(
            mark(
                "Line {seq}, {at}: the backup restored under line {restored} kept the journal up to"
                " line {kept}; {device} had seen it reach line {reached}"
            ),
            at=_moment(gone["at_ms"]),
            device=gone["device_name"],
            **{name: gone[name] for name in ("seq", "restored", "kept", "reached")},
        )


def _moment(at_ms: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at_ms / 1000))
