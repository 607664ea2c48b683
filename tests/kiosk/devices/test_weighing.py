"""What scales say, read byte by byte; noise and half a line are no weight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.devices.settings import Weighing
from kiosk.devices.weighing import MOST_G, MOVES, OUT_OF_RANGE, PROTOCOLS, Weight

CONTINUOUS = [
    (b"ST,GS,+  0.345kg\r", Weight(345)),
    (b"ST,NT,+0012.005kg", Weight(12_005)),
    (b"ST,GS,   345 g\r", Weight(345)),
    (b"ST,GS,+  0.000kg", Weight(0)),
    (b"US,GS,+  0.340kg", MOVES),
    (b"ST,GS,-  0.010kg", OUT_OF_RANGE),
    (b"OL,GS,+------kg", OUT_OF_RANGE),
    (b"ST,GS,+999.999kg", OUT_OF_RANGE),
    (b"+  0.345kg", None),
    (b"ST,GS,+  0.3", None),
    (b"ST,GS,+  0.345lb", None),
    (b"", None),
    (b"\xff\x00\x80", None),
]
TOLEDO = [
    (b"\x0200.345", Weight(345)),
    (b"noise\x0212.005", Weight(12_005)),
    (b"\x02?\x01", MOVES),
    (b"\x02?\x02", OUT_OF_RANGE),
    (b"\x02?\x04", OUT_OF_RANGE),
    (b"\x02?", None),
    (b"\x02abc", None),
    (b"00.345", None),
    (b"\x02NaN", None),
    (b"\x02Infinity", None),
    (b"\x021E9", None),
    (b"", None),
]


@pytest.mark.parametrize(("said", "weight"), CONTINUOUS)
def test_a_scale_that_sends_lines(said: bytes, weight: Weight | None) -> None:
    assert PROTOCOLS[Weighing.CONTINUOUS].read(said) == weight


@pytest.mark.parametrize(("said", "weight"), TOLEDO)
def test_a_scale_that_answers(said: bytes, weight: Weight | None) -> None:
    assert PROTOCOLS[Weighing.TOLEDO].read(said) == weight


@given(st.sampled_from([*Weighing]), st.binary(max_size=40), st.sampled_from([b"", b"\x02", b"ST"]))
def test_whatever_comes_is_a_weight_in_range_or_none(
    protocol: Weighing, noise: bytes, head: bytes
) -> None:
    weight = PROTOCOLS[protocol].read(head + noise)
    assert weight is None or weight.grams is None or 0 <= weight.grams <= MOST_G
