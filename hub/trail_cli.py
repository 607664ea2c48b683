"""`comptoir-hub audit`: who did what, on which device, and what came of it.

Words and tables only. Works through the running hub, and on the folder of one that is stopped.
"""

import re
import time
from collections.abc import Mapping
from typing import Any, Final

import click
import orjson
from rich.table import Table

from common.errors import Problem
from common.i18n import Translator, mark
from hub.cli_session import Session
from hub.people_cli import ask

ACTIONS: Final = {
    "login": mark("log in"),
    "logout": mark("log out"),
    "override": mark("allow one action"),
    "pin": mark("new PIN"),
    "person.put": mark("change a person"),
    "customer.put": mark("change a customer"),
    "customer.erase": mark("erase a customer"),
    "sale.record": mark("sale"),
    "refund.record": mark("refund"),
    "void.record": mark("basket given up"),
    "copy.record": mark("copy of a ticket"),
    "drawer.record": mark("drawer opened"),
    "cash_in.record": mark("cash put in"),
    "cash_out.record": mark("cash taken out"),
    "session_opened.record": mark("cash session opened"),
    "x.record": mark("X report"),
    "z.record": mark("Z report"),
    "training.record": mark("exercise"),
    "goods.receive": mark("delivery"),
    "price.set": mark("new price"),
    "catalogue.put": mark("articles from a list"),
    "article.create": mark("new article"),
    "category.put": mark("change a category"),
    "category.remove": mark("remove a category"),
    "quarantine.retry": mark("retry out of quarantine"),
    "quarantine.close": mark("close in quarantine"),
    "backup.record": mark("backup"),
    "journal.archived": mark("archive of the journal"),
    "journal.purge": mark("records taken out of the journal"),
    "restore": mark("restored a backup"),
    "journal.close": mark("closed by hand"),
    "hub.start": mark("the hub started"),
    "hub.stop": mark("the hub stopped"),
    "pairing": mark("paired a post"),
    "device.revoked": mark("revoked a post"),
    "device.active": mark("brought a post back"),
    "device.keys": mark("new keys of a post"),
    "device.key_asked": mark("asked a post for a new key"),
    "device.collected": mark("took operations from a post's file"),
    "hub.key": mark("new key of the hub"),
    "hub.identity": mark("another identity of the hub"),
    "hub.identity_lost": mark("another identity of the hub, in place of a lost one"),
    "journal.contradicted": mark("the journal is not what a post has seen, from line"),
    "journal.lost": mark("a restore has lost lines of the journal"),
    "audit.cut": mark("cut the oldest entries"),
}
"""The words of an action; one that is not here is shown as it stands."""
_UNITS_MS: Final = {"h": 3_600_000, "d": 86_400_000, "j": 86_400_000, "w": 7 * 86_400_000}


def _since(text: str) -> int:
    """Return a moment, ms: of `2026-03-01`, or so long ago: `12h`, `7d`."""
    if not text:
        return 0
    if ago := re.fullmatch(r"(\d{1,5})([hdjw])", text):
        return time.time_ns() // 1_000_000 - int(ago[1]) * _UNITS_MS[ago[2]]
    try:
        return round(time.mktime(time.strptime(text, "%Y-%m-%d")) * 1000)
    except (ValueError, OverflowError):
        raise click.BadParameter("2026-03-01, 12h, 7d", param_hint="--since") from None


@click.command()
@click.option("--since", default="", help="A day (2026-03-01), or so long ago (12h, 7d).")
@click.option("--device", default="", help="Name or number of a post.")
@click.option("--person", default="", help="A person's name, or a part of it.")
@click.option("--action", default="", help="An action, as --json shows it.")
@click.option("--limit", default=100, type=click.IntRange(1, 10_000), help="The newest so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def audit(
    session: Session,
    since: str,
    device: str,
    person: str,
    action: str,
    limit: int,
    as_json: bool,
) -> None:
    """Show who did what, on which post, and what was denied; the newest last."""
    from hub.records import trail

    wanted = trail.Wanted(_since(since), device, person, action, limit)
    with session.errors():
        found = ask(session, "audit", wanted._asdict(), lambda db: trail.entries(db, wanted))
    entries = list(reversed(found))
    if as_json:
        print(orjson.dumps(entries, option=orjson.OPT_INDENT_2).decode())
    elif entries:
        session.terminal.print(_table(session.t, entries))
    else:
        session.say(mark("Nothing of that kind is in the audit trail."))


def _table(t: Translator, entries: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (t("When"), t("Post"), t("Person"), t("What"), t("Outcome")):
        table.add_column(heading)
    for entry in entries:
        table.add_row(
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry["at_ms"] / 1000)),
            entry["device"],
            entry["person"],
            _what(t, entry),
            outcome(t, entry["code"], entry),
        )
    return table


def _what(t: Translator, entry: Mapping[str, Any]) -> str:
    words = t(ACTIONS[entry["action"]]) if entry["action"] in ACTIONS else entry["action"]
    subject = entry["subject"]
    return f"{words}: {subject}" if subject and subject != entry["person"] else str(words)


def outcome(t: Translator, code: str, entry: Mapping[str, Any]) -> str:
    """Return what came of it, in words; "" where it was simply done."""
    if not code:
        return ""
    params = {**entry["details"], "person": entry["person"], "kind": entry["action"]}
    return Problem(code, params).words(t)[0]
