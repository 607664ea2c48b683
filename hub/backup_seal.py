"""Sealed backups as files: a header that anybody reads, a stream that the owners of some keys open.

Owns the format. The header says when it was made, of which epoch and commit, and which outboxes it
covers, so that backups can be listed, counted on and restored in order without a key. What follows
is the database in chunks, each bound to the header; a hash of all of it and the hub's signature end
the file, by which whoever has no key sees that it is whole and this hub's.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
import orjson

from common import seal
from common.models import convert

SUFFIX: Final = ".sealed"
_MAGIC: Final = b"comptoir sealed backup 1\n"
_CHUNK_BYTES: Final = 1024 * 1024
_HEADER_BYTES: Final = 4 * 1024 * 1024
_HASH_BYTES: Final = 32
_END_BYTES: Final = _HASH_BYTES + 64


@dataclass(frozen=True, slots=True)
class Sealing:
    """To whom backups are sealed (CURVE25519, 32 bytes each), and who signs them."""

    publics: tuple[bytes, ...]
    signing: seal.SigningKeys


@dataclass(frozen=True, slots=True)
class Header:
    """What a sealed backup says to everybody. `keys`: public key → content key; both hex."""

    made_ms: int
    epoch: str
    gseq: int
    heads: dict[str, int]
    schema: int
    identity: str
    keys: dict[str, str]
    stream: str


def seal_file(plain: Path, target: BinaryIO, said: dict[str, Any], sealing: Sealing) -> None:
    """Write a database to an open file, sealed; durable on return. `said`: the header's facts."""
    content_key = seal.random_bytes(32)
    stream = seal.StreamSealer(content_key)
    keys = {public.hex(): seal.seal_to(public, content_key).hex() for public in sealing.publics}
    identity = sealing.signing.public.hex()
    header = orjson.dumps({**said, "identity": identity, "keys": keys, "stream": stream.head.hex()})
    head = b"".join((_MAGIC, header, b"\n"))
    bound = blake2b(head, digest_size=_HASH_BYTES).digest()
    total = blake2b(head, digest_size=_HASH_BYTES)
    target.write(head)
    with plain.open("rb") as source:
        for chunk, last in _with_last(_chunks(source, _CHUNK_BYTES)):
            sealed = stream.seal(chunk, bound, last)
            total.update(sealed)
            target.write(sealed)
    digest = total.digest()
    target.write(digest + seal.sign(sealing.signing, _signed(digest)))
    target.flush()
    os.fsync(target.fileno())


def is_sealed(path: Path) -> bool:
    """Return whether a file begins as a sealed backup does; False where it cannot be read."""
    with suppress(OSError):
        if path.is_file():  # A pipe would be waited for.
            with path.open("rb") as file:
                return file.read(len(_MAGIC)) == _MAGIC
    return False


def read_header(path: Path) -> Header:
    """Return what a sealed backup says of itself; raises ValueError, OSError."""
    with path.open("rb") as file:
        return _header(file)[0]


def verify(path: Path, identities: Collection[bytes] | None = None) -> Header:
    """Read a sealed backup whole and return its header; raises ValueError where it is not whole.

    `identities`: the keys, one of which must have signed it; without any, what its header names.
    """
    with path.open("rb") as file:
        header, head = _header(file)
        total = blake2b(head, digest_size=_HASH_BYTES)
        for sealed in _sealed_chunks(file):
            total.update(sealed)
        _check_end(file, total.digest(), header, identities)
    return header


def open_file(
    path: Path, keys: seal.CurveKeys, target: Path, identities: Collection[bytes] | None
) -> None:
    """Write what a backup holds into a new file, for its owner only; raises ValueError, OSError.

    `identities` as in `verify`: a key to seal to is public, so that anybody could make such a file.
    Nothing that exists is written to; where it raises, the new file is gone.
    """
    with path.open("rb") as file:
        header, head = _header(file)
        content_key = _content_key(header, keys)
        if content_key is None:
            raise ValueError("it is sealed to other keys")
        stream = seal.StreamOpener(content_key, bytes.fromhex(header.stream))
        total = blake2b(head, digest_size=_HASH_BYTES)
        bound = total.copy().digest()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(target, flags, 0o600), "wb") as plain:
            try:
                last = False
                for sealed in _sealed_chunks(file):
                    total.update(sealed)
                    chunk, last = stream.open(sealed, bound)
                    plain.write(chunk)
                if not last:
                    raise ValueError("its end is missing")
                _check_end(file, total.digest(), header, identities)
                plain.flush()
                os.fsync(plain.fileno())
            except BaseException:
                target.unlink()
                raise


def _content_key(header: Header, keys: seal.CurveKeys) -> bytes | None:
    sealed = header.keys.get(keys.public.hex())
    return None if sealed is None else seal.open_sealed(keys, bytes.fromhex(sealed))


def _header(file: BinaryIO) -> tuple[Header, bytes]:
    if file.read(len(_MAGIC)) != _MAGIC:
        raise ValueError("it is no sealed backup")
    line = file.readline(_HEADER_BYTES)
    if not line.endswith(b"\n"):
        raise ValueError("its header is cut off")
    try:
        return convert(orjson.loads(line), Header), _MAGIC + line
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def _sealed_chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the sealed parts; the file then stands before its end."""
    begin = file.tell()
    end = file.seek(0, os.SEEK_END) - _END_BYTES
    file.seek(begin)
    if end <= begin:
        raise ValueError("its end is missing")
    left = end - begin
    while left:
        sealed = file.read(min(left, _CHUNK_BYTES + seal.STREAM_EXTRA_BYTES))
        if not sealed:
            raise ValueError("its end is missing")
        left -= len(sealed)
        yield sealed


def _check_end(
    file: BinaryIO, digest: bytes, header: Header, identities: Collection[bytes] | None
) -> None:
    end = file.read(_END_BYTES)
    if end[:_HASH_BYTES] != digest:
        raise ValueError("it is not as it was written")
    said = bytes.fromhex(header.identity)
    signed = seal.verifies(said, _signed(digest), end[_HASH_BYTES:])
    if not signed or (identities is not None and said not in identities):
        raise ValueError("this hub has not signed it")


def _signed(digest: bytes) -> bytes:
    return b"comptoir backup\0" + digest


def _chunks(source: BinaryIO, size: int) -> Iterator[bytes]:
    while chunk := source.read(size):
        yield chunk


def _with_last(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each with whether it is the last; one empty chunk for none."""
    chunk = next(chunks, b"")
    for following in chunks:
        yield chunk, False
        chunk = following
    yield chunk, True


def fingerprints(publics: Sequence[str]) -> str:
    """Return keys as people compare them: the first 16 characters of each."""
    return ", ".join(public[:16] for public in publics)
