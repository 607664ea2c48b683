"""A real counter over a real outbox in a scratch folder, for screens that have no hub."""

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

from common.outgoing import Queued
from common.topics import Profile
from kiosk.catalogue import Catalogue
from kiosk.clocks import Clocks
from kiosk.counter import Counter, Recorded
from kiosk.device import Device, HubPlace
from kiosk.events import Events
from kiosk.keys import new_keys
from kiosk.outbox import Outbox
from kiosk.outbox_file import Maker
from kiosk.reception import Reception
from kiosk.recorder import Recorder
from kiosk.signing import Signing
from kiosk.state import SessionState
from kiosk.till import Till
from tests.kiosk.post import BOX, seeded_bytes

_NUMBER = 2
_MEMORY = Path("/dev/shm")


class Books:
    """The outbox and the counter of one till. `appended`, `recorded`: as the counter's."""

    def __init__(
        self,
        name: str,
        clocks: Clocks,
        catalogue: Catalogue,
        people: Reception,
        state: Callable[[], SessionState],
        mint: Callable[[], str],
        appended: Callable[[str, Queued], None],
        recorded: Callable[[Recorded], None],
    ) -> None:
        # In memory where that can be: nobody tests the disk here.
        self.free_bytes = 2**40
        folder = mkdtemp(prefix="comptoir-screens-", dir=_MEMORY if _MEMORY.is_dir() else None)
        maker = Maker(_NUMBER, seeded_bytes(), BOX, lambda _folder: self.free_bytes)
        self.outbox = Outbox(Path(folder) / "outbox.db", maker)
        # The folder goes with the books.
        finalize(self, _end, self.outbox, folder)
        place = HubPlace("1a" * 32, "2b" * 32, "127.0.0.1", 9, 9)
        device = Device("d" * 32, _NUMBER, name, Profile.TILL, place, "Amélie")
        self.events = Events(clocks)
        self.counter = Counter(
            self.outbox,
            Till(clocks, mint),
            Signing(new_keys()),
            Recorder(lambda: device, state, catalogue, people, clocks, mint),
            self.events,
            appended,
            recorded,
        )


def _end(outbox: Outbox, folder: str) -> None:
    outbox.close()
    rmtree(folder, ignore_errors=True)
