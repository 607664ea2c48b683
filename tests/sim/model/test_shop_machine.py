"""A small shop against a dict, whatever goes wrong in it."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.sim.disk.disk import NoDisk, load
from tests.sim.model.machine_settings import model_settings
from tests.sim.model.shop_machine import ShopMachine


@pytest.fixture(autouse=True)
def _silence() -> Iterator[None]:
    """What fails here fails on purpose."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.timeout(900)  # Shrinking a failure takes minutes.
def test_a_shop_has_at_the_end_what_people_were_told() -> None:
    try:
        ShopMachine.disk = load()
    except NoDisk as missing:
        pytest.skip(str(missing))
    run_state_machine_as_test(ShopMachine, settings=model_settings(examples=60, steps=40))
