"""What goes wrong, or is to be known, where posts are taken out of the shop or keys are changed."""

from typing import Final

from common.problems.kind import ErrorKind

PROBLEMS: Final = (
    ErrorKind(
        "post_revoked",
        "This post was taken out of the shop.",
        "Ask the administrator; what was recorded before is kept here.",
    ),
    ErrorKind(
        "false_notice",
        "A notice that this post was taken out of the shop is not from its hub.",
        "Nothing was erased; another machine may be posing as the hub.",
    ),
    ErrorKind(
        "card_older",
        "The hub's card names a key that was replaced since.",
        "If the hub's folder was restored from a copy: comptoir-hub rotate-hub-key",
    ),
    ErrorKind(
        "device_ambiguous",
        "{name} means several posts: {numbers}.",
        "Name it by its number.",
    ),
    ErrorKind(
        "device_active",
        "{name} is in the shop.",
        "Nothing needs doing.",
    ),
    ErrorKind(
        "device_revoked",
        "{name} was taken out of the shop.",
        "Let it in again first: comptoir-hub reinstate",
    ),
    ErrorKind(
        "key_unproved",
        "A new key of {device} is not signed by that post.",
        "Its present key stays; ask for another one: comptoir-hub rotate-device-key",
    ),
    ErrorKind(
        "code_is_out",
        "A pairing code is out: the hub's key cannot change under it.",
        "Pair that post first, or wait until the code has expired.",
        retryable=True,
    ),
    ErrorKind(
        "export_unreadable",
        "The file {file} cannot be read: {reason}.",
        "Make the file again on the post: comptoir-kiosk export-undelivered",
    ),
    ErrorKind(
        "export_exists",
        "The file {file} exists.",
        "Name another one.",
    ),
    ErrorKind(
        "operation_unproved",
        "Operation {n} is not signed by the post {device}.",
        "Make the file again on the post: comptoir-kiosk export-undelivered",
    ),
    ErrorKind(
        "operation_too_wide",
        "Operation {n} is too large for a running hub ({size} bytes).",
        "Stop the hub, then collect again.",
        retryable=True,
    ),
    ErrorKind(
        "export_gap",
        "Operation {n} is missing in this file: what comes after it was not taken.",
        "Make the file again on the post: comptoir-kiosk export-undelivered",
    ),
)
