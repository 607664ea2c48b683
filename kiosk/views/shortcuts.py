"""What a key of a till's keyboard does, as it is listed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyView:
    """One key, as "Ctrl D", with what it does."""

    key: str
    text: str
