"""The file in which a post hands over what it has not delivered, as the hub reads it.

Owns its lines: a head, then an operation each. Who signed them is for `collecting.py`.
"""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import orjson
from msgspec import Meta

from common import messages as m
from common.errors import Refusal
from common.export import VERSION
from common.models import Id, convert


@dataclass(frozen=True, slots=True)
class _Head:
    comptoir_export: int
    device_id: Id
    device_name: str
    outbox: m.Hex16
    oldest_n: m.Count


@dataclass(frozen=True, slots=True)
class _Line:
    n: m.Count
    schema: Annotated[int, Meta(ge=0, le=65535)]
    body: str
    signature: Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]


@dataclass(frozen=True, slots=True)
class ExportedLine:
    """One operation: number, schema version, the body's bytes, the post's signature (hex)."""

    n: int
    schema: int
    body: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class Export:
    """What such a file holds. `oldest_n`: from there on the post's outbox has every operation."""

    device_id: str
    device_name: str
    outbox: str
    oldest_n: int
    operations: tuple[ExportedLine, ...]


def read_export(file: Path) -> Export:
    """Return what a file holds; raises Refusal `export_unreadable`."""
    try:
        lines = file.read_bytes().splitlines()
        if not lines:
            raise ValueError("it is empty")
        head = convert(orjson.loads(lines[0]), _Head)
        if head.comptoir_export != VERSION:
            raise ValueError(f"version {head.comptoir_export}, this hub reads {VERSION}")
        operations = tuple(_operation(convert(orjson.loads(line), _Line)) for line in lines[1:])
    except (OSError, ValueError, msgspec.ValidationError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Refusal("export_unreadable", file=str(file), reason=reason) from error
    return Export(head.device_id, head.device_name, head.outbox, head.oldest_n, operations)


def _operation(line: _Line) -> ExportedLine:
    body = base64.b64decode(line.body, validate=True)
    return ExportedLine(line.n, line.schema, body, line.signature)
