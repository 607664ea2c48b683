"""`docs/reliability.md` against the simulation: every fault and every safeguard stands there."""

import re

from tests.docs import pages
from tests.sim.faults import FAULTS
from tests.sim.guards import SAFEGUARDS

PAGE = pages.text("reliability.md")


def test_every_fault_stands_there_and_no_other() -> None:
    rows = pages.rows(pages.section(PAGE, "Faults"))
    said = [name for row in rows for name in row[1].split("; ")]
    assert sorted(said) == sorted(fault.name for fault in FAULTS)


def test_every_safeguard_stands_there_with_what_it_protects() -> None:
    rows = list(pages.rows(pages.section(PAGE, "Safeguards")))
    said = [(row[0], row[1], tuple(pages.spans(row[2]))) for row in rows]
    assert said == [(guard.name, guard.protects, guard.files) for guard in SAFEGUARDS]


def test_every_safeguard_has_its_figure() -> None:
    figures = [row[3] for row in pages.rows(pages.section(PAGE, "Safeguards"))]
    assert [said for said in figures if not re.fullmatch(r"\d+|none in \d+", said)] == []
