"""The hub's settings, parsed once into a frozen value.

Owns what `hub.toml` may say (`Settings`), and errors that name field, value and what would do.
Reads no environment, opens no database.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from common.models import LabelPrefixes, LockSeconds, convert
from common.payments import ALL, CashStep, MethodNames
from hub.folder import ConfigError, Folder

Port = Annotated[int, Meta(ge=1, le=65535)]
COMMANDS_PORT: Final = 47800
CARD_PORT: Final = 47801
LEAST_SILENT_S: Final = 10


SETTINGS_BYTES: Final = 16 * 1024
"""Many times what the settings need; a reader of TOML can be led far by more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSettings:
    """The shop as it must stand on a ticket, and what the labels of its scales mean.

    `price_labels`, `weight_labels`: first two digits of codes with cents or grams inside.
    `methods`: how customers may pay. `cash_step_cents`: what cash is rounded to; 0: to the cent.
    `cash_session`: whether a till sells without an open one; `blind_count`: as in `Shop`.
    """

    name: Annotated[str, Meta(min_length=1, max_length=200)] = "Ma boutique"
    siret: Annotated[str, Meta(pattern=r"^([0-9]{14})?\Z")] = ""
    vat_number: Annotated[str, Meta(max_length=20)] = ""
    address: Annotated[str, Meta(max_length=500)] = ""
    price_labels: LabelPrefixes = ()
    weight_labels: LabelPrefixes = ()
    methods: MethodNames = ALL
    cash_step_cents: CashStep = 0
    cash_session: Literal["optional", "required"] = "optional"
    blind_count: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """Where the hub listens. `host`: an address of this machine, or "*" for all."""

    host: Annotated[str, Meta(min_length=1, max_length=100)] = "*"
    commands_port: Port = COMMANDS_PORT
    card_port: Port = CARD_PORT
    enrolment_port: Port = 47802
    till_port: Port = 47803
    depot_port: Port = 47804
    office_port: Port = 47805
    announce: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepSettings:
    """How long what is kept: days of rows in windowed topics, changes in the log by topic.

    `min_free_mb`: with less room on its disk the hub takes no new operations; 0: it never asks.
    """

    window_days: Annotated[int, Meta(ge=1, le=366)] = 7
    log_changes: Annotated[int, Meta(ge=100, le=10_000_000)] = 200_000
    min_free_mb: Annotated[int, Meta(ge=0, le=1_000_000)] = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSettings:
    """What the hub notices about its posts. `silent_s`: an alert after so long; 0: none."""

    silent_s: Annotated[int, Meta(ge=0, le=86_400)] = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSettings:
    """Who is logged in, and what is remembered of who did what.

    `session_h`: a session ends after so many hours. `audit_days`, `audit_rows`: the audit trail
    keeps so many days, and at most so many entries. `lock_after_s`: of the posts, as in `Shop`.
    """

    session_h: Annotated[int, Meta(ge=1, le=168)] = 16
    audit_days: Annotated[int, Meta(ge=7, le=3660)] = 730
    audit_rows: Annotated[int, Meta(ge=10_000, le=100_000_000)] = 1_000_000
    lock_after_s: LockSeconds = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingSettings:
    """When the hub closes days, months and years.

    `at`: the local time of day, HH:MM, that ends a business day; one before noon ends the day
    before. `automatic`: the hub closes by itself, also at its next start. `year_ends_month`: the
    last month of the accounting year.
    """

    automatic: bool = True
    at: Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")] = "03:00"
    year_ends_month: Annotated[int, Meta(ge=1, le=12)] = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSettings:
    """How the journal is signed. `second_signature`: by ECDSA P-256 besides Ed25519."""

    second_signature: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of `hub.toml`."""

    shop: ShopSettings = field(default_factory=ShopSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    keep: KeepSettings = field(default_factory=KeepSettings)
    watch: WatchSettings = field(default_factory=WatchSettings)
    people: PeopleSettings = field(default_factory=PeopleSettings)
    closing: ClosingSettings = field(default_factory=ClosingSettings)
    journal: JournalSettings = field(default_factory=JournalSettings)


SECTIONS: Final[Mapping[str, type[Any]]] = {
    "shop": ShopSettings,
    "network": NetworkSettings,
    "keep": KeepSettings,
    "watch": WatchSettings,
    "people": PeopleSettings,
    "closing": ClosingSettings,
    "journal": JournalSettings,
}


def read_settings(folder: Folder) -> Settings:
    """Return the settings; raises ConfigError naming file, field, value and what is allowed."""
    path = folder.settings
    try:
        written = path.read_bytes()
        if len(written) > SETTINGS_BYTES:
            raise ValueError(f"{len(written)} bytes, at most {SETTINGS_BYTES}")
        raw = tomllib.loads(written.decode())
    except FileNotFoundError:
        raise ConfigError("no_hub_here", folder=folder.root, file=path.name) from None
    except (ValueError, OSError, RecursionError) as error:
        raise ConfigError("settings_unreadable", file=path, reason=error) from error
    _refuse_unknown(raw, Settings, str(path), "")
    return _checked(raw, path)


def check_settings(settings: Settings, path: Path) -> None:
    """Check settings that did not come from a file; raises ConfigError as `read_settings`."""
    _checked(asdict(settings), path)


def _checked(raw: dict[str, Any], path: Path) -> Settings:
    try:
        settings = convert(raw, Settings)
    except msgspec.ValidationError as error:
        reason = f"{error}: {_value_at(raw, str(error))!r}"
        raise ConfigError("setting_invalid", file=path, reason=reason) from error
    _refuse_shared_ports(settings.network, path)
    _refuse_hasty_watch(settings.watch, path)
    return settings


def _value_at(raw: dict[str, Any], text: str) -> Any:
    """Return the value that msgspec's error text names by its path, such as `$.shop.name`."""
    value: Any = raw
    for name in re.findall(r"\.(\w+)", text.rpartition("`$")[2]):
        value = value[name]
    return value


