"""Making archives: what is in them, of which lines, and that a full disk leaves nothing half."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import commands as c
from common.journal import canon
from common.journal.record import Signer
from common.models import CustomerRef, Payment, TicketLine
from common.money import vat_lines
from common.rules import ticket_line, total_cents
from hub.archive import verifier
from hub.archive.making import Maker
from hub.archive.spans import Span
from hub.archive.writing import ArchiveError
from hub.local import run_locally
from tests.hub.archive.rig import Archives, archives, found, identify, pack, parts
from tests.hub.journals import HUB, signing_keys
from tests.hub.papers import ticket
from tests.hub.shop import EPOCH, START_MS
from tests.tamper.ledger import Ledger

resource = pytest.importorskip("resource")
__all__ = ["archives"]


def table(path: Path, name: str) -> list[dict[str, str]]:
    """Return a table as an accountant's program reads it."""
    text = parts(path)[name].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def lines(path: Path) -> list[verifier.Line]:
    return list(verifier.read_lines(str(path)))


def test_every_line_and_seal_is_in_it_byte_for_byte(archives: Archives) -> None:
    path = archives.make().path
    kept = archives.ledger.rows(
        "SELECT seq, entry, digest, record FROM journal WHERE seq <= 15 ORDER BY seq"
    )
    assert [tuple(line) for line in lines(path)] == kept
    seals = archives.ledger.rows("SELECT seq, body, signatures FROM journal_seal WHERE seq <= 15")
    written = [json.loads(text) for text in parts(path)[verifier.SEALS].splitlines()]
    assert [(one["seq"], one["body"], one["signatures"]) for one in written] == [
        (seq, body, json.loads(signatures)) for seq, body, signatures in seals
    ]


def test_the_tables_say_what_was_sold(tmp_path: Path) -> None:
    """A discount, a weight, a label that is a formula, two payments, a quote, a line break."""
    ledger = Ledger(tmp_path)
    sold = (
        replace(ticket_line("", '=SUM(A1) "x";\ny', 1500, 1000, 550), code="123"),
        replace(ticket_line("", "Pain", 1000, 120, 2000), discount_cents=20, total_cents=100),
    )
    paid = ticket(ledger.tills[0], 1, sold)
    paid = replace(paid, payments=(Payment("cash", 600, 1000), Payment("card", 1000, 1000)))
    assert (total_cents(sold), paid.vat) == (
        1600,
        vat_lines((line.vat_bp, line.total_cents) for line in sold),
    )
    ledger.shop.accept(
        ledger.tills[0].send("sale.record", ledger.pens[0].sale(paid), 2),
        ledger.tills[1].send("sale.record", c.SaleRecord(ticket(ledger.tills[1], 7, sold[1:])), 1),
    )
    ledger.shop.close()
    path = Archives(tmp_path, ledger).make().path
    first, second = table(path, "csv/tickets.csv")
    assert first == {
        "ligne_journal": "4",
        "etat": "valide",
        "type": "vente",
        "caisse": "till 1",
        "serie": "T1",
        "numero": "1",
        "ticket_rembourse": "",
        "motif": "",
        "date": "2026-03-03",
        "heure": "14:52:00",
        "date_comptable": "2026-03-03",
        "recu_le_utc": "2026-03-03 13:52:00",
        "operateur": "Amélie",
        "nombre_lignes": "2",
        "total_ht": "15,05",
        "total_tva": "0,95",
        "total_ttc": "16,00",
        "logiciel": "comptoir 0.1.0",
        "id_ticket": paid.id,
        "chaine": f"{1:032x}",
        "numero_chaine": "2",
    }
    assert (second["etat"], second["numero"], second["chaine"]) == ("non_signe", "7", "")
    goods = table(path, "csv/lignes.csv")
    assert goods[0] == {
        "ligne_journal": "4",
        "id_ticket": paid.id,
        "position": "1",
        "code": "123",
        "libelle": '\'=SUM(A1) "x";\ny',
        "quantite": "1,500",
        "prix_unitaire_ttc": "10,00",
        "remise_ttc": "0,00",
        "taux_tva": "5,50",
        "montant_ht": "14,22",
        "montant_tva": "0,78",
        "montant_ttc": "15,00",
    }
    assert (goods[1]["remise_ttc"], goods[1]["montant_ttc"]) == ("0,20", "1,00")
    assert (goods[2]["montant_ht"], goods[2]["montant_tva"]) == ("", "")
    assert [(row["taux_tva"], row["base_ht"]) for row in table(path, "csv/tva.csv")] == [
        ("5,50", "14,22"),
        ("20,00", "0,83"),
        ("20,00", "0,83"),
    ]
    assert [
        (row["moyen"], row["montant"], row["donne"], row["rendu"])
        for row in table(path, "csv/paiements.csv")
    ][:2] == [("cash", "6,00", "10,00", "4,00"), ("card", "10,00", "10,00", "0,00")]
    assert found(path) == []


