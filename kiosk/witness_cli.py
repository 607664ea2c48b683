"""`comptoir-kiosk journal`: what this post has seen of the hub's signed journal.

Words and tables only. Reads the post's file, whether the post runs or not, and hands it over.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson
from rich.console import Console as Terminal
from rich.table import Table

from common.errors import Refusal
from common.i18n import Translator
from common.journal.witness import Bounds
from kiosk.cli_session import DATA, PASSPHRASE_FILE, Setting, errors, lock_of, moment

if TYPE_CHECKING:
    from common.journal.witness_file import WitnessFile


@click.group()
def journal() -> None:
    """What this post has seen of the hub's signed journal."""


@journal.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A new file to write it to, for comptoir-hub journal verify --witness.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@DATA
@PASSPHRASE_FILE
@click.pass_obj
def heads(
    setting: Setting,
    out: Path | None,
    as_json: bool,
    data: Path | None,
    passphrase_file: Path | None,
) -> None:
    """Show up to where this post has seen the journal, or write all of it to a file.

    The post may run meanwhile. The file is signed by the post.
    """
    from kiosk.device import read_device
    from kiosk.keys import read_keys
    from kiosk.witness_file import hand_over, now_ms, read_file_of

    folder = data or setting.folder
    t = setting.translator(folder)
    with errors(t):
        device = read_device(folder)
        if device is None:
            raise Refusal("not_paired")
        held = read_file_of(folder, device)
        if out is not None:
            signing = read_keys(folder, lock_of(folder, t, passphrase_file)).signing
            hand_over(held, signing, out, now_ms())
    if as_json:
        print(orjson.dumps(_plain(held), option=orjson.OPT_INDENT_2).decode())
        return
    terminal = Terminal(highlight=False)
    terminal.print(_runs(t, held))
    for found in held.contradictions:
        text = t(
            "The hub's journal contradicts run {run}; first line that differs: {lines}.",
            run=found.run,
            lines=Bounds(found.after, found.by).text if found.by else "?",
        )
        terminal.print(text, soft_wrap=True, markup=False)
    if out is not None:
        text = t("{count} heads are in {file}.", count=t.number(len(held.heads)), file=out)
        terminal.print(text, soft_wrap=True, markup=False)


def _runs(t: Translator, held: "WitnessFile") -> Table:
    table = Table(box=None, pad_edge=False)
    headings = (t("Run"), t("Heads"), t("Seen up to line"), t("Hub's time"), t("Digest"))
    for heading in headings:
        table.add_column(heading)
    for run in sorted({head.run for head in held.heads}):
        own = [head for head in held.heads if head.run == run]
        last = own[-1].stated
        count = t.number(len(own))
        table.add_row(str(run), count, str(last.seq), moment(t, last.at_ms), last.digest[:16])
    return table


def _plain(held: "WitnessFile") -> dict[str, Any]:
    return {
        "device_id": held.whose.device_id,
        "identities": held.whose.identities,
        "heads": [
            {"run": head.run, "seq": head.stated.seq, "digest": head.stated.digest}
            | {"epoch": head.stated.epoch, "at_ms": head.stated.at_ms}
            for head in held.heads
        ],
        "contradictions": held.contradictions,
    }
