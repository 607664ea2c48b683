"""Which terminal a till has, by its setting."""

import pytest

from common.errors import Refusal
from kiosk.terminals.addresses import terminal_at
from kiosk.terminals.manual import ManualTerminal
from kiosk.terminals.simulated import ANSWER_S, Answer, SimulatedTerminal


def at(address: str) -> SimulatedTerminal:
    terminal = terminal_at(address, lambda: 0.0)
    assert isinstance(terminal, SimulatedTerminal)
    return terminal


def test_one_by_hand_and_a_simulated_one() -> None:
    assert isinstance(terminal_at("manual", lambda: 0.0), ManualTerminal)
    plain, told = at("simulated://"), at("simulated://time_out?after_s=0.5")
    assert (plain.answer, plain.answer_s) == (Answer.ACCEPT, ANSWER_S)
    assert (told.answer, told.answer_s) == (Answer.TIME_OUT, 0.5)
    for answer in Answer:
        assert at(f"simulated://{answer.value}").answer is answer


@pytest.mark.parametrize(
    "address",
    [
        *("", "bank", "http://bank", "manual://x", "simulated://perhaps"),
        *(f"simulated://accept?after_s={seconds}" for seconds in ("soon", "-1", "inf", "nan")),
    ],
)
def test_what_is_no_terminal_is_said(address: str) -> None:
    with pytest.raises(Refusal) as refused:
        terminal_at(address, lambda: 0.0)
    assert refused.value.problem.code == "terminal_address"
