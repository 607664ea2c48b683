"""Every place that reads what others wrote: how it is run on bytes, its one error, and good input.

Owns the table. A target lets its own kind of error pass and nothing else. The tests give it inputs
that hypothesis thinks of, `python -m tests.fuzz` those that atheris finds by looking at coverage.
"""

import base64
import gzip
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson
from sample_pictures import draw

from common import enrolment, invitation, seal, wire
from common import messages as m
from common.card import read_card, sign_card
from common.commands import (
    COMMANDS,
    CatalogueEntry,
    CataloguePut,
    NewPrice,
    PriceSet,
    QuarantineRef,
)
from common.errors import Refusal
from common.journal.record import Signer
from common.journal.witness import Conflict
from common.journal.witness_file import (
    Contradiction,
    Whose,
    WitnessFile,
    handed_over,
    lines_of,
    read_witness,
)
from common.models import convert
from common.pictures import picture_id
from hub import article_csv, html_text
from hub.archive import verifier
from hub.article_notices import ArticleFileError
from hub.commands import HANDLERS
from hub.config import Settings, read_settings, write_settings
from hub.folder import ConfigError, Folder
from hub.picture_making import check, make
from hub.repertoire import Repertoire
from kiosk.config import parse_address, parse_size
from kiosk.device import read_device
from kiosk.headless_lines import read_line, tag_of
from kiosk.picture_files import PictureFiles
from kiosk.preferences import read_preferences
from tests.common.journal.heads import KEYS, Numbers

_SCRATCH: Final = Path(tempfile.mkdtemp(prefix="comptoir-fuzz-"))
_HEX: Final = "5a" * 16
_JOURNAL: Final = Numbers("a" * 9)
_SEAL: Final = _JOURNAL.seal(7)
_REPERTOIRE: Final = Repertoire(COMMANDS, HANDLERS)


@dataclass(frozen=True, slots=True)
class Target:
    """`run(data)` raises one of `allowed` where the input is wrong; anything else is a finding."""

    run: Callable[[bytes], Any]
    allowed: tuple[type[Exception], ...]
    seeds: Callable[[], Iterable[bytes]]

    def __call__(self, data: bytes) -> None:
        """Run it; its own errors pass."""
        try:
            self.run(data)
        except self.allowed:
            return


# Frames.


def _messages() -> list[Any]:
    return [
        m.Hello(m.PROTOCOL, "0.1", _HEX, _HEX, {"articles": 3}, 1),
        m.SnapshotRequest("articles", 1, 1000),
        m.Credit("articles", 1, 1000),
        m.Since("articles", 1, 0),
        m.Query(1, "tickets", {"before_ms": 1, "limit": 50}),
        m.Ping(1, -5),
        m.Goodbye(),
        m.HeadsRequest(0, 3, 40),
        m.Heads(0, (_SEAL,)),
        m.Contradicted(0, Conflict.GONE, 3, 40),
        m.Ping(1, -5, 40),
        m.Pong(1, 2, 3, _SEAL),
        m.Expect(_HEX, 3),
        m.SnapshotBegin("articles", 1, _HEX, 1, 2, 2, 3, 0),
        m.Answer(1, {"a": [1, 2]}),
        m.Refused("too_fast", {"seconds": 30}),
        m.CardRequest(),
        m.EnrolHello(_HEX * 2, _HEX * 2, _HEX * 2),
        m.EnrolChallenge(_HEX * 2, _HEX, _HEX * 2, _HEX * 2),
        m.EnrolProof(_HEX * 2, _HEX * 4),
    ]


def _changes() -> m.Changes:
    rows = [m.Change("k1", b'{"id":"k1"}', _HEX, 1), m.Change("k2", None, "0" * 32, 0)]
    return m.Changes("articles", _HEX, 7, 3, rows)


def _frames() -> list[bytes]:
    packed = wire.pack_rows([("k", b"{}"), ("key", b'{"id":1}')])
    reply = wire.reply_body(m.Status.ACCEPTED, 3, {"stock": 4})
    body = b'{"id":"' + b"0" * 32 + b'","kind":"sale.record","args":{}}'
    return [
        *(wire.encode(message) for message in _messages()),
        wire.encode_command(m.Command(_HEX, 1, 0, 1, wire.body_hash(body), body)),
        wire.encode_reply(_HEX, 1, reply),
        wire.encode_chunk("articles", 1, 2, packed),
        wire.encode_delta(1, 2, True, wire.encode_changes(_changes())),
    ]


def _broadcasts() -> list[bytes]:
    beat = m.Heartbeat(_HEX, 1, 2, {"articles": m.Pulse(1, "0" * 64)})
    return [
        wire.encode_changes(_changes()),
        wire.encode_broadcast(wire.HEARTBEAT_TOPIC, beat),
        wire.encode_broadcast(b"articles\0", m.Announce("articles", _HEX, 1, 2)),
    ]


def _command(data: bytes) -> None:
    """Read a command whose body is the input, and whose hash fits."""
    _REPERTOIRE.read(m.Command(_HEX, 1, 0, 1, wire.body_hash(data), data))


