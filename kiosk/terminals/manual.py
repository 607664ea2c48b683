"""A terminal that stands beside the till without a line: the cashier types the amount there."""

from collections.abc import Callable, Sequence

from kiosk.terminals.terminal import Asked, Said, Step


class ManualTerminal:
    """Waits for the cashier's word; given up, it is given up at once."""

    name = "manual"
    by_hand = True

    def __init__(self) -> None:
        self.on_wake: Callable[[], None] | None = None
        self._said: list[Said] = []

    def begin(self, _asked: Asked, /) -> None:
        """Wait."""
        self._said = [Said(Step.WAITING)]

    def cancel(self) -> None:
        """Give up: the cashier presses cancel on the terminal as well."""
        self._said.append(Said(Step.CANCELLED))

    def poll(self) -> Sequence[Said]:
        """Return what there is to say."""
        said, self._said = self._said, []
        return said

    @property
    def due_in_s(self) -> float | None:
        """Return never."""
        return None

    def close(self) -> None:
        """Hold nothing."""
