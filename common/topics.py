"""Who follows what: the topics, the device profiles, and which profile sees which topic.

A topic has one shape: whoever follows it sees all its columns. A windowed topic holds the rows of
its last days; older ones are asked of the hub.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Profile(StrEnum):
    """What a device is for. `CONSOLE` is the hub's own command line, on the hub's machine."""

    TILL = "till"
    DEPOT = "depot"
    OFFICE = "office"
    CONSOLE = "console"


KIOSK_PROFILES: Final = (Profile.TILL, Profile.DEPOT, Profile.OFFICE)

TOPICS_OF: Final[Mapping[Profile, tuple[str, ...]]] = {
    Profile.TILL: (
        *("shop", "categories", "articles", "stock"),
        *("sales", "people", "parked", "customers", "prices"),
    ),
    Profile.DEPOT: ("shop", "categories", "articles", "stock", "receipts", "people", "prices"),
    Profile.OFFICE: (
        "shop",
        "categories",
        "articles",
        "stock",
        "sales",
        "receipts",
        "takings",
        "alerts",
        "people",
        "parked",
        "customers",
        "prices",
    ),
    Profile.CONSOLE: (),
}

TOPICS: Final = TOPICS_OF[Profile.OFFICE]
WINDOWED: Final = frozenset({"sales", "receipts", "alerts", "takings", "parked"})
