"""From an article file to the catalogue: batches of commands, and a count of what came of them.

Owns how lines become `catalogue.put` commands. Reading the file is `article_csv`'s, taking the
commands the hub's; this joins the two and reports.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from common import messages as m
from common.commands import CatalogueEntry
from hub.article_csv import ArticleLine, Reject
from hub.article_notices import Notice

BATCH: Final = 200
UNSORTED: Final = "Divers"
"""The category of articles whose file names none."""


@dataclass(slots=True)
class ImportReport:
    """What an import did so far. `odd`: (line, notice) of lines taken with a warning.

    `sizes`: how many articles each command held, in the order in which they were sent.
    """

    taken: int = 0
    sizes: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    odd: list[tuple[int, Notice]] = field(default_factory=list)
    refused: list[m.Reply] = field(default_factory=list)

    def note(self, reply: m.Reply) -> None:
        """Count what the hub took, and keep what it did not."""
        if reply.status is m.Status.ACCEPTED:
            self.taken += self.sizes[reply.n - 1]
        else:
            self.refused.append(reply)


def entries(
    lines: Iterable[ArticleLine | Reject], report: ImportReport
) -> Iterator[CatalogueEntry]:
    """Yield what can be taken of a file's lines; note the rest in the report."""
    for line in lines:
        if isinstance(line, Reject):
            report.rejects.append(line)
            continue
        report.odd += [(line.line, notice) for notice in line.warnings]
        yield CatalogueEntry(
            line.code,
            line.name,
            line.category or UNSORTED,
            line.price_cents,
            line.vat_bp,
            line.stock_thousandths,
            line.stock_min_thousandths,
            subcategory=line.subcategory,
        )


def batches(
    taken: Iterable[CatalogueEntry], report: ImportReport
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield `catalogue.put` commands of at most BATCH entries."""
    batch: list[dict[str, Any]] = []
    for entry in taken:
        batch.append(asdict(entry))
        if len(batch) == BATCH:
            report.sizes.append(len(batch))
            yield "catalogue.put", {"entries": batch}
            batch = []
    if batch:
        report.sizes.append(len(batch))
        yield "catalogue.put", {"entries": batch}


def rejects_path(source: Path) -> Path:
    """Return where the rejects of a file are written: beside it."""
    return source.with_name(f"{source.name.split('.')[0]}-rejets.csv")
