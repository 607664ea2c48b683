"""`comptoir-hub journal`: words around the signed journal.

Owns what an administrator reads of it. The exit code of `verify` is 1 where something does not
hold; a shop goes on selling all the same.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import orjson

from common.card import fingerprint
from common.i18n import mark
from common.journal.chain import SAYS, Fault
from hub import archive_cli, closing_cli, records_cli, show_cli
from hub.archive_cli import bar
from hub.cli_session import Session
from hub.config import read_settings
from hub.key_files import read_keys
from hub.witness_cli import plain_testimony, tell_noted, tell_witnesses

if TYPE_CHECKING:
    from hub.journal_verify import Report

SHOWN = 20
ALGORITHMS: Final = {"ed25519": "Ed25519", "ecdsa-p256": "ECDSA P-256"}
_CHECKED: Final = mark("Signatures checked: {name}, of {records} records and {seals} seals.")
_UNCHECKED: Final = mark(
    "NOT checked: {name}, of {records} records and {seals} seals; the package cryptography is not"
    " installed."
)
_KEYS: Final = {
    "founded": mark("Sealed from line {line} on by the key {fingerprint}."),
    "vouched": mark("From line {line} on by {fingerprint}, for which the one before vouches."),
    "lost": mark(
        "From line {line} on by {fingerprint}: the one before was LOST. Compare it with what posts"
        " and archives hold (--known)."
    ),
}


_FOREIGN: Final = mark(
    "{file} is the key {fingerprint}. Where it was replaced, put the right one back from your key"
    " backup; where it is the right one, this journal is another hub's."
)


def _key(text: str) -> str:
    """Return a key as it stands in the journal; raises click's error for what is none."""
    try:
        if len(bytes.fromhex(text)) == 32:
            return text.strip().lower()
    except ValueError:
        pass
    raise click.BadParameter(f"{text!r}: 64 hex characters")


@click.group()
def journal() -> None:
    """The signed journal: verify it, close days, export their totals, archive it."""


@journal.command()
@click.option(
    "--known",
    metavar="KEY",
    multiple=True,
    callback=lambda _context, _option, keys: tuple(map(_key, keys)),
    help="A key of the hub, 64 hex characters, that a post or an archive holds: it must have sealed"
    " this journal.",
)
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="What a post has seen: a file of comptoir-kiosk journal heads; again for other posts.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def verify(
    session: Session, known: tuple[str, ...], witnesses: tuple[Path, ...], as_json: bool
) -> None:
    """Verify every line, record, signature and seal; the hub may run meanwhile.

    Exit code 1 where something does not hold; the first bad record is named first.
    """
    from hub.journal_verify import verify_file
    from hub.witness_verify import read_files

    folder = session.folder
    with session.errors():
        read_settings(folder)
        identity = read_keys(folder).identity.public
        files = read_files(witnesses)
        with bar(session, as_json) as progress:
            report = verify_file(folder.database, identity, progress, known, files)
    if as_json:
        print(orjson.dumps(_plain(report)).decode())
    else:
        _tell(session, report)
        if any(flaw.text == SAYS[Fault.FOREIGN] for flaw in report.flaws):
            session.say(_FOREIGN, file=folder.identity, fingerprint=fingerprint(identity.hex()))
    if report.flaws:
        raise SystemExit(1)


def _tell(session: Session, report: "Report") -> None:
    t = session.t
    for place, flaw in enumerate(report.flaws[:SHOWN]):
        first = mark("The first bad record: line {seq} {where}: {text}")
        other = mark("    line {seq} {where}: {text}")
        among = t("{first} to {last} (one of them)", first=flaw.seq, last=flaw.last)
        seq = among if flaw.last else (flaw.seq or "–")
        session.say(other if place else first, seq=seq, where=flaw.where, text=t(flaw.text))
    if len(report.flaws) > SHOWN:
        session.say(mark("    … and {count} more"), count=len(report.flaws) - SHOWN)
    session.say(
        mark("{lines} lines, {chains} chains of tills, {tickets} tickets, {total} net."),
        lines=t.number(report.lines),
        chains=t.number(report.chains),
        tickets=t.number(report.totals.tickets),
        total=t.money(report.totals.net_cents),
    )
    if report.invalid:
        session.say(
            mark("{count} invalid records were noted as such when they came."),
            count=t.number(report.invalid),
        )
    for line, key, how in report.hub_keys:
        session.say(_KEYS[how], line=t.number(line), fingerprint=fingerprint(key))
    if report.exercises:
        session.say(
            mark("{count} tickets are exercises, and in no total."),
            count=t.number(report.exercises),
        )
    if report.unproved:
        session.say(
            mark("{count} X and Z cover records that are missing, or came late: not recomputed."),
            count=t.number(report.unproved),
        )
    if report.purged:
        session.say(
            mark("Records up to line {seq} are in archives only; what they came to is counted in."),
            seq=report.purged,
        )
    for name, records, seals, checked in report.algorithms:
        session.say(
            _CHECKED if checked else _UNCHECKED,
            name=ALGORITHMS.get(name, name),
            records=t.number(records),
            seals=t.number(seals),
        )
    tell_witnesses(session, report)
    if report.flaws:
        session.say(mark("The journal does NOT hold."))
    else:
        session.say(
            mark("The journal holds, up to line {seq}: {digest}"),
            seq=report.head.seq,
            digest=report.head.digest,
        )


def _plain(report: "Report") -> dict[str, object]:
    return {
        "holds": not report.flaws,
        "lines": report.lines,
        "digest": report.head.digest,
        "chains": report.chains,
        "invalid": report.invalid,
        "purged": report.purged,
        "totals": report.totals.plain(),
        "exercises": report.exercises,
        "unproved": report.unproved,
        "algorithms": [signed._asdict() for signed in report.algorithms],
        "hub_keys": [{"line": line, "key": key, "how": how} for line, key, how in report.hub_keys],
        "flaws": [
            {"line": flaw.seq, "last": flaw.last, "where": flaw.where, "text": flaw.text}
            for flaw in report.flaws
        ],
        "witnesses": [plain_testimony(said) for said in report.witnesses],
        "contradicted": [found._asdict() for found in report.noted],
    }


@journal.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(session: Session, as_json: bool) -> None:
    """Show how the journal stands: its head, every till's chain."""
    from hub.journal_status import status_of

    with session.errors():
        read_settings(session.folder)
        view = status_of(session.folder.database)
    if as_json:
        print(orjson.dumps(view).decode())
        return
    t = session.t
    session.say(mark("Line {seq}: {digest}"), seq=view["seq"], digest=view["digest"])
    for chain in view["chains"]:
        session.say(
            mark("    {device}: chain {chain}, {count} records"),
            device=chain["device_name"],
            chain=chain["chain"][:8],
            count=t.number(chain["seq"]),
        )
    session.say(
        mark("Missing: {missing}. Invalid: {invalid}."),
        missing=t.number(view["missing"]),
        invalid=t.number(view["invalid"]),
    )
    tell_noted(session, view)


for command in (*closing_cli.COMMANDS, records_cli.records, show_cli.show, *archive_cli.COMMANDS):
    journal.add_command(command)
