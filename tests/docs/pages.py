"""Reading the project's pages: sections, tables, code blocks. Knows Markdown and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
DOCS: Final = ROOT / "docs"
PAGES: Final = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md")))

_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING: Final = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_UNITS: Final = {"": 1, "KiB": 1024, "MiB": 1024 * 1024, "s": 1}


def text(name: str) -> str:
    """Return a page of `docs/` by its name, or a page beside it by its path from the root."""
    path = DOCS / name
    return (path if path.exists() else ROOT / name).read_text("utf-8")


def without_code(page: str) -> str:
    """Return a page without its code blocks."""
    return _FENCE.sub("", page)


def blocks(page: str, language: str) -> list[str]:
    """Return the code blocks of a language, in order."""
    return [body for kind, body in _FENCE.findall(page) if kind == language]


def headings(page: str) -> list[str]:
    """Return the headings, in order."""
    return [title for _, title in _HEADING.findall(without_code(page))]


def anchor(heading: str) -> str:
    """Return what GitHub calls a heading in a link."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def section(page: str, title: str) -> str:
    """Return what stands under a heading, up to the next of its level; raises KeyError."""
    bare = _FENCE.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), page)
    for match in _HEADING.finditer(bare):
        if match[2] == title:
            end = re.compile(rf"^#{{1,{len(match[1])}}} ", re.MULTILINE).search(bare, match.end())
            return page[match.end() : end.start() if end else len(page)]
    raise KeyError(title)


def rows(markdown: str) -> Iterator[list[str]]:
    """Yield the cells of every table row, headings and rules left out."""
    table = False
    for line in markdown.splitlines():
        if not line.startswith("|"):
            table = False
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            table = True
        elif table:
            yield cells


def spans(cell: str) -> list[str]:
    """Return the code spans of a text, in order."""
    return re.findall(r"`([^`]+)`", cell)


def number(shown: str) -> float:
    """Return a figure as pages write it: `20,000`, `64 KiB`, `3.5 s`; raises ValueError."""
    value, _, unit = shown.partition(" ")
    if unit not in _UNITS:
        raise ValueError(f"{shown!r} has an unknown unit")
    return float(value.replace(",", "")) * _UNITS[unit]
