"""The table of errors: complete, consistent, and texts that never raise themselves."""

from string import Formatter
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from common.errors import ERRORS, Problem, Refusal
from tests.common.strategies import JSON, TEXT


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_an_error_says_what_and_ends_its_sentence(code: str) -> None:
    kind = ERRORS[code]
    assert kind.code == code
    assert kind.text.endswith((".", "?"))
    assert kind.text[0].isupper() or kind.text.startswith("{")


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_texts_take_plain_named_fields_only(code: str) -> None:
    kind = ERRORS[code]
    for text in (kind.text, kind.hint):
        for _, name, spec, conversion in Formatter().parse(text):
            assert name is None or name.isidentifier()
            assert not spec
            assert conversion is None


@given(st.sampled_from(sorted(ERRORS)), st.dictionaries(TEXT, JSON, max_size=4))
def test_no_parameters_make_a_known_text_raise(code: str, params: dict[str, Any]) -> None:
    assert Problem(code, params).text()


@given(TEXT | st.sampled_from(["{", "}", "{0}", "{a.b}", "{a[0]}", "{x!z}", "{a:%}"]))
def test_a_code_of_a_newer_peer_has_a_text_that_names_it(code: str) -> None:
    assume(code not in ERRORS)
    problem = Problem(code, {"a": "b"})
    assert code in problem.text()
    assert not problem.kind.retryable


def test_a_missing_field_shows_by_its_name() -> None:
    text = Problem("hash_mismatch").text()
    assert text.startswith("Operation {n} arrived twice")


def test_text_and_hint_are_translated_before_their_fields_go_in() -> None:
    seen: list[str] = []

    def shout(msgid: str) -> str:
        seen.append(msgid)
        return msgid.upper().replace("{ARTICLE}", "{article}")

    text = Problem("unknown_article", {"article": "pain"}).text(shout)
    assert text.startswith("ARTICLE pain IS NOT")
    assert seen == [ERRORS["unknown_article"].text, ERRORS["unknown_article"].hint]


def test_a_refusal_carries_its_problem_and_reads_as_its_text() -> None:
    refusal = Refusal("unknown_topic", topic="people", profile="till")
    assert refusal.problem == Problem("unknown_topic", {"topic": "people", "profile": "till"})
    assert str(refusal) == "There is no topic people for a till. Check the profile."


def test_a_refusal_without_a_line_in_the_table_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="made_up"):
        Refusal("made_up")