def test_a_table_says_whose_tickets_are_and_what_was_noted(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    whose = CustomerRef("c1" * 16, "ab" * 32)
    sold = ticket_line("", "Pain", 1000, 120, 550, note="cut")
    plain = ticket(ledger.tills[0], 1, (replace(sold, note=""),))
    noted = replace(ticket(ledger.tills[0], 2, (sold,)), customer=whose, note="=Friday")
    for paid in (plain, noted):
        ledger.shop.accept(ledger.tills[0].send("sale.record", ledger.pens[0].sale(paid), 2))
    ledger.shop.close()
    path = Archives(tmp_path, ledger).make().path
    rows = [tuple(row.values()) for row in table(path, "csv/mentions.csv")]
    assert rows == [
        ("5", noted.id, "0", whose.id, whose.commitment, "'=Friday"),
        ("5", noted.id, "1", "", "", "cut"),
    ]
    assert found(path) == []


def test_an_archive_of_before_there_were_customers_holds(archives: Archives) -> None:
    path = archives.make().path
    files = parts(path)
    del files["csv/mentions.csv"]
    manifest = json.loads(files[verifier.MANIFEST])
    del manifest["archive"]["files"]["csv/mentions.csv"]
    signed = Signer(HUB).sign(canon.canonical(manifest))
    files[verifier.MANIFEST] = signed.body.encode()
    files[verifier.SIGNATURE] = canon.canonical({"signatures": dict(signed.signatures)})
    pack(path, files)
    assert found(path) == []


def test_the_journal_says_that_it_was_made(archives: Archives) -> None:
    made = archives.make()
    ((body,),) = archives.ledger.rows("SELECT entry FROM journal WHERE type = 'archive'")
    assert canon.read_canonical(body)["data"] == {
        "first": 1,
        "last": 15,
        "last_digest": lines(made.path)[-1].digest,
        "manifest": canon.digest(parts(made.path)[verifier.MANIFEST]),
        "file": "a.zip",
        "by": "amelie",
        "holds": True,
    }
    assert archives.ledger.flaws() == ()


def test_it_says_so_once(archives: Archives) -> None:
    made = archives.make()
    replies: list[object] = []
    run_locally(archives.folder, [made.command, made.command], replies.append)
    assert archives.ledger.rows("SELECT count(*) FROM journal WHERE type = 'archive'") == [(1,)]


def test_an_archive_of_other_lines_is_not_noted(archives: Archives) -> None:
    kind, args = archives.make().command
    refused: list[Any] = []
    for other in ({"last_digest": "0" * 64}, {"last": 99}, {"first": 16}):
        run_locally(archives.folder, [(kind, {**args, **other})], refused.append)
    assert [reply.code for reply in refused] == ["archive_of_another"] * 3


def test_an_archive_may_hold_what_says_that_one_was_made(archives: Archives) -> None:
    archives.make("1.zip")
    archives.make("2.zip")
    path = archives.make("3.zip").path
    kinds = [json.loads(line.entry)["type"] for line in lines(path)]
    assert kinds.count("archive") == 2
    assert found(path) == []


# Of which lines.


@pytest.mark.parametrize(("up_to", "last"), [(None, 15), (15, 15), (99, 15), (6, 4), (4, 4)])
def test_it_ends_where_the_hub_has_signed(archives: Archives, up_to: int | None, last: int) -> None:
    """The line asked for, or the last one before it that ends a commit."""
    made = archives.make(span=Span(up_to))
    assert (made.said.first, made.said.last) == (1, last)
    assert found(made.path) == []


def day_ms(year: int, month: int, day: int) -> int:
    return round(datetime(year, month, day).timestamp() * 1000)  # noqa: DTZ001


@pytest.fixture
def years(tmp_path: Path) -> Archives:
    """Return a shop that sold in December 2024, in 2025, and in January and March 2026."""
    ledger = Ledger(tmp_path)
    for moment in ((2024, 12, 31), (2025, 1, 1), (2025, 6, 5), (2026, 1, 31), (2026, 3, 1)):
        ledger.shop.clock.ms = day_ms(*moment) + 3_600_000
        ledger.sell(0)
        ledger.sell(1)
    ledger.shop.close()
    return Archives(tmp_path, ledger)


def test_periods_leave_nothing_out_and_share_nothing(years: Archives) -> None:
    spans = []
    for number, period in enumerate(("2024", "2025", "2026-01", "2026-03")):
        made = years.make(f"{number}.zip", Span(period=period))
        spans.append((made.said.first, made.said.last))
        assert found(made.path) == []
        dates = {row["date"][: len(period)] for row in table(made.path, "csv/tickets.csv")}
        assert dates == {period}
    assert spans[0][0] == 1
    assert [first for first, _ in spans[1:]] == [last + 1 for _, last in spans[:-1]]


@pytest.mark.parametrize("period", ["2023", "2026-02", "2027", "2025-12"])
def test_a_period_without_lines_is_said(years: Archives, period: str) -> None:
    with pytest.raises(ArchiveError) as raised:
        years.make(span=Span(period=period))
    assert raised.value.problem.code == "archive_nothing"


@pytest.mark.parametrize("period", ["2026-13", "2026-00", "0000", "26", "2026-3", "x", "9999999"])
def test_what_is_no_period_is_said(years: Archives, period: str) -> None:
    with pytest.raises(ArchiveError) as raised:
        years.make(span=Span(period=period))
    assert raised.value.problem.code == "archive_period"


def test_the_last_year_there_is_is_a_period(years: Archives) -> None:
    with pytest.raises(ArchiveError) as raised:
        years.make(span=Span(period="9999"))
    assert raised.value.problem.code in ("archive_nothing", "archive_period")


def test_a_year_is_verified_without_the_years_before_it(years: Archives) -> None:
    """Till's chains, keys and totals go on from what the manifest says, gaps included."""
    years.make("0.zip", Span(period="2024"))
    path = years.make("1.zip", Span(period="2025")).path
    report = verifier.verify(str(path))
    assert report.holds
    assert report.stated["totals"]["before"]["tickets"] == 2
    assert report.totals["tickets"] == 6
    assert report.signatures.checked["ed25519", "tills"] == 4


def test_what_comes_late_into_a_gap_is_verified_across_archives(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.sell(0)
    kept = ledger.pens[0].sale(ticket(ledger.tills[0], 2, _one(ledger)))
    ledger.numbers[0] = 2
    ledger.sell(0)
    ledger.shop.close()
    archives = Archives(tmp_path, ledger)
    first = archives.make("1.zip").path
    ledger.shop.reopen()
    ledger.shop.accept(ledger.tills[0].send("sale.record", kept, 2))
    ledger.sell(0)
    ledger.shop.close()
    last = verifier.verify(str(first)).stated["last"]
    archives.purge(first)
    made = archives.make("2.zip")
    assert (made.said.first, made.faults) == (last + 1, ())
    assert found(made.path) == []
    chain = verifier.verify(str(made.path)).stated["base"]["chains"][0]
    assert list(chain["gaps"]) == ["3"]


def _one(ledger: Ledger) -> tuple[TicketLine, ...]:
    return (ticket_line("", "x", 1000, 100, 550),)


# A journal that does not hold, or was put back.


def test_a_journal_that_does_not_hold_is_archived_and_the_archive_says_so(
    archives: Archives,
) -> None:
    seq = archives.ledger.sale_line(0, 3)
    archives.ledger.change_record(seq, '"label":"', '"label":"x')
    made = archives.make()
    assert [(one.seq, one.fault) for one in made.faults] == [(seq, "record")]
    assert made.said.holds is False
    report = verifier.verify(str(made.path))
    assert report.stated["findings"] == [{"seq": seq, "code": "record", "where": ""}]
    assert [(one.seq, one.code) for one in report.found.sorted()] == [(seq, "record")]


@pytest.mark.parametrize("column", ["entry", "record"])
def test_bytes_that_are_no_text_are_archived_as_they_are(archives: Archives, column: str) -> None:
    seq = archives.ledger.sale_line(0, 3)
    archives.ledger.run((f"UPDATE journal SET {column} = ? WHERE seq = ?", (b"\xff\x00{", seq)))
    made = archives.make()
    assert made.said.holds is False
    (line,) = (line for line in lines(made.path) if line.seq == seq)
    assert getattr(line, column) == b"\xff\x00{"
    assert found(made.path)[0][0] == seq


def test_a_seal_that_is_garbage_stops_no_archive(archives: Archives) -> None:
    archives.ledger.run("UPDATE journal_seal SET signatures = 'x' WHERE seq = 4")
    archives.ledger.run("UPDATE journal_seal SET body = '{' WHERE seq = 9")
    made = archives.make()
    assert made.faults[0].seq == 2
    assert {code for _, code, _ in found(made.path)} == {"seal"}


def test_a_database_that_was_put_back_is_archived_and_verified(tmp_path: Path) -> None:
    """Its line `restored`, and seals under two epochs."""
    ledger = Ledger(tmp_path)
    ledger.sell(0)
    ledger.put_back_yesterday()
    path = Archives(tmp_path, ledger).make().path
    assert found(path, HUB.public.hex()) == []
    kinds = [json.loads(line.entry)["type"] for line in lines(path)]
    assert kinds.count("restored") == 1
    epochs = {json.loads(json.loads(text)["body"])["epoch"] for text in _seals(path)}
    assert epochs == {EPOCH, "7" * 32}


def _seals(path: Path) -> list[bytes]:
    return parts(path)[verifier.SEALS].splitlines()


# Files.


def left(folder: Path) -> set[str]:
    """Return what lies in a folder, without SQLite's own files beside the database."""
    return {path.name for path in folder.iterdir() if not path.name.startswith("comptoir.db-")}


def test_what_is_there_is_never_overwritten(archives: Archives, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"mine")
    before = left(tmp_path)
    with pytest.raises(ArchiveError) as raised:
        archives.make()
    assert raised.value.problem.code == "file_exists"
    assert (tmp_path / "a.zip").read_bytes() == b"mine"
    assert left(tmp_path) == before


def test_a_link_that_leads_nowhere_is_something_that_is_there(
    archives: Archives, tmp_path: Path
) -> None:
    (tmp_path / "a.zip").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ArchiveError) as raised:
        archives.make()
    assert raised.value.problem.code == "file_exists"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("absent/a.zip", "archive_unwritable"),
        ("hub.toml/a.zip", "archive_unwritable"),
        ("a\n.zip", "path_unusable"),
        ("x" * 250, "path_unusable"),
    ],
)
def test_where_nothing_can_be_written(archives: Archives, name: str, code: str) -> None:
    before = left(archives.root)
    with pytest.raises(ArchiveError) as raised:
        archives.make(name)
    assert raised.value.problem.code == code
    assert left(archives.root) == before


