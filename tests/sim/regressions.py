"""Seeds that once broke a promise, and what was wrong; each is told again at every test.

What a seed tells changes with the faults that there are to draw; what it found is kept here all the
same.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FOUND: Final[Mapping[int, str]] = MappingProxyType(
    {
        7: "news of a turn was lost where the outbox's disk failed: screens stayed behind",
        13: "a reply of a restored hub was compared with positions of the epoch before",
        14: "own operations were not shown on a replica that power had set back",
        22: "what a restored hub asks for was renumbered before it was given back",
        29: "after new numbers the screens kept the old outbox's count of effects",
        40: "one topic without rows hid what was on its way in every other",
        65: "a key that is no text any more was no damage: the post never started again",
        66: "a position that is no number any more ended the post's start",
        95: "a snapshot older than the post's own acknowledged sale hid that sale",
        97: "a row out of order outlived its topic in a damaged replica",
        98: "an older copy of an outbox used its numbers again before it met the hub",
        124: "bits flipped in a stored reply ended the session",
        26: "an outbox that could not be opened again after it was renewed stayed shut",
        179: "screens that were behind the disk lost sight of their own sales",
        1282: "a restored hub that died at its first start did not start again",
        1540: "a bit flipped in a replica's epoch kept a post from its hub",
        1565: "a bit flipped in an outbox's id ended the session",
        2022: "a schema that is no text any more: the post never started again",
        312: "a disk that failed to write and then to read left positions that were not on it",
        31_039: "a post whose outbox was renewed: an old number hid what waits under a new one",
        30_374: "an outbox's schema that is no text any more, met while salvaging: never started",
        30_328: "power took a new epoch back that replies on the outbox's disk were numbered in",
        100_296: "a till that has the shop's row altered for a second records at another location",
        201_861: "without room a restored hub's replies were compared with the epoch before",
        300_081: "sums of a till that was set back were held against records of its other past",
        730_161: "the name of a customer who was erased stayed in quarantine, by what came late",
        2008: "a copy of a till went on: its X was blamed for records that it had not counted",
        30_234: "parked once more, and over before its parking came: the first one went on",
        401_440: "a restored hub kept apart for good what its post had in quarantine still",
        404_644: "rows were on disk, and not shown while the outbox's disk failed",
        404_876: "a kind that is no text any more: nothing that waits could be read",
        505_463: "a read that failed during the check of an outbox was taken for damage of it",
        505_553: "a hub that knew a paper under another number did not say how far a copy must be",
        135: "rows of a restored hub that were read late were shown without what it lacks",
        801_172: "what had come of a broken-off snapshot kept the name of who was erased meanwhile",
        452: "bits flipped in a replica's schema: the post never started again",
        507_896: "a bit flipped in an outbox's schema: not seen at its opening, nothing read",
        507_554: "let go of once backups held it, though its broadcast was late: power hid it",
        901_975: "a position that stood twice in a replica: another was not found where looked for",
    }
)
