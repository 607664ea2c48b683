"""What disks say to whoever takes a copy of them, without the key."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from shop_processes import found_hub

from common import messages as m
from common import seal
from common.errors import Refusal
from common.ids import IdMint
from common.messages import Change
from common.models import Payment, ReceiptLine, encode_row
from common.rules import ticket_line
from common.topics import TOPICS_OF, Profile
from hub import backup_seal
from hub.backup import back_up
from hub.backup_keys import new_key_file, open_key_file, public_keys, register
from hub.backup_restore import opened
from hub.backup_seal import Sealing
from hub.folder import ConfigError, Folder
from hub.key_files import read_keys as hub_keys
from hub.local import rotate_identity
from hub.store import Store, StoreError
from kiosk.book import Book
from kiosk.device import write_device
from kiosk.export import export_undelivered
from kiosk.keys import new_keys, protect, read_keys, read_store_keys, write_keys
from kiosk.outbox_file import Draft, Maker
from kiosk.protection import unlock
from kiosk.sealed import Box
from kiosk.stores import Stores, open_stores
from kiosk.till import Stamp, Till
from tests.kiosk.post import NOW_MS, OTHER, HandClocks, device, reply, seeded_bytes, ticketed
from tests.kiosk.shop_rows import article, encoded, sale, ticket, uid

pytestmark = pytest.mark.attack
LABEL = "Truffes noires du Tricastin"
NOTE = "pour Mme Marguerite Delacroix"
OPERATOR = "Jean-Baptiste Poquelin"
OTHERS = "Caisse de Madeleine"
PIN = "740193"
PHRASE = "cinq mots qui ne vont pas ensemble"
SECRETS = (LABEL, NOTE, OPERATOR, OTHERS, PIN)


def said_in(files: Iterable[Path], *texts: bytes) -> set[tuple[str, bytes]]:
    """Return which texts stand in which files, byte for byte."""
    found = set()
    for path in files:
        raw = path.read_bytes()
        found |= {(path.name, text) for text in texts if text in raw}
    return found


def raw(text: str) -> bytes:
    return text.encode()


def operation(kind: str, args: dict[str, object]) -> Draft:
    body = {"id": uid(7), "kind": kind, "args": args, "operator": OPERATOR, "note": PIN}
    return Draft(kind, 1, orjson.dumps(body), NOW_MS)


def work(folder: Path, stores: Stores) -> None:
    """Sell and receive: sent, refused, waiting; and get the sales of another till."""
    clocks = HandClocks().clocks
    till = Till(clocks, IdMint(clocks.wall_ms, seeded_bytes(3)))
    stamp = Stamp(OPERATOR, "main", 0)
    lines = (ticket_line(uid(1), LABEL, 1000, 48_700, 550),)

    def sold(book: Book) -> Draft:
        paid = (Payment("card", 48_700, 48_700),)
        made = till.ticket(book.series, book.number, lines, paid, stamp)
        return ticketed(operation("sale.record", {"ticket": made}), book)

    for _ in range(6):
        stores.outbox.append_records(sold)
    receipt = till.receipt((ReceiptLine(uid(1), 1000),), NOTE, stamp)
    stores.outbox.append(operation("goods.receive", {"receipt": receipt}))
    refused = reply(stores.outbox.id, 2, m.Status.REFUSED, code="unknown_article")
    told = replace(refused, params={"article": LABEL})
    stores.outbox.note_replies([reply(stores.outbox.id, 1), told])
    others = [sale(ticket(n), OTHERS) for n in range(10, 40)]
    changes = [Change(one.id, encode_row(one), OTHER, n) for n, one in enumerate(others, 1)]
    stores.replica.apply("sales", 1, changes)
    stores.replica.begin_snapshot("articles")
    stores.replica.add_rows("articles", encoded(article(1)))
    assert (folder / "outbox.db-wal").stat().st_size > 0


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a till in the midst of a day: its logs are not folded in yet."""
    folder = tmp_path / "till"
    write_keys(folder, new_keys())
    write_device(folder, device(Profile.TILL))
    box = Box(*read_store_keys(folder))
    stores = open_stores(folder, Maker(7, seeded_bytes(), box), TOPICS_OF[Profile.TILL])
    work(folder, stores)
    yield folder
    stores.close()


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_copy_of_a_tills_disk_without_its_keys(till: Path, tmp_path: Path) -> None:
    """A till's disk is copied without its keys folder: no text of a sale, no PIN is in it."""
    copy = tmp_path / "copy"
    shutil.copytree(till, copy, ignore=shutil.ignore_patterns("keys"))
    assert {"outbox.db", "outbox.db-wal", "replica.db", "replica.db-wal"} <= {
        path.name for path in files_of(copy)
    }
    assert said_in(files_of(copy), *map(raw, SECRETS)) == set()
    stores = open_stores(copy, Maker(7, seeded_bytes(9), Box(bytes(32))), TOPICS_OF[Profile.TILL])
    # The thief's own program gets no more: nothing waits for it, no sale is read.
    assert stores.outbox.waiting().queued == []
    assert stores.topics["sales"].rows == ()
    stores.close()


