"""What a post has not delivered yet, as a list that a person can check against the paper tickets.

Owns its words and its order on the screen: what was put aside first, each with the reason in a row
of its own, then what waits, oldest first.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from common.commands import TICKETS
from common.i18n import Translator, mark
from common.topics import Profile
from kiosk.held import HeldRequest
from kiosk.undelivered import Undelivered
from kiosk.views.papers import SEPARATOR
from kiosk.views.problems import problem_text

_KINDS: Final[Mapping[str, str]] = {
    "sale.record": mark("Sale"),
    "refund.record": mark("Refund"),
    "void.record": mark("Basket given up"),
    "copy.record": mark("Copy of a ticket"),
    "drawer.record": mark("Drawer opened"),
    "cash_in.record": mark("Cash put in"),
    "cash_out.record": mark("Cash taken out"),
    "session_opened.record": mark("Cash session opened"),
    "x.record": mark("X report"),
    "z.record": mark("Z report"),
    "training.record": mark("Exercise"),
    "journal.record": mark("Event of the till"),
    "goods.receive": mark("Delivery"),
    "ticket.park": mark("Parked ticket"),
    "ticket.recall": mark("Parked ticket asked for"),
    "ticket.unpark": mark("Parked ticket taken up"),
    "price.set": mark("New prices"),
    "price.schedule": mark("Scheduled prices"),
    "price.unschedule": mark("Scheduled prices given up"),
    "catalogue.put": mark("Changed articles"),
    "article.create": mark("New article"),
    "person.put": mark("Changed person"),
    "customer.put": mark("Changed customer"),
    "customer.erase": mark("Customer to erase"),
}
_OTHER_KIND: Final = mark("Operation")
HELD: Final = "held:"


@dataclass(frozen=True, slots=True)
class UndeliveredRow:
    """One row. An operation has a `title`, its reason for being aside is a row with `reason` only.

    `total` is "" for what has none. `ends`: nothing of this operation follows.
    """

    id: str
    title: str = ""
    detail: str = ""
    total: str = ""
    reason: str = ""
    icon: str = ""
    tone: str = "plain"
    ends: bool = True


@dataclass(frozen=True, slots=True)
class UndeliveredView:
    """`count`: how many there are, the ones beyond the rows included. `note` is "" while nothing
    was put aside."""

    count: str
    note: str
    rows: tuple[UndeliveredRow, ...]


def undelivered_view(
    found: Sequence[Undelivered],
    total: int,
    t: Translator,
    now_ms: int,
    utc_offset_min: int,
    held: Sequence[HeldRequest] = (),
    touched: str = "",
) -> UndeliveredView | None:
    """Return the list, None for an empty one; `total`: how many there are, listed or not.

    `held`: requests that wait for a log-in, first; `touched`: the id of one that was touched once.
    """
    if not found and not held:
        return None
    rows = [row for each in held for row in _held_rows(each, touched, t, now_ms, utc_offset_min)]
    rows += [row for each in found for row in _rows(each, t, now_ms, utc_offset_min)]
    left = total - len(found)
    if left > 0:
        rows.append(UndeliveredRow("more", t.n("and {count} more", "and {count} more", left)))
    aside = any(each.problem is not None for each in found)
    note = t("What was put aside is kept here and at the office, and is not counted yet.")
    count = t.number(max(total, len(found)) + len(held))
    return UndeliveredView(count, note if aside else "", tuple(rows))


def waiting_text(profile: Profile, count: int, t: Translator) -> str:
    """Return that so many operations of such a post wait, "" for none."""
    return _WAITING.get(profile, _operations_wait)(t, count) if count else ""


def held_text(count: int, t: Translator) -> str:
    """Return that so many requests wait for a log-in at the hub, "" for none."""
    if not count:
        return ""
    return t.n("{count} request waits for a log-in", "{count} requests wait for a log-in", count)


def aside_text(profile: Profile, count: int, t: Translator) -> str:
    """Return that so many operations of such a post were put aside, "" for none."""
    return _ASIDE.get(profile, _operations_aside)(t, count) if count else ""


def _held_rows(
    each: HeldRequest, touched: str, t: Translator, now_ms: int, utc_offset_min: int
) -> Iterator[UndeliveredRow]:
    again = each.id == touched
    reason = (
        t("Touch once more to give it up. It cannot be brought back.")
        if again
        else t("It is sent once {name} has logged in while the office is there.", name=each.name)
    )
    yield UndeliveredRow(
        id=HELD + each.id,
        title=t(_KINDS.get(each.kind, _OTHER_KIND)),
        detail=SEPARATOR.join((each.name, t.moment(each.made_ms, now_ms, utc_offset_min))),
        icon="bin" if again else "user",
        tone="warn" if again else "plain",
        ends=False,
    )
    yield UndeliveredRow(f"{HELD}{each.id}:why", reason=reason)


def _rows(
    each: Undelivered, t: Translator, now_ms: int, utc_offset_min: int
) -> Iterator[UndeliveredRow]:
    kind = t(_KINDS.get(each.kind, _OTHER_KIND))
    made = t.moment(each.made_ms, now_ms, utc_offset_min)
    numbered = bool(each.reference) and each.kind in TICKETS
    beside = kind if numbered else each.reference
    aside = each.problem is not None
    yield UndeliveredRow(
        id=str(each.n),
        title=t("Ticket {number}", number=each.reference) if numbered else kind,
        detail=SEPARATOR.join((beside, made)) if beside else made,
        total="" if each.total_cents is None else t.money(each.total_cents),
        icon="alert" if aside else "waiting",
        tone="warn" if aside else "plain",
        ends=not aside,
    )
    if each.problem is not None:
        yield UndeliveredRow(f"{each.n}:why", reason=problem_text(each.problem, t))


def _sales_wait(t: Translator, count: int) -> str:
    return t.n("{count} sale waits for the office", "{count} sales wait for the office", count)


def _deliveries_wait(t: Translator, count: int) -> str:
    return t.n(
        "{count} delivery waits for the office", "{count} deliveries wait for the office", count
    )


def _operations_wait(t: Translator, count: int) -> str:
    return t.n("{count} operation waits", "{count} operations wait", count)


def _sales_aside(t: Translator, count: int) -> str:
    return t.n("{count} sale put aside", "{count} sales put aside", count)


def _deliveries_aside(t: Translator, count: int) -> str:
    return t.n("{count} delivery put aside", "{count} deliveries put aside", count)


def _operations_aside(t: Translator, count: int) -> str:
    return t.n("{count} operation put aside", "{count} operations put aside", count)


_Counted = Callable[[Translator, int], str]
# A till only sells and a depot only takes deliveries in: they are told so.
_WAITING: Final[Mapping[Profile, _Counted]] = {
    Profile.TILL: _sales_wait,
    Profile.DEPOT: _deliveries_wait,
}
_ASIDE: Final[Mapping[Profile, _Counted]] = {
    Profile.TILL: _sales_aside,
    Profile.DEPOT: _deliveries_aside,
}
