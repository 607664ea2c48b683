"""`comptoir-hub quarantine`, on a folder whose hub is stopped and beside one that runs."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from shop_processes import HubProcess, found_hub

from common import seal, wire
from common.commands import COMMANDS, SaleRecord
from common.ids import IdMint
from common.topics import Profile
from hub.changes import ChangeLogBook
from hub.cli import main
from hub.folder import Folder
from hub.journal import JournalBook
from hub.journal_keys import sealing_of
from hub.pipeline import Pipeline, Received
from hub.records import devices
from hub.service import now_ms
from hub.store import Store
from tests.forked import FORKED
from tests.hub.desk_bench import device
from tests.hub.papers import ticket
from tests.hub.shop import Post
from tests.hub.test_revoked import LINE

OLD_KINDS = {name: kind for name, kind in COMMANDS.items() if name != "sale.record"}
TILL = Post(device(1, Profile.TILL), "0a" * 16)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A hub's folder with a sale that an older hub did not know, and bytes that mean nothing."""
    folder = found_hub(tmp_path / "hub")
    store = Store.open(folder.database)
    with store.group() as db:
        devices.add_device(db, TILL.device)
    mint = IdMint(now_ms, seal.random_bytes)
    journal = JournalBook(store, sealing_of(folder), now_ms)
    pipeline = Pipeline(store, ChangeLogBook(store), journal, now_ms, mint, OLD_KINDS)
    till = Post(TILL.device, TILL.outbox)
    sold = till.send("sale.record", SaleRecord(ticket(till, 1, (LINE,))))
    batch = [sold, till.send_bytes(b"\xffjunk"), again(sold)]
    replies = [wire.decode(frame) for _, frame in pipeline.run(batch).answers]
    assert [reply.status.value for reply in replies] == ["quarantined"] * 3
    store.close()
    return folder


def again(sold: Received) -> Received:
    """Return the same number with other contents: two that only their hash tells apart."""
    body = sold.command.body + b" "
    command = sold.command._replace(body=body, body_hash=wire.body_hash(body))
    return sold._replace(command=command)


@pytest.fixture(params=["stopped", "running"])
def place(folder: Folder, request: pytest.FixtureRequest) -> Iterator[Folder]:
    if request.param == "stopped":
        yield folder
        return
    hub = HubProcess(folder, FORKED)
    try:
        yield folder
    finally:
        hub.end()


def run(folder: Folder, *arguments: str, lang: str = "en") -> Result:
    return CliRunner().invoke(
        main, ["--data", str(folder.root), "--lang", lang, "quarantine", *arguments]
    )


def listed(folder: Folder) -> dict[str, str]:
    """Return code → ref of what lies there."""
    done = run(folder, "--json")
    assert done.exit_code == 0, done.stderr
    return {row["code"]: row["ref"] for row in orjson.loads(done.stdout)}


def test_what_lies_there_is_shown_tried_again_and_closed(place: Folder) -> None:
    refs = listed(place)
    assert refs.keys() == {"unknown_command", "unreadable_command", "hash_mismatch"}
    table = run(place)
    assert all(ref in table.stdout for ref in refs.values())
    assert "sale.record" in table.stdout

    shown = run(place, "show", refs["unknown_command"])
    assert '"kind": "sale.record"' in shown.stdout
    assert "ff 6a 75 6e 6b" in run(place, "show", "0a0a0a0a-2").stdout

    both = run(place, "retry", "0a0a0a0a-1")
    assert both.exit_code == 1
    assert refs["unknown_command"] in both.stderr
    assert refs["hash_mismatch"] in both.stderr

    done = run(place, "retry", refs["unknown_command"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert run(place, "retry", refs["unknown_command"]).exit_code == 1

    unread = run(place, "retry", "0a0a0a0a-2")
    assert unread.exit_code == 1
    assert "could not be read" in unread.stderr
    assert run(place, "close", "0a0a0a0a-2").exit_code == 0
    ended = run(place, "show", "0a0a0a0a-2")
    assert "closed without effect" in ended.stdout
    assert listed(place).keys() == {"hash_mismatch"}
    assert run(place, "retry", refs["hash_mismatch"]).exit_code == 0
    assert "Nothing" in run(place).stdout


def test_a_retry_on_a_stopped_hub_is_a_sale_once(folder: Folder) -> None:
    refs = listed(folder)
    for code in ("unknown_command", "hash_mismatch"):
        assert run(folder, "retry", refs[code]).exit_code == 0
    store = Store.open(folder.database)
    assert store.db.execute("SELECT device_id FROM ticket").fetchall() == [(TILL.device.id,)]
    store.close()


@pytest.mark.parametrize(("lang", "said"), [("fr", "quarantaine"), ("en", "in quarantine")])
@pytest.mark.parametrize("ref", ["0a0a0a0a-9", "x", "", "0a0a0a0a-1-zz"])
def test_a_ref_that_means_nothing_is_said(folder: Folder, ref: str, lang: str, said: str) -> None:
    for command in ("show", "retry", "close"):
        done = run(folder, command, ref, lang=lang)
        assert done.exit_code == 1
        assert said in done.stderr


def test_help_is_in_the_persons_language(folder: Folder) -> None:
    assert "quarantaine" in run(folder, "--help", lang="fr").stdout
    assert "sans effet" in run(folder, "close", "--help", lang="fr").stdout
