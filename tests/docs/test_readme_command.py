"""The README's new command, done: its lines are put where it says, and the command is taken."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.docs import pages

# A file in bold, some words, and the lines that go there.
STEP = re.compile(r"^\*\*`([^`]+)`\*\*: [^\n]*(?:\n[^\n]+)*\n\n```python\n(.*?)^```$", re.M | re.S)
# Where a line of a table goes: behind the one that opens the table.
TABLES = {
    "common/commands.py": "COMMANDS: Final = _command_table(\n",
    "hub/commands/__init__.py": "HANDLERS: Final[Mapping[str, Handler]] = {\n",
}
TRY = """
import sys
from dataclasses import asdict
from pathlib import Path
from common.commands import CatalogueEntry
from common.models import decode_row, Article
from common.messages import Status
from hub.config import Settings, NetworkSettings
from hub.folder import Folder
from hub.local import run_locally
from hub.service import found
from hub.store import Store

folder = Folder(Path(sys.argv[1]))
found(folder, Settings(network=NetworkSettings(announce=False)))
entry = CatalogueEntry("3017620422003", "Pate", "Epicerie", 345, 550)
replies = []
run_locally(folder, [("catalogue.put", {"entries": [asdict(entry)]})], replies.append)

def articles():
    store = Store.open(folder.database)
    rows = store.db.execute("SELECT row FROM live_row WHERE topic = 'articles'").fetchall()
    store.close()
    return [decode_row(bytes(row), Article) for (row,) in rows]

(article,) = articles()
renames = [{"article_id": article.id, "name": "Spread"}, {"article_id": "0" * 32, "name": "x"}]
run_locally(folder, [("article.rename", args) for args in renames], replies.append)
assert [reply.status for reply in replies] == ["accepted", "accepted", "refused"], replies
assert replies[1].topics == {"articles": 2} and replies[2].code == "unknown_article"
assert articles()[0].name == "Spread"
print("done")
"""


def steps() -> list[tuple[str, str]]:
    """Return (file, lines) as the README gives them."""
    return STEP.findall(pages.section(pages.text("README.md"), "Add a command"))


def apply(root: Path, name: str, lines: str) -> None:
    """Put lines where the README says."""
    path = root / name
    source = path.read_text("utf-8")
    if lines.startswith("    "):
        table = TABLES[name]
        assert table in source
        source = source.replace(table, table + lines)
    elif name == "common/commands.py":
        source = source.replace("\nArguments = ", f"\n{lines}\n\nArguments = ArticleRename | ")
    else:
        source += f"\n\n{lines}"
    path.write_text(source, "utf-8")


def test_the_lines_make_a_command_that_works(tmp_path: Path) -> None:
    for package in ("common", "hub"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(pages.ROOT / package, tmp_path / package, ignore=ignored)
    assert [name for name, _ in steps()] == [
        *("common/commands.py", "common/commands.py", "hub/records/catalogue.py"),
        *("hub/commands/catalogue.py", "hub/commands/__init__.py"),
    ]
    for name, lines in steps():
        apply(tmp_path, name, lines)
    done = subprocess.run(
        [sys.executable, "-c", TRY, str(tmp_path / "shop")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "done\n", done.stderr


def test_the_files_it_speaks_of_are_there() -> None:
    readme = pages.without_code(pages.text("README.md"))
    text = pages.section(readme, "Add a command") + pages.section(readme, "Add a screen")
    named = [span for span in pages.spans(text) if "/" in span and "NAME" not in span]
    assert len(named) > 10
    assert [name for name in named if not (pages.ROOT / name).exists()] == []
