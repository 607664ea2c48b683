"""Who this post is and which hub it belongs to, as pairing left it: `device.json`.

Owns the file's fields and its writing in one piece. The keys lie beside it (`keys.py`); nothing in
here is secret, and `hub.identity` is what every later claim of a hub is measured by.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec
import orjson
from msgspec import Meta

from common.errors import Refusal
from common.models import Id, Label, convert
from common.topics import Profile

Key = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Port = Annotated[int, Meta(ge=1, le=65535)]
_FILE: Final = "device.json"


@dataclass(frozen=True, slots=True)
class HubPlace:
    """The hub: its pinned identity, its CURVE key of now, and where its sockets are.

    `broadcast_port` is 0 until a welcome has named it. `curve_since_ms`: when its CURVE key was
    made, by the hub's newest card; one of an older key is not believed.
    """

    identity: Key
    curve_key: Key
    host: Annotated[str, Meta(min_length=1, max_length=255)]
    card_port: Port
    commands_port: Port
    broadcast_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    curve_since_ms: Annotated[int, Meta(ge=0)] = 0


@dataclass(frozen=True, slots=True)
class Device:
    """This post as the hub enrolled it.

    `epoch`, `admission`: of which stay in the shop the newest welcome was, "" and 0 before any.
    """

    id: Id
    number: Annotated[int, Meta(ge=0, le=10**6)]
    name: Label
    profile: Profile
    hub: HubPlace
    operator: Annotated[str, Meta(max_length=100)] = ""
    epoch: Annotated[str, Meta(max_length=32)] = ""
    admission: Annotated[int, Meta(ge=0)] = 0


def device_file(folder: Path) -> Path:
    """Return where the file lies."""
    return folder / _FILE


def read_device(folder: Path) -> Device | None:
    """Return the device, None where the post was never paired.

    Raises Refusal `unreadable_device`.
    """
    path = device_file(folder)
    try:
        return convert(orjson.loads(path.read_bytes()), Device)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise Refusal("unreadable_device", file=str(path), reason=str(error)) from error


def write_device(folder: Path, device: Device) -> None:
    """Put the file in place, whole or not at all. Raises Refusal `disk_failed`."""
    text = orjson.dumps(device, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    write_whole(device_file(folder), text)


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file at once, readable by its owner only; durable on return."""
    beside = path.with_name(path.name + ".new")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with open(os.open(beside, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise Refusal("disk_failed", file=str(path), reason=error.strerror or str(error)) from error


def write_new(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet, readable by its owner only; durable on return.

    Raises Refusal `export_exists`, `disk_failed`.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
    except FileExistsError:
        raise Refusal("export_exists", file=str(path)) from None
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Refusal("disk_failed", file=str(path), reason=error.strerror or str(error)) from error


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
