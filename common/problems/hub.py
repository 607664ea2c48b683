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
        "key_unwritable",
        "The key {file} cannot be written: {reason}.",
        "Check the disk and who owns the folder; the old key stays.",
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
        "identity_unknown",
        "The journal is sealed by another hub: its key is {known}, this one's {shown}.",
        "Put back the right keys folder; if that key is lost: comptoir-hub rotate-identity --lost",
    ),
    ErrorKind(
        "second_unavailable",
        "{file}: [journal] second_signature needs the Python package cryptography.",
        "Install it from packaging/locks/ecdsa.txt, or set it to false.",
    ),
    ErrorKind(
        "identity_there",
        "The key {file} is the one by which the journal is sealed: it is not lost.",
        "Change it by its own word: comptoir-hub rotate-identity",
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
        "Restore a backup (comptoir-hub restore FILE), or make a new hub: comptoir-hub init",
    ),
    ErrorKind(
        "database_gone",
        "There is no database {file}.",
        "Put the newest backup in its place: comptoir-hub restore {backup}",
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
        "There is no backup in its folder. Restore one from elsewhere: comptoir-hub restore FILE",
    ),
    ErrorKind(
        "database_restorable",
        "{file} is damaged: {reason}. It was not touched.",
        "Restore the newest backup: comptoir-hub restore {backup}",
    ),
    ErrorKind(
        "backup_missing",
        "There is no backup {file}.",
        "List those there are: comptoir-hub backups",
    ),
    ErrorKind(
        "backup_sealed",
        "{file} is sealed, to the keys {keys}.",
        "Name the file of such a key: --key FILE",
    ),
    ErrorKind(
        "backup_key_other",
        "{file} is sealed to other keys: {keys}.",
        "Name the file of one of these: --key FILE",
    ),
    ErrorKind(
        "backup_key_damaged",
        "{file} is no public key: nothing was backed up.",
        "Remove it, or register the key again: comptoir-hub backup-key add",
    ),
    ErrorKind(
        "backup_key_name",
        "{name} is no name for a key.",
        "Use letters, digits and . _ -, at most 64.",
    ),
    ErrorKind(
        "backup_key_unknown",
        "No backup key is called {name}.",
        "List those there are: comptoir-hub backup-key list",
    ),
    ErrorKind(
        "backup_key_malformed",
        "{text} is no public key.",
        "It has 64 characters, 0-9 and a-f, as `comptoir-hub backup-key list` shows them.",
    ),
    ErrorKind(
        "passphrase_wrong",
        "The passphrase does not open {file}.",
        "Mind capitals and spaces, then try again.",
        retryable=True,
    ),
    ErrorKind(
        "passphrase_short",
        "The passphrase is too short: at least {least} characters.",
        "Take a sentence, or five words that have nothing to do with each other.",
    ),
    ErrorKind(
        "file_exists",
        "{file} is there already, and was left as it is.",
        "Choose another name.",
    ),
    ErrorKind(
        "path_unusable",
        "{file} cannot be used: {reason}.",
        "Name a plain file or folder, without control characters in its name.",
    ),
    ErrorKind(
        "backup_of_another",
        "{file} is no backup of this hub, or of a history that it has left.",
        "Use one that this hub made: comptoir-hub backups",
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
        "host_unusable",
        "Cannot listen on {address}: {host} is no address of this computer ({reason}).",
        "Set [network] host in hub.toml to an address of this computer, or to * for all.",
    ),
    ErrorKind(
        "port_forbidden",
        "Cannot listen on {address}: this user may not use port {port} ({reason}).",
        "Set another [network] {name} in hub.toml, above 1023.",
    ),
    ErrorKind(
        "hub_disk_low",
        "The hub takes no new operations: {free} MB are free in {folder}, {needed} MB are needed.",
        "Free space on that disk. Until then posts go on and keep their operations.",
        retryable=True,
    ),
    # What the hub notices by itself, for the office's alerts. The subject says which and how much.
    ErrorKind(
        "disk_low",
        "The hub's disk is nearly full: it takes no new operations.",
        "Free space on that disk. Until then posts go on and keep their operations.",
    ),
    ErrorKind(
        "post_silent",
        "A post has fallen silent without being switched off.",
        "Look at the post, its cable and the network. What it recorded waits there.",
    ),
    ErrorKind("post_back", "A post that was silent is heard again."),
    ErrorKind(
        "clock_differs",
        "The clock of a post is more than a minute from the hub's: + ahead of it, − behind it.",
        "Set the clocks right, best by NTP; where all posts differ alike, it is the hub's.",
    ),
    ErrorKind(
        "journal_unsound",
        "The signed journal does not hold: {record}.",
        "Look at all of it: comptoir-hub journal verify. Keep the database and its backups.",
    ),
    ErrorKind(
        "journal_behind",
        "The journal is not verified to its end: {lines} lines are left.",
        "The hub goes on verifying: ask again in a moment.",
        retryable=True,
    ),
    ErrorKind(
        "days_backwards",
        "{first} is after {last}: no day lies between them.",
        "Name the earlier day by --from, the later one by --to.",
    ),
    ErrorKind(
        "closing_unsound",
        "A closing states that the journal does not hold: {closing}.",
        "Look at all of it: comptoir-hub journal verify. Keep the database and its backups.",
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
