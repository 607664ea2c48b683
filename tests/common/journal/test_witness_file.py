"""The lines of a witness: written, read, handed over, and everything that is none of them."""

from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest

from common.journal.record import Signer
from common.journal.witness import Conflict
from common.journal.witness_file import (
    VERSION,
    Contradiction,
    Whose,
    WitnessFile,
    as_kept,
    handed_over,
    lines_of,
    read_witness,
    sound,
)
from common.seal import signing_keys_of
from tests.common.journal.heads import AT_MS, KEYS, OTHER_KEYS, Numbers

JOURNAL = Numbers("a" * 50)
TILL = signing_keys_of(b"t" * 32)
WHOSE = Whose(VERSION, "d" * 32, "Caisse 1", (KEYS.public.hex(),))
HEADS = [JOURNAL.kept(seq) for seq in (3, 20, 41)]
NESTED = b'{"run":0,"seal":{"body":"%s%s","signatures":{"a":"00"}}}' % (b"[" * 999, b"]" * 999)
FOUND = [Contradiction(0, Conflict.GONE, 20, 30, AT_MS)]


HELD = WitnessFile(WHOSE, tuple(HEADS), tuple(FOUND))
LINES = lines_of(HELD)
FIRST = LINES[0]


def handed() -> bytes:
    return handed_over(LINES, "d" * 32, Signer(TILL), AT_MS)


def test_what_is_handed_over_is_read_as_it_was() -> None:
    held = read_witness(handed())
    assert (held.whose.device_name, held.heads) == ("Caisse 1", tuple(HEADS))
    assert held.contradictions == tuple(FOUND)
    assert held.handed is not None
    assert held.handed.publics == {"ed25519": TILL.public.hex()}
    assert all(sound(head, [KEYS.public.hex()]) for head in held.heads)
    assert not sound(HEADS[0], [OTHER_KEYS.public.hex()])


def test_a_file_of_a_posts_own_disk_bears_no_signature() -> None:
    assert read_witness(b"".join(LINES)) == HELD


def test_heads_of_each_key_that_was_pinned_are_read() -> None:
    later = JOURNAL.seal(45, keys=OTHER_KEYS)
    held = WitnessFile(WHOSE, (*HEADS, as_kept(0, later)))
    with pytest.raises(ValueError, match="line 5: its seal is not of the hub's key"):
        read_witness(b"".join(lines_of(held)))
    both = replace(WHOSE, identities=(*WHOSE.identities, OTHER_KEYS.public.hex()))
    assert len(read_witness(b"".join(lines_of(replace(held, whose=both)))).heads) == 4


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _without(place: int) -> Callable[[bytes], bytes]:
    return lambda content: b"".join(line for n, line in enumerate(_lines(content)) if n != place)


def _other_device(content: bytes) -> bytes:
    return content.replace(b'"device_id":"ddd', b'"device_id":"ded', 1)


def _of_another_hub(content: bytes) -> bytes:
    lines = _lines(content)
    lines[2] = orjson.dumps({"run": 0, "seal": JOURNAL.seal(9, keys=OTHER_KEYS)}) + b"\n"
    return b"".join(lines)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda content: b"", "it is empty"),
        (lambda content: b"{}\n", "line 1: .*comptoir_witness"),
        (lambda content: b"PK\x03\x04 what is this\n", "line 1"),
        (lambda content: content.replace(b'witness":1', b'witness":2', 1), "version 2"),
        (_without(2), "line 5: its signature is under another file"),
        (lambda content: content.replace(b'"by":30', b'"by":31'), "not those that were signed"),
        (_other_device, "line 6: its signature is under another file"),
        (_of_another_hub, "line 3: its seal is not of the hub's key"),
        (lambda content: content.replace(b'"run":0', b'"run":-1', 1), "line 2"),
        (lambda content: content + _lines(content)[2], "line 7: it stands after"),
        (lambda content: content + b"[]\n", "line 7: it stands after"),
        (lambda content: content[:-200], "line 6"),
        (lambda content: FIRST + b"[1]\n", "line 2: it is no object"),
        (lambda content: FIRST + b"{}\n", "line 2"),
        (lambda content: FIRST + NESTED, "line 2: n"),
    ],
)
def test_what_is_no_such_file_is_said_by_its_line(
    change: Callable[[bytes], bytes], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        read_witness(change(handed()))


def test_another_post_cannot_sign_for_it() -> None:
    by_another = handed_over(LINES, "d" * 32, Signer(OTHER_KEYS), AT_MS)
    mixed = by_another.replace(OTHER_KEYS.public.hex().encode(), TILL.public.hex().encode())
    assert mixed != by_another
    with pytest.raises(ValueError, match="line 6"):
        read_witness(mixed)


def test_what_the_power_cut_off_is_passed_over_on_the_own_disk() -> None:
    whole = b"".join(lines_of(WitnessFile(WHOSE, tuple(HEADS))))
    held = read_witness(whole[:-50], lenient=True)
    assert (held.heads, held.unread) == (tuple(HEADS[:2]), 1)
    with pytest.raises(ValueError, match="line 4"):
        read_witness(whole[:-50])
