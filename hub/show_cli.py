"""`comptoir-hub journal show`: lines of the journal in words, for whoever audits the shop.

Owns the words of each line. Reads the database, the hub may run.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from operator import methodcaller
from typing import TYPE_CHECKING, Any, Final

import click
from rich.table import Table

from common.card import fingerprint
from common.i18n import Translator, mark
from common.journal.chain import SAYS, Fault
from common.journal.event import WORDS, What
from common.journal.kinds import EntryType, RecordType
from common.people import Role
from common.rules import local_time
from hub.cli_session import Session
from hub.config import read_settings
from hub.people_cli import ROLES
from hub.records_cli import NAMES
from hub.trail_cli import ACTIONS

if TYPE_CHECKING:
    from hub.journal_show import Shown

TITLES: Final[Mapping[EntryType, str]] = {
    EntryType.FOUNDED: mark("The journal begins"),
    EntryType.KEY: mark("Key of a post"),
    EntryType.HUB_KEY: mark("Key of the hub"),
    EntryType.TAKEN: mark("Record"),
    EntryType.UNSIGNED: mark("Sale, not signed"),
    EntryType.MISSING: mark("Records missing"),
    EntryType.INVALID: mark("Invalid record"),
    EntryType.RESTORED: mark("Backup put back"),
    EntryType.REPEATED: mark("Ticket repeated"),
    EntryType.CONTRADICTED: mark("A post contradicts"),
    EntryType.LOST: mark("Lines lost by a restore"),
    EntryType.EVENT: mark("Event"),
    EntryType.CLOSING: mark("Closing"),
    EntryType.ARCHIVE: mark("Archive"),
    EntryType.PURGE: mark("Purge"),
}
_GARBLED: Final = (ArithmeticError, LookupError, OSError, TypeError, ValueError)
_TYPES: Final = sorted({*(kind.value for kind in EntryType), *(kind.value for kind in RecordType)})


@click.command()
@click.option(
    "--type",
    "kinds",
    multiple=True,
    type=click.Choice(_TYPES),
    help="Only lines or records of this type; may be given several times.",
)
@click.option("--from", "first", type=click.IntRange(1), help="From this line on, in order.")
@click.option("--device", default="", help="Only of this post, by its name or id.")
@click.option("--limit", type=click.IntRange(1), default=100, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all that each holds.")
@click.pass_obj
def show(
    session: Session,
    kinds: tuple[str, ...],
    first: int | None,
    device: str,
    limit: int,
    as_json: bool,
) -> None:
    """Show lines of the journal: the newest, or from a line on."""
    from hub.journal_show import Wanted, shown_of

    entries = tuple(kind for kind in EntryType if kind.value in kinds)
    records = tuple(kind for kind in RecordType if kind.value in kinds)
    with session.errors():
        read_settings(session.folder)
        found = shown_of(session.folder.database, Wanted(entries, records, first, device, limit))
    nothing = mark("The journal has no such line.")
    session.show_list(found, methodcaller("plain"), _table, nothing, as_json)


def _table(t: Translator, found: "Sequence[Shown]") -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(t("Line"), justify="right", no_wrap=True)
    for heading in (t("When"), t("Post")):
        table.add_column(heading, no_wrap=True)
    for heading in (t("What"), t("About"), t("Who")):
        table.add_column(heading)
    for each in found:
        post = each.device_name or t("hub")
        place = f"{post} {each.seq}" if each.seq else post
        try:
            when = _moment(each.at_ms, each.utc_offset_min)
            said = when, place, title(t, each), about(t, each), each.operator
        except _GARBLED:
            said = "", "", t("cannot be read"), "", ""
        table.add_row(str(each.line), *said)
    return table


def title(t: Translator, shown: "Shown") -> str:
    """Return what a line is, in a few words.

    It, and `about`, raise `_GARBLED` for a line that somebody has changed until it says nothing.
    """
    if shown.type is None:
        raise ValueError
    if shown.type is EntryType.EVENT or shown.record is RecordType.EVENT:
        return t(WORDS[What(shown.data["what"])])
    if shown.record is not None and shown.type is EntryType.TAKEN:
        return t(NAMES[shown.record])
    if shown.record is not None:
        return f"{t(TITLES[shown.type])}: {t(NAMES[shown.record])}"
    return t(TITLES[shown.type])


def about(t: Translator, shown: "Shown") -> str:
    """Return what a line says besides, as far as that fits into one."""
    data = shown.data
    said = []
    if "code" in data and shown.type is EntryType.INVALID:
        said.append(t(SAYS[Fault(data["code"])]))
    details = data.get("details")
    if isinstance(details, Mapping):
        told = {name: value for name, value in details.items() if _is_told(name, value)}
        said += [_detail(t, name, value) for name, value in told.items()]
        if data.get("more"):
            said.append(t("{count} more like it before", count=t.number(data["more"])))
    ticket = data.get("ticket")
    if isinstance(ticket, Mapping):
        said.append(f"{ticket['series']}-{ticket['number']} {t.money(ticket['total_cents'])}")
    said += [make(t, data) for kinds, make in _ABOUT if {shown.type, shown.record} & kinds]
    return ", ".join(filter(None, said))


def _is_told(name: str, value: Any) -> bool:
    """Return whether a detail is for people; ids are for programs (`--json`)."""
    return value != "" and name not in ("person", "post", "device")


def _detail(t: Translator, name: str, value: Any) -> str:
    if name == "offline":
        return t("without the hub") if value else ""
    if name == "name":
        return str(value)
    if name == "kind" and value in ACTIONS:
        return t(ACTIONS[value])
    if name == "role" and value in tuple(Role):
        return t(ROLES[Role(value)])
    if name == "active":
        return "" if value else t("works here no more")
    if name == "how" and value in _HOW:
        return t(_HOW[value])
    label = t(_LABELS[name]) if name in _LABELS else name
    if name == "lasted_s":
        return f"{label} {t.number(value)} s"
    return f"{label} {_moment(value) if name.endswith('_ms') else value}"


_HOW: Final[Mapping[str, str]] = {
    "enrolled": mark("enrolled"),
    "revoked": mark("taken out of the shop"),
    "reinstated": mark("let in again"),
    "session_ended": mark("the session was over"),
}
_LABELS: Final[Mapping[str, str]] = {
    "since_ms": mark("since"),
    "lasted_s": mark("for"),
    "before": mark("before"),
    "after": mark("now"),
    "software": mark("version"),
    "by": mark("by"),
    "number": mark("no."),
}


def _key(t: Translator, data: Mapping[str, Any]) -> str:
    how = {"paired": mark("introduced at pairing"), "vouched": mark("named by the key before")}
    keys = ", ".join(data.get("keys", {data.get("algorithm", ""): ""}))
    return f"{t(how[data.get('why', 'paired')])} ({keys})"


def _hub_key(t: Translator, data: Mapping[str, Any]) -> str:
    lost = t("the key before is lost") if data["why"] == "lost" else t("named by the key before")
    return f"{fingerprint(data['publics']['ed25519'])}, {lost} ({', '.join(data['keys'])})"


def _rotated(t: Translator, data: Mapping[str, Any]) -> str:
    return t("signs from a later record on by: {keys}", keys=", ".join(data["keys"]))


def _clock(t: Translator, data: Mapping[str, Any]) -> str:
    before = _moment(data["before_ms"], seconds=True)
    after = _moment(data["after_ms"], seconds=True)
    if data["restarted"]:
        return t("{after}, its last record is of {before}", before=before, after=after)
    return t("{after} instead of {before}", before=before, after=after)


def _missing(_: Translator, data: Mapping[str, Any]) -> str:
    return f"{data['chain'][:8]}: {data['first']}–{data['last']}"


def _restored(t: Translator, data: Mapping[str, Any]) -> str:
    by = t("by {name}", name=data["by"]) if data.get("by") else ""
    return " ".join(filter(None, (str(data.get("backup", "")), by)))


def _closing(_: Translator, data: Mapping[str, Any]) -> str:
    return f"{data['period']} {data['number']}"


_ABOUT: Final[Sequence[tuple[frozenset[Any], Callable[[Translator, Mapping[str, Any]], str]]]] = (
    (frozenset({EntryType.KEY}), _key),
    (frozenset({EntryType.HUB_KEY}), _hub_key),
    (frozenset({RecordType.KEY_ROTATED}), _rotated),
    (frozenset({RecordType.CLOCK}), _clock),
    (frozenset({EntryType.MISSING}), _missing),
    (frozenset({EntryType.RESTORED}), _restored),
    (frozenset({EntryType.CLOSING}), _closing),
)


def _moment(at_ms: int, offset_min: int | None = None, seconds: bool = False) -> str:
    """Return a moment as it reads at a till's offset, or on this computer's clock."""
    if offset_min is None:
        offset_min = time.localtime(at_ms // 1000).tm_gmtoff // 60
    shape = "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
    return f"{local_time(at_ms, offset_min):{shape}}"
