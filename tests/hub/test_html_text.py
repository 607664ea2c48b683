"""Entities become signs; ampersands that people wrote stay."""

import pytest

from hub.html_text import decoded, ends_in_entity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Baguette &quot;La Royale&quot;", 'Baguette "La Royale"'),
        ("Levure &quot", 'Levure "'),
        ("Cassis 20 &deg; Reflets", "Cassis 20 ° Reflets"),
        ("Ail &amp; fines herbes", "Ail & fines herbes"),
        ("(&lt 20% M.G.)", "(< 20% M.G.)"),
        ("&gt;green Magma", ">green Magma"),
        ("Dose &#40;6 x 212 ML&#41", "Dose (6 x 212 ML)"),
        ("L&#x27;ap&eacute;ro", "L'apéro"),
        ("cr&egraveme", "cr&egraveme"),
        ("caf&eacute", "café"),
        ("b&oelig;uf 3 &euro;", "bœuf 3 €"),
        ("&amp;quot;fait main&amp;quot;", '"fait main"'),
    ],
)
def test_entities_are_decoded(text: str, expected: str) -> None:
    assert decoded(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "R&D",
        "Nature&Moi;",
        "Pain &copains",
        "Les 300&bio",
        "Elle &vire",
        "lait&quotidien",
        "Sel &micro onde",
        "M&M&S",
        "Eau &natural;",
        "&part;",
        "&#0;",
        "&#xD800;",
        "&#9999999;",
        "&;",
        "&#;",
    ],
)
def test_other_ampersands_stay(text: str) -> None:
    assert decoded(text) == text


@pytest.mark.parametrize("text", ["Levure &quot", "20 &deg", "&#40", "&#x28", "caf&eacute"])
def test_a_cut_entity_is_seen(text: str) -> None:
    assert ends_in_entity(text)


@pytest.mark.parametrize("text", ["Nature&Moi", "rik&rok", "&quot;", "quot", "", "&", "&# "])
def test_other_ends_are_no_cut_entity(text: str) -> None:
    assert not ends_in_entity(text)
