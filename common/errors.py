"""Every way Comptoir says no: one table of codes, each with its text, its hint, and whether the
same thing may work later. Texts are English msgids; screens and terminals translate them. A
`Refusal` is an outcome that somebody chose; any other exception is a fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """`text` says what was wrong and where, `hint` what would do; both take `{name}` fields."""

    code: str
    text: str
    hint: str = ""
    retryable: bool = False


def _table(*kinds: ErrorKind) -> Mapping[str, ErrorKind]:
    table = {kind.code: kind for kind in kinds}
    if len(table) != len(kinds):
        raise ValueError("an error code stands twice")
    return table


ERRORS: Final = _table(
    # Refusals of a request.
    ErrorKind(
        "unknown_article",
        "Article {article} is not in the catalogue.",
        "Check the code, or ask a manager to create the article.",
    ),
    ErrorKind(
        "unknown_category", "Category {category} does not exist.", "Choose a category of the shop."
    ),
    ErrorKind(
        "profile_not_allowed",
        "A {profile} may not do this ({kind}).",
        "Do it on a post that may, or ask the administrator.",
    ),
    ErrorKind(
        "repeated_code",
        "Barcode {code} already belongs to another article.",
        "Remove it there first.",
    ),
    # Quarantine: can never be accepted as it stands.
    ErrorKind(
        "unknown_command",
        "The hub does not know the command {kind}.",
        "Update the hub, then try the operation again.",
        retryable=True,
    ),
    ErrorKind(
        "unknown_schema",
        "Version {schema} of {kind} is newer than this hub.",
        "Update the hub, then try the operation again.",
        retryable=True,
    ),
    ErrorKind(
        "unreadable_command",
        "The operation could not be read: {reason}.",
        "Its bytes are kept; show this to your installer.",
    ),
    ErrorKind(
        "handler_failed",
        "The hub failed on this operation: {reason}.",
        "It is kept, and the others go on; show this to your installer.",
        retryable=True,
    ),
    ErrorKind(
        "hash_mismatch",
        "Operation {n} arrived twice with different contents.",
        "Both are kept; show this to your installer.",
    ),
    ErrorKind(
        "outbox_of_another",
        "The outbox {outbox} belongs to another device.",
        "Pair this device again.",
    ),
    # Flags on facts: taken, but somebody should look.
    ErrorKind("flag_unknown_article", "Sold an article that the hub does not know: {label}."),
    ErrorKind("flag_negative_stock", "Stock of {article} is below zero: {quantity}."),
    ErrorKind("flag_totals_differ", "Ticket {number}: its totals do not add up."),
    ErrorKind("flag_repeated_number", "Ticket number {number} was used before."),
    ErrorKind("flag_repeated_id", "An operation with the same id was taken before: {id}."),
    ErrorKind("flag_clock", "The clock of {device} differs from the hub's by {seconds} s."),
    # Protocol.
    ErrorKind(
        "protocol_version",
        "This kiosk speaks protocol {theirs}, the hub speaks {ours}.",
        "Update the older of the two.",
    ),
    ErrorKind("unknown_topic", "There is no topic {topic} for a {profile}.", "Check the profile."),
    ErrorKind("unknown_query", "The hub does not know the question {kind}.", "Update the hub."),
    ErrorKind("malformed", "A message could not be read: {reason}.", "Update both sides."),
    ErrorKind(
        "hub_busy",
        "The hub cannot write to its disk now: {reason}.",
        "Free space on the hub's disk; the operation is kept and sent again.",
        retryable=True,
    ),
    ErrorKind("not_available", "This is not available now: {reason}.", retryable=True),
    # Pairing.
    ErrorKind(
        "no_code_out",
        "No pairing code is open on the hub.",
        "Ask the administrator for a new code (comptoir-hub pair).",
        retryable=True,
    ),
    ErrorKind(
        "wrong_code",
        "The pairing code is not right.",
        "Check each character; after five wrong tries ask for a new code.",
        retryable=True,
    ),
    ErrorKind(
        "code_burnt",
        "Too many wrong tries: this pairing code is void.",
        "Ask the administrator for a new code.",
    ),
    ErrorKind(
        "code_expired",
        "This pairing code has expired.",
        "Ask the administrator for a new code.",
    ),
    ErrorKind(
        "false_hub",
        "This hub could not prove that it knows the pairing code.",
        "Check the address; another machine may be posing as the hub.",
    ),
    ErrorKind(
        "card_unsigned",
        "The hub's card is not signed by the hub this kiosk was paired with.",
        "Check the address, or pair again if the hub was replaced.",
    ),
    ErrorKind(
        "hub_unreachable",
        "No hub answers at {address}.",
        "Check the address, the cable and that the hub runs.",
        retryable=True,
    ),
    # A kiosk's own.
    ErrorKind(
        "sqlite_too_old",
        "The SQLite of this computer ({found}) can damage its own files.",
        "Install the package pysqlite3, or SQLite {needed} or newer.",
    ),
    ErrorKind(
        "disk_full",
        "The disk is full ({folder}): nothing was recorded.",
        "Free some space, then do it again.",
        retryable=True,
    ),
    ErrorKind(
        "disk_failed",
        "The file {file} cannot be used: {reason}.",
        "Check the disk, then start again; show this to your installer.",
        retryable=True,
    ),
    ErrorKind(
        "folder_in_use",
        "Another kiosk is running on the folder {folder}.",
        "Close it, or choose another folder (--data).",
        retryable=True,
    ),
    ErrorKind(
        "not_paired",
        "This post is not paired with a hub yet.",
        "Ask the administrator for a code, then pair it (comptoir-kiosk pair).",
    ),
    ErrorKind(
        "already_paired",
        "This post is already paired, as {name}.",
        "Choose another folder (--data), or move this one away first: {folder}.",
    ),
    ErrorKind(
        "unreadable_device",
        "The file {file} cannot be read: {reason}.",
        "Bring it back from a copy, or pair this post again in a new folder.",
    ),
    ErrorKind(
        "keys_were_readable",
        "Other users of this computer could read the keys of this post ({path}).",
        "That was put right; if somebody may have read them, pair this post again.",
    ),
    ErrorKind(
        "mistyped_code",
        "This is not a pairing code: {reason}.",
        "Type its 16 characters as they are shown.",
        retryable=True,
    ),
    ErrorKind(
        "hub_refuses_key",
        "The hub does not admit this post.",
        "Ask the administrator whether it was revoked; nothing was erased here.",
        retryable=True,
    ),
    ErrorKind(
        "hub_older",
        "The hub has gone back to a state older than what this post has seen.",
        "Ask the administrator which of its backups was restored.",
    ),
    ErrorKind(
        "outbox_damaged",
        "The file of waiting operations was damaged; {saved} could be saved.",
        "It was kept as {file}; show this to your installer.",
    ),
    ErrorKind(
        "outbox_set_back",
        "The files of this post had gone back to an older state.",
        "It goes on with the new ticket series {series}; nothing needs doing.",
    ),
    ErrorKind(
        "replica_rebuilt",
        "The copy of the shop on this post was damaged: it is fetched again.",
        "Nothing needs doing; waiting operations are not affected.",
    ),
    ErrorKind("ticket_empty", "A ticket needs at least one line.", "Add an article first."),
    ErrorKind(
        "payment_differs",
        "The payments do not settle the ticket.",
        "Enter at least what the ticket comes to.",
        retryable=True,
    ),
    ErrorKind(
        "operation_too_large",
        "The operation is too large ({size} bytes of {limit}).",
        "Split it into several.",
    ),
    ErrorKind("bad_line", "This line is not understood: {reason}."),
    ErrorKind(
        "kiosk_fault",
        "Something went wrong in this program: {reason}.",
        "It goes on by itself; show this to your installer.",
        retryable=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One code of `ERRORS` with its fields; crosses the wire as {code, params}."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> ErrorKind:
        """Return the table's entry; a code of a newer peer becomes a plain `not_available`."""
        return ERRORS.get(self.code) or ErrorKind(self.code, f"Error {self.code}.")

    def text(self, translate: Any = str) -> str:
        """Return text and hint in the language of `translate` (msgid → text)."""
        whole = translate(self.kind.text)
        if self.kind.hint:
            whole = f"{whole} {translate(self.kind.hint)}"
        return str(whole.format_map(_Fields(self.params)))


class _Fields(dict[str, Any]):
    """Keeps `{name}` where a field is missing: an error text must never raise itself."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class Refusal(Exception):
    """Raised by a handler or a check that says no; carries the `Problem`."""

    def __init__(self, code: str, **params: Any) -> None:
        if code not in ERRORS:
            raise KeyError(f"error code {code!r} is not in ERRORS")
        self.problem = Problem(code, params)
        super().__init__(self.problem.text())
