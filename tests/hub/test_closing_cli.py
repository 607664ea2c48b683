"""`comptoir-hub journal close`, `closings`, `totals`, on the folder of a hub that is stopped."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from random import Random

import orjson
import pytest

from common.ids import IdMint
from common.rules import ticket_line
from common.topics import Profile
from hub.changes import ChangeLogBook
from hub.folder import Folder
from hub.journal import JournalBook
from hub.journal_keys import sealing_of
from hub.pipeline import Pipeline
from hub.records import devices
from hub.store import Store
from tests.hub.journals import Pen
from tests.hub.papers import ticket
from tests.hub.shop import START_MS, Clock, Post, answers, device_of
from tests.hub.test_cli import failed, made, run
from tests.hub.test_people_cli import done

LINES = (ticket_line("", "Pain", 1000, 125, 550), ticket_line("", "Sac", 2000, 250, 2000))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return made(tmp_path / "hub")


class Seller:
    """A till that sells to a stopped hub's folder, in the hub's own process."""

    def __init__(self, root: Path) -> None:
        self.folder = Folder(root)
        self.clock = Clock()
        self.mint = IdMint(self.clock.now_ms, Random(1).randbytes)
        device = device_of(1, "Caisse 1", Profile.TILL)
        self.post = Post(device, "0b" * 16, mint=self.mint)
        self.pen = Pen(1, device.id)
        self.number = 0
        with_store(self.folder, lambda store: devices.add_device(store.db, device))

    def sell(self, *at_ms: int) -> None:
        """Sell two articles at each moment."""

        def enter(store: Store) -> None:
            log, now_ms = ChangeLogBook(store), self.clock.now_ms
            journal = JournalBook(store, sealing_of(self.folder), now_ms)
            pipeline = Pipeline(store, log, journal, now_ms, self.mint)
            for moment in at_ms:
                self.number += 1
                sold = ticket(self.post, self.number, LINES, at_ms=moment)
                sent = self.post.send("sale.record", self.pen.sale(sold), 2)
                (reply,) = answers(pipeline.run([sent]))
                assert reply.status == "accepted"

        with_store(self.folder, enter, group=False)


def with_store(folder: Folder, do: Callable[[Store], None], group: bool = True) -> None:
    store = Store.open(folder.database)
    try:
        if group:
            with store.group():
                do(store)
        else:
            do(store)
    finally:
        store.close()


@pytest.fixture
def seller(root: Path) -> Seller:
    return Seller(root)


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "Rien n’est clos encore."), ("en", "Nothing is closed yet.")]
)
def test_nothing_is_closed_at_first(root: Path, lang: str, said: str) -> None:
    assert said in done(run(root, "journal", "closings", lang=lang))
    days = ("--from", "2026-03-01", "--to", "2026-03-31")
    assert said in done(run(root, "journal", "totals", *days, lang=lang))


def test_a_day_is_closed_by_hand_and_listed(root: Path, seller: Seller) -> None:
    seller.sell(START_MS, START_MS + 60_000)
    (day,) = orjson.loads(done(run(root, "journal", "close", "--json")))
    assert (day["number"], day["made"], day["totals"]["tickets"]) == (1, "hand", 2)
    said = done(run(root, "journal", "close", "--period", "year"))
    named = [line.partition(",")[0] for line in said.splitlines() if line[0] != " "]
    assert named == ["Month 1", "Year 1"]
    seller.sell(START_MS)
    said = done(run(root, "journal", "close", "--period", "month", lang="fr"))
    assert "Jour 2" in said
    assert "Mois 2" in said
    assert "mode dégradé" in said
    listed = orjson.loads(done(run(root, "journal", "closings", "--json")))
    assert [(one["period"], one["number"]) for one in listed] == [
        *(("day", 1), ("month", 1), ("year", 1), ("day", 2), ("month", 2)),
    ]
    table = done(run(root, "journal", "closings", lang="fr"))
    assert "Jour 2" in table
    assert "Caisses muettes" in table
    assert "holds" in done(run(root, "journal", "verify"))
    trail = orjson.loads(done(run(root, "audit", "--action", "journal.close", "--json")))
    assert [entry["subject"] for entry in trail] == [
        "day-1",
        "month-1",
        "year-1",
        "day-2",
        "month-2",
    ]


def test_a_days_totals_are_exported_as_spreadsheets_read_them(root: Path, seller: Seller) -> None:
    seller.sell(START_MS, START_MS + 60_000)
    done(run(root, "journal", "close"))
    seller.sell(START_MS + 120_000)
    done(run(root, "journal", "close"))
    seller.sell(START_MS)
    days = ("--from", "2026-03-01", "--to", "2026-03-31")
    out = root / "mars.csv"
    said = done(run(root, "journal", "totals", *days, "--out", str(out), lang="fr"))
    assert "Enregistrements encore dans aucune clôture\u00a0: 1." in said
    assert out.stat().st_mode & 0o077 == 0
    written = out.read_text("utf-8")
    assert written.startswith("\ufeffDate;Taux de TVA (%);HT;TVA;TTC;")
    rows = list(csv.reader(io.StringIO(written.removeprefix("\ufeff")), delimiter=";"))
    assert rows[1:] == [
        ["2026-03-03", "5,50", "3,54", "0,21", "3,75", "1,18", "0,07", "1,25", "1 2"],
        ["2026-03-03", "20,00", "12,51", "2,49", "15,00", "4,17", "0,83", "5,00", "1 2"],
    ]
    again = run(root, "journal", "totals", *days, "--out", str(out))
    assert "is there already" in failed(again)
    assert out.read_text("utf-8") == written
    english = root / "march.csv"
    done(run(root, "journal", "totals", *days, "--out", str(english)))
    assert english.read_text("utf-8-sig").splitlines()[1].startswith("2026-03-03;5.50;3.54;")
    table = done(run(root, "journal", "totals", *days))
    assert "12.51" in table
    found = orjson.loads(done(run(root, "journal", "totals", *days, "--json")))
    (day,) = found["days"]
    assert (day["net_cents"], day["late"]["net_cents"], day["closings"]) == (1875, 625, [1, 2])
    assert found["records_open"] == 1
    none = ("--from", "2026-04-01", "--to", "2026-04-30")
    assert orjson.loads(done(run(root, "journal", "totals", *none, "--json")))["days"] == []


@pytest.mark.parametrize(
    "days", [("2026-13-01", "2026-03-31"), ("2026-03-01", "31/03/2026"), ("", "2026-03-31")]
)
def test_a_day_that_is_none_is_refused(root: Path, days: tuple[str, str]) -> None:
    said = run(root, "journal", "totals", "--from", days[0], "--to", days[1])
    assert said.exit_code == 2
    assert "2026-03-01" in said.stderr


@pytest.mark.parametrize(("lang", "said"), [("fr", "aucun jour"), ("en", "no day")])
def test_days_are_named_in_their_order(root: Path, lang: str, said: str) -> None:
    days = ("--from", "2026-03-31", "--to", "2026-03-01")
    assert said in failed(run(root, "journal", "totals", *days, lang=lang))


@pytest.mark.parametrize(
    "out", ["nowhere/march.csv", "mar\x1b[2Jch.csv"], ids=["no folder", "no plain name"]
)
def test_a_file_that_cannot_be_is_refused(root: Path, out: str) -> None:
    days = ("--from", "2026-03-01", "--to", "2026-03-31")
    assert "cannot be used" in failed(
        run(root, "journal", "totals", *days, "--out", str(root / out))
    )


@pytest.mark.parametrize("command", [("close",), ("closings",), ("totals",)])
def test_without_a_hub_each_says_so(tmp_path: Path, command: tuple[str, ...]) -> None:
    days = ("--from", "2026-03-01", "--to", "2026-03-31") if command == ("totals",) else ()
    assert "no hub" in failed(run(tmp_path, "journal", *command, *days))
