"""What every operation of a post passes on its way to the outbox, whatever it is.

Owns whether it may be recorded here and now, who did it, and the body that says so. What follows
once it is on disk is the session's.
"""

from collections.abc import Callable
from typing import Any

import orjson

from common.commands import COMMANDS
from common.errors import Refusal
from common.journal.record import ShopIdentity
from kiosk.catalogue import Catalogue
from kiosk.clocks import Clocks
from kiosk.device import Device
from kiosk.journal import Writer
from kiosk.outbox_file import Draft
from kiosk.reception import Reception
from kiosk.state import SessionState
from kiosk.till import Stamp


class Recorder:
    """One post's. `device`, `state`: as they are by now."""

    def __init__(
        self,
        device: Callable[[], Device],
        state: Callable[[], SessionState],
        catalogue: Catalogue,
        people: Reception,
        clocks: Clocks,
        mint: Callable[[], str],
    ) -> None:
        self._device = device
        self._state = state
        self._catalogue = catalogue
        self._people = people
        self._clocks = clocks
        self._mint = mint

    def allow(self, kind: str) -> None:
        """Raise Refusal where this post, or the person at it, may not record this now."""
        if self._state().revoked is not None:
            raise Refusal("post_revoked")
        table = COMMANDS.get(kind)
        if table is None:
            raise Refusal("unknown_command", kind=kind)
        profile = self._device().profile
        if profile not in table.profiles:
            raise Refusal("profile_not_allowed", profile=profile, kind=kind)
        self._people.check(kind)

    @property
    def session_required(self) -> bool:
        """Return whether this shop opens a cash session before it sells."""
        shop = self._catalogue.shop
        return shop is not None and shop.session_required

    @property
    def blind_count(self) -> bool:
        """Return whether who counts a drawer sees only afterwards what must be in it."""
        shop = self._catalogue.shop
        return shop is not None and shop.blind_count

    def stamp(self) -> Stamp:
        """Return where, when and by whom a paper of now is made."""
        location, who = self._catalogue.location_id, self._people.who
        name = who.name if who.here else self._device().operator
        person = who.person if who.here else ""
        return Stamp(name, location, self._state().clock_diff_ms, person)

    def writer(self) -> Writer:
        """Return on which post, for which shop, records are written."""
        device, shop = self._device(), self._catalogue.shop
        whose = ShopIdentity(device.name)  # Before the hub was ever met.
        if shop is not None:
            whose = ShopIdentity(shop.name, shop.siret, shop.vat_number, shop.address)
        return Writer(device.id, device.name, whose)

    def draft(self, kind: str, args: Any, operation_id: str = "") -> Draft:
        """Return an operation for the outbox, in the name of whoever is here."""
        signed = self._people.sign(kind)
        body = {
            "id": operation_id or self._mint(),
            "kind": kind,
            "args": args,
            "operator": signed.name or self._device().operator,
        }
        if signed.person:
            body |= {"person": signed.person, "session": signed.session}
            body |= {"override": signed.override, "offline": signed.offline}
        return Draft(kind, COMMANDS[kind].schema, orjson.dumps(body), self._clocks.wall_ms())
