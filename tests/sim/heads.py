"""What a simulated post keeps of the hub's journal: on a part of its disk that never fails."""

from collections.abc import Sequence
from dataclasses import replace

from common.journal.witness import Kept
from common.journal.witness_file import VERSION, Contradiction, Whose, WitnessFile
from tests.hub.journals import HUB


class Heads:
    """What a post keeps of the journal."""

    def __init__(self) -> None:
        self.held = WitnessFile(Whose(VERSION, "0" * 32, "post", (HUB.public.hex(),)))

    def read(self) -> WitnessFile:
        """Return what is there."""
        return self.held

    def add(self, heads: Sequence[Kept], found: Sequence[Contradiction], /) -> bool:
        """Add to it."""
        held = self.held
        self.held = replace(
            held,
            heads=(*held.heads, *heads),
            contradictions=(*held.contradictions, *found),
        )
        return True

    def replace(self, held: WitnessFile, /) -> bool:
        """Keep this and nothing else."""
        self.held = held
        return True
