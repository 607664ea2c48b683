#!/usr/bin/env python3
"""Verify an archive of Comptoir's signed journal: python3 verifier.py ARCHIVE.zip

Vérifie une archive du journal signé de Comptoir : python3 verifier.py ARCHIVE.zip

Needs Python 3.9 or later and nothing else: no Comptoir, no library, no secret. PyNaCl makes it
faster where it is installed. One file on purpose, longer than files of this project are: it goes
into every archive, and can be read, kept and handed on as it is. Take it from somewhere else than
the archive that it is to check: whoever changed the one could have changed the other.

Owns what an archive is: its files, the form of their lines, the tables made of tickets. The hub
writes archives by what stands here. The rules of the journal are written down a second time here,
apart from the hub's own; a test holds the two against each other.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import io
import json
import os
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import IO, Any, NamedTuple

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig.json"
KEYS = "keys.json"
LINES = "journal/lines.jsonl"
SEALS = "journal/seals.jsonl"
TOTALS = "totals.json"
VERIFIER = "verifier.py"
VERSION = 1
GENESIS = "0" * 64
LONGEST_LINE = 4_000_000
MOST_KEPT = 1000
HOLDS, BROKEN, UNREADABLE = 0, 1, 2
Json = dict[str, Any]
Progress = Callable[[int, int], None]
"""Told (bytes done, bytes there are)."""


class NoArchive(Exception):
    """A file that cannot be read as an archive at all."""


_ZIP_FAULTS = (
    *(OSError, EOFError, MemoryError, OverflowError, RuntimeError, ValueError, KeyError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)
"""What reading a zip may come to that is none, or is damaged, or enciphered."""


# What does not hold: codes, and what they say in English and in French.

SAYS: dict[str, tuple[str, str]] = {
    "unreadable": (
        "cannot be read, or is not in the canonical form",
        "illisible, ou pas sous sa forme canonique",
    ),
    "digest": ("is not what its digest says", "ne correspond pas à son empreinte"),
    "sequence": (
        "does not bear the next number: one is gone, or was put in",
        "ne porte pas le numéro suivant : une ligne a disparu, ou a été ajoutée",
    ),
    "link": (
        "names another one as the one before it",
        "en désigne une autre comme précédente",
    ),
    "type_sequence": (
        "does not bear the next number of its type",
        "ne porte pas le numéro suivant de son type",
    ),
    "chain": ("belongs to another chain", "appartient à une autre chaîne"),
    "device": ("is of another device", "vient d’un autre appareil"),
    "key": (
        "is signed by a key that is not its device's",
        "est signé d’une clé qui n’est pas celle de son appareil",
    ),
    "signature": ("its signature does not hold", "sa signature ne tient pas"),
    "record": (
        "its record is not the one that was taken in",
        "son enregistrement n’est pas celui qui a été pris",
    ),
    "fork": (
        "bears a number that another record has",
        "porte un numéro qu’un autre enregistrement a déjà",
    ),
    "seal": (
        "the hub's signature under it does not hold",
        "la signature du poste central ne tient pas",
    ),
    "vouch": (
        "names a key that no key before it vouches for",
        "nomme une clé dont aucune clé précédente ne répond",
    ),
    "foreign": (
        "is sealed by a key to which none leads that is known to be the hub's",
        "est scellé d’une clé à laquelle ne mène aucune clé connue du poste central",
    ),
    "unsealed": ("the hub has not signed it", "le poste central ne l’a pas signé"),
    "tail": (
        "is gone, though the hub has signed it",
        "a disparu, alors que le poste central l’a signé",
    ),
    "closing_number": (
        "does not follow the closing before it: one is gone, or was put in",
        "ne suit pas la clôture précédente : il en manque une, ou une a été ajoutée",
    ),
    "closing_reach": (
        "does not cover the lines, days and records that came since",
        "ne couvre pas les lignes, jours et enregistrements venus depuis",
    ),
    "closing_sum": (
        "states a sum that its lines do not come to",
        "donne un total qui n’est pas celui de ses lignes",
    ),
    "closing_late": ("does not name what came late", "ne nomme pas ce qui est arrivé en retard"),
    "repeated": (
        "takes out a ticket that the line before it does not hold",
        "retire un ticket que la ligne précédente ne contient pas",
    ),
    "sums": (
        "its sums are not those of the records that it covers",
        "ses sommes ne sont pas celles des enregistrements qu’il couvre",
    ),
    "training": ("mixes exercises with what counts", "mêle des exercices à ce qui compte"),
    "archive": (
        "names an archive that this journal never made",
        "désigne une archive que ce journal n’a jamais faite",
    ),
    "file_missing": ("is missing from the archive", "manque dans l’archive"),
    "file_extra": (
        "is in the archive, and not in its manifest",
        "est dans l’archive, et pas dans son manifeste",
    ),
    "file_digest": (
        "is not the file that was archived",
        "n’est pas le fichier qui a été archivé",
    ),
    "file_twice": ("stands twice in the archive", "figure deux fois dans l’archive"),
    "manifest": (
        "does not say what the archive holds",
        "ne dit pas ce que contient l’archive",
    ),
    "manifest_signature": (
        "the signature of the manifest does not hold",
        "la signature du manifeste ne tient pas",
    ),
    "manifest_key": (
        "was signed by a key to which no key of the journal's hub leads",
        "a été signé d’une clé à laquelle ne mène aucune clé du poste central de ce journal",
    ),
    "manifest_pinned": (
        "was signed by a key to which the one that you named does not lead",
        "a été signé d’une clé à laquelle ne mène pas celle que vous avez indiquée",
    ),
    "csv": (
        "the table does not say what the signed record says",
        "le tableau ne dit pas ce que dit l’enregistrement signé",
    ),
    "totals": (
        "the totals are not those of the tickets",
        "les totaux ne sont pas ceux des tickets",
    ),
    "apart": (
        "does not follow the archive before it",
        "ne fait pas suite à l’archive précédente",
    ),
}


class Finding(NamedTuple):
    """What does not hold. `seq`: the journal's line, 0 for a file of the archive.

    `where`: the record as the till's chain and number, or the file.
    """

    seq: int
    code: str
    where: str = ""


class Findings:
    """What was found: how many, the first of them in the journal's order, and some to show."""

    def __init__(self) -> None:
        self.count = 0
        self.first: Finding | None = None
        self.kept: list[Finding] = []

    def add(self, seq: int, code: str, where: str = "") -> None:
        """Note one."""
        found = Finding(seq, code, where)
        self.count += 1
        if self.first is None or _order(found) < _order(self.first):
            self.first = found
        if len(self.kept) < MOST_KEPT:
            self.kept.append(found)

    def sorted(self) -> list[Finding]:
        """Return those that were kept: lines by number, then files."""
        return sorted(self.kept, key=_order)


def _order(found: Finding) -> tuple[bool, int]:
    return found.seq == 0, found.seq


# Ed25519 (RFC 8032) in plain Python. Every key's multiples are tabled, which makes a check of many
# signatures by few keys some hundred times faster than to do without. The larger table takes half
# as long again for each signature; to make it takes eight times as long as the smaller one.

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_TABLES_AT_MOST = 64
_MANY = 250
"""At so many signatures by one key its larger table pays."""
_Point = tuple[int, int, int, int]
_Table = list[list[tuple[int, int, int]]]
_ZERO: _Point = (0, 1, 1, 0)


