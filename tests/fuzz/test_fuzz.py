"""Garbage, at every place that reads what others wrote: one kind of error, no crash, no growth."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

MIB = 1024 * 1024
FOUND = Path(__file__).parent / "found"
NAMES = pytest.mark.parametrize("name", TARGETS)
PIECES = [b"", b"\0", b"\xff", b"\r\n", b'"', b";", b"&", b"&#", b"{", b"[", b"\\u", b"1e999"]
NESTED: dict[str, Callable[[int], bytes]] = {
    "[": lambda n: b"[" * n,
    "{": lambda n: b'{"a":' * n,
    "toml": lambda n: b"a=" + b"[" * n,
    "dots": lambda n: b"a" + b".a" * n + b"=1",
    "quotes": lambda n: b'"' * n,
    "quoted": lambda n: b'"a;' * n,
    "entities": lambda n: b"&#1" * n,
    "ampersands": lambda n: b"&" * n,
    "separators": lambda n: b";" * n,
    "lines": lambda n: b"\n" * n,
    "returns": lambda n: b"\r" * n,
    "digits": lambda n: b"9" * n,
    "zeroes": lambda n: b"\0" * n,
    "ones": lambda n: b"\1" * n,
    "high": lambda n: b"\xff" * n,
    "colons": lambda n: b":" * n,
    "spaces": lambda n: b" " * n,
    "marks": lambda n: "\u00a0".encode() * n,
    "articles": lambda n: b"Code;Nom;Prix;TVA\n" + b'1;"' * n,
    "prices": lambda n: b"Code;Nom;Prix;TVA\n12345670;a;" + b"1 " * n + b";20\n",
}


@st.composite
def spoiled(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """Return good input with pieces cut out, put in, doubled, or turned over."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 40)))
        how = draw(st.sampled_from(("cut", "put", "double", "flip", "other")))
        if how == "cut":
            del data[at:end]
        elif how == "put":
            data[at:at] = draw(st.sampled_from(PIECES) | st.binary(max_size=8))
        elif how == "double":
            data[at:at] = data[at:end]
        elif how == "flip" and at < len(data):
            data[at] ^= 1 << draw(st.integers(0, 7))
        else:
            data[at:end] = draw(st.binary(max_size=40))
    return bytes(data)


@NAMES
def test_good_input_is_read(name: str) -> None:
    target = TARGETS[name]
    seeds = list(target.seeds())
    assert seeds
    for data in seeds:
        if name == "commands" and b"sale.record" in data:
            continue  # A ticket without lines: it only leads there.
        target.run(data)


@NAMES
def test_garbage_gives_one_kind_of_error(name: str) -> None:
    target = TARGETS[name]
    seeds = list(target.seeds())

    @settings(
        derandomize=True,
        max_examples=150,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(spoiled(seeds) | st.binary(max_size=300))
    def check(data: bytes) -> None:
        target(data)

    check()


@pytest.mark.parametrize("shape", NESTED)
@NAMES
def test_repeated_pieces_end_soon_and_keep_little(name: str, shape: str) -> None:
    target = TARGETS[name]
    target(next(iter(target.seeds())))  # What is imported at the first use stays, whatever comes.
    # What depth or repetition can do shows long before a frame's size.
    for data in (NESTED[shape](200), NESTED[shape](20_000)):
        tracemalloc.start()
        try:
            target(data)
            kept, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < 16 * MIB + 100 * len(data)
        assert kept < MIB + 2 * len(data)


@NAMES
def test_garbage_again_and_again_is_not_kept(name: str) -> None:
    target = TARGETS[name]
    rng = Random(3)
    seeds = list(target.seeds())

    def once() -> None:
        data = bytearray(rng.choice(seeds))
        for _ in range(3):
            data[rng.randrange(len(data))] = rng.randrange(256)
        target(bytes(data))

    for _ in range(50):
        once()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(300):
            once()
        assert tracemalloc.get_traced_memory()[0] - before < MIB
    finally:
        tracemalloc.stop()


def _found() -> list[Any]:
    files = sorted(path for path in FOUND.glob("*/*") if path.is_file())
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in files]


@pytest.mark.parametrize("path", _found())
def test_what_was_found_before_is_found_no_more(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())