def _refuse_unknown(raw: dict[str, Any], kind: type[Any], path: str, section: str) -> None:
    known = {f.name: f for f in fields(kind)}
    for name, value in raw.items():
        if name not in known:
            where = f"[{section}] " if section else ""
            allowed = ", ".join(known)
            raise ConfigError("setting_unknown", file=path, name=f"{where}{name}", known=allowed)
        if isinstance(value, dict) and not section:
            _refuse_unknown(value, SECTIONS[name], path, name)


def _refuse_shared_ports(network: NetworkSettings, path: Path) -> None:
    seen: dict[int, str] = {}
    for setting in fields(network):
        if not setting.name.endswith("_port"):
            continue
        port = getattr(network, setting.name)
        if port in seen:
            raise ConfigError(
                "port_shared", file=path, name=setting.name, port=port, other=seen[port]
            )
        seen[port] = setting.name


def _refuse_hasty_watch(watch: WatchSettings, path: Path) -> None:
    """Posts say a word every 2 s: a hub that waits for hardly longer would cry wolf."""
    if 0 < watch.silent_s < LEAST_SILENT_S:
        reason = f"`$.watch.silent_s` must be 0 or at least {LEAST_SILENT_S}: {watch.silent_s}"
        raise ConfigError("setting_invalid", file=path, reason=reason)


def write_settings(folder: Folder, settings: Settings) -> None:
    """Write `hub.toml` with every setting, for people to edit."""
    lines = ["# Comptoir hub. Restart the hub after a change.", ""]
    for section in fields(settings):
        lines.append(f"[{section.name}]")
        value = getattr(settings, section.name)
        lines += [f"{f.name} = {_toml(getattr(value, f.name))}" for f in fields(value)]
        lines.append("")
    folder.settings.write_text("\n".join(lines), "utf-8")


def _toml(value: str | int | bool | tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    # TOML strings and lists of them are JSON, but for one character that JSON does not escape.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
