"""What somebody should look at, in plain words: each code's short name, and how grave it is.

Owns the order of the office's list: posts that are silent now come first, then the newest.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from common.errors import ERRORS
from common.i18n import Translator, mark
from common.models import Alert

SILENT, BACK = "post_silent", "post_back"


@dataclass(frozen=True, slots=True)
class _Name:
    """The short name of a code, and how it is drawn."""

    title: str
    tone: str = "warn"
    icon: str = "alert"


_NAMES: Final[Mapping[str, _Name]] = {
    SILENT: _Name(mark("A post was silent"), "plain", "offline"),
    BACK: _Name(mark("A post is back"), "go", "online"),
    # What the shop's rules find odd about facts that were taken.
    "flag_unknown_article": _Name(mark("An unknown article")),
    "flag_category_removed": _Name(mark("An article for a removed category")),
    "flag_negative_stock": _Name(mark("Stock below zero")),
    "flag_totals_differ": _Name(mark("Totals that do not add up")),
    "flag_repeated_number": _Name(mark("A ticket number used twice")),
    "flag_repeated_id": _Name(mark("An operation that came twice")),
    "flag_clock": _Name(mark("Clocks that differ")),
    "flag_refund_unknown": _Name(mark("A refund of an unknown ticket")),
    "flag_refund_above": _Name(mark("A refund above what was sold")),
    "flag_refund_repeated": _Name(mark("A refund given twice")),
    "flag_parked_twice": _Name(mark("A parked ticket recalled on two tills")),
    "flag_parked_unknown": _Name(mark("A parked ticket that the hub does not have")),
    "flag_customer_unproven": _Name(mark("A customer on a ticket, unproved")),
    "flag_customer_unknown": _Name(mark("An unknown customer on a ticket")),
    "flag_record_invalid": _Name(mark("A signed record that is not sound")),
    "flag_records_missing": _Name(mark("Signed records that are missing")),
    "flag_chain_begun": _Name(mark("A till began other records")),
    "no_session": _Name(mark("Recorded with nobody logged in")),
    "session_of_another": _Name(mark("Recorded in another's name")),
    "role_not_allowed": _Name(mark("Recorded by somebody who may not")),
    "pin_tried": _Name(mark("Several wrong PINs")),
    # What the hub watches.
    "clock_differs": _Name(mark("Clocks that differ")),
    "disk_low": _Name(mark("Little room on the office's disk")),
    "outbox_gap": _Name(mark("Operations missing from a post")),
    "journal_contradicted": _Name(mark("The journal is not what a post has seen"), "danger"),
    "journal_lost": _Name(mark("A restore has lost lines of the journal")),
    "quarantine_full": _Name(mark("Too much put aside: a post waits")),
    # What it put aside.
    "repeated_id": _Name(mark("Put aside: recorded before, not the same")),
    "hash_mismatch": _Name(mark("Put aside: came twice, not the same")),
    "unknown_schema": _Name(mark("Put aside: the hub needs an update")),
    "unknown_command": _Name(mark("Put aside: unknown to the hub")),
    "unreadable_command": _Name(mark("Put aside: could not be read")),
    "handler_failed": _Name(mark("Put aside: the hub failed on it")),
    "code_taken": _Name(mark("Put aside: its code is another article’s")),
    "unknown_category": _Name(mark("Put aside: its category is unknown")),
    "profile_not_allowed": _Name(mark("Put aside: this post may not do it")),
}
QUARANTINED: Final = frozenset(
    {
        *("repeated_id", "hash_mismatch", "unknown_schema", "unknown_command"),
        *("unreadable_command", "handler_failed", "profile_not_allowed"),
        *("code_taken", "unknown_category"),
    }
)
_FIELD: Final = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class AlertRow:
    """Something to look at. `tone` and `icon` say how grave it is, `stands_out` that it is so
    now."""

    id: str
    time: str
    device: str
    title: str
    subject: str
    tone: str
    icon: str
    stands_out: bool


def alert_rows(
    alerts: Iterable[Alert], t: Translator, now_ms: int, utc_offset_min: int, limit: int
) -> tuple[AlertRow, ...]:
    """Return at most so many rows of alerts, which are given newest first."""
    alerts = list(alerts)
    silent = _silent_now(alerts)
    ordered = sorted(alerts, key=lambda alert: alert.id not in silent)
    return tuple(
        _row(alert, alert.id in silent, t, now_ms, utc_offset_min) for alert in ordered[:limit]
    )


def aside_note(alerts: Iterable[Alert], t: Translator) -> str:
    """Return how many operations the hub has put aside and how to look at them, "" for none."""
    count = sum(alert.code in QUARANTINED for alert in alerts)
    if not count:
        return ""
    return t.n(
        "{count} operation was put aside. To see it, on the hub's computer: "
        "comptoir-hub quarantine",
        "{count} operations were put aside. To see them, on the hub's computer: "
        "comptoir-hub quarantine",
        count,
    )


def _silent_now(alerts: Iterable[Alert]) -> set[str]:
    """Return the ids of the alerts that nobody has heard from a post since."""
    last: dict[str, Alert] = {}
    for alert in alerts:
        if alert.code in (SILENT, BACK):
            last.setdefault(alert.device_name, alert)
    return {alert.id for alert in last.values() if alert.code == SILENT}


def _row(
    alert: Alert, silent_now: bool, t: Translator, now_ms: int, utc_offset_min: int
) -> AlertRow:
    name = _NAMES.get(alert.code)
    row = AlertRow(
        id=alert.id,
        time=t.moment(alert.at_ms, now_ms, utc_offset_min),
        device=alert.device_name,
        title=_unnamed(alert.code, t) if name is None else t(name.title),
        subject=_subject(alert),
        tone="warn" if name is None else name.tone,
        icon="alert" if name is None else name.icon,
        stands_out=silent_now,
    )
    if not silent_now:
        return row
    title = t("{device} does not answer any more", device=alert.device_name)
    to_do = t("Check that it is on, and its network cable.")
    return replace(row, title=title, subject=to_do, tone="danger")


def _subject(alert: Alert) -> str:
    """Return what it was about without the post's name before it, which has its own place."""
    if alert.subject == alert.device_name:
        return ""
    rest = alert.subject.removeprefix(alert.device_name) if alert.device_name else ""
    return rest[1:].strip() if rest.startswith((",", ":")) else alert.subject


def _unnamed(code: str, t: Translator) -> str:
    """Return the text of a code without a short name; what it was about is the subject's."""
    kind = ERRORS.get(code)
    return code if kind is None else _FIELD.sub("…", t(kind.text))
