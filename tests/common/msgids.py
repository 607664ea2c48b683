"""Finds every text that Comptoir shows people, where it stands in the sources.

A msgid is a literal in `t("…")`, `t.n("…", "…", count)` or `mark("…")`, one of the two texts of an
`ErrorKind`, the docstring of a command or the `help` of its option; in .kv files the first two
stand in expressions. Only literals count: a variable handed to `t` comes from a table, and there
it is marked.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.extract import extract

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("common", "hub", "kiosk", "packaging")


@dataclass(frozen=True, slots=True)
class Msgid:
    """A text and where it stands; `plural` is "" for a text without plural."""

    text: str
    plural: str
    where: str


def all_msgids() -> list[Msgid]:
    """Return the msgids of every .py and .kv file of the project's packages."""
    found: list[Msgid] = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            found += in_python(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())
        for path in sorted((ROOT / package).rglob("*.kv")):
            found += in_kv(path.read_bytes(), path.relative_to(ROOT).as_posix())
    return found


def in_python(source: str, name: str) -> Iterator[Msgid]:
    """Yield the msgids of a Python source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and _is_command(node):
            yield Msgid(ast.get_docstring(node) or "", "", f"{name}:{node.lineno}")
        if not isinstance(node, ast.Call):
            continue
        where = f"{name}:{node.lineno}"
        match _called(node.func), [_literal(argument) for argument in node.args]:
            case "t" | "mark", [str(text), *_]:
                yield Msgid(text, "", where)
            case "n", [str(one), str(many), *_]:
                yield Msgid(one, many, where)
            case "option", _:
                for keyword in node.keywords:
                    if keyword.arg == "help" and (words := _literal(keyword.value)):
                        yield Msgid(words, "", where)
            case "ErrorKind", _:
                texts = {"text": node.args[1:2], "hint": node.args[2:3]}
                for keyword in node.keywords:
                    texts[keyword.arg or ""] = [keyword.value]
                for part in texts["text"] + texts["hint"]:
                    if words := _literal(part):
                        yield Msgid(words, "", where)


def in_kv(source: bytes, name: str) -> Iterator[Msgid]:
    """Yield the msgids of a .kv source, whose tokens are Python's."""
    keywords = {"t": None, "n": (1, 2)}
    for line, texts, *_ in extract("python", BytesIO(source), keywords):
        where = f"{name}:{line}"
        if isinstance(texts, tuple):
            yield Msgid(texts[0], texts[1], where)
        else:
            yield Msgid(texts, "", where)


def _is_command(function: ast.FunctionDef) -> bool:
    """Return whether a function is a command of click's, whose docstring is its help."""
    called = (node.func for node in function.decorator_list if isinstance(node, ast.Call))
    return any(_called(func) in ("command", "group") for func in called)


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
