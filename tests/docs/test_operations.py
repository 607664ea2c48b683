"""`docs/operations*.md` against settings and command lines: none missing, none made up."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import click
import dev
import msgspec
import pytest

from hub.article_fields import Column, column_of
from hub.cli import main as hub_main
from hub.config import SECTIONS
from kiosk.cli import main as kiosk_main
from kiosk.devices.settings import DeviceSettings
from tests.docs import pages

LANGUAGES = ("operations.md", "operations.fr.md")
SETTINGS = {"operations.md": "Settings", "operations.fr.md": "Réglages"}
COLUMNS = {"operations.md": "Import articles", "operations.fr.md": "Importer des articles"}
PROGRAMS: dict[str, click.Group] = {"comptoir-hub": hub_main, "comptoir-kiosk": kiosk_main}


def settings(page: str) -> dict[str, list[str]]:
    """Return the page's settings: `[section] name` → default, allowed, words."""
    found = pages.rows(pages.section(pages.text(page), SETTINGS[page]))
    return {pages.spans(row[0])[0]: row[1:] for row in found}


def allowed(kind: Any) -> list[str]:
    """Return the bounds of a setting's type that the page must show."""
    if get_origin(kind) is not Annotated:
        return []
    meta = get_args(kind)[1]
    bounds = (meta.ge, meta.le, meta.min_length, meta.max_length)
    return [str(bound) for bound in bounds if bound is not None]


@pytest.mark.parametrize("page", LANGUAGES)
def test_every_setting_stands_there_with_default_and_bounds(page: str) -> None:
    found = settings(page)
    names = []
    for section, kind in SECTIONS.items():
        hints = get_type_hints(kind, include_extras=True)
        for field in fields(kind):
            name = f"[{section}] {field.name}"
            names.append(name)
            default, bounds, _ = found[name]
            shown = tomllib.loads(f"it = {pages.spans(default)[0]}")["it"]
            assert (tuple(shown) if isinstance(shown, list) else shown) == field.default, name
            missing = set(allowed(hints[field.name])) - set(re.findall(r"\d+", bounds))
            assert not missing, f"{name}: {bounds}"
    assert list(found) == names


def commands_in(page: str) -> Iterator[list[str]]:
    """Yield the words of every command line of our programs in a page's shell blocks."""
    for block in pages.blocks(pages.text(page), "sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0] in PROGRAMS:
                yield words


@pytest.mark.parametrize("page", ["README.md", *LANGUAGES])
def test_every_command_line_is_understood(page: str) -> None:
    """Click itself reads each of them: no command, option or value is made up."""
    lines = list(commands_in(page))
    assert lines
    for program, *words in lines:
        group = PROGRAMS[program]
        context = group.make_context(program, list(words), resilient_parsing=False)
        rest = [*context._protected_args, *context.args]
        if rest:
            name, command, arguments = group.resolve_command(context, rest)
            assert command is not None
            command.make_context(name, arguments, parent=context)


def test_a_made_up_option_is_seen() -> None:
    with pytest.raises(click.UsageError):
        hub_main.commands["init"].make_context("init", ["--made-up"])


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("page", LANGUAGES)
def test_every_command_and_option_stands_there(page: str, program: str) -> None:
    text = pages.text(page)
    group = PROGRAMS[program]
    missing = [name for name in group.commands if f"{program} {name}" not in text]
    for command in (group, *group.commands.values()):
        for option in command.params:
            if isinstance(option, click.Option) and not any(o in text for o in option.opts):
                missing.append(f"{command.name} {option.opts}")
    assert missing == []


@pytest.mark.parametrize("page", LANGUAGES)
def test_headings_of_article_files_are_known_as_the_page_says(page: str) -> None:
    section = pages.section(pages.without_code(pages.text(page)), COLUMNS[page])
    table = list(pages.rows(section))
    meant = (Column.CODE, Column.NAME, Column.PRICE, Column.VAT)
    assert len(table) == len(meant)
    for column, row in zip(meant, table, strict=True):
        named = [column_of(heading) for heading in pages.spans(row[1])]
        assert {found[0] if found else None for found in named} == {column}
    others = [column_of(span) for span in pages.spans(section)]
    assert {found[0] for found in others if found} >= set(Column)


def test_the_readme_names_every_command_of_dev() -> None:
    text = pages.text("README.md")
    assert [name for name in dev.COMMANDS if f"dev.py {name}" not in text] == []


@pytest.mark.parametrize("page", LANGUAGES)
def test_every_setting_of_a_tills_devices_stands_in_the_docs_with_its_default(page: str) -> None:
    text = pages.text(page)
    for section, value in msgspec.structs.asdict(DeviceSettings()).items():
        if isinstance(value, str):
            assert f'| `{section}` | `"{value}"` |' in text
            continue
        for name, default in msgspec.to_builtins(value).items():
            assert f"| `[{section}] {name}` | `{json.dumps(default)}` |" in text, name
