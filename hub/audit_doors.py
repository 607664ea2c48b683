"""Whether who was taken out, and who is to have a new key, agrees with the devices themselves."""

from collections.abc import Iterator
from typing import Final

from common.i18n import mark
from hub.store import Connection

Place = tuple[str, str]
_LATEST_MS: Final = 2**47


def revocations(db: Connection) -> Iterator[Place]:
    """Check that stays are counted from 0 without a hole, and that the open one's post is out."""
    stays: dict[str, int] = {}
    open_stays: set[str] = set()
    for device, admission, revoked_ms, by, ended_ms, state in db.execute(
        "SELECT r.device_id, r.admission, r.revoked_ms, r.revoked_by, r.ended_ms, d.state"
        " FROM revocation r LEFT JOIN device d ON d.id = r.device_id"
        " ORDER BY r.device_id, r.admission"
    ):
        where = f"revocation {device[:8]}-{admission}"
        if state is None:
            yield where, mark("its device does not exist")
        if admission != stays.get(device, 0) or device in open_stays:
            yield where, mark("does not follow the one before")
        if not 0 <= revoked_ms <= _LATEST_MS or not 0 <= (ended_ms or 0) <= _LATEST_MS:
            yield where, mark("is not well formed")
        if not isinstance(by, str) or len(by) > 200:
            yield where, mark("is not well formed")
        if ended_ms is None:
            open_stays.add(device)
            if state != "revoked":
                yield where, mark("its device is not revoked")
        stays[device] = admission + 1
    for (device,) in db.execute("SELECT id FROM device WHERE state = 'revoked'"):
        if device in stays and device not in open_stays:
            yield f"device {device[:8]}", mark("is revoked, and nothing says by whom")


def new_keys(db: Connection) -> Iterator[Place]:
    """Check that a key to come is one, for a device there is, and nobody else's."""
    for device, asked_ms, curve_key, known, others in db.execute(
        "SELECT k.device_id, k.asked_ms, k.curve_key, d.id,"
        " (SELECT count(*) FROM device o WHERE o.curve_key = k.curve_key AND o.id <> k.device_id)"
        " FROM new_key k LEFT JOIN device d ON d.id = k.device_id"
    ):
        where = f"new_key {device[:8]}"
        if known is None:
            yield where, mark("its device does not exist")
        if not 0 <= asked_ms <= _LATEST_MS or len(curve_key or bytes(32)) != 32 or others:
            yield where, mark("is not well formed")
