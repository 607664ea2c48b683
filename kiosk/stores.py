"""Opening what a post keeps on disk: its outbox and its replica, damaged ones included.

Owns which damage is survived and how: an outbox is set aside and what can be read of it goes on
under a new id; a replica, or the topic that fails its digest, is dropped for the hub to give again.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from common.errors import Problem
from kiosk.database import (
    FAULTS,
    Database,
    delete,
    is_damage,
    is_misshapen,
    mend_head,
    refusal,
    set_aside,
)
from kiosk.outbox import Outbox
from kiosk.outbox_file import Draft, Maker, waiting_drafts
from kiosk.picture_files import FOLDER
from kiosk.replica import Replica
from kiosk.replica_file import Reader, Topic
from kiosk.salvage import replace_damaged
from kiosk.sealed import Box
from kiosk.unsealed import OtherKey

_LOCKED: Final = "locked"
"""What outboxes are called that are sealed by a key that is not here."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What was made anew: what to say of it, whether the outbox and the replica are others now."""

    notices: tuple[Problem, ...]
    renumbered: bool
    rebuilt: bool


@dataclass(slots=True)
class Stores:
    """Both files, open; what the replica held when it was opened; what was wrong.

    `replica` is the link's thread's, `reader` the screens', each the only one to replace it.
    `replica_unwanted`: it is to be erased, since this post was taken out of the shop.
    """

    outbox: Outbox
    replica: Replica
    reader: Reader
    topics: dict[str, Topic]
    problems: tuple[Problem, ...]
    box: Box
    replica_damaged: bool = False
    replica_unwanted: bool = False

    def note_fault(self, fault: BaseException) -> None:
        """Remember what a fault of the link's says of the files; the outbox says it of itself."""
        if is_damage(fault) and not self.outbox.damaged:
            self.replica_damaged = True

    def mend(self) -> Mended:
        """Make a damaged file anew, the outbox first; the link's thread alone.

        Raises a Refusal or one of `FAULTS`, and is to be called again, where the disk will not do.
        """
        notices = []
        renumbered = self.outbox.damaged
        if renumbered:
            notices.append(self.outbox.mend())
        rebuilt = self.replica_damaged or self.replica_unwanted
        if self.replica_unwanted:
            self._erase_replica()
            self.replica_damaged = self.replica_unwanted = False
        elif self.replica_damaged:
            self.rebuild_replica()
            self.replica_damaged = False
            notices.append(Problem("replica_rebuilt"))
        return Mended(tuple(notices), renumbered, rebuilt)

    def _erase_replica(self) -> None:
        """Leave nothing of the shop's rows on this post, and begin an empty copy."""
        path = self.replica.path
        self.replica.close()
        erase_replica(path.parent)
        self.replica = Replica(path, self.outbox.id, self.box)

    def rebuild_replica(self) -> None:
        """Set a damaged replica aside and begin an empty one; the link's thread alone."""
        path = self.replica.path
        self.replica.close()
        set_aside(path, "damaged")
        self.replica = Replica(path, self.outbox.id, self.box)

    def reopen_reader(self) -> None:
        """Read the file that is there now; the screens' thread alone."""
        self.reader.close()
        self.reader = Reader(self.replica.path, self.box)

    def close(self) -> None:
        """Close both files."""
        self.reader.close()
        self.replica.close()
        self.outbox.close()


def erase_replica(folder: Path) -> None:
    """Remove a closed copy of the shop, the damaged ones that were set aside, its pictures, and
    what lets people of the shop log in here without the hub."""
    (folder / "people.sealed").unlink(missing_ok=True)
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    delete(folder / "replica.db")
    for aside in folder.glob("replica.*.db"):
        delete(aside)


def open_stores(folder: Path, maker: Maker, topics: Iterable[str]) -> Stores:
    """Open both files of a folder, or make them; raises Refusal where the disk will not do."""
    outbox, outbox_problem = open_outbox(folder / "outbox.db", maker)
    try:
        unlocked = _unlock(folder, outbox, maker.box)
        opened = open_replica(folder / "replica.db", outbox.id, tuple(topics), maker.box)
    except BaseException:
        outbox.close()
        raise
    if outbox_problem is None and outbox.is_blank and opened.replica.met_another:
        outbox_problem = Problem("outbox_missing", {"saved": 0})
        _after_loss(outbox, opened)
    elif opened.replica.newest_n > outbox.last_n:
        outbox_problem = _renew(outbox, opened)
    found = (outbox_problem, unlocked, opened.problem)
    problems = tuple(problem for problem in found if problem is not None)
    return Stores(outbox, opened.replica, opened.reader, opened.topics, problems, maker.box)


