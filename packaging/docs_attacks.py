"""The table of `docs/security.md`, made from the tests in `tests/attacks`.

Owns its layout. Each test marked `attack` says in its docstring what is tried and, after the first
colon, what comes of it. Run it to write the table again: `.venv/bin/python
packaging/docs_attacks.py`. A test says when the page lags behind.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "security.md"
TESTS: Final = ROOT / "tests" / "attacks"
BEGIN: Final = "<!-- table: attacks -->\n"
END: Final = "\n<!-- end -->"


@dataclass(frozen=True, slots=True)
class Attack:
    """One test: what is tried, what comes of it, and where it stands."""

    tried: str
    result: str
    file: str
    test: str


def attacks(folder: Path = TESTS) -> list[Attack]:
    """Return what every attack test says of itself, by file; raises ValueError for a mute one."""
    return [attack for path in sorted(folder.glob("test_*.py")) for attack in _of(path)]


def filled(page: str, found: list[Attack]) -> str:
    """Return the page with its table as it must be; raises ValueError where it has no place."""
    before, begun, rest = page.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (begun and closed):
        raise ValueError("the page has no place for the table of attacks")
    return f"{before}{BEGIN}\n{_table(found)}\n{END}{after}"


def _of(path: Path) -> Iterator[Attack]:
    tree = ast.parse(path.read_text("utf-8"))
    every = any(
        ast.unparse(node.targets[0]) == "pytestmark" and "mark.attack" in ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
    )
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
            continue
        marked = any("mark.attack" in ast.unparse(mark) for mark in node.decorator_list)
        if not (every or marked):
            continue
        said = " ".join((ast.get_docstring(node) or "").split()).rstrip(".")
        tried, colon, result = said.partition(": ")
        if not colon:
            raise ValueError(f"{path.name}: {node.name} says no “attack: what comes of it”")
        yield Attack(tried, result, path.name, node.name)


def _table(found: list[Attack]) -> str:
    lines = ["| tried | what comes of it | test |", "| --- | --- | --- |"]
    for attack in found:
        where = f"`{attack.file.removeprefix('test_').removesuffix('.py')}`"
        lines.append(f"| {_cell(attack.tried)} | {_cell(attack.result)} | {where} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8"), attacks()), "utf-8")
