"""Handing over by a file what a post has not delivered: for one that is out, or whose hub is gone.

Owns the file: a head, then every operation that the outbox holds, replied to or not, each signed by
the post. The hub takes each once, whatever it has of them. The outbox is left as it is.
"""

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from common.errors import Refusal
from common.export import VERSION, Exported, sign_operation
from kiosk.config import only_kiosk
from kiosk.device import read_device, write_new
from kiosk.keys import read_keys, read_store_keys
from kiosk.outbox_file import Maker
from kiosk.protection import OPEN, Lock
from kiosk.sealed import Box
from kiosk.stores import open_outbox

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Handed:
    """What was written: operations, and how many of them the hub had not replied to."""

    operations: int
    waiting: int


def export_undelivered(folder: Path, file: Path, lock: Lock = OPEN) -> Handed:
    """Write a post's operations to a new file, readable by its owner only; durable on return.

    Raises Refusal: `not_paired`, `folder_in_use`, `keys_locked`, `export_exists`, `disk_failed`
    and what reading the post's files raises.
    """
    if not folder.is_dir():
        raise Refusal("not_paired")
    with only_kiosk(folder):
        device = read_device(folder)
        if device is None:
            raise Refusal("not_paired")
        signing = read_keys(folder, lock).signing
        box = Box(*read_store_keys(folder, lock))
        outbox, _ = open_outbox(folder / "outbox.db", Maker(device.number, os.urandom, box))
        try:
            oldest_n, last_n = outbox.oldest_n(), outbox.last_n
            waiting = outbox.counts().waiting
            head = {
                "comptoir_export": VERSION,
                "device_id": device.id,
                "device_name": device.name,
                "outbox": outbox.id,
                "oldest_n": oldest_n,
            }
            lines = [orjson.dumps(head)]
            for first_n in range(1, last_n + 1, _AT_ONCE):
                for entry in outbox.entries(range(first_n, first_n + _AT_ONCE)):
                    exported = Exported(
                        device.id, outbox.id, oldest_n, entry.n, entry.schema, entry.body
                    )
                    line = {
                        "n": entry.n,
                        "schema": entry.schema,
                        "body": base64.b64encode(entry.body).decode(),
                        "signature": sign_operation(signing, exported).hex(),
                    }
                    lines.append(orjson.dumps(line))
        finally:
            outbox.close()
    write_new(file, b"\n".join([*lines, b""]))
    return Handed(len(lines) - 1, waiting)
