"""French says everything that English says, nothing more, and says it as French is written."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

from common.errors import ERRORS
from common.i18n import Translator
from tests.common.msgids import ROOT, Msgid, all_msgids, in_kv, in_python

PO = ROOT / "common/locale/fr.po"
SOURCE = """
from common.i18n import mark
TEXTS = {1: mark("one"), 2: mark("two " "halves")}
TABLE = (ErrorKind("code", "text", hint="hint"), ErrorKind("bare", "only text"))
class Screen:
    def title(self, t: str = "never") -> str:
        return self.t("Total ({count})", count=self.t.n("{count} line", "{count} lines", 3)) + t
    def other(self):
        return t(variable) + translate(TEXTS[1]) + chart("no")
"""
KV = b"""
#:import words kiosk.words
<Panel>:  # t("a comment")
    text: root.t("Pay") if root.count else root.t('Empty')
    detail: root.t.n("{count} line", "{count} lines", root.count)
    on_press: root.start("t")
"""
# Each process would read all there is again.
pytestmark = pytest.mark.xdist_group("translations")


@pytest.fixture(scope="module")
def french() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="fr")


@pytest.fixture(scope="module")
def used() -> list[Msgid]:
    return all_msgids()


def texts_of(message: Message) -> list[str]:
    """Return a message's French texts, one a plural form."""
    string = message.string
    return [string] if isinstance(string, str) else list(string or ())


def entries(catalogue: Catalog) -> Iterator[tuple[tuple[str, str], Message]]:
    """Yield ((singular, plural or ""), message) without the header."""
    for message in catalogue:
        if message.id:
            one, many = (message.id, "") if isinstance(message.id, str) else message.id
            yield (one, many), message


def fields(text: str) -> set[str]:
    """Return the names of a text's `{name}` fields."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_scan_finds_python_msgids() -> None:
    assert {(found.text, found.plural) for found in in_python(SOURCE, "x.py")} == {
        ("one", ""),
        ("two halves", ""),
        ("text", ""),
        ("hint", ""),
        ("only text", ""),
        ("Total ({count})", ""),
        ("{count} line", "{count} lines"),
    }


def test_scan_finds_kv_msgids() -> None:
    assert [(found.text, found.plural) for found in in_kv(KV, "x.kv")] == [
        ("Pay", ""),
        ("Empty", ""),
        ("{count} line", "{count} lines"),
    ]


def test_scan_finds_the_errors(used: list[Msgid]) -> None:
    texts = {kind.text for kind in ERRORS.values()} | {kind.hint for kind in ERRORS.values()}
    assert texts - {""} <= {found.text for found in used}


def test_every_text_has_a_french_one(french: Catalog, used: list[Msgid]) -> None:
    known = {msgid for msgid, message in entries(french) if all(texts_of(message))}
    missing = [
        f"{found.where}: {found.text}" for found in used if (found.text, found.plural) not in known
    ]
    assert not missing, "\n".join([f"texts without French in {PO.name}:", *missing])


def test_no_french_text_is_unused(french: Catalog, used: list[Msgid]) -> None:
    needed = {(found.text, found.plural) for found in used}
    unused = [one for (one, many), _ in entries(french) if (one, many) not in needed]
    assert not unused, "\n".join([f"texts in {PO.name} that nothing shows:", *unused])


def test_no_msgid_stands_twice_or_fuzzy(french: Catalog) -> None:
    heads = re.findall(r'^msgid ((?:".*"\n)+)', PO.read_text("utf-8"), flags=re.MULTILINE)
    twice = [text for text, count in Counter(heads).items() if count > 1]
    assert not twice
    assert not french.obsolete
    assert not [message.id for message in french if message.fuzzy and message.id]


def test_french_keeps_the_fields(french: Catalog) -> None:
    for (one, many), message in entries(french):
        for text in texts_of(message):
            assert fields(text) == fields(many or one), message.id


def spelling_faults(text: str) -> list[str]:
    """Return what is not written as French: breakable spaces before ; : ! ? », straight quotes."""
    # Fields, commands in brackets and lists of headings are not prose.
    prose = re.sub(r"\{\w+\}|\([^)]*[a-z]-[^)]*\)|\w+(?:;\w+)+", "x", text)
    breakable = r"(?<![\u00a0\u202f])[;!?»]|(?<![\u00a0\u202f\d]):(?!\d)|«(?!\u00a0)"
    return re.findall(f"{breakable}|['\"]", prose)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("Prêt\u00a0! «\u00a0{name}\u00a0»\u202f; à 14:32", []),
        ("Code ; prix : x ?", [";", ":", "?"]),
        ("« oui »", ["«", "»"]),
        ("l'article", ["'"]),
        ("Demandez-le (comptoir-hub pair) ou code;prix", []),
    ],
)
def test_spelling_faults(text: str, faults: list[str]) -> None:
    assert spelling_faults(text) == faults


def test_french_is_written_as_french(french: Catalog) -> None:
    wrong = [
        text
        for _, message in entries(french)
        for text in texts_of(message)
        if spelling_faults(text)
    ]
    assert not wrong, "\n".join(["no-break space (U+00A0) or ’ missing in:", *wrong])


def test_translator_shows_every_french_text(french: Catalog) -> None:
    t = Translator("fr")
    for (one, many), message in entries(french):
        if not many:
            assert t(one) == message.string


def test_po_names_its_plural_rule() -> None:
    assert "nplurals=2; plural=(n > 1);" in Path(PO).read_text("utf-8")
