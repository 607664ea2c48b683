"""How a till's devices stand, in words: what needs somebody is marked, and has its keys."""

import pytest

from common.errors import Problem
from common.i18n import LANGUAGES, Translator
from kiosk.devices.display import DisplayView
from kiosk.devices.scale import ScaleView
from kiosk.printing.queue import PrinterView
from kiosk.terminals.card_file import CardNote
from kiosk.terminals.cards import CardView
from kiosk.terminals.terminal import Asked, Step
from kiosk.views.devices import (
    DeviceRow,
    display_row,
    drawer_row,
    note_row,
    printer_row,
    scale_row,
    sign,
    terminal_row,
)
from tests.kiosk.post import NOW_MS

EN = Translator("en")
OFF = Problem("printer_unreachable", {"printer": "tcp://x", "reason": "timed out"})


def actions(row: DeviceRow) -> list[str]:
    return [key.action for key in row.keys]


def test_what_is_not_there_is_said_and_needs_nobody() -> None:
    rows = (
        printer_row(PrinterView(), False, EN),
        drawer_row(PrinterView(), False, EN),
        display_row(DisplayView(), EN),
        scale_row(ScaleView(), False, EN),
    )
    assert {(row.state, row.tone, row.keys) for row in rows} == {("Not set up", "plain", ())}
    assert sign(rows) == ""


@pytest.mark.parametrize(
    ("view", "state", "tone", "keys"),
    [
        (PrinterView(), "Ready", "go", ["print_trial"]),
        (PrinterView(2), "2 papers wait", "go", ["retry_printer", "ask_drop_waiting"]),
        (PrinterView(1, (), OFF), "1 paper waits", "warn", ["retry_printer", "ask_drop_waiting"]),
        (PrinterView(0, (), OFF), "Does not print", "warn", ["print_trial"]),
        (
            PrinterView(0, ("Ticket 1", "Ticket 2")),
            "may be out already: Ticket 1, Ticket 2",
            "warn",
            ["print_doubtful", "drop_doubtful"],
        ),
    ],
)
def test_the_printer(view: PrinterView, state: str, tone: str, keys: list[str]) -> None:
    row = printer_row(view, True, EN)
    assert (row.state, row.tone, actions(row)) == (state, tone, keys)
    assert ("timed out" in row.detail) is (view.problem is not None)
    assert sign((row,)) == ("printer" if tone == "warn" else "")


def test_the_drawer_that_did_not_open() -> None:
    row = drawer_row(PrinterView(kick_problem=OFF), True, EN)
    assert (row.tone, row.state) == ("warn", "Did not open the last time")
    assert drawer_row(PrinterView(problem=OFF), True, EN).tone == "go"


def test_the_customers_screen_and_the_scale() -> None:
    ended = DisplayView(True, Problem("display_ended", {"reason": "exit 1"}))
    assert actions(display_row(ended, EN)) == ["restart_display"]
    assert display_row(DisplayView(True), EN).state == "Ready"
    assert scale_row(ScaleView(True, weighing=True), True, EN).state == "Weighing…"
    moves = scale_row(ScaleView(True, problem=Problem("scale_moves")), True, EN)
    assert (moves.tone, moves.state, actions(moves)) == ("warn", "No weight", ["weigh"])
    assert scale_row(ScaleView(True), False, EN).keys == ()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("step", list(Step))
def test_the_terminal_says_every_step(step: Step, lang: str) -> None:
    row = terminal_row("simulated", CardView(Asked("p", 100), step), Translator(lang))
    assert row.state
    assert (row.tone == "warn") is (step is Step.UNKNOWN)


def test_a_terminal_at_rest_says_what_it_is() -> None:
    by_hand, unknown = (terminal_row(name, None, EN).state for name in ("manual", "bank"))
    assert "by hand" in by_hand
    assert unknown == "Ready"


def test_a_card_payment_without_a_ticket() -> None:
    for step, gives_back, title, said in (
        (Step.ACCEPTED, False, "Card payment: €25.19", "no ticket was made"),
        (Step.UNKNOWN, True, "Given back by card: €25.19", "Nobody knows"),
    ):
        note = CardNote(Asked("p1", 2519, gives_back), NOW_MS, step, "123")
        row = note_row(note, NOW_MS + 60_000, 60, EN)
        assert (row.title, row.tone) == (title, "warn")
        assert said in row.detail
        assert "123" in row.state
        assert [(key.action, key.about) for key in row.keys] == [("ask_drop_card", "p1")]
