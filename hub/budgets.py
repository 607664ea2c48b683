"""What each post has spent of what it may ask, and who is cut off for a while.

Owns the counting, by an injected clock, and what follows: a post that asks for too much is told so
a few times, then nothing of it is heard until some time has passed. Rates: `limits.py`.
"""

import logging
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from common import messages as m
from common import wire
from hub import limits
from hub.alerts import AlertBook, Notice
from hub.limits import RATES, Rate
from hub.records.devices import Device
from hub.store import FAULTS

_log = logging.getLogger(__name__)
_PLACE: Final = {rate.name: place for place, rate in enumerate(RATES)}
_COST_S: Final = tuple(1.0 / rate.per_s for rate in RATES)
_BURST_S: Final = tuple(rate.burst / rate.per_s for rate in RATES)
_BYTES: Final = _PLACE[limits.BYTES.name]
_WORDS: Final = _PLACE[limits.WORDS.name]
_SPENT_BY: Final[Mapping[type, Rate]] = {
    m.Command: limits.COMMANDS,
    m.Hello: limits.SYNC,
    m.Since: limits.SYNC,
    m.Heads: limits.SYNC,
    m.SnapshotRequest: limits.SNAPSHOTS,
    m.Query: limits.QUERIES,
    m.Login: limits.LOGINS,
    m.Override: limits.LOGINS,
    m.SetPin: limits.LOGINS,
}
_PLACE_OF_KIND: Final = {
    wire.kind_number(kind): _PLACE[rate.name] for kind, rate in _SPENT_BY.items()
}


class Verdict(Enum):
    """What to do with a message: take it, say that it is too much, or let it fall."""

    TAKE = "take"
    TELL = "tell"
    DROP = "drop"


class Budget:
    """One post's. `spent`: by rate, until when what was spent will have been given back, s."""

    __slots__ = ("cut_until_s", "device", "spent_s", "told_of_s")

    def __init__(self, device: Device) -> None:
        self.device = device
        self.spent_s = [0.0] * len(RATES)
        self.cut_until_s = 0.0
        self.told_of_s: float | None = None

    def spend(self, place: int, cost: float, now_s: float) -> bool:
        """Spend of a rate; return whether there was so much left. Nothing is spent where not."""
        until_s = self.spent_s[place]
        until_s = (until_s if until_s > now_s else now_s) + cost * _COST_S[place]
        if until_s - now_s > _BURST_S[place]:
            return False
        self.spent_s[place] = until_s
        return True


class Budgets:
    """The budgets of all posts; `clock`: monotonic seconds."""

    def __init__(self, alerts: AlertBook, clock: Callable[[], float]) -> None:
        self._alerts = alerts
        self._clock = clock
        self._budgets: dict[str, Budget] = {}
        self._untold: dict[str, Budget] = {}
        self._newly_cut: list[str] = []

    def charge(self, device: Device, frame: bytes) -> Verdict:
        """Charge a post for a frame that came from it, before anything is made of it."""
        budget = self._budgets.get(device.id)
        if budget is None:
            budget = self._budgets[device.id] = Budget(device)
        now_s = self._clock()
        if now_s < budget.cut_until_s:
            return Verdict.DROP
        place = _PLACE_OF_KIND.get(frame[1], _WORDS) if len(frame) > 1 else _WORDS
        # As twice `spend`, and in one piece: this is done for each command.
        spent_s = budget.spent_s
        one_s, bytes_s = spent_s[place], spent_s[_BYTES]
        one_s = (one_s if one_s > now_s else now_s) + _COST_S[place]
        bytes_s = (bytes_s if bytes_s > now_s else now_s) + len(frame) * _COST_S[_BYTES]
        if one_s - now_s <= _BURST_S[place] and bytes_s - now_s <= _BURST_S[_BYTES]:
            spent_s[place], spent_s[_BYTES] = one_s, bytes_s
            return Verdict.TAKE
        return self._too_much(budget, now_s)

    def too_much(self, device: Device) -> Verdict:
        """Note that a post has more waiting than its share."""
        return self._too_much(self._budgets[device.id], self._clock())

    def garbage(self, device: Device) -> None:
        """Note that what came from a post could not be read."""
        budget = self._budgets.setdefault(device.id, Budget(device))
        now_s = self._clock()
        if now_s >= budget.cut_until_s and not self._spend(budget, limits.MALFORMED, now_s):
            self._cut_off(budget, now_s)

    def is_cut_off(self, device: Device) -> bool:
        """Return whether a post is not let in now."""
        budget = self._budgets.get(device.id)
        return budget is not None and self._clock() < budget.cut_until_s

    def take_newly_cut(self) -> list[str]:
        """Return the ids of posts that were cut off since the last call."""
        cut, self._newly_cut = self._newly_cut, []
        return cut

    def tick(self) -> list[m.Changes]:
        """Tell the office who was cut off; return what to broadcast."""
        if not self._untold:
            return []
        names = [budget.device.name for budget in self._untold.values()]
        try:
            changes = self._alerts.commit([Notice("post_cut_off", name, name) for name in names])
        except FAULTS as error:
            _log.warning("that %s was cut off was not kept: %s", ", ".join(names), error)
            return []
        now_s = self._clock()
        for budget in self._untold.values():
            budget.told_of_s = now_s
        self._untold.clear()
        return changes

    def forgive(self, device_id: str) -> None:
        """Forget what a post has spent: it is another one now, by its keys or its state."""
        self._budgets.pop(device_id, None)

    def _too_much(self, budget: Budget, now_s: float) -> Verdict:
        if self._spend(budget, limits.TOLD, now_s):
            return Verdict.TELL
        self._cut_off(budget, now_s)
        return Verdict.DROP

    def _spend(self, budget: Budget, rate: Rate, now_s: float) -> bool:
        return budget.spend(_PLACE[rate.name], 1, now_s)

    def _cut_off(self, budget: Budget, now_s: float) -> None:
        budget.cut_until_s = now_s + limits.CUT_OFF_S
        _log.warning("%s is cut off for %d s", budget.device.name, limits.CUT_OFF_S)
        self._newly_cut.append(budget.device.id)
        told_s = budget.told_of_s
        if told_s is None or now_s - told_s >= limits.CUT_OFF_PAUSE_S:
            self._untold[budget.device.id] = budget
