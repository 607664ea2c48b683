"""The help of a command line speaks the language that is asked for."""

import click
import pytest

from common.help_texts import HelpTexts, asked_language
from common.i18n import Translator


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        (["--lang", "en", "run"], "en"),
        (["run", "--lang=en"], "en"),
        (["run"], "fr"),
        (["--lang"], "fr"),
        (["--lang", "de"], "fr"),
    ],
)
def test_the_language_is_read_before_the_line_is_parsed(
    arguments: list[str], language: str
) -> None:
    assert asked_language(arguments, "fr") == language


def test_help_changes_language_as_often_as_asked() -> None:
    option = click.Option(["--json"], help="Print JSON.")
    below = click.Command("devices", params=[option], help="List the enrolled devices.")
    group = click.Group("hub", commands={"devices": below})
    texts = HelpTexts()
    for lang, words in (
        ("fr", ("Lister les postes inscrits.", "Écrire du JSON.")),
        ("en", ("List the enrolled devices.", "Print JSON.")),
        ("fr", ("Lister les postes inscrits.", "Écrire du JSON.")),
    ):
        texts.speak(group, Translator(lang))
        assert (below.help, option.help) == words
        assert group.help is None
