"""The disk gets full: the replica stands still first, the outbox last."""

from kiosk.room import AGAIN_BYTES, FULL_AGAIN_S, OUTBOX_NEEDS_BYTES, REPLICA_NEEDS_BYTES, Room
from tests.kiosk.post import HandClocks


class Disk:
    """So much is free."""

    def __init__(self) -> None:
        self.free = AGAIN_BYTES

    def free_bytes(self) -> int:
        return self.free


def test_the_outbox_goes_on_after_the_replica_stopped() -> None:
    assert 2 * OUTBOX_NEEDS_BYTES < REPLICA_NEEDS_BYTES < AGAIN_BYTES


def test_it_stops_below_its_need_and_begins_well_above() -> None:
    disk, hand = Disk(), HandClocks()
    room = Room(disk.free_bytes, hand.clocks.monotonic)
    assert (room.look(), room.enough) == (False, True)
    disk.free = REPLICA_NEEDS_BYTES - 1
    assert (room.look(), room.enough) == (True, False)
    disk.free = AGAIN_BYTES - 1
    assert (room.look(), room.enough) == (False, False)
    disk.free = AGAIN_BYTES
    assert (room.look(), room.enough) == (True, True)


def test_after_a_write_without_room_it_waits_whatever_the_disk_says() -> None:
    disk, hand = Disk(), HandClocks()
    room = Room(disk.free_bytes, hand.clocks.monotonic)
    room.failed()
    assert (room.look(), room.enough) == (False, False)
    hand.sleep(FULL_AGAIN_S)
    assert (room.look(), room.enough) == (True, True)
