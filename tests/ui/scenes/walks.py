"""Every scene of each kind of post one after the other, and the ways in which they are walked."""

from dataclasses import dataclass

from common.topics import Profile
from tests.ui.scenes.depot import DEPOT
from tests.ui.scenes.office import OFFICE
from tests.ui.scenes.scene import DESK, LARGE, SMALL, UPRIGHT, Scene, Size
from tests.ui.scenes.till_actions import ACTIONS
from tests.ui.scenes.till_devices import DEVICES
from tests.ui.scenes.till_drawer import DRAWER
from tests.ui.scenes.till_link import LINK
from tests.ui.scenes.till_papers import PAPERS
from tests.ui.scenes.till_parked import PARKED
from tests.ui.scenes.till_people import PEOPLE
from tests.ui.scenes.till_post import POST
from tests.ui.scenes.till_sale import SALE
from tests.ui.scenes.till_shelf import SHELF

TILL = (
    *SALE,
    *PAPERS,
    *LINK,
    *ACTIONS,
    *SHELF,
    *PARKED,
    *DEVICES,
    *DRAWER,
    *POST,
    *PEOPLE,
)
"""They build on each other: what one leaves the next one finds."""
WALKS: dict[Profile, tuple[Scene, ...]] = {
    Profile.TILL: TILL,
    Profile.DEPOT: DEPOT,
    Profile.OFFICE: OFFICE,
}

SIZES: dict[Profile, tuple[Size, ...]] = {
    Profile.TILL: (DESK, SMALL, LARGE, UPRIGHT),
    Profile.DEPOT: (UPRIGHT, DESK, SMALL),
    Profile.OFFICE: (DESK, LARGE, UPRIGHT),
}

IN_DOCS: dict[Profile, Size] = {
    Profile.TILL: DESK,
    Profile.DEPOT: UPRIGHT,
    Profile.OFFICE: DESK,
}


@dataclass(frozen=True, slots=True)
class Walk:
    """All scenes of a post at one size, in one language, as somebody has arranged it."""

    profile: Profile
    size: Size
    lang: str
    basket: str = "right"
    scale: str = "normal"
    theme: str = "light"

    def __str__(self) -> str:
        chosen = (self.basket, self.scale, self.theme)
        unusual = [each for each in chosen if each not in ("right", "normal", "light")]
        size = "x".join(map(str, self.size))
        return "-".join([self.profile.value, size, self.lang, *unusual])


COVER: tuple[Walk, ...] = (
    Walk(Profile.TILL, DESK, "fr"),
    Walk(Profile.TILL, DESK, "en"),
    Walk(Profile.TILL, SMALL, "fr"),
    Walk(Profile.TILL, SMALL, "fr", scale="large"),
    Walk(Profile.TILL, SMALL, "en", "left"),
    Walk(Profile.TILL, LARGE, "fr", "left"),
    Walk(Profile.TILL, LARGE, "en", scale="large"),
    Walk(Profile.TILL, UPRIGHT, "en"),
    Walk(Profile.TILL, UPRIGHT, "fr", "left", "large"),
    *(
        Walk(profile, size, lang)
        for profile in (Profile.DEPOT, Profile.OFFICE)
        for size in SIZES[profile]
        for lang in ("fr", "en")
    ),
)
"""Every size with both languages, sides and scales, the hardest together: not all with all."""

DARK: tuple[Walk, ...] = tuple(
    Walk(profile, size, lang, theme="dark")
    for profile, size in IN_DOCS.items()
    for lang in ("fr", "en")
)
"""For the pictures: the dark theme changes no layout."""
