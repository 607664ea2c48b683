"""`comptoir-hub journal` and what posts have seen: in words, in JSON, by files that are none."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from click.testing import Result

from common.seal import new_curve_keys
from hub.config import Settings, write_settings
from hub.folder import Folder
from tests.hub.journals import HUB
from tests.hub.seers import WatchedHub
from tests.hub.test_cli import failed, run


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[WatchedHub]:
    """Yield a hub whose folder is whole, as the command line needs it."""
    folder = Folder(tmp_path)
    write_settings(folder, Settings())
    folder.keys.mkdir(mode=0o700)
    secrets = {"identity": HUB.secret} | {
        name: new_curve_keys().secret for name in ("curve", "console")
    }
    for name, secret in secrets.items():
        key = folder.keys / f"{name}.key"
        key.touch(mode=0o600)
        key.write_text(secret.hex())
    hub = WatchedHub(tmp_path)
    hub.meet()
    hub.sell(times=2)
    hub.watch()
    yield hub
    hub.close()


def verify(hub: WatchedHub, *files: Path, lang: str = "en", json: bool = False) -> Result:
    witnesses = (option for file in files for option in ("--witness", str(file)))
    shown = ("--json",) if json else ()
    return run(hub.folder, "journal", "verify", *witnesses, *shown, lang=lang)


def test_witnesses_agree(hub: WatchedHub) -> None:
    files = [seer.hand_over() for seer in hub.seers]
    result = verify(hub, *files)
    assert (result.exit_code, result.stderr) == (0, "")
    line = hub.head_seq
    for name in ("till 1", "till 2", "office 3"):
        assert f"{name} has seen the journal up to line {line}; it agrees up to line {line}." in (
            result.stdout
        )
    assert "not signed by a post" not in result.stdout
    (said, *_) = orjson.loads(verify(hub, *files, json=True).stdout)["witnesses"]
    assert said["conflict"] is None
    assert said["signed"]


def swapped(hub: WatchedHub) -> int:
    """Put an older copy back by hand; return the first line that is gone."""
    copy = hub.copy()
    kept = hub.head_seq
    hub.sell(times=3)
    hub.watch()
    hub.put_back(copy)
    return kept + 1


def test_an_older_copy_is_named(hub: WatchedHub) -> None:
    first = swapped(hub)
    assert verify(hub).exit_code == 0
    file = hub.seers[2].hand_over()
    result = verify(hub, file)
    assert result.exit_code == 1
    said = f"The first bad record: line {first} office 3: is gone, though a witness has seen it"
    assert said in result.stdout
    assert "The journal does NOT hold." in result.stdout
    french = verify(hub, file, lang="fr").stdout
    assert f"ligne {first} office 3\u00a0: a disparu, alors qu’un témoin l’a vue" in french
    report = orjson.loads(verify(hub, file, json=True).stdout)
    flaw = report["flaws"][0]
    assert (flaw["line"], flaw["last"], flaw["where"]) == (first, 0, "office 3")
    (witness,) = report["witnesses"]
    assert (witness["conflict"], witness["after"], witness["by"]) == ("gone", first - 1, first)


def test_what_was_noted_is_shown_by_status_and_is_no_flaw(hub: WatchedHub) -> None:
    first = swapped(hub)
    hub.meet()
    status = run(hub.folder, "journal", "status")
    assert status.exit_code == 0
    for name in ("till 1", "till 2", "office 3"):
        assert f"contradicted by {name}: line {first}" in status.stdout
    view = orjson.loads(run(hub.folder, "journal", "status", "--json").stdout)
    assert [noted["after"] + 1 for noted in view["contradicted"]] == [first] * 3
    result = verify(hub)
    assert result.exit_code == 0
    assert "Contradicted by posts, it says itself: 3" in result.stdout
    assert len(orjson.loads(verify(hub, json=True).stdout)["contradicted"]) == 3
    told = run(hub.folder, "audit", "--action", "journal.contradicted", "--json").stdout
    trail = orjson.loads(told)
    assert [(entry["device"], entry["subject"]) for entry in trail] == [
        ("till 1", f"{first}"),
        ("till 2", f"{first}–{first + 1}"),
        ("office 3", f"{first}–{first + 2}"),
    ]
    assert "the journal is not what" in run(hub.folder, "audit").stdout


def test_one_of_several_lines_is_said_as_such(hub: WatchedHub) -> None:
    seer = hub.seers[0]
    low = hub.head_seq
    hub.sell(times=2)
    copy = hub.copy()
    kept = hub.head_seq
    hub.sell(times=2)
    seer.ping(hub)
    hub.put_back(copy)
    result = verify(hub, seer.hand_over())
    assert f"line {low + 1} to {kept + 1} (one of them) till 1: is gone" in result.stdout


def test_a_restore_is_said_and_is_no_flaw(hub: WatchedHub) -> None:
    copy = hub.copy()
    kept = hub.head_seq
    hub.sell(times=3)
    hub.watch()
    reached = hub.head_seq
    hub.put_back(copy)
    hub.begin_epoch()
    result = verify(hub, hub.seers[0].hand_over())
    assert result.exit_code == 0
    assert f"restored under line {kept + 1} kept it up to line {kept}; it had" in result.stdout
    assert f"reached line {reached}" in result.stdout
    hub.meet()
    status = run(hub.folder, "journal", "status").stdout
    assert f"till 1 had seen it reach line {reached}" in status


def test_a_backup_is_verified_before_a_hub_has_started_on_it(hub: WatchedHub) -> None:
    """Restored, and not started yet: the line that says so is not there, the new epoch is."""
    copy = hub.copy()
    hub.sell()
    hub.watch()
    file = hub.seers[0].hand_over()
    hub.put_back(copy)
    with hub.stopped():
        hub.set_epoch(f"{hub.clock.ms:016x}" + "7" * 16)
        assert verify(hub, file).exit_code == 0


def test_a_posts_own_file_is_compared_and_said_to_bear_no_signature(hub: WatchedHub) -> None:
    result = verify(hub, hub.seers[0].folder / "witness.jsonl")
    assert result.exit_code == 0
    assert "Its file is not signed by a post that this journal knows" in result.stdout


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"", "it is empty"),
        (b"PK\x03\x04 an archive", "line 1"),
        (b'{"comptoir_export":1}\n', "line 1"),
    ],
)
def test_a_file_that_is_none_is_said_by_name_and_reason(
    hub: WatchedHub, content: bytes | None, reason: str
) -> None:
    file = hub.folder / "what.jsonl"
    if content is not None:
        file.write_bytes(content)
    said = failed(verify(hub, file))
    assert str(file) in said
    assert reason in said
    assert "comptoir-kiosk journal heads --out FILE" in said
