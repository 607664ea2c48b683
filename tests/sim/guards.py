"""The safeguards of the shipping code, and how each is switched off: one table.

Owns what is replaced by what. A text must stand exactly once in its file, so that whoever moves a
safeguard moves its line here, too. What is put in its place runs: it is the mistake that somebody
could make, never a program that falls over.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Edit:
    """In `file`, `old` stands exactly once and becomes `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Safeguard:
    """One line of the table. `protects`: what would happen without it."""

    name: str
    protects: str
    edits: tuple[Edit, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files in which it stands."""
        return tuple(dict.fromkeys(edit.file for edit in self.edits))


_PIPELINE: Final = "hub/pipeline.py"
_STORE: Final = "hub/store.py"
_FOLLOWER: Final = "common/follower.py"
_REPLICA: Final = "kiosk/replica.py"
_CONVERSATION: Final = "kiosk/conversation.py"

_DURABLE: Final = (
    Safeguard(
        "hub fsync",
        "what the hub has acknowledged survives power loss",
        (Edit(_STORE, '"synchronous": "full"', '"synchronous": "off"'),),
    ),
    Safeguard(
        "outbox fsync",
        "what a post has recorded survives power loss",
        (Edit("kiosk/outbox_file.py", '("synchronous", "full")', '("synchronous", "off")'),),
    ),
    Safeguard(
        "reply after commit",
        "no reply and no broadcast leaves before its COMMIT",
        (
            Edit(
                _PIPELINE,
                "        with self._store.group():\n"
                "            for received in batch:\n"
                "                take(group, received)\n"
                "            self._write(group)\n",
                "        self._store.commit_late()\n"
                '        self._store.db.execute("BEGIN IMMEDIATE")\n'
                "        try:\n"
                "            for received in batch:\n"
                "                take(group, received)\n"
                "            self._write(group)\n"
                "        except BaseException:\n"
                "            if self._store.db.in_transaction:\n"
                '                self._store.db.execute("ROLLBACK")\n'
                "            raise\n",
            ),
            Edit(
                _STORE,
                "    @contextmanager\n    def group(self) -> Iterator[Connection]:\n",
                "    def commit_late(self) -> None:\n"
                "        if self.db.in_transaction:\n"
                "            try:\n"
                '                self.db.execute("COMMIT")\n'
                "            except FAULTS:\n"
                "                if self.db.in_transaction:\n"
                '                    self.db.execute("ROLLBACK")\n\n'
                "    @contextmanager\n    def group(self) -> Iterator[Connection]:\n",
            ),
            Edit(
                _STORE,
                '        self.db.execute("BEGIN IMMEDIATE")\n',
                '        self.commit_late()\n        self.db.execute("BEGIN IMMEDIATE")\n',
            ),
            Edit(
                "hub/hub.py",
                "        sent = Sent(broadcasts=self._take_news())\n",
                "        self._desks.pipeline._store.commit_late()\n"
                "        sent = Sent(broadcasts=self._take_news())\n",
            ),
            Edit(
                "hub/hub.py",
                "        return bool(self._waiting or self._news) or self._desks.sync.busy\n",
                "        late = self._desks.pipeline._store.db.in_transaction\n"
                "        return late or bool(self._waiting or self._news)"
                " or self._desks.sync.busy\n",
            ),
        ),
    ),
    Safeguard(
        "a group falls as one",
        "after a fault of the database nothing of its group is kept or answered",
        (
            Edit(
                _PIPELINE,
                "            for received in batch:\n                take(group, received)\n",
                "            for received in batch:\n"
                "                try:\n"
                "                    take(group, received)\n"
                "                except FAULTS:\n"
                "                    continue\n",
            ),
        ),
    ),
    Safeguard(
        "reply on disk first",
        "a reply that the post's disk did not take ends nothing",
        (
            Edit(
                "kiosk/delivery.py",
                "        self._outbox.note_replies(told)\n",
                "        try:\n"
                "            self._outbox.note_replies(told)\n"
                "        except Refusal:\n"
                "            pass\n",
            ),
        ),
    ),
)

_ONCE: Final = (
    Safeguard(
        "dedupe",
        "a command that comes again takes no effect again",
        (
            Edit(
                _PIPELINE,
                "            self._repeat(group, received)\n",
                "            self._handle(group, received)\n",
            ),
        ),
    ),
    Safeguard(
        "no hole before a command",
        "a command is not taken while one before it is missing",
        (
            Edit(
                _PIPELINE,
                "        elif command.n > head.last_n + 1:\n",
                "        elif command.n > head.last_n + 2**62:\n",
            ),
        ),
    ),
    Safeguard(
        "hash of a repeat",
        "another operation under a used number is not called taken",
        (
            Edit(
                _PIPELINE,
                "        if stored is not None and stored[0] == command.body_hash:\n",
                "        if stored is not None:\n",
            ),
        ),
    ),
    Safeguard(
        "numbers used before",
        "an outbox that is an older copy goes on under other numbers",
        (
            Edit(
                _CONVERSATION,
                "        if welcome.last_n > self._delivery.last:\n"
                "            return self._renew_outbox()\n",
                "",
            ),
        ),
    ),
    Safeguard(
        "requests once",
        "a request that comes again under another number takes no effect again",
        (
            Edit(
                "hub/repertoire.py",
                "    return devices.take_request(work.db, request_id)\n",
                "    return devices.take_request(work.db, request_id) or True\n",
            ),
        ),
    ),
    Safeguard(
        "body hash, both ends",
        "an operation whose bytes have changed is not taken",
        (
            Edit(
                "kiosk/salvage.py",
                "        if wire.body_hash(body) != written:\n",
                "        if wire.body_hash(body) != written and not body:\n",
            ),
            Edit(
                "hub/repertoire.py",
                "        if wire.body_hash(command.body) != command.body_hash:\n",
                "        if wire.body_hash(command.body) != command.body_hash and not body:\n",
            ),
        ),
    ),
    Safeguard(
        "body hash at the post",
        "an operation whose bytes have changed on disk is set aside at the start",
        (
            Edit(
                "kiosk/salvage.py",
                "        if wire.body_hash(body) != written:\n",
                "        if wire.body_hash(body) != written and not body:\n",
            ),
        ),
    ),
)

_FOLLOWING: Final = (
    Safeguard(
        "gap check",
        "changes are not folded while some before them are missing",
        (
            Edit(
                _FOLLOWER,
                "        elif first > tseq + 1:\n            return False\n",
                "        elif first > tseq + 1:\n"
                "            self._replica.apply(changes.topic, first, changes.changes)\n",
            ),
            Edit(
                _REPLICA,
                "            if first_tseq != stand.tseq + 1:\n",
                "            if first_tseq < stand.tseq + 1:\n",
            ),
            Edit(
                _REPLICA,
                "            stand.tseq += len(changes)\n",
                "            stand.tseq = first_tseq + len(changes) - 1\n",
            ),
        ),
    ),
    Safeguard(
        "epoch check",
        "a newer epoch is not followed as if it were the same history",
        (
            Edit(
                _FOLLOWER,
                "            return [self._ask_snapshot(topic) for topic in self._topics]\n",
                "",
            ),
            Edit(_REPLICA, "            stand.tseq, stand.digest, stand.stale = 0, 0, True\n", ""),
        ),
    ),
    Safeguard(
        "digest of the heartbeat",
        "a replica that differs in silence is replaced",
        (
            Edit(
                _FOLLOWER,
                "        return digest_hex(self._replica.digest(name)) != pulse.digest\n",
                "        return False\n",
            ),
        ),
    ),
    Safeguard(
        "digest at the opening",
        "rows that changed on disk are not shown",
        (
            Edit(
                "kiosk/replica_file.py",
                "        return self.stale or digest_of(self.rows) == self.digest\n",
                "        return True\n",
            ),
        ),
    ),
    Safeguard(
        "digest of a snapshot",
        "a snapshot that is not whole does not take the rows' place",
        (
            Edit(
                _REPLICA,
                "            if digest_hex(staged) != digest or stand.staging is None:\n",
                "            if stand.staging is None:\n",
            ),
        ),
    ),
    Safeguard(
        "topics by profile",
        "a post is sent its profile's topics only",
        (
            Edit(
                "hub/hub.py",
                "            if changes.topic in TOPICS_OF[profile]\n",
                "            if changes.topic in TOPICS_OF[Profile.OFFICE]\n",
            ),
        ),
    ),
    Safeguard(
        "topics asked for",
        "a post that asks for another profile's topic is refused",
        (
            Edit(
                "hub/sync.py",
                "    if topic not in TOPICS_OF[device.profile]:\n",
                "    if topic not in TOPICS_OF[Profile.OFFICE]:\n",
            ),
        ),
    ),
)

_KEPT: Final = (
    Safeguard(
        "given back after a restore",
        "a hub from a backup gets again what it had acknowledged since",
        (
            Edit(
                "common/outgoing.py",
                "        return last_n + 1 if unanswered < self._last - last_n else None\n",
                "        return None\n",
            ),
        ),
    ),
    Safeguard(
        "two backups",
        "a post lets go of what two backups hold, not one",
        (Edit("hub/backup_cover.py", "COPIES: Final = 2\n", "COPIES: Final = 1\n"),),
    ),
    Safeguard(
        "the audit",
        "damage that SQLite does not see is found before the hub goes on",
        (
            Edit(
                "hub/audit.py",
                "        return list(audit(db))\n    if not OLDEST",
                "        return []\n    if not OLDEST",
            ),
        ),
    ),
    Safeguard(
        "revoked is unheard",
        "what a revoked post says on an open connection is not taken",
        (Edit("hub/hub.py", "        self._desks.doors.dismiss(device_id)\n", ""),),
    ),
)

SAFEGUARDS: Final = (*_DURABLE, *_ONCE, *_FOLLOWING, *_KEPT)