def _decoded(data: bytes) -> _Point | None:
    """Return the point that 32 bytes mean, None where they mean none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if len(data) != 32 or y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * v**3 * pow(u * v**7 % _P, (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * _ROOT % _P
    if (v * x * x - u) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _encoded(point: _Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _sum(p: _Point, q: _Point) -> _Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _table(point: _Point, bits: int) -> _Table:
    """Return, for each so many bits of a scalar, the point's multiples by each value of them."""
    rows = []
    for _ in range(256 // bits):
        row, held = [], _ZERO
        for _ in range(1 << bits):
            row.append(held)
            held = _sum(held, point)
        rows.append(row)
        point = held
    # To affine coordinates, with one inversion for all.
    flat = [point for row in rows for point in row]
    products, product = [], 1
    for one in flat:
        products.append(product)
        product = product * one[2] % _P
    inverse = pow(product, _P - 2, _P)
    made: list[tuple[int, int, int]] = []
    for one, before in zip(reversed(flat), reversed(products)):
        z = inverse * before % _P
        inverse = inverse * one[2] % _P
        x, y = one[0] * z % _P, one[1] * z % _P
        made.append((y - x, y + x, 2 * x * y * _D % _P))
    made.reverse()
    return [made[at : at + (1 << bits)] for at in range(0, len(made), 1 << bits)]


def _times(held: _Point, table: _Table, scalar: int) -> _Point:
    """Return a point and a tabled one's multiple, summed."""
    digits = list(scalar.to_bytes(32, "little"))
    if len(table) > len(digits):
        digits = [digit for byte in digits for digit in (byte & 15, byte >> 4)]
    x, y, z, t = held
    for row, digit in zip(table, digits):
        if digit:
            less, more, both = row[digit]
            a, b, c, d = (y - x) * less % _P, (y + x) * more % _P, t * both % _P, 2 * z
            e, f, g, h = b - a, d - c, d + c, b + a
            x, y, z, t = e * f % _P, g * h % _P, f * g % _P, e * h % _P
    return x, y, z, t


_BASE = bytes([0x58]) + bytes([0x66]) * 31
_tables: dict[bytes, _Table | None] = {}
_asked: dict[bytes, int] = {}


def _table_of(public: bytes) -> _Table | None:
    """Return the table of a key's point, negated; None where nothing can be signed by it."""
    asked = _asked[public] = _asked.get(public, 0) + 1
    if public not in _tables or asked == _MANY:
        if len(_tables) > _TABLES_AT_MOST:
            _tables.clear()
            _asked.clear()
        point = _decoded(public)
        if point is not None:
            eighth = point
            for _ in range(3):
                eighth = _sum(eighth, eighth)
            if _encoded(eighth) == _encoded(_ZERO):
                point = None  # A key under which anything would be signed.
        bits = 4 if asked < _MANY else 8
        _tables[public] = None if point is None else _table(_negated(point), bits)
    return _tables[public]


def _negated(point: _Point) -> _Point:
    return -point[0] % _P, point[1], point[2], -point[3] % _P


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether an Ed25519 signature holds, computed here."""
    if len(signature) != 64 or len(public) != 32:
        return False
    table, scalar = _table_of(public), int.from_bytes(signature[32:], "little")
    base = _table_of(_BASE)
    if table is None or base is None or scalar >= _L:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(hashed, "little") % _L
    # Of the base its table has the negative, too.
    found = _times(_times(_ZERO, base, -scalar % _L), table, challenge)
    return _encoded(found) == signature[:32]


# Algorithms of signatures: how each is checked here, None where it cannot be.

Check = Callable[[bytes, bytes, bytes], bool]
"""Told (public key, message, signature)."""


class Algorithm(NamedTuple):
    """`by`: what does the work, as it is said in the report."""

    check: Check | None
    by: str


def _ed25519() -> Algorithm:
    try:
        from nacl.exceptions import CryptoError
        from nacl.signing import VerifyKey
    except ImportError:
        return Algorithm(ed25519_holds, "Python")

    def check(public: bytes, message: bytes, signature: bytes) -> bool:
        try:
            VerifyKey(public).verify(message, signature)
        except (CryptoError, ValueError, TypeError):
            return False
        return True

    return Algorithm(check, "PyNaCl")


def _ecdsa_p256() -> Algorithm:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, utils
    except ImportError:
        return Algorithm(None, "cryptography")

    def check(public: bytes, message: bytes, signature: bytes) -> bool:
        """Check r and s, 32 bytes each, under a point of 33 bytes."""
        if len(signature) != 64:
            return False
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        try:
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
            made = utils.encode_dss_signature(r, s)
            key.verify(made, message, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True

    return Algorithm(check, "cryptography")


ED25519 = "ed25519"
ALGORITHMS: dict[str, Callable[[], Algorithm]] = {ED25519: _ed25519, "ecdsa-p256": _ecdsa_p256}


class Signatures:
    """Checks signatures, and counts which ones. `checked`: {(algorithm, whose): how many}."""

    def __init__(self) -> None:
        self.algorithms = {name: found() for name, found in ALGORITHMS.items()}
        self.checked: dict[tuple[str, str], int] = {}
        self.left: dict[str, int] = {}

    def hold(
        self, message: bytes, made: Json, keys: Json, publics: Mapping[str, bytes], whose: str
    ) -> bool:
        """Return whether there is a signature of each key, and no other, as far as can be checked.

        `made`: signatures in hex by algorithm; `keys`: ids of keys by algorithm, as the body says.
        """
        if made.keys() != keys.keys() or ED25519 not in keys:
            return False
        for name, key in keys.items():
            algorithm = self.algorithms.get(name)
            public = publics.get(key)
            if public is None:
                return False
            raw = bytes.fromhex(made[name])
            if raw.hex() != made[name]:
                return False
            if algorithm is None or algorithm.check is None:
                self.left[name] = self.left.get(name, 0) + 1
            elif not algorithm.check(public, message, raw):
                return False
            else:
                self.checked[name, whose] = self.checked.get((name, whose), 0) + 1
        return True


def signed(body: bytes) -> bytes:
    """Return the message that is signed of a record, a seal or a manifest."""
    return b"comptoir/journal/1\0" + body


# Canonical bytes: JSON in UTF-8, keys sorted, no spaces, integers only.


def read_canonical(body: bytes) -> Any:
    """Return what canonical bytes say; raises ValueError for any others."""
    value = read_json(body)
    if canonical(value) != body:
        raise ValueError("not in canonical form")
    return value


def read_json(body: bytes) -> Any:
    """Return what JSON without fractions says; raises ValueError for anything else."""
    try:
        value = json.loads(
            body.decode("utf-8"), parse_float=_no_integer, parse_constant=_no_integer
        )
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value


def canonical(value: Any) -> bytes:
    """Return a value's canonical bytes; raises ValueError for NaN and the like."""
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode("utf-8")


def _no_integer(text: str) -> Any:
    raise ValueError(f"{text} is no integer")


def blake2b(body: bytes) -> str:
    """Return the BLAKE2b-256 of bytes as hex."""
    return hashlib.blake2b(body, digest_size=32).hexdigest()


def key_id(public: bytes) -> str:
    """Return by which 32 hex characters a public key is named."""
    return hashlib.blake2b(public, digest_size=16).hexdigest()


# The lines of lines.jsonl and seals.jsonl.


class Line(NamedTuple):
    """A line of the journal. `record`: the till's record that it takes in, byte for byte."""

    seq: int
    entry: bytes
    digest: str
    record: bytes | None


def line_text(line: Line) -> bytes:
    """Return a line as it stands in lines.jsonl. Bytes that are no UTF-8 stand in base64."""
    said: Json = {"seq": line.seq, "digest": line.digest}
    for name, body in (("entry", line.entry), ("record", line.record)):
        try:
            said[name] = None if body is None else body.decode("utf-8")
        except UnicodeDecodeError:
            said[f"{name}_base64"] = base64.b64encode(body or b"").decode()
    return canonical(said) + b"\n"


def read_line(text: bytes) -> Line:
    """Return a line of lines.jsonl; raises ValueError, KeyError, TypeError, AttributeError."""
    said = read_json(text)
    entry, record = _bytes_of(said, "entry"), _bytes_of(said, "record")
    if entry is None or not isinstance(said["seq"], int) or not isinstance(said["digest"], str):
        raise ValueError("no line of a journal")
    return Line(said["seq"], entry, said["digest"], record)


def _bytes_of(said: Json, name: str) -> bytes | None:
    if f"{name}_base64" in said:
        return base64.b64decode(said[f"{name}_base64"])
    text = said[name]
    return None if text is None else text.encode("utf-8")


def seal_text(seq: int, body: str, signatures: Json) -> bytes:
    """Return a seal as it stands in seals.jsonl. `seq`: the line under which it is kept."""
    return canonical({"seq": seq, "body": body, "signatures": signatures}) + b"\n"


# What entries, records and seals must have, so that nothing in them is taken for something else.

Shape = Mapping[str, Callable[[Any], bool]]


def _hex(characters: int) -> Callable[[Any], bool]:
    return lambda text: (
        isinstance(text, str) and len(text) == characters and not text.strip("0123456789abcdef")
    )


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda number: type(number) is int and least <= number <= most


def _words(most: int) -> Callable[[Any], bool]:
    return lambda text: isinstance(text, str) and len(text) <= most


def _letters(of: str, most: int) -> Callable[[Any], bool]:
    return lambda text: isinstance(text, str) and 1 <= len(text) <= most and not text.strip(of)


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_algorithm, _name = _letters(_LETTERS + "0123456789-", 32), _letters(_LETTERS + "_", 32)


def _key_set(keys: Any) -> bool:
    return isinstance(keys, dict) and all(
        _algorithm(name) and _hex(32)(key) for name, key in keys.items()
    )


def _keys(keys: Any) -> bool:
    return _key_set(keys) and 1 <= len(keys) <= 4


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _details(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= 16
        and all(map(_name, value))
        and all(_words(300)(said) or _whole(-(2**53), 2**53)(said) for said in value.values())
    )


_TIME, _SEQ = _whole(0, 2**47), _whole(1, 2**53)
ENTRIES = frozenset(
    {
        *("founded", "key", "hub_key", "taken", "unsigned", "missing", "invalid", "restored"),
        *("repeated", "closing", "contradicted", "lost", "archive", "purge", "event"),
    }
)
RECORDS = frozenset(
    {
        *("opened", "sale", "key_rotated", "refund", "void", "copy", "drawer", "cash_in"),
        *("cash_out", "session_opened", "x", "z", "training", "event", "clock"),
    }
)
_ENTRY: Shape = {
    "v": _whole(-(2**63), 2**63),
    "chain": _hex(32),
    "seq": _SEQ,
    "type": ENTRIES.__contains__,
    "previous": _hex(64),
    "at_ms": _TIME,
    "data": _object,
}
_RECORD: Shape = {
    "v": _whole(VERSION, VERSION),
    "keys": _keys,
    "chain": _hex(32),
    "seq": _SEQ,
    "type": RECORDS.__contains__,
    "type_seq": _SEQ,
    "previous": _hex(64),
    "device": _hex(32),
    "device_name": _words(200),
    "operator": _words(100),
    "at_ms": _TIME,
    "utc_offset_min": _whole(-900, 900),
    "clock_diff_ms": _whole(-(2**47), 2**47),
    "business_date": _words(10),
    "shop": _object,
    "software": _words(50),
    "data": _object,
}
HAPPENED = frozenset(
    {
        *("login", "logout", "lock", "offline_start", "offline_end", "override_granted"),
        *("override_used", "settings", "update", "hub_start", "hub_stop", "person", "pin", "post"),
    }
)
"""What an entry `event` may say that has happened."""
_EVENT: Shape = {
    "what": HAPPENED.__contains__,
    "at_ms": _TIME,
    "details": _details,
    "more": _whole(0, 2**31),
}
_INTRODUCED: Shape = {
    "device": _hex(32),
    "name": lambda text: text != "" and _words(200)(text),
    "keys": _key_set,
    "why": frozenset({"paired", "vouched"}).__contains__,
    "by": _key_set,
}
_SEAL: Shape = {
    "v": _whole(-(2**63), 2**63),
    "keys": _keys,
    "chain": _hex(32),
    "epoch": _hex(32),
    "seq": _SEQ,
    "digest": _hex(64),
    "at_ms": _TIME,
}


def shaped(value: Any, shape: Shape) -> Json:
    """Return a value that has what it must have; raises ValueError, KeyError, TypeError."""
    for name, fits in shape.items():
        if not fits(value[name]):
            raise ValueError(f"{name} is not what it may be")
    made: Json = value
    return made


def read_seal(body: bytes) -> Json:
    """Return what a seal states; raises one of GARBAGE for what is none."""
    return shaped(read_canonical(body), _SEAL)


# Tables for people who read no JSON: French headings, ; between, a comma in amounts, UTF-8.
# Exercises are in none of them but that of events: they count nowhere.

TICKETS = {"sale": "vente", "refund": "remboursement"}
"""The types of record that hold a ticket, in French."""
EVENTS = {
    "opened": "ouverture_chaine",
    "key_rotated": "changement_cle",
    "event": "evenement",
    "clock": "reglage_horloge",
    "void": "annulation",
    "copy": "duplicata",
    "drawer": "ouverture_tiroir",
    "cash_in": "entree_especes",
    "cash_out": "sortie_especes",
    "session_opened": "ouverture_caisse",
    "x": "lecture_x",
    "z": "cloture_z",
    "training": "mode_ecole",
}
"""The others: each a line of the events."""
PERIODS = {"day": "jour", "month": "mois", "year": "exercice"}
_STATES = {"taken": "valide", "invalid": "anomalie", "unsigned": "non_signe"}
TABLES: dict[str, tuple[str, ...]] = {
    "csv/tickets.csv": (
        *("ligne_journal", "etat", "type", "caisse", "serie", "numero", "date", "heure"),
        *("date_comptable", "recu_le_utc", "operateur", "nombre_lignes", "total_ht", "total_tva"),
        *("total_ttc", "ticket_rembourse", "motif", "logiciel", "id_ticket", "chaine"),
        "numero_chaine",
    ),
    "csv/lignes.csv": (
        *("ligne_journal", "id_ticket", "position", "code", "libelle", "quantite"),
        *("prix_unitaire_ttc", "remise_ttc", "taux_tva", "montant_ht", "montant_tva"),
        "montant_ttc",
    ),
    # Of what stands beside: the ticket's own at position 0. An older archive has no such table.
    "csv/mentions.csv": (
        *("ligne_journal", "id_ticket", "position", "client", "engagement_client", "note"),
    ),
    "csv/tva.csv": (
        *("ligne_journal", "id_ticket", "taux_tva", "base_ht", "montant_tva", "montant_ttc"),
    ),
    "csv/paiements.csv": (*("ligne_journal", "id_ticket", "moyen", "montant", "donne", "rendu"),),
    "csv/evenements.csv": (
        *("ligne_journal", "etat", "type", "caisse", "date", "heure", "date_comptable"),
        *("operateur", "montant", "motif", "chaine", "numero_chaine"),
    ),
    "csv/clotures.csv": (
        *("ligne_journal", "periode", "numero", "du", "au", "cloture_le_utc", "tickets"),
        *("total_ht", "total_tva", "total_ttc", "dont_retard_ttc", "total_perpetuel"),
        *("total_perpetuel_absolu", "defauts"),
    ),
    "csv/clotures_tva.csv": (
        *("ligne_journal", "periode", "numero", "taux_tva", "base_ht", "montant_tva"),
        "montant_ttc",
    ),
    "csv/clotures_paiements.csv": (*("ligne_journal", "periode", "numero", "moyen", "montant"),),
}
Row = tuple[str, bytes]
"""A table and a line of it."""


def table_head(name: str) -> bytes:
    """Return a table's first line."""
    return b"\xef\xbb\xbf" + _csv(TABLES[name])


def _csv(cells: Sequence[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode("utf-8")


def _text(value: Any) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _decimal(value: int, places: int) -> str:
    """Return an integer of 10⁻ᵖ with a comma: 1230 with 2 places is 12,30."""
    whole, part = divmod(abs(value), 10**places)
    return f"{'-' if value < 0 else ''}{whole},{part:0{places}}"


def _moment(at_ms: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(milliseconds=at_ms)  # noqa: DTZ001


def ticket_of(kind: str, record: Any) -> Any:
    """Return the ticket in a record that a line of this type takes in, None where it has none."""
    if kind == "unsigned":
        return record
    if kind in _STATES and record["type"] in TICKETS:
        return record["data"]["ticket"]
    return None


def table_rows(seq: int, entry: Any, record: Any) -> list[Row]:
    """Return the lines that a line of the journal makes in each table, in order.

    `entry`, `record`: as read from their bytes; what cannot be read as what it is makes none.
    """
    try:
        return list(_rows(seq, entry, record))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        return []


def rows_of(line: Line) -> list[Row]:
    """Return the lines that a line of the journal makes in each table, sound or not."""
    try:
        record = None if line.record is None else read_json(line.record)
        return table_rows(line.seq, read_json(line.entry), record)
    except ValueError:
        return []


def _rows(seq: int, entry: Any, record: Any) -> Iterator[Row]:
    kind = entry["type"]
    if kind == "closing":
        yield from _closing_rows(seq, entry["at_ms"], entry["data"])
    elif record is not None:
        ticket = ticket_of(kind, record)
        if ticket is not None:
            yield from _ticket_rows(seq, entry, record, ticket)
        elif kind in _STATES:
            yield _event_row(seq, kind, record)


def _clock(at_ms: int, utc_offset_min: int) -> tuple[str, str]:
    """Return date and time of day where somebody stood."""
    local = _moment(at_ms + 60_000 * utc_offset_min)
    return f"{local:%Y-%m-%d}", f"{local:%H:%M:%S}"


def _ticket_rows(seq: int, entry: Any, record: Any, ticket: Any) -> Iterator[Row]:
    signed_ = record if entry["type"] != "unsigned" else {}
    vat = sum(rate["vat_cents"] for rate in ticket["vat"])
    total, paper = ticket["total_cents"], _text(ticket["id"])
    original = signed_["data"].get("original") if signed_ else None
    cells: tuple[Any, ...] = (
        *(seq, _STATES[entry["type"]], TICKETS[signed_.get("type", "sale")]),
        _text(signed_.get("device_name", entry["data"].get("device", ""))),
        *(_text(ticket["series"]), ticket["number"]),
        *_clock(ticket["at_ms"], ticket["utc_offset_min"]),
        *(_text(ticket["business_date"]), f"{_moment(entry['at_ms']):%Y-%m-%d %H:%M:%S}"),
        *(_text(ticket["operator"]), len(ticket["lines"])),
        *(_decimal(total - vat, 2), _decimal(vat, 2), _decimal(total, 2)),
        "" if original is None else _text(f"{original['series']}-{original['number']}"),
        "" if original is None else _text(signed_["data"]["reason"]),
        *(_text(signed_.get("software", "")), paper),
        *(_text(signed_.get("chain", "")), signed_.get("seq", "")),
    )
    yield "csv/tickets.csv", _csv(cells)
    by_line = signed_["data"]["line_vat_cents"] if signed_ else [None] * len(ticket["lines"])
    for place, (line, line_vat) in enumerate(zip(ticket["lines"], by_line), 1):
        sums = ("", "") if line_vat is None else (line["total_cents"] - line_vat, line_vat)
        cells = (
            *(seq, paper, place, _text(line["code"]), _text(line["label"])),
            _decimal(line["quantity_milli"], 3),
            _decimal(line["unit_price_cents"], 2),
            _decimal(line["discount_cents"], 2),
            _decimal(line["vat_bp"], 2),
            *(part if part == "" else _decimal(int(part), 2) for part in sums),
            _decimal(line["total_cents"], 2),
        )
        yield "csv/lignes.csv", _csv(cells)
    yield from _mention_rows(seq, ticket)
    for rate in ticket["vat"]:
        amounts = (rate["vat_bp"], rate["base_cents"], rate["vat_cents"], rate["total_cents"])
        yield "csv/tva.csv", _csv((seq, paper, *(_decimal(one, 2) for one in amounts)))
    for paid in ticket["payments"]:
        change = paid["given_cents"] - paid["amount_cents"]
        money = (_decimal(one, 2) for one in (paid["amount_cents"], paid["given_cents"], change))
        yield "csv/paiements.csv", _csv((seq, paper, _text(paid["method"]), *money))


def _mention_rows(seq: int, ticket: Any) -> Iterator[Row]:
    """Yield whose ticket it is, by a reference that names nobody, and what was noted on it."""
    whose, note, paper = ticket.get("customer"), ticket.get("note", ""), _text(ticket["id"])
    if whose or note:
        who = (whose["id"], whose["commitment"]) if whose else ("", "")
        yield "csv/mentions.csv", _csv((seq, paper, 0, *map(_text, who), _text(note)))
    for place, line in enumerate(ticket["lines"], 1):
        if line.get("note"):
            yield "csv/mentions.csv", _csv((seq, paper, place, "", "", _text(line["note"])))


def _event_row(seq: int, state: str, record: Any) -> Row:
    kind, data = record["type"], record["data"]
    if kind in ("x", "z"):
        amount = data["sums"]["tickets"]["net_cents"]
    else:
        names = ("total_cents", "amount_cents", "float_cents")
        amount = next((data[name] for name in names if name in data), None)
    reason = data.get("reason") or data.get("why") or data.get("of") or ""
    if kind == "event":
        details = (f"{name}={value}" for name, value in sorted(data["details"].items()))
        reason = " ".join((data["what"], *details))
    if kind == "clock":
        before, after = _moment(data["before_ms"]), _moment(data["after_ms"])
        reason = f"{before:%Y-%m-%d %H:%M:%S} - {after:%Y-%m-%d %H:%M:%S} UTC"
    if kind == "copy":
        reason = f"{data['ticket']['series']}-{data['ticket']['number']} n° {data['n']}"
    cells = (
        *(seq, _STATES[state], EVENTS[kind], _text(record["device_name"])),
        *_clock(record["at_ms"], record["utc_offset_min"]),
        *(_text(record["business_date"]), _text(record["operator"])),
        *("" if amount is None else _decimal(amount, 2), _text(reason)),
        *(_text(record["chain"]), record["seq"]),
    )
    return "csv/evenements.csv", _csv(cells)


def _closing_rows(seq: int, at_ms: int, data: Any) -> Iterator[Row]:
    totals, name = data["totals"], (seq, PERIODS[data["period"]], data["number"])
    rates = sorted(totals["by_rate"].items(), key=lambda held: int(held[0]))
    amounts = ("base_cents", "vat_cents", "total_cents")
    sums = [sum(held[amount] for _, held in rates) for amount in amounts[:2]]
    late = sum(held["net_cents"] for held in data["late"].values())
    perpetual = data["perpetual"]
    cells = (
        *(*name, _text(data["begins"]), _text(data["to"])),
        *(f"{_moment(at_ms):%Y-%m-%d %H:%M:%S}", totals["tickets"]),
        *(_decimal(one, 2) for one in (*sums, totals["net_cents"], late)),
        *(_decimal(perpetual[one], 2) for one in ("net_cents", "absolute_cents")),
        len(data["faults"]),
    )
    yield "csv/clotures.csv", _csv(cells)
    for rate, held in rates:
        money = (_decimal(held[amount], 2) for amount in amounts)
        yield "csv/clotures_tva.csv", _csv((*name, _decimal(int(rate), 2), *money))
    for method, cents in sorted(totals["by_method"].items()):
        cells = (*name, _text(method), _decimal(cents, 2))
        yield "csv/clotures_paiements.csv", _csv(cells)


# A till's chain, as far as the hub has it.


_OF_TRAINING = frozenset({"opened", "training", "key_rotated"})


class Chain:
    """`gaps`: {number that is missing: (digest before it, its own)}, "" where unknown.

    `loose`: some numbers are missing, or were: of a type only the order of numbers is known.
    """

    def __init__(self, chain: str, device: str) -> None:
        self.chain, self.device = chain, device
        self.seq, self.digest = 0, GENESIS
        self.counts: dict[str, int] = {}
        self.gaps: dict[int, tuple[str, str]] = {}
        self.loose = False

    @classmethod
    def read(cls, said: Json) -> Chain:
        """Return a chain as an archive says that it stood."""
        made = cls(said["chain"], said["device"])
        made.seq, made.digest, made.counts = said["seq"], said["digest"], dict(said["counts"])
        made.gaps = {int(seq): (gap[0], gap[1]) for seq, gap in said["gaps"].items()}
        made.loose = said["loose"]
        return made

    def fault(self, record: Json, digest: str) -> str | None:
        """Return why a record is not the next one, nor one that is missing; None where it is."""
        seq = record["seq"]
        if record["chain"] != self.chain:
            return "chain"
        if record["device"] != self.device:
            return "device"
        if seq <= self.seq:
            if seq not in self.gaps:
                return "fork"
            before, own = self.gaps[seq]
            fits = own in ("", digest) and before in ("", record["previous"])
            return None if fits else "link"
        if seq != self.seq + 1:
            return "sequence"
        if record["previous"] != self.digest:
            return "link"
        if self._mixes(record["type"]):
            return "training"
        known = self.counts.get(record["type"], 0)
        number = record["type_seq"]
        in_order = number > known if self.loose else number == known + 1
        return None if in_order else "type_sequence"

    def _mixes(self, kind: str) -> bool:
        """Return whether it is an exercise in a till's own chain, or the other way round."""
        if kind == "training":
            return not self.counts.keys() <= _OF_TRAINING
        return "training" in self.counts and kind not in _OF_TRAINING

    def take(self, record: Json, digest: str) -> None:
        """Go on from a record."""
        seq = record["seq"]
        if seq > self.seq:
            self.seq, self.digest = seq, digest
            self.counts[record["type"]] = record["type_seq"]
            return
        self.gaps.pop(seq, None)
        if seq - 1 in self.gaps:
            self.gaps[seq - 1] = (self.gaps[seq - 1][0], record["previous"])
        if seq + 1 in self.gaps:
            self.gaps[seq + 1] = (digest, self.gaps[seq + 1][1])

    @classmethod
    def stated(cls, name: str, reach: Json) -> Chain:
        """Return a chain from what a closing states of it."""
        made = cls(name, reach["device"])
        made.seq, made.digest, made.loose = reach["last"], reach["digest"], reach["loose"]
        made.counts = dict(reach["counts"])
        for run in reach["missing"]:
            for seq in range(run["first"], run["last"] + 1):
                before = run["follows"] if seq == run["first"] else ""
                made.gaps[seq] = (before, run["leads_to"] if seq == run["last"] else "")
        return made

    def missing(self) -> list[Json]:
        """Return the numbers that are missing, in runs, with the digests around each run."""
        runs: list[Json] = []
        for seq, (before, own) in sorted(self.gaps.items()):
            run = runs[-1] if runs else None
            if run is not None and run["last"] == seq - 1 and not run["leads_to"] and not before:
                run.update(last=seq, leads_to=own)
            else:
                runs.append({"first": seq, "last": seq, "follows": before, "leads_to": own})
        return runs

    def skip(self, first: int, last: int, leads_to: str) -> None:
        """Let numbers be missing. `leads_to`: the digest of the last, as the next one says."""
        for seq in range(first, last + 1):
            self.gaps[seq] = (
                self.digest if seq == first else "",
                leads_to if seq == last else "",
            )
        self.seq, self.digest, self.loose = last, leads_to, True

    def pass_over(self, seq: int, digest: str) -> None:
        """Go on after a record that is none any more: only its digest is known."""
        self.seq, self.digest, self.loose = max(seq, self.seq), digest, True


# What tickets come to, and what has come in since a closing of each kind.


def no_totals() -> Json:
    """Return the totals of no ticket."""
    return {"tickets": 0, "net_cents": 0, "absolute_cents": 0, "by_rate": {}, "by_method": {}}


def _rate(totals: Json, name: str) -> Json:
    nothing = {"base_cents": 0, "vat_cents": 0, "total_cents": 0}
    found: Json = totals["by_rate"].setdefault(name, nothing)
    return found


def add_ticket(totals: Json, ticket: Json, times: int = 1) -> None:
    """Add one ticket to totals; take it out again with `times` -1."""
    totals["tickets"] += times
    totals["net_cents"] += times * ticket["total_cents"]
    totals["absolute_cents"] += times * abs(ticket["total_cents"])
    for line in ticket["vat"]:
        rate = _rate(totals, str(line["vat_bp"]))
        for name in rate:
            rate[name] += times * line[name]
    for paid in ticket["payments"]:
        held = totals["by_method"].get(paid["method"], 0)
        totals["by_method"][paid["method"]] = held + times * paid["amount_cents"]


def merged(parts: Iterable[Json]) -> Json:
    """Return what several totals come to."""
    whole = no_totals()
    for part in parts:
        for name in ("tickets", "net_cents", "absolute_cents"):
            whole[name] += part[name]
        for name, sums in part["by_rate"].items():
            rate = _rate(whole, name)
            for amount in rate:
                rate[amount] += sums[amount]
        for method, cents in part["by_method"].items():
            whole["by_method"][method] = whole["by_method"].get(method, 0) + cents
    return whole


def no_sums(after: int = 0, heads: Mapping[str, int] | None = None) -> Json:
    """Return what a period holds that begins after a line, where the tills' chains stand so."""
    return {
        "after": after,
        "begins": "",
        "days": 0,
        "heads": dict(heads or {}),
        "lines": {},
        "records": {},
        "filled": {},
        "totals": no_totals(),
        "late": {},
        "parts": {},
    }


def by_date(day: Json) -> dict[str, Json]:
    """Return what a day's tickets come to, by business date."""
    return {
        when: merged(part["totals"] for part in tills.values())
        for when, tills in sorted(day["parts"].items())
    }


def _count(counts: Json, name: str, number: int = 1) -> None:
    counts[name] = counts.get(name, 0) + number


def with_day(sums: Json, day: Json, begins: str) -> Json:
    """Return a month or a year with a day that is closed now; what is before `begins` is late."""
    made: Json = json.loads(json.dumps(sums))
    made["begins"] = made["begins"] or begins
    made["days"] += 1
    for counts in ("lines", "records", "filled"):
        for name, number in day[counts].items():
            _count(made[counts], name, number)
    for when, totals in by_date(day).items():
        made["totals"] = merged((made["totals"], totals))
        if when < begins:
            made["late"][when] = merged((made["late"].get(when, no_totals()), totals))
    return made


def without_parts(sums: Json) -> Json:
    """Return a month's or a year's sums as a closing states them."""
    return {name: value for name, value in sums.items() if name != "parts"}


# The sums of a till's chain, counted once more: what its X and Z state is held against them. Only
# where every record that one covers is there, sound; one that cannot be held against anything yet
# waits for late records, and one that never can is counted as such, and is no fault.


def no_session() -> Json:
    """Return the sums of a cash session in which nothing happened."""
    made: Json = {name: {"count": 0, "cents": 0} for name in _COUNTED}
    made |= {"copies": 0, "drawers": 0, "opened": 0, "float_cents": 0, "tickets": no_totals()}
    return made


_COUNTED = ("refunds", "discounts", "voids", "cash_in", "cash_out")
_CASH = {"void": "voids", "cash_in": "cash_in", "cash_out": "cash_out"}
_SAYS_NOTHING = {"lacks": "", "perpetual_lacks": "", "operator_id": ""}


def no_tally(lacks: str = "") -> Json:
    """Return where a till's sums begin. `lacks`: why nobody knows its earlier ones, else ""."""
    made: Json = {"first_seq": 1, "session": no_session(), "net_cents": 0, "absolute_cents": 0}
    return {**made, "before": [], "lacks": lacks, "perpetual_lacks": lacks}


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _plus(sums: Json, cents: int) -> None:
    sums["count"] += 1
    sums["cents"] += cents


def tally_record(tally: Json, kind: str, data: Json) -> None:
    """Count a record; X, Z and the beginning of a chain are counted nowhere."""
    session = tally["session"]
    if kind in TICKETS:
        ticket = data["ticket"]
        add_ticket(session["tickets"], ticket)
        tally["net_cents"] += ticket["total_cents"]
        tally["absolute_cents"] += abs(ticket["total_cents"])
        for line in ticket["lines"]:
            if line["discount_cents"]:
                _plus(session["discounts"], line["discount_cents"])
        if kind == "refund":
            _plus(session["refunds"], ticket["total_cents"])
    elif kind in _CASH:
        _plus(session[_CASH[kind]], data["total_cents" if kind == "void" else "amount_cents"])
    elif kind in ("copy", "drawer"):
        session["copies" if kind == "copy" else "drawers"] += 1
    elif kind == "session_opened":
        session["opened"] += 1
        session["float_cents"] += data["float_cents"]


def begins_with(opened: Json) -> Json:
    """Return the sums with which a chain begins, as its first record says."""
    if opened.get("carried") is not None:
        carried: Json = _copy(opened["carried"])
        return {**no_tally(), **carried}
    return no_tally("" if opened["why"] in ("first", "training") else opened["why"])


def carried_over(tally: Json, chain: str, last_seq: int, why: str) -> Json:
    """Return what goes on of sums under the chain that follows one which ended at a number."""
    held: Json = _copy(tally)
    if tally["first_seq"] <= last_seq:
        span = {"chain": chain, "first_seq": tally["first_seq"], "last_seq": last_seq}
        held["before"].append(span)
    held["first_seq"] = 1
    if why in ("set_back", "damaged"):
        held["lacks"] = held["perpetual_lacks"] = why
    return held


def agrees(stated: Json, tally: Json, last_seq: int) -> bool:
    """Return whether an X or a Z states what its records come to."""
    session = tally["session"]
    paid = session["tickets"]["by_method"].get("cash", 0)
    drawer = session["float_cents"] + paid + session["cash_in"]["cents"]
    drawer -= session["cash_out"]["cents"]
    counted = stated["counted_cents"]
    expected = {
        **{name: value for name, value in tally.items() if name != "session"},
        "last_seq": last_seq,
        "sums": session,
        "expected_cents": drawer,
        "difference_cents": None if counted is None else counted - drawer,
    }
    said = {**_SAYS_NOTHING, **stated}
    return all(said[name] == value for name, value in expected.items())


class TillSums:
    """What is known of one chain's sums. `unsure`: up to there records are not what they were."""

    def __init__(self, unsure: int = 0) -> None:
        self.tally = no_tally()
        self.unsure, self.reported, self.unproved = unsure, False, 0
        self.waiting: list[Json] = []

    @classmethod
    def read(cls, said: Json) -> TillSums:
        """Return how they stood, as an archive or a closing says."""
        made = cls(said["unsure_seq"])
        made.tally = {**no_tally(), **_copy(said["tally"])}
        made.reported, made.unproved = said["reported"], said["unproved"]
        made.waiting = _copy(said["waiting"])
        return made

    def lost(self, seq: int) -> None:
        """A record is no longer what it was: what covers it cannot be counted any more."""
        self.unsure = max(self.unsure, seq)

    def follows_wrongly(self, opened: Json, chain: Chain) -> bool:
        """Return whether a chain after this one says that it goes on with other sums."""
        first = self.tally["first_seq"]
        ended = (chain.seq, chain.digest) == (opened["after_seq"], opened["after_digest"])
        if not ended or self.unsure >= first or self.waiting or _gap(chain, first, chain.seq):
            return False
        known = carried_over(self.tally, chain.chain, chain.seq, opened["why"])
        return begins_with(opened) not in (known, no_tally(opened["why"]))

    def count(self, place: Place, kind: str, data: Json, late: bool, chain: Chain) -> list[Place]:
        """Count a record in; return those that state other sums than there are."""
        if late:
            return self._late(place.seq, kind, data, chain)
        if kind in ("x", "z"):
            return self._reported(place, kind, data, chain)
        if kind != "opened":
            tally_record(self.tally, kind, data)
        elif place.seq > 1 and (data["why"] != "summed" or self.reported):
            return [place]
        else:
            self.tally, self.unsure = begins_with(data), place.seq - 1
        return []

    def _reported(self, place: Place, kind: str, data: Json, chain: Chain) -> list[Place]:
        tally, last, wrong = self.tally, place.seq - 1, False
        self.reported = True
        if data["last_seq"] != last:
            wrong = True
        elif self.unsure >= tally["first_seq"]:
            self.unproved += 1
        elif _gap(chain, tally["first_seq"], last):
            waits = {"line": place.line, "name": place.name, "stated": data}
            self.waiting.append({**waits, "tally": _copy(tally)})
        else:
            wrong = not agrees(data, tally, last)
        if kind == "z":
            # From what it states: one that is wrong is named, and not all after it.
            self.tally = {**no_tally(), "first_seq": place.seq + 1}
            for name in ("net_cents", "absolute_cents"):
                self.tally[name] = data[name]
            self.tally["perpetual_lacks"] = data.get("perpetual_lacks", "")
        return [place] if wrong else []

    def _late(self, seq: int, kind: str, data: Json, chain: Chain) -> list[Place]:
        if kind in ("z", "opened"):
            # Where another session began is known too late.
            self.lost(chain.seq)
            self.unproved += len(self.waiting)
            self.waiting = []
        if kind in ("x", "z"):
            self.unproved += 1
        if kind in ("x", "z", "opened"):
            return []
        if seq >= self.tally["first_seq"]:
            tally_record(self.tally, kind, data)
        wrong, still = [], []
        for each in self.waiting:
            # From where the last Z is that is here: while one may be missing, nobody is blamed.
            first, last = each["tally"]["first_seq"], each["stated"]["last_seq"]
            if first <= seq <= last:
                tally_record(each["tally"], kind, data)
            if _gap(chain, first, last):
                still.append(each)
            elif not agrees(each["stated"], each["tally"], last):
                wrong.append(Place(each["line"], 0, each["name"]))
        self.waiting = still
        return wrong


class Place(NamedTuple):
    """A record: in which line of the hub's chain, which number of its own, how it is called."""

    line: int
    seq: int
    name: str


def _gap(chain: Chain, first: int, last: int) -> bool:
    return any(first <= gap <= last for gap in chain.gaps)


_UNCOUNTED = frozenset({"unreadable", "record", "digest", "sequence"})
"""Faults after which nobody knows what a period comes to: no closing is blamed for it."""
_NUMBER, _REACH, _SUM, _LATE = ("closing_number", "closing_reach", "closing_sum", "closing_late")
_STATED = {
    **dict.fromkeys(("number", "before"), _NUMBER),
    **dict.fromkeys(("begins", "to", "first", "last", "days", "chains"), _REACH),
    **dict.fromkeys(("lines", "records"), _REACH),
    **dict.fromkeys(("totals", "by_date", "perpetual", "open", "exercises"), _SUM),
    **dict.fromkeys(("late", "degraded"), _LATE),
}
"""What of a closing is computed again, and what it means where the two differ.

Keys, and what it knows of tills' own sums, are not: they prove nothing by themselves.
"""


class Books:
    """What a walk adds up. `closed`: the last closing of each kind, as (number, to, ms, line)."""

    def __init__(self) -> None:
        self.began_ms = 0
        self.closed: dict[str, list[Any]] = {}
        self.perpetual, self.exercises = no_totals(), no_totals()
        self.day, self.month, self.year = no_sums(), no_sums(), no_sums()
        self.sums: dict[str, TillSums] = {}
        self.since: set[str] = set()
        self.closings = 0
        self._counted: tuple[int, Json, Json] | None = None

    def begin(self, base: Json) -> None:
        """Go on where an archive says that all stood."""
        held = json.loads(json.dumps(base))
        self.began_ms, self.closed = held["began_ms"], held["closed"]
        self.perpetual, self.exercises = held["perpetual"], held["exercises"]
        self.day, self.month, self.year = held["day"], held["month"], held["year"]
        self.sums = {name: TillSums.read(said) for name, said in held["sums"].items()}

    def unproved(self) -> int:
        """Return how many X and Z cover records that are missing, or came late."""
        return sum(sums.unproved + len(sums.waiting) for sums in self.sums.values())

    def lost(self, chain: str, seq: int) -> None:
        """A till's record is not what it was: no statement of its till is held against it."""
        self.sums.setdefault(chain, TillSums()).lost(seq)

    def count_sums(
        self, line: int, record: Json, late: bool, chains: Mapping[str, Chain]
    ) -> list[Place]:
        """Count a record in its till's sums; return those that state others than there are."""
        kind, data, seq, name = (record[part] for part in ("type", "data", "seq", "chain"))
        if kind == "training":
            kind, data = data["of"], data["data"]
        place = Place(line, seq, f"{name[:8]}-{seq}")
        if name not in self.sums:
            self.sums[name] = TillSums(seq - 1)
        wrong: list[Place] = []
        if kind == "opened" and seq == 1 and data.get("after") in self.sums:
            before = data["after"]
            if self.sums[before].follows_wrongly(data, chains[before]):
                wrong.append(place)
        return wrong + self.sums[name].count(place, kind, data, late, chains[name])

    def totals(self) -> Json:
        """Return what all tickets come to so far."""
        return merged((self.perpetual, *by_date(self.day).values()))

    def record(self, record: Json, late: bool) -> None:
        """Count a record that was taken in."""
        _count(self.day["records"], record["type"])
        if late:
            _count(self.day["filled"], record["chain"])

    def ticket(self, seq: int, ticket: Json, device: str, chain: str = "", number: int = 0) -> None:
        """Add a ticket, which line `seq` takes in, and record `number` of a chain holds."""
        at_ms = ticket["at_ms"]
        tills = self.day["parts"].setdefault(ticket["business_date"], {})
        fresh = {"device": device, "chain": chain, "first": number, "last": number}
        fresh |= {"from_ms": at_ms, "to_ms": at_ms, "totals": no_totals()}
        part = tills.setdefault(chain or device, fresh)
        part["first"], part["last"] = min(part["first"], number), max(part["last"], number)
        part["from_ms"], part["to_ms"] = min(part["from_ms"], at_ms), max(part["to_ms"], at_ms)
        add_ticket(part["totals"], ticket)
        self._counted = (seq, part, ticket)

    def repeated(self, data: Json) -> bool:
        """Take out the ticket of the line before; return whether that is the one it names."""
        counted, self._counted = self._counted, None
        if counted is None or (counted[0], counted[2]["id"]) != (data["entry"], data["ticket"]):
            return False
        add_ticket(counted[1]["totals"], counted[2], -1)
        return True

    def closing(self, entry: Json, chains: dict[str, Chain]) -> list[str]:
        """Go on after a closing; return what it states otherwise than was found, each once."""
        data, seq, since = entry["data"], entry["seq"], self.since
        self.closings += 1
        expected = self._expected(data, seq - 1, chains)
        stated = dict(data)
        if data["period"] == "day":
            if "exercises" not in data:
                del expected["exercises"]
            stated["chains"] = {
                name: {part: value for part, value in reach.items() if part != "sums"}
                for name, reach in data["chains"].items()
            }
        wrong = {code for name, code in _STATED.items() if stated.get(name) != expected.get(name)}
        if wrong and data["period"] == "day" and (since or _NUMBER in wrong):
            self._resume(data, seq, entry["at_ms"], chains)
        else:
            self._pass(data, seq, entry["at_ms"], chains)
        if data["period"] == "day":
            self._counted, self.since = None, set()
        found = sorted(wrong, key=list(dict.fromkeys(_STATED.values())).index)
        return [] if since & _UNCOUNTED else found

    def _begins(self, data: Json) -> str:
        """Return the first day that a daily closing closes."""
        to, last = str(data["to"]), str(self.closed.get("day", [0, "", 0, 0])[1])
        if last:
            return min((date.fromisoformat(last) + timedelta(days=1)).isoformat(), to)
        began = _moment(self.began_ms + 60_000 * data["utc_offset_min"]).date().isoformat()
        return min(began, to, *map(str, self.day["parts"]))

    def _expected(self, data: Json, last: int, chains: Mapping[str, Chain]) -> Json:
        period = data["period"]
        made = self._day(data, last, chains) if period == "day" else self._longer(period, chains)
        names = ("number", "to", "at_ms", "seq")
        made["number"] = self.closed.get(period, [0])[0] + 1
        made["before"] = {kind: dict(zip(names, held)) for kind, held in self.closed.items()}
        return made

    def _day(self, data: Json, last: int, chains: Mapping[str, Chain]) -> Json:
        day, begins = self.day, self._begins(data)
        dates = by_date(day)
        return {
            "begins": begins,
            "to": data["to"],
            "first": day["after"] + 1,
            "last": last,
            "lines": day["lines"],
            "records": day["records"],
            "totals": merged(dates.values()),
            "by_date": dates,
            "late": {when: totals for when, totals in dates.items() if when < begins},
            "degraded": list(_degraded(day, begins)),
            "perpetual": self.totals(),
            "exercises": self.exercises,
            "chains": {
                name: {
                    "device": chain.device,
                    "first": day["heads"].get(name, 0) + 1,
                    "last": chain.seq,
                    "digest": chain.digest,
                    "counts": chain.counts,
                    "filled": day["filled"].get(name, 0),
                    "missing": chain.missing(),
                    "loose": chain.loose,
                }
                for name, chain in chains.items()
            },
            "open": {
                "month": without_parts(with_day(self.month, day, begins)),
                "year": without_parts(with_day(self.year, day, begins)),
            },
        }

    def _longer(self, period: str, chains: Mapping[str, Chain]) -> Json:
        sums = {"month": self.month, "year": self.year}[period]
        number, to, _, seq = self.closed.get("day", [0, "", 0, 0])
        if not sums["days"]:
            raise ValueError("no day of it is closed")
        return {
            "begins": sums["begins"],
            "to": to,
            "first": sums["after"] + 1,
            "last": seq,
            "days": {"first": number - sums["days"] + 1, "last": number},
            "lines": sums["lines"],
            "records": sums["records"],
            "totals": sums["totals"],
            "late": sums["late"],
            "perpetual": self.perpetual,
            "chains": {
                name: {
                    "device": chains[name].device,
                    "first": sums["heads"].get(name, 0) + 1,
                    "last": head,
                    "filled": sums["filled"].get(name, 0),
                }
                for name, head in self.day["heads"].items()
            },
        }

    def _pass(self, data: Json, seq: int, at_ms: int, chains: dict[str, Chain]) -> None:
        """Go on by what was found, but for a closing's number and days."""
        period = data["period"]
        if period == "day":
            begins = self._begins(data)
            self.month = with_day(self.month, self.day, begins)
            self.year = with_day(self.year, self.day, begins)
            self.perpetual = self.totals()
            self.day = no_sums(seq, {name: chain.seq for name, chain in chains.items()})
        else:
            fresh = no_sums(self.closed.get("day", [0, "", 0, 0])[3], self.day["heads"])
            self.month, self.year = (fresh, self.year) if period == "month" else (self.month, fresh)
        self.closed[period] = [data["number"], data["to"], at_ms, seq]

    def _resume(self, data: Json, seq: int, at_ms: int, chains: dict[str, Chain]) -> None:
        """Go on by what a closing states: what is gone before it is not the next one's fault."""
        names = ("number", "to", "at_ms", "seq")
        self.closed = {kind: [held[n] for n in names] for kind, held in data["before"].items()}
        self.closed["day"] = [data["number"], data["to"], at_ms, seq]
        self.perpetual = merged([data["perpetual"]])
        self.exercises = merged([{**no_totals(), **data.get("exercises", {})}])
        self.month = {**no_sums(), **data["open"]["month"]}
        self.year = {**no_sums(), **data["open"]["year"]}
        for name in [name for name in chains if name not in data["chains"]]:
            del chains[name]
        for name, reach in data["chains"].items():
            chains[name] = Chain.stated(name, reach)
        self.sums = {
            name: TillSums.read(reach["sums"])
            for name, reach in data["chains"].items()
            if reach.get("sums") is not None
        }
        self.day = no_sums(seq, {name: chain.seq for name, chain in chains.items()})


def _degraded(day: Json, begins: str) -> Iterator[Json]:
    """Yield what came late: of which chain, which records, and when they were made."""
    for when, tills in sorted(day["parts"].items()):
        for _, part in sorted(tills.items()):
            if when < begins and part["totals"]["tickets"]:
                said = {name: part[name] for name in ("device", "chain", "first", "last")}
                said |= {"date": when, "from_ms": part["from_ms"], "to_ms": part["to_ms"]}
                yield {**said, "tickets": part["totals"]["tickets"], "mode": "degraded"}


# Whose signature counts, and from where on.

KeySet = Mapping[str, str]
"""Key ids by algorithm."""


def publics_of(keys: KeySet, publics: Mapping[str, str]) -> dict[str, bytes]:
    """Return public keys by id; raises ValueError where an id is not its key's."""
    if keys.keys() != publics.keys() or ED25519 not in keys:
        raise ValueError("a key set without its public keys, or without Ed25519")
    found = {key: bytes.fromhex(publics[name]) for name, key in keys.items()}
    if {name: found[key].hex() for name, key in keys.items()} != publics:
        raise ValueError("a public key in another form")
    if any(key_id(public) != key for key, public in found.items()):
        raise ValueError("an id that is not its key's")
    return found


def rotated(record: Json) -> Json | None:
    """Return the keys that a record `key_rotated` names, None for others; raises ValueError."""
    if record["type"] != "key_rotated":
        return None
    data: Json = record["data"]
    publics_of(data["keys"], data["publics"])
    return data


class TillKeys(NamedTuple):
    """The keys of one device: those in force, a set that they vouch for, the ids of all."""

    now: KeySet
    following: KeySet | None
    ever: frozenset[str]

    def after(self, record: Json, late: bool) -> TillKeys | None:
        """Return the keys after a record; None where it may not be signed as it is."""
        keys, names = record["keys"], rotated(record)
        first = keys.get(ED25519) == self.now[ED25519] and keys.items() <= self.now.items()
        moved = self
        if keys == self.following and not late:
            # From the first record of the keys that follow, those before count no more.
            moved = TillKeys(keys, None, self.ever)
        if names is not None and (keys == self.following or first):
            return moved.vouched(names["keys"])
        if keys in (self.now, self.following) or (late and self.ever.issuperset(keys.values())):
            return moved
        return None

    def vouched(self, keys: KeySet) -> TillKeys:
        """Return the keys where a record names the set that follows."""
        return TillKeys(self.now, keys, self.ever.union(keys.values()))


def is_vouched(step: Json) -> bool:
    """Return whether a key has signed that another one takes its place; by Ed25519 alone."""
    said = {name: step[name] for name in ("after", "before", "since_ms")}
    message = b"comptoir/succession/1\0" + canonical(said)
    before, signature = bytes.fromhex(step["before"]), bytes.fromhex(step["signature"])
    check = _ed25519().check
    return check is not None and check(before, message, signature)


def leads(before: str, after: str, steps: Sequence[Json]) -> bool:
    """Return whether statements lead from one public key to another, both hex; in any order."""
    known = {step["before"]: step for step in steps}
    at = before
    while at != after:
        step = known.pop(at, None)
        if step is None or not is_vouched(step):
            return False
        at = step["after"]
    return True


class HubKeys:
    """The hub's keys along the journal. `path`: (line, key as hex, how) of each Ed25519 key."""

    def __init__(self) -> None:
        self.now: KeySet = {}
        self.publics: dict[str, bytes] = {}
        self.path: list[tuple[int, str, str]] = []

    @classmethod
    def read(cls, said: Json) -> HubKeys:
        """Return how they stood, as an archive says."""
        made = cls()
        made.now = dict(said["now"])
        made.publics = {key: bytes.fromhex(public) for key, public in said["publics"].items()}
        made.path = [(line, key, how) for line, key, how in said["path"]]
        return made

    @property
    def public(self) -> str:
        """Return the Ed25519 key that seals, hex; "" before the first line."""
        return self.publics[self.now[ED25519]].hex() if self.now else ""

    def found(self, seq: int, data: Json) -> bool:
        """Begin, with the keys of the journal's first line; False where there are some."""
        if self.now:
            return False
        self.publics = publics_of(data["keys"], data["publics"])
        self.now = data["keys"]
        self.path.append((seq, self.public, "founded"))
        return True

    def change(self, entry: Json, signatures: Signatures) -> bool:
        """Go on by the keys of an entry `hub_key`; False where nobody vouches for them."""
        data = entry["data"]
        publics = publics_of(data["keys"], data["publics"])
        place = {name: entry[name] for name in ("chain", "seq", "previous")}
        said = canonical({**place, "data": {**data, "accepted": {}}})
        message = b"comptoir/journal/hub-key/1\0" + said
        accepted = signatures.hold(message, data["accepted"], data["keys"], publics, "keys")
        if data["before"] != self.now or not accepted or data["why"] not in ("vouched", "lost"):
            return False
        at = self.public
        for step in data["vouched"] if data["why"] == "vouched" else ():
            if step["before"] != at or not is_vouched(step):
                return False
            at = step["after"]
        if data["why"] == "vouched" and at != data["publics"][ED25519]:
            return False
        before, self.now = self.now[ED25519], data["keys"]
        self.publics.update(publics)
        if before != self.now[ED25519]:
            self.path.append((entry["seq"], self.public, data["why"]))
        return True


# The walk over the hub's chain, the tills' chains in it, and the seals.

GARBAGE = (ValueError, KeyError, TypeError, AttributeError, IndexError)
"""What a line may be that somebody has changed."""


class Journal:
    """One walk. `base`: where the line before the first one stood."""

    def __init__(self, base: Json | None, found: Findings, signatures: Signatures) -> None:
        self.chain, self.seq, self.digest = "", 0, GENESIS
        self.chains: dict[str, Chain] = {}
        self.publics: dict[str, bytes] = {}
        self.tills: dict[str, TillKeys] = {}
        self.hub = HubKeys()
        self.archives: dict[str, int] = {}
        self.books = Books()
        self.sealed, self.lines, self.seals, self.invalid, self.reports = 0, 0, 0, 0, 0
        self._found = found
        self._signatures = signatures
        self._unsigned: dict[int, str] = {}
        self._faults: set[str] = set()
        if base is not None:
            self._begin(base)

    def _begin(self, base: Json) -> None:
        self.chain, self.seq, self.digest = base["head"]
        self.chains = {said["chain"]: Chain.read(said) for said in base["chains"]}
        keys = base["keys"]
        self.publics = {key: bytes.fromhex(public) for key, public in keys["publics"].items()}
        self.tills = {
            device: TillKeys(said["now"], said["following"], frozenset(said["ever"]))
            for device, said in keys["tills"].items()
        }
        self.hub = HubKeys.read(keys["hub"])
        self.archives = dict(base["archives"])
        self.books.begin(base["books"])
        self.sealed = self.seq

    def line(self, line: Line) -> list[Row]:
        """Check the next line; return what it makes in the tables."""
        since, self._faults = self.books.since, set()
        rows = self._line(line)
        since |= self._faults
        return rows

    def _note(self, seq: int, code: str, where: str = "") -> None:
        """Note what does not hold of a line: no closing after it is blamed for that."""
        self._faults.add(code)
        self._found.add(seq, code, where)

    def _line(self, line: Line) -> list[Row]:
        self.lines += 1
        if line.seq != self.seq + 1:
            self._note(self.seq + 1, "sequence")
        digest = blake2b(line.entry)
        if digest != line.digest:
            self._note(line.seq, "digest")
        before, self.seq, self.digest = self.digest, line.seq, digest
        try:
            entry = shaped(read_canonical(line.entry), _ENTRY)
            seq, chain, previous, data = (entry[n] for n in ("seq", "chain", "previous", "data"))
        except GARBAGE:
            self._note(line.seq, "unreadable")
            return rows_of(line)
        if seq != line.seq:
            self._note(line.seq, "sequence")
        if self.chain and chain != self.chain:
            self._note(line.seq, "chain")
        if previous != before:
            self._note(line.seq, "link")
        self.chain = self.chain or chain
        try:
            record = self._entry(line, entry)
            rows = table_rows(line.seq, entry, record)
        except GARBAGE:
            self._note(line.seq, "unreadable")
            self._pass_over(data)
            rows = rows_of(line)
        if entry["type"] != "closing":
            _count(self.books.day["lines"], entry["type"])
        return rows

    def _entry(self, line: Line, entry: Json) -> Any:
        """Check what a line says; return the record that it takes in."""
        kind, data = entry["type"], entry["data"]
        if (line.record is None) != ("digest" not in data):
            self._note(line.seq, "record")
            return None if line.record is None else read_json(line.record)
        if line.record is None:
            self._said(line.seq, entry, data)
            return None
        if blake2b(line.record) != data["digest"]:
            self._note(line.seq, "record")
            self._pass_over(data)
            return read_json(line.record)
        if kind == "unsigned":
            # Nobody signed it: its form is its till's own.
            ticket = read_json(line.record)
            self.books.ticket(line.seq, ticket, data["device"])
            return ticket
        record = read_canonical(line.record)
        if kind == "taken":
            self._taken(line, shaped(record, _RECORD), data)
        elif kind == "invalid":
            self._invalid(line, shaped(record, _RECORD), data)
        return record

    def _invalid(self, line: Line, record: Json, data: Json) -> None:
        """The hub has said itself that this record is none: what was sold was sold all the same."""
        self.invalid += 1
        name, seq = record["chain"], record["seq"]
        if data["advances"]:
            self._chain(name, record["device"]).take(record, data["digest"])
        try:
            self._add(line.seq, record)
        except GARBAGE:
            if record["type"] in TICKETS:
                raise
            self.books.lost(name, seq)
            return
        if data["advances"] and data["code"] in ("link", "sequence", "type_sequence"):
            self.books.lost(name, seq)
        if data["advances"]:
            self._count_sums(line.seq, record, late=False)

    def _add(self, seq: int, record: Json) -> None:
        """Add the ticket that a record holds, or that it would have held."""
        kind, data = record["type"], record["data"]
        self.reports += kind in ("x", "z")
        if kind in TICKETS:
            chain, number = record["chain"], record["seq"]
            self.books.ticket(seq, data["ticket"], record["device"], chain, number)
        elif kind == "training" and data["of"] in TICKETS:
            add_ticket(self.books.exercises, data["data"]["ticket"])

    def _pass_over(self, data: Json) -> None:
        chain = self.chains.get(str(data.get("chain", "")))
        if chain is not None and isinstance(data.get("seq"), int):
            chain.pass_over(data["seq"], str(data.get("digest", "")))
            self.books.lost(chain.chain, data["seq"])

    def _chain(self, chain: str, device: str) -> Chain:
        return self.chains.setdefault(chain, Chain(chain, device))

    def _taken(self, line: Line, record: Json, data: Json) -> None:
        name = f"{record['chain'][:8]}-{record['seq']}"
        if any(record[part] != data[part] for part in ("chain", "seq", "type")):
            self._note(line.seq, "record", name)
        chain = self._chain(record["chain"], record["device"])
        fault = chain.fault(record, data["digest"])
        if fault is not None:
            self._note(line.seq, fault, name)
            self.books.lost(record["chain"], record["seq"])
        late = record["seq"] <= chain.seq
        chain.take(record, data["digest"])
        self._signed(line, record, data["signatures"], late)
        self.books.record(record, late)
        self._add(line.seq, record)
        self._count_sums(line.seq, record, late)

    def _count_sums(self, line: int, record: Json, late: bool) -> None:
        for place in self.books.count_sums(line, record, late, self.chains):
            self._note(place.line, "sums", place.name)

    def _signed(self, line: Line, record: Json, made: Json, late: bool) -> None:
        """Check who has signed a record; go on by the keys that it names."""
        name = f"{record['chain'][:8]}-{record['seq']}"
        held, names = self.tills.get(record["device"]), rotated(record)
        after = None if held is None else held.after(record, late)
        if after is None:
            self._note(line.seq, "key", name)
            return
        message = signed(line.record or b"")
        if not self._signatures.hold(message, made, record["keys"], self.publics, "tills"):
            if names is not None:
                self._note(line.seq, "signature", name)
                return
            self._unsigned[line.seq] = name
        if names is not None:
            self.publics.update(publics_of(names["keys"], names["publics"]))
        self.tills[record["device"]] = after

    def _said(self, seq: int, entry: Json, data: Json) -> None:
        """Check what the hub itself says, where something follows from it."""
        kind = entry["type"]
        if kind in ("founded", "hub_key"):
            sound = self.hub.found(seq, data) if kind == "founded" else self._changed(entry)
            if not sound:
                self._note(seq, "vouch")
            elif kind == "founded":
                self.books.began_ms = entry["at_ms"]
        elif kind == "key":
            self._introduced(seq, data)
        elif kind == "missing":
            chain = self._chain(data["chain"], data["device"])
            chain.skip(data["first"], data["last"], data["leads_to"])
        elif kind == "invalid":
            self.invalid += 1
            self._unsigned.pop(data["entry"], None)
        elif kind == "repeated" and not self.books.repeated(data):
            self._note(seq, "repeated")
        elif kind == "closing":
            name = f"{data['period']}-{data['number']}"
            for code in self.books.closing(entry, self.chains):
                self._note(seq, code, name)
        elif kind == "event":
            shaped({"details": {}, "more": 0, **data}, _EVENT)
        elif kind == "archive":
            self.archives[data["manifest"]] = data["last"]
        elif kind == "purge" and self.archives.get(data["manifest"], 0) < data["last"]:
            self._note(seq, "archive")

    def _changed(self, entry: Json) -> bool:
        return self.hub.change(entry, self._signatures)

    def _introduced(self, seq: int, data: Json) -> None:
        """Check a line that says by which keys a device signs."""
        if "key" in data:  # Of the first releases.
            keys, publics = ({data["algorithm"]: data[name]} for name in ("key", "public"))
            data = {**data, "keys": keys, "publics": publics, "why": "paired", "by": {}}
        data = shaped({"why": "paired", "by": {}, **data}, _INTRODUCED)
        keys = data["keys"]
        found = publics_of(keys, data["publics"])
        held = self.tills.get(data["device"])
        if data["why"] == "vouched":
            sound = held is not None and held.following == keys
        else:
            sound = held is None or held.now == keys
        if not sound:
            self._note(seq, "vouch")
            return
        self.publics.update(found)
        if held is None:
            self.tills[data["device"]] = TillKeys(keys, None, frozenset(keys.values()))

    def seal(self, body: bytes, signatures: Json) -> None:
        """Check a seal that belongs under the line that was last."""
        self.seals += 1
        try:
            stated = read_seal(body)
            keys, place = stated["keys"], (stated["chain"], stated["seq"], stated["digest"])
            holds = place == (self.chain, self.seq, self.digest) and keys == self.hub.now
            holds = holds and self._signatures.hold(
                signed(body), signatures, keys, self.hub.publics, "seals"
            )
        except GARBAGE:
            self._found.add(self.seq, "seal")
            return
        if stated["seq"] > self.seq:
            self._found.add(self.seq + 1, "tail")
            return
        if not holds:
            self._found.add(self.sealed + 1, "seal")
        self.sealed = stated["seq"]

    def end(self) -> None:
        """Note what lies after the last seal, and signatures that do not hold."""
        for seq, name in self._unsigned.items():
            self._found.add(seq, "signature", name)
        if self.sealed < self.seq:
            self._found.add(self.sealed + 1, "unsealed")


# The archive: a zip whose manifest says what is in it, signed by the hub.


class Report:
    """What was verified, and what came of it."""

    def __init__(self) -> None:
        self.found = Findings()
        self.stated: Json = {}
        """What the manifest says of the archive."""
        self.manifest = ""
        """The digest of the manifest, by which the journal knows the archive."""
        self.signed_by = ""
        """The public key that signed the manifest, hex."""
        self.signatures = Signatures()
        self.hub = HubKeys()
        self.totals = no_totals()
        self.lines = self.seals = self.invalid = 0
        self.closings = self.reports = self.unproved = self.exercises = 0

    @property
    def holds(self) -> bool:
        """Return whether everything holds."""
        return self.found.count == 0


def verify(path: str, wanted: Sequence[str] = (), progress: Progress | None = None) -> Report:
    """Verify an archive; raises NoArchive where it cannot be read as one.

    `wanted`: public keys in hex, whole or their beginnings, one of which must have signed it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _Check(archive, wanted, progress or _silent).run()
    except _ZIP_FAULTS as error:
        raise NoArchive(str(error) or type(error).__name__) from error


def _silent(done: int, there: int) -> None:
    """Show nothing."""


class _Check:
    def __init__(self, archive: zipfile.ZipFile, wanted: Sequence[str], progress: Progress) -> None:
        self._zip = archive
        self._wanted = [key.replace(" ", "").lower() for key in wanted]
        self._progress = progress
        self._done, self._there = 0, 0
        self._steps: list[Json] = []
        self.report = Report()
        self.found = self.report.found

    def run(self) -> Report:
        """Verify all of it."""
        stated = self._manifest()
        self.report.stated = stated
        sizes = {info.filename: info.file_size for info in self._zip.infolist()}
        self._there = sum(sizes.values()) + sizes.get(LINES, 0)
        self._files(stated["files"])
        journal = Journal(stated["base"], self.found, self.report.signatures)
        if LINES in sizes and SEALS in sizes:
            self._walk(journal)
        self._trust(journal.hub)
        self._compare(stated, journal)
        self._progress(self._there, self._there)
        return self.report

    def _read(self, name: str) -> bytes:
        if self._zip.getinfo(name).file_size > LONGEST_LINE:
            raise NoArchive(f"{name}: too large")
        return self._zip.read(name)

    def _manifest(self) -> Json:
        """Check the manifest's signature; return what it says."""
        names = set(self._zip.namelist())
        missing = sorted({MANIFEST, SIGNATURE, KEYS} - names)
        if missing:
            raise NoArchive(f"{', '.join(missing)}: not in it")
        body = self._read(MANIFEST)
        self.report.manifest = blake2b(body)
        try:
            manifest = read_canonical(body)
            stated, signers = dict(manifest["archive"]), dict(manifest["keys"])
            if manifest["v"] != VERSION:
                raise NoArchive(f"version {manifest['v']}")
            keys = read_canonical(self._read(KEYS))
            publics = {
                key_id(public): public for public in map(bytes.fromhex, keys["signer"].values())
            }
            self._steps = list(keys["succession"])
            self.report.signed_by = keys["signer"][ED25519]
            made = read_canonical(self._read(SIGNATURE))["signatures"]
            holds = self.report.signatures.hold(signed(body), made, signers, publics, "manifest")
            _ = (stated["files"].items(), stated["base"], stated["findings"])
        except GARBAGE as error:
            raise NoArchive(f"{MANIFEST}: {error}") from error
        if not holds:
            self.found.add(0, "manifest_signature", MANIFEST)
        return stated

    def _trust(self, hub: HubKeys) -> None:
        """Check that the manifest is the hub's, and the hub the one that was named.

        The key that signs is the one that sealed the last line, or one that it leads to; or it is
        named itself, by somebody who knows it. A key that was named leads to it in the same way, by
        statements of a key about the next one, here or in the journal.
        """
        self.report.hub = hub
        signer = self.report.signed_by
        try:
            named = [key for key in self._known(hub) if self._is_wanted(key)]
            follows = leads(hub.public, signer, self._steps)
            led = signer in named or any(leads(key, signer, self._steps) for key in named)
            led = led or (follows and self._kept(hub))
        except GARBAGE:
            follows = led = False
        if self._wanted and not led:
            self.found.add(0, "manifest_pinned", MANIFEST)
        if not follows and not (self._wanted and led):
            self.found.add(0, "manifest_key", MANIFEST)

    def _known(self, hub: HubKeys) -> list[str]:
        """Return every key of the hub's that is spoken of."""
        inside = [public.hex() for public in hub.publics.values()]
        return [self.report.signed_by, *inside, *(step["before"] for step in self._steps)]

    def _is_wanted(self, public: str) -> bool:
        return any(map(public.startswith, self._wanted))

    def _kept(self, hub: HubKeys) -> bool:
        """Return whether a key that was named leads to the last one of the journal's."""
        kept = False
        for _, key, how in hub.path:
            kept = self._is_wanted(key) or (kept and how == "vouched")
        return kept

    def _files(self, stated: Json) -> None:
        """Check every file against the manifest."""
        names = self._zip.namelist()
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.found.add(0, "file_twice", name)
        for name in sorted(stated.keys() - set(names)):
            self.found.add(0, "file_missing", name)
        for name in sorted(set(names) - stated.keys() - {MANIFEST, SIGNATURE}):
            self.found.add(0, "file_extra", name)
        for name in sorted(stated.keys() & set(names)):
            if self._hashed(name) != stated[name]:
                self.found.add(0, "file_digest", name)

    def _hashed(self, name: str) -> Json:
        found, size = hashlib.sha256(), 0
        with self._zip.open(name) as file:
            for part in iter(lambda: file.read(1 << 20), b""):
                found.update(part)
                size += len(part)
                self._done += len(part)
                self._progress(self._done, self._there)
        return {"bytes": size, "sha256": found.hexdigest()}

    def _walk(self, journal: Journal) -> None:
        names = set(self._zip.namelist())
        open_ = self._zip.open
        with open_(LINES) as lines, open_(SEALS) as seals:
            tables = [_Beside(name, open_(name), self.found) for name in TABLES if name in names]
            waiting = self._seals(seals)
            seal = next(waiting, None)
            for text in _texts(lines):
                self._done += len(text)
                self._progress(self._done, self._there)
                for name, row in self._line(journal, text):
                    for table in tables:
                        table.expect(name, row, journal.seq)
                while seal is not None and seal[0] <= journal.seq:
                    journal.seal(seal[1], seal[2])
                    seal = next(waiting, None)
            while seal is not None:
                journal.seal(seal[1], seal[2])
                seal = next(waiting, None)
            journal.end()
            for table in tables:
                table.end(journal.seq)

    def _line(self, journal: Journal, text: bytes) -> list[Row]:
        try:
            line = read_line(text)
        except GARBAGE:
            self.found.add(journal.seq + 1, "unreadable", LINES)
            return []
        return journal.line(line)

    def _seals(self, file: IO[bytes]) -> Iterator[tuple[int, bytes, Json]]:
        """Yield each seal with the line that it says it stands under; 0 where it says none."""
        for text in _texts(file):
            try:
                said = read_json(text)
                body, signatures = said["body"].encode("utf-8"), dict(said["signatures"])
            except GARBAGE:
                self.found.add(0, "unreadable", SEALS)
                continue
            try:
                yield read_seal(body)["seq"], body, signatures
            except GARBAGE:
                yield 0, body, signatures

    def _compare(self, stated: Json, journal: Journal) -> None:
        """Check what the manifest and the totals say against what was walked over."""
        self.report.totals = totals = journal.books.totals()
        self.report.closings, self.report.reports = journal.books.closings, journal.reports
        self.report.unproved = journal.books.unproved()
        self.report.exercises = journal.books.exercises["tickets"]
        self.report.lines, self.report.seals = journal.lines, journal.seals
        self.report.invalid = journal.invalid
        base = stated["base"]["head"][1] if stated["base"] else 0
        walked = {
            "chain": journal.chain,
            "first": base + 1,
            "last": journal.seq,
            "last_digest": journal.digest,
            "lines": journal.lines,
            "seals": journal.seals,
        }
        if any(stated.get(name) != value for name, value in walked.items()):
            self.found.add(0, "manifest", MANIFEST)
        held = Books()
        if stated["base"]:
            held.begin(stated["base"]["books"])
        before = held.totals()
        for name, said in ((MANIFEST, stated.get("totals")), (TOTALS, self._totals())):
            if said != {"before": before, "after": totals}:
                self.found.add(0, "totals", name)

    def _totals(self) -> Any:
        try:
            return json.loads(self._read(TOTALS))
        except (*GARBAGE, NoArchive):
            return None


def read_lines(path: str) -> Iterator[Line]:
    """Yield the lines of an archive, unchecked; raises NoArchive for what is none."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(LINES) as file:
            for text in _texts(file):
                yield read_line(text)
    except (*_ZIP_FAULTS, *GARBAGE) as error:
        raise NoArchive(str(error) or type(error).__name__) from error


def _texts(file: IO[bytes]) -> Iterator[bytes]:
    """Yield lines; one without end comes in parts, none of which can be read."""
    return iter(lambda: file.readline(LONGEST_LINE), b"")


class _Beside:
    """A table that is read beside the journal: each row must be what its line makes."""

    def __init__(self, name: str, file: IO[bytes], found: Findings) -> None:
        self._name, self._file, self._found = name, file, found
        self._sound = True
        self.expect(name, table_head(name), 0)

    def expect(self, name: str, row: bytes, seq: int) -> None:
        """Read the next row of a table; after the first that differs there is nothing to say."""
        if name == self._name and self._sound and self._file.read(len(row)) != row:
            self._found.add(seq, "csv", self._name)
            self._sound = False

    def end(self, seq: int) -> None:
        """Check that nothing follows."""
        if self._sound and self._file.read(1):
            self._found.add(seq, "csv", self._name)
        self._file.close()


# The command line.

TEXTS: dict[str, tuple[str, str]] = {
    "about": (
        (
            "Verify archives of Comptoir's signed journal. Exit code 0: all holds; 1: something"
            " does not; 2: no archive."
        ),
        (
            "Vérifie des archives du journal signé de Comptoir. Code de sortie 0 : tout tient ; 1 :"
            " quelque chose ne tient pas ; 2 : pas une archive."
        ),
    ),
    "files": (
        "the archives, the oldest first where there are several",
        "les archives, la plus ancienne d’abord s’il y en a plusieurs",
    ),
    "key": (
        (
            "public key of the shop's hub, or its first 16 characters (its fingerprint), known from"
            " elsewhere"
        ),
        (
            "clé publique du poste central, ou ses 16 premiers caractères (son empreinte), connue"
            " par ailleurs"
        ),
    ),
    "lang": ("language", "langue"),
    "json": ("print JSON", "affiche du JSON"),
    "no_archive": ("{file} is no archive: {reason}", "{file} n’est pas une archive : {reason}"),
    "what": (
        "{file}: {shop}, lines {first} to {last} of the journal, archived {made} UTC by {software}",
        (
            "{file} : {shop}, lignes {first} à {last} du journal, archivées le {made} UTC par"
            " {software}"
        ),
    ),
    "signer": ("Signed by the hub's key {key}", "Signée de la clé du poste central {key}"),
    "compare": (
        (
            "    Nobody has said which key is the shop's: compare it with what `comptoir-hub"
            " status` shows, or name it with --key."
        ),
        (
            "    Personne n’a dit quelle clé est celle de la boutique : comparez-la à ce que montre"
            " `comptoir-hub status`, ou indiquez-la par --key."
        ),
    ),
    "checked": (
        (
            "Signatures checked, {algorithm} (by {by}): {manifest} of the archive, {seals} of the"
            " hub, {tills} of tills"
        ),
        (
            "Signatures vérifiées, {algorithm} (par {by}) : {manifest} de l’archive, {seals} du"
            " poste central, {tills} de caisses"
        ),
    ),
    "left": (
        "Signatures present, not checked, {algorithm}: {count} (would need {by})",
        "Signatures présentes, non vérifiées, {algorithm} : {count} (il faudrait {by})",
    ),
    "totals": (
        (
            "{lines} lines; {tickets} tickets in all up to the last line, {net} net, {absolute}"
            " with refunds added"
        ),
        (
            "{lines} lignes ; {tickets} tickets en tout jusqu’à la dernière ligne, {net} net,"
            " {absolute} remboursements ajoutés"
        ),
    ),
    "reports": (
        (
            "{closings} closings and {reports} X and Z of tills, whose sums were computed again,"
            " but for {unproved} X and Z that cover records that are missing, or came late;"
            " {exercises} tickets of exercises, in no total"
        ),
        (
            "{closings} clôtures et {reports} X et Z de caisses, dont les sommes ont été"
            " recalculées, sauf {unproved} X et Z qui couvrent des enregistrements manquants ou"
            " arrivés en retard ; {exercises} tickets d’exercice, dans aucun total"
        ),
    ),
    "invalid": (
        "{count} records were noted as invalid by the hub itself",
        "{count} enregistrements ont été notés comme non conformes par le poste central lui-même",
    ),
    "first_line": (
        "The first bad record: line {seq} {where}: {text}",
        "Premier enregistrement fautif : ligne {seq} {where} : {text}",
    ),
    "line": ("    line {seq} {where}: {text}", "    ligne {seq} {where} : {text}"),
    "file": ("    {where}: {text}", "    {where} : {text}"),
    "more": ("    … and {count} more", "    … et {count} de plus"),
    "known": (
        "    (the archive itself states this fault: the journal had it when it was archived)",
        "    (l’archive elle-même signale ce défaut : le journal l’avait quand elle a été faite)",
    ),
    "holds": ("The archive holds.", "L’archive tient."),
    "broken": ("The archive does NOT hold.", "L’archive NE tient PAS."),
}
SHOWN = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; return the exit code."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    language = _language(typed)
    parser = argparse.ArgumentParser(description=TEXTS["about"][language])
    parser.add_argument("files", nargs="+", metavar="ARCHIVE.zip", help=TEXTS["files"][language])
    parser.add_argument("--key", action="append", default=[], help=TEXTS["key"][language])
    parser.add_argument("--lang", choices=("fr", "en"), help=TEXTS["lang"][language])
    parser.add_argument("--json", action="store_true", help=TEXTS["json"][language])
    asked = parser.parse_args(typed)
    teller, code = Teller(("en", "fr")[language], asked.json), HOLDS
    before: Report | None = None
    for file in asked.files:
        try:
            report = verify(file, asked.key, teller.progress)
        except NoArchive as error:
            teller.say("no_archive", file=file, reason=error)
            code = UNREADABLE
            continue
        finally:
            teller.no_progress()
        if before is not None and not _follows(before, report):
            report.found.add(0, "apart", os.path.basename(file))
        teller.tell(file, report, bool(asked.key))
        code = max(code, HOLDS if report.holds else BROKEN)
        before = report
    return code


def _follows(before: Report, after: Report) -> bool:
    """Return whether an archive goes on where the one before it ends, and with the same sums."""
    base = after.stated["base"]
    ended = [before.stated["chain"], before.stated["last"], before.stated["last_digest"]]
    if not base or list(base["head"]) != ended:
        return False
    held = Books()
    held.begin(base["books"])
    return held.totals() == before.totals


def _language(typed: Sequence[str]) -> int:
    """Return 0 for English, 1 for French: as asked for, else as the system speaks."""
    for place, word in enumerate(typed):
        name, _, value = word.partition("=")
        if name == "--lang":
            value = value or "".join(typed[place + 1 : place + 2])
            return 0 if value == "en" else 1
    spoken = next(
        (os.environ[n] for n in ("COMPTOIR_LANG", "LC_ALL", "LANG") if os.environ.get(n)), ""
    )
    return 0 if spoken.lower().startswith("en") else 1


class Teller:
    """Puts a report into words."""

    def __init__(self, language: str, as_json: bool = False) -> None:
        self._language, self._json = int(language == "fr"), as_json
        self._shown = -1

    def progress(self, done: int, there: int) -> None:
        """Show how far it is, on a terminal."""
        percent = 100 * done // there if there else 100
        if percent != self._shown and sys.stderr.isatty():
            sys.stderr.write(f"\r{percent:3} %")
            sys.stderr.flush()
            self._shown = percent

    def no_progress(self) -> None:
        """Take it off the screen again."""
        if self._shown >= 0:
            sys.stderr.write("\r     \r")
            self._shown = -1

    def say(self, name: str, /, **fields: Any) -> None:
        """Print a sentence."""
        if self._json:
            said = {"holds": False, **{field: str(value) for field, value in fields.items()}}
            print(json.dumps(said, ensure_ascii=False, sort_keys=True))
        else:
            self._print(name, **fields)

    def _print(self, name: str, /, **fields: Any) -> None:
        said = TEXTS[name][self._language].format(**fields)
        encoding = sys.stdout.encoding or "ascii"
        print(said.encode(encoding, "replace").decode(encoding))

    def tell(self, file: str, report: Report, pinned: bool) -> None:
        """Say what was verified, and what came of it."""
        if self._json:
            print(json.dumps(plain(report), sort_keys=True))
            return
        stated = report.stated
        self._print(
            "what",
            file=os.path.basename(file),
            shop=" ".join(str(part) for part in stated.get("shop", {}).values() if part),
            first=stated.get("first"),
            last=stated.get("last"),
            made=f"{_moment(int(stated.get('made_ms', 0))):%Y-%m-%d %H:%M}",
            software=stated.get("software"),
        )
        self._print("signer", key=report.signed_by)
        if not pinned:
            self._print("compare")
        self._signatures(report.signatures)
        totals = report.totals
        self._print(
            "totals",
            lines=report.lines,
            tickets=totals["tickets"],
            net=_decimal(totals["net_cents"], 2),
            absolute=_decimal(totals["absolute_cents"], 2),
        )
        if report.closings or report.reports or report.exercises:
            self._print(
                "reports",
                closings=report.closings,
                reports=report.reports,
                unproved=report.unproved,
                exercises=report.exercises,
            )
        if report.invalid:
            self._print("invalid", count=report.invalid)
        self._findings(report)
        self._print("holds" if report.holds else "broken")

    def _signatures(self, signatures: Signatures) -> None:
        whose = ("manifest", "seals", "tills")
        for name, algorithm in signatures.algorithms.items():
            counts = {who: signatures.checked.get((name, who), 0) for who in whose}
            if any(counts.values()):
                self._print("checked", algorithm=name, by=algorithm.by, **counts)
        for name, count in signatures.left.items():
            by = signatures.algorithms[name].by if name in signatures.algorithms else name
            self._print("left", algorithm=name, count=count, by=by)

    def _findings(self, report: Report) -> None:
        known = {(one["seq"], one["code"]) for one in report.stated.get("findings", ())}
        for place, found in enumerate(report.found.sorted()[:SHOWN]):
            text = SAYS[found.code][self._language]
            first = "line" if place else "first_line"
            kind = first if found.seq else "file"
            self._print(kind, seq=found.seq, where=found.where, text=text)
            if (found.seq, found.code) in known:
                self._print("known")
        if report.found.count > SHOWN:
            self._print("more", count=report.found.count - SHOWN)


def plain(report: Report) -> Json:
    """Return a report as JSON data."""
    return {
        "holds": report.holds,
        "manifest": report.manifest,
        "signed_by": report.signed_by,
        "hub_keys": [list(place) for place in report.hub.path],
        "first": report.stated.get("first"),
        "last": report.stated.get("last"),
        "last_digest": report.stated.get("last_digest"),
        "lines": report.lines,
        "seals": report.seals,
        "invalid": report.invalid,
        "closings": report.closings,
        "reports": report.reports,
        "unproved": report.unproved,
        "exercises": report.exercises,
        "totals": report.totals,
        "signatures": {
            f"{name} {whose}": count
            for (name, whose), count in sorted(report.signatures.checked.items())
        },
        "not_checked": report.signatures.left,
        "count": report.found.count,
        "findings": [found._asdict() for found in report.found.sorted()],
    }


if __name__ == "__main__":
    sys.exit(main())
