"""The outbox against a dict, whatever the disk does."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.sim.disk.disk import NoDisk, load
from tests.sim.model.machine_settings import model_settings
from tests.sim.model.outbox_machine import OutboxMachine


def test_an_outbox_holds_what_it_said() -> None:
    try:
        OutboxMachine.disk = load()
    except NoDisk as missing:
        pytest.skip(str(missing))
    run_state_machine_as_test(OutboxMachine, settings=model_settings(examples=60, steps=40))
