"""The replica against a dict, whatever the disk does."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.sim.disk.disk import NoDisk, load
from tests.sim.model.machine_settings import model_settings
from tests.sim.model.replica_machine import ReplicaMachine


def test_a_replica_is_of_one_moment() -> None:
    try:
        ReplicaMachine.disk = load()
    except NoDisk as missing:
        pytest.skip(str(missing))
    run_state_machine_as_test(ReplicaMachine, settings=model_settings(examples=60, steps=40))
