"""Days' totals per VAT rate as a CSV file: one line a day and rate, for accounts and e-reporting.

Owns its columns, and amounts as a spreadsheet of the person's language reads them: semicolons, and
a decimal comma in French.
"""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from common.i18n import Translator, mark
from common.journal.totals import RateSum
from hub.closing_list import DayTotals
from hub.folder import ConfigError

HEADINGS: Final = (
    mark("Date"),
    mark("VAT rate (%)"),
    mark("Without VAT"),
    mark("VAT"),
    mark("With VAT"),
    mark("Late, without VAT"),
    mark("Late, VAT"),
    mark("Late, with VAT"),
    mark("Daily closings"),
)
NOTHING: Final = RateSum()


def write_csv(path: Path, days: Iterable[DayTotals], t: Translator) -> None:
    """Write days into a new file, readable by its owner; raises ConfigError where it cannot be."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        # With the mark by which spreadsheets know UTF-8.
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8-sig", newline="") as file:
            out = csv.writer(file, delimiter=";")
            out.writerow([t(heading) for heading in HEADINGS])
            for day in days:
                out.writerows(lines_of(day, t))
    except FileExistsError:
        raise ConfigError("file_exists", file=path) from None
    except OSError as error:
        raise ConfigError("path_unusable", file=path, reason=error.strerror) from error


def lines_of(day: DayTotals, t: Translator) -> Iterator[list[str]]:
    """Yield a day's line for each VAT rate, in the order of the columns."""
    for rate, sums in sorted(day.totals.by_rate.items(), key=lambda item: int(item[0])):
        late = day.late.by_rate.get(rate, NOTHING)
        yield [
            day.date,
            _decimal(int(rate), t),
            *(_decimal(cents, t) for cents in _amounts(sums)),
            *(_decimal(cents, t) for cents in _amounts(late)),
            " ".join(str(number) for number in day.closings),
        ]


def _amounts(sums: RateSum) -> tuple[int, int, int]:
    return sums.base_cents, sums.vat_cents, sums.total_cents


def _decimal(hundredths: int, t: Translator) -> str:
    """Return cents, or a rate's basis points, with two places and no more: "-1234,50"."""
    sign = "-" if hundredths < 0 else ""
    units, rest = divmod(abs(hundredths), 100)
    return f"{sign}{units}{t.decimal}{rest:02d}"
