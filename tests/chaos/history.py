"""What a post said on its pipe over all its lives, and whether it can be one history.

Owns what can be told from a post's own words: which papers it said were on its disk, which replies
it said it had, and that nothing it shows goes backwards. What the hub has of it is `verdict.py`'s.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

_KEPT_LINES: Final = 300
_SHOWN_BYTES: Final = 400


class Violation(AssertionError):
    """Something that must never be was seen; the text tells the story."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A ticket or a receipt that a post said was on its disk. `number`: "" for a receipt."""

    kind: str
    id: str
    total_cents: int = 0
    number: tuple[str, int] = ("", 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that a post said it had. `topics`: the tseq that holds the effect, by topic."""

    status: str
    gseq: int
    topics: Mapping[str, int]
    code: str
    flags: tuple[str, ...]


@dataclass(slots=True)
class History:
    """One post's history. `forgetful`: its replica may lie behind after a life's sudden end, as
    where power goes; what it holds of its own never may."""

    name: str
    forgetful: bool = False
    papers: dict[int, Paper] = field(default_factory=dict)
    queued: set[int] = field(default_factory=set)
    answers: dict[int, Answer] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    epoch: str = ""
    asked: int = 0
    answered: int = 0
    faults: list[str] = field(default_factory=list)
    last_lines: deque[bytes] = field(default_factory=lambda: deque(maxlen=_KEPT_LINES))
    _followed: set[str] = field(default_factory=set)

    def new_life(self) -> None:
        """The post was started anew: what it was asked and did not answer is forgotten."""
        self.asked = self.answered = 0
        self._followed.clear()
        self.last_lines.append(b"--- started ---")
        if self.forgetful:
            self.shown.clear()

    def hub_restored(self) -> None:
        """The hub goes back to a backup, under a new epoch: what it has said counts no more, and
        what this post holds of its own counts as ever."""
        self.answers.clear()
        self.shown.clear()
        self._followed.clear()
        self.epoch = ""
        self.last_lines.append(b"--- the hub was restored ---")

    def take(self, line: bytes) -> None:
        """Take one line of its output; a line that was cut off by the post's end says nothing."""
        if not line.endswith(b"\n"):
            return
        self.last_lines.append(line[:_SHOWN_BYTES].rstrip())
        event: dict[str, Any] = orjson.loads(line)
        handler = _HANDLERS.get(event["event"])
        if handler is not None:
            handler(self, event)

    @property
    def last_n(self) -> int:
        """Return the greatest number that it said it gave to an operation."""
        return max(max(self.papers, default=0), max(self.queued, default=0))

    # Papers: on its disk, it says.

    def _sold(self, event: dict[str, Any]) -> None:
        ticket = event["ticket"]
        number = (ticket["series"], ticket["number"])
        self._paper(event["n"], Paper("sale", ticket["id"], ticket["total_cents"], number))

    def _received(self, event: dict[str, Any]) -> None:
        self._paper(event["n"], Paper("receipt", event["receipt"]["id"]))

    def _paper(self, n: int, paper: Paper) -> None:
        self._numbered(n)
        self.papers[n] = paper

    def _queued(self, event: dict[str, Any]) -> None:
        self._numbered(event["n"])
        self.queued.add(event["n"])

    def _numbered(self, n: int) -> None:
        self.answered += 1
        if n <= self.last_n:
            self.faults.append(f"operation {n} came after {self.last_n}: a number given twice")

    # Replies: the hub's word, it says.

    def _reply(self, event: dict[str, Any]) -> None:
        n, flags = event["n"], tuple(event["flags"])
        answer = Answer(event["status"], event["gseq"], event["topics"], event["code"], flags)
        known = self.answers.setdefault(n, answer)
        if known != answer:
            self.faults.append(f"operation {n} was answered {known}, then {answer}")
        # Tills may sell what the shelf does not hold; anything else that is odd is made up.
        if answer.status != "accepted" or set(answer.flags) - {"flag_negative_stock"}:
            self.faults.append(f"operation {n} was not simply accepted: {answer}")

    # What it shows.

    def _ready(self, event: dict[str, Any]) -> None:
        if "epoch" in event:
            self._met(event["epoch"])

    def _digests(self, event: dict[str, Any]) -> None:
        self._met(event["epoch"])
        for topic, head in event["topics"].items():
            self._shows(topic, head["tseq"])

    def _met(self, epoch: str) -> None:
        if self.epoch and epoch != self.epoch:
            self.faults.append(f"the epoch went from {self.epoch} to {epoch}")
        self.epoch = self.epoch or epoch

    def _change(self, event: dict[str, Any]) -> None:
        topic, tseq = event["topic"], event["tseq"]
        before = self.shown.get(topic, 0)
        # Within a life every change is told; between two, the end of what was told is lost.
        if tseq <= before or (topic in self._followed and tseq != before + 1):
            self.faults.append(f"{topic} went from tseq {before} to {tseq}")
        self._followed.add(topic)
        self.shown[topic] = tseq

    def _replaced(self, event: dict[str, Any]) -> None:
        self._shows(event["topic"], event["tseq"])
        self._followed.add(event["topic"])

    def _shows(self, topic: str, tseq: int) -> None:
        before = self.shown.get(topic, 0)
        if tseq < before:
            self.faults.append(f"{topic} went back from tseq {before} to {tseq}")
        self.shown[topic] = tseq

    # What it must never say here.

    def _trouble(self, event: dict[str, Any]) -> None:
        self.faults.append(f"it said {orjson.dumps(event).decode()}")


_HANDLERS: Final[Mapping[str, Callable[[History, dict[str, Any]], None]]] = {
    "sold": History._sold,
    "received": History._received,
    "queued": History._queued,
    "reply": History._reply,
    "ready": History._ready,
    "digests": History._digests,
    "change": History._change,
    "replaced": History._replaced,
    "notice": History._trouble,
    "error": History._trouble,
}
