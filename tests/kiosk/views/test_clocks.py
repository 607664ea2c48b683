"""How far a post's clock is off, in words."""

import pytest

from common.i18n import Translator
from kiosk.views.clocks import clock_is_off, clock_text, span_text

FR, EN = Translator("fr"), Translator("en")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("ms", "english", "french"),
    [
        (60_000, "1 minute", "1\u00a0minute"),
        (185_000, "3 minutes", "3\u00a0minutes"),
        (59 * MINUTE + 40_000, "1 hour", "1\u00a0heure"),
        (95 * MINUTE, "1 hour and 35 minutes", "1\u00a0heure et 35\u00a0minutes"),
        (2 * HOUR + 20_000, "2 hours", "2\u00a0heures"),
        (DAY + 2 * HOUR, "1 day and 2 hours", "1\u00a0jour et 2\u00a0heures"),
        (3 * DAY + 10 * MINUTE, "3 days", "3\u00a0jours"),
        (730 * DAY, "2 years", "2\u00a0ans"),
        (366 * DAY, "1 year and 1 day", "1\u00a0an et 1\u00a0jour"),
        (730 * DAY + 5 * HOUR, "2 years", "2\u00a0ans"),
        (56 * 365 * DAY + 62 * DAY, "56 years and 62 days", "56\u00a0ans et 62\u00a0jours"),
    ],
)
def test_spans(ms: int, english: str, french: str) -> None:
    assert span_text(ms, EN) == english
    assert span_text(ms, FR) == french


def test_ahead_and_behind() -> None:
    assert clock_text(-180_000, EN) == "This post's clock is 3 minutes ahead of the office's."
    assert clock_text(180_000, EN) == "This post's clock is 3 minutes behind the office's."
    assert clock_text(-180_000, FR) == (
        "L’horloge de ce poste avance de 3\u00a0minutes sur celle du bureau."
    )


@pytest.mark.parametrize(
    ("diff_ms", "off"), [(0, False), (59_999, False), (60_000, True), (-59_999, False)]
)
def test_a_minute_is_worth_a_sign(diff_ms: int, off: bool) -> None:
    assert clock_is_off(diff_ms) is off
    assert clock_is_off(-diff_ms) is off
