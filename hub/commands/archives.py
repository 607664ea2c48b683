"""Archives of the journal. That one was made is a line of the journal, by the hub's own word."""

import msgspec

from common.errors import Refusal
from common.journal.entry import read_entry
from common.journal.kinds import EntryType
from common.journal.purge import ArchiveData
from hub.records import journal as rows
from hub.work import Work


def record(work: Work, args: ArchiveData) -> None:
    """Note an archive in the journal; one that stands there already changes nothing.

    An archive of lines that this journal does not have, or has otherwise, is refused.
    """
    line = rows.line(work.db, args.last)
    if line is None or line.digest != args.last_digest or args.first > args.last:
        raise Refusal("archive_of_another", file=args.file)
    noted = (read_entry(held.body).data for held in rows.of_type(work.db, EntryType.ARCHIVE))
    if all(data["manifest"] != args.manifest for data in noted):
        work.journal.say(EntryType.ARCHIVE, msgspec.to_builtins(args), work.now_ms)
