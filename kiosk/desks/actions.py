"""What a till can do beside ringing up and being paid: the table of its actions.

Owns their order, their signs and words, when each makes sense, and which right it asks for. Each
does its work in a desk of its own; the keys of the actions' panel and the shortcuts come from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from common.i18n import Translator, mark
from common.journal.drawer import CountedFor
from common.journal.till_tally import SessionSums
from common.permits import DISCOUNT, PRICE
from kiosk.desks import line_actions, note_actions
from kiosk.desks.drawer import OPEN
from kiosk.rights import Right
from kiosk.views.actions import ActionKey, ActionsView, GroupView
from kiosk.views.mode import Mode

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk

Do = Callable[["TillDesk"], None]
When = Callable[["TillDesk"], bool]


class Group(Enum):
    """What an action is about; the panel shows one group below the other."""

    LINE = "line"
    SALE = "sale"
    DRAWER = "drawer"
    TILL = "till"
    POST = "post"


TITLES: Final[Mapping[Group, str]] = {
    Group.LINE: mark("The selected line"),
    Group.SALE: mark("The sale"),
    Group.DRAWER: mark("The drawer"),
    Group.TILL: mark("The till"),
    Group.POST: mark("This post"),
}


def _always(_desk: "TillDesk") -> bool:
    return True


def _selling(desk: "TillDesk") -> bool:
    """Return whether there is a sale that nothing is paid of: it may become less, or nothing."""
    return bool(desk.sale.basket) and not desk.paying.begun


def _not_begun(desk: "TillDesk") -> bool:
    return not desk.paying.begun


def _line_chosen(desk: "TillDesk") -> bool:
    return desk.sale.line is not None and not desk.paying.begun


def _shut(desk: "TillDesk") -> bool:
    return not desk.session.counter.session_open


def _anything(desk: "TillDesk") -> bool:
    """Return whether there is something that a Z can state."""
    return desk.session.counter.tally.session != SessionSums()


def _last_z(desk: "TillDesk") -> bool:
    return desk.session.counter.remembered.last_z is not None


def _may_train(desk: "TillDesk") -> bool:
    waits = desk.sale.basket or desk.session.parking.asking
    return not desk.training.on and not waits


def _article_chosen(desk: "TillDesk") -> bool:
    line = desk.sale.line
    return line is not None and bool(line.article_id)


@dataclass(frozen=True, slots=True)
class Action:
    """One action. `label` is marked text; `right`: of which kind, "" for everybody's.

    `when`: whether it makes sense now; its key is off where it does not.
    """

    name: str
    group: Group
    label: str
    icon: str
    do: Do
    right: str = ""
    when: When = _always


ACTIONS: Final[tuple[Action, ...]] = (
    Action(
        "line_discount", Group.LINE, mark("Discount"), "percent",
        line_actions.ask_line_discount, DISCOUNT, _line_chosen,
    ),
    Action(
        "line_price", Group.LINE, mark("Other price"), "tag",
        line_actions.ask_price, PRICE, _line_chosen,
    ),
    Action(
        "line_note", Group.LINE, mark("Note"), "list",
        note_actions.ask_line_note, "", _line_chosen,
    ),
    Action(
        "void_line", Group.LINE, mark("Void the line"), "bin",
        line_actions.ask_void_line, "void.record", _line_chosen,
    ),
    Action(
        "customer", Group.SALE, mark("Customer"), "user", lambda desk: desk.buyer.open(),
        "", _not_begun,
    ),
    Action(
        "note", Group.SALE, mark("Note on the ticket"), "list", note_actions.ask_note,
        "", _not_begun,
    ),
    Action(
        "sale_discount", Group.SALE, mark("Discount on all"), "percent",
        line_actions.ask_sale_discount, DISCOUNT, _selling,
    ),
    Action(
        "free_line", Group.SALE, mark("Free line"), "plus", line_actions.ask_free_line,
    ),
    Action(
        "void_sale", Group.SALE, mark("Void the sale"), "bin",
        line_actions.ask_void_sale, "void.record", _selling,
    ),
    Action(
        "park", Group.SALE, mark("Park the sale"), "pause",
        lambda desk: desk.parked.park(), "ticket.park", _selling,
    ),
    Action(
        "park_named", Group.SALE, mark("Park with a name"), "pause",
        lambda desk: desk.parked.ask_name(), "ticket.park", _selling,
    ),
    Action(
        "parked", Group.TILL, mark("Parked tickets"), "list", lambda desk: desk.parked.open(),
    ),
    Action(
        "weigh", Group.SALE, mark("Weigh"), "scale",
        lambda desk: desk.weighing.begin(), when=lambda desk: desk.weighing.possible,
    ),
    Action(
        "open_session", Group.DRAWER, mark("Open the till"), "drawer",
        lambda desk: desk.drawer.count(OPEN), "session_opened.record", _shut,
    ),
    Action(
        "cash_in", Group.DRAWER, mark("Cash in"), "receive",
        lambda desk: desk.drawer.ask_cash_in(), "cash_in.record",
    ),
    Action(
        "cash_out", Group.DRAWER, mark("Cash out"), "waiting",
        lambda desk: desk.drawer.ask_cash_out(), "cash_out.record",
    ),
    Action(
        "open_drawer", Group.DRAWER, mark("Open the drawer"), "drawer",
        lambda desk: desk.drawer.ask_open_drawer(), "drawer.record",
    ),
    Action(
        "x", Group.DRAWER, mark("X reading"), "list", lambda desk: desk.drawer.x(), "x.record",
    ),
    Action(
        "hand_over", Group.DRAWER, mark("Hand over"), "people",
        lambda desk: desk.drawer.count(CountedFor.HAND_OVER), "x.record", _anything,
    ),
    Action(
        "close", Group.DRAWER, mark("Close with Z"), "lock",
        lambda desk: desk.drawer.count(CountedFor.CLOSE), "z.record", _anything,
    ),
    Action(
        "last_z", Group.DRAWER, mark("Last Z"), "ticket",
        lambda desk: desk.drawer.show_last_z(), "x.record", _last_z,
    ),
    Action(
        "training", Group.TILL, mark("Training"), "learn",
        lambda desk: desk.training.begin(), "training.record", _may_train,
    ),
    Action(
        "end_training", Group.TILL, mark("End training"), "learn",
        lambda desk: desk.training.end(), when=lambda desk: desk.training.on,
    ),
    Action(
        "tickets", Group.TILL, mark("Last tickets"), "ticket", lambda desk: desk.open_tickets(),
    ),
    Action(
        "devices", Group.POST, mark("Equipment"), "printer", lambda desk: desk.open_devices(),
    ),
    Action(
        "comfort", Group.POST, mark("Settings"), "settings",
        lambda desk: desk.show(Mode.COMFORT),
    ),
    Action(
        "shortcuts", Group.POST, mark("Keyboard"), "keyboard",
        lambda desk: desk.show(Mode.SHORTCUTS),
    ),
    Action(
        "favourite", Group.POST, mark("Favourite"), "star",
        lambda desk: desk.turn_favourite(), "", _article_chosen,
    ),
)  # fmt: skip
BY_NAME: Final[Mapping[str, Action]] = {each.name: each for each in ACTIONS}
if len(BY_NAME) != len(ACTIONS):
    raise ImportError("an action stands twice")


def do(desk: "TillDesk", name: str) -> None:
    """Do an action; where somebody else must allow it, ask first. What makes no sense is not done.

    An action that opens nothing leads back to the sale.
    """
    action = BY_NAME[name]
    if not action.when(desk) or desk.paying.hold_on():
        return
    if action.right and not desk.allowing.ask(action.right, lambda: do(desk, name)):
        return
    desk.show(Mode.SELL)
    action.do(desk)


def actions_view(desk: "TillDesk", t: Translator) -> ActionsView:
    """Return the panel: every action in its group, off where it makes no sense now."""
    groups = []
    for group, title in TITLES.items():
        keys = tuple(
            ActionKey(
                each.name,
                t(each.label),
                each.icon,
                each.when(desk) and _may(desk, each) is not Right.NO,
                _may(desk, each) is Right.ASK,
            )
            for each in ACTIONS
            if each.group is group
        )
        if keys:
            groups.append(GroupView(t(title), keys))
    return ActionsView(tuple(groups))


def _may(desk: "TillDesk", action: Action) -> Right:
    return desk.session.people.may(action.right) if action.right else Right.YES
