"""Archives of the journal. That one was made is a line of the journal, by the hub's own word."""

import msgspec

from common.errors import Refusal
from common.journal.kinds import EntryType
from common.journal.purge import ArchiveData
from hub.journal_view import entries
from hub.records import journal as rows
from hub.work import Work


def record(work: Work, args: ArchiveData) -> None:
    """Note an archive in the journal; one that stands there already changes nothing.

    An archive of lines that this journal does not have, or has otherwise, is refused.
    """
    line = rows.line(work.db, args.last)
    if line is None or line.digest != args.last_digest or args.first > args.last:
        raise Refusal("archive_of_another", file=args.file)
    noted = entries(work.db, EntryType.ARCHIVE)
    if all(entry.data.get("manifest") != args.manifest for entry in noted):
        work.journal.say(EntryType.ARCHIVE, msgspec.to_builtins(args), work.now_ms)
