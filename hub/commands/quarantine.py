"""What becomes of a command in quarantine: tried again as its own post sent it, or closed.

A retry is the original command once more: its device, its number, its id; whatever says no to it
says no to the retry, and it stays where it is.
"""

import logging

from common.commands import QuarantineRef
from common.errors import Refusal
from common.messages import Status
from hub.changes import Cause
from hub.quarantine import closed
from hub.records import devices, quarantine
from hub.records.quarantine import ACCEPTED, CLOSED, Kept
from hub.store import FAULTS, is_passing
from hub.work import Ending, Work

_log = logging.getLogger(__name__)


def retry(work: Work, args: QuarantineRef) -> None:
    """Take a command out of quarantine as if it had just come from its post."""
    kept = _open(work, args)
    again = _again(work, kept)
    _perform(again, kept)
    quarantine.end(work.db, kept, ACCEPTED, work.now_ms)
    # Where it was itself a retry, what was published is that of the command it took out.
    topics = {} if again.endings else work.draft.reached()
    work.endings += (*again.endings, Ending(kept, Status.ACCEPTED, None, topics))


def close(work: Work, args: QuarantineRef) -> None:
    """Let a command in quarantine have no effect, for good."""
    kept = _open(work, args)
    quarantine.end(work.db, kept, CLOSED, work.now_ms)
    work.endings += (Ending(kept, Status.REFUSED, closed(kept.n), {}),)


def _open(work: Work, args: QuarantineRef) -> Kept:
    kept = quarantine.kept(work.db, args.outbox, args.n, bytes.fromhex(args.body_hash))
    ref = f"{args.outbox[:8]}-{args.n}"
    if kept is None:
        raise Refusal("quarantine_unknown", ref=ref)
    if kept.outcome is not None:
        raise Refusal("quarantine_ended", ref=ref, outcome=kept.outcome)
    return kept


def _again(work: Work, kept: Kept) -> Work:
    """Return the work of the original command, within this one's savepoint."""
    device = devices.device(work.db, kept.device_id)
    if device is None:
        raise Refusal("not_available", reason=f"device {kept.device_id[:8]}")
    return Work(
        work.db,
        work.draft,
        Cause(kept.outbox, kept.n),
        device,
        work.now_ms,
        work.mint,
        work.repertoire,
        work.journal,
        work.flags,
        vouched=work.acting,
    )


def _perform(again: Work, kept: Kept) -> None:
    """Do it; what fails by itself refuses the retry, which must not end in quarantine, too."""
    repertoire = again.repertoire
    try:
        repertoire.perform(again, *repertoire.read(kept.command))
    except Refusal:
        raise
    except Exception as error:
        if isinstance(error, FAULTS) and is_passing(error):
            raise
        _log.exception("command %s failed again", kept.n)
        raise Refusal("handler_failed", reason=type(error).__name__) from error
