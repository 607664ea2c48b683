"""Everything one could do to an archive, or to the journal under cover of a purge; what names it.

Each docstring is a line of the table in `docs/fiscal.md`: what is done, colon, what comes of it.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from common.journal import canon
from common.journal.record import Signer
from common.succession import Succession, vouch
from hub.archive import verifier
from hub.archive.purging import Plan
from hub.journal_verify import verify_file
from tests.hub.archive.busy import NEXT, STEP, busy_days
from tests.hub.archive.rig import (
    VERIFIER,
    Archives,
    archives,
    change,
    found,
    identify,
    pack,
    parts,
    run,
    run_json,
    state_anew,
)
from tests.hub.journals import HUB, signing_keys
from tests.hub.shop import START_MS

pytestmark = pytest.mark.tamper
__all__ = ["archives"]
ANOTHER = Signer(signing_keys(99))


def edited(path: Path, seq: int, old: bytes, new: bytes) -> Path:
    """Change the record in one line of an archive."""

    def edit(lines: bytes) -> bytes:
        return b"".join(
            line.replace(old, new) if line_seq(line) == seq else line
            for line in lines.splitlines(keepends=True)
        )

    return change(path, verifier.LINES, edit)


def line_seq(line: bytes) -> int:
    return int(json.loads(line)["seq"])


def lines_found(path: Path) -> list[tuple[int, str]]:
    """Return (line, code) of what an isolated verifier finds in the journal."""
    code, report = run_json(path, cwd=Path("/"))
    assert code == 1
    return [(one["seq"], one["code"]) for one in report["findings"] if one["seq"]]


@pytest.mark.parametrize("stated", [False, True], ids=["as it is", "manifest computed anew"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb"\"total_cents\":", rb"\"total_cents\":1"),
        (rb"\"label\":\"", rb"\"label\":\"x"),
        (rb"\"vat_bp\":", rb"\"vat_bp\":2"),
        (rb"\"method\":\"cash\"", rb"\"method\":\"card\""),
        (rb"\"utc_offset_min\":60", rb"\"utc_offset_min\":0"),
    ],
    ids=["amount", "label", "rate", "payment", "time"],
)
def test_a_record_is_changed(archives: Archives, old: bytes, new: bytes, stated: bool) -> None:
    """A record is changed in an archive, its manifest computed anew or not: the record is named."""
    path = archives.make().path
    seq = archives.ledger.sale_line(1, 3)
    edited(path, seq, old, new)
    if stated:
        state_anew(path)
    assert lines_found(path)[0] == (seq, "record")


@pytest.mark.parametrize("stated", [False, True])
@pytest.mark.parametrize("name", list(verifier.TABLES))
def test_an_amount_is_changed_in_a_table(tmp_path: Path, name: str, stated: bool) -> None:
    """An amount is changed in a table of an archive only: its line of the journal is named."""
    archives = Archives(tmp_path, busy_days(tmp_path))
    identify(archives.folder, NEXT, (STEP,))
    path = archives.make().path
    rows = parts(path)[name].splitlines(keepends=True)
    place = next(n for n, row in enumerate(rows) if n > 1 and b"," in row)
    row = rows[place]
    changed = [*rows[:place], row.replace(b",", b"1,", 1), *rows[place + 1 :]]
    change(path, name, lambda _: b"".join(changed))
    if stated:
        state_anew(path)
    assert lines_found(path) == [(int(row.split(b";")[0]), "csv")]


@pytest.mark.parametrize("end", ["taken away", "added"])
def test_a_row_of_a_table(archives: Archives, end: str) -> None:
    """The last row of a table is taken away, or one is added: the line is named."""
    path = archives.make().path

    def edit(table: bytes) -> bytes:
        rows = table.splitlines(keepends=True)
        return b"".join(rows[:-1] if end == "taken away" else [*rows, rows[-1]])

    change(path, "csv/tickets.csv", edit)
    state_anew(path)
    assert [code for _, code in lines_found(path)] == ["csv"]


@pytest.mark.parametrize("stated", [False, True])
def test_a_line_is_taken_away(archives: Archives, stated: bool) -> None:
    """A line is taken out of an archive: the number that is gone is named."""
    path = archives.make().path
    seq = archives.ledger.sale_line(0, 3)
    change(
        path,
        verifier.LINES,
        lambda text: b"".join(
            line for line in text.splitlines(keepends=True) if line_seq(line) != seq
        ),
    )
    if stated:
        state_anew(path)
    assert lines_found(path)[0] == (seq, "sequence")


def test_the_end_is_cut_off(archives: Archives) -> None:
    """The last lines are cut off an archive, seals and manifest with them: the manifest's signature
    does not hold, and what it states is not there."""
    path = archives.make().path
    change(path, verifier.LINES, lambda text: b"".join(text.splitlines(keepends=True)[:-3]))
    change(path, verifier.SEALS, lambda text: b"".join(text.splitlines(keepends=True)[:-3]))
    state_anew(path)
    assert {"manifest_signature", "manifest"} <= {code for _, code, _ in found(path)}


def test_the_manifest_is_computed_anew(archives: Archives) -> None:
    """Files are changed, the manifest computed anew, all zipped again: its signature does not
    hold."""
    path = archives.make().path
    change(path, "README.txt", lambda text: text + b"!")
    assert found(path) == [(0, "file_digest", "README.txt")]
    state_anew(path)
    assert found(path) == [(0, "manifest_signature", verifier.MANIFEST)]


def test_the_manifest_is_signed_by_another_key(archives: Archives) -> None:
    """The same, signed by another key, put in the place of the hub's or not: no key of the journal
    leads to it."""
    path = archives.make().path
    change(path, "README.txt", lambda text: text + b"!")
    state_anew(path, ANOTHER)
    assert found(path) == [(0, "manifest_signature", verifier.MANIFEST)]
    with_the_key_in_it(path, ANOTHER)
    assert found(path) == [(0, "manifest_key", verifier.MANIFEST)]
    assert (0, "manifest_pinned", verifier.MANIFEST) in found(path, HUB.public.hex())


def with_the_key_in_it(path: Path, signer: Signer) -> None:
    """Put a key among the archive's keys, in the place of the hub's, and sign by it."""
    keys = canon.read_canonical(parts(path)[verifier.KEYS])
    keys["signer"] = dict(signer.publics)
    change(path, verifier.KEYS, lambda _: canon.canonical(keys))
    state_anew(path, signer)


def test_the_hubs_key_is_said_to_lead_to_another(archives: Archives) -> None:
    """The same, with a made-up statement that the hub's key leads to that one: it is not signed,
    and named; nor does it help that the other key signs it."""
    original = archives.make().path.read_bytes()
    forged = [
        Succession(HUB.public.hex(), signing_keys(99).public.hex(), START_MS, "00" * 64),
        replace(vouch(signing_keys(99), HUB.public, 5), before=HUB.public.hex()),
    ]
    for number, said in enumerate(forged):
        path = archives.root / f"{number}.zip"
        path.write_bytes(original)
        keys = canon.read_canonical(parts(path)[verifier.KEYS])
        step = {**asdict(said), "after": signing_keys(99).public.hex()}
        keys["succession"] = [step]
        pack(path, {**parts(path), verifier.KEYS: canon.canonical(keys)})
        with_the_key_in_it(path, ANOTHER)
        assert found(path) == [(0, "manifest_key", verifier.MANIFEST)]


def test_the_verifier_is_replaced(archives: Archives, tmp_path: Path) -> None:
    """The verifier in an archive is replaced by one that is content with everything: it says that
    all holds, and only one that was taken from elsewhere says that it is not the one of then."""
    path = archives.make().path
    edited(path, archives.ledger.sale_line(0, 3), b"Article 1", b"Article 9")
    change(path, verifier.VERIFIER, lambda _: b"print('The archive holds.')\n")
    inside = tmp_path / "inside.py"
    inside.write_bytes(parts(path)[verifier.VERIFIER])
    assert "holds" in run(path, script=inside, cwd=Path("/")).stdout
    honest = run(path, "--lang", "en", script=VERIFIER, cwd=Path("/"))
    assert honest.returncode == 1
    assert "verifier.py: is not the file that was archived" in honest.stdout
    assert "The first bad record" in honest.stdout


@pytest.mark.parametrize(
    "edit",
    [
        lambda files: {**files, "secret.txt": b"x"},
        lambda files: {n: c for n, c in files.items() if n != "csv/tva.csv"},
    ],
    ids=["added", "missing"],
)
def test_a_file_more_or_less(
    archives: Archives, edit: Callable[[dict[str, bytes]], dict[str, bytes]]
) -> None:
    """A file is put into an archive, or taken out: it is named."""
    path = archives.make().path
    pack(path, edit(parts(path)))
    assert [code for _, code, _ in found(path)] in (["file_extra"], ["file_missing"])


def test_totals_are_changed(archives: Archives) -> None:
    """The totals in an archive are changed: they are named, whatever the manifest says."""
    path = archives.make().path
    change(path, verifier.TOTALS, lambda text: text.replace(b"3770", b"3769"))
    state_anew(path)
    assert (0, "totals", verifier.TOTALS) in found(path)


def test_a_base_is_made_up(archives: Archives) -> None:
    """An archive is said to begin later, with sums made up: the manifest's signature does not
    hold; signed by the hub's stolen key, the archive before it ends otherwise."""
    first = archives.make("1.zip").path
    archives.sell()
    archives.purge(first)
    second = archives.make("2.zip").path

    stated = canon.read_canonical(parts(second)[verifier.MANIFEST])
    totals = stated["archive"]["totals"]
    till, _ = stated["archive"]["base"]["books"]["day"]["parts"]["2026-03-03"].values()
    for sums in (till["totals"], totals["before"], totals["after"]):
        for name in ("net_cents", "absolute_cents"):
            sums[name] -= 1000
    change(second, verifier.MANIFEST, lambda _: canon.canonical(stated))
    change(second, verifier.TOTALS, lambda _: canon.canonical(totals))
    assert (0, "manifest_signature", verifier.MANIFEST) in found(second)
    state_anew(second, Signer(HUB))
    assert found(second) == []
    code, report = run_json(first, second, cwd=Path("/"))
    assert (code, [one["code"] for one in report["findings"]]) == (1, ["apart"])