def test_the_same_disk_after_the_till_was_switched_off(till: Path, tmp_path: Path) -> None:
    """A till that was switched off is copied, free pages and all: no text of a sale is in it."""
    box = Box(*read_store_keys(till))
    stores = open_stores(till, Maker(7, seeded_bytes(5), box), TOPICS_OF[Profile.TILL])
    assert len(stores.outbox.waiting().queued) == 5
    assert len(stores.topics["sales"].rows) == 30
    stores.outbox.drop_covered(2)
    stores.close()
    found = [path for path in files_of(till) if path.parent.name != "keys"]
    assert said_in(found, *map(raw, SECRETS)) == set()


def test_guessing_what_few_rows_say_by_their_digest(tmp_path: Path) -> None:
    """The digest of a topic with one guessable row is looked for on disk: it is sealed as well."""
    box = Box(b"k" * 32)
    stores = open_stores(tmp_path, Maker(7, seeded_bytes(), box), ("takings",))
    stores.replica.apply("takings", 1, [Change("2026-03-03", b'{"total_cents":48700}', OTHER, 1)])
    guess = f"{stores.replica.digest('takings'):064x}".encode()
    stores.close()
    assert said_in(files_of(tmp_path), guess, b"48700") == set()


def test_private_keys_in_databases_and_copies(tmp_path: Path, till: Path) -> None:
    """Databases, backups, exports and copies of topics are searched for private keys, those of a
    hub before and after a change of its identity as well: none holds any."""
    folder: Folder = found_hub(tmp_path / "hub")
    before = hub_keys(folder)
    made = back_up(folder, None, NOW_MS)
    rotate_identity(folder, lost=False)
    later = back_up(folder, None, NOW_MS + 60_000)
    exported = tmp_path / "hub" / "exported.jsonl"
    assert export_undelivered(till, exported).waiting == 5
    keys = hub_keys(folder)
    own = [bytes.fromhex(path.read_text()) for path in (till / "keys").iterdir()]
    secrets = [keys.identity.secret, keys.curve.secret, keys.console.secret, *own]
    secrets += [before.identity.secret, keys.pepper]
    assert len(set(secrets)) == 8
    shapes = [shape for s in secrets for shape in (s, s.hex().encode(), s.hex().upper().encode())]
    lying = [p for p in (*files_of(tmp_path / "hub"), *files_of(till)) if p.parent.name != "keys"]
    assert {made.path, later.path, exported} <= set(lying)
    assert said_in([*lying, folder.past], *shapes) == set()


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Folder, Path]:
    """Return the folder of a hub with something to steal, and the administrator's key file."""
    folder: Folder = found_hub(tmp_path / "hub", name=NOTE)
    with closing(Store.open(folder.database)) as store, store.group() as db:
        db.execute("UPDATE device SET name = ?", (OTHERS,))
    key = tmp_path / "admin.key"
    cost = seal.PinCost(seal.LEAST_PIN_COST.passes, seal.LEAST_PIN_COST.memory_bytes)
    register(folder, "admin", new_key_file(key, PHRASE, cost))
    return folder, key


