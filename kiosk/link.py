"""The link: the one thread that owns a post's sockets to its hub.

Starts one life of the doors after the other, survives its own faults, and hands over what became of
each turn. Whoever else wants its attention rings.
"""

import logging
from threading import Event, Thread
from time import monotonic, monotonic_ns
from typing import Final

from common.errors import Problem, Refusal
from kiosk.arrivals import Arrivals, Batch, HandingOver
from kiosk.database import FAULTS, refusal
from kiosk.device import Device
from kiosk.key_chain import KeyChain
from kiosk.link_life import Life, Post
from kiosk.membership import Membership
from kiosk.sockets import Hall

_log = logging.getLogger(__name__)
_PAUSE_S: Final = 1.0
_PAUSE_MAX_S: Final = 30.0


class Link:
    """A post's link to its hub. Made, rung and stopped by one thread; works in its own."""

    def __init__(self, post: Post, arrivals: Arrivals) -> None:
        self._post = post
        self._device = post.device
        chain = KeyChain(post.keys, post.folder, post.lock)
        self._membership = Membership(post.device, chain, post.folder)
        self._arrivals = arrivals
        self._hall = Hall()
        self._stopping = Event()
        self._handing_over = HandingOver(arrivals, self._membership.revoked)
        self._thread = Thread(target=self._run, name="link", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def ring(self) -> None:
        """Make the link look into the outbox."""
        self._hall.ring()

    def stop(self) -> None:
        """End the thread and close every socket; what was not sent is in the outbox."""
        self._stopping.set()
        self.ring()
        if self._thread.is_alive():
            self._thread.join()
        self._hall.close()

    # The thread.

    def _run(self) -> None:
        pause_s = _PAUSE_S
        while not self._stopping.is_set():
            began_s = monotonic()
            try:
                self._mend()
                self._live()
            except Exception as fault:  # noqa: BLE001 - logged, shown, and begun again
                if monotonic() - began_s > _PAUSE_MAX_S:
                    pause_s = _PAUSE_S
                _log.error("the link failed, again in %.0f s", pause_s, exc_info=True)
                self._say(fault)
                self._post.stores.note_fault(fault)
                self._stopping.wait(pause_s)
                pause_s = min(2 * pause_s, _PAUSE_MAX_S)

    def _mend(self) -> None:
        """Make anew what turned out to be damaged, or is to be erased, and say so."""
        # First: from then on nothing is recorded here any more.
        self._handing_over.standing(self._membership.revoked, monotonic_ns())
        mended = self._post.stores.mend()
        if mended.notices or mended.rebuilt:
            self._arrivals.put(
                Batch(
                    monotonic_ns(),
                    notices=mended.notices,
                    renumbered=mended.renumbered,
                    rebuilt=mended.rebuilt,
                )
            )

    def _live(self) -> None:
        life = Life(
            self._post,
            self._device,
            self._membership,
            self._hall,
            self._stopping.is_set,
            self._handing_over.turn,
            self._keep,
        )
        life.live()

    def _say(self, fault: Exception) -> None:
        """Show what happened; a fault of this program by its name."""
        if isinstance(fault, Refusal):
            problem = fault.problem
        elif isinstance(fault, FAULTS):
            problem = refusal(fault, self._post.stores.replica.path).problem
        else:
            problem = Problem("kiosk_fault", {"reason": f"{type(fault).__name__}: {fault}"})
        self._handing_over.fault(problem, monotonic_ns(), self._post.stores.replica.take_news())

    def _keep(self, device: Device) -> None:
        """Store what changed of the device; without the disk for it the next start learns anew."""
        self._device = device
        try:
            self._post.keep(device)
        except Refusal as problem:
            _log.warning("%s", problem)
        self._arrivals.put(Batch(monotonic_ns(), device=device))
