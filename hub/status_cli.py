"""`comptoir-hub status` and `devices`: how the hub and its posts stand, and what would do about it.

Words and tables only: the running hub says how things stand. `warnings` is pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import click
import orjson
from rich.table import Table

from common.errors import Problem
from common.i18n import Translator, mark
from hub.cli_session import Session

MB: Final = 1_000_000
DAY_MS: Final = 86_400_000
BACKUP_OLD_MS: Final = 7 * DAY_MS
STATES: Final = {"active": mark("active"), "revoked": mark("revoked")}
PRESENCES: Final = {
    "never": mark("never heard"),
    "here": mark("here"),
    "awaited": mark("awaited"),
    "away": mark("switched off"),
    "silent": mark("silent"),
}


class Warned(NamedTuple):
    """Something that somebody should see to. `code`: for programs; text and hint: for people."""

    code: str
    text: str
    hint: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def devices(session: Session, as_json: bool) -> None:
    """List the enrolled devices."""
    with session.hub() as hub:
        known = hub.ask("devices")
        now_ms = hub.ask("status")["now_ms"]
    show_devices(session, known, now_ms, as_json)


def show_devices(
    session: Session, known: Sequence[Mapping[str, Any]], now_ms: int, as_json: bool
) -> None:
    """Print an answer to `devices`."""
    if as_json:
        print(orjson.dumps(known, option=orjson.OPT_INDENT_2).decode())
        return
    t = session.t
    if not known:
        session.say(mark("No device is enrolled yet."))
        return
    table = Table(box=None, pad_edge=False)
    headings = (t("No."), t("Name"), t("Profile"), t("State"), t("Now"), t("Last heard"))
    for heading in (*headings, t("Clock")):
        table.add_column(heading)
    for device in known:
        table.add_row(
            str(device["number"]),
            device["name"],
            device["profile"],
            t(STATES[device["state"]]),
            t(PRESENCES[device["presence"]]) if device["state"] == "active" else "",
            ago(t, device["heard_ms"], now_ms),
            clock(device["clock_diff_ms"]),
        )
    session.terminal.print(table)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(session: Session, as_json: bool) -> None:
    """Show how the running hub stands."""
    from hub.backup_keys import public_keys

    with session.hub() as hub:
        view = hub.ask("status")
        keys = [key.name for key in public_keys(session.folder)]
    show_status(session, {**view, "backup_keys": keys}, as_json)


def show_status(session: Session, view: Mapping[str, Any], as_json: bool) -> None:
    """Print an answer to `status`, and what somebody should see to."""
    t = session.t
    warned = list(warnings(view, t))
    if as_json:
        whole = {**view, "warnings": [warning._asdict() for warning in warned]}
        print(orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode())
        return
    session.terminal.print(_facts(view, t))
    session.terminal.print(_topics(view["topics"], t))
    for warning in warned:
        session.terminal.print()
        session.terminal.print(warning.text, style="yellow", soft_wrap=True, markup=False)
        session.terminal.print(warning.hint, soft_wrap=True, markup=False)


def _facts(view: Mapping[str, Any], t: Translator) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    up_s = (view["now_ms"] - view["started_ms"]) // 1000
    heard = t(
        "{connected} of {known} heard from", connected=view["connected"], known=view["devices"]
    )
    free = view["disk"]["free_bytes"]
    rows: list[tuple[str, str]] = [
        (t("Shop"), view["shop"]),
        (t("Fingerprint"), view["fingerprint"]),
        (t("Version"), f"{view['version']} (SQLite {view['sqlite']})"),
        (t("Running for"), f"{up_s // 3600} h {up_s // 60 % 60:02} min"),
        (t("Devices"), heard),
        (t("Silent posts"), t.number(len(view["silent"]))),
        (t("Commands"), t.number(view["counters"]["commands"])),
        (t("Commits"), t.number(view["gseq"])),
        (t("In quarantine"), t.number(view["quarantined"])),
        (t("People"), t.number(view["people"])),
        (
            t("Free disk"),
            t("unknown") if free is None else t("{free} MB", free=t.number(free // MB)),
        ),
        (t("Last backup"), ago(t, view["backup_ms"], view["now_ms"])),
        (t("Backups"), _sealing(view.get("backup_keys", ()), t)),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def _sealing(keys: Sequence[str], t: Translator) -> str:
    if not keys:
        return t("not sealed (comptoir-hub backup-key new FILE)")
    return t("sealed to {keys}", keys=", ".join(keys))


def _topics(heads: Mapping[str, Any], t: Translator) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (t("Topic"), t("Changes"), t("Log from")):
        table.add_column(heading, justify="left" if heading == t("Topic") else "right")
    for topic, head in heads.items():
        table.add_row(topic, t.number(head["tseq"]), t.number(head["low"]))
    return table


def warnings(view: Mapping[str, Any], t: Translator) -> Iterator[Warned]:
    """Yield what somebody should see to, by an answer to `status`; the gravest first."""
    if view["disk"]["low"] is not None:
        low = Problem(view["disk"]["low"]["code"], view["disk"]["low"]["params"])
        yield Warned(low.code, *low.words(t))
    if view["quarantined"]:
        text = t.n(
            "{count} operation lies in quarantine.",
            "{count} operations lie in quarantine.",
            view["quarantined"],
        )
        hint = t("Look at what lies there, and end it: comptoir-hub quarantine")
        yield Warned("quarantine", text, hint)
    yield from _silences(view["silent"], view["now_ms"], t)
    yield from _clocks(view["clocks"], t)
    if not view["peopled"]:
        text = t("Nobody has a PIN: posts ask for none, and whoever stands there may use them.")
        yield Warned("no_people", text, t("Add the first person: comptoir-hub people add"))
    age_ms = None if view["backup_ms"] is None else view["now_ms"] - view["backup_ms"]
    if age_ms is None or age_ms >= BACKUP_OLD_MS:
        text = (
            t("There is no backup.")
            if age_ms is None
            else t("The last backup is {days} days old.", days=age_ms // DAY_MS)
        )
        yield Warned("no_backup", text, t("Make one, best on another disk: comptoir-hub backup"))


def _silences(posts: Iterable[Mapping[str, Any]], now_ms: int, t: Translator) -> Iterator[Warned]:
    hint = t("Look at the post, its cable and the network; switched off properly, it is no alarm.")
    for post in posts:
        last = ago(t, post["heard_ms"], now_ms)
        text = t("{name} is silent; last heard: {ago}.", name=post["name"], ago=last)
        yield Warned("post_silent", text, hint)


def _clocks(posts: Iterable[Mapping[str, Any]], t: Translator) -> Iterator[Warned]:
    hint = t("Set the clocks right, best by NTP; where all posts differ alike, it is the hub's.")
    for post in posts:
        behind_s = round(post["clock_diff_ms"] / 1000)
        far = {"name": post["name"], "seconds": t.number(abs(behind_s))}
        text = (
            t("The clock of {name} is {seconds} s behind the hub's.", **far)
            if behind_s > 0
            else t("The clock of {name} is {seconds} s ahead of the hub's.", **far)
        )
        yield Warned("clock_differs", text, hint)


def clock(diff_ms: int | None) -> str:
    """Return how far a post's clock is ahead (+) of the hub's or behind it (−); "": unknown."""
    if diff_ms is None:
        return ""
    ahead_s = round(-diff_ms / 1000)
    return f"{ahead_s:+} s".replace("-", "−") if ahead_s else "0 s"


def ago(t: Translator, at_ms: int | None, now_ms: int) -> str:
    """Return how long ago something was, in words, as coarse as people count."""
    if at_ms is None:
        return t("never")
    seconds = (now_ms - at_ms) // 1000
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if seconds < 10:
        return t("now")
    if minutes < 1:
        return t("{seconds} s ago", seconds=seconds)
    if hours < 2:
        return t("{minutes} min ago", minutes=minutes)
    if days < 2:
        return t("{hours} h ago", hours=hours)
    return t("{days} days ago", days=days)
