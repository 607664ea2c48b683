"""A shop's database with a signed journal, and how somebody with SQL and no scruples changes it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.journal import canon
from common.journal.entry import Head, Line, make_line, make_seal, read_entry
from common.journal.kinds import EntryType, RecordType
from common.journal.record import ED25519, SignedRecord, Signer, read_record
from common.models import Article
from common.seal import SigningKeys
from common.topics import Profile
from hub.journal_verify import Flaw, verify_file
from hub.records import journal as rows
from hub.records.journal import Place
from tests.hub.journals import AT_MS, HUB, Pen, journal_of
from tests.hub.papers import lines_of, ticket
from tests.hub.shop import EPOCH, Post, Shop, goods

EVERY = (0, 2**62)
TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal%'"


@dataclass(slots=True)
class Ledger:
    """Two tills that have sold; `path`: the hub's database, closed while it is changed."""

    folder: Path
    shop: Shop = field(init=False)
    tills: list[Post] = field(init=False)
    pens: list[Pen] = field(init=False)
    articles: list[Article] = field(init=False)
    numbers: list[int] = field(default_factory=lambda: [0, 0])

    def __post_init__(self) -> None:
        self.shop = Shop(self.folder)
        self.shop.hurry()
        self.articles = self.shop.stock(goods(3, stock_milli=100_000))
        self.tills = [self.shop.post(Profile.TILL, number) for number in (1, 2)]
        self.pens = [Pen(till.device.number, till.device.id) for till in self.tills]

    @property
    def path(self) -> Path:
        """Return where the database lies."""
        return self.shop.path

    def sell(self, till: int) -> None:
        """Sell something at a till, 0 or 1."""
        self.numbers[till] += 1
        post = self.tills[till]
        lines = lines_of((self.articles[0], 1000), (self.articles[1], 500))
        paid = ticket(post, self.numbers[till], lines, at_ms=self.shop.clock.ms)
        self.shop.accept(post.send("sale.record", self.pens[till].sale(paid), 2))
        self.shop.clock.pass_s(60)

    def day(self) -> "Ledger":
        """Sell five times at each till, and close the database."""
        for _ in range(5):
            self.sell(0)
            self.sell(1)
        self.shop.close()
        return self

    def copied(self, folder: Path, content: bytes) -> "Ledger":
        """Return this closed shop in another folder, where it goes on by itself."""
        memo: dict[int, Any] = {}
        other = object.__new__(Ledger)
        other.folder, other.shop = folder, self.shop.copied(folder, content, memo)
        other.tills, other.pens = deepcopy(self.tills, memo), deepcopy(self.pens, memo)
        other.articles, other.numbers = list(self.articles), list(self.numbers)
        return other

    def flaws(self, public: bytes = HUB.public) -> Sequence[Flaw]:
        """Return what a verification finds."""
        return verify_file(self.path, public).flaws

    def run(self, *statements: tuple[str, Sequence[Any]] | str) -> None:
        """Run SQL on the closed file, with the journal's triggers dropped."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            for (name,) in db.execute(TRIGGERS).fetchall():
                db.execute(f'DROP TRIGGER "{name}"')
            for statement in statements:
                sql, values = (statement, ()) if isinstance(statement, str) else statement
                db.execute(sql, values)

    def put_back_yesterday(self) -> None:
        """Sell on after a copy was made, put that in place under a new epoch, and start on it."""
        yesterday = self.path.with_name("yesterday.db")
        self.shop.close()
        copyfile(self.path, yesterday)
        self.shop.reopen()
        self.sell(0)
        self.shop.close()
        copyfile(yesterday, self.path)
        for name in ("epoch", "epoch_again"):
            self.run(("UPDATE meta SET value = ? WHERE name = ?", ("7" * 32, name)))
        self.shop.reopen()
        journal_of(self.shop.store)
        self.shop.close()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what the closed file holds."""
        with closing(sqlite3.connect(self.path)) as db:
            return list(db.execute(sql, values))

    def sale_line(self, till: int, number: int) -> int:
        """Return the line of the journal that took a till's sale in."""
        chain = self.pens[till].chain.head.chain
        sql = "SELECT seq FROM journal WHERE chain = ? AND record_type = 'sale' AND type_seq = ?"
        return int(self.rows(sql, chain, number)[0][0])

    def change_record(self, seq: int, old: str, new: str) -> None:
        """Write something else into a record, and let it be."""
        ((record,),) = self.rows("SELECT record FROM journal WHERE seq = ?", seq)
        changed = bytes(record).replace(old.encode(), new.encode())
        assert changed != bytes(record), old
        self.run(("UPDATE journal SET record = ? WHERE seq = ?", (changed, seq)))

    def forge(self, first: int, old: str, new: str, hub: SigningKeys | None = None) -> None:
        """Change a record and make every digest, link and column after it fit again.

        `hub`: sign all seals anew by this key; None leaves them as they were. No till's key is
        known to whoever does that.
        """
        ((record,),) = self.rows("SELECT record FROM journal WHERE seq = ?", first)
        changed = bytes(record).replace(old.encode(), new.encode())
        self.run(("UPDATE journal SET record = ? WHERE seq = ?", (changed, first)))

        def other(entry: dict[str, Any]) -> None:
            entry["data"]["digest"] = canon.digest(changed)

        self.forge_entry(first, other, hub)

    def forge_entry(
        self,
        first: int,
        change: Callable[[dict[str, Any]], None],
        hub: SigningKeys | None = None,
        sealed: tuple[int, int] = EVERY,
    ) -> None:
        """Change an entry and make every digest and link after it fit again; `hub` as in `forge`.

        `sealed`: from and up to which line the seals are signed anew.
        """
        previous = self.rows("SELECT digest FROM journal WHERE seq = ?", first - 1)[0][0]
        statements: list[tuple[str, Sequence[Any]]] = []
        digests = {}
        sql = "SELECT seq, entry FROM journal WHERE seq >= ? ORDER BY seq"
        for seq, body in self.rows(sql, first):
            entry = canon.read_canonical(bytes(body))
            entry["previous"] = previous
            if seq == first:
                change(entry)
            forged = canon.canonical(entry)
            previous = digests[seq] = canon.digest(forged)
            update = "UPDATE journal SET entry = ?, digest = ? WHERE seq = ?"
            statements.append((update, (forged, previous, seq)))
        self.run(*statements)
        if hub is not None:
            self.sign_anew(digests, hub, sealed)

    def head(self) -> Head:
        """Return where the hub's chain stands."""
        ((seq, body, digest),) = self.rows(
            "SELECT seq, entry, digest FROM journal ORDER BY seq DESC LIMIT 1"
        )
        return Head(read_entry(bytes(body)).chain, seq, digest)

    def line_of(self, kind: str) -> int:
        """Return the newest line of a type."""
        return int(self.rows("SELECT max(seq) FROM journal WHERE type = ?", kind)[0][0])

    def append(self, kind: EntryType, data: Mapping[str, Any], hub: SigningKeys) -> None:
        """Append an entry of one's own, and seal it by a key."""
        self._append(make_line(self.head(), kind, AT_MS, data), kind, None, hub)

    def append_record(self, signed: SignedRecord, kind: RecordType, hub: SigningKeys) -> None:
        """Append a till's record as if it had been taken in, and seal it by a key."""
        body = signed.body.encode()
        record = read_record(signed.body)
        data = {"chain": record.chain, "seq": record.seq, "digest": canon.digest(body)}
        data |= {"signatures": signed.signatures, "type": kind}
        place = Place(record.chain, record.seq, kind.value, record.type_seq)
        line = make_line(self.head(), EntryType.TAKEN, AT_MS, data, body)
        self._append(line, EntryType.TAKEN, place, hub)

    def _append(self, line: Line, kind: EntryType, place: Place | None, hub: SigningKeys) -> None:
        head = Head(self.head().chain, line.seq, line.digest)
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            rows.add(db, kind.value, line, place)
            rows.add_seal(db, line.seq, make_seal(head, EPOCH, AT_MS, Signer(hub)))

    def sign_anew(
        self, digests: dict[int, str], hub: SigningKeys, sealed: tuple[int, int] = EVERY
    ) -> None:
        """Put other seals under lines, from one up to another."""
        signer = Signer(hub)
        sql = "SELECT seq, body FROM journal_seal WHERE seq BETWEEN ? AND ?"
        for seq, body in self.rows(sql, *sealed):
            stated = canon.read_canonical(body.encode())
            stated["keys"] = dict(signer.keys)
            stated["digest"] = digests.get(seq, stated["digest"])
            seal: SignedRecord = signer.sign(canon.canonical(stated))
            signatures = f'{{"{ED25519}":"{seal.signatures[ED25519]}"}}'
            self.run(
                (
                    "UPDATE journal_seal SET body = ?, signatures = ? WHERE seq = ?",
                    (seal.body, signatures, seq),
                )
            )


def a_day(folder: Path) -> Ledger:
    """Return a closed shop after its day: made once in a process, and copied."""
    ledger, content = _day()
    return ledger.copied(folder, content)


@cache
def _day() -> tuple[Ledger, bytes]:
    with TemporaryDirectory() as scratch:
        ledger = Ledger(Path(scratch)).day()
        return ledger, ledger.path.read_bytes()