def _bodies() -> list[bytes]:
    entry = CatalogueEntry("12345678", "Pain", "Boulangerie", 120, 550, 1000, 0)
    arguments: Mapping[str, Any] = {
        "catalogue.put": CataloguePut((entry,)),
        "price.set": PriceSet((NewPrice("0" * 32, 120),)),
        "quarantine.close": QuarantineRef(_HEX, 3, _HEX),
        "sale.record": {"ticket": {"id": "0" * 32, "lines": [], "payments": []}},
    }
    return [
        orjson.dumps({"id": "0" * 32, "kind": kind, "args": args, "operator": "A"})
        for kind, args in arguments.items()
    ]


# The journal, as posts have seen it.


def _witness(data: bytes) -> None:
    """Read a post's own file, half a line included, and the same as one that was handed over."""
    with suppress(ValueError):
        read_witness(data, lenient=True)
    read_witness(data)


def _witnesses() -> list[bytes]:
    whose = Whose(1, "d" * 32, "Caisse", (KEYS.public.hex(),))
    heads = tuple(_JOURNAL.kept(seq) for seq in (3, 7))
    found = Contradiction(0, Conflict.GONE, 3, 7, 1)
    lines = lines_of(WitnessFile(whose, heads, (found,)))
    return [b"".join(lines), handed_over(lines, "d" * 32, Signer(KEYS), 1)]


# Archives of the journal.


def _archive(data: bytes) -> None:
    """Verify whatever lies there, and read its lines."""
    path = str(_file("archive.zip", data))
    with suppress(verifier.NoArchive):
        list(verifier.read_lines(path))
    verifier.verify(path)


def _archives() -> list[bytes]:
    """Return an archive of a founded journal, and parts of one."""
    files = {verifier.LINES: b"", verifier.SEALS: b"", verifier.TOTALS: b"{}"}
    stated: dict[str, Any] = {"files": {}, "base": None, "findings": [], "totals": {}, "chain": ""}
    keys = {"signer": dict(Signer(KEYS).publics), "succession": []}
    manifest = {"v": 1, "keys": dict(Signer(KEYS).keys), "archive": stated}
    body = verifier.canonical(manifest)
    files |= {verifier.KEYS: verifier.canonical(keys), verifier.MANIFEST: body}
    signatures = {"signatures": dict(Signer(KEYS).sign(body).signatures)}
    files[verifier.SIGNATURE] = verifier.canonical(signatures)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return [made.getvalue()]


def _archived(data: bytes) -> None:
    """Walk over a line of an archive, and what it makes in the tables."""
    found = verifier.Findings()
    line = verifier.read_line(data)
    verifier.Journal(None, found, verifier.Signatures()).line(line)
    assert found.count


def _archived_lines() -> list[bytes]:
    entry = {"v": 1, "chain": _HEX, "seq": 2, "type": "taken", "previous": "0" * 64, "at_ms": 1}
    record = {"type": "sale", "data": {"ticket": {}}, "seq": 1}
    lines = []
    for kind, data in (("taken", {"digest": ""}), ("closing", {"period": "day"}), ("key", {})):
        body = verifier.canonical({**entry, "type": kind, "data": data})
        taken = verifier.canonical(record) if kind == "taken" else None
        lines.append(verifier.line_text(verifier.Line(2, body, verifier.blake2b(body), taken)))
    return lines


# Pairing.


def _enrolment(data: bytes) -> None:
    """Read what two sides say of their keys, and look at a proof."""
    first, _, rest = data.partition(b"\n")
    second, _, third = rest.partition(b"\n")
    hello = convert(orjson.loads(first), m.EnrolHello)
    challenge = convert(orjson.loads(second), m.EnrolChallenge)
    proof = convert(orjson.loads(third), m.EnrolProof)
    said = enrolment.transcript(hello, challenge)
    assert not enrolment.kiosk_knows_code(bytes(32), said, proof)
    assert not enrolment.kiosk_owns_sign_key(said, proof)


def _enrolments() -> list[bytes]:
    hello, challenge, proof = _messages()[-3:]
    challenge = m.EnrolChallenge(*([_HEX * 2] * 4))
    return [b"\n".join(orjson.dumps(each) for each in (hello, challenge, proof))]


def _card(data: bytes) -> None:
    read_card(convert(orjson.loads(data), m.Card))


def _cards() -> list[bytes]:
    keys = seal.new_signing_keys()
    body = m.CardBody(keys.public.hex(), _HEX * 2, "Boutique", _HEX, 1, 2, 3)
    return [orjson.dumps(sign_card(keys, body))]


def _typed(data: bytes) -> None:
    seal.read_code(data.decode("utf-8", "replace"))


def _invitation(data: bytes) -> None:
    invitation.read(data.decode("latin-1"))


def _invitations() -> list[bytes]:
    made = invitation.Invitation(seal.new_code(), bytes(32), bytes(32), 47801, ("192.168.1.7",))
    return [invitation.write(made).encode()]


# Files.


