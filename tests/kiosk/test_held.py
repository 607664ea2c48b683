"""Requests that wait for their person to log in at the hub: kept, handed over once, given up."""

from pathlib import Path

import pytest

from common.errors import Refusal
from common.seal import Sealer
from kiosk.held import MOST, Held, HeldFile, HeldRequest

SEALER = Sealer(b"\1" * 32)


def request(n: int, person: str = "a") -> HeldRequest:
    """Return a request."""
    args = {"prices": [{"article_id": f"{n:032x}", "price_cents": 120}]}
    return HeldRequest(f"{n:032x}", "price.set", args, person * 32, "Amélie", n)


def of(folder: Path) -> Held:
    """Return what is held as after a start of the program."""
    return Held(HeldFile(folder, SEALER))


def test_they_outlive_the_program(tmp_path: Path) -> None:
    held = of(tmp_path)
    held.add(request(1))
    held.add(request(2))
    assert of(tmp_path).all() == (request(1), request(2))
    assert b"price" not in (tmp_path / "held.sealed").read_bytes()


def test_each_is_handed_over_once_to_its_own_person(tmp_path: Path) -> None:
    held = of(tmp_path)
    for n, person in enumerate("aba", 1):
        held.add(request(n, person))
    sent: list[HeldRequest] = []
    assert held.hand_over("a" * 32, sent.append) == 2
    assert sent == [request(1), request(3)]
    assert held.hand_over("a" * 32, sent.append) == 0
    assert of(tmp_path).all() == (request(2, "b"),)


def test_what_cannot_be_queued_stays_with_what_comes_after_it(tmp_path: Path) -> None:
    held = of(tmp_path)
    for n in (1, 2, 3):
        held.add(request(n))
    sent: list[int] = []

    def send(each: HeldRequest) -> None:
        if each.made_ms == 2:
            raise Refusal("disk_full", folder=str(tmp_path))
        sent.append(each.made_ms)

    assert held.hand_over("a" * 32, send) == 1
    assert sent == [1]
    assert of(tmp_path).all() == (request(2), request(3))


def test_one_can_be_given_up(tmp_path: Path) -> None:
    held = of(tmp_path)
    held.add(request(1))
    held.add(request(2))
    held.drop(request(1).id)
    assert of(tmp_path).all() == (request(2),)


def test_there_is_an_end_to_it(tmp_path: Path) -> None:
    held = Held()
    for n in range(MOST):
        held.add(request(n))
    with pytest.raises(Refusal) as refused:
        held.add(request(MOST))
    assert refused.value.problem.code == "too_many_held"
    assert len(held) == MOST


def test_a_file_that_cannot_be_read_is_as_good_as_none(tmp_path: Path) -> None:
    of(tmp_path).add(request(1))
    (tmp_path / "held.sealed").write_bytes(b"x" * 60)
    assert of(tmp_path).all() == ()