# The journal, purged by other means.


def purged_by_sql(archives: Archives, last: int) -> None:
    archives.ledger.run(
        f"DELETE FROM journal WHERE seq <= {last} AND record IS NOT NULL",
        f"DELETE FROM journal_seal WHERE seq <= {last}",
    )


def test_a_purge_by_sql(archives: Archives) -> None:
    """Records are deleted by SQL as a purge would: the first that is gone is named."""
    archives.make()
    purged_by_sql(archives, 10)
    assert archives.ledger.flaws()[0].seq == 3


def test_more_goes_than_was_purged(archives: Archives) -> None:
    """More is deleted than the purge says: the first line that is gone is named."""
    made = archives.make()
    archives.sell()
    archives.purge(made.path)
    purged_by_sql(archives, 18)
    assert archives.ledger.flaws()[0].seq == 17


def test_a_purge_of_an_archive_that_never_was(archives: Archives) -> None:
    """A purge is written by whoever has the hub's stolen key, of an archive that never was: its
    line is named."""
    made = archives.make()
    with archives.purger() as purger:
        plan = purger.plan(made.path, 6)
        purger.carry_out(with_manifest(plan, "0" * 64))
    ((seq,),) = archives.ledger.rows("SELECT seq FROM journal WHERE type = 'purge'")
    flaws = archives.ledger.flaws()
    assert [(flaw.seq, flaw.text) for flaw in flaws] == [
        (seq, "names an archive that this journal never made")
    ]


