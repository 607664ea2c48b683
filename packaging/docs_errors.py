"""The tables of `docs/errors.md`, made from the tables in the code.

Owns their layout. Run it to write the page again: `.venv/bin/python packaging/docs_errors.py`; the
words around the tables are the page's own. A test says when the page lags behind.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from common.problems import archive, hub, keys, kiosk, pairing, people, trade, wire, witness
from common.problems.kind import ErrorKind
from hub.article_notices import FAULTS, REASONS, REMARKS

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "errors.md"
TABLES: Final[Mapping[str, Iterable[ErrorKind]]] = {
    "trade": trade.PROBLEMS,
    "wire": wire.PROBLEMS,
    "pairing": pairing.PROBLEMS,
    "people": people.PROBLEMS,
    "keys": keys.PROBLEMS,
    "kiosk": kiosk.PROBLEMS,
    "hub": hub.PROBLEMS,
    "witness": witness.PROBLEMS,
    "archive": archive.PROBLEMS,
    "import-files": FAULTS.values(),
}
NOTICES: Final[Mapping[str, Mapping[str, str]]] = {
    "import-reasons": {reason.value: text for reason, text in REASONS.items()},
    "import-remarks": {remark.value: text for remark, text in REMARKS.items()},
}


def tables() -> dict[str, str]:
    """Return every table of the page, Markdown, by the name of its place."""
    found = {name: _errors(kinds) for name, kinds in TABLES.items()}
    return found | {name: _notices(texts) for name, texts in NOTICES.items()}


def filled(page: str) -> str:
    """Return the page with its tables as they must be; raises ValueError where a place is not."""
    for name, table in tables().items():
        begin, end = f"<!-- table: {name} -->\n", "\n<!-- end -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"the page has no place for the table {name}")
        page = f"{before}{begin}\n{table}\n{end}{after}"
    return page


def _errors(kinds: Iterable[ErrorKind]) -> str:
    lines = ["| code | it says | what would do | again? |", "| --- | --- | --- | --- |"]
    for kind in kinds:
        again = "yes" if kind.retryable else ""
        lines.append(f"| `{kind.code}` | {_cell(kind.text)} | {_cell(kind.hint)} | {again} |")
    return "\n".join(lines)


def _notices(texts: Mapping[str, str]) -> str:
    lines = ["| code | it says |", "| --- | --- |"]
    lines += [f"| `{code}` | {_cell(text)} |" for code, text in texts.items()]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
