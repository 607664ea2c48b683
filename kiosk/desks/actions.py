"""What a till can do beside ringing up and being paid: the table of its actions.

Owns their order, their signs and words, when each makes sense, and which right it asks for. Each
does its work in a desk of its own; the keys of the actions' panel and the shortcuts come from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from common.i18n import Translator, mark
from common.permits import DISCOUNT, PRICE
from kiosk.desks import line_actions
from kiosk.desks.mode import Mode
from kiosk.rights import Right
from kiosk.views.actions import ActionKey, ActionsView, GroupView

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk

Do = Callable[["TillDesk"], None]
When = Callable[["TillDesk"], bool]


class Group(Enum):
    """What an action is about; the panel shows one group below the other."""

    LINE = "line"
    SALE = "sale"
    TILL = "till"
    POST = "post"


TITLES: Final[Mapping[Group, str]] = {
    Group.LINE: mark("The selected line"),
    Group.SALE: mark("The sale"),
    Group.TILL: mark("The till"),
    Group.POST: mark("This post"),
}


def _always(_desk: "TillDesk") -> bool:
    return True


def _selling(desk: "TillDesk") -> bool:
    """Return whether there is a sale that nothing is paid of: it may become less, or nothing."""
    return bool(desk.sale.basket) and not desk.paying.begun


def _line_chosen(desk: "TillDesk") -> bool:
    return desk.sale.line is not None and not desk.paying.begun


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
        "void_line", Group.LINE, mark("Void the line"), "bin",
        line_actions.ask_void_line, "void.record", _line_chosen,
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
        lambda desk: desk.weigh(), when=lambda desk: desk.can_weigh(),
    ),
    Action(
        "tickets", Group.TILL, mark("Last tickets"), "ticket", lambda desk: desk.open_tickets(),
    ),
    Action(
        "devices", Group.POST, mark("Equipment"), "printer", lambda desk: desk.open_devices(),
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
    if not action.when(desk):
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
