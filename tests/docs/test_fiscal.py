"""The pages about the signed journal: what they name is there, and both say it."""

import re

import pytest

from tests.docs import pages

LANGUAGES = ("fiscal.md", "fiscal.fr.md")
LAW = {"fiscal.md": "What the law asks", "fiscal.fr.md": "Ce que la loi demande"}
TRIED = {"fiscal.md": "What was tried", "fiscal.fr.md": "Ce qui a été essayé"}


def named_tests(page: str) -> list[str]:
    """Return the files and folders of tests that the page's table of the law names."""
    return re.findall(r"`(tests/[^`]*)`", pages.section(pages.text(page), LAW[page]))


@pytest.mark.parametrize("page", LANGUAGES)
def test_the_tests_that_show_it_are_there(page: str) -> None:
    named = named_tests(page)
    assert named
    assert [name for name in named if not (pages.DOCS.parent / name).exists()] == []


def test_both_languages_name_the_same_tests() -> None:
    assert named_tests(LANGUAGES[0]) == named_tests(LANGUAGES[1])


@pytest.mark.parametrize("titles", [LAW, TRIED])
def test_both_tables_have_as_many_lines(titles: dict[str, str]) -> None:
    counts = {
        page: len(list(pages.rows(pages.section(pages.text(page), title))))
        for page, title in titles.items()
    }
    assert len(set(counts.values())) == 1, counts
