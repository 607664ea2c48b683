"""How a post stands by what lies in its folder, whether it runs at the moment or not.

Only reads: a post that runs is not disturbed.
"""

from dataclasses import dataclass
from pathlib import Path

from common.errors import Refusal
from kiosk.config import is_in_use
from kiosk.database import FAULTS, refusal
from kiosk.device import read_device
from kiosk.membership import revoked_of
from kiosk.outbox_file import Glance, glance
from kiosk.replica_file import synced_ms


@dataclass(frozen=True, slots=True)
class Look:
    """The post and its files. `hub`: host and ports; `hub_key`: its pinned identity, as hex;
    `tickets` were made in `series`.

    `revoked_ms`: when it was taken out of the shop, ms since 1970 UTC; None while it is in.
    """

    name: str
    number: int
    profile: str
    hub: str
    running: bool
    synced_ms: int | None
    series: str
    tickets: int
    waiting: int
    quarantined: int
    revoked_ms: int | None = None
    hub_key: str = ""


def look_at(folder: Path) -> Look:
    """Return how a post stands; raises Refusal `not_paired`, `unreadable_device`, `disk_failed`."""
    device = read_device(folder)
    if device is None:
        raise Refusal("not_paired")
    outbox_file, replica_file = folder / "outbox.db", folder / "replica.db"
    try:
        seen = glance(outbox_file) or Glance("", 0, 0, 0)
    except FAULTS as fault:
        raise refusal(fault, outbox_file) from fault
    try:
        synced = synced_ms(replica_file) if replica_file.exists() else None
    except FAULTS as fault:
        raise refusal(fault, replica_file) from fault
    revoked = revoked_of(folder, device)
    return Look(
        device.name,
        device.number,
        device.profile.value,
        f"{device.hub.host} ({device.hub.commands_port})",
        is_in_use(folder),
        synced,
        seen.series,
        seen.tickets,
        seen.waiting,
        seen.quarantined,
        None if revoked is None else revoked.at_ms,
        device.hub.identity,
    )