def with_manifest(plan: Plan, manifest: str) -> Plan:
    return replace(plan, data=replace(plan.data, manifest=manifest))


def test_a_purge_that_the_hub_did_not_sign(archives: Archives) -> None:
    """A purge's line is written by SQL, without the hub's key: the hub has not signed it."""
    made = archives.make()
    with archives.purger() as purger:
        purger.carry_out(purger.plan(made.path, 6))
    ((seq,),) = archives.ledger.rows("SELECT seq FROM journal WHERE type = 'purge'")
    archives.ledger.run(f"DELETE FROM journal_seal WHERE seq >= {seq}")
    assert archives.ledger.flaws()[0].seq == seq


def test_the_purges_line_is_changed(archives: Archives) -> None:
    """What a purge says of the sums before it is changed: its line is named."""
    archives.purge(archives.make().path)
    ((seq, body),) = archives.ledger.rows("SELECT seq, entry FROM journal WHERE type = 'purge'")
    forged = bytes(body).replace(b'"net_cents":1885', b'"net_cents":1785')
    assert forged != body
    archives.ledger.run(("UPDATE journal SET entry = ? WHERE seq = ?", (forged, seq)))
    assert archives.ledger.flaws()[0].seq == seq


@pytest.mark.parametrize("garbage", [b"{}", b"", b'{"data":{}}'])
def test_the_purges_line_is_garbage(archives: Archives, garbage: bytes) -> None:
    """A purge's line is made unreadable: what it took out is missing then, from the first on."""
    archives.purge(archives.make().path)
    archives.ledger.run(("UPDATE journal SET entry = ? WHERE type = 'purge'", (garbage,)))
    report = verify_file(archives.ledger.path, HUB.public)
    assert report.flaws[0].seq == 3
    assert report.purged == 0


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("DELETE FROM journal WHERE seq = 2", "purge"),
        (
            "UPDATE journal SET entry = CAST(replace(entry, 'till', 'Till') AS BLOB) WHERE seq = 2",
            2,
        ),
        ("UPDATE journal SET record = x'7b7d' WHERE seq = 2", 2),
    ],
)
def test_a_line_that_a_purge_left(archives: Archives, sql: str, named: int | str) -> None:
    """A line that a purge has left is changed, given a record or deleted: it is named, or the purge
    that knows how many there were."""
    archives.purge(archives.make().path)
    ((purge,),) = archives.ledger.rows("SELECT seq FROM journal WHERE type = 'purge'")
    archives.ledger.run(sql)
    assert archives.ledger.flaws()[0].seq == (purge if named == "purge" else named)


def test_a_line_of_before_a_purge_is_put_in(archives: Archives) -> None:
    """A line is put in where a purge has taken some out: it is named, or the purge."""
    archives.purge(archives.make().path)
    archives.ledger.run(
        "INSERT INTO journal SELECT 7, type, chain, record_seq, record_type, type_seq, entry,"
        " digest, record FROM journal WHERE seq = 2"
    )
    assert archives.ledger.flaws()