def _unlock(folder: Path, outbox: Outbox, box: Box) -> Problem | None:
    """Queue anew what waits in outboxes whose key was gone and is back."""
    saved = 0
    for path in sorted(folder.glob(f"outbox.{_LOCKED}-????????.db")):
        drafts = _drafts_of(path, box)
        for draft in drafts or ():
            outbox.append(draft)
        if drafts is not None:
            set_aside(path, "unlocked")
            saved += len(drafts)
    return Problem("outbox_unlocked", {"saved": saved}) if saved else None


def _drafts_of(path: Path, box: Box) -> list[Draft] | None:
    """Return what waits in a closed outbox; None where its key is not here, or it is damaged."""
    try:
        database = Database(path, ())
        try:
            return list(waiting_drafts(database.connection, box))
        finally:
            database.close()
    except FAULTS:
        return None


def _after_loss(outbox: Outbox, opened: "OpenedReplica") -> None:
    """Let the records of the new outbox say that there were others before."""
    try:
        outbox.chain_lost()
    except BaseException:
        opened.reader.close()
        opened.replica.close()
        outbox.close()
        raise


def _renew(outbox: Outbox, opened: "OpenedReplica") -> Problem:
    """Begin other numbers: the replica has effects of operations that this older copy lacks."""
    try:
        outbox.renew()
        opened.replica.use_outbox(outbox.id)
    except BaseException as fault:
        opened.reader.close()
        opened.replica.close()
        outbox.close()
        if isinstance(fault, FAULTS):
            raise refusal(fault, opened.replica.path) from fault
        raise
    for topic, held in opened.topics.items():
        opened.topics[topic] = replace(held, last_n=0)
    return Problem("outbox_set_back", {"series": outbox.series})


def open_outbox(path: Path, maker: Maker) -> tuple[Outbox, Problem | None]:
    """Open or make an outbox; return it with a problem to show, or None.

    One that is sealed by another key is kept aside: the shop has to open.
    """
    try:
        try:
            return Outbox(path, maker), None
        except OtherKey as locked:
            aside = set_aside(path, f"{_LOCKED}-{maker.random_bytes(4).hex()}")
            told = {"waiting": locked.waiting, "file": aside.name}
            return Outbox(path, maker), Problem("outbox_locked", told)
        except FAULTS as fault:
            if not (is_damage(fault) or is_misshapen(fault)):
                raise
        problem = replace_damaged(path, maker)
        return Outbox(path, maker), problem
    except FAULTS as fault:
        raise refusal(fault, path) from fault


@dataclass(frozen=True, slots=True)
class OpenedReplica:
    """A replica, a reader beside it, and what it holds by topic."""

    replica: Replica
    reader: Reader
    topics: dict[str, Topic]
    problem: Problem | None


def open_replica(path: Path, outbox: str, topics: Iterable[str], box: Box) -> OpenedReplica:
    """Open or make a replica and read it whole; every row is checked by its topic's digest."""
    try:
        try:
            return _open_and_check(path, outbox, topics, box, set_aside_before=False)
        except FAULTS as fault:
            if not (is_damage(fault) or is_misshapen(fault)):
                raise
        except (ValueError, TypeError, AttributeError):
            pass  # A number or a key that is none any more: damage that SQLite does not see.
        set_aside(path, "damaged")
        return _open_and_check(path, outbox, topics, box, set_aside_before=True)
    except FAULTS as fault:
        raise refusal(fault, path) from fault


def _open_and_check(
    path: Path, outbox: str, topics: Iterable[str], box: Box, set_aside_before: bool
) -> OpenedReplica:
    mend_head(path)
    replica = Replica(path, outbox, box)
    reader = None
    try:
        reader = Reader(path, box)
        held = {topic: reader.read(topic) for topic in topics}
        unsound = [topic for topic, read in held.items() if not read.sound]
        for topic in unsound:
            replica.forget(topic)
            held[topic] = Topic(0, 0, True, 0, ())
        replica.take_news()
    except BaseException:
        if reader is not None:
            reader.close()
        replica.close()
        raise
    rebuilt = Problem("replica_rebuilt") if unsound or set_aside_before else None
    return OpenedReplica(replica, reader, held, rebuilt)
