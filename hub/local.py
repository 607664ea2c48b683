"""Commands taken in this process, where no hub runs: the same path, without sockets.

Holds the hub's lock meanwhile, so that no hub starts on the same folder.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import orjson

from common import messages as m
from common import seal, wire
from common.card import fingerprint
from common.commands import COMMANDS
from common.errors import Problem
from common.ids import IdMint
from common.topics import Profile
from hub import identity
from hub.changes import ChangeLogBook
from hub.config import read_settings
from hub.console import ConsoleRefused
from hub.folder import Folder
from hub.journal import JournalBook
from hub.journal_keys import known_identity, sealing_of
from hub.key_files import make_second, read_keys, write_curve
from hub.login_outcomes import NewPin, write_pin
from hub.parts import Parts, Surroundings, make_parts
from hub.pins import PinChecker, PinJob
from hub.pipeline import Pipeline, Received
from hub.records import devices, trail
from hub.service import now_ms, only_hub, open_store
from hub.store import StoreError

GROUP = 8


def run_locally(
    folder: Folder,
    commands: Iterable[tuple[str, dict[str, Any]]],
    on_reply: Callable[[m.Reply], None],
) -> None:
    """Take commands in order as the console; raises StoreError where a hub runs, or cannot."""
    with only_hub(folder):
        store = open_store(folder)
        try:
            mint = IdMint(now_ms, seal.random_bytes)
            journal = JournalBook(store, sealing_of(folder), now_ms)
            pipeline = Pipeline(store, ChangeLogBook(store), journal, now_ms, mint)
            console = next(d for d in devices.devices(store.db) if d.profile is Profile.CONSOLE)
            outbox = seal.random_bytes(16).hex()
            batch: list[Received] = []
            for n, (kind, args) in enumerate(commands, 1):
                body = orjson.dumps({"id": mint(), "kind": kind, "args": args})
                schema = COMMANDS[kind].schema
                command = m.Command(outbox, n, n - 1, schema, wire.body_hash(body), body)
                batch.append(Received(console, command, b""))
                if len(batch) == GROUP:
                    _take(pipeline, batch, on_reply)
                    batch = []
            if batch:
                _take(pipeline, batch, on_reply)
        finally:
            store.close()


def set_pin_locally(folder: Folder, person_id: str, pin: str) -> None:
    """Give a person a PIN as the console; raises StoreError where a hub runs, Refusal for nobody.

    Takes what two tries of a PIN cost.
    """
    with only_hub(folder):
        checker = PinChecker(read_keys(folder).pepper)
        made = checker.do(PinJob(1, pin, None)).made
        store = open_store(folder)
        try:
            log = ChangeLogBook(store)
            journal = JournalBook(store, sealing_of(folder), now_ms)
            console = next(d for d in devices.devices(store.db) if d.profile is Profile.CONSOLE)
            draft, entries = log.draft(), journal.draft()
            with store.group() as db:
                write_pin(db, draft, entries, NewPin(person_id, made, now_ms(), console.id))
                entries.write(log.epoch, now_ms())
                draft.write(log.gseq + 1)
        finally:
            store.close()


def rotate_identity(folder: Folder, lost: bool) -> dict[str, Any]:
    """Give the hub another identity, and say so in its journal; `lost`: its own is gone.

    Returns `identity` and its `fingerprint`, the `line` of the journal, and which other keys were
    gone as well and are `made` anew. Raises StoreError where a hub runs, ConfigError, Refusal.
    """
    with only_hub(folder):
        read_settings(folder)
        store = open_store(folder)
        try:
            made: list[str] = []
            if lost:
                said, made = identity.replace_lost(folder, known_identity(store.db), now_ms())
            else:
                said = identity.rotate(folder, now_ms())
            keys = read_keys(folder)
            journal = JournalBook(store, sealing_of(folder), now_ms)
            console = next(d for d in devices.devices(store.db) if d.profile is Profile.CONSOLE)
            with store.group() as db:
                devices.set_keys(db, console.id, keys.console.public, keys.identity.public)
                action = "hub.identity_lost" if lost else "hub.identity"
                trail.add(db, trail.Entry(now_ms(), action))
        finally:
            store.close()
    shown = {"identity": said.after, "fingerprint": fingerprint(said.after)}
    return {**shown, "line": journal.head.seq, "made": made}


def _take(pipeline: Pipeline, batch: list[Received], on_reply: Callable[[m.Reply], None]) -> None:
    for _, frame in pipeline.run(batch).answers:
        message = wire.decode(frame)
        if isinstance(message, m.Reply):
            on_reply(message)
        else:
            raise StoreError(message.code, **message.params)


def ask_locally(folder: Folder, kind: str, args: dict[str, Any]) -> Any:
    """Return what a hub of this folder answers the console; as `Console.ask`, without sockets.

    Raises StoreError where a hub runs, or cannot, and ConsoleRefused.
    """
    with _parts(folder) as (parts, console):
        return _answer(parts, console, kind, args)


def close_locally(folder: Folder, period: str, progress: Callable[[int], None]) -> Any:
    """Close a day, a month or a year; return and raise as `ask_locally` does.

    What is not verified yet is verified first; `progress` is told how many lines are left.
    """
    with _parts(folder) as (parts, console):
        before = -1
        # Where the disk lets it get no further, the hub's own answer says so.
        while (lines := parts.closings.verify_on()) not in (0, before):
            progress(before := lines)
        return _answer(parts, console, "close", {"period": period})


@contextmanager
def _parts(folder: Folder) -> Iterator[tuple[Parts, str]]:
    """Make a hub's parts on a folder that no hub runs on; with them the console's id."""
    with only_hub(folder):
        settings = read_settings(folder)
        make_second(folder, settings)
        keys = read_keys(folder)
        store = open_store(folder)
        try:
            around = Surroundings(now_ms, time.monotonic, seal.random_bytes, lambda _topic: None)
            keep = partial(write_curve, folder)
            parts = make_parts(store, keys, settings, around, keep_curve=keep)
            console = next(d for d in devices.devices(store.db) if d.profile is Profile.CONSOLE)
            yield parts, console.id
        finally:
            store.close()


def _answer(parts: Parts, console: str, kind: str, args: dict[str, Any]) -> Any:
    frame = wire.encode(m.Query(1, kind, args))
    ((_, said),) = parts.hub.message(b"", console, frame)
    answer = wire.decode(said)
    if answer.code:
        raise ConsoleRefused(Problem(answer.code, answer.params))
    return answer.result