def sealing(folder: Folder) -> Sealing:
    publics = tuple(key.public for key in public_keys(folder))
    return Sealing(publics, hub_keys(folder).identity)


def test_a_stolen_backup(kept: tuple[Folder, Path], tmp_path: Path) -> None:
    """A sealed backup is stolen, and the hub's own keys as well: without an administrator's key it
    says when it was made and of which commit, and nothing of the shop."""
    folder, _ = kept
    stick = tmp_path / "stick"
    stick.mkdir()
    made = back_up(folder, stick, NOW_MS, sealing(folder))
    assert raw(OTHERS) in folder.database.read_bytes()
    assert said_in(files_of(stick), *map(raw, SECRETS), b"SQLite format", b"CREATE TABLE") == set()
    assert [path.name for path in files_of(stick)] == [made.path.name]
    own = hub_keys(folder)
    for stolen in (own.curve, own.console, seal.curve_keys_of(own.identity.secret)):
        with pytest.raises(StoreError), opened(folder, made.path, stolen, None):
            pass


def test_a_key_file_that_was_taken_without_its_passphrase(kept: tuple[Folder, Path]) -> None:
    """An administrator's key file is taken without its passphrase: it opens by none of the likely
    ones, and holds its secret nowhere."""
    _, key = kept
    for guess in ("", "admin", "comptoir", PHRASE[:-1], PHRASE.upper()):
        with pytest.raises(ConfigError):
            open_key_file(key, guess)
    secret = open_key_file(key, PHRASE).secret
    assert said_in([key], secret, secret.hex().encode()) == set()


def test_a_backup_that_somebody_else_sealed(kept: tuple[Folder, Path], tmp_path: Path) -> None:
    """A forged backup is sealed to the administrators' public keys and put in a real one's place:
    the hub has not signed it, so that it is neither checked as sound nor restored."""
    folder, key = kept
    mallory = replace(sealing(folder), signing=seal.new_signing_keys())
    forged = back_up(folder, None, NOW_MS, mallory).path
    genuine = hub_keys(folder).identity.public
    raw_file = forged.read_bytes()
    said = mallory.signing.public.hex().encode()
    renamed = tmp_path / "renamed.sealed"
    renamed.write_bytes(raw_file.replace(said, genuine.hex().encode()))
    for path in (forged, renamed):
        with pytest.raises(ValueError, match=r"signed|written"):
            backup_seal.verify(path, [genuine])
        admin = open_key_file(key, PHRASE)
        with pytest.raises(StoreError), opened(folder, path, admin, [genuine]):
            pass
        assert not folder.database.with_name("comptoir.db.opened").exists()


def test_a_whole_till_whose_keys_are_under_a_passphrase(till: Path, tmp_path: Path) -> None:
    """A till's whole disk is stolen, keys and all, under a passphrase: no text of a sale, no key to
    the network, and guesses cost an Argon2id each."""
    keys, store = read_keys_of(till)
    protect(till, PHRASE, seal.LEAST_PIN_COST)
    copy = tmp_path / "copy"
    shutil.copytree(till, copy)
    found = files_of(copy)
    shapes = [shape for key in (*keys, store) for shape in (key, key.hex().encode())]
    assert said_in(found, *map(raw, SECRETS), *shapes) == set()
    with pytest.raises(Refusal):
        read_keys(copy)
    for guess in ("", "comptoir", PHRASE[:-1]):
        with pytest.raises(Refusal):
            unlock(copy, guess)


def read_keys_of(folder: Path) -> tuple[tuple[bytes, bytes], bytes]:
    keys = read_keys(folder)
    return (keys.curve.secret, keys.signing.secret), read_store_keys(folder)[0]
