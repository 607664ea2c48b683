"""How each device of a till stands, in words, and what can be done about it.

Owns these words, and which device has a sign in the status bar: one that something is wrong with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator, mark
from kiosk.devices.display import DisplayView
from kiosk.devices.scale import ScaleView
from kiosk.printing.queue import PrinterView
from kiosk.terminals.card_file import CardNote
from kiosk.terminals.cards import CardView
from kiosk.terminals.terminal import Step
from kiosk.views.problems import problem_text


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """Something to touch: the action of the desk's part, what it is about, and its words."""

    action: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device, or a card payment that nobody has seen to. `detail`: what is wrong, or ""."""

    id: str
    icon: str
    title: str
    state: str
    detail: str = ""
    tone: str = "go"
    keys: tuple[DeviceKey, ...] = ()


@dataclass(frozen=True, slots=True)
class DevicesView:
    """All of them, what needs somebody first."""

    rows: tuple[DeviceRow, ...]


_NONE: Final = mark("Not set up")
_READY: Final = mark("Ready")
_TERMINALS: Final[Mapping[str, str]] = {
    "manual": mark("The amount is typed on it by hand"),
    "simulated": mark("Simulated: takes no money"),
}
_STEPS: Final[Mapping[Step, str]] = {
    Step.ASKED: mark("It has been sent an amount"),
    Step.WAITING: mark("It waits for a card"),
    Step.ACCEPTED: mark("The last payment was accepted"),
    Step.DECLINED: mark("The last payment was declined"),
    Step.CANCELLED: mark("The last payment was cancelled"),
    Step.UNKNOWN: mark("Nobody knows how the last payment ended"),
}


def printer_row(view: PrinterView, wanted: bool, t: Translator) -> DeviceRow:
    """Return the printer's row."""
    title = t("Receipt printer")
    if not wanted:
        return _not_set_up("printer", "printer", title, t)
    states, keys = [], []
    if view.waiting:
        states.append(t.n("{count} paper waits", "{count} papers wait", view.waiting))
        keys.append(DeviceKey("retry_printer", "", t("Try now")))
        keys.append(DeviceKey("ask_drop_waiting", "", t("Drop what waits")))
    if view.doubtful:
        states.append(t("may be out already: {papers}", papers=", ".join(view.doubtful)))
        keys.append(DeviceKey("print_doubtful", "", t("Print again")))
        keys.append(DeviceKey("drop_doubtful", "", t("It is out")))
    if not keys:
        keys.append(DeviceKey("print_trial", "", t("Print a trial")))
    detail = "" if view.problem is None else problem_text(view.problem, t)
    wrong = bool(detail or view.doubtful)
    return DeviceRow(
        "printer",
        "printer",
        title,
        "; ".join(states) or (t("Does not print") if detail else t(_READY)),
        detail,
        "warn" if wrong else "go",
        tuple(keys),
    )


def drawer_row(view: PrinterView, wanted: bool, t: Translator) -> DeviceRow:
    """Return the drawer's row."""
    if not wanted:
        return _not_set_up("drawer", "drawer", t("Cash drawer"), t)
    problem = view.kick_problem
    return DeviceRow(
        "drawer",
        "drawer",
        t("Cash drawer"),
        t("Opens for cash") if problem is None else t("Did not open the last time"),
        "" if problem is None else problem_text(problem, t),
        "go" if problem is None else "warn",
    )


def display_row(view: DisplayView, t: Translator) -> DeviceRow:
    """Return the customer's screen's row."""
    title = t("Customer's screen")
    if not view.wanted:
        return _not_set_up("display", "screen", title, t)
    if view.problem is None:
        return DeviceRow("display", "screen", title, t(_READY))
    keys = (DeviceKey("restart_display", "", t("Start it again")),)
    detail = problem_text(view.problem, t)
    return DeviceRow("display", "screen", title, t("Ended"), detail, "warn", keys)


def scale_row(view: ScaleView, there: bool, t: Translator) -> DeviceRow:
    """Return the scale's row."""
    if not view.wanted:
        return _not_set_up("scale", "scale", t("Scale"), t)
    keys = (DeviceKey("weigh", "", t("Weigh")),) if there else ()
    detail = "" if view.problem is None else problem_text(view.problem, t)
    state = t("Weighing…") if view.weighing else t("No weight") if detail else t(_READY)
    return DeviceRow("scale", "scale", t("Scale"), state, detail, "warn" if detail else "go", keys)


def terminal_row(name: str, view: CardView | None, t: Translator) -> DeviceRow:
    """Return the card terminal's row; `name`: the terminal's own."""
    title = t("Card terminal")
    if view is None:
        return DeviceRow("terminal", "card", title, t(_TERMINALS.get(name, _READY)))
    problem = view.problem
    return DeviceRow(
        "terminal",
        "card",
        title,
        t(_STEPS[view.step]),
        "" if problem is None else problem_text(problem, t),
        "warn" if view.step is Step.UNKNOWN else "go",
    )


def note_row(note: CardNote, now_ms: int, utc_offset_min: int, t: Translator) -> DeviceRow:
    """Return the row of a card payment without a ticket."""
    asked = note.asked
    amount, when = t.money(asked.amount_cents), t.moment(note.at_ms, now_ms, utc_offset_min)
    title = (
        t("Given back by card: {amount}", amount=amount)
        if asked.gives_back
        else t("Card payment: {amount}", amount=amount)
    )
    known = note.step is Step.ACCEPTED
    detail = (
        t("It was accepted, and no ticket was made. Make the ticket again or give it back.")
        if known
        else t("Nobody knows how it ended. Look at the terminal or its paper.")
    )
    state = f"{when} · {note.proof}" if note.proof else when
    keys = (DeviceKey("ask_drop_card", asked.reference, t("It is seen to")),)
    return DeviceRow(f"card-{asked.reference}", "card", title, state, detail, "warn", keys)


def sign(rows: tuple[DeviceRow, ...]) -> str:
    """Return the drawn sign of the first device that something is wrong with, "" for none."""
    return next((row.icon for row in rows if row.tone == "warn"), "")


def _not_set_up(name: str, icon: str, title: str, t: Translator) -> DeviceRow:
    return DeviceRow(name, icon, title, t(_NONE), tone="plain")