@contextmanager
def room(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 1, 1000, 2000, 15_000, 20_000, 21_000, 22_000])
def test_a_full_disk_leaves_nothing_behind(archives: Archives, size: int) -> None:
    before = left(archives.root)
    maker = Maker(archives.folder, "amelie", START_MS)
    with closing(sqlite3.connect(archives.ledger.path)) as db:
        db.execute("SELECT count(*) FROM journal").fetchone()  # What SQLite needs beside is there.
        with room(size), pytest.raises(ArchiveError) as raised:
            maker.make(Span(), archives.root / "a.zip")
    assert raised.value.problem.code == "archive_unwritable"
    assert left(archives.root) == before
    assert archives.ledger.rows("SELECT count(*) FROM journal WHERE type = 'archive'") == [(0,)]
    assert found(archives.make().path) == []


def test_only_its_owner_reads_it(archives: Archives) -> None:
    assert archives.make().path.stat().st_mode & 0o777 == 0o600


def test_another_hubs_key_makes_an_archive_that_says_so(archives: Archives) -> None:
    """The journal was sealed by the key of then; whoever archives has another one."""
    other = signing_keys(9)
    identify(archives.folder, other)
    made = Maker(archives.folder, "x", START_MS).make(Span(), archives.root / "a.zip")
    assert next((one.seq, one.fault) for one in made.faults) == (1, "foreign")
    assert found(made.path) == [(0, "manifest_key", verifier.MANIFEST)]
    # Who knows that key, and trusts it, has the rest verified.
    assert found(made.path, other.public.hex()) == []
    assert found(made.path, HUB.public.hex()) == [
        (0, "manifest_pinned", verifier.MANIFEST),
        (0, "manifest_key", verifier.MANIFEST),
    ]
