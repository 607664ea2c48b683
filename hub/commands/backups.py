"""Backups. That a copy was made is told as a request: the hub refuses what cannot be its own."""

from common.commands import BackupRecord
from common.errors import Refusal
from hub.records import backups, devices
from hub.records.backups import Backup
from hub.work import Work


def record(work: Work, args: BackupRecord) -> None:
    """Remember a backup and what it covers; one that came before under another n changes nothing.

    A head beyond the hub's own would have a kiosk drop what is nowhere: such a copy is refused.
    """
    epoch, gseq = _state(work)
    heads = devices.outbox_heads(work.db)
    ahead = [
        outbox
        for outbox, n in args.heads.items()
        if outbox not in heads or n > heads[outbox].last_n
    ]
    if args.epoch != epoch or args.gseq > gseq or ahead:
        raise Refusal("backup_of_another", file=args.file)
    backup = Backup(args.backup, args.made_ms, args.file, args.size_bytes, args.epoch, args.gseq)
    backups.add(work.db, backup, args.heads)


def _state(work: Work) -> tuple[str, int]:
    meta = dict(work.db.execute("SELECT name, value FROM meta WHERE name IN ('epoch', 'gseq')"))
    return meta["epoch"], int(meta["gseq"])
