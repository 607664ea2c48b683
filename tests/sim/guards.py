"""The safeguards of the shipping code, and how each is switched off: one table.

Owns those of operations, from a post's disk to the hub's: what is durable, and what happens once.
Those of copies are in `guards_copies.py`, those of customers and articles in `guards_rows.py`.
"""

from typing import Final

from tests.sim.guard import Edit, Safeguard
from tests.sim.guards_copies import OF_COPIES
from tests.sim.guards_rows import OF_ROWS

_PIPELINE: Final = "hub/pipeline.py"
_STORE: Final = "hub/store.py"
_HASH_AT_THE_POST: Final = (
    Edit(
        "kiosk/outbox_file.py",
        "    if found is None or wire.body_hash(found[1]) != found[0]:\n",
        "    if found is None:\n",
    ),
    Edit(
        "kiosk/sealed.py",
        "        return self._sealer.seal(place, value)\n",
        "        return value\n",
    ),
    Edit(
        "kiosk/sealed.py",
        "        value = self._sealer.open(place, sealed)\n",
        "        value: bytes | None = sealed\n",
    ),
)
"""The hash lies sealed with its body: where the seal holds, no bit of them can flip unseen."""
_REPEAT_HASH: Final = Edit(
    _PIPELINE,
    "        if stored is not None and stored[0] == command.body_hash:\n",
    "        if stored is not None:\n",
)

_PARKED: Final = (
    Safeguard(
        "one till goes on",
        "a parked ticket that a till has in hand is granted to no other",
        (
            Edit(
                "hub/commands/parked.py",
                '    if found.holder_id not in ("", work.device.id):\n'
                "        holder = devices.device",
                "    if found.holder_id == work.device.id:\n        holder = devices.device",
            ),
        ),
    ),
    Safeguard(
        "taken twice is told",
        "a parked ticket that two tills took is told to a manager",
        (
            Edit(
                "hub/commands/parked.py",
                '    elif found.holder_id not in ("", work.device.id):\n'
                "        _flag_twice(work, found)\n",
                "",
            ),
        ),
    ),
    Safeguard(
        "over before it comes",
        "a parked ticket that was sold does not begin once more after the hub was set back",
        (
            Edit(
                "hub/commands/parked.py",
                "            parked.add_over(work.db, parked_id, work.arrival, outcome)\n",
                "            pass\n",
            ),
        ),
    ),
)

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
                "        return bool(self._waiting or self._news) or self._asks.busy"
                " or self._desks.sync.busy\n",
                "        late = self._desks.pipeline._store.db.in_transaction\n"
                "        return late or bool(self._waiting or self._news)"
                " or self._asks.busy or self._desks.sync.busy\n",
            ),
        ),
    ),
    Safeguard(
        "a failed commit releases nothing",
        "where COMMIT fails, its group is undone and nobody is told otherwise",
        (
            Edit(
                _PIPELINE,
                "        with self._store.group():\n"
                "            for received in batch:\n"
                "                take(group, received)\n"
                "            self._write(group)\n",
                "        try:\n"
                "            with self._store.group():\n"
                "                for received in batch:\n"
                "                    take(group, received)\n"
                "                self._write(group)\n"
                "        except FAULTS as error:\n"
                '            _log.warning("%s", error)\n',
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
        (_REPEAT_HASH,),
    ),
    Safeguard(
        "numbers used before",
        "an outbox that is an older copy goes on under other numbers: three times it is looked at",
        (
            Edit(
                "kiosk/stores.py",
                "    elif opened.replica.newest_n > outbox.last_n:\n",
                "    elif opened.replica.newest_n > outbox.last_n + 2**62:\n",
            ),
            Edit(
                "kiosk/conversation.py",
                "        if welcome.last_n > self._delivery.last:\n",
                "        if welcome.last_n > self._delivery.last + 2**62:\n",
            ),
            _REPEAT_HASH,
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
            *_HASH_AT_THE_POST,
            Edit(
                "hub/repertoire.py",
                "        if wire.body_hash(command.body) != command.body_hash:\n",
                "        if not wire.body_hash(command.body):\n",
            ),
        ),
    ),
    Safeguard(
        "body hash at the post",
        "an operation whose bytes have changed on disk is set aside at the start",
        _HASH_AT_THE_POST,
    ),
    Safeguard(
        "one bit put right",
        "a bit that flips within what waits costs nothing",
        (
            Edit(
                "kiosk/salvage.py",
                "    return without_flip(sealed, partial(_opens, box, n))\n",
                '    return without_flip(b"", partial(_opens, box, n))\n',
            ),
        ),
    ),
)

_SIGNED: Final = (
    Safeguard(
        "into the journal",
        "a sale that is taken stands in the journal, in the same transaction",
        (
            Edit(
                "hub/commands/signed.py",
                "        taken = work.journal.take(work.device, signed, work.now_ms)\n",
                "        taken = Taken(read_record(signed.body))\n",
            ),
            Edit(
                "hub/commands/signed.py",
                "from common.journal.record import Record, SignedRecord\n",
                "from common.journal.record import Record, SignedRecord, read_record\n",
            ),
        ),
    ),
    Safeguard(
        "one place in a chain",
        "two records of one number, of a till and of its copy, are not both taken as sound",
        (
            Edit(
                "common/journal/chain.py",
                "        if gap is None:\n            return Fault.FORK\n",
                "        if gap is None:\n            return None\n",
            ),
        ),
    ),
    Safeguard(
        "sums with each record",
        "a till's sums are on its disk in the transaction of each of its records",
        (
            Edit(
                "kiosk/book.py",
                "    if book.tally is not None:\n",
                "    if book.tally is not None and not head.seq % 2:\n",
            ),
        ),
    ),
)

SAFEGUARDS: Final = (*_PARKED, *_DURABLE, *_ONCE, *_SIGNED, *OF_ROWS, *OF_COPIES)
