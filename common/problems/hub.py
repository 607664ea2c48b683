"""What goes wrong on the hub's machine: its folder, settings, keys, database, ports."""

from typing import Final

from common.problems.kind import ErrorKind

PROBLEMS: Final = (
    ErrorKind(
        "no_hub_here",
        "There is no hub in {folder} ({file} is missing).",
        "Make one with: comptoir-hub init, or name its folder with --data.",
    ),
    ErrorKind("settings_unreadable", "{file} cannot be read: {reason}.", "Correct that line."),
    ErrorKind("setting_unknown", "{file}: {name} is no setting.", "Known here: {known}."),
    ErrorKind("setting_invalid", "{file}: {reason}.", "Correct that value."),
    ErrorKind(
        "port_shared",
        "{file}: [network] {name} = {port} is also {other}.",
        "Give each its own port.",
    ),
    ErrorKind("key_missing", "The key {file} is missing.", "Restore it from your key backup."),
    ErrorKind(
        "key_unreadable",
        "The key {file} cannot be read: {reason}.",
        "Check the disk and who owns the file.",
    ),
    ErrorKind(
        "key_open",
        "The key {file} can be read by others (mode {mode}).",
        "Close it: chmod 600 {file}",
    ),
    ErrorKind(
        "key_damaged",
        "The key {file} is damaged: 64 hex characters were expected.",
        "Restore it from your key backup.",
    ),
    ErrorKind(
        "hub_exists", "{folder} holds a hub already; nothing was changed.", "Use another folder."
    ),
    ErrorKind(
        "keys_exist", "{folder} exists already; keys are never overwritten.", "Use another folder."
    ),
    ErrorKind(
        "folder_unusable",
        "{folder} cannot be made or written: {reason}.",
        "Choose another folder (--data).",
    ),
    ErrorKind(
        "database_exists", "{file} exists already; it is never overwritten.", "Use another folder."
    ),
    ErrorKind(
        "database_missing",
        "There is no database {file}.",
        "Restore a backup, or make a new hub: comptoir-hub init",
    ),
    ErrorKind(
        "database_locked",
        "{file} is in use by another program: {reason}.",
        "Stop it, then try again.",
        retryable=True,
    ),
    ErrorKind(
        "database_unusable",
        "{file} cannot be opened or written: {reason}.",
        "Check who owns it and its folder, and the space on the disk.",
        retryable=True,
    ),
    ErrorKind(
        "database_damaged",
        "{file} is damaged: {reason}. It was not touched.",
        "Keep a copy of it, and restore a backup.",
    ),
    ErrorKind(
        "database_schema",
        "{file} has schema {theirs}, this hub knows {ours}. It was not touched.",
        "Update the hub.",
    ),
    ErrorKind(
        "hub_runs",
        "Another hub runs on {folder}.",
        "Stop it first, or use another folder.",
        retryable=True,
    ),
    ErrorKind(
        "port_in_use",
        "Cannot listen on {address} ({reason}).",
        "Stop the program that uses port {port}, or set another [network] {name} in hub.toml.",
        retryable=True,
    ),
    ErrorKind(
        "no_libzmq_curve", "This libzmq has no CURVE encryption.", "Install pyzmq from PyPI."
    ),
    ErrorKind(
        "no_hub", "No hub answers at {address}.", "Start it: comptoir-hub run", retryable=True
    ),
    ErrorKind(
        "hub_silent",
        "The hub at {address} stopped answering.",
        "Look at its log, then try again.",
        retryable=True,
    ),
)
