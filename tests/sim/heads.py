"""What a simulated post keeps of the hub's journal: on a part of its disk that never fails."""

from collections.abc import Sequence

from common.journal.witness import Kept
from common.journal.witness_file import Contradiction


class Heads:
    """What a post keeps of the journal, on a part of its disk that never fails."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.found: list[Contradiction] = []

    def read(self) -> tuple[Sequence[Kept], Sequence[Contradiction]]:
        """Return what is there."""
        return tuple(self.kept), tuple(self.found)

    def add(self, heads: Sequence[Kept], found: Sequence[Contradiction], /) -> bool:
        """Add to it."""
        self.kept += heads
        self.found += found
        return True

    def replace(self, heads: Sequence[Kept], found: Sequence[Contradiction], /) -> bool:
        """Keep these and nothing else."""
        self.kept, self.found = list(heads), list(found)
        return True
