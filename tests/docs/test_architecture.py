"""`docs/architecture.md` against the tree: every module, import rule, thread and hub file."""

import re
from pathlib import Path

from hub.folder import Folder
from hub.tables import TABLES
from tests.docs import pages
from tests.test_imports import RULES

PAGE = pages.text("architecture.md")
PACKAGES = ("common", "hub", "kiosk", "packaging")


def layout() -> dict[str, set[str]]:
    """Return what the layout names: folder → its files, and its sub-folders with a slash."""
    named: dict[str, set[str]] = {}
    folder = ""
    for block in pages.blocks(pages.section(PAGE, "Layout"), "text"):
        for line in block.splitlines():
            head, _, said = line.strip().partition("  ")
            if re.match(r"\w+/(  |$)", line):
                folder = head.strip("/")
                named[folder] = set()
            elif said and re.fullmatch(r"[\w./ ]+", head):
                named[folder] |= set(head.split())
    return named


def modules() -> list[Path]:
    """Return every .py file of the packages, from the root."""
    return [
        path.relative_to(pages.ROOT)
        for package in PACKAGES
        for path in sorted((pages.ROOT / package).rglob("*.py"))
    ]


def test_every_module_is_named_or_its_folder_is() -> None:
    named = layout()
    missing = [
        path.as_posix()
        for path in modules()
        if path.name != "__init__.py"
        and path.name not in named[path.parts[0]]
        and f"{path.parts[1]}/" not in named[path.parts[0]]
    ]
    assert missing == []


def test_no_module_is_named_that_is_gone() -> None:
    gone = [
        f"{folder}/{name}"
        for folder in PACKAGES
        for name in layout()[folder]
        if not (pages.ROOT / folder / name).exists()
    ]
    assert gone == []


def test_every_import_rule_stands_there() -> None:
    said = [row[0] for row in pages.rows(pages.section(PAGE, "Import rules"))]
    assert said == [rule.name for rule in RULES]


def test_every_thread_stands_there() -> None:
    started = {
        name
        for path in modules()
        for name in re.findall(
            r'Thread\([^()]*name="(\w+)"', (pages.ROOT / path).read_text("utf-8")
        )
    }
    assert started
    assert started <= set(pages.spans(pages.section(PAGE, "Threads and processes")))


def test_every_file_and_table_of_the_hub_stands_there() -> None:
    said = " ".join(pages.spans(pages.section(PAGE, "Files")))
    folder = Folder(Path("hub"))
    for path in (folder.settings, folder.database, folder.lock, folder.keys):
        assert path.name in said
    names = {table._meta.table_name for table in TABLES}
    assert names <= set(said.split())
