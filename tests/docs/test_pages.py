"""Pages as pages: links that lead somewhere, pictures that are there, two languages in step."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs import pages

LINK = re.compile(r"\[(?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*\]\(([^)\s]+)\)")
MACHINE_PATH = re.compile(r"(?<![\w.~/:])/(?:home|root|tmp|mnt|Users|work)/")


def links(page: str) -> list[str]:
    """Return the targets of links and pictures, code left out."""
    bare = re.sub(r"`[^`\n]*`", "", pages.without_code(page))
    return LINK.findall(bare)


def missing(path: Path, target: str) -> str | None:
    """Return what is wrong with a relative link of a page, None where it leads somewhere."""
    if re.match(r"[a-z]+:", target):
        return None
    file, _, fragment = unquote(target).partition("#")
    goal = (path.parent / file).resolve() if file else path
    if not goal.is_relative_to(pages.ROOT) or not goal.exists():
        return f"{target}: there is no such file"
    if fragment and goal.suffix == ".md":
        known = {pages.anchor(title) for title in pages.headings(goal.read_text("utf-8"))}
        if fragment not in known:
            return f"{target}: {goal.name} has no such heading"
    return None


@pytest.mark.parametrize("path", pages.PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    found = links(path.read_text("utf-8"))
    assert [said for target in found if (said := missing(path, target))] == []


def test_a_link_to_nowhere_is_seen() -> None:
    page = pages.ROOT / "README.md"
    assert links("[a](docs/nowhere.md) ![b](c.png) [![d](e.png)](f.md) `[g](h)`") == [
        "docs/nowhere.md",
        "c.png",
        "f.md",
    ]
    assert missing(page, "docs/nowhere.md")
    assert missing(page, "docs/protocol.md#nowhere")
    assert missing(page, "../elsewhere.md")
    assert missing(page, "docs/protocol.md#sockets") is None
    assert missing(page, "https://example.org/x") is None


def test_the_readme_leads_to_every_page() -> None:
    led = {target.partition("#")[0] for target in links(pages.text("README.md"))}
    assert {f"docs/{path.name}" for path in pages.DOCS.glob("*.md")} <= led


@pytest.mark.parametrize("path", pages.PAGES, ids=lambda path: path.name)
def test_no_page_names_a_place_on_somebodys_machine(path: Path) -> None:
    assert MACHINE_PATH.findall(path.read_text("utf-8")) == []


def test_the_picture_has_a_ground_of_its_own() -> None:
    """Shown on a dark page as on a light one."""
    picture = pages.text("architecture.svg")
    assert re.search(r'<rect x="1" y="1" width="1198" height="638"[^>]* fill="#', picture)


def test_both_languages_have_the_same_sections_tables_and_commands() -> None:
    english, french = pages.text("operations.md"), pages.text("operations.fr.md")
    assert len(pages.headings(english)) == len(pages.headings(french))
    for language in ("sh", "ini"):
        assert pages.blocks(english, language) == pages.blocks(french, language)
    assert len(list(pages.rows(english))) == len(list(pages.rows(french)))
