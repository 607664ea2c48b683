"""Journals made of numbers, and what witnesses keep of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from common.journal.entry import Head, make_seal
from common.journal.record import SignedRecord, Signer
from common.journal.witness import Kept, Mark, Span
from common.journal.witness_file import as_kept
from common.seal import SigningKeys, signing_keys_of

AT_MS = 1_772_545_920_000  # 3 March 2026, 13:52 UTC
CHAIN = "c" * 32
EPOCHS = tuple(f"{number:032x}" for number in range(1, 6))
KEYS = signing_keys_of(bytes(32))
OTHER_KEYS = signing_keys_of(bytes(31) + b"1")
SIGNER = Signer(KEYS)


def digest_of(text: str) -> str:
    """Return a digest that stands for a line."""
    return blake2b(text.encode(), digest_size=32).hexdigest()


@dataclass(slots=True)
class Numbers:
    """A journal whose line n was written by a hand: `hands[n - 1]`. Lines are chained."""

    hands: str
    spans: Sequence[Span] = ()
    chain: str = CHAIN
    purged: int = 0
    digests: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.digests = [digest_of(self.hands[:last]) for last in range(1, len(self.hands) + 1)]
        self.spans = self.spans or [Span(EPOCHS[0], 1, len(self.hands))]

    def digest_at(self, seq: int) -> str | None:
        """Return the digest of a line."""
        return self.digests[seq - 1] if self.purged < seq <= len(self.digests) else None

    def mark(self, seq: int, epoch: str = EPOCHS[0], run: int = 0) -> Mark:
        """Return the head of a line."""
        return Mark(run, self.chain, epoch, seq, self.digests[seq - 1])

    def seal(
        self, seq: int, epoch: str = EPOCHS[0], at_ms: int = AT_MS, keys: SigningKeys = KEYS
    ) -> SignedRecord:
        """Return the hub's seal under a line."""
        head = Head(self.chain, seq, self.digests[seq - 1])
        return make_seal(head, epoch, at_ms, SIGNER if keys is KEYS else Signer(keys))

    def kept(self, seq: int, at_ms: int = AT_MS, run: int = 0, epoch: str = EPOCHS[0]) -> Kept:
        """Return a head as a witness keeps it."""
        return as_kept(run, self.seal(seq, epoch, at_ms))
