"""`dev.py audit`: what a report of pip-audit comes to, and that not to know is not to be clean."""

import json
from typing import Any

import pytest
from dev_audit import CLEAN, FOUND, PROBE, UNKNOWN, can_know, read, verdict
from dev_words import Words

SOUND = {"name": "orjson", "version": "3.11.0", "vulns": []}
BAD = {"name": "click", "version": "8.2.0", "vulns": [{"id": "PYSEC-1"}, {"id": "GHSA-2"}]}
SKIPPED = {"name": "kivy", "skip_reason": "Dependency not found on PyPI"}


def report(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        ((SOUND,), CLEAN),
        ((SOUND, BAD), FOUND),
        ((SOUND, BAD, SKIPPED), FOUND),
        ((SOUND, SKIPPED), UNKNOWN),
        ((SKIPPED,), UNKNOWN),
        ((), UNKNOWN),
    ],
)
def test_only_what_is_known_to_be_clean_is(packages: tuple[dict[str, Any], ...], code: int) -> None:
    assert verdict(read(report(*packages)), Words("en")) == code


def test_a_vulnerability_is_named_loudly(capsys: pytest.CaptureFixture[str]) -> None:
    verdict(read(report(SOUND, BAD, SKIPPED)), Words("en"))
    said = capsys.readouterr().out
    assert "VULNERABLE: click 8.2.0: PYSEC-1, GHSA-2" in said
    assert "nothing could be known of: kivy" in said
    assert "2 locked packages" in said


@pytest.mark.parametrize(
    "text", ["", "no", "[]", "{}", '{"dependencies": 3}', '{"dependencies": [3]}']
)
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no report|Expecting"):
        read(text)


def test_whether_pypi_tells_of_vulnerabilities() -> None:
    asked = []

    def pypi(address: str) -> bytes:
        asked.append(address)
        return b'{"info": {}, "vulnerabilities": []}'

    def nobody(_: str) -> bytes:
        raise OSError("no network")

    assert can_know(pypi)
    assert asked == [PROBE]
    assert not can_know(nobody)
    assert not can_know(lambda _: b"<html>")
    assert not can_know(lambda _: b'{"info": {}}')
    assert not can_know(lambda _: b"3")
