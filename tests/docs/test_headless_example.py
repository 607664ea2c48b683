"""`docs/headless.md`: its lines and events are the kiosk's, and its example runs as written."""

import ast
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
from shop_processes import HubProcess, KioskProcess, found_hub

from common.commands import CatalogueEntry
from hub.local import run_locally
from kiosk import headless_lines as lines
from tests.docs import pages

PAGE = pages.text("headless.md")
ASKED, TOLD = pages.blocks(PAGE, "jsonl")


def documented(title: str) -> dict[str, list[str]]:
    """Return a table's rows by the name in their first cell; the code spans of each."""
    found: dict[str, list[str]] = {}
    for row in pages.rows(pages.section(PAGE, title)):
        found.setdefault(pages.spans(row[0])[0], []).extend(pages.spans(" ".join(row[1:])))
    return found


def test_every_line_that_it_takes_stands_there_with_its_fields() -> None:
    found = documented("Lines in")
    kinds = {kind.__struct_config__.tag: kind for kind in get_args(lines.Line)}
    assert set(found) == set(kinds)
    for name, kind in kinds.items():
        own = [field for field in kind.__struct_fields__ if field != "tag"]
        assert [field for field in own if field not in found[name]] == [], name


def said() -> Iterator[tuple[str, list[str]]]:
    """Yield (event, field names) of every line that a headless kiosk says."""
    files = (
        "headless.py",
        "headless_people.py",
        "headless_till.py",
        "headless_customers.py",
        "headless_parked.py",
    )
    trees = [ast.parse((pages.ROOT / "kiosk" / name).read_text("utf-8")) for name in files]
    for node in (each for tree in trees for each in ast.walk(tree)):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="_say" | "_done" as way),
                args=[ast.Constant(value=str(event)), *_],
                keywords=keywords,
            ):
                names = [keyword.arg for keyword in keywords if keyword.arg]
                yield event, [*names, *(["n"] if way == "_done" else [])]


def test_every_event_that_it_says_stands_there_with_its_fields() -> None:
    found = documented("Lines out")
    events = dict[str, set[str]]()
    for event, names in said():
        events.setdefault(event, set()).update(names)
    assert set(found) == set(events)
    for event, fields in events.items():
        assert fields - set(found[event]) == set(), event


def same(told: Any, seen: Any) -> bool:
    """Return whether what came is what the page says; `…` stands for anything."""
    if told == "…":
        return True
    if isinstance(told, dict) and isinstance(seen, dict):
        return told.keys() == seen.keys() and all(same(told[key], seen[key]) for key in told)
    if isinstance(told, list) and isinstance(seen, list):
        return len(told) == len(seen) and all(map(same, told, seen))
    return bool(told == seen)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[tuple[HubProcess, Path]]:
    folder = found_hub(tmp_path / "hub")
    name = "Pâte à tartiner 400 g"
    entry = CatalogueEntry("3017620422003", name, "Épicerie", 345, 550, 24_000, 6_000)
    run_locally(folder, [("catalogue.put", {"entries": [asdict(entry)]})], lambda _: None)
    hub = HubProcess(folder)
    try:
        hub.pair(tmp_path / "till", "till", "Caisse 1")
        yield hub, tmp_path / "till"
    finally:
        hub.end()


@pytest.mark.net
def test_the_example_runs_as_written(till: tuple[HubProcess, Path]) -> None:
    hub, root = till
    kiosk = KioskProcess(root, "Caisse 1")
    for line in ASKED.encode().splitlines():
        kiosk.say(line)
    kiosk.wait(lambda event: event["event"] == "error" and event["tag"] == "b")
    assert kiosk.end(0) == 0  # No signal: its own `quit` ended it.
    seen = [orjson.loads(line) for line in kiosk.lines_from(0)]
    told = [orjson.loads(line) for line in TOLD.splitlines()]
    missing = [each for each in told if not any(same(each, event) for event in seen)]
    assert missing == []
    untold = {event["event"] for event in seen if not any(same(each, event) for each in told)}
    assert untold <= {"state", "replaced"}
    files = " ".join(pages.spans(pages.section(pages.text("architecture.md"), "Files")))
    left = [path for post in (root, hub.folder.root) for path in post.rglob("*") if path.is_file()]
    assert len(left) > 8
    assert [path.name for path in left if path.name not in files] == []


def test_a_difference_is_seen() -> None:
    assert same({"a": "…", "b": [1]}, {"a": [2], "b": [1]})
    assert not same({"a": 1}, {"a": 2})
    assert not same({"a": 1}, {"a": 1, "b": 2})
    assert not same([1], [1, 2])