def _file(name: str, data: bytes) -> Path:
    path = _SCRATCH / name
    path.write_bytes(data)
    return path


def _articles(data: bytes) -> None:
    for line in article_csv.read(_file("articles.csv", data)):
        if isinstance(line, article_csv.Reject):
            line.text()


def _article_files() -> list[bytes]:
    text = (
        "Code;Désignation;Rayon;Prix TTC;TVA;Stock\n"
        "3017620422003;Pâte à tartiner;Épicerie;3,95;5,5;12\n"
        '12345670;"Vin ""rouge""; 75 cl";Cave;1 234,50 €;20;-3\n'
    )
    return [
        text.encode(),
        text.encode("cp1252"),
        text.encode("utf-16"),
        gzip.compress(text.encode(), mtime=0),
        text.replace(";", "\t").replace("\n", "\r\n").encode(),
        b"barcode,name,price,vat\n12345670,AT&amp;T &eacute;,1.20,5.5\n",
    ]


def _picture(data: bytes) -> None:
    check(make(_file("3017620422003.jpg", data)))


def _brought(data: bytes) -> None:
    check(data)


def _kept(data: bytes) -> None:
    """A picture as a post keeps it: whatever a hub calls so, a screen shows it or nothing."""
    files = PictureFiles(_SCRATCH / "pictures")
    files.open()
    name = picture_id(data)
    files.store({name: base64.b64encode(data).decode()}, {name})
    files.load(name, 64)
    files.keep_only(())


def _picture_files() -> list[bytes]:
    found = []
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"):
        file = io.BytesIO()
        draw("Pain", "amber").resize((48, 40)).save(file, kind)
        found.append(file.getvalue())
    return found


def _small_pictures() -> list[bytes]:
    return [make(_file("3017620422003.jpg", data)) for data in _picture_files()[:2]]


def _html(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    html_text.decoded(text)
    html_text.ends_in_entity(text)


def _hub_settings(data: bytes) -> None:
    _file("hub.toml", data)
    read_settings(Folder(_SCRATCH))


def _hub_tomls() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        write_settings(Folder(Path(folder)), Settings())
        return [Folder(Path(folder)).settings.read_bytes()]


def _device(data: bytes) -> None:
    _file("device.json", data)
    read_device(_SCRATCH)


def _devices() -> list[bytes]:
    hub = {
        "identity": _HEX * 2,
        "curve_key": _HEX * 2,
        "host": "hub.local",
        "card_port": 1,
        "commands_port": 2,
        "broadcast_port": 3,
    }
    device = {"id": "0" * 32, "number": 1, "name": "Caisse", "profile": "till", "hub": hub}
    return [orjson.dumps(device)]


def _preferences(data: bytes) -> None:
    _file("preferences.json", data)
    read_preferences(_SCRATCH)


def _address(data: bytes) -> None:
    parse_address(data.decode("utf-8", "replace"))


def _size(data: bytes) -> None:
    parse_size(data.decode("utf-8", "replace"))


def _line(data: bytes) -> None:
    tag_of(data)
    read_line(data)


_JSON_ERRORS: Final = (ValueError, msgspec.ValidationError)
TARGETS: Final[Mapping[str, Target]] = {
    "wire": Target(wire.decode, (wire.WireError,), _frames),
    "broadcasts": Target(wire.decode_broadcast, (wire.WireError,), _broadcasts),
    "commands": Target(_command, (Refusal,), _bodies),
    "enrolment": Target(_enrolment, _JSON_ERRORS, _enrolments),
    "card": Target(_card, (Refusal, *_JSON_ERRORS), _cards),
    "code": Target(_typed, (ValueError,), lambda: [seal.new_code().encode()]),
    "invitation": Target(_invitation, (invitation.InvitationError,), _invitations),
    "articles": Target(_articles, (ArticleFileError,), _article_files),
    "pictures": Target(_picture, (Refusal,), _picture_files),
    "brought-picture": Target(_brought, (Refusal,), _small_pictures),
    "kept-picture": Target(_kept, (), _small_pictures),
    "html": Target(_html, (), lambda: [b"AT&amp;T &eacute;&#233;&#x2014; &amp"]),
    "hub-settings": Target(_hub_settings, (ConfigError,), _hub_tomls),
    "device": Target(_device, (Refusal,), _devices),
    "preferences": Target(_preferences, (), lambda: [b'{"lang":"fr"}']),
    "address": Target(_address, (ValueError,), lambda: [b"hub.local:47801", b"[::1]:80"]),
    "size": Target(_size, (ValueError,), lambda: [b"1280x800+0+0"]),
    "witness": Target(_witness, (ValueError,), _witnesses),
    "archive": Target(_archive, (verifier.NoArchive,), _archives),
    "archived-line": Target(_archived, verifier.GARBAGE, _archived_lines),
    "headless": Target(
        _line,
        (Refusal,),
        lambda: [
            b'{"do":"sell","tag":1,"lines":[{"code":"12345670"}],"payment":{"cash_given_cents":5}}'
        ],
    ),
}
