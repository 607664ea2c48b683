"""A journal in which somebody has written garbage stops no sale: the hub starts, and sells on."""

from pathlib import Path
from shutil import copyfile

import pytest

from hub.journal_verify import verify_file
from tests.hub.archive.busy import NEXT, STEP, Busy, busy_days
from tests.hub.archive.rig import Archives, identify
from tests.tamper.ledger import Ledger


@pytest.fixture(scope="module")
def purged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a journal with everything in it, purged in the midst of it."""
    folder = tmp_path_factory.mktemp("purged")
    archives = Archives(folder, busy_days(folder))
    identify(archives.folder, NEXT, (STEP,))
    archives.make("1.zip")
    archives.purge(archives.make("2.zip").path)
    return archives.ledger.path


LINES = 46


@pytest.mark.parametrize("column", ["entry", "record"])
@pytest.mark.parametrize("purge", [False, True], ids=["", "purged"])
def test_a_line_of_garbage(tmp_path: Path, purged: Path, column: str, purge: bool) -> None:
    """Whichever line it is: the journal says that it does not hold, and tills sell."""
    if purge:
        ledger = Busy(tmp_path).ledger
        ledger.shop.close()
        copyfile(purged, ledger.path)
        ledger.shop.keys = Busy.sealed_by
    else:
        ledger = busy_days(tmp_path)
    copyfile(ledger.path, tmp_path / "sound.db")
    seqs = [seq for (seq,) in ledger.rows(f"SELECT seq FROM journal WHERE {column} IS NOT NULL")]
    for seq in seqs:
        copyfile(tmp_path / "sound.db", ledger.path)
        ledger.run((f"UPDATE journal SET {column} = ? WHERE seq = ?", (b"{\xff", seq)))
        sells_on(ledger)
        assert verify_file(ledger.path, NEXT.public).flaws, seq


def test_a_seal_of_garbage(tmp_path: Path) -> None:
    ledger = busy_days(tmp_path)
    ledger.run("UPDATE journal_seal SET body = '{' WHERE seq = (SELECT max(seq) FROM journal)")
    sells_on(ledger)
    assert verify_file(ledger.path, NEXT.public).flaws


def sells_on(ledger: Ledger) -> None:
    """Start the hub, and sell at a till."""
    ledger.shop.reopen()
    before = ledger.shop.one("SELECT count(*) FROM ticket")
    ledger.tills[1].n = ledger.shop.one(
        "SELECT last_n FROM outbox WHERE id = ?", ledger.tills[1].outbox
    )
    ledger.sell(1)
    assert ledger.shop.one("SELECT count(*) FROM ticket") == before + 1
    ledger.shop.close()
